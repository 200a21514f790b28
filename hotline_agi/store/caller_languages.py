"""Which language callers chose, by token: for whoever asks when they call again."""

from pathlib import Path

from sqlalchemy import select

from hotline_agi.store.reading import JournalReader
from hotline_agi.store.schema_requests import CALLER_LANGUAGE
from hotline_agi.terms.ids import CallerToken

MOST = 100_000
"""The latest; more would take too long to read every few seconds."""


def caller_languages(path: Path) -> dict[CallerToken, str]:
    """What the journal at `path` remembers. Blocks on disk.

    :raises SetupError: if it cannot be read.
    """
    table = CALLER_LANGUAGE.c
    with JournalReader.open(path, busy_s=0.5) as reader:
        rows = reader.ask(select(table.token, table.language).order_by(table.at.desc()).limit(MOST))
    return {CallerToken(row["token"]): row["language"] for row in rows}

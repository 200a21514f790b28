"""``hotline audit``."""

from datetime import UTC, datetime
from pathlib import Path

import click

from hotline_agi import table
from hotline_agi.cli.options import config_option, json_option, print_json
from hotline_agi.errors import SetupError
from hotline_agi.reports.listing import parse_since
from hotline_agi.settings import read_settings
from hotline_agi.store.audit import deeds, waiting
from hotline_agi.store.past import JOURNAL
from hotline_agi.store.reading import JournalReader


@click.command("audit")
@config_option
@click.option("--since", help="Only since then (UTC): 2026-02-14, 2026-02-14T03:10, or 30m, 8h, 7d ago.")
@click.option("--limit", type=click.IntRange(1, 100_000), default=200, show_default=True)
@json_option
def audit(config: Path, since: str | None, limit: int, as_json: bool) -> None:
    """Tell who did what by command, the newest first: flags, shown numbers, reloads, purges, backups, trials; and which
    coordinator acknowledged an alarm by phone.

    With --json: at, who, did, subject.
    """
    journal = read_settings(config).state / JOURNAL
    try:
        from_at = parse_since(since, datetime.now(UTC), UTC) if since else None
    except ValueError as error:
        raise SetupError(str(error)) from error
    with JournalReader.open(journal) as reader:
        found = deeds(reader, since=from_at, limit=limit)
    if as_json:
        print_json(
            [{"at": one.at.isoformat(), "who": one.who, "did": one.did, "subject": one.subject} for one in found]
        )
        return
    if found:
        rows = [(f"{one.at:%Y-%m-%d %H:%M:%S}Z", one.who, one.did, one.subject) for one in found]
        table.table("", ("At", "Who", "Did", "What with"), rows)
    else:
        table.note("nothing is noted")
    if waiting(journal):
        table.warn("some records wait in the journal's spool, and are not shown: start the service, or see its log")

"""``hotline notes export NOTE``."""

import os
import shutil
from pathlib import Path

import click

from hotline_agi import table
from hotline_agi.asterisk.notes import is_note
from hotline_agi.cli.operator import noted
from hotline_agi.cli.options import config_option
from hotline_agi.errors import HotlineError, SetupError
from hotline_agi.settings import read_settings
from hotline_agi.store.past import JOURNAL


class NoSuchNote(HotlineError):
    """There is no note of that name on disk."""


@click.command("export")
@click.argument("note")
@click.option("--out", required=True, type=click.Path(path_type=Path, dir_okay=False), help="The file to make (wav).")
@config_option
def notes_export(note: str, out: Path, config: Path) -> None:
    """Copy the recording of NOTE (its name in `hotline notes`) into the file --out, for you alone.

    That you did is noted first. Remove the copy when it was heard.
    """
    settings = read_settings(config)
    name = note.removesuffix(".wav")
    source = settings.messages / f"{name}.wav"
    if not is_note(name) or not source.is_file():
        raise NoSuchNote(f"there is no note {note!r} on disk: `hotline notes` lists them")
    noted(settings.state / JOURNAL, "exported a note", name)
    try:
        with source.open("rb") as sound:
            target = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
            with os.fdopen(target, "wb") as copy:
                shutil.copyfileobj(sound, copy)
    except FileExistsError:
        raise SetupError(f"there is a file {out} already, and nothing is overwritten: name another one") from None
    table.ok(f"{out}: the note {name}; that you took it out is noted")

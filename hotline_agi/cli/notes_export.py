"""``hotline notes export NOTE``."""

from pathlib import Path

import click

from hotline_agi import table
from hotline_agi.archive import Kind, NotStored
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
    """Copy, or decrypt, the recording of NOTE (its name in `hotline notes`) into the file --out, for you alone.

    That you did is noted first. Remove the copy when it was heard.
    """
    settings = read_settings(config)
    name = note.removesuffix(".wav")
    if out.exists():
        raise SetupError(f"there is a file {out} already, and nothing is overwritten: name another one")
    try:
        if not is_note(name):
            raise NotStored("")
        stored = settings.archive.find(Kind.NOTE, f"{name}.wav")
    except NotStored:
        raise NoSuchNote(f"there is no note {note!r} on disk: `hotline notes` lists them") from None
    noted(settings.state / JOURNAL, "exported a note", name)
    settings.archive.open_to(stored, out)
    table.ok(f"{out}: the note {name}; that you took it out is noted")

"""``hotline recordings export`` and ``hotline recordings delete``."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import click

from hotline_agi import table
from hotline_agi.archive import NotStored
from hotline_agi.cli.operator import operator
from hotline_agi.cli.options import config_option
from hotline_agi.cli.recordings_list import KINDS
from hotline_agi.errors import HotlineError, SetupError
from hotline_agi.settings import Settings, read_settings
from hotline_agi.store.past import JOURNAL
from hotline_agi.store.reading import JournalReader
from hotline_agi.store.recordings import PastRecording, forget, heard
from hotline_agi.store.recordings import recordings as asked

kind_option = click.option("--kind", type=click.Choice(sorted(KINDS)), help="Only a message, or only a talk.")
file_option = click.option("--file", "file", help="Which one, where there are several: its name in `--json`.")


@click.command("export")
@click.argument("call")
@click.option("--out", required=True, type=click.Path(path_type=Path, dir_okay=False), help="The file to make (wav).")
@click.option(
    "--identity",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="The private key, where it is not the one in the settings: from a stick, say.",
)
@kind_option
@file_option
@config_option
def export(call: str, out: Path, identity: Path | None, kind: str | None, file: str | None, config: Path) -> None:
    """Decrypt the recording of CALL (or of its beginning) into the file --out, for you alone.

    That you did is noted first. What you export lies in the clear: remove it when it was heard.
    """
    settings = read_settings(config)
    if out.exists():
        raise SetupError(f"there is a file {out} already, and nothing is overwritten: name another one")
    if identity is not None:
        settings = replace(settings, recordings=replace(settings.recordings, identity_file=identity))
    one = _one(_found(settings, call, kind, file), call)
    archive = settings.archive
    stored = archive.find(KINDS[one.kind], one.file)
    _noted(settings, one, "exported")
    archive.open_to(stored, out)
    table.ok(f"{out}: the {one.kind} of call {one.call}, {one.length_s:.0f} s; that you took it out is noted")


@click.command("delete")
@click.argument("call")
@kind_option
@file_option
@click.option("--yes", is_flag=True, help="Do not ask.")
@config_option
def delete(call: str, kind: str | None, file: str | None, yes: bool, config: Path) -> None:
    """Remove what was recorded of CALL for good, as when the caller asks for it. That you did is noted first."""
    settings = read_settings(config)
    found = _found(settings, call, kind, file)
    if len({one.call for one in found}) > 1:
        raise SetupError(f"several calls begin with {call!r}: write more of it")
    if not yes:
        click.confirm(f"remove {table.counted(len(found), 'recording')} of call {found[0].call} for good?", abort=True)
    for one in found:
        _noted(settings, one, "deleted")
        settings.archive.remove(KINDS[one.kind], one.file)
        forget(settings.state / JOURNAL, one.call, [one.file])
    table.ok(f"{table.counted(len(found), 'recording')} of call {found[0].call}: removed, and noted")


def _found(settings: Settings, call: str, kind: str | None, file: str | None) -> Sequence[PastRecording]:
    """
    :raises NotStored: if nothing was recorded of such a call.
    """
    with JournalReader.open(settings.state / JOURNAL) as reader:
        found = asked(reader, call=call)
    if any(one.call == call for one in found):  # an id in full may also be the beginning of another
        found = [one for one in found if one.call == call]
    found = [one for one in found if kind in (None, one.kind) and file in (None, one.file)]
    if not found:
        raise NotStored(f"nothing that was recorded of call {call!r} is known: `hotline recordings` lists what is")
    return found


def _one(found: Sequence[PastRecording], call: str) -> PastRecording:
    if len(found) > 1:
        named = ", ".join(f"{one.call} {one.kind} {one.file}" for one in found[:5])
        raise HotlineError(f"there are several of {call!r}: name one with --kind or --file ({named})")
    return found[0]


def _noted(settings: Settings, one: PastRecording, how: str) -> None:
    heard(
        settings.state / JOURNAL,
        datetime.now(UTC),
        who=operator(),
        how=how,
        kind=one.kind,
        call=one.call,
        file=one.file,
    )

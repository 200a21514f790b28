"""``hotline prompts`` and ``hotline endpoints``: what an Asterisk needs of us."""

import secrets
import sys
from pathlib import Path

import click

from hotline_agi import rosters, table
from hotline_agi.asterisk.endpoints import endpoint_blocks
from hotline_agi.cli.options import FINDING, json_option, print_json, rosters_option
from hotline_agi.prompts.collection import State, build, inventory
from hotline_agi.prompts.names import Names

sounds_option = click.option(
    "--sounds",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("/usr/share/asterisk/sounds"),
    show_default=True,
    help="Asterisk's sounds folder.",
)

names_option = click.option(
    "--rosters",
    "folder",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="Folder with one folder per line: the volunteers' names are spoken too, for the menu of the service number.",
)


@click.group(invoke_without_command=True)
@sounds_option
@click.option("--language", type=click.Choice(["zh", "en"]), help="Only this language.")
@names_option
@json_option
@click.pass_context
def prompts(context: click.Context, sounds: Path, language: str | None, folder: Path | None, as_json: bool) -> None:
    """List what to record: every prompt, its text, and whether a recording of your own is in place."""
    if context.invoked_subcommand is not None:
        return
    found = [one for one in inventory(sounds, names=_names(folder)) if language in (None, one.language)]
    if as_json:
        print_json([one.as_json() for one in found])
    else:
        rows = [(one.language, one.id, one.state.value, one.text, one.when) for one in found]
        table.table(f"Prompts in {sounds}", ("", "prompt", "state", "text", "heard when"), rows)
        click.echo("Record wav files, 8 kHz, mono, 16 bit, and put them in place of LANGUAGE/hotline/PROMPT.wav.")
    if any(one.state in (State.MISSING, State.UNPLAYABLE) for one in found):
        sys.exit(FINDING)


@prompts.command("build")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), required=True, help="The sounds folder.")
@click.option("--music", type=click.Path(path_type=Path, dir_okay=False), help="Hold music of your own.")
@names_option
def prompts_build(out: Path, music: Path | None, folder: Path | None) -> None:
    """Speak all prompts with espeak-ng. Recordings of your own are never touched."""
    made = build(out, music, click.echo, names=_names(folder))
    table.ok(f"{len(made.made)} files made, {len(made.own)} of your own kept, in {made.folder}")


def _names(folder: Path | None) -> Names | None:
    if folder is None:
        return None
    return {one.id: one.name for one in rosters.load(folder, None).roster.volunteers.values()}


@click.command()
@rosters_option
def endpoints(folder: Path) -> None:
    """Print PJSIP accounts for all rostered softphones, with new passwords, for site/pjsip-volunteers.conf."""
    known = rosters.load(folder, None).roster
    click.echo(endpoint_blocks(known, lambda: secrets.token_urlsafe(12)), nl=False)

"""``hotline prompts`` and ``hotline endpoints``: what an Asterisk needs of us."""

import os
import secrets
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from hotline_agi import rosters, table
from hotline_agi.asterisk.endpoints import PASSWORD_BYTES, Algorithms, endpoint_blocks, password_of
from hotline_agi.cli.options import FINDING, json_option, print_json, rosters_option
from hotline_agi.errors import SetupError
from hotline_agi.prompts.catalogue import Prompt
from hotline_agi.prompts.collection import State, build, inventory
from hotline_agi.prompts.labels import label_prompts
from hotline_agi.prompts.line_sounds import Class, classes_text
from hotline_agi.prompts.names import Names
from hotline_agi.roster.model import Line, Roster

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
    help="Folder with one folder per line: volunteers' names and lines' own results of talks are spoken, too.",
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
    known = _roster(folder)
    found = [
        one
        for one in inventory(sounds, names=_names(known), lines=_lines(known), more=_labels(known))
        if language in (None, one.language.partition("_")[0])
    ]
    if as_json:
        print_json([one.as_json() for one in found])
    else:
        rows = [(one.language, one.id, one.state.value, one.text, one.when) for one in found]
        table.table(f"Prompts in {sounds}", ("", "prompt", "state", "text", "heard when"), rows)
        if known is None:
            click.echo("With --rosters also what single lines need, or have, of their own.")
        click.echo("Record wav files, 8 kHz, mono, 16 bit, and put them in place of LANGUAGE/hotline/PROMPT.wav.")
    if any(one.state in (State.MISSING, State.UNPLAYABLE) for one in found):
        sys.exit(FINDING)


@prompts.command("build")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), required=True, help="The sounds folder.")
@click.option("--music", type=click.Path(path_type=Path, dir_okay=False), help="Hold music of your own.")
@names_option
@click.option(
    "--classes",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write the hold-music classes of lines with sounds of their own to this file: site/musiconhold-lines.conf. "
    "Then `asterisk -rx 'moh reload'`.",
)
def prompts_build(out: Path, music: Path | None, folder: Path | None, classes: Path | None) -> None:
    """Speak all prompts with espeak-ng. Recordings of your own are never touched."""
    known = _roster(folder)
    if classes is not None and known is None:
        raise click.UsageError("--classes needs --rosters: lines have classes")
    made = build(out, music, click.echo, names=_names(known), lines=_lines(known), more=_labels(known))
    table.ok(f"{len(made.made)} files made, {len(made.own)} of your own kept, in {made.folder}")
    if classes is not None:
        _write_classes(classes, made.classes)
        table.ok(f"{len(made.classes)} hold-music classes in {classes}; now: asterisk -rx 'moh reload'")
    elif made.classes:
        table.note("lines have sounds of their own: nobody hears them before --classes was given, too")


def _write_classes(path: Path, classes: Sequence[Class]) -> None:
    try:
        draft = path.with_name(f".{path.name}.part")
        draft.write_text(classes_text(classes), encoding="utf-8")
        draft.chmod(0o644)
        draft.replace(path)
    except OSError as error:
        raise SetupError(f"{path} cannot be written ({error.strerror}): choose a folder that this user owns") from error


def _roster(folder: Path | None) -> Roster | None:
    return None if folder is None else rosters.load(folder, None).roster


def _names(roster: Roster | None) -> Names | None:
    return None if roster is None else {one.id: one.name for one in roster.volunteers.values()}


def _lines(roster: Roster | None) -> Sequence[Line]:
    return () if roster is None else tuple(roster.lines.values())


def _labels(roster: Roster | None) -> tuple[Prompt, ...]:
    return () if roster is None else label_prompts(roster)


@click.command()
@rosters_option
@click.option("--plain", is_flag=True, help="Without TLS and SRTP, for apps that know neither.")
@click.option(
    "--sha256-only", is_flag=True, help="No MD5: for apps that know SHA-256 (RFC 8760). All accounts or none."
)
@click.option(
    "--passwords",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write the passwords to this new file, to hand out and delete; the accounts then hold digests only.",
)
def endpoints(folder: Path, *, plain: bool, sha256_only: bool, passwords: Path | None) -> None:
    """Print PJSIP accounts for all rostered softphones, with new passwords, for site/pjsip-volunteers.conf."""
    known = rosters.load(folder, None).roster
    made: dict[str, str] = {}

    def password(name: str) -> str:
        return made.setdefault(name, password_of(secrets.token_bytes(PASSWORD_BYTES)))

    blocks = endpoint_blocks(
        known,
        password,
        encrypted=not plain,
        digests=passwords is not None,
        algorithms=Algorithms.SHA_256 if sha256_only else Algorithms.BOTH,
    )
    if passwords is not None:
        _write_passwords(passwords, made)
    click.echo(blocks, nl=False)
    if sha256_only:
        click.echo(
            "\n; Say `default_auth_algorithms_uas = SHA-256` in [global] of pjsip.conf, too: else names of accounts\n"
            "; can be told from invented ones by what they are asked for."
        )


def _write_passwords(path: Path, made: dict[str, str]) -> None:
    """:raises SetupError: if the file is there already: it may hold passwords that are in use."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.writelines(f"{name} {password}\n" for name, password in made.items())
    except FileExistsError:
        raise SetupError(f"{path} is there already: delete it or name another") from None

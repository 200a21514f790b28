"""``hotline prompts`` and ``hotline endpoints``: what an Asterisk needs of us."""

import os
import secrets
import sys
from pathlib import Path

import click

from hotline_agi import rosters, table
from hotline_agi.asterisk.endpoints import PASSWORD_BYTES, Algorithms, endpoint_blocks, password_of
from hotline_agi.cli.options import FINDING, json_option, print_json, rosters_option
from hotline_agi.errors import SetupError
from hotline_agi.prompts.catalogue import Prompt
from hotline_agi.prompts.collection import State, build, inventory
from hotline_agi.prompts.labels import label_prompts
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
    found = [
        one for one in inventory(sounds, names=_names(folder), more=_labels(folder)) if language in (None, one.language)
    ]
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
    made = build(out, music, click.echo, names=_names(folder), more=_labels(folder))
    table.ok(f"{len(made.made)} files made, {len(made.own)} of your own kept, in {made.folder}")


def _names(folder: Path | None) -> Names | None:
    if folder is None:
        return None
    return {one.id: one.name for one in rosters.load(folder, None).roster.volunteers.values()}


def _labels(folder: Path | None) -> tuple[Prompt, ...]:
    return () if folder is None else label_prompts(rosters.load(folder, None).roster)


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

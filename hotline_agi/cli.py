"""Commands; the composition root. The only file that imports click.

Exit status: 0 all is well, 1 there is a finding, 2 the call or the settings are wrong.
"""

import asyncio
import json
import os
import secrets
import sys
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NoReturn

import click

from hotline_agi import log, rosters, table
from hotline_agi.asterisk.endpoints import endpoint_blocks
from hotline_agi.callbook import print_list, print_story
from hotline_agi.doctor import Grade, examine
from hotline_agi.errors import HotlineError, InvalidText, SetupError
from hotline_agi.notify import end_with_supervisor
from hotline_agi.prompts.collection import State, build, inventory
from hotline_agi.reports.words import Language
from hotline_agi.roster.duty import Who, who
from hotline_agi.roster.model import Line, Roster, Volunteer
from hotline_agi.roster.reader import check_roster
from hotline_agi.service import Service
from hotline_agi.settings import read_settings
from hotline_agi.terms.ids import LineId
from hotline_agi.terms.outcomes import Outcome
from hotline_agi.terms.problems import Severity

FINDING = 1
USAGE = 2

config_option = click.option(
    "--config",
    type=click.Path(path_type=Path, dir_okay=False),
    default=lambda: Path(os.environ.get("HOTLINE_CONFIG", "/etc/hotline/hotline.yaml")),
    show_default="$HOTLINE_CONFIG or /etc/hotline/hotline.yaml",
    help="The settings of the service.",
)
json_option = click.option("--json", "as_json", is_flag=True, help="For programs.")
rosters_option = click.option(
    "--rosters",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("rosters"),
    show_default=True,
    help="Folder with one folder per line.",
)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="hotline_agi")
def cli() -> None:
    """The call controller of a volunteer crisis line.

    Exit status: 0 all is well, 1 there is a finding, 2 the call or the settings are wrong.
    """


@cli.command()
@config_option
@click.option("--supervised", is_flag=True, help="Restart the service when it dies or freezes (without systemd).")
def run(config: Path, supervised: bool) -> None:
    """Serve calls until SIGTERM. SIGHUP reads the rosters again."""
    settings = read_settings(config)
    if supervised:
        from hotline_agi.supervisor import supervise

        sys.exit(asyncio.run(supervise((sys.executable, "-m", "hotline_agi.cli", "run", "--config", str(config)))))
    end_with_supervisor()
    log.configure(json={"json": True, "console": False}.get(settings.log_format))

    async def serve() -> None:
        await Service(settings).run()

    try:
        asyncio.run(serve())
    finally:
        log.drain()


@cli.command()
def demo() -> None:
    """Show the main job: real Asterisk, real SIP and RTP, simulated people. About 30 s."""
    from hotline_agi.lab.demo import demo as play  # the lab is not needed to serve calls

    good = asyncio.run(play(click.echo))
    if good:
        click.echo("\nVerdict: the hotline works: every claim above was seen.")
        return
    click.echo("\nVerdict: NOT as it should be: see the claims marked ✗ above.")
    sys.exit(FINDING)


@cli.command("try")
@click.option("--bind", default="127.0.0.1", show_default=True, help="Address of this machine to listen on.")
@click.option("--language", type=click.Choice(["zh", "en"]), default="en", show_default=True)
def try_out(bind: str, language: str) -> None:
    """Keep a hotline up to be called with real softphone apps."""
    from hotline_agi.lab.playground import playground

    asyncio.run(playground(bind, language, click.echo))


@cli.command()
@config_option
@json_option
def doctor(config: Path, as_json: bool) -> None:
    """Check a deployment from end to end, and say what to do about each failure."""
    log.configure(json=True, level="critical")
    checks = asyncio.run(examine(config))
    if as_json:
        _print_json([check.as_json() for check in checks])
    else:
        for check in checks:
            mark, colour = _MARKS[check.grade]
            click.secho(f"{mark} {check.name}: {check.found}", fg=colour)
            if check.remedy:
                click.echo(f"    → {check.remedy}")
    if any(check.grade is Grade.FAILED for check in checks):
        sys.exit(FINDING)


_MARKS = {Grade.OK: ("✓", "green"), Grade.WARNING: ("!", "yellow"), Grade.FAILED: ("✗", "red")}


# ---- rosters


@cli.group()
def roster() -> None:
    """Look at rosters, and check them before they can hurt."""


@roster.command("check")
@click.argument("folder", type=click.Path(path_type=Path), default=Path("rosters"))
@click.option("--contacts", type=click.Path(path_type=Path, dir_okay=False), help="The file with people's numbers.")
@json_option
def roster_check(folder: Path, contacts: Path | None, as_json: bool) -> None:
    """Find everything that is wrong with the rosters in FOLDER."""
    numbers = None
    if contacts is not None:
        try:
            numbers = rosters.read_bounded(contacts)
        except OSError as error:
            raise SetupError(f"cannot read {contacts}: {error.strerror}") from error
    verdict = check_roster(
        rosters.read_files(folder), numbers, contacts_file=contacts.name if contacts else "contacts.yaml"
    )
    errors = [one for one in verdict.problems if one.severity is Severity.ERROR]
    if as_json:
        fields = ("file", "line", "column", "severity", "what", "hint")
        _print_json(
            {
                "problems": [{name: getattr(one, name) for name in fields} for one in verdict.problems],
                "notes": list(verdict.notes),
            }
        )
    else:
        for one in verdict.problems:
            (table.fail if one.severity is Severity.ERROR else table.warn)(str(one))
        for note in verdict.notes:
            table.note(note)
        if not errors:
            table.ok("the rosters are right" + (", but see the warnings" if verdict.problems else ""))
    if errors:
        sys.exit(FINDING)


@roster.command("who")
@click.option("--line", "line_id", help="Only this line.")
@click.option("--at", help="When: 2026-02-14T03:10, in the line's time zone unless it has an offset. Now if left out.")
@rosters_option
@json_option
def roster_who(line_id: str | None, at: str | None, folder: Path, as_json: bool) -> None:
    """Tell who is on shift."""
    known = rosters.load(folder, None).roster
    found = [who(known, line.id, _instant(at, line)) for line in _lines(known, line_id)]
    if as_json:
        _print_json([_who_as_json(one) for one in found])
        return
    for one in found:
        here = one.at.astimezone(one.line.zone)
        until = f", until {one.changes_at.astimezone(one.line.zone):%a %H:%M}" if one.changes_at else ""
        slots = ", ".join(one.duty.slots) or "nobody's shift"
        state = "" if one.duty.is_open else " (closed)"
        rows = [
            (str(n), person.id, person.name, _reach(person), "on shift") for n, person in enumerate(one.volunteers, 1)
        ]
        rows += [("", person.id, person.name, _reach(person), "backup") for person in one.backup]
        table.table(f"{one.line.id}{state}  {here:%a %Y-%m-%d %H:%M}  {slots}{until}", _WHO_COLUMNS, rows)


_WHO_COLUMNS = ("", "id", "name", "reached by", "as")


def _reach(person: Volunteer) -> str:
    return ", ".join(endpoint.kind.value + ("" if endpoint.confirm else " (no key)") for endpoint in person.endpoints)


def _who_as_json(one: Who) -> dict[str, Any]:
    return {
        "line": one.line.id,
        "at": one.at.isoformat(),
        "open": one.duty.is_open,
        "slots": list(one.duty.slots),
        "volunteers": [{"id": person.id, "name": person.name} for person in one.volunteers],
        "backup": [{"id": person.id, "name": person.name} for person in one.backup],
        "changes_at": one.changes_at.isoformat() if one.changes_at else None,
    }


def _lines(known: Roster, line_id: str | None) -> Iterable[Line]:
    if line_id is None:
        return known.lines.values()
    if LineId(line_id) not in known.lines:
        raise SetupError(f"there is no line {line_id!r}: there are {', '.join(known.lines)}")
    return [known.lines[LineId(line_id)]]


def _instant(text: str | None, line: Line) -> datetime:
    if text is None:
        return datetime.now(UTC)
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise SetupError(f"{text!r} is no instant: write 2026-02-14T03:10, or with an offset +08:00") from None
    if not 1971 <= at.year <= 9990:
        raise SetupError(f"the year {at.year} is out of range: 1971 to 9990")
    return (at if at.tzinfo else at.replace(tzinfo=line.zone)).astimezone(UTC)


# ---- calls


@cli.command()
@click.argument("call", required=False)
@config_option
@click.option("--line", help="Only this line.")
@click.option("--since", help="Only calls that arrived since: 2026-02-14, 2026-02-14T03:10, or 30m, 8h, 7d ago.")
@click.option("--outcome", type=click.Choice([one.value for one in Outcome]), help="Only calls that ended so.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True)
@click.option("--number", is_flag=True, help="Show the caller's number of CALL, for a follow-up.")
@click.option("--language", type=click.Choice(["zh", "en"]), default="en", show_default=True)
@json_option
def calls(
    call: str | None,
    config: Path,
    line: str | None,
    since: str | None,
    outcome: str | None,
    limit: int,
    number: bool,
    language: str,
    as_json: bool,
) -> None:
    """List calls, the newest first; with CALL (or its beginning), tell that call's story."""
    settings, words = read_settings(config), Language(language)
    shown: object
    if call is not None:
        shown = print_story(settings, call, number=number, language=words, as_json=as_json)
    else:
        shown = print_list(
            settings, line=line, since=since, outcome=outcome, limit=limit, language=words, as_json=as_json
        )
    if as_json:
        _print_json(shown)


# ---- prompts and endpoints

sounds_option = click.option(
    "--sounds",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("/usr/share/asterisk/sounds"),
    show_default=True,
    help="Asterisk's sounds folder.",
)


@cli.group(invoke_without_command=True)
@sounds_option
@click.option("--language", type=click.Choice(["zh", "en"]), help="Only this language.")
@json_option
@click.pass_context
def prompts(context: click.Context, sounds: Path, language: str | None, as_json: bool) -> None:
    """List what to record: every prompt, its text, and whether a recording of your own is in place."""
    if context.invoked_subcommand is not None:
        return
    found = [one for one in inventory(sounds) if language in (None, one.language)]
    if as_json:
        _print_json([one.as_json() for one in found])
    else:
        rows = [(one.language, one.id, one.state.value, one.text, one.when) for one in found]
        table.table(f"Prompts in {sounds}", ("", "prompt", "state", "text", "heard when"), rows)
        click.echo("Record wav files, 8 kHz, mono, 16 bit, and put them in place of LANGUAGE/hotline/PROMPT.wav.")
    if any(one.state in (State.MISSING, State.UNPLAYABLE) for one in found):
        sys.exit(FINDING)


@prompts.command("build")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), required=True, help="The sounds folder.")
@click.option("--music", type=click.Path(path_type=Path, dir_okay=False), help="Hold music of your own.")
def prompts_build(out: Path, music: Path | None) -> None:
    """Speak all prompts with espeak-ng. Recordings of your own are never touched."""
    made = build(out, music, click.echo)
    table.ok(f"{len(made.made)} files made, {len(made.own)} of your own kept, in {made.folder}")


@cli.command()
@rosters_option
def endpoints(folder: Path) -> None:
    """Print PJSIP accounts for all rostered softphones, with new passwords, for site/pjsip-volunteers.conf."""
    known = rosters.load(folder, None).roster
    click.echo(endpoint_blocks(known, lambda: secrets.token_urlsafe(12)), nl=False)


# ---- the way out


def _print_json(value: Any) -> None:
    click.echo(json.dumps(value, ensure_ascii=False, indent=2))


def _fail(text: str, status: int) -> NoReturn:
    click.echo(f"hotline: {text}", err=True)
    sys.exit(status)


def main(arguments: list[str] | None = None, command: Callable[..., Any] = cli) -> None:
    """The entry point: what is wrong outside is one sentence and a status, never a traceback."""
    try:
        command(arguments, standalone_mode=True)
    except InvalidText as error:
        for problem in error.problems:
            click.echo(str(problem), err=True)
        _fail(f"{len(error.problems)} to mend: see the lines above", USAGE)
    except SetupError as error:
        _fail(str(error), USAGE)
    except HotlineError as error:
        _fail(str(error), FINDING)
    except OSError as error:
        _fail(f"{error.strerror}: {error.filename or 'see the paths of this command'}", USAGE)


if __name__ == "__main__":
    main()

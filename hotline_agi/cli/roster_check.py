"""``hotline roster check``: what is wrong, before it can hurt."""

import gc
import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time
from importlib.metadata import version
from pathlib import Path

import click

from hotline_agi import rosters, table
from hotline_agi.asterisk.dial_rules import USUAL, DialRules
from hotline_agi.asterisk.envelope import refused_of
from hotline_agi.cli.options import FINDING, existing, print_json
from hotline_agi.cli.roster import roster
from hotline_agi.errors import InvalidText, SetupError
from hotline_agi.planning.code_quality import code_quality
from hotline_agi.planning.outlook import DAYS, outlook
from hotline_agi.planning.sarif import sarif
from hotline_agi.roster.reader import read_roster
from hotline_agi.rosters import contacts as contacts_file
from hotline_agi.settings import read_settings
from hotline_agi.terms.problems import Problem, Severity

_ANY_ZONE = time(10, 30, tzinfo=UTC)
"""When it is the same date almost everywhere: from UTC-10:30 to UTC+13:29."""

_NO_CONTACTS = "contacts.yaml"
_USUAL_TRUNK = "trunk"


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """All findings by place; `Problem.file` is relative to the rosters folder, or the name of the contacts file."""

    problems: tuple[Problem, ...]
    notes: tuple[str, ...]
    folder: Path
    contacts: Path | None

    def count(self, severity: Severity) -> int:
        return sum(one.severity is severity for one in self.problems)


@roster.command("check")
@click.argument("folder", type=click.Path(path_type=Path), default=Path("rosters"))
@click.option("--contacts", type=click.Path(path_type=Path, dir_okay=False), help="The file with people's numbers.")
@click.option(
    "--contacts-key", type=click.Path(path_type=Path, dir_okay=False), help="The key, if that file is encrypted."
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["human", "json", "sarif", "gitlab"]),
    default="human",
    show_default=True,
    help="sarif: for code scanning; gitlab: a Code Quality report.",
)
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
@click.option("--days", type=click.IntRange(1, 366), default=DAYS, show_default=True, help="How far to look ahead.")
@click.option("--today", type=click.DateTime(["%Y-%m-%d"]), help="Look ahead from this date instead of from now on.")
@click.option(
    "--settings",
    "settings_file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The service's settings, for what they say under `dialling`: which numbers would not be dialled.",
)
@click.option("--strict", is_flag=True, help="Warnings fail too.")
def roster_check(
    folder: Path,
    contacts: Path | None,
    contacts_key: Path | None,
    form: str,
    as_json: bool,
    days: int,
    today: datetime | None,
    settings_file: Path | None,
    strict: bool,
) -> None:
    """Find everything that is wrong with the rosters in FOLDER, and what the coming weeks lack."""
    # A big roster is a million objects, none of which is garbage: looking for it takes a third of the time.
    gc.disable()
    if today is not None and not 1971 <= today.year <= 9990:
        raise SetupError(f"the year {today.year} is out of range: 1971 to 9990")
    now = datetime.now(UTC) if today is None else datetime.combine(today, _ANY_ZONE)
    settings = read_settings(settings_file) if settings_file is not None else None
    trunk, rules = (settings.trunk, settings.dialling) if settings is not None else (_USUAL_TRUNK, USUAL)
    place = existing(folder, "hotline roster check FOLDER")
    checked = _check(place, contacts, contacts_key, now, days, trunk, rules)
    _FORMS["json" if as_json else form](checked)
    if checked.count(Severity.ERROR) or (strict and checked.problems):
        sys.exit(FINDING)


def _check(
    folder: Path, contacts: Path | None, key: Path | None, now: datetime, days: int, trunk: str, rules: DialRules
) -> Checked:
    numbers = contacts_file.read(contacts, key) if contacts is not None else None
    name = contacts.name if contacts else _NO_CONTACTS
    try:
        reading = read_roster(rosters.read_files(folder), numbers, contacts_file=name)
    except InvalidText as error:
        note = f"the next {days} days were not looked at: mend the errors first"
        return Checked(problems=error.problems, notes=(note,), folder=folder, contacts=contacts)
    refused = refused_of(reading.roster, trunk=trunk, rules=rules)
    found = sorted((*reading.warnings, *outlook(reading.roster, now, days), *refused))
    return Checked(problems=tuple(found), notes=reading.notes, folder=folder, contacts=contacts)


# ---- formats


def _as_text(checked: Checked) -> None:
    table.problems(_placed(checked, checked.folder.as_posix(), str(checked.contacts)))
    for note in checked.notes:
        table.note(note)
    errors, warnings = checked.count(Severity.ERROR), checked.count(Severity.WARNING)
    counted = " and ".join(
        f"{count} {what}{'' if count == 1 else 's'}"
        for count, what in ((errors, "error"), (warnings, "warning"))
        if count
    )
    files = len({one.file for one in checked.problems})
    where = f"{counted} in {files} file{'' if files == 1 else 's'}"
    if errors:
        table.fail(where)
    else:
        table.ok("the rosters are right" + (f", but see the warnings: {where}" if warnings else ""))


def _as_json(checked: Checked) -> None:
    fields = ("file", "line", "column", "severity", "what", "hint")
    print_json(
        {
            "problems": [{name: getattr(one, name) for name in fields} for one in checked.problems],
            "errors": checked.count(Severity.ERROR),
            "warnings": checked.count(Severity.WARNING),
            "notes": list(checked.notes),
        }
    )


def _as_sarif(checked: Checked) -> None:
    print_json(sarif(_in_repository(checked), version("hotline_agi")))


def _as_code_quality(checked: Checked) -> None:
    print_json(code_quality(_in_repository(checked)))


_FORMS: Mapping[str, Callable[[Checked], None]] = {
    "human": _as_text,
    "json": _as_json,
    "sarif": _as_sarif,
    "gitlab": _as_code_quality,
}


def _in_repository(checked: Checked) -> list[Problem]:
    """The problems with paths from the top of the git repository that the folder is in, else from here.

    Contacts lie outside of it as a rule: then only the name of their file is told.
    """
    place = checked.folder.resolve()
    top = next((one for one in (place, *place.parents) if (one / ".git").exists()), Path.cwd())
    contacts = checked.contacts.resolve() if checked.contacts else Path(_NO_CONTACTS)
    numbers = contacts.relative_to(top).as_posix() if contacts.is_relative_to(top) else contacts.name
    return _placed(checked, Path(os.path.relpath(place, top)).as_posix(), numbers)


def _placed(checked: Checked, folder: str, contacts: str) -> list[Problem]:
    """The problems with other names for the folder and the contacts file."""
    known = {".": folder, checked.contacts.name if checked.contacts else _NO_CONTACTS: contacts}
    inside = "" if folder == "." else f"{folder}/"
    return [replace(one, file=known.get(one.file, inside + one.file)) for one in checked.problems]

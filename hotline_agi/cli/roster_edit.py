"""``hotline roster swap``, ``sick``, ``away``, ``extra``, ``add``, ``remove``…: edits of the YAML files in place.

Each shows what it does to who is rung before it writes, and writes nothing that check refuses.
"""

import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar

import click

from hotline_agi import rosters, table
from hotline_agi.cli.options import FINDING, rosters_option
from hotline_agi.cli.roster import roster
from hotline_agi.cli.roster_diff import show_effects, show_problems
from hotline_agi.coordination import commits, edits, people_edits, proposals, week_edits
from hotline_agi.coordination.edits import Edit, Known
from hotline_agi.errors import InvalidText, SetupError
from hotline_agi.planning.callings import person_called
from hotline_agi.planning.outlook import DAYS
from hotline_agi.roster.dates import day as read_day
from hotline_agi.roster.dates import day_or_instant
from hotline_agi.roster.document import Scalar
from hotline_agi.roster.fields import Converter, nearest
from hotline_agi.roster.findings import Findings
from hotline_agi.roster.model import Line
from hotline_agi.roster.plan import AbsenceKind
from hotline_agi.roster.reader import read_roster
from hotline_agi.rosters import contacts as contacts_file
from hotline_agi.terms.ids import LineId, VolunteerId
from hotline_agi.terms.problems import NOWHERE

T = TypeVar("T")

_PROBLEMS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What an edit begins with."""

    known: Known
    line: Line
    now: datetime

    def person(self, who: str) -> VolunteerId:
        return person_called(self.known.roster, who)

    def day(self, text: str) -> date:
        """:raises SetupError: if it is no date."""
        today = self.now.astimezone(self.line.zone).date()
        words = {"today": today, "tomorrow": today + timedelta(days=1)}
        return words[text] if text in words else _converted(text, read_day)

    def day_or_instant(self, text: str, *, is_end: bool) -> date | datetime:
        if text in ("today", "tomorrow"):
            return self.day(text)
        return _converted(text.replace("T", " "), day_or_instant(is_end=is_end))


def _converted(text: str, convert: Converter[T]) -> T:
    findings = Findings()
    found = convert(Scalar(text=text, mark=NOWHERE), findings)
    if found is None or findings.problems:
        raise SetupError("; ".join(f"{one.what} ({one.hint})" for one in findings.problems))
    return found


def _edit_command(name: str) -> Callable[[Callable[..., Edit]], click.Command]:
    """A command that makes an `Edit`: its options for where, whether to commit and how much to show."""

    def decorate(make: Callable[..., Edit]) -> click.Command:
        @wraps(make)
        def command(
            line_id: str | None,
            folder: Path,
            contacts: Path | None,
            do_commit: bool,
            message: str | None,
            dry_run: bool,
            ahead: int,
            **own: Any,
        ) -> None:
            if message is not None and not do_commit:
                raise SetupError("-m is for --commit: give both or none")
            numbers = contacts_file.read(contacts) if contacts is not None else None
            desk = _desk(folder, line_id, numbers, contacts, needs_line=name != "remove-person")
            edit = make(desk, **own)
            name_of_contacts = contacts.name if contacts else "contacts.yaml"
            found = proposals.propose(desk.known, edit, desk.now, ahead, numbers, name_of_contacts)
            _carry_out(folder, desk, found, message or edit.message, do_commit=do_commit, dry_run=dry_run)

        return roster.command(name)(_with_options(command))

    return decorate


def _with_options(command: Callable[..., None]) -> Callable[..., None]:
    options = (
        click.option("--line", "line_id", help="Of which line; needed only if there are several."),
        rosters_option,
        click.option(
            "--contacts", type=click.Path(path_type=Path, dir_okay=False), help="Check people's numbers, too."
        ),
        click.option("--commit", "do_commit", is_flag=True, help="Commit just this edit in git."),
        click.option("-m", "--message", help="Of the commit; without it one that says what was done."),
        click.option("--dry-run", is_flag=True, help="Show the effect and write nothing."),
        click.option(
            "--ahead", type=click.IntRange(1, 366), default=DAYS, show_default=True, help="Days of the effect shown."
        ),
    )
    for option in reversed(options):
        command = option(command)
    return command


def _desk(folder: Path, line_id: str | None, numbers: bytes | None, contacts: Path | None, *, needs_line: bool) -> Desk:
    files = rosters.read_files(folder)
    try:
        reading = read_roster(files, numbers, contacts_file=contacts.name if contacts else "contacts.yaml")
    except InvalidText as refused:
        table.fail("the rosters are refused as they are: mend them first, nothing was written")
        show_problems(refused.problems, _PROBLEMS)
        sys.exit(FINDING)
    known = reading.roster
    if line_id is None and len(known.lines) > 1 and needs_line:
        raise SetupError(f"there are several lines: say which one with --line ({', '.join(known.lines)})")
    name = LineId(line_id) if line_id is not None else next(iter(known.lines))
    if name not in known.lines:
        hint = nearest(name, known.lines) or f"there are {', '.join(known.lines)}"
        raise SetupError(f"there is no line {line_id!r}: {hint}")
    return Desk(
        known=Known(files=files, roster=known, warnings=reading.warnings), line=known.lines[name], now=datetime.now(UTC)
    )


def _carry_out(
    folder: Path, desk: Desk, found: proposals.Proposal, message: str, *, do_commit: bool, dry_run: bool
) -> None:
    if found.refused:
        table.fail(f"refused, nothing was written: {found.edit.message}")
        show_problems([one for one in found.problems if one.severity == "error"], _PROBLEMS)
        sys.exit(FINDING)
    table.note(found.edit.message)
    show_effects(found.effects, desk.known.roster, several=len(desk.known.roster.lines) > 1)
    show_problems(found.problems, _PROBLEMS)
    if found.edit.remark:
        table.warn(found.edit.remark)
    paths = list(found.edit.files)
    ready = commits.ready_to_commit(folder, paths) if do_commit else None
    if dry_run:
        table.note(f"nothing was written (--dry-run): it would be {', '.join(paths)}")
        return
    proposals.write(folder, desk.known, found.edit)
    table.ok(f"written: {', '.join(paths)}")
    if ready is not None:
        table.ok(f"committed: {commits.commit(ready, paths, message)} {message}")


_note_option = click.option("--note", default="", help="For people who read the file.")
_slot_option = click.option("--slot", required=True, help="As shifts.yaml calls it.")
_turn_option = click.option("--turn", type=click.IntRange(1), help="Which turn of a rotation, counted from 1.")
_date_option = click.option("--date", "day", required=True, help="2026-02-14, today or tomorrow.")


@_edit_command("swap")
@click.argument("who", metavar="A")
@click.argument("to", metavar="B")
@_date_option
@_slot_option
@click.option("--back-date", help="When A takes a place of B in exchange.")
@click.option("--back-slot", help="And in which slot.")
@_note_option
def roster_swap(
    desk: Desk, who: str, to: str, day: str, slot: str, back_date: str | None, back_slot: str | None, note: str
) -> Edit:
    """B stands where A stood."""
    if (back_date is None) != (back_slot is None):
        raise SetupError("--back-date and --back-slot go together: give both or none")
    back = (desk.day(back_date), back_slot) if back_date and back_slot else None
    a, b = desk.person(who), desk.person(to)
    return edits.swap(desk.known, desk.line, a, b, desk.day(day), slot, back=back, note=note)


def _absence_options(command: Callable[..., Edit]) -> Callable[..., Edit]:
    for option in (
        _note_option,
        click.option("--instead", help="Who takes their places on this line."),
        click.option(
            "--until", "--to", "until", help="The last day, included; or until when. The same day if left out."
        ),
        click.option("--from", "first", required=True, help="2026-02-14, '2026-02-14 03:00', today, tomorrow or now."),
    ):
        command = option(command)
    return click.argument("who", metavar="A")(command)


@_edit_command("sick")
@_absence_options
def roster_sick(desk: Desk, who: str, first: str, until: str | None, instead: str | None, note: str) -> Edit:
    """A is sick: rung on no line, in shifts that start on these days or from this minute on."""
    return _absent(desk, AbsenceKind.SICK, who, first, until, instead, note)


@_edit_command("away")
@_absence_options
def roster_away(desk: Desk, who: str, first: str, until: str | None, instead: str | None, note: str) -> Edit:
    """A is away: rung on no line, in shifts that start on these days or from this minute on."""
    return _absent(desk, AbsenceKind.AWAY, who, first, until, instead, note)


def _absent(
    desk: Desk, kind: AbsenceKind, who: str, first: str, until: str | None, instead: str | None, note: str
) -> Edit:
    person = desk.person(who)
    if first == "now":
        start = edits.begin_of_absence(desk.known.roster, person, desk.line, desk.now)
    else:
        start = desk.day_or_instant(first, is_end=False)
    last = desk.day_or_instant(until, is_end=True) if until is not None else None
    stand_in = desk.person(instead) if instead is not None else None
    edit = edits.absent(desk.known, desk.line, kind, person, start, last, instead=stand_in, note=note)
    return replace(edit, remark=edits.still_there(desk.known.roster, person, start, desk.now))


@_edit_command("extra")
@click.argument("people", metavar="A...", nargs=-1, required=True)
@_date_option
@_slot_option
@click.option("--backup", is_flag=True, help="As backup.")
@_note_option
def roster_extra(desk: Desk, people: tuple[str, ...], day: str, slot: str, backup: bool, note: str) -> Edit:
    """These people are in a slot of one day beside those who are there anyway."""
    named = [desk.person(who) for who in people]
    return edits.extra(desk.known, desk.line, named, desk.day(day), slot, backup=backup, note=note)


@_edit_command("add")
@click.argument("who", metavar="A")
@_slot_option
@click.option("--days", "weekdays", help="Every week on these days: mon, mon-fri, 'sat, sun' or daily.")
@click.option("--date", "day", help="Only on this day (the same as `extra`).")
@click.option("--backup", is_flag=True, help="As backup.")
@_turn_option
def roster_add(
    desk: Desk, who: str, slot: str, weekdays: str | None, day: str | None, backup: bool, turn: int | None
) -> Edit:
    """A is in a slot: every week on some days, or on one day."""
    if (weekdays is None) == (day is None):
        raise SetupError("say on which --days of every week, or on which --date: one of the two")
    person = desk.person(who)
    if day is not None:
        return edits.extra(desk.known, desk.line, [person], desk.day(day), slot, backup=backup)
    days = week_edits.days_named(weekdays or "")
    return week_edits.add_to_week(desk.known, desk.line, person, slot, days, backup=backup, turn=turn)


@_edit_command("remove")
@click.argument("who", metavar="A")
@_slot_option
@click.option("--days", "weekdays", help="On these days of every week; on all of theirs if left out.")
@click.option("--backup", is_flag=True, help="From the backup.")
@_turn_option
def roster_remove(desk: Desk, who: str, slot: str, weekdays: str | None, backup: bool, turn: int | None) -> Edit:
    """A is not in a slot of the week any more. For single days there are `away`, `sick` and `swap`."""
    days = week_edits.days_named(weekdays) if weekdays is not None else None
    return week_edits.remove_from_week(desk.known, desk.line, desk.person(who), slot, days, backup=backup, turn=turn)


@_edit_command("add-person")
@click.argument("who", metavar="ID")
@click.option("--name", "called", required=True, help="For people: 1 to 80 characters.")
@click.option("--endpoints", required=True, help="In order of preference: softphone:v07,mobile.")
@click.option("--languages", help="zh,en. The line's if left out.")
@click.option("--qualifications", help="screened,crisis. None if left out.")
def roster_add_person(
    desk: Desk, who: str, called: str, endpoints: str, languages: str | None, qualifications: str | None
) -> Edit:
    """Somebody new. Their number belongs into the contacts file, which is not in git."""
    ways = [word.strip() for word in endpoints.split(",")]
    spoken, skills = (
        [word.strip() for word in words.split(",")] if words is not None else None
        for words in (languages, qualifications)
    )
    return people_edits.add_person(desk.known, desk.line, who, called, ways, spoken, skills)


@_edit_command("remove-person")
@click.argument("who", metavar="ID")
def roster_remove_person(desk: Desk, who: str) -> Edit:
    """Take somebody out of people.yaml and of every place that names them, on all lines."""
    return people_edits.remove_person(desk.known, desk.person(who))

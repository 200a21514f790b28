"""``hotline roster next`` and ``handover``: what comes after a moment."""

from pathlib import Path
from typing import Any

import click

from hotline_agi import rosters, table
from hotline_agi.cli.options import (
    at_option,
    instant_of,
    json_option,
    language_option,
    line_option,
    lines_of,
    print_json,
    rosters_option,
)
from hotline_agi.cli.roster import roster
from hotline_agi.cli.roster_options import volunteer_option
from hotline_agi.errors import SetupError
from hotline_agi.planning.agenda import Appointment, next_of
from hotline_agi.planning.callings import person_called
from hotline_agi.planning.handover import Change, changes, handovers
from hotline_agi.planning.handover_text import handover_text, other_changes
from hotline_agi.planning.wording import Names, moment, stretch
from hotline_agi.roster.model import Line, Roster
from hotline_agi.terms.ids import VolunteerId
from hotline_agi.terms.languages import Language

_CHANGE_COLUMNS = ("when", "slot", "come", "go", "stay", "also")
_SHIFT_COLUMNS = ("when", "line", "slot", "as", "why")


@roster.command("next")
@line_option
@volunteer_option
@at_option
@click.option("--count", type=click.IntRange(1, 500), default=5, show_default=True, help="How many.")
@rosters_option
@json_option
def roster_next(
    line_id: str | None, volunteer_id: str | None, at: str | None, count: int, folder: Path, as_json: bool
) -> None:
    """Tell what changes next, on a line or for one person.

    Of a line: the next changes within 40 days, who comes, goes and stays, and what else: whether it opens or closes,
    another ring plan, backup, coordinator, quiet hours. Of a volunteer: the shifts that are not
    over yet, on all lines, within 60 days.
    """
    known = rosters.load(folder, None).roster
    if volunteer_id is None:
        found = [(line, changes(line, instant_of(at, line), count)) for line in lines_of(known, line_id)]
        if as_json:
            print_json([_change_as_json(known, change) for _, several in found for change in several])
            return
        for line, several in found:
            _print_changes(known, line, several)
        return
    if line_id is not None:
        raise SetupError("give --line or --volunteer, not both: a volunteer's shifts are those of all lines")
    who = person_called(known, volunteer_id)
    shifts = next_of(known, who, instant_of(at, next(iter(known.lines.values()))), count)
    if as_json:
        print_json([_shift_as_json(one) for one in shifts])
    else:
        _print_shifts(known, who, shifts)


@roster.command("handover")
@line_option
@at_option
@language_option
@rosters_option
def roster_handover(line_id: str | None, at: str | None, language: str, folder: Path) -> None:
    """Write the next hand-over as a text to read out or to paste into a chat.

    Who goes, comes and stays, the backup and the coordinator, and what to know: too few people, quiet hours, absences,
    people without a telephone.
    """
    known = rosters.load(folder, None).roster
    for n, line in enumerate(lines_of(known, line_id)):
        if n:
            table.note("")
        found = handovers(line, instant_of(at, line), 1)
        if not found:
            table.note(f"{line.id}: nobody comes or goes within 40 days")
        for change in found:
            for text in handover_text(known, change, Language(language)):
                table.note(text)


def _print_changes(known: Roster, line: Line, found: list[Change]) -> None:
    if not found:
        table.note(f"{line.id}: nothing changes within 40 days")
        return
    names = Names(known, Language.EN)
    rows = [
        (
            moment(change.at.astimezone(line.zone), Language.EN),
            (", ".join(change.after.slots) or "none") + ("" if change.after.is_open else " (closed)"),
            *(names.list(people) if people else "-" for people in (change.comes, change.goes, change.stays)),
            "; ".join(other_changes(change, names)),
        )
        for change in found
    ]
    table.table(str(line.id), _CHANGE_COLUMNS, rows)


def _print_shifts(known: Roster, who: VolunteerId, shifts: list[Appointment]) -> None:
    names, person = Names(known, Language.EN), known.volunteers[who]
    if not shifts:
        table.note(f"{person.id} ({person.name}) has no shift within 60 days")
        return
    zones = len({one.line.zone.key for one in shifts}) > 1  # times of lines that are far apart look out of order
    rows = [
        (
            stretch(one.place.start.astimezone(one.line.zone), one.place.end.astimezone(one.line.zone), Language.EN),
            f"{one.line.id} ({one.line.zone.key})" if zones else one.line.id,
            one.slot,
            "backup" if one.place.as_backup else "on shift",
            names.why(one.place.basis, one.place.other),
        )
        for one in shifts
    ]
    table.table(f"{person.id}  {person.name}", _SHIFT_COLUMNS, rows)


def _change_as_json(known: Roster, change: Change) -> dict[str, Any]:
    return {
        "line": change.line.id,
        "at": change.at.isoformat(),
        "open": change.after.is_open,
        "slots": list(change.after.slots),
        "comes": list(change.comes),
        "goes": list(change.goes),
        "stays": list(change.stays),
        "backup": list(change.after.backup),
        "coordinators": list(change.after.coordinators),
        "quiet": list(change.after.quiet),
        "plan": change.after.plan or None,
        "also": other_changes(change, Names(known, Language.EN)),
    }


def _shift_as_json(one: Appointment) -> dict[str, Any]:
    return {
        "line": one.line.id,
        "slot": one.slot,
        "day": one.day.isoformat(),
        "from": one.place.start.isoformat(),
        "until": one.place.end.isoformat(),
        "backup": one.place.as_backup,
        "why": one.place.basis.value,
        "other": one.place.other,
    }

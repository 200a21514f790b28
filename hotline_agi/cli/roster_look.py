"""``hotline roster who``: what a roster says of one moment."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from hotline_agi import rosters, table
from hotline_agi.cli.options import (
    at_option,
    instant_of,
    json_option,
    line_option,
    lines_of,
    print_json,
    rosters_option,
)
from hotline_agi.cli.roster import roster
from hotline_agi.planning.agenda import absent_at
from hotline_agi.planning.policy_words import wants_in_words
from hotline_agi.planning.ring_words import ORDER, likely_enough
from hotline_agi.planning.wording import Names, moment, time_of_day
from hotline_agi.roster.duty import Who, who
from hotline_agi.roster.model import Line, RingGroup, RingStep, Roster, Volunteer, VolunteerOrder
from hotline_agi.roster.precedence import Loss
from hotline_agi.terms.ids import VolunteerId
from hotline_agi.terms.languages import Language

_ENGLISH = Language.EN


@roster.command("who")
@line_option
@at_option
@rosters_option
@json_option
def roster_who(line_id: str | None, at: str | None, folder: Path, as_json: bool) -> None:
    """Tell who is on shift, who is not though planned, and how it rings."""
    known = rosters.load(folder, None).roster
    found = [who(known, line.id, instant_of(at, line)) for line in lines_of(known, line_id)]
    if as_json:
        print_json([_who_as_json(known, one) for one in found])
        return
    zones = len({one.line.zone.key for one in found}) > 1  # a time without an offset is another instant on each line
    for n, one in enumerate(found):
        if n:
            table.note("")
        _print_who(known, one, with_zone=zones)


def _print_who(known: Roster, one: Who, *, with_zone: bool) -> None:
    names = Names(known, _ENGLISH)
    zone = f" ({one.line.zone.key})" if with_zone else ""
    until = f", until {_when(one, one.changes_at)}" if one.changes_at else ""
    slots = ", ".join(one.duty.slots) or "nobody's shift"
    state = "" if one.duty.is_open else " (closed)"
    rows = [(str(n), person.id, person.name, _reach(person), "on shift") for n, person in enumerate(one.volunteers, 1)]
    rows += [("", person.id, person.name, _reach(person), "backup") for person in one.backup]
    for quiet in one.duty.quiet:
        person = known.volunteers[quiet]
        rows.append(("", person.id, person.name, _reach(person), "silent: quiet hours"))
    for _, loss in _absent(one):
        person = known.volunteers[loss.who]
        instead = f", {names(loss.other)} instead" if loss.other else ""
        rows.append(("", person.id, person.name, "", f"absent: {loss.basis.value}{instead}"))
    table.table(
        f"{one.line.id}{state}  {moment(one.at.astimezone(one.line.zone), _ENGLISH)}{zone}  {slots}{until}",
        _WHO_COLUMNS,
        rows,
    )
    if one.duty.coordinators:
        table.note(f"coordinator: {names.list(one.duty.coordinators)}")
    plan = f" (plan {one.duty.plan})" if one.duty.plan else ""
    waves = "; then ".join(_wave(step, one.line) for step in one.line.steps(one.duty.plan))
    table.note(f"rings{plan}: {waves}" if one.duty.is_open else "closed: nobody is rung")
    if one.duty.is_open and one.line.order is not VolunteerOrder.LONGEST_IDLE:
        table.note(f"whose turn it is is decided by {ORDER[one.line.order]}")
    if one.duty.is_open and one.line.wants:
        table.note(f"callers want: {wants_in_words(one.line.wants)}")


_WHO_COLUMNS = ("", "id", "name", "reached by", "as")


def _absent(one: Who) -> list[tuple[str, Loss]]:
    """Who is absent at the moment, with the slot; not whoever is on duty in another one all the same."""
    return [(slot.shift.slot, loss) for slot, loss in absent_at(one.line, one.at)]


def _wave(step: RingStep, line: Line) -> str:
    group = "on shift" if step.group is RingGroup.ON_SHIFT else "backup"
    if step.adaptive:
        return f"as few {group} as are likely enough ({likely_enough(line.adaptive)}) for {step.for_s:g} s"
    return f"{step.count or 'everybody'} {group} for {step.for_s:g} s"


def _reach(person: Volunteer) -> str:
    if not person.endpoints:
        return "nothing!"
    return ", ".join(endpoint.kind.value + ("" if endpoint.confirm else " (no key)") for endpoint in person.endpoints)


def _when(one: Who, at: datetime) -> str:
    """A time soon after: the weekday is enough to tell it within a week."""
    local = at.astimezone(one.line.zone)
    full = moment(local, _ENGLISH)
    return f"{full[:3]} {time_of_day(local)}" if at - one.at < timedelta(days=6) else full


def _who_as_json(known: Roster, one: Who) -> dict[str, Any]:
    def people(found: tuple[VolunteerId, ...]) -> list[dict[str, Any]]:
        return [{"id": person.id, "name": person.name} for person in map(known.volunteers.__getitem__, found)]

    return {
        "line": one.line.id,
        "at": one.at.isoformat(),
        "open": one.duty.is_open,
        "slots": list(one.duty.slots),
        "volunteers": people(one.duty.volunteers),
        "backup": people(one.duty.backup),
        "changes_at": one.changes_at.isoformat() if one.changes_at else None,
        "coordinators": people(one.duty.coordinators),
        "quiet": people(one.duty.quiet),
        "absent": [
            {
                **people((loss.who,))[0],
                "slot": slot,
                "why": loss.basis.value,
                "instead": loss.other,
                "from": loss.start.isoformat(),
                "until": loss.end.isoformat(),
            }
            for slot, loss in _absent(one)
        ],
        "plan": one.duty.plan or None,
        "order": one.line.order.value,
        "wants": [
            {"language": want.language or None, "qualification": want.qualification or None, "for_s": want.for_s}
            for want in one.line.wants
        ],
        "waves": [
            {"ring": step.group.value, "count": step.count, "adaptive": step.adaptive, "for_s": step.for_s}
            for step in (one.line.steps(one.duty.plan) if one.duty.is_open else ())
        ],
    }

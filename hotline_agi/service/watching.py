"""What the service sees of itself and its people, as facts for alarms (`alarms/conditions.py`)."""

import shutil
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from hotline_agi.alarms.conditions import Person, SlotGap, Staffing
from hotline_agi.certificates import read_certificate
from hotline_agi.dispatch import stand_ins
from hotline_agi.dispatch.machine import Machine
from hotline_agi.dispatch.stand_ins import StandIn
from hotline_agi.planning.coverage import CoverageSpan, Lack, coverage
from hotline_agi.roster.duty import on_duty
from hotline_agi.roster.model import Line, Roster
from hotline_agi.roster.timetable import Duty
from hotline_agi.rosters.regular import read_regular
from hotline_agi.terms.ids import LineId, VolunteerId
from hotline_agi.terms.instants import Now

AHEAD = timedelta(hours=24)
MAX_CERTIFICATE_BYTES = 256 * 1024


def staffing(machine: Machine, roster: Roster, now: Now) -> Iterator[Staffing]:
    """Who could take a call now, line by line; a volunteer without what the line's callers want counts as nobody."""
    agreed = machine.stand_ins
    for line in roster.lines.values():
        duty = _with_stand_ins(roster, line, on_duty(line, now.at), now.at, agreed)
        yield Staffing(
            line=line.id,
            is_open=duty.is_open,
            on_shift=_people(machine, roster, line, duty.volunteers, now),
            backup=_people(machine, roster, line, duty.backup, now),
            coordinators=duty.coordinators,
        )


def _people(machine: Machine, roster: Roster, line: Line, who: Sequence[VolunteerId], now: Now) -> tuple[Person, ...]:
    return tuple(
        Person(volunteer=one, state=machine.standing(one, now)[0])
        for one in who
        if one in roster.volunteers and line.may_ring(roster.volunteers[one])
    )


def longest_wait_s(machine: Machine, line: LineId, now: Now) -> float:
    """Of the callers who wait on a line now; 0: nobody does."""
    waits = [now.mono_s - call.arrived_s for call in machine.board.waiting.of_line(line, now.mono_s)]
    return max(waits, default=0.0)


def gaps_ahead(roster: Roster, agreed: Sequence[StandIn], now: datetime) -> list[SlotGap]:
    """Where slots of the next day are below their minimum, what was agreed by phone included. Takes its time."""
    return [gap for line in roster.lines.values() for gap in _gaps(roster, line, agreed, now)]


def _gaps(roster: Roster, line: Line, agreed: Sequence[StandIn], now: datetime) -> Iterator[SlotGap]:
    seen: set[tuple[str, str]] = set()
    for span in coverage(roster, line, now, now + AHEAD):
        if not span.duty.is_open:
            seen.clear()
            continue
        duty = _with_stand_ins(roster, line, span.duty, span.from_utc, agreed)
        slot, what = _short(span, duty)
        if not what:
            seen.clear()
            continue
        if (slot, what) in seen:
            continue  # it goes on
        seen.add((slot, what))
        yield SlotGap(
            line=line.id,
            slot=slot,
            from_at=span.from_utc,
            until_at=span.until_utc,
            what=what,
            is_empty=not duty.volunteers,
            coordinators=duty.coordinators,
            local_from=f"{span.from_utc.astimezone(line.zone):%a %H:%M}",
        )


def _short(span: CoverageSpan, duty: Duty) -> tuple[str, str]:
    """The slot, and what it lacks in words; empty: nothing."""
    slot = duty.slots[0] if duty.slots else ""
    if not duty.volunteers:
        return slot, "nobody"
    if duty is not span.duty:
        has = len(duty.volunteers)
        return slot, f"{has} of {span.least} people" if has < span.least else ""
    for one in span.shortfalls:
        what = "people" if one.lack is Lack.PEOPLE else f"with '{one.name}'"
        return one.slot, f"{one.has} of {one.needs} {what}"
    return slot, ""


def _with_stand_ins(roster: Roster, line: Line, duty: Duty, at: datetime, agreed: Sequence[StandIn]) -> Duty:
    active = tuple(stand_ins.active(agreed, line.id, duty, at, roster.volunteers)) if agreed else ()
    return stand_ins.apply(duty, active) if active else duty


def expiries(certificates: dict[str, Path]) -> dict[str, datetime]:
    """When these certificates expire; of those that can be read. Blocks on disk."""
    found = {}
    for name, path in certificates.items():
        try:
            found[name] = read_certificate(read_regular(path, MAX_CERTIFICATE_BYTES)).not_after
        except (OSError, ValueError):
            continue  # the doctor says so
    return found


def free_bytes(folders: dict[str, Path]) -> dict[str, int]:
    """What is left on the disks of these folders; of those that can be asked. Blocks on disk."""
    found = {}
    for name, folder in folders.items():
        try:
            found[name] = shutil.disk_usage(folder).free
        except OSError:
            continue
    return found

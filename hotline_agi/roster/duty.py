"""Who is on shift at an instant, and when that changes. How a roster's sayings overrule each other: `precedence.py`."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from hotline_agi.roster import timetable
from hotline_agi.roster.model import Line, Roster, Volunteer
from hotline_agi.roster.plan import Absence, Extra, MonthDay, SpecialDay, Swap
from hotline_agi.roster.timetable import Duty, DutySpan, page, spans
from hotline_agi.terms.ids import LineId, VolunteerId

_LOOK_AHEAD = timedelta(days=40)
"""For the next change: a week and a month with their special days. A line that changes later than that says "never"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Who:
    """What ``hotline roster who`` shows of one line."""

    line: Line
    at: datetime
    duty: Duty
    volunteers: tuple[Volunteer, ...]
    """Those of `duty.volunteers`."""
    backup: tuple[Volunteer, ...]
    changes_at: datetime | None
    """When the duty changes next, in UTC; None if it does not for 40 days."""


def on_duty(line: Line, at: datetime) -> Duty:
    """Who is on shift on `line` at the aware instant `at`."""
    at = at.astimezone(UTC)
    return page(line, at.date()).on(at)


def duty_spans(line: Line, start: datetime, until: datetime) -> list[DutySpan]:
    """The duty of `line` from `start` to `until` (aware), as maximal spans of constant duty without holes between them.

    Empty if `until` is not after `start`.
    """
    merged: list[DutySpan] = []
    for span in spans(line, start.astimezone(UTC), until.astimezone(UTC)):
        if merged and merged[-1].duty == span.duty:
            merged[-1] = replace(merged[-1], until_utc=span.until_utc)
        else:
            merged.append(span)
    return merged


def next_change(line: Line, after: datetime) -> datetime | None:
    """The first instant later than `after` at which the duty is another one, in UTC; None if none is for 40 days."""
    after = after.astimezone(UTC)
    return timetable.next_change(line, after, after + _LOOK_AHEAD)


def everybody(line: Line) -> frozenset[VolunteerId]:
    """Whoever is named for `line` anywhere: in patterns, on days, in covers."""
    named = {who for shift in line.shifts for who in shift.people.everybody() | shift.backup.everybody()}
    days: list[SpecialDay | MonthDay] = [*line.special_days.values(), *line.yearly_days.values()]
    days += line.months.values()
    named.update(who for day in days for cell in (*day.people.values(), *day.backup.values()) for who in cell)
    for cover in line.covers:
        match cover:
            case Absence(instead=found) | Swap(to=found) | Extra(who=found):
                if found is not None:
                    named.add(found)
    return frozenset(named)


def who(roster: Roster, line_id: LineId, at: datetime) -> Who:
    """Who is on shift on a line at an aware instant, with their endpoints.

    :raises KeyError: if the roster has no such line.
    """
    line = roster.lines[line_id]
    duty = on_duty(line, at)
    return Who(
        line=line,
        at=at,
        duty=duty,
        volunteers=tuple(roster.volunteers[volunteer] for volunteer in duty.volunteers),
        backup=tuple(roster.volunteers[volunteer] for volunteer in duty.backup),
        changes_at=next_change(line, at),
    )

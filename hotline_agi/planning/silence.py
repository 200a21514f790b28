"""Who is in the roster and is never rung, or not in all of their shifts, and why."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from hotline_agi.planning.coverage import CoverageSpan
from hotline_agi.planning.recurrence import Window, joined, times
from hotline_agi.planning.stretches import common, union
from hotline_agi.roster.clock import Span
from hotline_agi.roster.duty import everybody
from hotline_agi.roster.model import Line, RingGroup, RingStep, Roster
from hotline_agi.roster.timetable import occurrences
from hotline_agi.terms.ids import LineId, VolunteerId
from hotline_agi.terms.problems import Problem

_CLOSED, _QUIET, _BACKUP, _ON_SHIFT, _WANT = (
    "only while the line is closed",
    "only in their quiet hours",
    "only as backup, when the ring plan has no step for backup people",
    "only when the ring plan rings backup people alone",
    "without having what callers always want",
)
_HINTS = {
    _CLOSED: "open the line then, or name them at other hours",
    _QUIET: "name them at other hours, or change `quiet`",
    _BACKUP: "add a step {ring: backup, for_s: 20}",
    _ON_SHIFT: "add a step {ring: everybody, for_s: 20}",
    _WANT: "write what `wants` in line.yaml names into people.yaml, or give it `for_s`",
}


def silences(
    roster: Roster, found: Mapping[LineId, Sequence[CoverageSpan]], windows: Mapping[LineId, Window]
) -> Iterator[Problem]:
    """:param found: each line's coverage over the reach of its window."""
    needless = {line.id for line in roster.lines.values() if _names_backup(line) and not _rings_backup(line)}
    for line_id in sorted(needless):
        hint = "add a step {ring: backup, for_s: 20}"
        yield Problem.warning(roster.lines[line_id].where, "the backup people are never rung", hint)
    rung = _rung(roster, found)
    named = frozenset(who for line in roster.lines.values() for who in everybody(line))
    never = {who for who in roster.volunteers if who not in rung}
    reasons = _reasons(roster, found, never & named)
    for who, person in roster.volunteers.items():
        if who not in named:
            yield Problem.warning(person.where, f"'{who}' is in no shift", "nobody ever rings them")
        elif who in reasons:
            why = sorted({reason for _, reason in reasons[who]})
            if not all(reason == _BACKUP and line in needless for line, reason in reasons[who]):
                what = f"'{who}' is never rung: they are on duty {' and '.join(why)}"
                yield Problem.warning(person.where, what, _HINTS[why[0]])
    yield from _quiet_shifts(roster, found, windows, rung)


def _rung(roster: Roster, found: Mapping[LineId, Sequence[CoverageSpan]]) -> set[VolunteerId]:
    """Everybody whom a call could ring at some time."""
    rung: set[VolunteerId] = set()
    for line_id, spans in found.items():
        line = roster.lines[line_id]
        groups = _groups(line)
        here: set[VolunteerId] = set()
        for span in spans:
            if span.duty.is_open:
                if RingGroup.ON_SHIFT in groups[span.duty.plan]:
                    here.update(span.duty.volunteers)
                if RingGroup.BACKUP in groups[span.duty.plan]:
                    here.update(span.duty.backup)
        rung |= here if not line.required else {who for who in here if line.may_ring(roster.volunteers[who])}
    return rung


def _reasons(
    roster: Roster, found: Mapping[LineId, Sequence[CoverageSpan]], never: set[VolunteerId]
) -> dict[VolunteerId, set[tuple[LineId, str]]]:
    """Why those who are on duty and never rung are not. Of whom is not on duty at all in these days, nothing."""
    reasons: dict[VolunteerId, set[tuple[LineId, str]]] = defaultdict(set)
    for line_id, spans in found.items() if never else ():
        for span in spans:
            duty = span.duty
            if not duty.is_open:
                for who in never.intersection((*duty.volunteers, *duty.backup, *duty.quiet)):
                    reasons[who].add((line_id, _CLOSED))
                continue
            for people, reason in ((duty.quiet, _QUIET), (duty.volunteers, _ON_SHIFT), (duty.backup, _BACKUP)):
                for who in never.intersection(people):
                    may_ring = reason is _QUIET or roster.lines[line_id].may_ring(roster.volunteers[who])
                    reasons[who].add((line_id, reason if may_ring else _WANT))
    return reasons


def _quiet_shifts(
    roster: Roster,
    found: Mapping[LineId, Sequence[CoverageSpan]],
    windows: Mapping[LineId, Window],
    rung: set[VolunteerId],
) -> Iterator[Problem]:
    """Shifts, or parts of them, that fall into somebody's quiet hours. Of backup people nothing is said: who is backup
    around the clock is so with their quiet hours in mind."""
    for line in roster.lines.values():
        if not line.quiet:
            continue
        on_shift: dict[VolunteerId, list[Span]] = defaultdict(list)
        for one in occurrences(line, *windows[line.id].reach):
            for place in one.places:
                if place.who in line.quiet and place.who in rung and not place.as_backup:
                    on_shift[place.who].append((place.start, place.end))
        silent: dict[VolunteerId, list[Span]] = defaultdict(list)
        for span in found[line.id]:
            for who in span.duty.quiet if span.duty.is_open else ():
                silent[who].append((span.from_utc, span.until_utc))
        for who, spans in on_shift.items():
            when = times(windows[line.id], common(union(spans), union(silent[who])))
            if when:
                what = f"'{who}' is on shift on {line.id} in their quiet hours, and so not rung: {joined(when)}"
                yield Problem.warning(roster.volunteers[who].where, what, _HINTS[_QUIET])


def _groups(line: Line) -> Mapping[str, frozenset[RingGroup]]:
    """Whom each ring plan rings at all, by name; the usual one's is empty."""
    plans: dict[str, Sequence[RingStep]] = {"": line.ring_steps, **{plan.name: plan.steps for plan in line.ring_plans}}
    return {name: frozenset(step.group for step in steps) for name, steps in plans.items()}


def _rings_backup(line: Line) -> bool:
    return any(RingGroup.BACKUP in groups for groups in _groups(line).values())


def _names_backup(line: Line) -> bool:
    cells = [shift.backup.everybody() for shift in line.shifts]
    for days in (line.special_days, line.yearly_days, line.months):
        cells += [frozenset(cell) for day in days.values() for cell in day.backup.values()]
    return any(cells)

"""When each person is on shift and may be rung, slot by slot over all lines: for what nobody can do twice at once.

Opening hours and quiet hours are cut out: who cannot be rung has no work then. Backup people do not count.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from hotline_agi.planning.stretches import common, rest, union
from hotline_agi.roster.clock import Span, days_around, spans_of
from hotline_agi.roster.model import Line, Roster
from hotline_agi.roster.timetable import occurrences, open_spans
from hotline_agi.terms.ids import LineId, VolunteerId
from hotline_agi.terms.problems import Mark


class Stint(NamedTuple):
    """Somebody's time in one slot of one line; a tuple, for there are a hundred thousand of them in a big roster."""

    start: datetime
    """UTC; likewise `end`, which is later."""
    end: datetime
    line: Line
    slot: str
    where: Mark
    """What puts them there."""


def stints(roster: Roster, reaches: Mapping[LineId, Span]) -> dict[VolunteerId, list[Stint]]:
    """Everybody's stints by time: all that touch the span that `reaches` gives for their line."""
    found: dict[VolunteerId, list[Stint]] = defaultdict(list)
    for line in roster.lines.values():
        start, until = reaches[line.id]
        opening = union(open_spans(line, start, until))
        silent = _quiet(line, start, until)
        for one in occurrences(line, start, until):
            hours = common([(one.start, one.end)], opening)
            always = hours == [(one.start, one.end)]
            for place in one.places:
                if place.as_backup:
                    continue
                who = place.who
                if always and who not in silent:
                    found[who].append(Stint(place.start, place.end, line, one.shift.slot, place.where))
                    continue
                own = rest(common([(place.start, place.end)], hours), silent.get(who, ()))
                found[who].extend(Stint(begin, end, line, one.shift.slot, place.where) for begin, end in own)
    for worked in found.values():
        worked.sort(key=lambda stint: stint[:2])
    return found


def _quiet(line: Line, start: datetime, until: datetime) -> Mapping[VolunteerId, Sequence[Span]]:
    found: dict[VolunteerId, Sequence[Span]] = {}
    for who in line.quiet.values():
        zone = who.zone or line.zone
        found[who.id] = union(spans_of(zone, who.quiet, days_around(zone, start, until)))
    return found

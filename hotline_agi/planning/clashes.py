"""Who is on shift in two places at once: they can talk to one caller only."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from hotline_agi.planning.recurrence import joined, times, window
from hotline_agi.planning.stints import Stint
from hotline_agi.roster.clock import Span
from hotline_agi.roster.model import Line
from hotline_agi.terms.ids import VolunteerId
from hotline_agi.terms.problems import Mark, Problem

_Pair = tuple[str, str, str, str]
"""The line and slot of either stint, sorted."""


def clashes(worked: Mapping[VolunteerId, Sequence[Stint]], now: datetime, days: int) -> Iterator[Problem]:
    """:param worked: everybody's stints by time, over some days from `now` (aware) on and a little more."""
    for who, stints in worked.items():
        found: dict[_Pair, list[tuple[Stint, Stint]]] = {}
        open_ended: list[Stint] = []
        for stint in stints:
            open_ended = [one for one in open_ended if stint.start < one.end]
            for one in open_ended:
                if not _touch(one, stint):
                    first, second = sorted(((one.line.id, one.slot), (stint.line.id, stint.slot)))
                    found.setdefault((*first, *second), []).append((one, stint))
            open_ended.append(stint)
        for pair, together in found.items():
            yield from _warning(who, pair, together, now, days)


def _touch(one: Stint, later: Stint) -> bool:
    """Whether they overlap only because the clock is set back between them (`roster.clock`)."""
    zone = later.line.zone
    return one.end.astimezone(zone).replace(tzinfo=None) <= later.start.astimezone(zone).replace(tzinfo=None)


def _warning(
    who: VolunteerId, pair: _Pair, together: Sequence[tuple[Stint, Stint]], now: datetime, days: int
) -> Iterator[Problem]:
    line, slot, other_line, other_slot = pair
    of: Line = together[0][1].line
    spans: list[Span] = [(later.start, min(one.end, later.end)) for one, later in together]
    when = times(window(of.zone, now, days), sorted(set(spans)))
    if not when:
        return
    first = when[0].spans[0]
    where: Mark = next(later.where for one, later in together if (later.start, min(one.end, later.end)) == first)
    if line == other_line:
        what = f"'{who}' is in two slots at once, '{slot}' and '{other_slot}': {joined(when)}"
        hint = "they count once: name somebody else in one of them, or let one begin where the other ends"
    else:
        what = f"'{who}' is on shift on two lines at once, '{slot}' of {line} and '{other_slot}' of {other_line}: "
        what += joined(when)
        if any(one.line.zone != of.zone for one, _ in together):
            what += f" ({of.zone.key})"
        hint = "they can talk to one caller only: name somebody else on one of them"
    yield Problem.warning(where, what, hint)

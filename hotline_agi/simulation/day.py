"""Part of a day of one line, as its roster has it: who may be rung, and when who calls."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from random import Random

from hotline_agi.roster.duty import duty_spans
from hotline_agi.roster.model import EndpointKind, Line, Roster, Volunteer
from hotline_agi.simulation.arrivals import arrivals
from hotline_agi.simulation.assumptions import Assumptions
from hotline_agi.simulation.crowd import Crowd
from hotline_agi.simulation.pbx import Scene
from hotline_agi.simulation.recorded import Recorded
from hotline_agi.terms.ids import VolunteerId
from hotline_agi.terms.numbers import PhoneNumber


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """What is to be played. The callers are drawn by `by_hour`, or they are those of a recorded day."""

    roster: Roster
    line: Line
    start: datetime
    until: datetime
    assumed: Assumptions
    by_hour: Sequence[float] = ()
    recorded: Sequence[Recorded] | None = None
    surge: float = 1.0
    """So many times the calls."""

    def scene(self, seed: int) -> Scene:
        """One such day; the same seed gives the same one."""
        name = f"{seed}/{self.line.id}"
        chance = Random(f"{name}/arrivals")
        callers = f"{name}/caller"
        if self.recorded is None:
            rates = [self.surge * calls for calls in self.by_hour]
            first_s = arrivals(self.line.zone, self.start, self.until, rates, chance)
            crowd = Crowd(line=self.line.id, first_s=first_s, habits=self.assumed.callers, seed=callers)
        else:
            shown = multiplied(self.recorded, self.surge, (self.until - self.start).total_seconds(), chance)
            crowd = Crowd(
                line=self.line.id,
                first_s=[one.at_s for one in shown],
                habits=replace(self.assumed.callers, redial=0.0),  # who called again did so in the record
                seed=callers,
                known=[one.known for one in shown],
            )
        return Scene(
            roster=self.roster,
            crowd=crowd,
            staff=self.assumed.staff(f"{name}/volunteer", self.line.zone, self.start),
            begins_at=self.start,
            volunteers=whoever_is_on(self.line, self.start, self.until),
        )


SPREAD_S = 900.0
"""The copies of a recorded call come within so many seconds before or after it."""


def multiplied(recorded: Sequence[Recorded], times: float, span_s: float, chance: Random) -> list[Recorded]:
    """Each call `times` times: copies at other instants nearby, a fraction by chance; ordered."""
    shown: list[Recorded] = []
    for one in recorded:
        copies = int(times) + (chance.random() < times - int(times))
        for n in range(copies):
            at_s = one.at_s if n == 0 else one.at_s + chance.uniform(-SPREAD_S, SPREAD_S)
            shown.append(replace(one, at_s=min(max(0.0, at_s), span_s)))
    return sorted(shown, key=lambda one: one.at_s)


def whoever_is_on(line: Line, start: datetime, until: datetime) -> tuple[VolunteerId, ...]:
    """On shift or backup at some time of the span, in the order in which they come."""
    found: dict[VolunteerId, None] = {}
    for span in duty_spans(line, start, until):
        found.update(dict.fromkeys(span.duty.volunteers))
        found.update(dict.fromkeys(span.duty.backup))
    return tuple(found)


def with_numbers(roster: Roster) -> Roster:
    """The roster with an invented number (of a range kept for fiction) for each mobile that has none."""
    people = {who.id: _reachable(who, n) for n, who in enumerate(roster.volunteers.values())}
    return replace(roster, volunteers=people)


def _reachable(who: Volunteer, n: int) -> Volunteer:
    endpoints = tuple(
        replace(one, number=PhoneNumber(f"01632960{n % 1000:03}"))
        if one.kind is EndpointKind.MOBILE and one.number is None
        else one
        for one in who.endpoints
    )
    return who if endpoints == who.endpoints else replace(who, endpoints=endpoints)

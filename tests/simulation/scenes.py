"""Small worlds for the tests: a few people whose reactions are certain, or drawn."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from hotline_agi.roster.model import Endpoint, EndpointKind, Line, Roster
from hotline_agi.simulation.crowd import Crowd, Habits
from hotline_agi.simulation.pbx import Scene, play
from hotline_agi.simulation.spans import always
from hotline_agi.simulation.staff import Manner, Staff
from hotline_agi.simulation.truth import Played
from hotline_agi.terms.ids import VolunteerId
from tests.dispatch.lines import NOON, XINLI, line, mobile, person, ring, roster, shift, softphone

CERTAIN = Manner(accept=1.0, accept_after_s=always(5.0), press_s=always(3.0))
STEADY = Habits(talk_s=always(60.0), message=0.0)


def certain(**changes: Any) -> Manner:
    return replace(CERTAIN, **changes)


def scene(
    *first_s: float,
    people: Sequence[str] = ("lin", "wang", "zhao"),
    habits: Habits = STEADY,
    phones: Manner = CERTAIN,
    mobiles: Manner | None = None,
    endpoint: Callable[[str], Endpoint] = softphone,
    plan: Line | None = None,
    factor: Callable[[float], float] | None = None,
    accept_of: dict[VolunteerId, float] | None = None,
    seed: str = "1",
) -> Scene:
    """Callers at the given seconds; all `people` are on shift, each with one phone, and rung at once."""
    plan = plan or line(ring_steps=(ring(None, 600.0),), shifts=(shift(people, ()),), wrap_up_s=0.0, max_wait_s=600.0)
    known: Roster = roster(plan, people=[person(who, endpoint(who)) for who in people])
    return Scene(
        roster=known,
        crowd=Crowd(line=XINLI, first_s=sorted(first_s), habits=habits, seed=f"{seed}/caller"),
        staff=Staff(
            manners={EndpointKind.SOFTPHONE: phones, EndpointKind.MOBILE: mobiles or phones},
            seed=f"{seed}/volunteer",
            factor=factor,
            accept_of=accept_of,
        ),
        begins_at=NOON,
        volunteers=tuple(map(VolunteerId, people)),
    )


def played(*first_s: float, **wishes: Any) -> Played:
    return play(scene(*first_s, **wishes))


__all__ = ["CERTAIN", "STEADY", "certain", "line", "mobile", "played", "ring", "scene", "shift", "softphone"]

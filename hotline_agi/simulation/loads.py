"""The loads in which this product is measured against queues, with 30 volunteers who accept 40 % of their rings."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time
from enum import StrEnum
from random import Random
from zoneinfo import ZoneInfo

from hotline_agi.roster.model import (
    CallerOrder,
    Endpoint,
    EndpointKind,
    Line,
    OverflowStep,
    RingGroup,
    RingStep,
    Roster,
    Volunteer,
)
from hotline_agi.roster.plan import Shift, weekly
from hotline_agi.simulation.crowd import Crowd, Habits
from hotline_agi.simulation.pbx import Scene
from hotline_agi.simulation.spans import uniform
from hotline_agi.simulation.staff import Manner, Staff
from hotline_agi.terms.ids import EndpointId, LineId, VolunteerId
from hotline_agi.terms.numbers import PhoneNumber

VOLUNTEERS = 30
LINE = LineId("bench")
BEGINS_AT = datetime(2020, 2, 5, 4, 0, tzinfo=UTC)
"""A Wednesday noon in Wuhan."""
WHOLE_DAY = time(0, 0)


class Load(StrEnum):
    LIGHT = "light"
    """A call a minute for an hour."""
    MEDIUM = "medium"
    """One every 8 s for 16 minutes."""
    SURGE = "surge"
    """40 calls within 10 s."""
    OVERLOAD = "overload"
    """200 calls in 4 minutes."""
    MIXED = "mixed"
    """As medium, but half of the phones are mobiles, of whose rings a third goes to a voicemail."""


@dataclass(frozen=True, slots=True)
class _Stream:
    calls: int
    for_s: float


_STREAMS = {
    Load.LIGHT: _Stream(60, 3600.0),
    Load.MEDIUM: _Stream(120, 960.0),
    Load.SURGE: _Stream(40, 10.0),
    Load.OVERLOAD: _Stream(200, 240.0),
    Load.MIXED: _Stream(120, 960.0),
}
_MANNER = Manner(accept=0.4, accept_after_s=uniform(3.0, 15.0))
_MOBILE = Manner(accept=0.4, accept_after_s=uniform(3.0, 15.0), voicemail=1 / 3)


def line(ring_steps: Sequence[RingStep] | None = None) -> Line:
    """The one configuration of this product for all loads.

    Callers wait as long as they do in a queue, a phone rings as long, and who has waited beyond the service level lets
    those pass, for a minute at most, who can still be answered within it.
    """
    people = tuple(VolunteerId(f"v{n:02}") for n in range(1, VOLUNTEERS + 1))
    every_day = weekly(dict.fromkeys(range(7), people))
    return Line(
        id=LINE,
        name={"zh": "测量", "en": "Bench"},
        zone=ZoneInfo("Asia/Shanghai"),
        numbers=("01632960100",),
        language="zh",
        opening=(),
        ring_steps=tuple(ring_steps or (RingStep(group=RingGroup.ON_SHIFT, count=None, for_s=3600.0, adaptive=True),)),
        ring_timeout_s=15.0,
        max_wait_s=3600.0,
        comfort_every_s=30.0,
        wrap_up_s=0.0,
        overflow=(OverflowStep.MESSAGE,),
        closed=(OverflowStep.DIRECTORY,),
        transfer=None,
        transfer_timeout_s=30.0,
        callers=CallerOrder(yields_s=60.0),
        shifts=(Shift(slot="day", start=WHOLE_DAY, until=WHOLE_DAY, people=every_day),),
    )


def roster(load: Load, one: Line) -> Roster:
    people = sorted({who for turn in one.shifts[0].people.turns for cell in turn for who in cell or ()})
    known = [_volunteer(who, is_mobile=load is Load.MIXED and n % 2 == 1, n=n) for n, who in enumerate(people)]
    return Roster(lines={one.id: one}, volunteers={each.id: each for each in known})


def scene(load: Load, seed: int, one: Line | None = None) -> Scene:
    """One load, drawn from `seed`: the same callers and volunteers whatever serves them."""
    stream, chance = _STREAMS[load], Random(f"{seed}/{load}")
    known = roster(load, one or line())
    return Scene(
        roster=known,
        crowd=Crowd(
            line=LINE,
            first_s=sorted(chance.uniform(0.0, stream.for_s) for _ in range(stream.calls)),
            habits=Habits(talk_s=uniform(30.0, 90.0)),
            seed=f"{seed}/{load}/caller",
        ),
        staff=Staff(
            manners={EndpointKind.SOFTPHONE: _MANNER, EndpointKind.MOBILE: _MOBILE}, seed=f"{seed}/{load}/volunteer"
        ),
        begins_at=BEGINS_AT,
        volunteers=tuple(known.volunteers),
    )


def _volunteer(who: VolunteerId, *, is_mobile: bool, n: int) -> Volunteer:
    if is_mobile:
        endpoint = Endpoint(
            id=EndpointId(f"{who}-mobile"),
            kind=EndpointKind.MOBILE,
            number=PhoneNumber(f"01632960{n:03}"),
            confirm=True,
        )
    else:
        endpoint = Endpoint(
            id=EndpointId(f"sp-{who}"), kind=EndpointKind.SOFTPHONE, pjsip_name=f"sp-{who}", confirm=False
        )
    return Volunteer(id=who, name=who, languages=("zh",), endpoints=(endpoint,))

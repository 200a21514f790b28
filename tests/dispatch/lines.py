"""Rosters for the tests of dispatch, written in Python: the reading of YAML is tested elsewhere."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from hotline_agi.roster.duty import everybody
from hotline_agi.roster.model import (
    Endpoint,
    EndpointKind,
    Line,
    OverflowStep,
    RingGroup,
    RingStep,
    Roster,
    Volunteer,
)
from hotline_agi.roster.plan import Shift, WeeklyHours, weekly
from hotline_agi.terms.ids import EndpointId, LineId, VolunteerId
from hotline_agi.terms.numbers import PhoneNumber

NOON = datetime(2020, 2, 5, 4, 0, tzinfo=UTC)
"""A Wednesday noon in Wuhan."""
EVERY_DAY = frozenset(range(7))
ROUND_THE_CLOCK = time(0, 0)
DAYTIME = WeeklyHours(weekdays=EVERY_DAY, start=time(9, 0), until=time(18, 0))
NIGHT = WeeklyHours(weekdays=EVERY_DAY, start=time(22, 0), until=time(6, 0))

XINLI, ERTONG = LineId("xinli"), LineId("ertong")
ON_SHIFT = ("lin", "wang", "zhao", "chen")
BACKUP = ("bao", "gu")
DUTY_DOCTOR = Endpoint(
    id=EndpointId("duty-doctor"), kind=EndpointKind.MOBILE, number=PhoneNumber("01632 960999"), confirm=True
)


def softphone(volunteer: str) -> Endpoint:
    return Endpoint(
        id=EndpointId(f"sp-{volunteer}"), kind=EndpointKind.SOFTPHONE, pjsip_name=f"sp-{volunteer}", confirm=False
    )


def mobile(volunteer: str) -> Endpoint:
    number = PhoneNumber(f"01632960{sum(map(ord, volunteer)) % 1000:03}")
    return Endpoint(id=EndpointId(f"{volunteer}-mobile"), kind=EndpointKind.MOBILE, number=number, confirm=True)


def person(volunteer: str, *endpoints: Endpoint) -> Volunteer:
    """Somebody with a softphone and, when that cannot be reached, a mobile; or with the given endpoints."""
    return Volunteer(
        id=VolunteerId(volunteer),
        name=volunteer.title(),
        languages=("zh",),
        endpoints=endpoints or (softphone(volunteer), mobile(volunteer)),
    )


def shift(volunteers: Iterable[str] = ON_SHIFT, backup: Iterable[str] = BACKUP, **changes: Any) -> Shift:
    """The same people on all of `weekdays` (every day), around the clock."""
    weekdays = changes.pop("weekdays", EVERY_DAY)
    whole_day = Shift(
        slot="day",
        start=ROUND_THE_CLOCK,
        until=ROUND_THE_CLOCK,
        people=weekly(dict.fromkeys(weekdays, tuple(map(VolunteerId, volunteers)))),
        backup=weekly(dict.fromkeys(weekdays, tuple(map(VolunteerId, backup)))),
    )
    return replace(whole_day, **changes)


def ring(count: int | None, for_s: float = 15.0, group: RingGroup = RingGroup.ON_SHIFT) -> RingStep:
    return RingStep(group=group, count=count, for_s=for_s)


def line(**changes: Any) -> Line:
    """Rings two, then everybody on shift, then the backup; then a message or the directory."""
    plain = Line(
        id=XINLI,
        name={"zh": "心理援助热线", "en": "Support line"},
        zone=ZoneInfo("Asia/Shanghai"),
        numbers=("01632960100",),
        language="zh",
        opening=(),
        ring_steps=(ring(2), ring(None, 20.0), ring(None, 20.0, RingGroup.BACKUP)),
        ring_timeout_s=25.0,
        max_wait_s=120.0,
        comfort_every_s=30.0,
        wrap_up_s=60.0,
        overflow=(OverflowStep.MESSAGE, OverflowStep.DIRECTORY),
        closed=(OverflowStep.DIRECTORY,),
        transfer=None,
        transfer_timeout_s=30.0,
        shifts=(shift(),),
    )
    return replace(plain, **changes)


def with_transfer(**changes: Any) -> Line:
    """A line that tries the duty doctor before it takes a message, also when it is closed."""
    steps = (OverflowStep.TRANSFER, OverflowStep.MESSAGE, OverflowStep.DIRECTORY)
    return line(**{"overflow": steps, "closed": steps, "transfer": DUTY_DOCTOR} | changes)


def roster(*lines: Line, people: Iterable[Volunteer] = ()) -> Roster:
    """The given lines (or the plain one) with everybody whom they name; `people` may say how to reach some of them."""
    lines = lines or (line(),)
    names = {volunteer for each in lines for volunteer in everybody(each)}
    known = {volunteer: person(volunteer) for volunteer in sorted(names)}
    known.update({each.id: each for each in people})
    return Roster(lines={each.id: each for each in lines}, volunteers=known)

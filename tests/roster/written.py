"""Short ways to write lines, shifts and covers for the tests of who is on duty: values, no YAML."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time
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
from hotline_agi.roster.plan import (
    Absence,
    AbsenceKind,
    Cell,
    DayHours,
    Extra,
    MonthDay,
    Pattern,
    Shift,
    SpecialDay,
    Swap,
    WeeklyHours,
    weekly,
)
from hotline_agi.terms.ids import EndpointId, LineId, VolunteerId
from hotline_agi.terms.numbers import PhoneNumber
from hotline_agi.terms.problems import Mark

EVERY_DAY = frozenset(range(7))


def ids(text: str) -> Cell:
    """``"ann bo"`` → the two."""
    return tuple(map(VolunteerId, text.split()))


def who(text: str) -> VolunteerId:
    return VolunteerId(text)


def daily(text: str) -> Pattern:
    return weekly(dict.fromkeys(range(7), ids(text)))


def hours(start: str, until: str, weekdays: Iterable[int] = EVERY_DAY) -> WeeklyHours:
    return WeeklyHours(weekdays=frozenset(weekdays), start=time.fromisoformat(start), until=time.fromisoformat(until))


def day_hours(start: str, until: str) -> DayHours:
    return DayHours(start=time.fromisoformat(start), until=time.fromisoformat(until))


def shift(slot: str, start: str, until: str, people: str | Pattern = "", **changes: Any) -> Shift:
    pattern = daily(people) if isinstance(people, str) else people
    backup = changes.pop("backup", "")
    made = Shift(
        slot=slot,
        start=time.fromisoformat(start),
        until=time.fromisoformat(until),
        people=pattern,
        backup=daily(backup) if isinstance(backup, str) else backup,
        where=Mark(file="xinli/shifts.yaml", line=1 + sum(map(ord, slot)) % 90),
    )
    return replace(made, **changes)


def line(*shifts: Shift, zone: str = "UTC", **changes: Any) -> Line:
    """Open around the clock, two waves: two on shift, then the backup; `changes` may say otherwise."""
    plain = Line(
        id=LineId("xinli"),
        name={"zh": "心理援助热线", "en": "Support line"},
        zone=ZoneInfo(zone),
        numbers=("01632960100",),
        language="zh",
        opening=(),
        ring_steps=(step(2), step(None, RingGroup.BACKUP)),
        ring_timeout_s=25.0,
        max_wait_s=120.0,
        comfort_every_s=30.0,
        wrap_up_s=60.0,
        overflow=(OverflowStep.MESSAGE,),
        closed=(OverflowStep.MESSAGE,),
        transfer=None,
        transfer_timeout_s=30.0,
        shifts=shifts,
    )
    return replace(plain, **changes)


def roster(*lines: Line, **people: Volunteer) -> Roster:
    """With everybody whom `lines` name; `people` may say more of some."""
    names = sorted({one for each in lines for one in everybody(each)})
    known = {one: people.get(one) or person(one) for one in names}
    return Roster(lines={each.id: each for each in lines}, volunteers=known)


def person(one: str, **changes: Any) -> Volunteer:
    """Somebody with a softphone and a mobile."""
    softphone = Endpoint(id=EndpointId(f"sp-{one}"), kind=EndpointKind.SOFTPHONE, pjsip_name=f"sp-{one}", confirm=False)
    number = PhoneNumber("01632 960123")
    mobile = Endpoint(id=EndpointId(f"{one}-mobile"), kind=EndpointKind.MOBILE, number=number, confirm=True)
    plain = Volunteer(id=who(one), name=one.title(), languages=("en",), endpoints=(softphone, mobile))
    return replace(plain, **changes)


def step(count: int | None, group: RingGroup = RingGroup.ON_SHIFT) -> RingStep:
    return RingStep(group=group, count=count, for_s=20.0)


def adaptive_step() -> RingStep:
    """As few of those on shift as are likely enough."""
    return RingStep(group=RingGroup.ON_SHIFT, count=None, for_s=20.0, adaptive=True)


def covers_mark(n: int) -> Mark:
    return Mark(file="xinli/covers.yaml", line=n)


def moment(text: str) -> date | datetime:
    """``2026-02-14`` is a day, ``2026-02-14T03:00`` an instant by the line's clock."""
    return datetime.fromisoformat(text) if "T" in text else date.fromisoformat(text)


def swap(one: str, other: str, day: str, slot: str = "night", at: int = 1) -> Swap:
    return Swap(where=covers_mark(at), who=who(one), to=who(other), day=date.fromisoformat(day), slot=slot)


def extra(one: str, day: str, slot: str = "night", *, as_backup: bool = False, at: int = 1) -> Extra:
    return Extra(where=covers_mark(at), who=who(one), day=date.fromisoformat(day), slot=slot, as_backup=as_backup)


def sick(one: str, first: str, last: str, instead: str | None = None, at: int = 1) -> Absence:
    return absence(AbsenceKind.SICK, one, first, last, instead, at)


def away(one: str, first: str, last: str, instead: str | None = None, at: int = 1) -> Absence:
    return absence(AbsenceKind.AWAY, one, first, last, instead, at)


def absence(kind: AbsenceKind, one: str, first: str, last: str, instead: str | None, at: int) -> Absence:
    return Absence(
        where=covers_mark(at),
        kind=kind,
        who=who(one),
        first=moment(first),
        last=moment(last),
        instead=None if instead is None else who(instead),
    )


def special(name: str = "Spring Festival", at: int = 3, **changes: Any) -> SpecialDay:
    """`people` and `backup` as ``{"night": "ann bo"}``."""
    for group in ("people", "backup"):
        changes[group] = cells(changes.get(group, {}))
    return SpecialDay(name=name, where=Mark(file="xinli/days.yaml", line=at), **changes)


def month_day(people: Mapping[str, str], backup: Mapping[str, str] | None = None, at: int = 5) -> MonthDay:
    return MonthDay(
        where=Mark(file="xinli/months/2026-02.yaml", line=at), people=cells(people), backup=cells(backup or {})
    )


def cells(by_slot: Mapping[str, str]) -> Mapping[str, Cell]:
    return {slot: ids(text) for slot, text in by_slot.items()}


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)

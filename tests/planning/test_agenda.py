"""Places of people in time: against the duty at random instants."""

from datetime import datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from hotline_agi.planning.agenda import absent_at, appointments, next_of
from hotline_agi.roster.duty import on_duty
from hotline_agi.roster.precedence import Basis
from tests.dispatch.lines import roster as roster_of
from tests.planning.worlds import World
from tests.roster.story import PEOPLE
from tests.roster.written import away, extra, line, shift, sick, utc, who

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.lists(st.integers(0, 4 * 1440 - 1), min_size=20, max_size=20))
def test_who_has_a_place_is_on_duty_or_quiet(seed: int, minutes: list[int]) -> None:
    world = World(seed)
    found = list(appointments((world.one,), world.start, world.start + world.days * DAY))
    for at in (world.start + n * MINUTE for n in minutes):
        duty = on_duty(world.one, at)
        there = [one.place for one in found if one.place.start <= at < one.place.end]
        assert {place.who for place in there} == {*duty.volunteers, *duty.backup, *duty.quiet}
        assert {place.who for place in there if not place.as_backup} - {*duty.quiet} == {*duty.volunteers}


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from(PEOPLE), st.integers(0, 2 * 1440))
def test_the_next_shifts_come_in_order_and_are_not_over(seed: int, name: str, minute: int) -> None:
    world = World(seed)
    after = world.start + minute * MINUTE
    found = next_of(world.roster, who(name), after, 6)
    starts = [one.place.start for one in found]
    assert starts == sorted(starts)
    assert all(after < one.place.end and one.place.who == name for one in found)
    if found:  # none was left out before the last of them
        until = starts[-1]
        every = [
            one.place
            for one in appointments(world.roster.lines.values(), after, until, who(name))
            if one.place.start < until
        ]
        assert len(every) == sum(start < until for start in starts)


def test_backup_people_who_are_on_shift_have_one_place() -> None:
    plain = line(
        shift("night", "22:00", "06:00", "ann bo", backup="cy"),
        covers=(extra("ann", "2026-02-14", as_backup=True), away("ann", "2026-02-15T02:00", "2026-02-15T03:00")),
    )
    found = list(appointments((plain,), utc("2026-02-14T22:00"), utc("2026-02-15T06:00"), who("ann")))
    assert [one.place.as_backup for one in found] == [False, False]


def test_shifts_of_both_lines() -> None:
    world = World(3)
    every = {one.line.id for name in PEOPLE for one in next_of(world.roster, who(name), world.start, 50)}
    assert every == {world.one.id, world.other.id}


def test_nobody_has_no_shifts() -> None:
    assert next_of(roster_of(), who("nobody"), utc("2026-02-14T00:00"), 5) == []


def test_who_is_absent_at_an_instant() -> None:
    plain = line(
        shift("night", "22:00", "06:00", "ann bo", backup="ann"),
        covers=(
            sick("ann", "2026-02-14", "2026-02-14", instead="cy"),
            away("bo", "2026-02-15T02:00", "2026-02-15T03:00"),
        ),
    )

    def told(at: datetime) -> list[tuple[str, Basis, str | None]]:
        return [(loss.who, loss.basis, loss.other) for _, loss in absent_at(plain, at)]

    assert told(utc("2026-02-14T21:59")) == []
    assert told(utc("2026-02-14T22:00")) == [("ann", Basis.SICK, "cy")]
    assert told(utc("2026-02-15T02:30")) == [("ann", Basis.SICK, "cy"), ("bo", Basis.AWAY, None)]
    assert told(utc("2026-02-15T03:00")) == [("ann", Basis.SICK, "cy")]
    assert told(utc("2026-02-15T06:00")) == []


def test_a_backup_who_stands_in_for_an_hour_is_backup_all_the_same() -> None:
    plain = line(
        shift("night", "22:00", "06:00", "ann bo", backup="cy"),
        covers=(away("ann", "2026-02-15T02:00", "2026-02-15T03:00", instead="cy"),),
    )
    found = [one.place for one in appointments((plain,), utc("2026-02-14T22:00"), utc("2026-02-15T06:00"), who("cy"))]
    assert [(place.as_backup, place.start, place.end) for place in found] == [
        (False, utc("2026-02-15T02:00"), utc("2026-02-15T03:00")),
        (True, utc("2026-02-14T22:00"), utc("2026-02-15T06:00")),
    ]

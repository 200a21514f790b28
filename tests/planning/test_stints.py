"""Everybody's stints against who is on duty."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from hotline_agi.planning.stints import stints
from hotline_agi.roster.duty import duty_spans
from tests.planning.worlds import World

DAY = timedelta(days=1)


@given(st.integers(0, 100_000))
def test_a_stint_is_when_somebody_may_be_rung(seed: int) -> None:
    world = World(seed)
    reach = world.start, world.start + world.days * DAY
    worked = stints(world.roster, dict.fromkeys(world.roster.lines, reach))
    assert all(own == sorted(own, key=lambda one: one[:2]) for own in worked.values())
    assert all(one.start < one.end for own in worked.values() for one in own)
    for line in world.roster.lines.values():
        for span in duty_spans(line, *reach):
            for at in (span.from_utc, span.until_utc - timedelta(seconds=1)):
                there = {
                    who
                    for who, own in worked.items()
                    if any(one.line is line and one.start <= at < one.end for one in own)
                }
                assert there == (set(span.duty.volunteers) if span.duty.is_open else set())

"""A little of the chaos run: some sixty calls under three faults."""

import asyncio

import pytest

from tests.chaos import report
from tests.chaos.house import open_house
from tests.chaos.judge import judge
from tests.chaos.people import Does, Draws, Habits
from tests.chaos.play import play
from tests.chaos.schedule import Blow, Kind

pytestmark = pytest.mark.asterisk

LINES, CALLS, RATE = 8, 60, 7.0
HASTY = Habits(
    leave=0.15,
    message=0.05,
    long_talk=0.1,
    talk_s=(0.3, 1.0),
    long_talk_s=(4.0, 6.0),
    leave_s=(0.0, 4.0),
    accepts_s=(0.2, 1.0),
    reactions=((Does.DECLINES, 0.1), (Does.IS_BUSY, 0.05), (Does.VANISHES_TALKING, 0.03)),
)
BLOWS = (
    Blow(kind=Kind.AMI_RESET, at_s=1.0, lasts_s=1.0),
    Blow(kind=Kind.KILL, at_s=3.5, lasts_s=0.0),
    Blow(kind=Kind.FREEZE, at_s=7.5, lasts_s=1.0),
)
BOUND_S = 15.0


def test_no_call_is_lost_under_faults():
    async def story():
        draws = Draws(seed=1, habits=HASTY)
        async with open_house(LINES, draws) as house:
            await house.start_service()
            played = await play(house, draws.callers(CALLS, RATE, LINES), BLOWS)
        verdict = judge(played.evidence, ring_bound_s=BOUND_S)
        print(report.told(played.evidence, verdict, played))
        assert len(played.evidence.faults) == len(BLOWS)
        assert played.unproved == []
        assert verdict.failures == [], report.failures(played.evidence, verdict)

    asyncio.run(story())

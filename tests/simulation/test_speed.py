"""A day of 10,000 calls is played in less than a minute; so that a surge of the founding kind can be tried out."""

import time
from dataclasses import replace
from datetime import timedelta

import pytest

from hotline_agi.roster.plan import Shift, weekly
from hotline_agi.simulation import loads
from hotline_agi.simulation.arrivals import curve
from hotline_agi.simulation.assumptions import Assumptions
from hotline_agi.simulation.day import Day
from hotline_agi.simulation.pbx import play
from hotline_agi.simulation.report import report
from hotline_agi.terms.ids import VolunteerId

LIMIT_S = 60.0


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("people", "calls"), [(300, 10_000), (20, 3_000)], ids=["enough people", "far too few, so that many wait"]
)
def test_a_day_of_many_calls_takes_less_than_a_minute(people: int, calls: int) -> None:
    cell = tuple(VolunteerId(f"v{n:03}") for n in range(people))
    whole_day = Shift(
        slot="day", start=loads.WHOLE_DAY, until=loads.WHOLE_DAY, people=weekly(dict.fromkeys(range(7), cell))
    )
    line = replace(loads.line(), shifts=(whole_day,), max_wait_s=180.0, wrap_up_s=30.0)
    day = Day(
        roster=loads.roster(loads.Load.MIXED, line),
        line=line,
        start=loads.BEGINS_AT,
        until=loads.BEGINS_AT + timedelta(days=1),
        assumed=Assumptions(),
        by_hour=curve(calls),
    )
    began_s = time.process_time()
    found = report(line, day.start, day.until, [play(day.scene(1))])
    assert time.process_time() - began_s < LIMIT_S
    assert found.whole.calls >= calls
    assert (found.double_rings, found.endless, found.wrong) == (0, 0, 0)
    assert (found.whole.share(found.whole.answered) > 0.95) is (people == 300)

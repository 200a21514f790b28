"""Facts that the service takes from its machine and its rosters for alarms."""

from datetime import time, timedelta
from pathlib import Path

from hotline_agi.dispatch.events import CallArrived, CallerHeld, VolunteerPaused
from hotline_agi.dispatch.stand_ins import StandIn
from hotline_agi.roster.canary import LINE, VOLUNTEER, with_canary
from hotline_agi.roster.plan import Need
from hotline_agi.service import watching
from hotline_agi.terms.ids import CallId, VolunteerId
from hotline_agi.terms.standing import VolunteerState
from tests.dispatch.desk import PBX1
from tests.dispatch.lines import NOON, XINLI, line, roster, shift
from tests.dispatch.notice_desk import AFTERNOON_AT, EVENING_AT, NoticeDesk, afternoon

AFTERNOON = "afternoon"


def test_who_is_on_shift_and_how_they_stand():
    desk = NoticeDesk()
    desk.take(VolunteerPaused(volunteer=VolunteerId("zhao"), for_s=None))
    (found,) = watching.staffing(desk.machine, roster(afternoon()), desk.now)
    assert (found.line, found.is_open) == (XINLI, True)
    assert [(one.volunteer, one.state) for one in found.on_shift] == [("zhao", VolunteerState.PAUSED)]


def test_how_long_somebody_waits():
    desk = NoticeDesk()
    assert watching.longest_wait_s(desk.machine, XINLI, desk.now) == 0.0
    desk.take(CallArrived(call=CallId("c1"), line=XINLI, node=PBX1))
    desk.take(CallerHeld(call=CallId("c1")))
    desk.passes(7.0)
    assert watching.longest_wait_s(desk.machine, XINLI, desk.now) == 7.0


def test_slots_that_are_short_by_the_roster_and_by_what_was_agreed():
    known = roster(afternoon())
    assert watching.gaps_ahead(known, (), NOON) != [], "nobody is there in the night"
    left = StandIn(
        line=XINLI,
        slot=AFTERNOON,
        absent=VolunteerId("lin"),
        present=None,
        from_at=AFTERNOON_AT,
        until_at=EVENING_AT,
    )
    two = line(
        shifts=(
            shift(["zhao"], slot="noon", start=time(8), until=time(14)),
            shift(["lin", "wang"], slot=AFTERNOON, start=time(14), until=time(8), need=Need(people=(2,) * 7)),
        )
    )
    known = roster(two)
    assert watching.gaps_ahead(known, (), NOON) == []
    (gap,) = watching.gaps_ahead(known, (left,), NOON)
    assert (gap.slot, gap.what, gap.is_empty, gap.from_at) == (AFTERNOON, "1 of 2 people", False, AFTERNOON_AT)
    both = (left, StandIn(**{name: getattr(left, name) for name in left.__slots__} | {"absent": VolunteerId("wang")}))
    (gap,) = watching.gaps_ahead(known, both, NOON)
    assert (gap.what, gap.is_empty) == ("nobody", True)
    (short,) = watching.gaps_ahead(
        roster(line(shifts=(shift(["zhao"], slot="all", start=time(0), until=time(0), need=Need(people=(3,) * 7)),))),
        (),
        NOON + timedelta(minutes=5),
    )
    assert short.what == "1 of 3 people"


def test_disks_that_cannot_be_asked_are_left_out(tmp_path: Path):
    assert list(watching.free_bytes({"state": tmp_path, "gone": tmp_path / "gone"})) == ["state"]


def test_the_line_of_test_calls_meets_nothing_of_a_roster():
    known = roster(afternoon())
    again = with_canary(known)
    assert {*again.lines} - {*known.lines} == {LINE}
    assert {*again.volunteers} - {*known.volunteers} == {VOLUNTEER}
    assert again.lines[XINLI] is known.lines[XINLI]
    assert with_canary(known) == again
    assert LINE[0].isdigit(), "no id in a roster begins with a digit"
    assert with_canary(roster()).lines

"""Asking for cover: the backup is asked, the first yes wins, and the stand-in is rung by calls."""

from dataclasses import replace
from datetime import time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline_agi.dispatch import stand_ins
from hotline_agi.dispatch.commands import NoticeKind, NoticeReply, RingNotice
from hotline_agi.dispatch.cover_requests import PATIENCE_S, REPEAT_S
from hotline_agi.dispatch.events import CoverAsked, LegAnswered, NoticeAnswered
from hotline_agi.dispatch.stand_ins import StandIn
from hotline_agi.roster.plan import WeeklyHours, weekly
from hotline_agi.roster.timetable import Duty
from hotline_agi.terms.causes import Cause
from hotline_agi.terms.ids import VolunteerId
from tests.dispatch.desk import of, rung
from tests.dispatch.lines import ERTONG, EVERY_DAY, NOON, XINLI, person, roster
from tests.dispatch.notice_desk import (
    AFTERNOON_AT,
    EVENING_AT,
    HOUR_S,
    NoticeDesk,
    afternoon,
    covers,
    noticed,
    replies,
    slot,
    stopped,
)


def no_reminders(people: str = "lin", backup: str = "bao gu fang"):
    return replace(afternoon(people, backup), reminders=None)


def test_two_of_the_backup_are_asked_at_a_time() -> None:
    desk = NoticeDesk(roster(no_reminders()))
    said = desk.asks_cover("lin")
    assert noticed(said) == ["bao", "gu"]
    (ring, _) = of(RingNotice, said)
    assert (ring.kind, ring.about, ring.from_at, ring.until_at) == (
        NoticeKind.COVER,
        "lin",
        AFTERNOON_AT,
        EVENING_AT,
    )
    assert noticed(desk.presses("bao", False)) == ["fang"]


def test_the_first_yes_wins_and_the_others_are_told() -> None:
    desk = NoticeDesk(roster(no_reminders()))
    desk.asks_cover("lin")
    desk.take(LegAnswered(leg=desk.notice("gu")))
    said = desk.presses("bao", True)
    assert replies(said) == [NoticeReply.YOURS]
    assert covers(said) == [("lin", "bao")]
    assert stopped(said) == [], "gu listens and hears the end of it"
    assert replies(desk.take(NoticeAnswered(leg=desk.notice("gu"), agreed=True))) == [NoticeReply.COVERED]
    desk.gone("gu", Cause.NORMAL_CLEARING)
    assert noticed(desk.passes(2 * HOUR_S + 60.0)) == []
    assert desk.duty().volunteers == ("bao",)
    assert desk.duty().backup == ("gu", "fang")


def test_who_still_rings_stops_when_somebody_agreed() -> None:
    desk = NoticeDesk(roster(no_reminders()))
    desk.asks_cover("lin")
    assert stopped(desk.presses("bao", True)) == [desk.notice("gu")]


def test_the_stand_in_is_rung_by_the_next_call_and_the_absent_is_not() -> None:
    desk = NoticeDesk(roster(no_reminders("lin wang")))
    desk.passes_until(-60.0)
    desk.asks_cover("lin")
    assert rung(desk.waits("c1")) == ["lin", "wang"], "the asker stays on"
    desk.leaves("c1")
    desk.ends("lin")
    desk.ends("wang")
    desk.presses("gu", True)
    assert set(rung(desk.waits("c2"))) == {"gu", "wang"}


def test_the_running_shift_is_meant_before_the_next_one() -> None:
    shifts = (slot("noon", 8, 14, "lin", "bao"), slot("afternoon", 14, 18, "lin", "gu"))
    desk = NoticeDesk(roster(replace(afternoon(), shifts=shifts)))
    said = desk.asks_cover("lin")
    assert noticed(said) == ["bao"]
    assert of(RingNotice, said)[0].from_at == desk.now.at, "from now on"
    desk.presses("bao", True)
    assert desk.duty().volunteers == ("bao",)


def test_the_next_shift_is_meant_within_36_hours() -> None:
    desk = NoticeDesk(roster(replace(afternoon(), shifts=(slot("early", 6, 10, "lin", "bao"),))))
    assert noticed(desk.asks_cover("lin")) == ["bao"], "tomorrow morning"


def test_who_has_no_shift_asks_for_nothing() -> None:
    friday = replace(slot("friday", 6, 10, "lin", "bao"), people=weekly({4: (VolunteerId("lin"),)}))
    desk = NoticeDesk(roster(replace(afternoon(), shifts=(friday,))))
    for who in ("lin", "bao", "nobody"):
        assert desk.asks_cover(who) == []
    assert desk.ignored(CoverAsked) == 3


def test_everybody_who_missed_it_is_asked_once_more_and_then_the_coordinator_is_told() -> None:
    desk = NoticeDesk(roster(no_reminders("lin", "bao gu")))
    said = desk.asks_cover("lin") + desk.passes(60.0)
    assert noticed(said) == ["bao", "gu"]
    said = desk.passes(REPEAT_S)
    assert noticed(said) == ["bao", "gu"]
    assert covers(said) == []
    assert covers(desk.passes(60.0)) == [("lin", None)]
    assert noticed(desk.passes(2 * HOUR_S)) == []
    assert desk.duty().volunteers == ("lin",)


def test_who_said_no_is_not_asked_again() -> None:
    desk = NoticeDesk(roster(no_reminders("lin", "bao gu")))
    desk.asks_cover("lin")
    assert replies(desk.presses("bao", False)) == [NoticeReply.THANKS]
    assert set(noticed(desk.passes(2 * REPEAT_S))) == {"gu"}


def test_without_any_backup_the_coordinator_is_told_at_once() -> None:
    desk = NoticeDesk(roster(no_reminders("lin", "")))
    assert covers(desk.asks_cover("lin")) == [("lin", None)]


def test_asking_again_after_nobody_agreed_begins_anew_and_asking_twice_does_not() -> None:
    desk = NoticeDesk(roster(no_reminders("lin", "bao")))
    assert noticed(desk.asks_cover("lin")) == ["bao"]
    assert noticed(desk.asks_cover("lin")) == []
    desk.presses("bao", False)
    assert noticed(desk.asks_cover("lin")) == ["bao"]
    desk.presses("bao", True)
    (ring,) = of(RingNotice, desk.asks_cover("lin"))
    assert ring.from_at == AFTERNOON_AT + timedelta(days=1), "today's is theirs no more: tomorrow's is meant"


def test_nobody_of_the_backup_is_woken_in_their_quiet_hours() -> None:
    quiet = WeeklyHours(weekdays=EVERY_DAY, start=time(11, 0), until=time(13, 0))
    bao = replace(person("bao"), quiet=(quiet,), zone=ZoneInfo("Asia/Shanghai"))
    desk = NoticeDesk(roster(no_reminders("lin", "bao"), people=[bao]))
    said = desk.asks_cover("lin") + desk.passes(HOUR_S - 1.0)
    assert noticed(said) == []
    assert covers(said) == [("lin", None)], "told after a while, though bao may still be asked"
    assert noticed(desk.passes(30.0)) == ["bao"]
    desk.presses("bao", True)
    assert covers(desk.log) == [("lin", None), ("lin", "bao")]


def test_calls_come_before_cover() -> None:
    """The backup of the running shift could be needed by a call that waits."""
    desk = NoticeDesk(roster(no_reminders("lin", "bao")))
    desk.passes_until(-60.0)
    desk.waits("c1")
    assert noticed(desk.asks_cover("lin")) == []
    desk.leaves("c1")
    desk.ends("lin")
    assert noticed(desk.passes(20.0)) == ["bao"]


def test_looking_for_somebody_in_a_running_shift_ends() -> None:
    """bao talks all the time, and so can never be asked."""
    desk = NoticeDesk(roster(no_reminders("lin", "bao")))
    desk.passes_until(-60.0)
    desk.waits("c1")
    desk.passes(40.0)
    desk.talks("bao")
    assert noticed(desk.asks_cover("lin")) == []
    assert covers(desk.passes(PATIENCE_S + 60.0)) == [("lin", None)]
    assert desk.machine.board.notices.requests


def test_one_person_takes_one_place_of_a_slot() -> None:
    desk = NoticeDesk(roster(no_reminders("lin wang", "bao gu")))
    desk.asks_cover("lin")
    desk.presses("bao", True)
    assert set(noticed(desk.asks_cover("wang") + desk.passes(40.0))) == {"gu"}


def test_two_requests_do_not_ring_one_person_twice() -> None:
    desk = NoticeDesk(roster(no_reminders("lin wang", "bao gu")))
    desk.asks_cover("lin")
    assert noticed(desk.asks_cover("wang")) == []
    desk.presses("bao", True)
    said = desk.passes(20.0)
    assert noticed(said) == ["gu"]
    assert of(RingNotice, said)[0].about == "wang"


def test_a_person_of_two_lines_is_covered_on_both() -> None:
    both = [no_reminders("lin", "bao"), replace(no_reminders("lin", "gu"), id=ERTONG, numbers=("01632960101",))]
    desk = NoticeDesk(roster(*both))
    assert noticed(desk.asks_cover("lin")) == ["bao", "gu"]
    desk.presses("bao", True)
    desk.presses("gu", True)
    desk.passes_until(-1.0)
    assert (desk.duty(XINLI).volunteers, desk.duty(ERTONG).volunteers) == (("bao",), ("gu",))


# ---- rosters


def test_who_agreed_stands_in_whatever_the_roster_says_later() -> None:
    desk = NoticeDesk(roster(no_reminders("lin wang")))
    desk.asks_cover("lin")
    desk.presses("bao", True)
    desk.reads(roster(no_reminders("fang wang"), people=[person("lin")]))
    desk.passes_until(-1.0)
    assert desk.duty().volunteers == ("fang", "wang", "bao")


def test_a_stand_in_who_left_the_roster_leaves_the_place_to_whose_it_was() -> None:
    desk = NoticeDesk(roster(no_reminders("lin wang")))
    desk.asks_cover("lin")
    desk.presses("bao", True)
    desk.reads(roster(no_reminders("lin wang", "gu")))
    desk.passes_until(-1.0)
    assert desk.duty().volunteers == ("lin", "wang")


def test_who_needs_nobody_any_more_by_a_new_roster_is_not_looked_for() -> None:
    desk = NoticeDesk(roster(no_reminders("lin wang")))
    desk.asks_cover("lin")
    said = desk.reads(roster(no_reminders("wang"), people=[person("lin")]))
    assert set(stopped(said)) == {desk.notice("bao"), desk.notice("gu")}
    assert not desk.machine.board.notices.requests
    assert noticed(desk.passes(HOUR_S)) == []


# ---- the overlay

LIN, WANG, BAO, GU = map(VolunteerId, ("lin", "wang", "bao", "gu"))
PEOPLE = (LIN, WANG, BAO, GU)
DUTY = Duty(slots=("day",), volunteers=(LIN, WANG), backup=(BAO, GU), is_open=True)


def one(absent: VolunteerId = LIN, present: VolunteerId | None = BAO, **changes: object) -> StandIn:
    plain = StandIn(line=XINLI, slot="day", absent=absent, present=present, from_at=NOON, until_at=EVENING_AT)
    return replace(plain, **changes)  # type: ignore[arg-type]


def over(*of_day: StandIn, duty: Duty = DUTY, people: tuple[VolunteerId, ...] = PEOPLE, after_s: float = 0.0) -> Duty:
    known = {who: person(who) for who in people}
    return stand_ins.apply(duty, stand_ins.active(of_day, XINLI, duty, NOON + timedelta(seconds=after_s), known))


def test_the_present_stands_where_the_absent_stood() -> None:
    duty = over(one())
    assert (duty.volunteers, duty.backup) == ((BAO, WANG), (GU,))


@pytest.mark.parametrize(
    "other",
    [
        one(line=ERTONG),
        one(slot="night"),
        one(from_at=NOON + timedelta(seconds=1)),
        one(until_at=NOON),
        one(present=VolunteerId("nobody")),
    ],
)
def test_another_line_slot_time_or_roster_is_not_touched(other: StandIn) -> None:
    assert over(other) is DUTY


def test_who_is_there_anyway_is_not_there_twice() -> None:
    assert over(one(present=WANG)).volunteers == (WANG,)


def test_who_cannot_come_is_out_though_nobody_comes_instead() -> None:
    assert over(one(present=None)).volunteers == (WANG,)


def test_quiet_hours_are_kept_by_a_stand_in() -> None:
    duty = replace(DUTY, backup=(GU,), quiet=(BAO,))
    assert over(one(), duty=duty).volunteers == (WANG,)


@given(
    st.lists(
        st.builds(
            one,
            absent=st.sampled_from(PEOPLE),
            present=st.sampled_from((*PEOPLE, None, VolunteerId("nobody"))),
            absent_stays=st.booleans(),
            slot=st.sampled_from(["day", "night"]),
        ),
        max_size=5,
    )
)
def test_whatever_was_agreed_nobody_is_there_twice(of_day: list[StandIn]) -> None:
    duty = over(*of_day)
    everybody = duty.volunteers + duty.backup
    assert len(set(everybody)) == len(everybody)
    assert set(everybody) <= set(PEOPLE)


def test_the_same_duty_stays_the_same_object() -> None:
    desk = NoticeDesk(roster(no_reminders("lin wang")))
    desk.asks_cover("lin")
    desk.presses("bao", True)
    desk.passes_until(-60.0)
    first = desk.duty()
    desk.passes(10.0)
    assert desk.duty() is first

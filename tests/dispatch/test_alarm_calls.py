"""Calls to coordinators about an alarm: one after the other, until somebody sees to it."""

from dataclasses import replace
from datetime import time

from hotline_agi.dispatch.alarm_calls import GIVE_UP_S, REPEAT_S
from hotline_agi.dispatch.commands import AlarmWord, Command, NoteAlarm, NoticeKind, NoticeReply, RingNotice
from hotline_agi.dispatch.events import AlarmEnded, AlarmRaised, LinkLost, VolunteerPaused
from hotline_agi.roster.plan import WeeklyHours
from hotline_agi.terms.ids import VolunteerId
from tests.dispatch.desk import PBX1, of
from tests.dispatch.lines import EVERY_DAY, person, roster
from tests.dispatch.notice_desk import NoticeDesk, afternoon, noticed, replies, stopped

MOST = 6


class AlarmDesk(NoticeDesk):
    def alarm(self, *people: str, number: int = 1, most_per_hour: int = MOST) -> list[Command]:
        who = tuple(VolunteerId(one) for one in people)
        return self.take(AlarmRaised(alarm=number, kind="nobody-reachable", people=who, most_per_hour=most_per_hour))


def words(said: list[Command]) -> list[tuple[AlarmWord, str | None]]:
    return [(note.word, note.volunteer) for note in of(NoteAlarm, said)]


def test_who_presses_1_owns_it_and_nobody_else_is_called():
    desk = AlarmDesk()
    (ring,) = of(RingNotice, desk.alarm("bao", "gu"))
    assert (ring.volunteer, ring.kind, ring.alarm) == ("bao", NoticeKind.ALARM, "nobody-reachable")
    said = desk.presses("bao", True)
    assert replies(said) == [NoticeReply.THANKS]
    assert words(said) == [(AlarmWord.ACKNOWLEDGED, "bao")]
    assert noticed(desk.passes(3600.0), NoticeKind.ALARM) == []


def test_who_does_not_answer_is_rung_once_more_and_then_the_next():
    desk = AlarmDesk()
    desk.alarm("bao", "gu")
    said = desk.passes(4 * (30.0 + REPEAT_S) + 10.0)
    assert noticed(said, NoticeKind.ALARM) == ["bao", "gu", "gu"]
    assert words(said) == [(AlarmWord.NOBODY, None)]


def test_who_presses_2_is_left_alone():
    desk = AlarmDesk()
    desk.alarm("bao", "gu")
    said = desk.presses("bao", False)
    assert replies(said) == [NoticeReply.ASK_OTHERS]
    assert noticed(desk.passes(REPEAT_S + 1.0), NoticeKind.ALARM) == ["gu"]


def test_a_key_of_an_alarm_says_nothing_of_a_pause():
    desk = AlarmDesk()
    desk.take(VolunteerPaused(volunteer=VolunteerId("bao"), for_s=None))
    desk.alarm("bao")
    desk.presses("bao", True)
    assert desk.machine.standing(VolunteerId("bao"), desk.now)[0].value == "paused"


def test_nobody_is_rung_any_more_when_it_is_over():
    desk = AlarmDesk()
    desk.alarm("bao")
    assert stopped(desk.take(AlarmEnded(alarm=1))) == [desk.notice("bao")]
    desk.gone("bao")
    assert noticed(desk.passes(3600.0), NoticeKind.ALARM) == []
    assert desk.machine.board.notices.alarm_calls == {}


def test_who_has_quiet_hours_is_called_last():
    always = WeeklyHours(weekdays=EVERY_DAY, start=time(0), until=time(0))
    line = afternoon()
    people = [
        replace(person(who), quiet=(always,) if who == "bao" else (), zone=line.zone if who == "bao" else None)
        for who in ("lin", "wang", "bao", "gu", "zhao", "chen")
    ]
    desk = AlarmDesk(roster(line, people=people))
    assert noticed(desk.alarm("bao", "gu")) == ["gu"]
    said = desk.passes(4 * (30.0 + REPEAT_S) + 10.0)
    assert noticed(said, NoticeKind.ALARM) == ["gu", "bao", "bao"], "somebody must see to it at last"


def test_a_caller_who_waits_comes_first():
    desk = AlarmDesk()
    desk.alarm("zhao")
    ringing = desk.notice("zhao")
    assert ringing in stopped(desk.arrives("c1")), "zhao is on shift: the caller could use them"


def test_so_many_calls_an_hour_and_no_more():
    desk = AlarmDesk()
    desk.alarm("bao", "gu", most_per_hour=2)
    desk.alarm("zhao", number=2, most_per_hour=2)
    assert len(noticed(desk.passes(GIVE_UP_S - 60.0), NoticeKind.ALARM)) == 0
    assert len([one for one in of(RingNotice, desk.log) if one.kind is NoticeKind.ALARM]) == 2


def test_without_anybody_to_call_the_last_word_comes_at_once():
    desk = AlarmDesk()
    assert words(desk.alarm("nobody-knows-them")) == [(AlarmWord.NOBODY, None)]


def test_without_a_link_it_waits_and_gives_up_in_the_end():
    desk = AlarmDesk()
    desk.take(LinkLost(node=PBX1))
    assert noticed(desk.alarm("bao")) == []
    said = desk.passes(GIVE_UP_S + 60.0)
    assert words(said) == [(AlarmWord.NOBODY, None)]

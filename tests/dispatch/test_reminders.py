"""A call before the shift: who is ready, who cannot come, who does not answer."""

from dataclasses import replace
from datetime import time, timedelta
from zoneinfo import ZoneInfo

import pytest

from hotline_agi.dispatch import notices
from hotline_agi.dispatch.commands import NoteCover, NoteReadiness, NoticeKind, NoticeReply, RingNotice
from hotline_agi.dispatch.events import (
    DeviceChanged,
    LegAccepted,
    LegEnded,
    LinkLost,
    LiveLeg,
    NoticeAnswered,
    StockTaken,
    VolunteerPaused,
)
from hotline_agi.dispatch.reminders import REPEAT_S
from hotline_agi.roster.model import Reminders, Rest
from hotline_agi.roster.plan import WeeklyHours
from hotline_agi.terms.causes import Cause
from hotline_agi.terms.ids import EndpointId, LegId, VolunteerId
from hotline_agi.terms.instants import Now
from hotline_agi.terms.standing import Readiness
from tests.dispatch.desk import PBX1, of, rung
from tests.dispatch.lines import ERTONG, EVERY_DAY, person, ring, roster, softphone
from tests.dispatch.notice_desk import (
    AFTERNOON_AT,
    ASK_BACKUP_S,
    BEFORE_S,
    EVENING_AT,
    HOUR_S,
    RING_S,
    NoticeDesk,
    afternoon,
    covers,
    noticed,
    replies,
    slot,
    stopped,
)


def test_whoever_begins_soon_is_rung_once_the_time_has_come() -> None:
    desk = NoticeDesk()
    assert noticed(desk.passes_until(BEFORE_S + 1.0)) == []
    said = desk.passes(2.0)
    assert noticed(said) == ["lin", "wang"]
    (ring, _) = of(RingNotice, said)
    assert ring.kind is NoticeKind.READY
    assert (ring.from_at, ring.until_at, ring.zone) == (AFTERNOON_AT, EVENING_AT, "Asia/Shanghai")
    assert (ring.node, ring.language, ring.endpoint.id) == (PBX1, "zh", "sp-lin")
    assert desk.readiness("lin") is Readiness.ASKED


def test_who_presses_1_is_ready_and_is_left_alone() -> None:
    desk = NoticeDesk()
    desk.passes_until(BEFORE_S)
    said = desk.presses("lin", True) + desk.presses("wang", True)
    assert replies(said) == [NoticeReply.THANKS, NoticeReply.THANKS]
    assert desk.readiness("lin") is desk.readiness("wang") is Readiness.READY
    assert noticed(desk.passes(BEFORE_S + HOUR_S)) == []
    assert desk.duty().volunteers == ("lin", "wang")


def test_who_presses_2_is_out_and_the_backup_is_asked_at_once() -> None:
    desk = NoticeDesk()
    desk.passes_until(BEFORE_S)
    desk.presses("wang", True)
    said = desk.presses("lin", False)
    assert replies(said) == [NoticeReply.ASK_OTHERS]
    assert desk.readiness("lin") is Readiness.CANNOT
    assert noticed(said, NoticeKind.COVER) == ["bao", "gu"]
    assert of(RingNotice, said)[0].about == "lin"
    desk.misses("bao")
    desk.gone("gu")
    desk.passes_until(0.0)
    assert desk.duty().volunteers == ("wang",)


def test_who_does_not_answer_is_rung_once_more_and_then_shows_as_silent() -> None:
    desk = NoticeDesk(roster(afternoon("lin")))
    desk.passes_until(BEFORE_S)
    desk.misses("lin")
    assert noticed(desk.passes(REPEAT_S - 1.0)) == []
    assert noticed(desk.passes(2.0)) == ["lin"]
    desk.misses("lin")
    assert desk.readiness("lin") is Readiness.SILENT
    assert noticed(desk.passes_until(ASK_BACKUP_S + 1.0)) == []
    assert noticed(desk.passes(2.0)) == ["bao", "gu"]
    assert desk.duty().volunteers == ("zhao",)


def test_a_voicemail_that_answers_confirms_nothing() -> None:
    desk = NoticeDesk(roster(afternoon("lin")))
    desk.passes_until(BEFORE_S)
    for _ in range(2):
        desk.lifts("lin")
        desk.now_s += 33.0
        desk.gone("lin", Cause.NORMAL_CLEARING)
        desk.passes(REPEAT_S + 1.0)
    assert desk.readiness("lin") is Readiness.SILENT
    assert noticed(desk.passes_until(ASK_BACKUP_S - 1.0)) == ["bao", "gu"]


def test_who_did_not_confirm_stays_on_until_somebody_agrees() -> None:
    desk = NoticeDesk(roster(afternoon("lin")))
    desk.passes_until(BEFORE_S)
    desk.misses("lin")
    desk.passes(REPEAT_S + 1.0)
    desk.misses("lin")
    desk.passes_until(ASK_BACKUP_S - 1.0)
    desk.misses("bao")
    desk.gone("gu")
    desk.passes_until(0.0)
    assert desk.duty().volunteers == ("lin",)


def test_who_checks_in_is_ready_and_stops_ringing() -> None:
    desk = NoticeDesk()
    desk.passes_until(BEFORE_S)
    said = desk.checks_in("lin")
    assert stopped(said) == [desk.notice("lin")]
    assert desk.readiness("lin") is Readiness.READY
    desk.gone("lin", Cause.NORMAL_CLEARING)
    assert "lin" not in noticed(desk.passes(BEFORE_S))


def test_who_checks_in_while_others_are_asked_needs_nobody_any_more() -> None:
    desk = NoticeDesk(roster(afternoon("lin")))
    desk.passes_until(BEFORE_S)
    desk.presses("lin", False)
    said = desk.checks_in("lin")
    assert set(stopped(said)) == {desk.notice("bao"), desk.notice("gu")}
    desk.gone("bao", Cause.NORMAL_CLEARING)
    desk.gone("gu", Cause.NORMAL_CLEARING)
    desk.passes_until(0.0)
    assert desk.duty().volunteers == ("lin",)


def test_who_comes_after_all_and_who_agreed_are_both_there() -> None:
    desk = NoticeDesk(roster(afternoon("lin")))
    desk.passes_until(BEFORE_S)
    desk.presses("lin", False)
    desk.presses("gu", True)
    desk.checks_in("lin")
    desk.passes_until(-1.0)
    assert desk.duty().volunteers == ("gu", "lin")


def test_who_is_on_shift_until_then_is_not_rung() -> None:
    shifts = (slot("noon", 8, 14, "lin"), slot("afternoon", 14, 18, "lin wang"))
    desk = NoticeDesk(roster(replace(afternoon(), shifts=shifts)))
    assert set(noticed(desk.passes_until(0.0))) == {"wang"}


def test_quiet_hours_are_kept_and_cost_nobody_their_shift() -> None:
    quiet = WeeklyHours(weekdays=EVERY_DAY, start=time(13, 0), until=time(14, 0))
    lin = replace(person("lin"), quiet=(quiet,), zone=ZoneInfo("Asia/Shanghai"))
    desk = NoticeDesk(roster(afternoon("lin"), people=[lin]))
    assert noticed(desk.passes_until(-60.0)) == []
    assert desk.readiness("lin") is None
    assert desk.duty().volunteers == ("lin",)


def test_who_has_quiet_hours_at_first_is_rung_when_they_are_over() -> None:
    quiet = WeeklyHours(weekdays=EVERY_DAY, start=time(13, 0), until=time(13, 40))
    lin = replace(person("lin"), quiet=(quiet,), zone=ZoneInfo("Asia/Shanghai"))
    desk = NoticeDesk(roster(afternoon("lin"), people=[lin]))
    assert noticed(desk.passes_until(1201.0)) == []
    assert noticed(desk.passes(20.0)) == ["lin"]


def test_who_could_not_be_rung_at_all_shows_as_silent() -> None:
    desk = NoticeDesk(roster(afternoon("lin")))
    desk.take(LinkLost(node=PBX1))
    assert noticed(desk.passes_until(ASK_BACKUP_S - 1.0)) == []
    assert desk.readiness("lin") is Readiness.SILENT
    desk.links()
    assert noticed(desk.passes(16.0)) == ["bao", "gu"]


def test_after_a_start_nobody_waits_for_the_next_try() -> None:
    desk = NoticeDesk(roster(afternoon("lin")))
    desk.take(LinkLost(node=PBX1))
    desk.passes_until(BEFORE_S - 1.0)
    desk.links()
    assert noticed(desk.passes(0.1)) == ["lin"]


def test_the_other_phone_is_tried_at_once_when_none_rang() -> None:
    desk = NoticeDesk(roster(afternoon("lin")))
    desk.passes_until(BEFORE_S)
    said = desk.gone("lin", Cause.SUBSCRIBER_ABSENT)
    assert [ring.endpoint.id for ring in of(RingNotice, said)] == ["lin-mobile"]
    assert noticed(desk.gone("lin", Cause.CONGESTION)) == []
    assert noticed(desk.passes(REPEAT_S + 1.0)) == ["lin"], "that was one ring"


def test_a_softphone_that_is_gone_is_not_rung() -> None:
    desk = NoticeDesk(roster(afternoon("lin wang"), people=[person("wang", softphone("wang"))]))
    for who in ("lin", "wang"):
        desk.take(DeviceChanged(node=PBX1, endpoint=EndpointId(f"sp-{who}"), reachable=False, busy=False))
    said = desk.passes_until(BEFORE_S - 1.0)
    assert [ring.endpoint.id for ring in of(RingNotice, said)] == ["lin-mobile"]
    desk.presses("lin", True)
    desk.passes_until(ASK_BACKUP_S - 1.0)
    assert desk.readiness("wang") is Readiness.SILENT


def test_who_is_paused_is_not_rung_and_shows_as_silent() -> None:
    desk = NoticeDesk(roster(afternoon("lin")))
    desk.take(VolunteerPaused(volunteer=VolunteerId("lin"), for_s=None))
    assert noticed(desk.passes_until(ASK_BACKUP_S + 1.0)) == []
    assert noticed(desk.passes(2.0)) == ["bao", "gu"]
    assert desk.readiness("lin") is Readiness.SILENT


# ---- rest


def resting() -> NoticeDesk:
    """zhao (and chen) on shift now; who misses two calls in a row rests for ten minutes."""
    shifts = (slot("noon", 8, 18, "zhao chen"),)
    rest = Rest(missed=2, for_s=600.0)
    desk = NoticeDesk(roster(replace(afternoon(), shifts=shifts, rest=rest, ring_steps=(ring(None, 60.0),))))
    for call in ("c1", "c2"):
        desk.waits(call)
        desk.now_s += 25.0
        said = desk.ends("zhao", Cause.NO_ANSWER)
        desk.leaves(call)
        desk.ends("chen")
    assert noticed(said) == ["zhao"]
    return desk


def test_who_rests_is_told_once() -> None:
    desk = resting()
    (told,) = [one for one in of(RingNotice, desk.log) if one.kind is NoticeKind.RESTING]
    assert (told.until_at - told.from_at).total_seconds() == 600.0
    desk.misses("zhao")
    assert noticed(desk.passes(500.0)) == []
    assert not desk.machine.board.notices.resting


def test_who_wants_to_be_rung_again_presses_1() -> None:
    desk = resting()
    assert replies(desk.presses("zhao", True)) == [NoticeReply.THANKS]
    assert "zhao" in rung(desk.waits("c3"))


def test_who_hangs_up_goes_on_resting() -> None:
    desk = resting()
    assert replies(desk.presses("zhao", False)) == [NoticeReply.THANKS]
    assert "zhao" not in rung(desk.waits("c3"))


def test_who_came_back_by_the_menu_is_not_told_any_more() -> None:
    desk = resting()
    assert stopped(desk.checks_in("zhao")) == [desk.notice("zhao")]


def test_few_ring_together() -> None:
    desk = NoticeDesk(roster(afternoon("a b c d e f")))
    assert noticed(desk.passes_until(BEFORE_S - 1.0)) == ["a", "b", "c", "d"]
    desk.presses("b", True)
    assert noticed(desk.passes(20.0)) == ["e"]


def test_nobody_is_rung_whom_a_waiting_call_could_use() -> None:
    """bao is the backup of the shift that runs, and has the next one."""
    shifts = (slot("noon", 8, 14, "zhao", "bao"), slot("afternoon", 14, 18, "bao wang"))
    desk = NoticeDesk(roster(replace(afternoon(), shifts=shifts)))
    desk.passes_until(BEFORE_S + 5.0)
    desk.waits("c1")
    assert noticed(desk.passes(20.0)) == ["wang"]
    desk.leaves("c1")
    desk.ends("zhao", Cause.NORMAL_CLEARING)
    assert noticed(desk.passes(20.0)) == ["bao"]


def test_a_ringing_notice_makes_way_for_a_call_that_has_nobody() -> None:
    shifts = (slot("noon", 8, 14, "zhao", "bao"), slot("afternoon", 14, 18, "bao wang"))
    desk = NoticeDesk(roster(replace(afternoon(), shifts=shifts)))
    desk.passes_until(BEFORE_S - 1.0)
    said = desk.waits("c1")
    assert rung(said) == ["zhao"]
    assert stopped(said) == [], "a phone rings for the call"
    assert desk.notice("bao") in stopped(desk.ends("zhao", Cause.CALL_REJECTED))
    assert rung(desk.gone("bao", Cause.NORMAL_CLEARING)) == ["bao"]
    desk.leaves("c1")
    desk.ends("bao", Cause.NORMAL_CLEARING)
    assert noticed(desk.passes(20.0)) == ["bao"], "the withdrawn ring did not count"


def test_who_has_lifted_the_phone_is_not_cut_off_by_a_call() -> None:
    shifts = (slot("noon", 8, 14, "zhao", "bao"), slot("afternoon", 14, 18, "bao"))
    desk = NoticeDesk(roster(replace(afternoon(), shifts=shifts)))
    desk.passes_until(BEFORE_S - 1.0)
    desk.lifts("bao")
    desk.waits("c1")
    assert stopped(desk.ends("zhao", Cause.CALL_REJECTED)) == []


def test_one_yes_counts_for_every_line_that_begins_then() -> None:
    both = [afternoon("lin", ""), replace(afternoon("lin", ""), id=ERTONG, numbers=("01632960101",))]
    desk = NoticeDesk(roster(*both))
    assert noticed(desk.passes_until(BEFORE_S - 1.0)) == ["lin"]
    desk.presses("lin", True)
    assert noticed(desk.passes(BEFORE_S)) == []
    notes = [(note.line, note.readiness) for note in of(NoteReadiness, desk.log) if note.readiness is Readiness.READY]
    assert notes == [("xinli", Readiness.READY), ("ertong", Readiness.READY)]


def test_who_stands_in_by_phone_is_reminded_instead() -> None:
    desk = NoticeDesk(roster(afternoon("lin")))
    desk.asks_cover("lin")
    desk.presses("bao", True)
    desk.gone("gu", Cause.NORMAL_CLEARING)
    assert noticed(desk.passes_until(BEFORE_S - 1.0), NoticeKind.READY) == ["bao"]
    desk.presses("bao", True)
    assert noticed(desk.passes(HOUR_S)) == []


def test_the_next_day_is_another_day() -> None:
    desk = NoticeDesk(roster(afternoon("lin")))
    desk.passes_until(BEFORE_S - 1.0)
    desk.presses("lin", True)
    tomorrow = AFTERNOON_AT + timedelta(days=1)
    for _ in range(4):  # the others of the day
        desk.passes(6 * HOUR_S - 120.0)
        if noticed(desk.log)[-1] != "lin":
            desk.presses(noticed(desk.log)[-1], True)
    assert noticed(desk.passes_until(BEFORE_S - 1.0, tomorrow)).count("lin") == 1
    assert desk.readiness("lin") is Readiness.ASKED


class Stepped(NoticeDesk):
    """The wall clock can be set forward."""

    step_s = 0.0

    @property
    def now(self) -> Now:
        real = super().now
        return Now(mono_s=real.mono_s, at=real.at + timedelta(seconds=self.step_s))


def test_a_clock_that_was_set_forward_misses_no_reminder() -> None:
    desk = Stepped(roster(afternoon("lin")))
    desk.passes(60.0)
    desk.step_s = HOUR_S
    assert noticed(desk.passes(1750.0)) == ["lin"]


# ---- rosters


def test_a_new_roster_without_the_place_drops_its_reminder() -> None:
    desk = NoticeDesk()
    desk.passes_until(BEFORE_S - 1.0)
    said = desk.reads(roster(afternoon("wang zhao"), people=[person("lin")]))
    assert stopped(said) == [desk.notice("lin")]
    assert noticed(said) == [], "zhao is there until then"
    desk.gone("lin", Cause.NORMAL_CLEARING)
    assert "lin" not in noticed(desk.passes(HOUR_S))


def test_a_new_roster_does_not_ask_again_who_has_confirmed() -> None:
    desk = NoticeDesk()
    desk.passes_until(BEFORE_S - 1.0)
    desk.presses("lin", True)
    desk.presses("wang", True)
    assert noticed(desk.reads(roster(afternoon("lin wang fang"))) + desk.passes(60.0)) == ["fang"]


def test_reminders_that_a_new_roster_turns_on_begin() -> None:
    desk = NoticeDesk(roster(replace(afternoon("lin"), reminders=None)))
    assert noticed(desk.passes_until(60.0 + ASK_BACKUP_S)) == []
    assert noticed(desk.reads(roster(afternoon("lin")))) == ["lin"]


def test_who_is_reminded_late_has_a_minute_before_the_backup_is_asked() -> None:
    desk = NoticeDesk(roster(replace(afternoon("lin"), reminders=None)))
    desk.passes_until(30.0)
    assert noticed(desk.reads(roster(afternoon("lin")))) == ["lin"]
    assert noticed(desk.passes(59.0)) == []
    assert noticed(desk.passes(2.0)) == ["bao", "gu"]


# ---- odd events


def test_a_key_that_nobody_knows_of_is_answered() -> None:
    desk = NoticeDesk()
    said = desk.take(NoticeAnswered(leg=LegId("leg-00000000000099"), agreed=True))
    assert replies(said) == [NoticeReply.LOST]


def test_a_second_key_changes_nothing() -> None:
    desk = NoticeDesk(roster(afternoon("lin")))
    desk.passes_until(BEFORE_S)
    desk.take(NoticeAnswered(leg=desk.notice("lin"), agreed=True))
    assert replies(desk.take(NoticeAnswered(leg=desk.notice("lin"), agreed=False))) == [NoticeReply.THANKS]
    assert desk.readiness("lin") is Readiness.READY


def test_a_notice_cannot_accept_a_call() -> None:
    desk = NoticeDesk(roster(afternoon("lin")))
    desk.passes_until(BEFORE_S)
    desk.waits("c1")
    said = desk.take(LegAccepted(leg=desk.notice("lin")))
    assert [type(command).__name__ for command in said] == ["RefuseLeg"]


def test_a_notice_whose_end_is_never_told_ends() -> None:
    desk = NoticeDesk(roster(afternoon("lin", "")))
    desk.passes_until(BEFORE_S)
    desk.stuck = True
    leg = desk.notice("lin")
    assert stopped(desk.passes(RING_S + 30.0)) == [leg] * 3
    assert noticed(desk.passes(REPEAT_S)) == ["lin"]
    assert noticed(desk.passes(2 * REPEAT_S)) == [], "it counts as a ring, who knows what rang"


def test_a_gap_hides_no_end_of_a_notice() -> None:
    desk = NoticeDesk()
    desk.passes_until(BEFORE_S)
    desk.take(LinkLost(node=PBX1))
    desk.now_s += 10.0
    alive = LiveLeg(leg=desk.notice("wang"), volunteer=None, up=True)
    desk.take(StockTaken(node=PBX1, calls=frozenset(), legs=(alive,), asked_s=desk.now_s))
    assert set(desk.machine.board.notices.live) == {desk.notice("wang")}
    assert desk.machine.board.notices.live[desk.notice("wang")].picked_up
    assert not desk.machine.board.foreign
    assert noticed(desk.passes(REPEAT_S + 1.0)) == ["lin"]


def test_a_late_end_is_ignored() -> None:
    desk = NoticeDesk(roster(afternoon("lin")))
    desk.passes_until(BEFORE_S)
    leg = desk.notice("lin")
    desk.misses("lin")
    before = desk.ignored(LegEnded)
    desk.take(LegEnded(leg=leg))
    assert desk.ignored(LegEnded) == before + 1


def test_who_is_reminded_until_the_slot_begins_makes_way_for_a_call_that_waits_then() -> None:
    """No call comes and no phone is lost at that moment: other people are on duty."""
    desk = NoticeDesk(roster(afternoon("chen"), people=[person("lin")]))
    desk.passes_until(20.0)
    desk.waits("c1")
    desk.talks("zhao")
    desk.waits("c2")
    assert noticed(desk.reads(roster(afternoon("lin")))) == ["lin"]
    assert stopped(desk.passes_until(0.5)) == []
    assert set(stopped(desk.passes(5.0))) == {desk.notice("lin")}


# ---- a restart


def restarted(before: NoticeDesk) -> NoticeDesk:
    after = NoticeDesk(before.machine.board.roster)
    after.now_s = before.now_s
    notes = [note for note in before.log if isinstance(note, NoteReadiness | NoteCover)]
    board = after.machine.board
    board.now = after.now
    notices.restore(board, notes)
    after.links()
    return after


def test_after_a_restart_who_confirmed_is_not_rung_again() -> None:
    desk = NoticeDesk()
    desk.passes_until(BEFORE_S)
    desk.presses("lin", True)
    after = restarted(desk)
    assert noticed(after.passes(HOUR_S))[:1] == ["wang"]
    assert "lin" not in noticed(after.log)
    assert "wang" in noticed(after.log)


@pytest.mark.parametrize("comes", [False, True])
def test_after_a_restart_who_stands_in_still_does(comes: bool) -> None:
    desk = NoticeDesk(roster(afternoon("lin")))
    desk.passes_until(BEFORE_S)
    desk.presses("lin", False)
    desk.presses("bao", True)
    desk.gone("gu", Cause.NORMAL_CLEARING)
    if comes:
        desk.checks_in("lin")
    assert covers(desk.log) == [("lin", "bao")]
    after = restarted(desk)
    assert "gu" not in noticed(after.passes_until(-1.0))
    assert after.duty().volunteers == (("bao", "lin") if comes else ("bao",))
    after.passes_until(-1.0, EVENING_AT)
    book = after.machine.board.notices
    assert not [key for key in (*book.stand_ins, *book.requests) if "afternoon" in key]


def test_nothing_is_kept_when_the_day_is_over() -> None:
    desk = NoticeDesk(roster(replace(afternoon(), reminders=Reminders(before_s=BEFORE_S, ask_backup_s=ASK_BACKUP_S))))
    desk.passes_until(BEFORE_S)
    desk.presses("lin", False)
    desk.presses("bao", True)
    desk.passes_until(-10.0, EVENING_AT)
    book = desk.machine.board.notices
    assert not [key for key in (*book.stand_ins, *book.requests) if "afternoon" in key]
    assert {one.slot for one in book.reminders.values()} == {"evening"}


def test_softphone_only_people_are_reminded_too() -> None:
    desk = NoticeDesk(roster(afternoon("lin"), people=[person("lin", softphone("lin"))]))
    assert noticed(desk.passes_until(BEFORE_S - 1.0)) == ["lin"]

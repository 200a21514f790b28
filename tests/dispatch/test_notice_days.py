"""What holds on every day with reminders, whatever people do; and that each planted bug is seen."""

from collections.abc import Callable
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hotline_agi.dispatch import alarm_calls, cover_requests, notice_legs, notices, reminders
from hotline_agi.dispatch.commands import CoverWord, NoticeReply
from hotline_agi.dispatch.notice_book import CoverRequest, Notice, NoticeBook, Reminder
from hotline_agi.dispatch.switchboard import Switchboard, Timer
from hotline_agi.roster.duty import on_duty
from hotline_agi.selfservice import shifts
from hotline_agi.terms.standing import Readiness
from tests.dispatch import test_notice_clock, test_reminders
from tests.dispatch.notice_day import TAPE_LENGTH, Day
from tests.dispatch.truth import Broken
from tests.dispatch.watch import Reach

DAYS, ENOUGH = 300, 100
"""So many days at most must reach everything; so many are played in any case."""
MOST_DAYS = 1500
TAPES = st.binary(min_size=TAPE_LENGTH, max_size=TAPE_LENGTH)


@settings(max_examples=100, deadline=None)
@given(TAPES)
def test_every_day_is_kind_and_ends(tape: bytes) -> None:
    Day(tape).play()


@pytest.mark.thorough
def test_the_days_reach_everything() -> None:
    expected = {
        "a notice": {"yes", "misses", "no", "voicemail", "declines", "unreachable", "lifts and hangs up"},
        "readiness": {readiness.value for readiness in Readiness},
        "reply": {reply.value for reply in NoticeReply} - {NoticeReply.LOST},
        "cover": {"found", "nobody", "asking", "comes", "a stand-in asks"},
        "weather": {"link lost", "new roster", "restart"},
        "alarm": {"acknowledged", "nobody", "over"},
    }
    reach = Reach()
    for seed in range(DAYS):
        reach.add(Day(Random(seed).randbytes(TAPE_LENGTH)).play())
        if seed + 1 >= ENOUGH and not reach.missed(expected):
            break
    print(f"\nreached in {seed + 1} days\n{reach.table()}")
    assert not reach.missed(expected)


# ---- planted bugs

Planting = Callable[[pytest.MonkeyPatch], None]


def _nothing(*_: Any, **__: Any) -> None:
    return


def rung_while_a_leg_lives(patch: pytest.MonkeyPatch) -> None:
    def may_ring(board: Switchboard, volunteer: Any, *, for_calls: bool = True, quiet_too: bool = False) -> bool:
        known = board.roster.volunteers.get(volunteer)
        if known is None or board.notices.node is None or board.notices.node in board.settling:
            return False
        board.seats.seat(volunteer).legs.clear()
        return not notice_legs.is_quiet(known, board.now.at) and len(board.notices.live) < notice_legs.MOST_AT_ONCE

    patch.setattr(notice_legs, "may_ring", may_ring)


def quiet_hours_are_forgotten(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(notice_legs, "is_quiet", lambda _volunteer, _at: False)


def everybody_is_rung_at_once(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(notice_legs, "MOST_AT_ONCE", 100)


def calls_are_not_looked_at(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(notice_legs, "is_wanted", lambda _board, _volunteer: False)


def a_lost_link_is_not_noticed(patch: pytest.MonkeyPatch) -> None:
    def may_ring(board: Switchboard, volunteer: Any, *, for_calls: bool = True, quiet_too: bool = False) -> bool:
        settling, board.settling = board.settling, set()
        try:
            return real(board, volunteer, for_calls=for_calls)
        finally:
            board.settling = settling

    real = notice_legs.may_ring
    patch.setattr(notice_legs, "may_ring", may_ring)


def the_second_yes_wins_too(patch: pytest.MonkeyPatch) -> None:
    def answered(board: Switchboard, notice: Notice, agreed: bool) -> NoticeReply:
        request = board.notices.requests.get(notice.key)
        if request is not None:
            request.present = None
        return real(board, notice, agreed)

    real = cover_requests.answered
    patch.setattr(cover_requests, "answered", answered)


def a_no_stands_in(patch: pytest.MonkeyPatch) -> None:
    real = cover_requests.answered
    patch.setattr(cover_requests, "answered", lambda board, notice, _agreed: real(board, notice, True))


def one_person_takes_two_places(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(cover_requests, "_is_taken", lambda _board, _request, _who: False)


def who_cannot_come_stays_on(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(cover_requests, "leaves", _nothing)


def stand_ins_are_not_laid_over(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(NoticeBook, "duty", lambda _self, _line, duty, _at, _people: duty)


def a_voicemail_confirms(patch: pytest.MonkeyPatch) -> None:
    def leg_ended(board: Switchboard, notice: Notice, try_next: bool) -> None:
        if notice.picked_up and not notice.answered:
            reminders.ready(board, notice.volunteer)
        real(board, notice, try_next)

    real = reminders.leg_ended
    patch.setattr(reminders, "leg_ended", leg_ended)


def a_voicemail_that_hangs_up_says_no(patch: pytest.MonkeyPatch) -> None:
    def leg_ended(board: Switchboard, notice: Notice, try_next: bool) -> None:
        if notice.picked_up and not notice.answered:
            reminders.answered(board, notice, False)
        real(board, notice, try_next)

    real = reminders.leg_ended
    patch.setattr(reminders, "leg_ended", leg_ended)


def who_is_silent_is_rung_for_ever(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(reminders, "MOST_RINGS", 5)


def who_confirmed_is_asked_again(patch: pytest.MonkeyPatch) -> None:
    def wants(board: Switchboard, reminder: Reminder) -> bool:
        return reminder.leg is None and board.now.at < reminder.from_at and reminder.line in board.roster.lines

    def ready(board: Switchboard, volunteer: Any) -> None:
        real(board, volunteer)
        for reminder in board.notices.reminders.values():
            board.set_timer(Timer.REMIND, reminder.key, 100.0)

    real = reminders.ready
    patch.setattr(reminders, "_wants_ring", wants)
    patch.setattr(reminders, "ready", ready)


def the_backup_is_not_asked(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(reminders, "_ask_backup", _nothing)


def nobody_is_told_that_nobody_comes(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(cover_requests, "_alarm", _nothing)


def past_shifts_are_kept(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(reminders, "_drop", _nothing)


def past_stand_ins_are_kept(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(cover_requests, "_sleep", _nothing)


def a_key_is_not_answered(patch: pytest.MonkeyPatch) -> None:
    def answered(board: Switchboard, leg: Any, agreed: bool) -> Any:
        found = real(board, leg, agreed)
        if agreed:
            board.out.pop()
        return found

    real = notices.answered
    patch.setattr(notices, "answered", answered)


def reminders_come_too_early(patch: pytest.MonkeyPatch) -> None:
    def look(board: Switchboard, line_id: Any) -> None:
        line = board.roster.lines[line_id]
        for slot, place in reminders._places(line, board.now.at, board.now.at + reminders.timedelta(hours=2)):
            reminders._begin(board, line, slot, place)
        real(board, line_id)

    real = reminders.look
    patch.setattr(reminders, "look", look)


def the_menu_reads_the_roster_alone(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(shifts.Rota, "duty", lambda _self, line, at: on_duty(line, at))


def the_menu_knows_nothing_that_was_taken(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(shifts, "_taken", lambda *_: ())


def the_menu_knows_nothing_that_was_given_away(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(shifts._Place, "agreed", lambda _self, _absent: None)


def a_stand_in_is_not_heard(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(cover_requests, "_taken", lambda *_: ())


def who_gave_a_place_away_asks_for_it(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(cover_requests, "_gave", lambda *_: False)


def a_search_is_not_noted(patch: pytest.MonkeyPatch) -> None:
    def note(board: Switchboard, request: CoverRequest, word: CoverWord = CoverWord.SETTLED) -> None:
        if word is not CoverWord.ASKING:
            real(board, request, word)

    real = cover_requests._note
    patch.setattr(cover_requests, "_note", note)


def a_search_is_not_taken_up(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(cover_requests, "resume", _nothing)


def who_comes_after_all_is_not_noted(patch: pytest.MonkeyPatch) -> None:
    def note(board: Switchboard, request: CoverRequest, word: CoverWord = CoverWord.SETTLED) -> None:
        if word is not CoverWord.COMES:
            real(board, request, word)

    real = cover_requests._note
    patch.setattr(cover_requests, "_note", note)


def a_notice_rings_on(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(notices, "make_way", _nothing)


def a_call_that_loses_its_phone_is_not_looked_at(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(notice_legs, "_touched", lambda _board: [])


def only_steps_are_looked_at(patch: pytest.MonkeyPatch) -> None:
    def make_way(board: Switchboard) -> None:
        patch.setattr(board.notices, "watched", Anything())
        real(board)

    real = notice_legs.make_way
    patch.setattr(notice_legs, "make_way", make_way)


def an_alarm_that_is_over_is_called_about(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(alarm_calls, "ended", _nothing)


def alarms_ring_as_often_as_they_like(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(alarm_calls, "_until_allowed_s", lambda _board, _call: 0.0)


def who_sees_to_an_alarm_is_not_noted(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(alarm_calls, "_note", _nothing)


def an_alarm_rings_whom_a_caller_could_use(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(
        alarm_calls,
        "_may_ring",
        lambda board, who: notice_legs.may_ring(board, who, for_calls=False, quiet_too=True),
    )


class Anything:
    """Equal to all."""

    def __eq__(self, _: object) -> bool:
        return True

    __hash__ = None  # type: ignore[assignment]


BUGS: list[Planting] = [
    the_menu_reads_the_roster_alone,
    the_menu_knows_nothing_that_was_taken,
    the_menu_knows_nothing_that_was_given_away,
    a_stand_in_is_not_heard,
    who_gave_a_place_away_asks_for_it,
    a_search_is_not_noted,
    a_search_is_not_taken_up,
    who_comes_after_all_is_not_noted,
    a_notice_rings_on,
    a_call_that_loses_its_phone_is_not_looked_at,
    rung_while_a_leg_lives,
    quiet_hours_are_forgotten,
    everybody_is_rung_at_once,
    calls_are_not_looked_at,
    a_lost_link_is_not_noticed,
    the_second_yes_wins_too,
    a_no_stands_in,
    one_person_takes_two_places,
    who_cannot_come_stays_on,
    stand_ins_are_not_laid_over,
    a_voicemail_confirms,
    a_voicemail_that_hangs_up_says_no,
    who_is_silent_is_rung_for_ever,
    who_confirmed_is_asked_again,
    the_backup_is_not_asked,
    nobody_is_told_that_nobody_comes,
    past_shifts_are_kept,
    past_stand_ins_are_kept,
    a_key_is_not_answered,
    reminders_come_too_early,
    an_alarm_that_is_over_is_called_about,
    alarms_ring_as_often_as_they_like,
    who_sees_to_an_alarm_is_not_noted,
    an_alarm_rings_whom_a_caller_could_use,
]


@pytest.mark.thorough
@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.__name__)
def test_a_planted_bug_is_killed(bug: Planting, monkeypatch: pytest.MonkeyPatch) -> None:
    bug(monkeypatch)
    for seed in range(MOST_DAYS):
        try:
            Day(Random(seed).randbytes(TAPE_LENGTH)).play()
        except Broken as broken:
            print(f"\n{bug.__name__:40} {broken.invariant:45} day {seed + 1}")
            return
    pytest.fail(f"the bug lives: {bug.__name__}")


# ---- what no day brings about, but a story does


def a_running_slot_is_reminded_of(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(reminders, "LATE_ASK_S", 1e6)


def a_clock_put_back_is_not_seen(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(reminders, "_early_s", lambda _board, _reminder: 0.0)


def a_clock_put_forward_is_not_seen(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(reminders, "_backup_comes", lambda _board, _reminder: False)


STORIES: list[tuple[Planting, Callable[[], None]]] = [
    (
        only_steps_are_looked_at,
        test_reminders.test_who_is_reminded_until_the_slot_begins_makes_way_for_a_call_that_waits_then,
    ),
    (
        a_running_slot_is_reminded_of,
        test_notice_clock.test_a_clock_that_is_put_forward_over_the_beginning_asks_no_backup_for_who_is_silent,
    ),
    (
        a_clock_put_back_is_not_seen,
        test_notice_clock.test_a_clock_that_is_put_back_asks_the_backup_by_the_new_time,
    ),
    (
        a_clock_put_forward_is_not_seen,
        test_notice_clock.test_a_small_step_within_the_window_is_seen_at_the_next_look,
    ),
]


@pytest.mark.thorough
@pytest.mark.parametrize(("bug", "story"), STORIES, ids=lambda one: one.__name__)
def test_a_planted_bug_is_killed_by_its_story(
    bug: Planting, story: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    bug(monkeypatch)
    with pytest.raises(AssertionError):
        story()

"""The watch is watched: each planted bug must be seen by it. A bug that lives is a hole in the tests."""

from collections.abc import Iterator
from typing import Any

import pytest

from hotline_agi.dispatch import adoption, answers, departures, groups, legs, matching, overflow, stock, talks, waves
from hotline_agi.dispatch.commands import CancelReason, CloseRecord
from hotline_agi.dispatch.events import CallArrived, Event, RoundEnded, StockTaken
from hotline_agi.dispatch.machine import Machine
from hotline_agi.dispatch.pools import Pool
from hotline_agi.dispatch.seats import Seats
from hotline_agi.dispatch.state import Call, CallState, Leg, LegState
from hotline_agi.dispatch.switchboard import Switchboard, Timer
from hotline_agi.terms.ids import LegId, VolunteerId
from tests.dispatch.planting import Planting, hunt, nothing

# ---- winners


def no_test_and_set(patch: pytest.MonkeyPatch) -> None:
    def accept(board: Switchboard, leg: Leg) -> None:
        leg.call.state = CallState.WAITING
        real(board, leg)

    real = talks.accept
    patch.setattr(talks, "accept", accept)


def joins_without_the_caller_in_the_bridge(patch: pytest.MonkeyPatch) -> None:
    def connect_if_held(board: Switchboard, call: Call) -> None:
        call.held, call.round_ends_s = True, board.now.mono_s + answers.ROUND_S
        real(board, call)

    real = talks.connect_if_held
    patch.setattr(talks, "connect_if_held", connect_if_held)


def joins_at_the_end_of_a_round(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(talks, "ROUND_END_GUARD_S", -1.0)


def a_winner_is_not_refused(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(talks, "refuse", nothing)


def a_late_winner_is_waited_for(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(talks, "HOLD_WAIT_S", 5.0)


# ---- seats


def a_seat_is_freed_by_the_cancel(patch: pytest.MonkeyPatch) -> None:
    def cancel(board: Switchboard, leg: Leg, reason: CancelReason) -> None:
        real(board, leg, reason)
        if leg.volunteer is not None:
            board.seats.leave(leg.volunteer, leg.id, board.now.mono_s)

    real = Switchboard.cancel
    patch.setattr(Switchboard, "cancel", cancel)


def no_wrap_up(patch: pytest.MonkeyPatch) -> None:
    def leave(seats: Seats, volunteer: VolunteerId, leg: LegId, now_s: float, *, wraps_until_s: Any = None) -> None:
        real(seats, volunteer, leg, now_s)

    real = Seats.leave
    patch.setattr(Seats, "leave", leave)


def stock_does_not_adopt(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(adoption, "adopt", nothing)


def a_stuck_leg_is_left_alone(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(legs, "overdue", nothing)


# ---- cancelling


def cancel_all_forgets_who_picked_up(patch: pytest.MonkeyPatch) -> None:
    def cancel_all(board: Switchboard, call: Call, reason: CancelReason) -> None:
        for leg in list(call.legs.values()):
            if leg is not call.winner and leg.state is not LegState.ANSWERED:
                board.cancel(leg, reason)

    patch.setattr(Switchboard, "cancel_all", cancel_all)


def overflow_lets_phones_ring_on(patch: pytest.MonkeyPatch) -> None:
    def begin(board: Switchboard, call: Call, opening_step: Any) -> None:
        with pytest.MonkeyPatch.context() as inner:
            inner.setattr(matching, "release", nothing)
            real(board, call, opening_step)

    real = overflow.begin
    patch.setattr(overflow, "begin", begin)


def a_key_lets_phones_ring_on(patch: pytest.MonkeyPatch) -> None:
    def leave_message(board: Switchboard, call: Call) -> None:
        with pytest.MonkeyPatch.context() as inner:
            inner.setattr(matching, "release", nothing)
            real(board, call)

    real = overflow.leave_message
    patch.setattr(overflow, "leave_message", leave_message)


# ---- ringing


def who_declined_is_asked_again(patch: pytest.MonkeyPatch) -> None:
    def leg_ended(board: Switchboard, leg: Leg, outcome: Any) -> None:
        real(board, leg, outcome)
        leg.call.declined.clear()

    real = waves.leg_ended
    patch.setattr(waves, "leg_ended", leg_ended)


def a_wave_rings_everybody(patch: pytest.MonkeyPatch) -> None:
    def lacks(board: Switchboard, call: Call) -> bool:
        return call.wave < len(call.ring_steps)

    patch.setattr(groups, "lacks", lacks)


def callers_who_left_are_served(patch: pytest.MonkeyPatch) -> None:
    def wants_people(board: Switchboard, call: Call) -> bool:
        left, call.left = call.left, False
        try:
            return real(board, call)
        finally:
            call.left = left

    real = Switchboard.wants_people
    patch.setattr(Switchboard, "wants_people", wants_people)
    patch.setattr(matching, "forget", nothing)


def a_wave_has_no_deadline(patch: pytest.MonkeyPatch) -> None:
    _without_timer(patch, Timer.WAVE)


def the_waiting_has_no_deadline(patch: pytest.MonkeyPatch) -> None:
    _without_timer(patch, Timer.OVERFLOW)


def who_ceases_to_ask_is_waited_for(patch: pytest.MonkeyPatch) -> None:
    _without_timer(patch, Timer.ASK)


def a_failed_transfer_is_not_noticed(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(overflow, "transfer_failed", nothing)


def a_lost_transfer_rings_the_volunteers(patch: pytest.MonkeyPatch) -> None:
    def ring_again(board: Switchboard, call: Call) -> None:
        call.transferring = False
        real(board, call)

    real = talks.ring_again
    patch.setattr(talks, "ring_again", ring_again)


def stock_looks_at_legs_first(patch: pytest.MonkeyPatch) -> None:
    def missing(board: Switchboard, taken: StockTaken) -> Iterator[Event]:
        board.settling.clear()
        found = list(real(board, taken))
        yield from sorted(found, key=lambda event: not hasattr(event, "leg"))

    real = stock.missing
    patch.setattr(stock, "missing", missing)


def a_talk_in_the_stock_is_not_believed(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(talks, "found_talking", nothing)


def a_leg_in_the_stock_is_believed_gone(patch: pytest.MonkeyPatch) -> None:
    def missing(board: Switchboard, taken: StockTaken) -> Iterator[Event]:
        repeats = {leg.id: leg.cancel_repeats for leg in board.legs.values()}
        yield from list(real(board, taken))
        for leg in board.legs.values():
            leg.cancel_repeats = repeats.get(leg.id, 0)

    real = stock.missing
    patch.setattr(stock, "missing", missing)


def a_caller_who_hangs_up_is_still_served(patch: pytest.MonkeyPatch) -> None:
    real = Machine._take

    def take(machine: Machine, event: Event) -> None:
        real(machine, event)
        for call in machine.board.calls.values():
            call.hanging_up = False

    patch.setattr(Machine, "_take", take)


# ---- questions


def a_caller_of_an_earlier_run_is_not_adopted(patch: pytest.MonkeyPatch) -> None:
    def asked(machine: Machine, event: CallArrived | RoundEnded) -> None:
        if isinstance(event, CallArrived) or event.call in machine.board.calls:
            real(machine, event)

    real = Machine._asked
    patch.setattr(Machine, "_asked", asked)


def a_verdict_never_comes(patch: pytest.MonkeyPatch) -> None:
    _without_timer(patch, Timer.VERDICT)


def every_talk_ended_well(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(talks, "NORMAL_END", frozenset(range(256)))


def no_talk_ended_well(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(talks, "NORMAL_END", frozenset())


def an_end_that_overtakes_its_beginning_is_ignored(patch: pytest.MonkeyPatch) -> None:
    def talk_ended(machine: Machine, call: Call, event: Any) -> None:
        if call.state is CallState.TALKING:
            real(machine, call, event)

    real = Machine._talk_ended
    patch.setattr(Machine, "_talk_ended", talk_ended)


def a_hang_up_that_was_lost_stays_lost(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(talks, "ghost", nothing)


# ---- records


def a_record_closes_twice(patch: pytest.MonkeyPatch) -> None:
    def close_if_over(board: Switchboard, call: Call) -> None:
        real(board, call)
        board.out += [command for command in board.out if isinstance(command, CloseRecord)][:1]

    real = Switchboard.close_if_over
    patch.setattr(Switchboard, "close_if_over", close_if_over)


def a_record_closes_before_its_legs(patch: pytest.MonkeyPatch) -> None:
    def left(board: Switchboard, call: Call) -> None:
        real(board, call)
        kept, call.legs = call.legs, {}
        board.close_if_over(call)
        call.legs = kept

    real = departures.left
    patch.setattr(departures, "left", left)


def the_departed_are_admitted_again(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Switchboard, "depart", nothing)


def a_message_is_not_waited_for(patch: pytest.MonkeyPatch) -> None:
    _without_timer(patch, Timer.MESSAGE)


def a_talk_is_not_recorded(patch: pytest.MonkeyPatch) -> None:
    def talk_started(board: Switchboard, leg: Leg) -> None:
        before = leg.call.outcome
        real(board, leg)
        leg.call.outcome = before

    real = talks.talk_started
    patch.setattr(talks, "talk_started", talk_started)


def an_answer_depends_on_who_asks_first(patch: pytest.MonkeyPatch) -> None:
    turns: list[int] = []

    def entry(pool: Pool, seat: Any) -> Any:
        turns.append(1)
        turn, rank, stamp, who = real(pool, seat)
        return (turn, -rank, stamp, who) if len(turns) % 7 == 0 else (turn, rank, stamp, who)

    real = Pool._entry
    patch.setattr(Pool, "_entry", entry)


def a_talk_is_taken_for_a_failed_join(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(talks, "JOIN_S", 0.0005)


def _without_timer(patch: pytest.MonkeyPatch, missing: Timer) -> None:
    def set_timer(board: Switchboard, kind: Timer, key: Any, after_s: float) -> None:
        if kind is not missing:
            real(board, kind, key, after_s)

    real = Switchboard.set_timer
    patch.setattr(Switchboard, "set_timer", set_timer)


BUGS: list[Planting] = [
    no_test_and_set,
    joins_without_the_caller_in_the_bridge,
    joins_at_the_end_of_a_round,
    a_winner_is_not_refused,
    a_late_winner_is_waited_for,
    a_seat_is_freed_by_the_cancel,
    no_wrap_up,
    stock_does_not_adopt,
    a_stuck_leg_is_left_alone,
    cancel_all_forgets_who_picked_up,
    overflow_lets_phones_ring_on,
    a_key_lets_phones_ring_on,
    who_declined_is_asked_again,
    a_wave_rings_everybody,
    callers_who_left_are_served,
    a_wave_has_no_deadline,
    the_waiting_has_no_deadline,
    who_ceases_to_ask_is_waited_for,
    a_failed_transfer_is_not_noticed,
    a_lost_transfer_rings_the_volunteers,
    stock_looks_at_legs_first,
    a_talk_in_the_stock_is_not_believed,
    a_leg_in_the_stock_is_believed_gone,
    a_caller_who_hangs_up_is_still_served,
    a_caller_of_an_earlier_run_is_not_adopted,
    a_verdict_never_comes,
    every_talk_ended_well,
    no_talk_ended_well,
    an_end_that_overtakes_its_beginning_is_ignored,
    a_hang_up_that_was_lost_stays_lost,
    a_record_closes_twice,
    a_record_closes_before_its_legs,
    the_departed_are_admitted_again,
    a_message_is_not_waited_for,
    a_talk_is_not_recorded,
    an_answer_depends_on_who_asks_first,
    a_talk_is_taken_for_a_failed_join,
]


@pytest.mark.thorough
@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.__name__)
def test_a_planted_bug_is_killed(bug: Planting, monkeypatch: pytest.MonkeyPatch) -> None:
    hunt(bug, monkeypatch)

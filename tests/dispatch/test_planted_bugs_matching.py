"""Bugs planted where calls and volunteers are matched: each must be seen by the watch."""

from dataclasses import replace
from typing import Any

import pytest

from hotline_agi.dispatch import limits, matching, people, pools, waiting, waves
from hotline_agi.dispatch.commands import CancelReason
from hotline_agi.dispatch.pools import Pool, Pools
from hotline_agi.dispatch.state import Call, Leg, LegState
from hotline_agi.dispatch.switchboard import Switchboard
from hotline_agi.dispatch.waiting import Waiting
from hotline_agi.terms.ids import VolunteerId
from hotline_agi.terms.outcomes import LegOutcome
from tests.dispatch.planting import Planting, hunt, nothing
from tests.planting import instead_of

# ---- who may be rung


def a_pause_is_not_kept(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(people, "paused", nothing)


def a_limit_is_not_kept(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(limits, "_stop", nothing)


def a_softphone_that_is_gone_is_rung(patch: pytest.MonkeyPatch) -> None:
    def is_reachable(board: Switchboard, endpoint: Any) -> bool:
        return True

    patch.setattr(Switchboard, "is_reachable", is_reachable)


def a_private_call_is_disturbed(patch: pytest.MonkeyPatch) -> None:
    def look_at_devices(board: Switchboard, volunteer: VolunteerId) -> None:
        real(board, volunteer)
        seat = board.seats.seat(volunteer)
        seat.elsewhere = False
        board.seats.settle(seat, board.now.mono_s)

    real = people.look_at_devices
    patch.setattr(people, "look_at_devices", look_at_devices)


def a_language_is_not_asked_for(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(pools, "unmet", nothing)


def a_long_talk_is_followed_by_a_short_rest(patch: pytest.MonkeyPatch) -> None:
    def leg_gone(board: Switchboard, leg: Leg, outcome: LegOutcome) -> None:
        line = leg.call.line
        leg.call.line = replace(line, long_wrap_up=None)
        real(board, leg, outcome)
        leg.call.line = line

    real = people.leg_gone
    patch.setattr(people, "leg_gone", leg_gone)


def yesterdays_people_are_rung(patch: pytest.MonkeyPatch) -> None:
    def of(made: Pools, line: Any, duty: Any, group: Any, wants: Any, volunteers: Any) -> Pool:
        key = line.id, group
        if key not in kept or kept[key][0] is not made:
            kept[key] = made, real(made, line, duty, group, wants, volunteers)
        return kept[key][1]

    kept: dict[Any, tuple[Pools, Pool]] = {}
    real = Pools.of
    patch.setattr(Pools, "of", of)


# ---- groups


def a_phone_stands_in_two_groups(patch: pytest.MonkeyPatch) -> None:
    def hand_over(board: Switchboard, leg: Leg, call: Call) -> None:
        before = leg.call
        real(board, leg, call)
        before.legs[leg.id] = leg

    real = Switchboard.hand_over
    patch.setattr(Switchboard, "hand_over", hand_over)


def who_is_released_rings_on(patch: pytest.MonkeyPatch) -> None:
    def release(board: Switchboard, call: Call, reason: CancelReason) -> None:
        matching.forget(board, call)

    patch.setattr(matching, "release", release)


def the_winner_is_released_too(patch: pytest.MonkeyPatch) -> None:
    def release(board: Switchboard, call: Call, reason: CancelReason) -> None:
        winner, call.winner = call.winner, None
        if winner is not None and winner.state is LegState.WINNER:
            winner.state = LegState.ANSWERED
        real(board, call, reason)
        call.winner = winner

    real = matching.release
    patch.setattr(matching, "release", release)


def the_overflow_number_is_handed_on(patch: pytest.MonkeyPatch) -> None:
    def heir(board: Switchboard, leg: Leg) -> Call | None:
        if leg.volunteer is None:
            return next((call for call in board.waiting.all() if call is not leg.call), None)
        return real(board, leg)

    real = matching._heir
    patch.setattr(matching, "_heir", heir)


def who_declined_gets_them_by_another_way(patch: pytest.MonkeyPatch) -> None:
    def may_take(board: Switchboard, call: Call, volunteer: VolunteerId) -> bool:
        declined, call.declined = call.declined, set()
        try:
            return real(board, call, volunteer)
        finally:
            call.declined = declined

    real = matching._may_take
    patch.setattr(matching, "_may_take", may_take)


def a_volunteer_who_comes_free_is_forgotten(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(waves, "settle", nothing)


def a_busy_phone_is_not_replaced(patch: pytest.MonkeyPatch) -> None:
    def fill(board: Switchboard, call: Call) -> None:
        if not call.tried:
            real(board, call)

    real = waves.fill
    patch.setattr(waves, "fill", fill)


# ---- the queue


def who_accepts_gets_whom_they_rang_for(patch: pytest.MonkeyPatch) -> None:
    def served_first(board: Switchboard, leg: Leg) -> Call | None:
        return leg.call if matching._is_there(leg.call) else None

    patch.setattr(matching, "served_first", served_first)


def high_risk_counts_for_nothing(patch: pytest.MonkeyPatch) -> None:
    def served_s(call: Call) -> float:
        return call.arrived_s

    patch.setattr(waiting, "served_s", served_s)


who_asked_for_help_waits_like_everybody = instead_of(waiting, "caller_class", "call.asked_for_help", "False")
who_asked_for_help_waits_like_everybody.__name__ = "who_asked_for_help_waits_like_everybody"


def nobody_yields(patch: pytest.MonkeyPatch) -> None:
    def turn(call: Call, now_s: float) -> waiting.Turn:
        return waiting.Turn.FIRST

    def parts(queue: Waiting, places: list[Any], now_s: float) -> tuple[int, int]:
        return len(places), len(places)

    patch.setattr(waiting, "turn", turn)
    patch.setattr(Waiting, "_parts", parts)


def who_yields_yields_for_ever(patch: pytest.MonkeyPatch) -> None:
    def turn(call: Call, now_s: float) -> waiting.Turn:
        found = real(call, now_s)
        return waiting.Turn.LATE if found is waiting.Turn.FIRST and call.policy.yields_s else found

    real = waiting.turn
    patch.setattr(waiting, "turn", turn)


def the_queue_is_not_left(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Waiting, "drop", nothing)


def who_is_flagged_keeps_their_place(patch: pytest.MonkeyPatch) -> None:
    def put(queue: Waiting, call: Call) -> None:
        if call.id not in queue:
            real(queue, call)

    real = Waiting.put
    patch.setattr(Waiting, "put", put)


BUGS: list[Planting] = [
    a_pause_is_not_kept,
    a_limit_is_not_kept,
    a_softphone_that_is_gone_is_rung,
    a_private_call_is_disturbed,
    a_language_is_not_asked_for,
    a_long_talk_is_followed_by_a_short_rest,
    yesterdays_people_are_rung,
    a_phone_stands_in_two_groups,
    who_is_released_rings_on,
    the_winner_is_released_too,
    the_overflow_number_is_handed_on,
    who_declined_gets_them_by_another_way,
    a_volunteer_who_comes_free_is_forgotten,
    a_busy_phone_is_not_replaced,
    who_accepts_gets_whom_they_rang_for,
    high_risk_counts_for_nothing,
    who_asked_for_help_waits_like_everybody,
    nobody_yields,
    who_yields_yields_for_ever,
    the_queue_is_not_left,
    who_is_flagged_keeps_their_place,
]


@pytest.mark.thorough
@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.__name__)
def test_a_planted_bug_is_killed(bug: Planting, monkeypatch: pytest.MonkeyPatch) -> None:
    hunt(bug, monkeypatch)

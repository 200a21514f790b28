"""Bugs planted in what callers who wait hear and choose: each must be seen by the watch."""

import pytest

from hotline_agi.dispatch import asides, matching, soundtrack, tongues, wishes
from hotline_agi.dispatch.commands import EndRound, Fact
from hotline_agi.dispatch.events import CallbackAsked
from hotline_agi.dispatch.state import Call
from hotline_agi.dispatch.switchboard import Switchboard
from tests.dispatch.planting import Planting, hunt, nothing


def who_is_aside_is_not_fetched(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(asides, "fetch", nothing)


def who_is_aside_is_believed_to_have_left(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(asides, "LIMIT_S", 10.0)


def a_callback_lets_phones_ring_on(patch: pytest.MonkeyPatch) -> None:
    def callback_asked(board: Switchboard, call: Call, event: CallbackAsked) -> None:
        with pytest.MonkeyPatch.context() as inner:
            inner.setattr(matching, "release", nothing)
            real(board, call, event)

    real = wishes.callback_asked
    patch.setattr(wishes, "callback_asked", callback_asked)


def a_callback_is_not_answered(patch: pytest.MonkeyPatch) -> None:
    def callback_asked(board: Switchboard, call: Call, event: CallbackAsked) -> None:
        board.note(call, Fact.CALLBACK_ASKED)

    patch.setattr(wishes, "callback_asked", callback_asked)


def a_callback_is_not_recorded(patch: pytest.MonkeyPatch) -> None:
    def callback_asked(board: Switchboard, call: Call, event: CallbackAsked) -> None:
        before = call.outcome
        real(board, call, event)
        call.outcome = before

    real = wishes.callback_asked
    patch.setattr(wishes, "callback_asked", callback_asked)


def a_round_that_ends_is_taken_for_one_that_goes_on(patch: pytest.MonkeyPatch) -> None:
    def end_round(board: Switchboard, call: Call) -> None:
        if call.held and not call.asking:
            board.out.append(EndRound(call=call.id, node=call.node))

    patch.setattr(tongues, "end_round", end_round)


def the_place_forgets_one(patch: pytest.MonkeyPatch) -> None:
    def certain_place(board: Switchboard, call: Call) -> int | None:
        place = real(board, call)
        return place - 1 if place else place

    real = soundtrack.certain_place
    patch.setattr(soundtrack, "certain_place", certain_place)


def the_place_may_grow(patch: pytest.MonkeyPatch) -> None:
    def certain_place(board: Switchboard, call: Call) -> int | None:
        call.told_place = None
        return real(board, call)

    real = soundtrack.certain_place
    patch.setattr(soundtrack, "certain_place", certain_place)


def anybody_is_rung_while_the_caller_chooses(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Call, "spoken", property(lambda call: call.language))


BUGS: list[Planting] = [
    who_is_aside_is_not_fetched,
    who_is_aside_is_believed_to_have_left,
    a_callback_lets_phones_ring_on,
    a_callback_is_not_answered,
    a_callback_is_not_recorded,
    a_round_that_ends_is_taken_for_one_that_goes_on,
    the_place_forgets_one,
    the_place_may_grow,
    anybody_is_rung_while_the_caller_chooses,
]


@pytest.mark.thorough
@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.__name__)
def test_a_planted_bug_is_killed(bug: Planting, monkeypatch: pytest.MonkeyPatch) -> None:
    hunt(bug, monkeypatch)

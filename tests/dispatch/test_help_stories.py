"""What holds in every story with help in talks, restarts included; what is reached that way; and planted bugs.

To look at one story: ``HelpStory(tape)`` or ``HelpRestarts(tape)`` with the tape that a failure prints.
"""

from collections.abc import Callable
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hotline_agi.dispatch import help_recovery, supervision, switchboard
from hotline_agi.dispatch.commands import HelperWord, HelpWord
from hotline_agi.dispatch.help_book import Help, Helper
from hotline_agi.dispatch.seats import Seats
from hotline_agi.dispatch.switchboard import Switchboard
from hotline_agi.terms.ids import VolunteerId
from tests.dispatch.help_story import HELP_COMMANDS, HELP_EVENTS, HELP_FACTS, HelpRestarts, HelpStory
from tests.dispatch.planting import Planting, nothing
from tests.dispatch.play import TAPE_LENGTH
from tests.dispatch.truth import Broken
from tests.dispatch.watch import Reach

TAPES = st.binary(min_size=TAPE_LENGTH, max_size=TAPE_LENGTH)
STORIES = 500
MOST_STORIES = 1500


@pytest.mark.parametrize("kind", [HelpStory, HelpRestarts])
@settings(max_examples=50, deadline=None)
@given(tape=TAPES)
def test_every_story_with_help_ends_well(kind: type[HelpStory], tape: bytes) -> None:
    story = kind(tape)
    story.play()
    story.replay()


EXPECTED = {
    "event": [kind.__name__ for kind in HELP_EVENTS],
    "command": [kind.__name__ for kind in HELP_COMMANDS],
    "fact": [fact.value for fact in HELP_FACTS],
    "word": [word.value for word in HelpWord],
    "reply": [word.value for word in HelperWord],
    "flag": ["a call", "a caller"],
    "death": ["somebody listens on"],
}


@pytest.mark.thorough
def test_the_stories_with_help_reach_everything() -> None:
    reach = Reach()
    for seed in range(STORIES):
        for kind in (HelpStory, HelpRestarts):
            reach.add(kind(Random(seed).randbytes(TAPE_LENGTH)).play())
    print(f"\nreached in {2 * STORIES} stories\n{reach.table()}")
    missed = [(kind, what) for kind, expected in EXPECTED.items() for what in expected if not reach.counts[kind][what]]
    assert not missed


# ---- planted bugs


def who_cannot_is_rung_again(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(supervision, "_may_ring", lambda *_: True)


def help_outlives_its_talk(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(supervision, "settle", nothing)


def a_listener_holds_no_seat(patch: pytest.MonkeyPatch) -> None:
    def ended(board: Switchboard, help_: Help, helper: Helper) -> None:
        real(board, help_, helper)
        if helper.volunteer is not None:
            board.seats.leave(helper.volunteer, helper.leg, board.now.mono_s)

    real = supervision._comes
    patch.setattr(supervision, "_comes", ended)


def two_supervisors_may_come(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(supervision, "there", lambda *_: [])
    patch.setattr(supervision, "_withdraw", nothing)


def who_rings_is_not_taken_back_for_the_next(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(supervision, "_withdraw", nothing)


def a_supervisor_is_awaited_for_ever(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(supervision, "AGAIN_S", float("inf"))


def the_volunteer_is_their_own_supervisor(patch: pytest.MonkeyPatch) -> None:
    def supervisors(board: Switchboard, help_: Help) -> list[VolunteerId]:
        own = help_.call.volunteer
        return [*real(board, help_), *([own] if own is not None else [])]

    real = supervision.supervisors
    patch.setattr(supervision, "supervisors", supervisors)
    patch.setattr(supervision, "_may_ring", lambda *_: True)


def a_stuck_helper_is_left_alone(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(supervision, "overdue", nothing)


def nobody_is_followed_up(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(switchboard, "follow_ups", lambda *_: [])


def a_key_is_not_answered(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(supervision, "_answer", nothing)


def who_listened_before_the_restart_is_not_known(patch: pytest.MonkeyPatch) -> None:
    def adopt(seats: Seats, *_: object, **__: object) -> None:
        del seats

    patch.setattr(help_recovery, "adopt", lambda *_: False)
    patch.setattr(Seats, "adopt", adopt)


def the_gap_is_not_looked_at(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(help_recovery, "stock_taken", nothing)
    patch.setattr(supervision, "overdue", nothing)


BUGS: list[Planting] = [
    who_cannot_is_rung_again,
    help_outlives_its_talk,
    a_listener_holds_no_seat,
    two_supervisors_may_come,
    who_rings_is_not_taken_back_for_the_next,
    a_supervisor_is_awaited_for_ever,
    the_volunteer_is_their_own_supervisor,
    a_stuck_helper_is_left_alone,
    nobody_is_followed_up,
    a_key_is_not_answered,
    who_listened_before_the_restart_is_not_known,
    the_gap_is_not_looked_at,
]


@pytest.mark.thorough
@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.__name__)
def test_a_planted_bug_of_help_is_killed(bug: Planting, monkeypatch: pytest.MonkeyPatch) -> None:
    bug(monkeypatch)
    kinds: tuple[Callable[[bytes], HelpStory], ...] = (HelpStory, HelpRestarts)
    for seed in range(MOST_STORIES):
        for kind in kinds:
            try:
                kind(Random(seed).randbytes(TAPE_LENGTH)).play()
            except (Broken, AssertionError) as broken:
                print(f"\n{bug.__name__:50} {str(broken)[:60]:60} story {seed + 1}")
                return
    pytest.fail(f"the bug lives: {bug.__name__}")

"""What holds in every story in which the service dies at some event and another one goes on; what is reached that way;
and the bugs that are planted to see whether anybody notices.

To look at one story: ``Restarts(tape)`` of `restarts.py` with the tape that a failure prints.
"""

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hotline_agi.dispatch import adoption, overflow, people, unseen, waves
from hotline_agi.dispatch.courses import Past
from hotline_agi.dispatch.events import Whereabouts
from hotline_agi.dispatch.seats import Seats
from hotline_agi.dispatch.state import CallState
from hotline_agi.terms.facts import Fact
from hotline_agi.terms.outcomes import LegOutcome, Outcome
from tests.dispatch.planting import Planting, nothing
from tests.dispatch.play import TAPE_LENGTH
from tests.dispatch.restarts import Restarts
from tests.dispatch.truth import Broken
from tests.dispatch.watch import Reach
from tests.planting import instead_of

STORIES, ENOUGH = 1500, 400
"""So many stories at most must reach everything; so many are played in any case."""
TAPES = st.binary(min_size=TAPE_LENGTH, max_size=TAPE_LENGTH)


@settings(max_examples=150, deadline=None)
@given(TAPES)
def test_every_story_ends_well_whenever_the_service_dies(tape: bytes) -> None:
    story = Restarts(tape)
    story.play()
    story.replay()


# ---- reach

EXPECTED = {
    "death": [
        "socket kept",
        "port closed",
        "the journal is whole",
        "the last 100 ms are lost",
        "handed over",
        "a phone rings on",
        "somebody waits on",
        "a talk goes on",
    ],
    "death while": [*(state.name for state in CallState), "left"],
    "found": [where.value for where in Whereabouts],
    "fact": [Fact.ADOPTED, Fact.RECONSTRUCTED, Fact.UNSEEN],
    "leg outcome": [outcome.value for outcome in LegOutcome],
    "call outcome": [outcome.value for outcome in Outcome],
}


@pytest.mark.thorough
def test_the_restarts_reach_everything() -> None:
    reach = Reach()
    for seed in range(STORIES):
        reach.add(Restarts(Random(seed).randbytes(TAPE_LENGTH)).play())
        if seed + 1 >= ENOUGH and not reach.missed(EXPECTED):
            break
    print(f"\nreached in {seed + 1} stories\n{reach.table()}")
    assert not reach.missed(EXPECTED)


# ---- planted bugs


def nothing_is_adopted(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(adoption, "adopt", nothing)


def ringing_phones_are_not_wanted(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(adoption, "_is_wanted", nothing)


def the_journal_is_not_read(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Past, "of", lambda *_: Past())


def open_records_stay_open(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(unseen, "close", nothing)


def who_is_busy_is_not_seen(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Seats, "adopt", nothing)


def nobody_wraps_up_after_a_restart(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(people, "wraps_up", nothing)


def a_talk_is_taken_for_nothing(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(adoption, "_talks", adoption._leaves)


def the_overflow_number_is_rung_for_volunteers(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(overflow, "goes_on", waves.begin)


BUGS: list[Planting] = [
    nothing_is_adopted,
    ringing_phones_are_not_wanted,
    the_journal_is_not_read,
    open_records_stay_open,
    who_is_busy_is_not_seen,
    nobody_wraps_up_after_a_restart,
    a_talk_is_taken_for_nothing,
    the_overflow_number_is_rung_for_volunteers,
]
CHANGES = {
    "waiting_begins_anew": (
        adoption,
        "_admitted",
        "arrived_at=past.arrived_at if past is not None else",
        "arrived_at=",
    ),
    "arrival_is_now": (adoption, "_admitted", "earlier(board.now.at, live.waited_s)", "board.now.at"),
    "what_is_lost_is_not_marked": (adoption, "_admitted", "Fact.RECONSTRUCTED if past is None else", ""),
    "who_declined_is_forgotten": (adoption, "_admitted", "call.declined |= course.declined", "pass"),
    "who_survives_waits": (adoption, "_go_on", "_survives(board, call)", "_waits(board, call, live, course)"),
    "who_leaves_waits": (adoption, "_go_on", "_leaves(board, call, live)", "_waits(board, call, live, course)"),
    "who_waits_does_not_queue": (waves, "go_on", "board.waiting.put(call)", "pass"),
    "the_waiting_has_no_end": (
        waves,
        "go_on",
        "board.deadlines.set((Timer.OVERFLOW, call.id), call.overflow_due_s)",
        "pass",
    ),
    "an_unseen_end_is_no_word": (unseen, "close", "board.depart(call.call, recorded=True)", "board.out.pop()"),
    "a_caller_who_ceases_to_ask_is_waited_for": (
        adoption,
        "_waits",
        "board.set_timer(Timer.ASK, call.id, answers.ASK_LIMIT_S)",
        "pass",
    ),
    "legs_of_nobody_ring_on": (adoption, "_take_leg", "if not found.up:", "if False:"),
}


@pytest.mark.thorough
@pytest.mark.parametrize(
    "bug",
    [pytest.param(bug, id=bug.__name__) for bug in BUGS]
    + [pytest.param(instead_of(module, name, old, new), id=what) for what, (module, name, old, new) in CHANGES.items()],
)
def test_a_planted_bug_is_killed(bug: Planting, monkeypatch: pytest.MonkeyPatch) -> None:
    bug(monkeypatch)
    for seed in range(STORIES):
        story = Restarts(Random(seed).randbytes(TAPE_LENGTH))
        try:
            story.play()
            story.replay()
        except Broken as broken:
            print(f"\n{broken.invariant:50} story {seed + 1}")
            return
    pytest.fail("the bug lives")

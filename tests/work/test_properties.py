"""Whatever happens to a list, and in whichever order: the watch sees nothing wrong, and it saw enough."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from hotline_agi.terms.work import WorkKind, WorkState
from hotline_agi.work import entry as moves
from hotline_agi.work import gathering, order
from hotline_agi.work.entry import WorkRefusal
from tests.work.stories import Broken, Story

STORIES = 150
LEAST = {
    "opened": 2000,
    "joined": 500,
    "claimed": 1000,
    "offered": 500,
    "dialled": 150,
    "done": 500,
    "escalated": 300,
    "given back": 50,
    "closed": 300,
    **{f"refused {why.name}": 8 for why in WorkRefusal},
    **{f"ended {end}": 5 for end in ("TALKED", "BUSY", "NO_ANSWER", "NOT_CONFIRMED", "FAILED", "UNSEEN")},
}


def test_any_day_keeps_the_rules_and_reaches_all_of_them() -> None:
    reach: Counter[str] = Counter()
    for seed in range(STORIES):
        story = Story(seed)
        story.play()
        reach += story.reach
    lacking = {what: reach[what] for what, least in LEAST.items() if reach[what] < least}
    assert not lacking, reach


# ---- planted bugs: each must be seen


def anybody_may_claim(patch: pytest.MonkeyPatch) -> None:
    true = moves.claimed
    patch.setattr(moves, "claimed", lambda one, who, now, policy: true(replace(one, owner=who), who, now, policy))


def a_lease_never_ends(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(moves, "seen_at", lambda one, _now: one)


def a_lease_ends_in_the_middle_of_a_call(patch: pytest.MonkeyPatch) -> None:
    def seen_at(one: Any, now: Any) -> Any:
        over = one.lease_until is not None and now >= one.lease_until - timedelta(seconds=20)
        return moves._opened(one) if one.state is WorkState.CLAIMED and over else one

    patch.setattr(moves, "seen_at", seen_at)


def two_calls_at_once(patch: pytest.MonkeyPatch) -> None:
    true = moves.dialled
    patch.setattr(moves, "dialled", lambda one, *a, **k: true(replace(one, call_until=None), *a, **k))


def dialled_again_at_once(patch: pytest.MonkeyPatch) -> None:
    true = moves.dialled
    patch.setattr(moves, "dialled", lambda one, *a, **k: true(replace(one, not_before=None), *a, **k))


def dialled_at_night(patch: pytest.MonkeyPatch) -> None:
    true = moves.dialled
    patch.setattr(moves, "dialled", lambda one, *a, **_: true(one, *a, may_call=True))


def anybody_may_finish(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(moves, "_not_theirs", lambda *_: None)


def tried_for_ever(patch: pytest.MonkeyPatch) -> None:
    true = moves.attempt_ended
    patch.setattr(
        moves,
        "attempt_ended",
        lambda one, end, now, policy, **k: true(one, end, now, replace(policy, attempts=99), **k),
    )


def a_talk_is_a_try_in_vain(patch: pytest.MonkeyPatch) -> None:
    true = moves.attempt_ended
    patch.setattr(moves, "attempt_ended", lambda one, _end, *a, **k: true(one, moves.AttemptEnd.BUSY, *a, **k))


def what_is_finished_is_opened_by_the_end_of_a_call(patch: pytest.MonkeyPatch) -> None:
    true = moves.attempt_ended
    opened = {"state": WorkState.CLAIMED, "closed_at": None}
    patch.setattr(moves, "attempt_ended", lambda one, *a, **k: true(replace(one, **opened), *a, **k))


def its_owner_is_forgotten_when_it_closes(patch: pytest.MonkeyPatch) -> None:
    true = moves.closed
    patch.setattr(moves, "closed", lambda one, now: replace(true(one, now), owner=None))


def the_oldest_first_whatever_the_risk(patch: pytest.MonkeyPatch) -> None:
    true = order.in_order
    patch.setattr(order, "in_order", lambda e, *a: true([replace(one, high_risk=False) for one in e], *a))


def overdue_is_no_reason(patch: pytest.MonkeyPatch) -> None:
    true = order.in_order
    patch.setattr(
        order,
        "in_order",
        lambda e, n, p: sorted(true(e, n, p), key=lambda one: (not one.high_risk, -one.opened_at.timestamp())),
    )


def what_the_coordinator_has_is_offered(patch: pytest.MonkeyPatch) -> None:
    true = order.may_take
    patch.setattr(order, "may_take", lambda one, who, now, **_: true(one, who, now, coordinates=True))


def each_call_is_an_entry(patch: pytest.MonkeyPatch) -> None:
    true = gathering.gather
    patch.setattr(gathering, "gather", lambda calls, _entries, policies: true(calls, [], policies))


def lines_are_mixed_up(patch: pytest.MonkeyPatch) -> None:
    true = gathering.got_through

    def got_through(entries: Any, talks: Any) -> Any:
        more = {(one.line, caller): at for one in entries for (_, caller), at in talks.items()}
        return true(entries, more)

    patch.setattr(gathering, "got_through", got_through)


def a_talk_of_before_closes(patch: pytest.MonkeyPatch) -> None:
    true = gathering.got_through
    patch.setattr(
        gathering, "got_through", lambda e, t: true(e, {key: at + timedelta(hours=2) for key, at in t.items()})
    )


def a_withheld_number_is_one_caller(patch: pytest.MonkeyPatch) -> None:
    true = gathering.gather
    patch.setattr(
        gathering,
        "gather",
        lambda calls, e, p: true(
            [replace(one, caller=one.caller or gathering.CallerToken("?")) for one in calls], e, p
        ),
    )


BUGS = (
    anybody_may_claim,
    a_lease_never_ends,
    a_lease_ends_in_the_middle_of_a_call,
    two_calls_at_once,
    dialled_again_at_once,
    dialled_at_night,
    anybody_may_finish,
    tried_for_ever,
    a_talk_is_a_try_in_vain,
    what_is_finished_is_opened_by_the_end_of_a_call,
    its_owner_is_forgotten_when_it_closes,
    the_oldest_first_whatever_the_risk,
    overdue_is_no_reason,
    what_the_coordinator_has_is_offered,
    each_call_is_an_entry,
    lines_are_mixed_up,
    a_talk_of_before_closes,
    a_withheld_number_is_one_caller,
)


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.__name__)
def test_a_planted_bug_is_seen(bug: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    bug(monkeypatch)
    for seed in range(STORIES):
        try:
            Story(seed).play()
        except Broken:
            return
    pytest.fail(f"the bug lives: {bug.__name__}")


def test_of_two_reasons_the_stronger_counts() -> None:
    assert gathering.stronger(WorkKind.MISSED, WorkKind.MESSAGE) is WorkKind.MESSAGE
    assert gathering.stronger(WorkKind.CALLBACK, WorkKind.MESSAGE) is WorkKind.CALLBACK

"""Whole campaigns in virtual time, and what kills a bug that is planted into them."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest

from hotline_agi.campaign import dialler, pacing
from hotline_agi.campaign.dialler import Callee, Dialler, View, verdict
from hotline_agi.campaign.model import Outcome, Pace
from hotline_agi.campaign.pacing import Hold, Limits, Pacing, Traffic
from hotline_agi.terms.instants import Now
from tests.campaign.examples import campaign
from tests.campaign.world import BEGAN, Broken, World, large
from tests.planting import Planting, instead_of

LIMITS = Limits(channels=10, trunk_channels=20, reserve=6, calls_per_second=6, calls_per_hour=200)
QUIET = Traffic(in_use=0, ours_seen=0, callers_wait=0)


QUICK = replace(campaign(), pace=Pace(channels=8, calls_per_second=6))


def played(seeds: Iterable[int], people: int) -> list[World]:
    worlds = [
        World(
            replace(QUICK, once_a_day=seed % 2 == 0),
            LIMITS,
            people=people,
            seed=seed,
            hotline_erlang=4.0 + seed % 3 * 3,
        )
        for seed in seeds
    ]
    for world in worlds:
        world.run(most_days=5)
        assert all(person.state == "done" for person in world.people)
    return worlds


def test_a_small_campaign_comes_to_its_end_and_does_nothing_that_it_must_not() -> None:
    (world,) = played([1], 60)
    assert world.reached["rung again"] > 10


@pytest.mark.thorough
def test_campaigns_come_to_their_end_and_meet_everything() -> None:
    worlds = played(range(4), 300)
    reached = sum((world.reached for world in worlds), start=Counter[str]())
    for what in Outcome:
        assert reached[what.value] > 3 or what is Outcome.REFUSED, (what, reached)
    assert reached["rung again"] > 100
    held = {hold for world in worlds for hold in world.held}
    assert held >= set(Hold) - {Hold.STOPPED}, set(Hold) - held


BUGS = {
    "the reserve is not kept": instead_of(pacing, "Pacing.room", "- self.limits.reserve", ""),
    "a call without a channel is not counted": instead_of(pacing, "Pacing.room", "- unseen", ""),
    "callers wait in vain": instead_of(pacing, "Pacing.room", "traffic.callers_wait > 0", "False"),
    "channels are not counted": instead_of(pacing, "Pacing.room", "self.limits.channels - in_flight", "99"),
    "no rate": instead_of(pacing, "Pacing.placed", "self._allowance -= 1.0", "pass"),
    "no hour": instead_of(pacing, "Pacing.room", "self.limits.calls_per_hour - len(self._hour)", "99"),
    "the hour does not pass": instead_of(pacing, "Pacing._refill", "self._hour.popleft()", "break"),
    "hours do not count": instead_of(dialler, "Dialler._held", "not is_open(self.campaign.hours, now.at)", "False"),
    "a pause does not count": instead_of(dialler, "Dialler._held", "if view.paused", "if False"),
    "volunteers do not count": instead_of(dialler, "Dialler._held", "and not view.volunteers", "and False"),
    "somebody stands in line twice": instead_of(
        dialler, "Dialler.offer", "if one.person not in self._known:", "if True:"
    ),
    "attempts are not counted": instead_of(dialler, "Dialler.decide", "one.attempts + 1", "one.attempts"),
    "who declined is rung again": instead_of(dialler, "verdict", "outcome in ENDS_IT or", ""),
    "for ever": instead_of(dialler, "verdict", "attempts >= campaign", "attempts - 1 >= campaign"),
    "at once": instead_of(dialler, "verdict", "minutes=campaign.retries[outcome].after_min", "minutes=1"),
    "twice a day": instead_of(dialler, "verdict", "if campaign.once_a_day and", "if False and"),
    "an end counts twice": instead_of(
        dialler, "Dialler.ended", "_in_flight.pop(person, None)", "_in_flight.get(person)"
    ),
    "who is done stays known": instead_of(dialler, "Dialler.ended", "self._known.discard(person)", "pass"),
}


@pytest.mark.thorough
@pytest.mark.parametrize("bug", BUGS.values(), ids=BUGS)
def test_a_planted_bug_is_killed(bug: Planting, monkeypatch: pytest.MonkeyPatch) -> None:
    bug(monkeypatch)
    with pytest.raises((Broken, KeyError, AssertionError)):
        played(range(4), 200)


@pytest.mark.thorough
def test_a_long_list(capsys: pytest.CaptureFixture[str]) -> None:
    """How fast, and at what cost of this machine; 100,000 people: ``python -m tests.campaign.world``."""
    world, told = large(4000)
    with capsys.disabled():
        print(f"\n{told}")
    assert all(person.state == "done" for person in world.people)
    assert world.most_in_use == 160, "the whole trunk, but for the reserve"
    assert len(world.placed_s) > 4800


# ---- by hand


def test_nothing_is_placed_with_a_reason_to_show() -> None:
    machine = Dialler.of(campaign(), LIMITS)
    machine.offer([Callee(person=1)])
    open_at = Now(0.0, BEGAN + timedelta(hours=2))
    for view, hold in (
        (View(traffic=QUIET, stopped=True), Hold.STOPPED),
        (View(traffic=QUIET, paused=True), Hold.PAUSED),
        (View(traffic=QUIET, link_is_up=False), Hold.LINK),
        (View(traffic=QUIET, volunteers=False), Hold.STAFF),
        (View(traffic=replace(QUIET, callers_wait=1)), Hold.CALLERS),
        (View(traffic=replace(QUIET, in_use=14)), Hold.TRUNK),
    ):
        assert machine.decide(view, open_at) == []
        assert machine.hold is hold
    assert machine.decide(View(traffic=QUIET), replace_at(open_at, BEGAN)) == []
    assert machine.hold is Hold.HOURS
    assert machine.decide(View(traffic=replace(QUIET, in_use=13)), open_at) == [Callee(person=1, attempts=1)]
    assert machine.decide(View(traffic=QUIET), replace_at(open_at, open_at.at, 1.0)) == []
    assert machine.hold is Hold.NOBODY_DUE


def replace_at(now: Now, at: object, mono_s: float = 0.0) -> Now:
    return Now(now.mono_s + mono_s, at)  # type: ignore[arg-type]


def test_a_trunk_that_refuses_is_left_alone_for_longer_and_longer() -> None:
    pace, now_s, waits = Pacing(LIMITS), 0.0, []
    for _ in range(9):
        while pace.room(QUIET, 0, now_s) == (0, Hold.CONGESTED):
            now_s += 1.0
        waits.append(now_s)
        pace.ended(congested=True, now_s=now_s)
    steps = [round(after - before) for before, after in pairwise(waits)]
    assert steps == [0, 0, 0, 30, 60, 120, 240, 480]
    pace.ended(congested=False, now_s=now_s)
    pace.ended(congested=True, now_s=now_s)
    assert pace._congested == 1


def test_a_restart_is_no_way_round_the_hour() -> None:
    pace = Pacing(replace(LIMITS, calls_per_hour=3))
    pace.recall([-100.0, -50.0, -3700.0])
    assert pace.room(QUIET, 0, 0.0) == (1, None)
    pace.placed(0.0)
    assert pace.room(QUIET, 0, 10.0) == (0, Hold.PER_HOUR)
    assert pace.room(QUIET, 0, 3501.0)[1] is None


def test_when_somebody_is_rung_again() -> None:
    ours = campaign()
    at = BEGAN + timedelta(hours=5)  # 13:00 in Shanghai
    assert verdict(ours, Outcome.BUSY, 1, at).due_at == BEGAN + timedelta(hours=16), "the next day, by its clock"
    assert verdict(replace(ours, once_a_day=False), Outcome.BUSY, 1, at).due_at == at + timedelta(minutes=30)
    assert verdict(ours, Outcome.BUSY, 3, at).due_at is None
    assert verdict(ours, Outcome.CONGESTED, 1, at).due_at == at + timedelta(minutes=10), "no phone rang"
    for outcome in (Outcome.COMPLETED, Outcome.HELPED, Outcome.DECLINED, Outcome.REFUSED):
        assert verdict(ours, outcome, 1, at).due_at is None

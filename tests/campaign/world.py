"""A whole campaign in virtual time: a list, a store, a trunk with callers of the hotline on it, and people who behave
somehow. It drives the `Dialler` and watches what it must never do. Everything comes from one seed.
"""

import heapq
import random
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from hotline_agi.campaign.calling_hours import day_of, is_open, opens_at
from hotline_agi.campaign.dialler import Callee, Dialler, View
from hotline_agi.campaign.model import ENDS_IT, Campaign, Outcome, Pace
from hotline_agi.campaign.pacing import HOUR_S, Hold, Limits, Traffic
from hotline_agi.terms.instants import Now
from tests.campaign.examples import campaign

BEGAN = datetime(2026, 9, 28, 0, 0, tzinfo=UTC)  # a Monday, 08:00 in Shanghai
OUTCOMES = (
    (Outcome.COMPLETED, 0.40, 60.0), (Outcome.PARTIAL, 0.05, 30.0), (Outcome.HELPED, 0.03, 20.0),
    (Outcome.DECLINED, 0.03, 15.0), (Outcome.NO_KEY, 0.12, 25.0), (Outcome.BUSY, 0.10, 2.0),
    (Outcome.NO_ANSWER, 0.20, 25.0), (Outcome.UNREACHABLE, 0.05, 1.0), (Outcome.LOST, 0.02, 40.0),
)  # fmt: skip


SEEN_S = 0.6
"""Until a channel of ours is seen; on a busy machine."""


class Broken(AssertionError):
    """The campaign did what it must not."""


@dataclass
class Person:
    number: int
    due_at: datetime = BEGAN
    attempts: int = 0
    state: str = "waiting"
    placed: list[tuple[datetime, Outcome | None]] = field(default_factory=list)


class World:
    """Run it; `reached` counts what it came across."""

    def __init__(self, ours: Campaign, limits: Limits, *, people: int, seed: int, hotline_erlang: float = 3.0) -> None:
        self.campaign, self.limits = ours, limits
        self.people = [Person(number) for number in range(people)]
        self.due = [(BEGAN, number) for number in range(people)]
        self.dialler = Dialler.of(ours, limits)
        self.random = random.Random(seed)
        self.hotline_erlang = hotline_erlang
        self.now_s = 0.0
        self.events: list[tuple[float, int, Callable[[], None]]] = []
        self.order = 0
        self.up: set[int] = set()
        """Of ours that have a channel."""
        self.under_way: set[int] = set()
        self.helped = 0
        """Channels of people who went into the hotline."""
        self.callers = self.waiting = 0
        self.volunteers = True
        self.link = True
        self.paused = False
        self.trunk_down = False
        self.placed_s: list[float] = []
        self.reached: Counter[str] = Counter()
        self.most_in_use = 0
        self.held: defaultdict[Hold | None, int] = defaultdict(int)

    # ---- time

    def at(self) -> datetime:
        return BEGAN + timedelta(seconds=self.now_s)

    def later(self, after_s: float, what: Callable[[], None]) -> None:
        self.order += 1
        heapq.heappush(self.events, (self.now_s + after_s, self.order, what))

    def run(self, *, most_days: float = 60.0, disturbed: bool = True) -> None:
        """Until nobody is to be rung any more."""
        if disturbed:
            self.later(0.0, self._caller)
            for what, every_s, lasts_s in (
                ("volunteers", 7200.0, 600.0), ("link", 5400.0, 60.0), ("paused", 9000.0, 300.0),
                ("trunk_down", 20_000.0, 900.0),
            ):  # fmt: skip
                self.later(
                    self.random.expovariate(1 / every_s), lambda w=what, e=every_s, n=lasts_s: self._flip(w, e, n)
                )
        self.later(0.0, self._look)
        while self.events and self.now_s < most_days * 86_400:
            self.now_s, _, what = heapq.heappop(self.events)
            what()
            if not self.due and not self.under_way and not self.dialler.at_hand:
                return
        raise Broken(f"not at its end after {most_days} days: {len(self.due)} wait, held {dict(self.held)}")

    # ---- the hotline's own callers, and what goes wrong

    def _caller(self) -> None:
        self.later(self.random.expovariate(self.hotline_erlang / 300.0), self._caller)
        if self.limits.trunk_channels <= self.in_use:
            self.reached["a caller met a full trunk"] += 1
            return
        self.callers += 1
        wait_s = 0.0 if self.random.random() < 0.8 else self.random.expovariate(1 / 20.0)
        if wait_s:
            self.waiting += 1
            self.later(wait_s, self._served)
        self.later(wait_s + self.random.expovariate(1 / 300.0), self._caller_left)

    def _served(self) -> None:
        self.waiting -= 1
        self._soon()

    def _caller_left(self) -> None:
        self.callers -= 1
        self._soon()

    def _flip(self, what: str, every_s: float, lasts_s: float) -> None:
        setattr(self, what, not getattr(self, what))
        self.later(lasts_s, lambda: setattr(self, what, not getattr(self, what)))
        self.later(lasts_s + self.random.expovariate(1 / every_s), lambda: self._flip(what, every_s, lasts_s))

    @property
    def in_use(self) -> int:
        return self.callers + self.helped + len(self.up)

    # ---- the shell's loop

    def _look(self) -> None:
        self._ring()
        if not is_open(self.campaign.hours, self.at()) and (opens := opens_at(self.campaign.hours, self.at())):
            self.later(max(1.0, (opens - self.at()).total_seconds()), self._look)
        elif not self.under_way and self.due and not self.dialler.at_hand:
            self.later(max(1.0, (self.due[0][0] - self.at()).total_seconds()), self._look)
        else:
            self.later(1.0, self._look)

    def _soon(self) -> None:
        self.later(0.01, self._ring)

    def _ring(self) -> None:
        now = Now(self.now_s, self.at())
        wants, at_hand = self.dialler.wants, self.dialler.at_hand
        offered: list[Callee] = []
        while wants and self.due and self.due[0][0] <= now.at and len(offered) < wants:
            _, number = heapq.heappop(self.due)
            if number in at_hand or self.people[number].state != "waiting":
                raise Broken("somebody stands in the queue twice")
            offered.append(Callee(person=number, attempts=self.people[number].attempts))
        self.dialler.offer(offered)
        self.dialler.offer(offered[:1])  # the store may name somebody twice
        view = View(
            traffic=Traffic(in_use=self.in_use, ours_seen=len(self.up), callers_wait=self.waiting),
            link_is_up=self.link,
            volunteers=self.volunteers,
            paused=self.paused,
        )
        chosen = self.dialler.decide(view, now)
        self.held[self.dialler.hold] += 1
        self._judge(chosen, now)
        for one in chosen:
            self._place(one, now)
        if self.dialler.hold in (None, Hold.RATE):
            next_s = self.dialler.pacing.next_s(self.now_s)
            if next_s - self.now_s < 1.0:
                self.later(max(0.01, next_s - self.now_s), self._ring)

    def _judge(self, chosen: list[Callee], now: Now) -> None:
        if not chosen:
            return
        held = (
            (not is_open(self.campaign.hours, now.at), "outside the hours"),
            (self.waiting > 0, "while a caller waits"),
            (not self.volunteers, "without volunteers"),
            (not self.link, "without a link"),
            (self.paused, "while paused"),
        )
        for holds, what in held:
            if holds:
                raise Broken(f"rang {what}")
        using = self.callers + self.helped + len(self.under_way) + len(chosen)
        self.most_in_use = max(self.most_in_use, using)
        if using > self.limits.trunk_channels - self.limits.reserve:
            raise Broken("took channels of the reserve")
        if len(self.under_way) + len(chosen) > min(self.limits.channels, self.campaign.pace.channels):
            raise Broken("more calls at once than allowed")
        self.placed_s += [self.now_s] * len(chosen)
        rate = min(self.limits.calls_per_second, self.campaign.pace.calls_per_second)
        if len([at for at in self.placed_s[-200:] if at > self.now_s - 1.0]) > rate + 1.0:
            raise Broken("more calls per second than allowed")
        if len(self.placed_s) > self.limits.calls_per_hour:
            if self.placed_s[-1 - self.limits.calls_per_hour] > self.now_s - HOUR_S:
                raise Broken("more calls per hour than allowed")
            self.reached["the hour was full"] += 1

    def _place(self, one: Callee, now: Now) -> None:
        person = self.people[one.person]
        if person.state != "waiting" or one.person in self.under_way:
            raise Broken("rang somebody twice for one attempt")
        if one.attempts != person.attempts + 1:
            raise Broken("counted attempts wrongly")
        person.attempts, person.state = one.attempts, "ringing"
        self._judge_retry(person, now.at)
        self.under_way.add(one.person)
        outcome, lasts_s = self._fate()
        person.placed.append((now.at, outcome))
        # the channel is seen a moment later; a caller may come in between
        self.later(SEEN_S, lambda: self._seen(one.person))
        self.later(SEEN_S + lasts_s, lambda: self._over(one.person, outcome))

    def _judge_retry(self, person: Person, at: datetime) -> None:
        for before, outcome in person.placed[-1:]:
            assert outcome is not None
            if outcome in ENDS_IT:
                raise Broken(f"rang somebody again after {outcome}")
            rule = self.campaign.retries[outcome]
            if person.attempts > rule.attempts:
                raise Broken(f"more attempts than {outcome} allows")
            if at < before + timedelta(minutes=rule.after_min):
                raise Broken("rang again too soon")
            same_day = day_of(self.campaign.hours, before) == day_of(self.campaign.hours, at)
            if self.campaign.once_a_day and same_day and outcome is not Outcome.CONGESTED:
                raise Broken("rang somebody twice on one day")
            self.reached["rung again"] += 1

    def _fate(self) -> tuple[Outcome, float]:
        if self.trunk_down or self.in_use >= self.limits.trunk_channels:
            return Outcome.CONGESTED, 0.1
        found = self.random.choices(OUTCOMES, [share for _, share, _ in OUTCOMES])[0]
        return found[0], found[2] * self.random.uniform(0.5, 1.5)

    def _seen(self, number: int) -> None:
        if number in self.under_way:
            self.up.add(number)

    def _over(self, number: int, outcome: Outcome) -> None:
        self.up.discard(number)
        self.under_way.discard(number)
        person = self.people[number]
        found = self.dialler.ended(number, outcome, Now(self.now_s, self.at()))
        if found is None:
            raise Broken("an end was not known")
        if self.dialler.ended(number, outcome, Now(self.now_s, self.at())) is not None:
            raise Broken("an end counted twice")
        self.reached[outcome.value] += 1
        if outcome is Outcome.HELPED:
            self.helped += 1
            self.later(600.0, self._helped_left)
        if found.due_at is None:
            person.state = "done"
        else:
            person.state = "waiting"
            heapq.heappush(self.due, (found.due_at, number))
        self._soon()

    def _helped_left(self) -> None:
        self.helped -= 1
        self._soon()


def large(people: int) -> tuple[World, str]:
    """A long list over a trunk of 200 channels, and how fast that went."""
    fast = replace(campaign(), pace=Pace(channels=150, calls_per_second=20))
    limits = Limits(channels=150, trunk_channels=200, reserve=40, calls_per_second=20, calls_per_hour=100_000)
    world = World(fast, limits, people=people, seed=1, hotline_erlang=8.0)
    began_s = time.process_time()
    world.run(disturbed=False)
    took_s = time.process_time() - began_s
    calls = len(world.placed_s)
    told = (
        f"{people} people, {calls} calls in {world.now_s / 3600:.1f} h of virtual time, at most {world.most_in_use} "
        f"channels, {took_s:.1f} s CPU, {1e6 * took_s / calls:.0f} µs per call"
    )
    return world, told


if __name__ == "__main__":
    print(large(100_000)[1])

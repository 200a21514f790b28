"""Who is rung next, and what becomes of a person after each attempt. The machine of a campaign: time is an argument.

    the store ──due people──► offer() ─► decide(now) ──► to be placed ─► ended(outcome) ──► done, or due again

The list itself stays in the store: here are only those who are due now and those who are being rung, so a list of ten
million needs no more memory than one of ten. A person is here once, however often they are offered.
"""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from hotline_agi.campaign.calling_hours import is_open, next_day
from hotline_agi.campaign.model import ENDS_IT, Campaign, Outcome
from hotline_agi.campaign.pacing import Hold, Limits, Pacing, Traffic
from hotline_agi.terms.instants import Now

STOCK = 200
"""People who are due and at hand; some minutes' worth. Fewer than half: more are asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Callee:
    """Somebody of the list who is due."""

    person: int
    """Their place in the list, from 1."""
    attempts: int = 0
    """That were made so far."""


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """What the world looks like just now."""

    traffic: Traffic
    link_is_up: bool = True
    volunteers: bool = True
    """Somebody is on shift on the campaign's line."""
    paused: bool = False
    stopped: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What becomes of a person after an attempt."""

    outcome: Outcome
    due_at: datetime | None
    """When they are rung again at the soonest; None: never."""


@dataclass(slots=True)
class Dialler:
    campaign: Campaign
    pacing: Pacing
    hold: Hold | None = None
    """Why nothing was placed the last time."""
    _ready: deque[Callee] = field(default_factory=deque)
    _known: set[int] = field(default_factory=set)
    _in_flight: dict[int, Callee] = field(default_factory=dict)

    @classmethod
    def of(cls, campaign: Campaign, limits: Limits) -> "Dialler":
        """`limits` as the settings give them; what the campaign asks for beyond is not given."""
        pace = campaign.pace
        own = replace(
            limits,
            channels=min(limits.channels, pace.channels),
            calls_per_second=min(limits.calls_per_second, pace.calls_per_second),
        )
        return cls(campaign=campaign, pacing=Pacing(own))

    @property
    def wants(self) -> int:
        """How many more people may be offered, if any are due."""
        return STOCK - len(self._ready) if len(self._ready) * 2 < STOCK else 0

    @property
    def in_flight(self) -> int:
        return len(self._in_flight)

    @property
    def at_hand(self) -> frozenset[int]:
        """Who is here already, ready or being rung."""
        return frozenset(self._known)

    def offer(self, people: Iterable[Callee]) -> None:
        """These are due. Whoever is here already is passed over."""
        for one in people:
            if one.person not in self._known:
                self._known.add(one.person)
                self._ready.append(one)

    def adopt(self, one: Callee) -> None:
        """A call to them is up since before the start."""
        self._known.add(one.person)
        self._in_flight[one.person] = one

    def decide(self, view: View, now: Now) -> list[Callee]:
        """Whom to ring now; each counts as placed from here on, and `ended` must be told of each, whatever happens."""
        self.hold = self._held(view, now)
        if self.hold is not None:
            return []
        room, self.hold = self.pacing.room(view.traffic, len(self._in_flight), now.mono_s)
        chosen = [self._ready.popleft() for _ in range(min(room, len(self._ready)))]
        if room and not chosen:
            self.hold = Hold.NOBODY_DUE
        for one in chosen:
            self._in_flight[one.person] = replace(one, attempts=one.attempts + 1)
            self.pacing.placed(now.mono_s)
        return [self._in_flight[one.person] for one in chosen]

    def ended(self, person: int, outcome: Outcome, now: Now) -> Verdict | None:
        """An attempt is over; None: none was under way (it was told before)."""
        one = self._in_flight.pop(person, None)
        if one is None:
            return None
        self._known.discard(person)
        self.pacing.ended(congested=outcome is Outcome.CONGESTED, now_s=now.mono_s)
        return verdict(self.campaign, outcome, one.attempts, now.at)

    def dropped(self, person: int) -> None:
        """They were not placed after all: the store has them otherwise by now."""
        self._in_flight.pop(person, None)
        self._known.discard(person)

    def _held(self, view: View, now: Now) -> Hold | None:
        if view.stopped:
            return Hold.STOPPED
        if view.paused:
            return Hold.PAUSED
        if not is_open(self.campaign.hours, now.at):
            return Hold.HOURS
        if not view.link_is_up:
            return Hold.LINK
        if self.campaign.needs_volunteers and not view.volunteers:
            return Hold.STAFF
        return None


def verdict(campaign: Campaign, outcome: Outcome, attempts: int, at: datetime) -> Verdict:
    """What becomes of somebody whose attempt number `attempts` ended so at `at`."""
    if outcome in ENDS_IT or attempts >= campaign.retries[outcome].attempts:
        return Verdict(outcome=outcome, due_at=None)
    due_at = at + timedelta(minutes=campaign.retries[outcome].after_min)
    if campaign.once_a_day and outcome is not Outcome.CONGESTED:  # whose phone did not ring was not disturbed
        due_at = max(due_at, next_day(campaign.hours, at))
    return Verdict(outcome=outcome, due_at=due_at)

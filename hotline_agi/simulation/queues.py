"""Asterisk's `Queue()` in virtual time, as the source of Asterisk 22 (apps/app_queue.c) has it; two strategies.

What matters of it, with the settings autofill=yes, ringinuse=no, retry=1, timeoutrestart=no, wrapuptime=0, without
announcements and without a timeout of the application (function names are those of the source):

- A caller tries to ring members when it is their turn: when fewer callers who do not try already stand before them
  than members are available. With `ringall` all available members count as one (`num_available_members`). That is
  looked at on arrival and then every second (`RECHECK`) of each caller's own clock (`wait_our_turn`).
- A member who rings for one caller, or talks, is not available and not rung for another (`can_ring_entry`).
- A try is one list of all members made at its beginning, and lasts at most `timeout`. `ringall` rings all who can be
  rung; who cannot be then is out of the list: a member who comes free is rung by a later try only. `rrmemory` rings
  one, the best by the remembered position; when that one declines or fails, the next, if more than 0.5 s are left.
- A try in which nobody rings any more ends at once. Then the caller waits `retry` seconds, and tries again if it is
  still their turn. Nothing is remembered of who was rung but the position of `rrmemory` (`store_next_rr`).
- The first who answers gets the caller, all others stop ringing. A mobile that must press a key is a member through a
  Local channel whose `Dial` has a confirmation routine: it counts as answered when the key is pressed, and a voicemail
  as ringing.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from math import inf
from random import Random

from hotline_agi.roster.model import Endpoint
from hotline_agi.simulation.agenda import Actor, Agenda
from hotline_agi.simulation.crowd import Attempt
from hotline_agi.simulation.pbx import Scene
from hotline_agi.simulation.phones import PROMPT_S
from hotline_agi.simulation.staff import Staff, Way
from hotline_agi.simulation.truth import CallTruth, End, Played, RingTruth
from hotline_agi.terms.ids import VolunteerId

RECHECK_S = 1.0
GIVE_UP_S = 86_400.0
"""So long after the last arrival who still waits is taken to wait for ever: a queue has no end of its own."""
LEAST_LEFT_S = 0.5
"""With less than this left of a try nobody else is rung in it."""


class Strategy(StrEnum):
    RINGALL = "ringall"
    RRMEMORY = "rrmemory"


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueSettings:
    strategy: Strategy
    timeout_s: float = 15.0
    retry_s: float = 1.0


class _Member(Actor):
    __slots__ = ("caller", "endpoint", "id", "position", "rang_s", "stream", "talks_with")

    def __init__(self, id_: VolunteerId, position: int, endpoint: Endpoint, stream: Random) -> None:
        super().__init__()
        self.id, self.position, self.endpoint, self.stream = id_, position, endpoint, stream
        self.caller: _Caller | None = None
        """For whom they ring."""
        self.talks_with: _Caller | None = None
        self.rang_s = 0.0

    @property
    def is_available(self) -> bool:
        return self.caller is None and self.talks_with is None


@dataclass(slots=True, eq=False)
class _Try:
    ends_s: float
    waiting: dict[int, _Member]
    """By metric: who may still be rung in this try."""
    ringing: dict[_Member, None] = field(default_factory=dict)
    """In the order in which they were rung: a set would have another one each time."""


class _Caller(Actor):
    __slots__ = ("answered_s", "plan", "running")

    def __init__(self, plan: Attempt) -> None:
        super().__init__()
        self.plan = plan
        self.running: _Try | None = None
        self.answered_s: float | None = None


def play_queue(scene: Scene, settings: QueueSettings) -> Played:
    """Play a scene with a queue of all its volunteers, each by their first endpoint, to its end."""
    return _Queue(scene, settings).play()


class _Queue:
    def __init__(self, scene: Scene, settings: QueueSettings) -> None:
        self._scene, self._settings, self._crowd = scene, settings, scene.crowd
        self._staff: Staff = scene.staff
        self._agenda = Agenda()
        self._members = [
            _Member(who, n, scene.roster.volunteers[who].endpoints[0], scene.staff.stream(who))
            for n, who in enumerate(scene.volunteers)
        ]
        self._waiting: list[_Caller] = []
        """In the order of arrival."""
        self._position, self._wrapped = 0, False
        self._last_s = 0.0
        self._calls: list[CallTruth] = []
        self._rings: list[RingTruth] = []

    def play(self) -> Played:
        for attempt in self._crowd.attempts():
            self._plan(attempt)
        while (next_s := self._agenda.next_s()) is not None and next_s < self._last_s + GIVE_UP_S:
            self._agenda.advance()
        for caller in list(self._waiting):
            self._tell_truth(caller, End.ENDLESS, None)
        return Played(volunteers=self._scene.volunteers, calls=tuple(self._calls), rings=tuple(self._rings))

    # ---- waiting

    def _plan(self, attempt: Attempt) -> None:
        caller = _Caller(attempt)
        self._last_s = max(self._last_s, attempt.at_s)
        self._agenda.at(caller, attempt.at_s, self._joins)

    def _joins(self, caller: _Caller) -> None:
        self._waiting.append(caller)
        if caller.plan.patience_s < inf:
            self._agenda.at(caller, self._agenda.now_s + caller.plan.patience_s, self._loses_patience)
        self._looks(caller)

    def _looks(self, caller: _Caller) -> None:
        caller.turn += 1
        if self._is_turn_of(caller):
            self._tries(caller)
        else:
            self._agenda.then(caller, RECHECK_S, self._looks)

    def _is_turn_of(self, caller: _Caller) -> bool:
        available = sum(member.is_available for member in self._members)
        if self._settings.strategy is Strategy.RINGALL:
            available = min(available, 1)
        before = 0
        for other in self._waiting:
            if before >= available:
                return False
            if other is caller:
                return True
            before += other.running is None
        return False

    def _loses_patience(self, caller: _Caller) -> None:
        if caller.answered_s is not None:
            return
        if caller.running is not None:
            self._try_is_over(caller)
        caller.turn += 1
        self._waiting.remove(caller)
        self._tell_truth(caller, End.LEFT, None)
        again = self._crowd.again(caller.plan, self._agenda.now_s)
        if again is not None:
            self._plan(again)

    # ---- trying

    def _tries(self, caller: _Caller) -> None:
        caller.turn += 1
        running = caller.running = _Try(
            ends_s=self._agenda.now_s + self._settings.timeout_s,
            waiting={self._metric(member): member for member in self._members},
        )
        self._ring_next(caller, running)
        if running.ringing:
            self._agenda.then(caller, self._settings.timeout_s, self._fails)
        else:
            self._fails(caller)

    def _metric(self, member: _Member) -> int:
        """The smaller the sooner; unlike the source's, different for all with `ringall` too, which rings all anyway."""
        if self._settings.strategy is Strategy.RINGALL or member.position == self._position:
            return member.position
        if member.position < self._position:
            return 1000 + member.position
        self._wrapped = True
        return member.position

    def _ring_next(self, caller: _Caller, running: _Try) -> None:
        """`ring_one`: the best who can be rung, or all of them."""
        for metric in sorted(running.waiting):
            member = running.waiting.pop(metric)
            if member.is_available:
                self._ring(caller, running, member)
                if self._settings.strategy is Strategy.RRMEMORY:
                    return

    def _fails(self, caller: _Caller) -> None:
        self._try_is_over(caller)
        caller.turn += 1
        self._agenda.then(caller, self._settings.retry_s, self._looks)

    def _try_is_over(self, caller: _Caller) -> None:
        running, caller.running = caller.running, None
        assert running is not None
        for member in running.ringing:
            self._stops(member, accepted=False)
        if self._settings.strategy is Strategy.RRMEMORY:
            if running.waiting:
                self._position = min(running.waiting) % 1000
            else:
                self._position = 0 if self._wrapped else self._position + 1
            self._wrapped = False

    # ---- members

    def _ring(self, caller: _Caller, running: _Try, member: _Member) -> None:
        running.ringing[member] = None
        member.turn += 1
        member.caller, member.rang_s = caller, self._agenda.now_s
        reaction = self._staff.reaction(member.stream, member.id, member.endpoint, self._agenda.now_s)
        match reaction.way:
            case Way.NOTHING:
                pass
            case Way.ACCEPTS:
                self._agenda.then(member, reaction.after_s + reaction.press_s, self._accepts)
            case Way.VOICEMAIL:
                self._agenda.then(member, reaction.after_s + PROMPT_S, self._is_gone)
            case _:
                self._agenda.then(member, reaction.after_s, self._is_gone)

    def _stops(self, member: _Member, *, accepted: bool) -> None:
        member.turn += 1
        caller, member.caller = member.caller, None
        self._rings.append(
            RingTruth(
                volunteer=member.id,
                rang_s=member.rang_s,
                ended_s=self._agenda.now_s,
                accepted=accepted,
                talk_s=caller.plan.talk_s if accepted and caller is not None else 0.0,
            )
        )

    def _is_gone(self, member: _Member) -> None:
        """The member declined, was busy, or their voicemail was talked to long enough."""
        caller = member.caller
        assert caller is not None and caller.running is not None
        running = caller.running
        del running.ringing[member]
        self._stops(member, accepted=False)
        if self._settings.strategy is Strategy.RRMEMORY and running.ends_s - self._agenda.now_s > LEAST_LEFT_S:
            self._ring_next(caller, running)
        if not running.ringing:
            self._fails(caller)

    def _accepts(self, member: _Member) -> None:
        caller = member.caller
        assert caller is not None and caller.running is not None
        del caller.running.ringing[member]
        self._stops(member, accepted=True)
        self._try_is_over(caller)
        caller.turn += 1
        caller.answered_s = self._agenda.now_s
        self._waiting.remove(caller)
        member.talks_with = caller
        self._agenda.then(member, caller.plan.talk_s, self._ends_talk)

    def _ends_talk(self, member: _Member) -> None:
        caller, member.talks_with = member.talks_with, None
        assert caller is not None
        self._tell_truth(caller, End.TALKED, member)

    def _tell_truth(self, caller: _Caller, end: End, member: _Member | None) -> None:
        self._calls.append(
            CallTruth(
                person=caller.plan.person,
                number=caller.plan.number,
                line=caller.plan.line,
                arrived_s=caller.plan.at_s,
                answered_s=caller.answered_s,
                ended_s=self._agenda.now_s,
                end=end,
                volunteer=member.id if member is not None else None,
                talk_s=caller.plan.talk_s if end is End.TALKED else 0.0,
                talks=int(end is End.TALKED),
            )
        )

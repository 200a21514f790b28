"""What the machine remembers of notices: who is being told or asked what, and what came of it.

A reminder of one place (somebody in a slot, from its start):

```text
   window begins ─► (not asked) ── rung ─► ASKED ── 1 ─► READY            from any: VolunteerResumed ─► READY
                        │                    │  └── 2 ─► CANNOT: out at once, the backup is asked
                        │ quiet hours:       └ rung twice, or time to ask the backup ─► SILENT: the backup is asked
                        └ nobody is asked
```

A request for cover:

```text
   CANNOT, SILENT, CoverAsked ─► asks two of the backup at a time ── first yes ─► settled: a StandIn
                                     └ everybody said no, or missed it twice ─► nobody: noted for the coordinator
```

Everything here is bounded by the people and slots of the next two days, and is dropped when its slot is over.
"""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from hotline_agi.dispatch import stand_ins
from hotline_agi.dispatch.commands import NoticeKind
from hotline_agi.dispatch.stand_ins import StandIn
from hotline_agi.roster.model import Volunteer
from hotline_agi.roster.timetable import Duty
from hotline_agi.terms.ids import LegId, LineId, NodeId, VolunteerId
from hotline_agi.terms.standing import Readiness


@dataclass(slots=True, kw_only=True, eq=False)
class Notice:
    """One ringing of one volunteer without a caller."""

    leg: LegId
    node: NodeId
    volunteer: VolunteerId
    kind: NoticeKind
    key: str
    """Of the reminder, the request or the rest that it is for."""
    nth_endpoint: int
    rang_s: float
    picked_up: bool = False
    answered: bool = False
    """They pressed a key; a second answer counts no more."""
    withdrawn: bool = False
    rang_out: bool = False
    """It had its whole time, or more: Asterisk did not end it, we did."""
    cancel_repeats: int = 0

    @property
    def was_taken_back(self) -> bool:
        """Whether we stopped it while it rang: nobody missed anything."""
        return self.withdrawn and not (self.picked_up or self.rang_out)


@dataclass(slots=True, kw_only=True, eq=False)
class Reminder:
    """One person before one shift."""

    key: str
    line: LineId
    slot: str
    volunteer: VolunteerId
    from_at: datetime
    until_at: datetime
    readiness: Readiness | None = None
    """None: not asked yet."""
    rings: int = 0
    leg: LegId | None = None


@dataclass(slots=True, kw_only=True, eq=False)
class CoverRequest:
    """Somebody is looked for who takes a place."""

    key: str
    line: LineId
    slot: str
    absent: VolunteerId
    from_at: datetime
    until_at: datetime
    begun_at: datetime
    to_ask: list[VolunteerId]
    """Backup people who were not rung in this round, in the order of the roster."""
    missed: list[VolunteerId] = field(default_factory=list)
    """Who did not answer in this round."""
    rounds: int = 1
    legs: dict[LegId, VolunteerId] = field(default_factory=dict)
    present: VolunteerId | None = None
    over: bool = False
    """Nobody is asked any more: somebody agreed, or nobody would."""
    alarmed: bool = False
    """It was noted that nobody agrees."""

    def stand_in(self, present: VolunteerId, *, absent_stays: bool = False) -> StandIn:
        """What it comes to when `present` takes the place."""
        return StandIn(
            line=self.line,
            slot=self.slot,
            absent=self.absent,
            present=present,
            from_at=self.from_at,
            until_at=self.until_at,
            absent_stays=absent_stays,
        )


@dataclass(slots=True, kw_only=True, eq=False)
class Resting:
    """Somebody is to be told that they are not rung for a while."""

    volunteer: VolunteerId
    from_at: datetime
    until_at: datetime
    give_up_s: float
    leg: LegId | None = None
    """That tells them now."""


@dataclass(slots=True, kw_only=True, eq=False)
class AlarmCall:
    """Somebody is looked for who sees to an alarm."""

    alarm: int
    kind: str
    to_call: list[VolunteerId]
    """Who is rung next, the first one first."""
    most_per_hour: int
    begun_at: datetime
    give_up_s: float
    rings: int = 0
    """Of the first of `to_call`."""
    leg: LegId | None = None
    over: bool = False


@dataclass(slots=True, kw_only=True, eq=False)
class NoticeBook:
    """All of it, over all lines."""

    node: NodeId | None = None
    """Where notices are rung: the Asterisk whose stock was taken last."""
    live: dict[LegId, Notice] = field(default_factory=dict)
    reminders: dict[str, Reminder] = field(default_factory=dict)
    requests: dict[str, CoverRequest] = field(default_factory=dict)
    resting: dict[VolunteerId, Resting] = field(default_factory=dict)
    stand_ins: dict[str, StandIn] = field(default_factory=dict)
    """By the key of their request."""
    alarm_calls: dict[str, AlarmCall] = field(default_factory=dict)
    """By the alarm's number."""
    alarm_rings: deque[float] = field(default_factory=deque)
    """Monotonic seconds of the last hour's rings for alarms."""
    watched: tuple[frozenset[Any], ...] = ()
    """What `notice_legs.make_way` looked at last: links that settle, and notices that calls of a line could use."""
    _laid_over: dict[LineId, tuple[Duty, tuple[StandIn, ...], Duty]] = field(default_factory=dict)
    _serving: dict[LineId, tuple[Duty, frozenset[VolunteerId]]] = field(default_factory=dict)

    def duty(self, line: LineId, duty: Duty, at: datetime, people: Mapping[VolunteerId, Volunteer]) -> Duty:
        """`duty` of `line` at an instant, with those who stand in. The same until something changes, so that it can be
        compared by identity."""
        if not self.stand_ins:
            return duty
        active = tuple(stand_ins.active(self.stand_ins.values(), line, duty, at, people))
        if not active:
            return duty
        known = self._laid_over.get(line)
        if known is None or known[0] is not duty or known[1] != active:
            known = self._laid_over[line] = duty, active, stand_ins.apply(duty, active)
        return known[2]

    def serving(self, line: LineId, duty: Duty) -> frozenset[VolunteerId]:
        """Who is on shift or backup by `duty` of `line`: a big slot is not searched for every event."""
        known = self._serving.get(line)
        if known is None or known[0] is not duty:
            known = self._serving[line] = duty, frozenset((*duty.volunteers, *duty.backup))
        return known[1]


def place_key(line: LineId, slot: str, from_at: datetime, volunteer: VolunteerId) -> str:
    """Names one person's place in one slot."""
    return f"{line}/{slot}/{from_at.timestamp():.0f}/{volunteer}"

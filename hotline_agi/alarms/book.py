"""Conditions come and go; an alarm is raised once, is over once, and each sink hears both once.

```text
   condition holds ── raise_s ──► on ── gone for clear_s ──► over ── told by every sink, or a day old ──► forgotten
                                   └ holds on: each sink is reminded after `remind_s`, unless somebody owns it
```

Damping: an alarm that comes back within an hour needs twice as long to be over, each time, up to half an hour. What is
not judged in a look (its kind is not in it) stays as it is. Sinks are named by text; a sink whose delivery failed is
given the newest state with the next attempt, and never the old message again.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from hotline_agi.alarms.kinds import DAMPING, Condition, Damping, Grade, Kind
from hotline_agi.terms.ids import VolunteerId
from hotline_agi.terms.instants import Now

KEPT = timedelta(days=1)
"""An alarm that is over, for sinks that could not be told."""
MOST_KEPT = 500
RECURS = timedelta(hours=1)
LONGEST_CLEAR_S = 1800.0
GATHER_S = 10.0
"""News wait so long for more of it, so that one cause makes one message."""
CRITICAL_GATHER_S = 3.0
CRITICAL_EVERY_S = 60.0
"""What is critical waits no longer for a sink's next turn."""
_NO_DAMPING = Damping()


@dataclass(slots=True, kw_only=True)
class Telling:
    """What one sink was told of an alarm."""

    at: datetime
    over: bool = False


@dataclass(slots=True, kw_only=True, eq=False)
class Alarm:
    number: int
    """Grows; names one occurrence."""
    condition: Condition
    since: datetime
    over_at: datetime | None = None
    owner: VolunteerId | None = None
    """Who acknowledged it."""
    owned_at: datetime | None = None
    told: dict[str, Telling] = field(default_factory=dict)

    @property
    def is_on(self) -> bool:
        return self.over_at is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """Everything that a sink has to be told now."""

    at: datetime
    new: tuple[Alarm, ...]
    over: tuple[Alarm, ...]
    """Told before, and not any more."""
    passed: tuple[Alarm, ...]
    """Came and went before this sink could be told."""
    still: tuple[Alarm, ...]
    """A reminder."""
    others: int
    """On and told before."""

    @property
    def alarms(self) -> tuple[Alarm, ...]:
        return (*self.new, *self.over, *self.passed, *self.still)


@dataclass(slots=True, eq=False)
class _Seen:
    since_s: float | None = None
    gone_s: float | None = None


class AlarmBook:
    """All alarms. `look` with what is wrong, then ask `digest` for each sink."""

    def __init__(
        self, *, every_s: float = 300.0, remind_s: float = 4 * 3600.0, damping: Mapping[Kind, Damping] = DAMPING
    ) -> None:
        """:param every_s: between two messages to one sink, but for what is critical."""
        self._every_s, self._remind_s, self._damping = every_s, remind_s, damping
        self.alarms: list[Alarm] = []
        """In order of their numbers, the latest `MOST_KEPT`."""
        self._on: dict[str, Alarm] = {}
        self._seen: dict[str, _Seen] = {}
        self._number = 0
        self.changes = 0
        """Grows with every change that a state file should hold."""

    @property
    def on(self) -> list[Alarm]:
        return list(self._on.values())

    # ---- conditions

    def look(self, found: Mapping[Kind, Sequence[Condition]], now: Now) -> list[Alarm]:
        """Take what is wrong now, of the kinds that were judged. Returns alarms that are newly on or over."""
        changed = []
        holding = {one.key: one for conditions in found.values() for one in conditions}
        for key, condition in holding.items():
            alarm = self._on.get(key)
            if alarm is not None:
                self._seen.setdefault(key, _Seen()).gone_s = None
                self._update(alarm, condition)
                continue
            seen = self._seen.setdefault(key, _Seen())
            if seen.since_s is None:
                seen.since_s = now.mono_s
            if now.mono_s - seen.since_s >= self._damping.get(condition.kind, _NO_DAMPING).raise_s:
                changed.append(self._raise(condition, now))
        for key in list(self._seen):
            if key not in holding and key not in self._on and Kind(key.partition("/")[0]) in found:
                del self._seen[key]
        for key, alarm in list(self._on.items()):
            if key not in holding and alarm.condition.kind in found and self._is_over(key, alarm, now):
                changed.append(self._end(key, alarm, now))
        self._forget(now)
        return changed

    def _raise(self, condition: Condition, now: Now) -> Alarm:
        self._number += 1
        alarm = Alarm(number=self._number, condition=condition, since=now.at)
        self._on[condition.key] = alarm
        self.alarms.append(alarm)
        self.changes += 1
        return alarm

    def _update(self, alarm: Alarm, condition: Condition) -> None:
        """Words follow what is so now; a graver grade is news to everybody."""
        if condition == alarm.condition:
            return
        if condition.grade is Grade.CRITICAL and alarm.condition.grade is not Grade.CRITICAL:
            alarm.told.clear()
            alarm.owner = alarm.owned_at = None
            self.changes += 1
        alarm.condition = condition

    def _is_over(self, key: str, alarm: Alarm, now: Now) -> bool:
        seen = self._seen.setdefault(key, _Seen())
        if seen.gone_s is None:
            seen.gone_s = now.mono_s
        clear_s = self._damping.get(alarm.condition.kind, _NO_DAMPING).clear_s
        ends = [one.over_at for one in self.alarms if one.over_at is not None and one.condition.key == key]
        again = sum(now.at - end < RECURS for end in ends)
        longer_s = max(clear_s, min(clear_s * 2.0 ** min(again, 20), LONGEST_CLEAR_S))
        return now.mono_s - seen.gone_s >= longer_s

    def _end(self, key: str, alarm: Alarm, now: Now) -> Alarm:
        alarm.over_at = max(now.at, alarm.since)
        del self._on[key]
        self._seen.pop(key, None)
        self.changes += 1
        return alarm

    def _forget(self, now: Now) -> None:
        kept = [one for one in self.alarms if one.is_on or now.at - (one.over_at or now.at) < KEPT]
        spare = len(kept) - MOST_KEPT
        if spare > 0:
            old = {one.number for one in [one for one in kept if not one.is_on][:spare]}
            kept = [one for one in kept if one.number not in old]
        self.alarms = kept

    def own(self, number: int, who: VolunteerId, at: datetime) -> Alarm | None:
        """`who` acknowledged an alarm: it is theirs, and nobody is reminded of it."""
        alarm = next((one for one in self._on.values() if one.number == number), None)
        if alarm is not None and alarm.owner is None:
            alarm.owner, alarm.owned_at = who, at
            self.changes += 1
        return alarm

    # ---- sinks

    def digest(self, sink: str, now: datetime) -> Digest | None:
        """What `sink` has to be told, if it is time to."""
        new = tuple(one for one in self._on.values() if sink not in one.told)
        gone = [one for one in self.alarms if not one.is_on]
        over = tuple(one for one in gone if sink in one.told and not one.told[sink].over)
        passed = tuple(one for one in gone if sink not in one.told)
        still = tuple(one for one in self._on.values() if self._wants_reminder(one, sink, now))
        if not self._is_time(sink, now, (*new, *over, *passed), still):
            return None
        others = len(self._on) - len(new) - len(still)
        return Digest(at=now, new=new, over=over, passed=passed, still=still, others=others)

    def told(self, sink: str, digest: Digest) -> None:
        """`digest` was delivered."""
        for alarm in digest.alarms:
            known = alarm.told.get(sink)
            was_over = alarm in digest.over or alarm in digest.passed
            alarm.told[sink] = Telling(at=digest.at, over=was_over or bool(known and known.over))
        self.changes += 1

    def mark_told(self, sink: str, alarm: Alarm, at: datetime) -> None:
        """The same, of one alarm."""
        alarm.told[sink] = Telling(at=at, over=not alarm.is_on)
        self.changes += 1

    def _wants_reminder(self, alarm: Alarm, sink: str, now: datetime) -> bool:
        told = alarm.told.get(sink)
        return told is not None and alarm.owner is None and (now - told.at).total_seconds() >= self._remind_s

    def _is_time(self, sink: str, now: datetime, news: Sequence[Alarm], still: Sequence[Alarm]) -> bool:
        if not news and not still:
            return False
        last = max((one.told[sink].at for one in self.alarms if sink in one.told), default=None)
        # a wall clock that was set back must not make a sink silent
        since_s = (now - last).total_seconds() if last is not None and last <= now else float("inf")
        if not news:
            return since_s >= self._every_s
        waited_s = max((now - (one.over_at or one.since)).total_seconds() for one in news)
        critical = any(one.condition.grade is Grade.CRITICAL and one.is_on for one in news)
        gather_s = CRITICAL_GATHER_S if critical else GATHER_S
        return (waited_s >= gather_s or waited_s < 0) and since_s >= (CRITICAL_EVERY_S if critical else self._every_s)

    # ---- over a restart

    def as_json(self) -> dict[str, Any]:
        return {"number": self._number, "alarms": [_alarm_json(one) for one in self.alarms]}

    def restore(self, told: Mapping[str, Any]) -> None:
        """What an earlier run wrote: alarms that were on are on until a look says otherwise.

        :raises ValueError, KeyError, TypeError: for what `as_json` did not make.
        """
        alarms = [_alarm_of(one) for one in told["alarms"]]
        self._number = max([int(told["number"]), *(one.number for one in alarms)])
        self.alarms = alarms
        self._on = {one.condition.key: one for one in alarms if one.is_on}


def _alarm_json(alarm: Alarm) -> dict[str, Any]:
    condition = alarm.condition
    return {
        "number": alarm.number,
        "kind": condition.kind.value,
        "subject": condition.subject,
        "grade": condition.grade.value,
        "en": condition.en,
        "zh": condition.zh,
        "people": [list(one) for one in condition.people],
        "coordinators": list(condition.coordinators),
        "since": alarm.since.isoformat(),
        "over_at": alarm.over_at.isoformat() if alarm.over_at else None,
        "owner": alarm.owner,
        "owned_at": alarm.owned_at.isoformat() if alarm.owned_at else None,
        "told": {sink: [one.at.isoformat(), one.over] for sink, one in alarm.told.items()},
    }


def _alarm_of(told: Mapping[str, Any]) -> Alarm:
    return Alarm(
        number=int(told["number"]),
        condition=Condition(
            kind=Kind(told["kind"]),
            subject=str(told["subject"]),
            grade=Grade(told["grade"]),
            en=str(told["en"]),
            zh=str(told["zh"]),
            people=tuple((VolunteerId(str(who)), str(how)) for who, how in told["people"]),
            coordinators=_ids(told["coordinators"]),
        ),
        since=datetime.fromisoformat(told["since"]),
        over_at=datetime.fromisoformat(told["over_at"]) if told["over_at"] else None,
        owner=VolunteerId(str(told["owner"])) if told["owner"] else None,
        owned_at=datetime.fromisoformat(told["owned_at"]) if told["owned_at"] else None,
        told={
            str(sink): Telling(at=datetime.fromisoformat(at), over=bool(over))
            for sink, (at, over) in told["told"].items()
        },
    )


def _ids(told: Iterable[Any]) -> tuple[VolunteerId, ...]:
    return tuple(VolunteerId(str(one)) for one in told)

"""The service watches itself: every few seconds it looks at what may be wrong, and sees to it that somebody is told.

```text
   machine, link, journal, rosters, disks, clock ──► conditions ──► AlarmBook ──► an outbox per sink (mail, webhook)
                                                                       ├──► the machine: calls to coordinators
                                                                       └──► alarms.json, metrics, log
```

All of it in tasks of its own; what blocks is done in a thread under a time limit. A call waits for none of it.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from hotline_agi.alarm_settings import AlarmSettings
from hotline_agi.alarms import conditions
from hotline_agi.alarms.book import Alarm, AlarmBook
from hotline_agi.alarms.conditions import SlotGap
from hotline_agi.alarms.counts import Recent
from hotline_agi.alarms.kinds import Condition, Grade, Kind
from hotline_agi.alerting import ledger
from hotline_agi.alerting.ledger import Ledger
from hotline_agi.alerting.outbox import Outbox, sinks_of
from hotline_agi.canary_settings import CanarySettings
from hotline_agi.dispatch.codec import News
from hotline_agi.dispatch.commands import AlarmWord, CloseRecord, Command, NoteAlarm
from hotline_agi.dispatch.events import AlarmEnded, AlarmRaised, CallerSurviving, Event
from hotline_agi.dispatch.machine import Machine
from hotline_agi.log import logger
from hotline_agi.metrics import AlarmMetrics
from hotline_agi.roster import canary
from hotline_agi.roster.model import Roster
from hotline_agi.rosters.status import Status
from hotline_agi.service import watching
from hotline_agi.service.canary import Canary
from hotline_agi.service.errand import Errand
from hotline_agi.store.condition import JournalState
from hotline_agi.terms.ids import LineId
from hotline_agi.terms.instants import Now
from hotline_agi.terms.outcomes import Outcome
from hotline_agi.timekeeping import ClockWatch

LOOK_EVERY_S = 5.0
LOOK_AHEAD_EVERY_S = 60.0
DISK_EVERY_S = 30.0
THREAD_TIMEOUT_S = 20.0
FIRST_LOOK_S = 5.0
"""After a start. (What takes longer then, as phones that register again, is damped by kind.)"""
GAVE_UP_AT_ONCE_S = 10.0
"""Who hangs up sooner has not been let down."""
STARTS_KEPT = 50
CALL_SINK = "call"
CALLED = (
    Kind.NOBODY,
    Kind.NEXT_SLOT,
    Kind.CANARY,
    Kind.LOST,
    Kind.WAITING,
    Kind.DISK,
    Kind.JOURNAL,
    Kind.RESTARTS,
    Kind.CERTIFICATE,
)
"""Kinds that are called about when they are critical; each has a prompt ``alarm-KIND``. Not a link that is down: then
nobody can be rung."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """Where the facts are."""

    machine: Callable[[], Machine]
    roster: Callable[[], Roster]
    link_is_up: Callable[[], bool]
    plan_written: Callable[[], bool]
    journal: Callable[[], JournalState]
    rosters: Callable[[], Status]
    canary: Canary
    now: Callable[[], Now]


class Alarms:
    """Keep `run` running; give it the machine's steps (`saw`)."""

    def __init__(
        self,
        settings: AlarmSettings,
        canary_settings: CanarySettings,
        sources: Sources,
        *,
        state: Path,
        folders: dict[str, Path],
        certificates: dict[str, Path],
        tell: Callable[[Event], None],
    ) -> None:
        """
        :param folders: whose disks are watched, by name.
        :param certificates: which may expire, by name; those that are not there are left out.
        :param tell: takes an event into the machine.
        """
        self._certificates = certificates
        self._settings, self._canary_settings, self._sources = settings, canary_settings, sources
        self._state, self._folders, self._tell = state, folders, tell
        self.book = AlarmBook(every_s=settings.every_min * 60.0, remind_s=settings.remind_h * 3600.0)
        within_s = settings.thresholds.within_min * 60.0
        self._within_s = within_s
        self._nobody: dict[LineId, Recent] = {}
        self._uncertain: dict[LineId, Recent] = {}
        self._survived = Recent(within_s)
        self._refused_dialling = Recent(within_s)
        self._clock = ClockWatch()
        self._down_since_s: float | None = None
        self._starts: tuple[datetime, ...] = ()
        self._gaps: list[SlotGap] = []
        self._daily: dict[LineId, tuple[date, frozenset[tuple[str, datetime]]]] = {}
        self._free: dict[str, int] = {}
        self._calling: set[int] = set()
        self._expiries: dict[str, datetime] = {}
        self._outboxes: list[Outbox] = []
        self._metrics = AlarmMetrics()
        self._written = -1
        self._dirty = asyncio.Event()
        self._disk: Errand[Any] = Errand("alarms on disk", THREAD_TIMEOUT_S)
        self._unwritten = False

    # ---- what others call

    def saw(self, news: News | None, commands: Sequence[Command]) -> None:
        """One step of the machine."""
        now_s = time.monotonic()
        if isinstance(news, CallerSurviving):
            self._survived.add(now_s)
        for command in commands:
            if isinstance(command, CloseRecord) and command.line != canary.LINE:
                self._count(command, now_s)
            elif isinstance(command, NoteAlarm):
                self._called(command)

    def refused_dialling(self, times: int = 1) -> None:
        """The service refused to dial something; for whoever guards it."""
        self._refused_dialling.add(time.monotonic(), times)

    def _count(self, record: CloseRecord, now_s: float) -> None:
        if record.outcome is Outcome.UNCERTAIN:
            self._uncertain.setdefault(record.line, Recent(self._within_s)).add(now_s)
        elif (
            record.outcome in (Outcome.ABANDONED, Outcome.DIRECTORY)
            and record.wait_s >= GAVE_UP_AT_ONCE_S
            and record.answered_at is None
        ):
            self._nobody.setdefault(record.line, Recent(self._within_s)).add(now_s)

    # ---- the task

    async def run(self) -> None:
        """Never ends by itself."""
        before = await self._disk.run(partial(ledger.read, self._state / ledger.NAME))
        self._begin(before)
        states = {one.name: one for one in before.sinks} if before else {}
        self._outboxes = [
            Outbox(sink, self.book, self._dirty.set, before=states.get(sink.name)) for sink in sinks_of(self._settings)
        ]
        tasks = [asyncio.create_task(one.run(), name="alarms") for one in self._outboxes]
        tasks.append(asyncio.create_task(self._look_at_slow_things(), name="disks and rosters"))
        try:
            await asyncio.sleep(FIRST_LOOK_S)
            while True:
                dirty = self._dirty.is_set()
                self._dirty.clear()
                try:
                    await self._look(dirty=dirty)
                except Exception:  # a bug of ours in watching must not end the service
                    logger.exception("alarms were not looked at")
                with suppress(TimeoutError):
                    async with asyncio.timeout(LOOK_EVERY_S):
                        await self._dirty.wait()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    def _begin(self, before: Ledger | None) -> None:
        now = datetime.now(UTC)
        if before is not None:
            self.book.restore(before.book)  # it was tried when it was read
            self._starts = before.starts
        self._starts = (*self._starts[-STARTS_KEPT:], now)

    async def _look(self, *, dirty: bool) -> None:
        now = self._sources.now()
        for alarm in self.book.look(self._found(now), now):
            self._log(alarm)
            for outbox in self._outboxes:
                outbox.wake()
        self._call()
        if self.book.changes != self._written or dirty:
            self._written = self.book.changes
            await self._write()

    def _found(self, now: Now) -> dict[Kind, list[Condition]]:
        """What is wrong now, of the kinds that can be judged."""
        limits, sources = self._settings.thresholds, self._sources
        machine, roster = sources.machine(), sources.roster()
        staffing = list(watching.staffing(machine, roster, now))
        link_up = sources.link_is_up()
        if link_up:
            self._down_since_s = None
        elif self._down_since_s is None:
            self._down_since_s = now.mono_s
        down_s = 0.0 if self._down_since_s is None else now.mono_s - self._down_since_s
        status, journal = sources.rosters(), sources.journal()
        clock = self._clock.look(now.mono_s, now.at.timestamp())
        within = timedelta(minutes=limits.starts_within_min)
        found: dict[Kind, list[Condition]] = {
            Kind.WAITING: [
                one
                for line in staffing
                for one in conditions.waiting(
                    line.line,
                    watching.longest_wait_s(machine, line.line, now),
                    limits.wait_s,
                    line.coordinators,
                )
            ],
            Kind.NEXT_SLOT: [
                *conditions.short_slots(self._gaps, now.at, timedelta(minutes=limits.before_min)),
                *conditions.short_day(self._told_today(now.at)),
            ],
            Kind.LOST: [
                one
                for line in roster.lines
                for one in conditions.lost(
                    line,
                    _count_of(self._nobody, line, now),
                    _count_of(self._uncertain, line, now),
                    limits.lost,
                    self._within_s,
                )
            ],
            Kind.SURVIVAL: list(conditions.survived(self._survived.count(now.mono_s), self._within_s)),
            Kind.DIAL_REFUSED: list(conditions.dial_refused(self._refused_dialling.count(now.mono_s), self._within_s)),
            Kind.JOURNAL: list(
                conditions.journal(trouble=journal.trouble, spooled=journal.spooled, lost_records=journal.lost)
            ),
            Kind.CLOCK: list(conditions.clock(synchronised=clock.synchronised is not False, jump_s=clock.jump_s)),
            Kind.RESTARTS: list(
                conditions.restarts(
                    sum(now.at - at < within for at in self._starts), limits.starts, within.total_seconds()
                )
            ),
            Kind.LINK: list(conditions.link(down_s, limits.link_s)),
            Kind.CERTIFICATE: [
                one
                for name, at in self._expiries.items()
                for one in conditions.certificate(name, at, now.at, timedelta(days=14))
            ],
            Kind.DISK: [
                one
                for name, free in self._free.items()
                for one in conditions.disk(name, free, limits.disk_mb * 1024**2)
            ],
        }
        roster_found = list(
            conditions.roster(
                status.refused.since if status.refused else None,
                status.in_force.last_good_of if status.in_force else "",
            )
        )
        canary_found = self._canary_found(now.at)
        for kind, some in (
            (Kind.ROSTER, roster_found),
            (Kind.LAST_GOOD, roster_found),
            (Kind.CANARY, canary_found),
            (Kind.CANARY_OVERDUE, canary_found),
        ):
            found[kind] = [one for one in some if one.kind is kind]
        if link_up:  # without the link nothing is known of phones, and no plan can be written
            found[Kind.NOBODY] = [one for line in staffing for one in conditions.nobody(line)]
            found[Kind.PLAN] = list(conditions.plan(written=sources.plan_written()))
        return found

    def _canary_found(self, now: datetime) -> list[Condition]:
        settings = self._canary_settings
        if not settings.is_scheduled:
            return []  # whoever placed one by hand has read what came of it
        overdue = timedelta(minutes=2 * settings.every_min + 5) if settings.every_min else None
        return list(conditions.canary(self._sources.canary.news(), now, settings.failures, overdue))

    def _told_today(self, now: datetime) -> list[SlotGap]:
        """The gaps that the daily look ahead of each line told, as far as they are still there."""
        for line in self._sources.roster().lines.values():
            local = now.astimezone(line.zone)
            told = self._daily.get(line.id)
            if local.hour >= self._settings.thresholds.daily_at_h and (told is None or told[0] != local.date()):
                keys = frozenset((gap.slot, gap.from_at) for gap in self._gaps if gap.line == line.id)
                self._daily[line.id] = local.date(), keys
        return [
            gap
            for gap in self._gaps
            if gap.line in self._daily and (gap.slot, gap.from_at) in self._daily[gap.line][1] and gap.from_at > now
        ]

    async def _look_at_slow_things(self) -> None:
        """Disks may hang, and a big roster takes its time."""
        disks: Errand[Any] = Errand("disks", THREAD_TIMEOUT_S)
        ahead: Errand[list[SlotGap]] = Errand("rosters ahead", THREAD_TIMEOUT_S)
        ahead_s = 0.0
        while True:
            self._free = await disks.run(partial(watching.free_bytes, self._folders)) or self._free
            if time.monotonic() >= ahead_s:
                ahead_s = time.monotonic() + LOOK_AHEAD_EVERY_S
                roster, agreed = self._sources.roster(), self._sources.machine().stand_ins
                try:
                    gaps = await ahead.run(partial(watching.gaps_ahead, roster, agreed, datetime.now(UTC)))
                except Exception:
                    logger.exception("the coming slots were not looked at")
                    gaps = None
                self._gaps = self._gaps if gaps is None else gaps
                found = await disks.run(partial(watching.expiries, self._certificates))
                self._expiries = self._expiries if found is None else found
            await asyncio.sleep(DISK_EVERY_S)

    # ---- calls to coordinators

    def _call(self) -> None:
        """Have people called about what is critical and nobody owns; stop what is over."""
        settings = self._settings.call
        if settings is None:
            return
        for number in [one for one in self._calling if not any(one == alarm.number for alarm in self.book.on)]:
            self._calling.discard(number)
            self._tell(AlarmEnded(alarm=number))
        for alarm in self.book.on:
            people = tuple(dict.fromkeys((*alarm.condition.coordinators, *settings.people)))
            if (
                alarm.condition.grade is Grade.CRITICAL
                and alarm.condition.kind in CALLED
                and alarm.owner is None
                and CALL_SINK not in alarm.told
                and alarm.number not in self._calling
                and people
            ):
                self._calling.add(alarm.number)
                self._tell(
                    AlarmRaised(
                        alarm=alarm.number,
                        kind=alarm.condition.kind.value,
                        people=people,
                        most_per_hour=settings.most_per_hour,
                    )
                )

    def _called(self, note: NoteAlarm) -> None:
        """The machine's last word of calling people about an alarm."""
        self._calling.discard(note.alarm)
        now = datetime.now(UTC)
        alarm = next((one for one in self.book.on if one.number == note.alarm), None)
        if alarm is None:
            return
        self.book.mark_told(CALL_SINK, alarm, now)
        if note.word is AlarmWord.ACKNOWLEDGED and note.volunteer is not None:
            self.book.own(note.alarm, note.volunteer, now)
        logger.info(
            "alarm called about",
            alarm=note.alarm,
            kind=alarm.condition.kind.value,
            word=note.word.value,
            volunteer=note.volunteer,
        )
        self._dirty.set()

    # ---- what is written

    @staticmethod
    def _log(alarm: Alarm) -> None:
        found = alarm.condition
        if alarm.is_on:
            logger.error("alarm", kind=found.kind.value, subject=found.subject, grade=found.grade.value, what=found.en)
        else:
            logger.info("alarm over", kind=found.kind.value, subject=found.subject)

    async def _write(self) -> None:
        on = {one.condition.kind for one in self.book.on}
        self._metrics.set({kind.value: kind in on for kind in Kind})
        told = Ledger(
            book=self.book.as_json(),
            written_at=datetime.now(UTC),
            sinks=tuple(one.state for one in self._outboxes),
            starts=self._starts,
        )

        def write() -> bool:
            ledger.write(self._state / ledger.NAME, told)
            self._metrics.write(self._state)
            return True

        is_written = bool(await self._disk.run(write))
        if not is_written:
            self._written = -1  # again with the next look
            if not self._unwritten:
                logger.error("the alarms were not written to the state folder")
        self._unwritten = not is_written


def _count_of(counts: dict[LineId, Recent], line: LineId, now: Now) -> int:
    return counts[line].count(now.mono_s) if line in counts else 0

"""The service watches itself: every few seconds it looks at what may be wrong, and sees to it that somebody is told.

```text
   machine, link, journal, rosters, disks, clock ──► Watch: conditions ──► AlarmBook ──► an outbox per sink
                                                                              ├──► the machine: calls to coordinators
                                                                              └──► alarms.json, metrics, log
```

All of it in tasks of its own; what blocks is done in a thread under a time limit. A call waits for none of it.
"""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from hotline_agi.alarm_settings import AlarmSettings
from hotline_agi.alarms.book import Alarm, AlarmBook
from hotline_agi.alarms.kinds import Grade, Kind
from hotline_agi.alerting import alarm_state
from hotline_agi.alerting.alarm_state import AlarmState
from hotline_agi.alerting.outbox import Outbox, sinks_of
from hotline_agi.dispatch.codec import News
from hotline_agi.dispatch.commands import AlarmWord, Command, NoteAlarm
from hotline_agi.dispatch.events import AlarmEnded, AlarmRaised, Event
from hotline_agi.log import logger
from hotline_agi.metrics import AlarmMetrics
from hotline_agi.service.errand import Errand
from hotline_agi.service.watch import THREAD_TIMEOUT_S, Watch
from hotline_agi.terms.instants import Now

LOOK_EVERY_S = 5.0
FIRST_LOOK_S = 5.0
"""After a start. (What takes longer then, as phones that register again, is damped by kind.)"""
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


class Alarms:
    """Keep `run` running; give it the machine's steps (`saw`)."""

    def __init__(
        self,
        settings: AlarmSettings,
        watch: Watch,
        *,
        state: Path,
        now: Callable[[], Now],
        tell: Callable[[Event], None],
        audit: Callable[[datetime, str, str, str], None],
    ) -> None:
        """:param tell: takes an event into the machine.
        :param audit: takes down who did what with what, and when."""
        self._settings, self._watch, self._state, self._now, self._tell = settings, watch, state, now, tell
        self._audit = audit
        self.book = AlarmBook(every_s=settings.every_min * 60.0, remind_s=settings.remind_h * 3600.0)
        self._calling: set[int] = set()
        self._outboxes: list[Outbox] = []
        self._metrics = AlarmMetrics()
        self._written = -1
        self._dirty = asyncio.Event()
        self._disk: Errand[Any] = Errand("alarms on disk", THREAD_TIMEOUT_S)
        self._unwritten = False

    # ---- what others call

    def saw(self, news: News | None, commands: Sequence[Command]) -> None:
        """One step of the machine."""
        self._watch.saw(news, commands)
        for command in commands:
            if isinstance(command, NoteAlarm):
                self._called(command)

    def refused_dialling(self, times: int = 1) -> None:
        """The service refused to dial something; for whoever guards it."""
        self._watch.refused_dialling(times)

    # ---- the task

    async def run(self) -> None:
        """Never ends by itself."""
        before = await self._disk.run(partial(alarm_state.read, self._state / alarm_state.NAME))
        self._begin(before)
        states = {one.name: one for one in before.sinks} if before else {}
        self._outboxes = [
            Outbox(sink, self.book, self._dirty.set, before=states.get(sink.name)) for sink in sinks_of(self._settings)
        ]
        tasks = [asyncio.create_task(one.run(), name="alarms") for one in self._outboxes]
        tasks.append(asyncio.create_task(self._watch.run(), name="disks and rosters"))
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

    def _begin(self, before: AlarmState | None) -> None:
        if before is not None:
            self.book.restore(before.book)  # it was tried when it was read
        self._watch.begin(before.starts if before is not None else ())

    async def _look(self, *, dirty: bool) -> None:
        now = self._now()
        for alarm in self.book.look(self._watch.found(now), now):
            self._log(alarm)
            for outbox in self._outboxes:
                outbox.wake()
        self._call()
        if self.book.changes != self._written or dirty:
            self._written = self.book.changes
            await self._write()

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
            about = " ".join(filter(None, (alarm.condition.kind.value, alarm.condition.subject)))
            self._audit(now, note.volunteer, "acknowledged an alarm", about)
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
        told = AlarmState(
            book=self.book.as_json(),
            written_at=datetime.now(UTC),
            sinks=tuple(one.state for one in self._outboxes),
            starts=self._watch.starts,
        )

        def write() -> bool:
            alarm_state.write(self._state / alarm_state.NAME, told)
            self._metrics.write(self._state)
            return True

        is_written = bool(await self._disk.run(write))
        if not is_written:
            self._written = -1  # again with the next look
            if not self._unwritten:
                logger.error("the alarms were not written to the state folder")
        self._unwritten = not is_written

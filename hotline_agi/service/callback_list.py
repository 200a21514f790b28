"""The list of work as the service keeps it: up to date with the journal, and asked one question at a time.

It is on disk, shared with `hotline callbacks` in other processes; it is asked in a thread, and never on a call's way.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar

from hotline_agi.alarms.conditions import Backlog
from hotline_agi.dispatch.codec import News
from hotline_agi.dispatch.commands import CloseRecord, Command, Fact, NoteFact
from hotline_agi.dispatch.events import MessageLeft
from hotline_agi.errors import HotlineError
from hotline_agi.log import logger
from hotline_agi.roster.callback_policy import CallbackPolicy
from hotline_agi.roster.duty import on_duty
from hotline_agi.roster.model import Line, Roster
from hotline_agi.store import work, work_reading
from hotline_agi.store.reading import JournalReader
from hotline_agi.store.schema_work import IS_UNFINISHED
from hotline_agi.store.work import Change
from hotline_agi.store.work_gathering import WHOLE, gathered
from hotline_agi.terms.ids import LegId, LineId
from hotline_agi.terms.instants import Now
from hotline_agi.terms.work import AttemptEnd, WorkState
from hotline_agi.work.entry import Entry

GATHER_AFTER_S = 0.5
"""Calls that close together are looked at together; the journal has them on disk by then."""
GATHER_EVERY_S = 30.0
SHARE = 4
"""However busy the line is, looking takes at most a fifth of the time: it rests four times as long."""
RECENT = timedelta(minutes=30)
"""Between two whole looks only such calls are looked at."""
WHOLE_EVERY_S = 3600.0
RETRY_S = 2.0
USUAL = CallbackPolicy()
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptOver:
    """What is to be noted of a call to a caller."""

    end: AttemptEnd
    at: datetime
    talk_s: float = 0.0
    hung_up: bool = False
    """The volunteer is not there any more to say what came of it."""


class CallbackList:
    """Keep `run` running, and give it the machine's steps (`saw`)."""

    def __init__(
        self, journal: Path, *, roster: Callable[[], Roster], now: Callable[[], Now], keep_days: float
    ) -> None:
        """`keep_days`: how long finished entries are kept."""
        self._journal, self._roster, self._now = journal, roster, now
        self._whole = min(WHOLE, timedelta(days=keep_days))
        self._lock = asyncio.Lock()
        self._due = asyncio.Event()
        self._begun: dict[LegId, datetime] = {}
        self._over: dict[LegId, AttemptOver] = {}
        """What is not on disk yet."""
        self.backlog: Sequence[Backlog] = ()
        """Of each line that has callbacks: what is overdue."""

    async def run(self) -> None:
        """Keep the list up to date. Never ends by itself."""
        whole_s = took_s = 0.0
        while True:
            try:
                back = self._whole if time.monotonic() >= whole_s else min(RECENT, self._whole)
                began_s = time.monotonic()
                await self._gather(back)
                if back is self._whole:
                    whole_s = time.monotonic() + WHOLE_EVERY_S
                await self.write_attempts()
                took_s = time.monotonic() - began_s
            except HotlineError as error:
                logger.error("the list of callbacks is not up to date", trouble=str(error))
                whole_s = 0.0
                await asyncio.sleep(RETRY_S)
            except Exception:  # a bug of ours here must not end the service
                logger.exception("the list of callbacks is not up to date")
                await asyncio.sleep(GATHER_EVERY_S)
            try:
                async with asyncio.timeout(GATHER_EVERY_S):
                    await self._due.wait()
                await asyncio.sleep(min(max(GATHER_AFTER_S, SHARE * took_s), GATHER_EVERY_S))
            except TimeoutError:
                pass
            self._due.clear()

    async def _gather(self, back: timedelta) -> None:
        roster, now = self._roster(), self._now().at
        policies = {line.id: line.callbacks or USUAL for line in roster.lines.values()}
        found = await asyncio.to_thread(gathered, self._journal, now, policies, back=back)
        self.backlog = await asyncio.to_thread(self._look, roster, now)
        if found.opened or found.closed:
            logger.info("callbacks", opened=found.opened, closed=found.closed)

    def _look(self, roster: Roster, now: datetime) -> list[Backlog]:
        with JournalReader.open(self._journal, busy_s=work.BUSY_S) as reader:
            entries = [work_reading.entry_of(row) for row in reader.ask(work_reading.ENTRIES.where(IS_UNFINISHED))]
        return [
            backlog_of(line, line.callbacks, [one for one in entries if one.line == line.id], now)
            for line in roster.lines.values()
            if line.callbacks is not None
        ]

    def saw(self, news: News | None, commands: Sequence[Command]) -> None:
        """One step of the machine."""
        if isinstance(news, MessageLeft) or any(
            isinstance(one, CloseRecord) or (isinstance(one, NoteFact) and one.fact is Fact.TALK_STARTED)
            for one in commands
        ):
            self._due.set()

    def look_again(self) -> None:
        """Something was done: what is overdue may have changed."""
        self._due.set()

    # ---- calls to callers

    def talk_began(self, attempt: LegId) -> None:
        """The caller and the volunteer hear each other: noted until it is on disk."""
        self._begun[attempt] = self._now().at
        self._due.set()

    def attempt_over(self, attempt: LegId, end: AttemptEnd, *, talk_s: float = 0.0, hung_up: bool = False) -> None:
        """A call is over: noted until it is on disk, whatever is in the way."""
        self._over[attempt] = AttemptOver(end=end, at=self._now().at, talk_s=talk_s, hung_up=hung_up)
        self._due.set()

    async def write_attempts(self) -> None:
        """Write what waits of calls to callers.

        :raises HotlineError: if the journal cannot be written; it waits on.
        """
        if not (self._begun or self._over):
            return
        begun, over = dict(self._begun), dict(self._over)

        def write(change: Change) -> None:
            for attempt, at in begun.items():
                change.talk_begins(attempt, at)
            for attempt, one in over.items():
                change.end_attempt(attempt, one.end, one.at, self.policy, talk_s=one.talk_s, hung_up=one.hung_up)

        await self.ask(write)
        for attempt in begun:
            self._begun.pop(attempt, None)
        for attempt in over:
            self._over.pop(attempt, None)

    # ---- questions

    def policy(self, line: LineId) -> CallbackPolicy:
        """Of a line, by the roster in force."""
        found = self._roster().lines.get(line)
        return (found.callbacks if found is not None else None) or USUAL

    async def ask(self, act: Callable[[Change], T]) -> T:
        """One transaction, in a thread; one at a time.

        :raises HotlineError: if the journal cannot be written, or the move may not be made.
        """
        async with self._lock:
            return await asyncio.to_thread(self._in_transaction, act)

    def _in_transaction(self, act: Callable[[Change], T]) -> T:
        with work.changing(self._journal) as change:
            return act(change)


def backlog_of(line: Line, policy: CallbackPolicy, entries: Sequence[Entry], now: datetime) -> Backlog:
    """What of a line's list its coordinator must know."""
    overdue = [one for one in entries if one.is_overdue(now, policy)]
    escalated = [one for one in entries if one.state is WorkState.ESCALATED]
    waiting = [*overdue, *escalated]
    return Backlog(
        line=line.id,
        overdue=len(overdue),
        escalated=len(escalated),
        oldest_at=min((one.opened_at for one in waiting), default=None),
        overdue_h=policy.overdue_s / 3600,
        coordinators=on_duty(line, now).coordinators,
    )

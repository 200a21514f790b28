"""The list of work, as the service serves it: entries come into being, volunteers take them by telephone, and are
connected.

The list is on disk, shared with `hotline callbacks` in other processes; it is asked in a thread, one question at a
time, and never on a call's way. What is written stands there before anything is dialled, so a service that is killed
leaves each entry open, or claimed until its lease ends, and dials nothing twice.
"""

import asyncio
import time
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar

from hotline_agi.alarms.conditions import Backlog
from hotline_agi.archive import Kind
from hotline_agi.asterisk.envelope import Envelope, RefusalReason
from hotline_agi.asterisk.fastagi import AgiSession
from hotline_agi.asterisk.service_menu import Errand
from hotline_agi.asterisk.status import Inventory
from hotline_agi.dispatch.codec import News
from hotline_agi.dispatch.commands import CloseRecord, Command, Fact, NoteFact
from hotline_agi.dispatch.events import Event, MessageLeft, VolunteerEngaged, VolunteerReleased
from hotline_agi.dispatch.machine import Machine
from hotline_agi.errors import HotlineError
from hotline_agi.log import logger
from hotline_agi.roster.callback_policy import CallbackPolicy, SharedPhones
from hotline_agi.roster.duty import everybody, on_duty
from hotline_agi.roster.model import Line, Roster
from hotline_agi.selfservice.callback_dialog import (
    Answer,
    Away,
    Came,
    Connect,
    Connecting,
    Escalate,
    Finish,
    GiveBack,
    NoCall,
    NotConnected,
    Noted,
    Offer,
    Postpone,
    Refused,
    Taken,
    TakeNext,
    WhatCame,
)
from hotline_agi.service.callback_calls import CallbackCall, CallbackCalls
from hotline_agi.service.playback import CannotPlay, Playback, Played
from hotline_agi.store import work
from hotline_agi.store.reading import JournalReader
from hotline_agi.store.schema_work import IS_UNFINISHED
from hotline_agi.store.work import Change, WorkRefused
from hotline_agi.store.work_gathering import WHOLE, gathered
from hotline_agi.terms.ids import CallerToken, CallId, LegId, LineId, VolunteerId
from hotline_agi.terms.instants import Now
from hotline_agi.terms.standing import VolunteerState
from hotline_agi.terms.work import AttemptEnd, WorkState
from hotline_agi.work.entry import Entry

ROUTE = "callback"
"""Of the dialplan's question when somebody who was called has pressed the key."""
GATHER_AFTER_S = 0.5
"""Calls that close together are looked at together; the journal has them on disk by then."""
GATHER_EVERY_S = 30.0
RECENT = timedelta(minutes=30)
"""Between two whole looks only such calls are looked at."""
WHOLE_EVERY_S = 3600.0
RETRY_S = 2.0
ANSWER_S = 2.0
"""For one question to the list: below the 2.5 s after which nobody listens to our answer."""
_LIMITS = (
    RefusalReason.CALLBACKS_PER_HOUR,
    RefusalReason.CALLBACKS_PER_NUMBER_PER_DAY,
    RefusalReason.LEGS_PER_HOUR,
    RefusalReason.NOT_CLAIMED,
)
_USUAL = CallbackPolicy()
T = TypeVar("T")


class Callbacks:
    """Await `begin`, then keep `run` running; give it the machine's steps (`saw`), and what the dialplan asks."""

    def __init__(
        self,
        calls: CallbackCalls,
        *,
        journal: Path,
        messages: Path,
        playback: Playback,
        envelope: Envelope,
        roster: Callable[[], Roster],
        machine: Callable[[], Machine],
        now: Callable[[], Now],
        tell: Callable[[Event], None],
        boot: int,
        keep_days: float,
    ) -> None:
        """`messages`: the folder that Asterisk knows as `HOTLINE_MESSAGES`; `keep_days`: how long finished entries are
        kept."""
        self._calls, self._journal, self._envelope = calls, journal, envelope
        self._messages, self._playback = messages, playback
        self._roster, self._machine, self._now, self._tell = roster, machine, now, tell
        self._boot, self._whole = boot, min(WHOLE, timedelta(days=keep_days))
        self._lock = asyncio.Lock()
        self._due = asyncio.Event()
        self._placed = 0
        self._open: list[CallbackCall] = []
        """Attempts of earlier runs whose end nobody noted, until stock is taken."""
        self._unwritten: dict[LegId, tuple[AttemptEnd, datetime, float, bool]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._playing: dict[str, Played] = {}
        """Recordings that a volunteer listens to, by their channel."""
        self.backlog: Sequence[Backlog] = ()
        """Of each line that has callbacks: what is overdue."""
        calls.gone, calls.joined, calls.ended = self.heard_from, self.joined, self.ended

    # ---- life

    async def begin(self) -> None:
        """Read what earlier runs left: before Asterisk is asked for what lives."""
        try:
            await self._ask(self._begin)
        except HotlineError as error:
            logger.error("callbacks of before the start are not known", trouble=str(error))

    def _begin(self, change: Change) -> None:
        now = self._now()
        for one in work.open_attempts(change.connection):
            entry = work.find(change.connection, one.entry)
            call = CallbackCall(
                attempt=one.attempt,
                entry=entry.id,
                line=entry.line,
                volunteer=one.volunteer,
                channel="",
                uniqueid="",
                placed_s=now.mono_s - (now.at - one.dialled_at).total_seconds(),
            )
            self._open.append(call)
        recent = work.dialled_since(change.connection, now.at - timedelta(days=1))
        ages = [(number, (now.at - at).total_seconds()) for number, at in recent]
        self._envelope.recall_callbacks(ages, now.mono_s)

    async def run(self) -> None:
        """Keep the list up to date. Never ends by itself."""
        whole_s = 0.0
        while True:
            try:
                back = self._whole if time.monotonic() >= whole_s else min(RECENT, self._whole)
                await self._gather(back)
                if back is self._whole:
                    whole_s = time.monotonic() + WHOLE_EVERY_S
                await self._write_ends()
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
                await asyncio.sleep(GATHER_AFTER_S)
            except TimeoutError:
                pass
            self._due.clear()

    async def _gather(self, back: timedelta) -> None:
        roster, now = self._roster(), self._now().at
        policies = {line.id: line.callbacks or _USUAL for line in roster.lines.values()}
        async with self._lock:
            found = await asyncio.to_thread(gathered, self._journal, now, policies, back=back)
            self.backlog = await asyncio.to_thread(self._look, roster, now)
        if found.opened or found.closed:
            logger.info("callbacks", opened=found.opened, closed=found.closed)

    def _look(self, roster: Roster, now: datetime) -> list[Backlog]:
        with JournalReader.open(self._journal, busy_s=work.BUSY_S) as reader:
            entries = [work.entry_of(row) for row in reader.ask(work.ENTRIES.where(IS_UNFINISHED))]
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

    def stock_taken(self, found: Inventory) -> None:
        """All channels of Asterisk, once it was asked."""
        before, self._open = self._open, []
        self._calls.stock_taken(found, before)

    # ---- calls

    def joined(self, call: CallbackCall) -> None:
        """The caller and the volunteer hear each other."""
        now = self._now().at
        self._later(lambda change: change.talk_begins(call.attempt, now))

    def ended(self, call: CallbackCall, end: AttemptEnd, hung_up: bool) -> None:
        """A call is over: noted until it is on disk, whatever is in the way."""
        self._unwritten[call.attempt] = end, self._now().at, call.talk_s, hung_up
        self._due.set()

    async def _write_ends(self) -> None:
        async with self._lock:
            for attempt, (end, at, talk_s, hung_up) in list(self._unwritten.items()):

                def write(
                    change: Change,
                    attempt: LegId = attempt,
                    end: AttemptEnd = end,
                    at: datetime = at,
                    talk_s: float = talk_s,
                    hung_up: bool = hung_up,
                ) -> None:
                    change.end_attempt(attempt, end, at, self._policy, talk_s=talk_s, hung_up=hung_up)

                await asyncio.to_thread(self._in_transaction, write)
                self._unwritten.pop(attempt, None)

    def _later(self, act: Callable[[Change], None]) -> None:
        async def do() -> None:
            try:
                await self._ask(act)
            except HotlineError as error:
                logger.error("the list of callbacks was not written", trouble=str(error))

        self._spawn(do())

    def _spawn(self, chore: Coroutine[None, None, None]) -> None:
        task = asyncio.get_running_loop().create_task(chore)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    # ---- volunteers

    def confirmed(self, session: AgiSession) -> None:
        """Who was called has pressed the key."""
        self._calls.confirmed(session)

    def heard_from(self, uniqueid: str) -> None:
        """A volunteer's channel asks again, or is gone: they listen to no recording any more."""
        played = self._playing.pop(uniqueid, None)
        if played is not None:
            self._spawn(self._playback.done(played))

    async def run_errand(self, errand: Errand, session: AgiSession) -> None:
        """Ask the list, and answer the dialplan: at the latest when its guard is about to end."""
        reply: str | Errand = errand
        while isinstance(reply, Errand):
            try:
                async with asyncio.timeout(ANSWER_S):
                    answer = await self._answer(reply)
            except TimeoutError:
                logger.warning("the list of callbacks takes its time")
                answer = Away()
            except WorkRefused as error:
                answer = Refused(why=error.why)
            except HotlineError as error:
                logger.error("the list of callbacks cannot be used", trouble=str(error))
                answer = Away()
            reply = reply.then(answer)
        session.reply(reply)

    async def _answer(self, errand: Errand) -> Answer:
        who, now, wanted = errand.who, self._now().at, errand.wanted
        match wanted:
            case TakeNext():
                self._calls.watch(errand.uniqueid)
                return await self._take_next(errand, now)
            case Connect():
                return await self._connect(errand, wanted, now)
            case WhatCame():
                return await self._what_came(errand)
            case GiveBack(entry=entry):
                await self._ask(lambda change: change.give_back(entry, who, now))
            case Finish(entry=entry, outcome=outcome):
                await self._ask(lambda change: change.finish(entry, who, outcome, now))
            case Postpone(entry=entry):
                await self._ask(lambda change: change.postpone(entry, who, now, self._policy))
            case Escalate(entry=entry):
                await self._ask(lambda change: change.escalate(entry, who, now))
        self._due.set()
        return Noted()

    async def _take_next(self, errand: Errand, now: datetime) -> Answer:
        lines, files = self._lines_of(errand.who), list[str]()

        def take(change: Change) -> Taken:
            closed = change.told_closed(errand.who)
            ids = [line.id for line in lines]
            entry, count = change.claim_next(ids, errand.who, now, self._policy, self._coordinates(errand.who, now))
            offer = self._offer(change, entry) if entry is not None else None
            if entry is not None and (file := work.newest_message(change.connection, entry.id)) is not None:
                files.append(file)
            return Taken(offer=offer, open=count, closed=closed)

        taken = await self._ask(take)
        self.heard_from(errand.uniqueid)
        if taken.offer is None or not files:
            return taken
        return replace(taken, offer=replace(taken.offer, recording=await self._made_playable(errand, files[0])))

    async def _made_playable(self, errand: Errand, file: str) -> str:
        """As the dialplan plays it: below `HOTLINE_MESSAGES`, or absolute; empty if it cannot be heard."""
        try:
            call = CallId(Path(file).stem.split("_", 2)[2])
            played = await self._playback.prepare(Kind.MESSAGE, call, file, who=errand.who)
        except (CannotPlay, IndexError) as error:
            logger.warning("a message cannot be played", trouble=str(error))
            return ""
        self._playing[errand.uniqueid] = played
        below = played.path.is_relative_to(self._messages)
        return str(played.path.relative_to(self._messages) if below else played.path)

    def _offer(self, change: Change, entry: Entry) -> Offer:
        return Offer(
            entry=entry.id,
            line=entry.line,
            kind=entry.kind,
            called_at=entry.last_at,
            calls=entry.calls,
            recording="",
            has_number=change.number_of(entry.id) is not None,
        )

    async def _connect(self, errand: Errand, wanted: Connect, now: datetime) -> Answer:
        board = self._machine().board
        if self._machine().standing(errand.who, self._now())[0] is VolunteerState.RINGING:
            return NotConnected(why=NoCall.RUNG)
        on_line = frozenset(one.caller for one in board.calls.values() if one.caller is not None and not one.left)
        self._placed += 1
        attempt = LegId(f"back-{self._boot:08x}{self._placed:06x}")

        def begin(change: Change) -> work.Permit | NoCall:
            token: CallerToken | None = work.token_of(change.connection, work.find(change.connection, wanted.entry).id)
            if token is not None and token in on_line:
                return NoCall.ON_LINE
            permit = change.begin_attempt(
                wanted.entry, errand.who, attempt, now, self._policy, may_call=lambda line: self._may_call(line, now)
            )
            return permit or NoCall.NO_NUMBER

        try:
            permit = await self._ask(begin)
        except asyncio.CancelledError:  # too late: the volunteer hears so, and nobody is dialled any more
            self._unwritten[attempt] = AttemptEnd.FAILED, now, 0.0, False
            raise
        if isinstance(permit, NoCall):
            return NotConnected(why=permit)
        refused = self._envelope.refuses_callback(permit.entry, permit.number, self._now())
        if refused is not None:
            return await self._not_dialled(permit, refused)
        return await self._dial(errand, permit)

    async def _dial(self, errand: Errand, permit: work.Permit) -> Answer:
        """In one turn of the event loop: whoever is rung now is not connected, and who is connected is not rung."""
        line, leg = self._roster().lines.get(permit.entry.line), LegId(errand.uniqueid)
        call = CallbackCall(
            attempt=permit.attempt,
            entry=permit.entry.id,
            line=permit.entry.line,
            volunteer=errand.who,
            channel=errand.channel,
            uniqueid=errand.uniqueid,
            placed_s=self._now().mono_s,
        )
        self._tell(VolunteerEngaged(volunteer=errand.who, leg=leg))
        why = NoCall.RUNG
        if self._machine().board.foreign.get(leg) == errand.who and line is not None:
            policy = line.callbacks or _USUAL
            say = "callback-neutral" if policy.shared_phones is SharedPhones.ASSUME else "callback-hello"
            shown = policy.number or line.numbers[0]
            if self._calls.place(call, permit.number, shown=shown, language=line.language, say=say):
                return Connecting(attempt=permit.attempt)
            why = NoCall.FAILED
            self._tell(VolunteerReleased(leg=leg))
        self._unwritten[permit.attempt] = AttemptEnd.FAILED, self._now().at, 0.0, False
        await self._write_ends()
        return NotConnected(why=why)

    async def _not_dialled(self, permit: work.Permit, refused: RefusalReason) -> Answer:
        self._unwritten[permit.attempt] = AttemptEnd.FAILED, self._now().at, 0.0, False
        await self._write_ends()
        if refused in _LIMITS:
            return NotConnected(why=NoCall.LIMIT)
        now, who, entry = self._now().at, permit.volunteer, permit.entry.id
        await self._ask(lambda change: change.escalate(entry, who, now, detail=f"not dialled: {refused.value}"))
        self._due.set()
        return NotConnected(why=NoCall.NUMBER_REFUSED)

    async def _what_came(self, errand: Errand) -> Answer:
        found = self._calls.came_back(errand.uniqueid)
        await self._write_ends()
        if found is None:
            return Came(offer=None, end=None)
        call, end = found

        def look(change: Change) -> Came:
            entry = work.find(change.connection, call.entry)
            return Came(offer=self._offer(change, entry), end=end, state=entry.state)

        return await self._ask(look)

    # ---- the line's policy

    def _policy(self, line: LineId) -> CallbackPolicy:
        found = self._roster().lines.get(line)
        return (found.callbacks if found is not None else None) or _USUAL

    def _may_call(self, line: LineId, now: datetime) -> bool:
        found = self._roster().lines.get(line)
        return found is not None and self._policy(line).may_call_at(now, found.zone)

    def _lines_of(self, who: VolunteerId) -> list[Line]:
        lines = self._roster().lines.values()
        return [line for line in lines if line.callbacks is not None and who in everybody(line)]

    def _coordinates(self, who: VolunteerId, now: datetime) -> Callable[[LineId], bool]:
        lines = self._roster().lines
        coordinated = {line.id for line in lines.values() if who in on_duty(line, now).coordinators}
        return lambda line: line in coordinated

    # ---- the disk

    async def _ask(self, act: Callable[[Change], T]) -> T:
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

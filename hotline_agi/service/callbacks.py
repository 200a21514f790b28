"""Volunteers call callers back: what their menu asks of the list of work, and what comes of it.

Leave to call is on disk before anything is dialled, so a service that is killed leaves each entry open, or claimed
until its lease ends, and dials nothing twice.
"""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from hotline_agi.archive import Kind
from hotline_agi.asterisk.envelope import Envelope, RefusalReason
from hotline_agi.asterisk.fastagi import AgiSession
from hotline_agi.asterisk.service_menu import Errand
from hotline_agi.asterisk.status import Inventory
from hotline_agi.dispatch.events import Event, VolunteerEngaged, VolunteerReleased
from hotline_agi.dispatch.follow_ups import follow_ups
from hotline_agi.dispatch.machine import Machine
from hotline_agi.errors import HotlineError
from hotline_agi.log import logger
from hotline_agi.roster.callback_policy import SharedPhones
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
from hotline_agi.service.callback_list import USUAL, CallbackList
from hotline_agi.service.playback import CannotPlay, Playback, Played
from hotline_agi.store import work, work_reading
from hotline_agi.store.work import Change, WorkRefused
from hotline_agi.terms.ids import CallId, LegId, LineId, VolunteerId
from hotline_agi.terms.instants import Now
from hotline_agi.terms.standing import VolunteerState
from hotline_agi.terms.work import AttemptEnd
from hotline_agi.work.entry import CALL_LIMIT_S, TALK_LIMIT_S, Entry

ROUTE = "callback"
"""Of the dialplan's question when somebody who was called has pressed the key."""
ANSWER_S = 2.0
"""For one question to the list: below the 2.5 s after which nobody listens to our answer."""
_LIMITS = (
    RefusalReason.CALLBACKS_PER_HOUR,
    RefusalReason.CALLBACKS_PER_NUMBER_PER_DAY,
    RefusalReason.LEGS_PER_HOUR,
    RefusalReason.NOT_CLAIMED,
)


class Callbacks:
    """Await `begin` before Asterisk is asked what lives; give it what the dialplan asks, and each stock."""

    def __init__(
        self,
        entries: CallbackList,
        calls: CallbackCalls,
        *,
        messages: Path,
        playback: Playback,
        envelope: Envelope,
        roster: Callable[[], Roster],
        machine: Callable[[], Machine],
        now: Callable[[], Now],
        tell: Callable[[Event], None],
        boot: int,
    ) -> None:
        """`messages`: the folder that Asterisk knows as `HOTLINE_MESSAGES`; `boot`: of this run, for ids of calls."""
        self._list, self._calls, self._envelope = entries, calls, envelope
        self._messages, self._playback = messages, playback
        self._roster, self._machine, self._now, self._tell = roster, machine, now, tell
        self._boot, self._placed = boot, 0
        self._open: list[CallbackCall] = []
        """Attempts of earlier runs whose end nobody noted, until stock is taken."""
        self._tasks: set[asyncio.Task[None]] = set()
        self._playing: dict[str, Played] = {}
        """Recordings that a volunteer listens to, by their channel."""
        calls.gone, calls.joined, calls.ended = self.heard_from, self._joined, self._ended

    # ---- a start

    async def begin(self) -> None:
        """Read what earlier runs left: before Asterisk is asked for what lives."""
        try:
            await self._list.ask(self._begin)
        except HotlineError as error:
            logger.error("callbacks of before the start are not known", trouble=str(error))

    def _begin(self, change: Change) -> None:
        now = self._now()
        for one in work_reading.open_attempts(change.connection):
            entry = work_reading.find(change.connection, one.entry)
            call = CallbackCall(
                attempt=one.attempt,
                entry=entry.id,
                line=entry.line,
                volunteer=one.volunteer,
                channel="",
                uniqueid="",
                placed_s=now.mono_s - (now.at - one.dialled_at).total_seconds(),
            )
            # a talk that began is noted by how long it may last (`entry.talking`)
            if entry.call_until is not None and entry.call_until - one.dialled_at > timedelta(seconds=2 * CALL_LIMIT_S):
                ago = now.at - (entry.call_until - timedelta(seconds=TALK_LIMIT_S))
                call.talk_began_s = now.mono_s - ago.total_seconds()
            self._open.append(call)
        recent = work_reading.dialled_since(change.connection, now.at - timedelta(days=1))
        ages = [(number, (now.at - at).total_seconds()) for number, at in recent]
        self._envelope.recall_callbacks(ages, now.mono_s)

    def stock_taken(self, found: Inventory) -> None:
        """All channels of Asterisk, once it was asked."""
        before, self._open = self._open, []
        self._calls.stock_taken(found, before)

    # ---- calls

    def _joined(self, call: CallbackCall) -> None:
        self._list.talk_began(call.attempt)

    def _ended(self, call: CallbackCall, end: AttemptEnd, hung_up: bool) -> None:
        self._list.attempt_over(call.attempt, end, talk_s=call.talk_s, hung_up=hung_up)

    # ---- volunteers

    def confirmed(self, session: AgiSession) -> None:
        """Who was called has pressed the key."""
        self._calls.confirmed(session)

    def heard_from(self, uniqueid: str) -> None:
        """A volunteer's channel asks again, or is gone: they listen to no recording any more."""
        played = self._playing.pop(uniqueid, None)
        if played is not None:
            self._spawn(self._playback.done(played))

    def _spawn(self, chore: Coroutine[None, None, None]) -> None:
        task = asyncio.get_running_loop().create_task(chore)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

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
                await self._list.ask(lambda change: change.give_back(entry, who, now))
            case Finish():
                await self._list.ask(lambda change: self._finish(change, wanted, who, now))
            case Postpone(entry=entry):
                await self._list.ask(lambda change: change.postpone(entry, who, now, self._list.policy))
            case Escalate(entry=entry):
                await self._list.ask(lambda change: change.escalate(entry, who, now))
        self._list.look_again()
        return Noted()

    def _finish(self, change: Change, wanted: Finish, who: VolunteerId, now: datetime) -> None:
        detail = "at high risk" if wanted.at_high_risk else ""
        done = change.finish(wanted.entry, who, wanted.outcome, now, detail=detail)
        line = self._roster().lines.get(done.line)
        if wanted.at_high_risk and line is not None:
            change.mark(done.id, who, now, tuple(follow_ups(line, done.id, who, now)))

    async def _take_next(self, errand: Errand, now: datetime) -> Answer:
        lines, files = self._lines_of(errand.who), list[str]()

        def take(change: Change) -> Taken:
            closed = change.told_closed(errand.who)
            ids = [line.id for line in lines]
            entry, count = change.claim_next(
                ids, errand.who, now, self._list.policy, self._coordinates(errand.who, now)
            )
            offer = self._offer(change, entry) if entry is not None else None
            if entry is not None and (file := work_reading.newest_message(change.connection, entry.id)) is not None:
                files.append(file)
            return Taken(offer=offer, open=count, closed=closed)

        taken = await self._list.ask(take)
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
        line = self._roster().lines.get(entry.line)
        return Offer(
            entry=entry.id,
            line=entry.line,
            kind=entry.kind,
            called_at=entry.last_at,
            calls=entry.calls,
            recording="",
            has_number=change.number_of(entry.id) is not None,
            looks_after=line is not None and line.high_risk is not None,
        )

    async def _connect(self, errand: Errand, wanted: Connect, now: datetime) -> Answer:
        board = self._machine().board
        if self._machine().standing(errand.who, self._now())[0] is VolunteerState.RINGING:
            return NotConnected(why=NoCall.RUNG)
        on_line = frozenset(one.caller for one in board.calls.values() if one.caller is not None and not one.left)
        self._placed += 1
        attempt = LegId(f"back-{self._boot:08x}{self._placed:06x}")

        def begin(change: Change) -> work.Permit | NoCall:
            if work_reading.token_of(change.connection, wanted.entry) in on_line:
                return NoCall.ON_LINE
            permit = change.begin_attempt(
                wanted.entry,
                errand.who,
                attempt,
                now,
                self._list.policy,
                may_call=lambda line: self._may_call(line, now),
            )
            return permit or NoCall.NO_NUMBER

        try:
            permit = await self._list.ask(begin)
        except asyncio.CancelledError:  # too late: the volunteer hears so, and nobody is dialled any more
            self._list.attempt_over(attempt, AttemptEnd.FAILED)
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
            policy = line.callbacks or USUAL
            say = "callback-neutral" if policy.shared_phones is SharedPhones.ASSUME else "callback-hello"
            shown = policy.number or line.numbers[0]
            if self._calls.place(call, permit.number, shown=shown, language=line.language, say=say):
                return Connecting(attempt=permit.attempt)
            why = NoCall.FAILED
            self._tell(VolunteerReleased(leg=leg))
        self._list.attempt_over(permit.attempt, AttemptEnd.FAILED)
        await self._list.write_attempts()
        return NotConnected(why=why)

    async def _not_dialled(self, permit: work.Permit, refused: RefusalReason) -> Answer:
        self._list.attempt_over(permit.attempt, AttemptEnd.FAILED)
        await self._list.write_attempts()
        if refused in _LIMITS:
            return NotConnected(why=NoCall.LIMIT)
        now, who, entry = self._now().at, permit.volunteer, permit.entry.id
        await self._list.ask(lambda change: change.escalate(entry, who, now, detail=f"not dialled: {refused.value}"))
        self._list.look_again()
        return NotConnected(why=NoCall.NUMBER_REFUSED)

    async def _what_came(self, errand: Errand) -> Answer:
        found = self._calls.came_back(errand.uniqueid)
        await self._list.write_attempts()
        if found is None:
            return Came(offer=None, end=None)
        call, end = found

        def look(change: Change) -> Came:
            entry = work_reading.find(change.connection, call.entry)
            return Came(offer=self._offer(change, entry), end=end, state=entry.state)

        return await self._list.ask(look)

    # ---- the line's policy

    def _may_call(self, line: LineId, now: datetime) -> bool:
        found = self._roster().lines.get(line)
        return found is not None and self._list.policy(line).may_call_at(now, found.zone)

    def _lines_of(self, who: VolunteerId) -> list[Line]:
        """Whose callers they may call: lines that they serve, or coordinate, and for which they have what is wanted."""
        roster = self._roster()
        person, coordinates = roster.volunteers.get(who), self._coordinates(who, self._now().at)
        return [
            line
            for line in roster.lines.values()
            if line.callbacks is not None
            and (who in everybody(line) or coordinates(line.id))
            and (person is None or line.may_ring(person))
        ]

    def _coordinates(self, who: VolunteerId, now: datetime) -> Callable[[LineId], bool]:
        lines = self._roster().lines
        coordinated = {line.id for line in lines.values() if who in on_duty(line, now).coordinators}
        return lambda line: line in coordinated

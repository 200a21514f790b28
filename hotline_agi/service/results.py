"""What came of talks: volunteers say it by a key after the talk or in the menu, coordinators by command.

key after a talk (AGI) ─┐
kept in AstDB meanwhile ┼─► flag the caller, if the line says so ─► machine (notes and counts it) ─► journal
key in the menu ────────┘                                                     └─► follow-ups, if it flags
"""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from hotline_agi.asterisk.fastagi import AgiSession
from hotline_agi.asterisk.unattended import KeptResult
from hotline_agi.dispatch.codec import News
from hotline_agi.dispatch.commands import Command, ConnectLeg, NoteFact
from hotline_agi.dispatch.events import Event, ResultGiven
from hotline_agi.errors import HotlineError
from hotline_agi.log import logger
from hotline_agi.roster.model import Line, Roster, TalkResult
from hotline_agi.selfservice import after_talk
from hotline_agi.selfservice.handover import LastTalk
from hotline_agi.store import results as rows
from hotline_agi.store.callers import WhoIsUnknown, flag
from hotline_agi.terms.facts import Fact
from hotline_agi.terms.ids import CallerToken, CallId, LegId, LineId, VolunteerId
from hotline_agi.terms.results import told

LOOK_TIMEOUT_S = 0.8
"""For who called, and the end of the call, while a volunteer waits for "noted"; what does not come in time is not
counted, and followed up from now on."""
FLAG_TIMEOUT_S = 1.2
"""Together with the look it is below what a question may take (`fastagi.ANSWER_TIMEOUT_S`)."""
FLAG_AGAIN_S = (1.0, 5.0, 30.0, 120.0)
LOOK_EVERY_S = 5.0
TALKS_KEPT = 4096


class Results:
    """Give it what is asked, let it watch the machine's steps, and keep `follow` running."""

    def __init__(
        self,
        journal_path: Path,
        *,
        roster: Callable[[], Roster],
        line_of_call: Callable[[CallId], LineId | None],
        labels: Callable[[str], frozenset[str]],
        tell: Callable[[Event], None],
        chore: Callable[[Coroutine[None, None, None]], None],
    ) -> None:
        """`line_of_call`: of a call that lives; `labels`: by language, which own results can be said; `tell` takes an
        event into the machine; `chore` owns what takes its time."""
        self._path, self._roster, self._line_of_call = journal_path, roster, line_of_call
        self._labels, self._tell, self._chore = labels, tell, chore
        self._talks: dict[VolunteerId, LastTalk] = {}
        self._said: dict[CallId, str] = {}
        """The last result of each of the last calls."""
        self._seen_at = datetime.now(UTC)

    # ---- after a talk

    def asked_after(self, command: ConnectLeg) -> str:
        """What the dialplan asks when the caller hangs up first: ``LINE:KEYS:PROMPTS``; "" for nothing."""
        line = self._roster().lines.get(command.asks) if command.asks is not None else None
        if line is None:
            return ""
        found = after_talk.asked(line, self._labels(command.language), rests=command.rests)
        return f"{line.id}:{found.keys}:{'+'.join(found.words)}" if found.keys else ""

    def on_question(self, session: AgiSession) -> None:
        """A volunteer pressed the key of a result after a talk."""
        request = session.request
        assert request is not None
        key, call, line, volunteer = (request.argument(n) for n in range(4))
        found = self._result(LineId(line), key)
        if found is None or not call or not volunteer:
            session.reply("ok:unknown")
            return
        self._chore(self._answer(session, found, CallId(call), VolunteerId(volunteer), LegId(request.uniqueid)))

    async def _answer(
        self,
        session: AgiSession,
        found: tuple[Line, TalkResult],
        call: CallId,
        volunteer: VolunteerId,
        leg: LegId,
    ) -> None:
        await self._take(found, call, volunteer, leg)
        line, result = found
        session.reply(f"ok:noted:{after_talk.label(line.id, result)}")

    async def kept(self, word: KeptResult) -> None:
        """A key that was pressed while no service listened."""
        found = self._result(word.line, word.key)
        if found is None:
            logger.warning("a result of a talk that the line does not have (any more) is let go", call=word.call)
            return
        await self._take(found, word.call, word.volunteer, word.leg)
        logger.info("a result of a talk was given while the service was away", call=word.call)

    def _result(self, line: LineId, key: str) -> tuple[Line, TalkResult] | None:
        of = self._roster().lines.get(line)
        result = of.results.of_key(key) if of is not None else None
        return (of, result) if of is not None and result is not None else None

    async def _take(
        self, found: tuple[Line, TalkResult], call: CallId, volunteer: VolunteerId, leg: LegId | None
    ) -> None:
        line, result = found
        serious = result.id in line.results.flag
        if serious:
            # first: a word that is in the record has marked its caller
            await self._flag(call, volunteer)
        counts = result.id in line.results.count if line.results.count else None
        caller, ended_at = await self._caller_and_end(call) if serious or counts is not None else (None, None)
        self._tell(
            ResultGiven(
                call=call,
                line=line.id,
                result=result.id,
                volunteer=volunteer,
                leg=leg,
                counts=counts,
                caller=caller if counts is not None else None,
                ended_at=ended_at,
            )
        )

    async def _caller_and_end(self, call: CallId) -> tuple[CallerToken | None, datetime | None]:
        try:
            async with asyncio.timeout(LOOK_TIMEOUT_S):
                return await asyncio.to_thread(rows.caller_and_end, self._path, call)
        except (HotlineError, TimeoutError) as error:
            logger.warning("who called is not looked up: a result does not count for limits", trouble=str(error))
            return None, None

    async def _flag(self, call: CallId, volunteer: VolunteerId) -> None:
        """Mark the caller of `call` as `hotline calls flag` does; what fails now is tried again for a while."""
        with suppress(TimeoutError):
            async with asyncio.timeout(FLAG_TIMEOUT_S):
                if await self._flagged(call, volunteer):
                    return
        logger.warning("a caller could not be marked as at high risk yet", call=call)
        self._chore(self._flag_again(call, volunteer))

    async def _flag_again(self, call: CallId, volunteer: VolunteerId) -> None:
        for wait_s in FLAG_AGAIN_S:
            await asyncio.sleep(wait_s)
            if await self._flagged(call, volunteer):
                return
        logger.error("a caller is not marked as at high risk: do it by `hotline calls flag`", call=call)

    async def _flagged(self, call: CallId, volunteer: VolunteerId) -> bool:
        now, who = datetime.now(UTC), f"{volunteer}, by key"
        try:
            await asyncio.to_thread(flag, self._path, call, on=True, who=who, now=now)
        except WhoIsUnknown:
            logger.info("a caller who withheld their number cannot be marked as at high risk", call=call)
        except HotlineError:
            return False
        return True

    # ---- the menu

    def last_talk(self, volunteer: VolunteerId) -> LastTalk | None:
        found = self._talks.get(volunteer)
        return replace(found, result=self._said.get(found.call, "")) if found is not None else None

    def say(self, talk: LastTalk, result: TalkResult, volunteer: VolunteerId) -> None:
        """A key in the menu."""
        line = self._roster().lines.get(talk.line)
        if line is not None:
            self._said[talk.call] = result.id
            self._chore(self._take((line, result), talk.call, volunteer, None))

    # ---- the machine, and the journal

    def saw(self, _news: News | None, commands: Sequence[Command]) -> None:
        """Remember who talked last, and what was said of it."""
        for command in commands:
            match command:
                case NoteFact(fact=Fact.TALK_STARTED, call=call, volunteer=str(volunteer)):
                    line = self._line_of_call(call)
                    if line is not None:
                        who = VolunteerId(volunteer)
                        self._talks[who] = LastTalk(call=call, line=line, began_at=datetime.now(UTC))
                case NoteFact(fact=Fact.RESULT, call=call, detail=detail):
                    self._remember(call, told(detail).result)
                case _:
                    pass

    def _remember(self, call: CallId, result: str) -> None:
        self._said.pop(call, None)
        self._said[call] = result
        while len(self._said) > TALKS_KEPT:
            del self._said[next(iter(self._said))]

    async def follow(self) -> None:
        """Learn of talks before this run, and of results that are noted by command. Never ends by itself."""
        await self._look_back()
        while True:
            await asyncio.sleep(LOOK_EVERY_S)
            try:
                said = await asyncio.to_thread(rows.said_since, self._path, self._seen_at)
            except HotlineError as error:
                logger.warning("results that were noted by command are not read", trouble=str(error))
                continue
            for one in said:
                self._seen_at = max(self._seen_at, one.at)
                self._remember(one.call, one.said.result)
                self._tell(
                    ResultGiven(
                        call=one.call,
                        line=one.line,
                        result=one.said.result,
                        counts=one.said.counts,
                        caller=one.caller,
                        by=one.said.by,
                        is_noted=True,
                    )
                )

    async def _look_back(self) -> None:
        try:
            talks, results = await asyncio.to_thread(rows.last_talks, self._path, self._seen_at)
        except HotlineError as error:
            logger.warning("talks of before are not known to the menu", trouble=str(error))
            return
        for one in talks:  # what this run saw already is later
            talk = LastTalk(call=one.call, line=one.line, began_at=one.began_at)
            self._talks.setdefault(one.volunteer, talk)
        for call, result in results.items():
            self._said.setdefault(call, result)

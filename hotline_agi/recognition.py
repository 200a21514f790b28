"""The service recognises callers: a number becomes a token, and the machine hears whether somebody flagged it."""

import asyncio
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from hotline_agi.dispatch.events import CallerRecognised
from hotline_agi.errors import HotlineError
from hotline_agi.log import logger
from hotline_agi.store.caller_languages import caller_languages
from hotline_agi.store.caller_limits import marks
from hotline_agi.store.callers import CallerKey
from hotline_agi.store.journal import Journal
from hotline_agi.terms.ids import CallerToken, CallId
from hotline_agi.terms.numbers import PhoneNumber

LOOK_EVERY_S = 5.0
"""A flag that a coordinator sets counts within 10 s."""
FRESH_S = 60.0
CALLS_KEPT = 4096
LANGUAGES_EVERY_S = 600.0
"""What is purged is forgotten within this; what is chosen is known at once."""


class Recognition:
    """Give each number that a question carries to `of`, and keep `follow` running."""

    def __init__(self, key: CallerKey, journal: Journal) -> None:
        self._key = key
        self._journal = journal
        self._flagged: frozenset[CallerToken] = frozenset()
        self._told: dict[CallId, bool] = {}
        """What the machine heard of the last `CALLS_KEPT` calls: whether their caller is at high risk."""
        self._languages: dict[CallerToken, str] = {}
        self._languages_due_s = 0.0
        self._troubled = False
        self.lifted: Callable[[CallerToken], None] = lambda _caller: None
        """Told of callers whose limits a coordinator ended."""
        self._fresh: dict[CallerToken, float] = {}
        """Whom volunteers marked within the last `FRESH_S` (monotonic seconds): they may not be in the journal yet."""
        self._lifted_at = datetime.now(UTC)
        """What was ended before is known to the machine's memory."""

    def of(self, call: CallId, number: PhoneNumber) -> Iterator[CallerRecognised]:
        """What the machine is to hear: once per call, and again if somebody flags the caller while they wait."""
        caller = self._key.token(number)
        high_risk = caller in self._flagged
        before = self._told.get(call)
        if before is high_risk:
            return
        if before is None:
            self._journal.write_token(call, caller)
        self._told[call] = high_risk
        if len(self._told) > CALLS_KEPT:
            del self._told[next(iter(self._told))]
        yield CallerRecognised(call=call, caller=caller, high_risk=high_risk)

    def at_arrival(self, call: CallId, number: PhoneNumber) -> tuple[CallerToken, bool]:
        """Who calls, and whether they are at high risk, for the first question of a call."""
        heard = next(self.of(call, number), None)
        caller = heard.caller if heard is not None else self._key.token(number)
        return caller, self._told[call]

    def language_of(self, caller: CallerToken) -> str:
        """What the caller chose in an earlier call, on a line that remembers it; empty if nothing."""
        return self._languages.get(caller, "")

    def chose(self, caller: CallerToken, language: str) -> None:
        """The caller chose a language, to be remembered."""
        self._languages[caller] = language
        self._journal.write_language(caller, language)

    def flagged(self, caller: CallerToken | None) -> None:
        """A volunteer marked them just now: it counts from their next question on, before the journal tells it."""
        if caller is not None:
            self._flagged |= {caller}
            self._fresh[caller] = time.monotonic()

    async def follow(self, journal: Path) -> None:
        """Learn of flags, away from the loop. Never ends by itself."""
        while True:
            await self._look(journal)
            await asyncio.sleep(LOOK_EVERY_S)

    async def _look(self, journal: Path) -> None:
        try:
            found, lifted = await asyncio.to_thread(marks, journal, datetime.now(UTC), self._lifted_at)
            if time.monotonic() >= self._languages_due_s:
                self._languages = await asyncio.to_thread(caller_languages, journal)
                self._languages_due_s = time.monotonic() + LANGUAGES_EVERY_S
        except HotlineError as error:
            if not self._troubled:
                logger.error("flags of callers cannot be read; those known before count", trouble=str(error))
            self._troubled = True
            return
        self._troubled = False
        self._fresh = {one: at for one, at in self._fresh.items() if time.monotonic() - at < FRESH_S}
        found |= self._fresh.keys()
        if found != self._flagged:
            logger.info("flags of callers", flagged=len(found))
        self._flagged = found
        for caller, at in lifted.items():
            self._lifted_at = max(self._lifted_at, at)
            logger.info("the limits of a caller were ended")
            self.lifted(caller)

"""The calls of a campaign that are under way, from the moment they are placed until their end is on the disk."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import UTC, datetime

from hotline_agi.campaign.dialler import Callee, Dialler, Verdict, verdict
from hotline_agi.campaign.model import Outcome
from hotline_agi.log import logger
from hotline_agi.outbound.desk import Desk, DiskTrouble
from hotline_agi.outbound.interview import Conversation
from hotline_agi.terms.instants import Now

GONE_S = 10.0
"""A call that Asterisk does not know, so long after it was placed, has ended without our hearing of it."""
DISK_RETRY_S = 1.0


@dataclass(frozen=True, slots=True)
class Flight:
    conversation: Conversation
    callee: Callee
    placed_s: float


class Flights:
    """By the ids of their channels."""

    def __init__(self, dialler: Dialler, desk: Desk, *, changed: Callable[[], None]) -> None:
        """`changed` hears that a call is over, and that this is on the disk."""
        self._dialler, self._desk, self._changed = dialler, desk, changed
        self._flights: dict[str, Flight] = {}
        self._put_through: dict[str, Conversation] = {}
        """Who was told to go into the hotline, until they hang up: should that word be lost, they are told again."""
        self._ends: asyncio.Queue[tuple[Flight, Verdict]] = asyncio.Queue()
        self._unwritten = 0
        self.outcomes: Counter[Outcome] = Counter()
        """Of the attempts that ended since the start."""

    def __len__(self) -> int:
        return len(self._flights)

    @property
    def attempts(self) -> Collection[str]:
        return self._flights.keys()

    @property
    def is_idle(self) -> bool:
        """Whether none is under way, and every end is on the disk."""
        return not self._flights and not self._unwritten

    def begin(self, conversation: Conversation, callee: Callee, placed_s: float) -> None:
        """One is placed now, or was up before we were."""
        self._flights[conversation.attempt] = Flight(conversation, callee, placed_s)

    def conversation(self, attempt: str) -> Conversation | None:
        flight = self._flights.get(attempt)
        return flight.conversation if flight is not None else self._put_through.get(attempt)

    def hung_up(self, attempt: str, told: Outcome) -> None:
        """Asterisk says that a call is over; `told` is how, if nobody answered it."""
        self._put_through.pop(attempt, None)
        flight = self._flights.get(attempt)
        if flight is not None:
            self.over(attempt, flight.conversation.ended_as(told))

    def put_through(self, conversation: Conversation) -> None:
        """From here on they are a caller of the line."""
        logger.info("somebody asked for help and is put through")
        self._put_through[conversation.attempt] = conversation
        self.over(conversation.attempt, Outcome.HELPED)

    def settle(self, alive: frozenset[str]) -> None:
        """Close what Asterisk does not know any more."""
        now_s = time.monotonic()
        for attempt in self._put_through.keys() - alive:
            del self._put_through[attempt]
        for attempt, flight in list(self._flights.items()):
            if attempt not in alive and now_s - flight.placed_s > GONE_S:
                self.over(attempt, flight.conversation.ended_as(Outcome.LOST))

    def over(self, attempt: str, outcome: Outcome) -> None:
        """An attempt has ended so; twice is once."""
        flight = self._flights.pop(attempt, None)
        if flight is None:
            return
        now = Now(time.monotonic(), datetime.now(UTC))
        found = self._dialler.ended(flight.callee.person, outcome, now) or verdict(
            self._dialler.campaign, outcome, flight.callee.attempts, now.at
        )
        self.outcomes[outcome] += 1
        self._unwritten += 1
        self._ends.put_nowait((flight, found))
        self._changed()

    async def write_ends(self) -> None:
        """In order; what the disk does not take is tried again, for nobody may be rung before. Never ends by itself."""
        while True:
            flight, found = await self._ends.get()
            await self._write(flight.conversation, found)
            self._unwritten -= 1
            self._changed()

    async def _write(self, one: Conversation, found: Verdict) -> None:
        while True:
            try:
                await self._desk.ask(lambda calls: calls.over(one.attempt, one.person, found, datetime.now(UTC)))
                return
            except DiskTrouble as error:
                logger.error("the end of a call is not written down yet", trouble=str(error))
                await asyncio.sleep(DISK_RETRY_S)

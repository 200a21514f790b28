"""What was refused and who met a limit: counted, logged without a number, and told to whoever raises alarms."""

import asyncio
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from hotline_agi.asterisk.envelope import RefusalReason
from hotline_agi.log import logger
from hotline_agi.metrics import GuardMetrics
from hotline_agi.terms.ids import EndpointId

WRITE_EVERY_S = 15.0
SAID_OF_KEPT = 1024


class Guard:
    """One per service. Set `alarm`; keep `follow` running."""

    def __init__(self, state: Path, *, limits: tuple[str, ...] = (), help_facts: tuple[str, ...] = ()) -> None:
        self.alarm: Callable[[RefusalReason, EndpointId], None] = lambda _reason, _endpoint: None
        """Told of each leg that was not dialled; must neither block nor raise."""
        self.refusals: Counter[RefusalReason] = Counter()
        self.limited_calls: Counter[str] = Counter()
        self._said: Counter[tuple[RefusalReason, EndpointId]] = Counter()
        self._metrics = GuardMetrics(
            reasons=[reason.value for reason in RefusalReason], limits=limits, help_facts=help_facts
        )
        self._state = state
        self._news = True

    def refused(self, reason: RefusalReason, endpoint: EndpointId) -> None:
        """A leg to `endpoint` was not dialled."""
        self.refusals[reason] += 1
        self._metrics.refused(reason.value)
        self._news = True
        if len(self._said) >= SAID_OF_KEPT:
            self._said.clear()
        self._said[reason, endpoint] += 1
        times = self._said[reason, endpoint]
        if times & (times - 1) == 0:  # at 1, 2, 4, …: said at once, and no flood
            logger.error(
                "a leg was not dialled: see the dial envelope", why=reason.value, endpoint=endpoint, times=times
            )
        self.alarm(reason, endpoint)

    def limited(self, limit: str) -> None:
        """A caller met a limit."""
        self.limited_calls[limit] += 1
        self._metrics.limited(limit)
        self._news = True

    def helped(self, fact: str) -> None:
        """A volunteer asked for help in a talk, or something came of it."""
        self._metrics.helped(fact)
        self._news = True

    async def follow(self) -> None:
        """Write the metrics when they changed, away from the loop. Never ends by itself."""
        while True:
            if self._news:
                self._news = False
                try:
                    await asyncio.to_thread(self._metrics.write, self._state)
                except OSError as error:
                    logger.error("metrics cannot be written", trouble=error.strerror)
            await asyncio.sleep(WRITE_EVERY_S)

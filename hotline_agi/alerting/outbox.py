"""One task per sink: tells what it was not told yet, the newest state, and tries again with back-off.

There is no queue that could fill: what is to be told is worked out from the book at each attempt.
"""

import asyncio
import random
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial

from hotline_agi.alarm_settings import AlarmSettings
from hotline_agi.alarms.book import AlarmBook
from hotline_agi.alerting.alarm_state import SinkState
from hotline_agi.alerting.mail import MailSink
from hotline_agi.alerting.sink import Courier, DeliveryFailed, Sink
from hotline_agi.alerting.webhook import WebhookSink
from hotline_agi.log import logger

LOOK_EVERY_S = 5.0
LIMIT_S = 45.0
"""For one delivery, whatever the server does."""
RETRY_S, RETRY_MAX_S = 15.0, 900.0


def sinks_of(settings: AlarmSettings) -> list[Sink]:
    """Those that the settings name."""
    found: list[Sink] = []
    if settings.email is not None:
        found.append(MailSink(settings.email, settings.name))
    if settings.webhook is not None:
        found.append(WebhookSink(settings.webhook, settings.name))
    return found


class Outbox:
    """Keep `run` running; call `wake` when something changed."""

    def __init__(
        self, sink: Sink, book: AlarmBook, changed: Callable[[], None], *, before: SinkState | None = None
    ) -> None:
        """`changed` is called when the book knows of a delivery; `before`: how the sink fared in an earlier run."""
        self.state = before or SinkState(name=sink.name)
        self._sink, self._book, self._changed = sink, book, changed
        self._courier = Courier(sink.name, LIMIT_S)
        self._wake = asyncio.Event()

    def wake(self) -> None:
        self._wake.set()

    async def run(self) -> None:
        pause_s = 0.0
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_EVERY_S):
                    await self._wake.wait()
            self._wake.clear()
            digest = self._book.digest(self._sink.name, datetime.now(UTC))
            if digest is None:
                continue
            try:
                await self._courier.run(partial(self._sink.deliver, digest))
            except DeliveryFailed as error:
                self._failed(str(error))
                pause_s = min(max(2 * pause_s, RETRY_S), RETRY_MAX_S)
                await asyncio.sleep(pause_s * random.uniform(0.8, 1.2))
            else:
                pause_s = 0.0
                self._book.told(self._sink.name, digest)
                logger.info("alarms told", sink=self._sink.name, new=len(digest.new), over=len(digest.over))
                self.state = SinkState(name=self._sink.name, delivered_at=digest.at)
                self._changed()

    def _failed(self, trouble: str) -> None:
        state = self.state
        if state.trouble != trouble:
            logger.error("alarms could not be told", sink=self._sink.name, trouble=trouble)
        self.state = SinkState(
            name=state.name,
            delivered_at=state.delivered_at,
            trouble=trouble,
            trouble_since=state.trouble_since or datetime.now(UTC),
        )
        self._changed()


async def test_all(sinks: Sequence[Sink]) -> list[tuple[str, str]]:
    """Send a test by every sink at once; the name of each, and what went wrong (empty: nothing)."""

    async def one(sink: Sink) -> tuple[str, str]:
        try:
            await Courier(sink.name, LIMIT_S).run(sink.test)
        except DeliveryFailed as error:
            return sink.name, str(error)
        return sink.name, ""

    return list(await asyncio.gather(*map(one, sinks)))

"""A supervisor hears that the service lives: while its loop turns and keeps its deadlines, and during a long start."""

import asyncio
import time
from collections.abc import Callable

from hotline_agi.log import logger
from hotline_agi.notify import notify, watchdog_s

PATIENCE_EVERY_S = 5.0
LATE_S = 2.0
"""A deadline that is this late says that the loop hangs: then the watchdog is not fed."""


async def feed_watchdog(next_deadline: Callable[[], float | None]) -> None:
    """Tell systemd that the loop turns and keeps its deadlines; a loop that does not is killed and started anew.

    :param next_deadline: monotonic seconds of what is due next; None: nothing waits.
    """
    every_s = (watchdog_s() or 5.0) / 3
    while True:
        due_s = next_deadline()
        if due_s is None or time.monotonic() - due_s < LATE_S:
            notify("WATCHDOG=1")
        else:
            logger.error("deadlines are not kept; the watchdog is not fed")
        await asyncio.sleep(every_s)


async def ask_for_patience() -> None:
    """Tell a supervisor that a start with a big roster, or in the middle of a checkout, goes on."""
    while True:
        await asyncio.sleep(PATIENCE_EVERY_S)
        notify(f"EXTEND_TIMEOUT_USEC={int(3e6 * PATIENCE_EVERY_S)}\nSTATUS=reading the rosters")

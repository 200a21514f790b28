"""The weekly report is sent when it is due: by a process of its own, so that counting holds up no call.

That process is ``hotline report --mail-due``: it looks again whether the week was sent, and notes that it was.
"""

import asyncio
import sys
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from hotline_agi import weekly
from hotline_agi.log import logger
from hotline_agi.report_settings import WeeklySettings
from hotline_agi.roster.model import Roster
from hotline_agi.service.errand import Errand
from hotline_agi.settings import Settings
from hotline_agi.weekly import Sent

FIRST_LOOK_S, LOOK_EVERY_S = 5.0, 60.0
RETRY_S = 900.0
LIMIT_S = 300.0
"""For counting a week and sending it."""
DISK_S = 5.0
MAX_WHY = 300
"""Characters of what the process said last."""


class WeeklyMail:
    """Keep `run` running."""

    def __init__(self, settings: Settings, roster: Callable[[], Roster]) -> None:
        self._settings, self._roster = settings, roster
        self._disk: Errand[Sent | None] = Errand("weekly report on disk", DISK_S)

    async def run(self) -> None:
        """Never ends by itself; does nothing where the settings name nobody."""
        told, source = self._settings.reports.weekly, self._settings.source
        if told is None or source is None:
            await asyncio.Event().wait()
            return
        pause_s = FIRST_LOOK_S
        while True:
            await asyncio.sleep(pause_s)
            pause_s = LOOK_EVERY_S
            if await self._is_due(told) and not await self._send(source):
                pause_s = RETRY_S

    async def _is_due(self, told: WeeklySettings) -> bool:
        lines = self._roster().lines
        line = next((lines[name] for name in told.lines if name in lines), next(iter(lines.values()), None))
        if line is None:
            return False
        week = weekly.week_due(told, datetime.now(UTC), line.zone)
        sent = await self._disk.run(partial(_sent, self._settings.state, Sent(until_at=week.until_at)))
        return weekly.is_due(sent, week)

    async def _send(self, source: Path) -> bool:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-P", "-m", "hotline_agi.cli", "report", "--mail-due", "--config", str(source)),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
        )
        said = b""
        try:
            async with asyncio.timeout(LIMIT_S):
                _, said = await process.communicate()
        except TimeoutError:
            said = b"it took too long"
        finally:
            if process.returncode is None:
                with suppress(ProcessLookupError):
                    process.kill()
                await process.wait()
        if process.returncode == 0:
            logger.info("weekly report sent")
            return True
        why = said.decode(errors="replace").strip().rpartition("\n")[2]
        logger.error("the weekly report was not sent; it is tried again", trouble=why[:MAX_WHY])
        return False


def _sent(state: Path, first: Sent) -> Sent | None:
    """What was sent last; the first time that anybody looks, that is noted."""
    sent = weekly.read(state)
    if sent is None:
        weekly.write(state, first)
    return sent

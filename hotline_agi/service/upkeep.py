"""Whatever is kept up to date beside the calls: the survival plan in Asterisk, and what the menu knows."""

import asyncio
import contextlib
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from hotline_agi.asterisk.envelope import Envelope
from hotline_agi.asterisk.service_menu import ServiceMenu
from hotline_agi.asterisk.survival import REFRESH_S, SurvivalPlan
from hotline_agi.dispatch.events import Event, SoundsSeen
from hotline_agi.errors import PbxError
from hotline_agi.log import logger
from hotline_agi.prompts import present
from hotline_agi.prompts.line_sounds import own_sounds
from hotline_agi.roster.model import Roster
from hotline_agi.selfservice.directory import Directory

RETRY_S = 10.0


class Upkeep:
    """Keep `run` running; set `due` when the roster changed or Asterisk came back."""

    def __init__(
        self,
        plan: SurvivalPlan,
        menu: ServiceMenu,
        envelope: Envelope,
        *,
        sounds: Path,
        roster: Callable[[], Roster],
        tell: Callable[[Event], None],
    ) -> None:
        """`tell` takes an event into the machine."""
        self.due = asyncio.Event()
        self._envelope = envelope
        self.plan_written = False
        """Whether the last attempt of this run to write the survival plan went well."""
        self._plan, self._menu, self._sounds, self._roster = plan, menu, sounds, roster
        self._tell = tell
        self._seen: SoundsSeen | None = None

    async def run(self) -> None:
        """Write the plan when it is due, and every hour; then, too, somebody may have built or recorded prompts."""
        wait_s = 0.0
        while True:
            # not wait_for: Python 3.11's swallows a cancellation that comes together with the result
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(wait_s or None):
                    await self.due.wait()
            self.due.clear()
            await self._refresh_menu()
            await self.look_at_sounds()
            await asyncio.to_thread(self._envelope.look_at, self._roster())
            try:
                rows = await self._plan.write(self._roster(), datetime.now(UTC))
                self.plan_written = True
                logger.info("survival plan written", rows=rows)
                wait_s = REFRESH_S
            except PbxError as error:
                self.plan_written = False
                logger.error("the survival plan was not written", trouble=str(error))
                wait_s = RETRY_S

    async def look_at_sounds(self) -> None:
        """Which lines have sounds of their own; told where it is news."""
        lines = tuple(self._roster().lines.values())
        seen = SoundsSeen(own=await asyncio.to_thread(own_sounds, self._sounds, lines))
        if seen != self._seen:
            self._seen = seen
            self._tell(seen)

    async def _refresh_menu(self) -> None:
        """What the menu knows of people and prompts: off a call's way, since both take their time."""
        found = await asyncio.to_thread(present.look, self._sounds)
        self._menu.use_prompts(found.languages, found.names, found.labels)
        self._menu.use_directory(await asyncio.to_thread(Directory.of, self._roster()))

"""Every call is in the journal, also one that the dialplan served while the service was away or blind.

A call that the machine saw is written by the machine; what only the dialplan knows of is written here, once, as
`survived`: when it came and when it ended. AstDB keeps it until the journal has it.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from hotline_agi.asterisk.unattended import KeptResult, Unattended, UnattendedCall
from hotline_agi.dispatch.commands import CloseRecord, NoteFact, OpenRecord
from hotline_agi.errors import HotlineError
from hotline_agi.log import logger
from hotline_agi.store.journal import Journal
from hotline_agi.store.reading import JournalReader
from hotline_agi.terms.facts import Fact
from hotline_agi.terms.ids import CallId, LineId, NodeId
from hotline_agi.terms.outcomes import Outcome

EVERY_S = 3600.0
SETTLES_S = 2.0
"""What the machine itself saw of a call's end is in the journal by then."""
RETRY_S = 10.0
LOOKS, LOOKS_EVERY_S = 10, 0.2
"""For records on their way to the disk, which takes 0.1 s; where the disk is full or locked, the next hour does."""
WRITTEN_S = 0.5
"""A record is on the disk by then, or in the spool."""
ALONE = "the dialplan served it alone"


class Ledger:
    """Keep `run` running; set `due` when Asterisk is there (again)."""

    def __init__(
        self,
        calls: Unattended,
        *,
        journal: Journal,
        journal_path: Path,
        node: NodeId,
        line_of_number: Callable[[str], LineId | None],
        kept: Callable[[KeptResult], Awaitable[None]],
    ) -> None:
        """`kept` takes in a result of a talk that nobody took."""
        self._kept = kept
        self._calls = calls
        self._journal, self._path = journal, journal_path
        self._node, self._line_of_number = node, line_of_number
        self.due = calls.due

    async def run(self) -> None:
        """Take in what the dialplan wrote down when such a call has ended, when Asterisk comes back, and every hour."""
        wait_s = EVERY_S
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(wait_s):
                    await self.due.wait()
            self.due.clear()
            await asyncio.sleep(SETTLES_S)
            try:
                await self._take()
                wait_s = EVERY_S
            except (HotlineError, OSError) as error:
                logger.warning("calls that were served without the service are not in the journal", trouble=str(error))
                wait_s = RETRY_S

    async def _take(self) -> None:
        kept: list[CallId] = []
        while told := await self._calls.ask(kept):
            calls = [one for one in told if isinstance(one, UnattendedCall)]
            words = [one for one in told if isinstance(one, KeptResult)]
            ids = [one.call for one in calls]
            known = await asyncio.to_thread(_known, self._path, ids)
            for one in calls:
                if one.call not in known:
                    self._write(one)
            for word in words:
                await self._kept(word)
            # an open record is the machine's to close: its call is told again another time
            kept = await self._written([one for one in ids if known.get(one, True)])
            if words:
                await asyncio.sleep(WRITTEN_S)
            kept += [word.key_of_row for word in words]
            if not kept:
                return

    def _write(self, call: UnattendedCall) -> None:
        line = self._line_of_number(call.did) or LineId("unknown")
        ended_at = call.ended_at or call.arrived_at
        now = datetime.now(UTC)
        self._journal.write(
            OpenRecord(call=call.call, line=line, node=self._node, arrived_at=call.arrived_at), call.arrived_at
        )
        self._journal.write(NoteFact(call=call.call, fact=Fact.SURVIVING, detail=ALONE), now)
        self._journal.write(
            CloseRecord(
                call=call.call,
                line=line,
                node=self._node,
                arrived_at=call.arrived_at,
                answered_at=None,
                ended_at=ended_at,
                wait_s=max(0.0, (ended_at - call.arrived_at).total_seconds()),
                talk_s=0.0,
                outcome=Outcome.UNCERTAIN if call.ended_at is None else Outcome.SURVIVED,
                volunteer=None,
                legs=(),
            ),
            now,
        )
        logger.info("a call was served by the dialplan alone", call=call.call, line=line)

    async def _written(self, calls: list[CallId]) -> list[CallId]:
        """Those of `calls` whose records are on the disk: nothing is forgotten in Asterisk before."""
        for _ in range(LOOKS):
            known = await asyncio.to_thread(_known, self._path, calls)
            if len(known) == len(calls):
                break
            await asyncio.sleep(LOOKS_EVERY_S)
        return [call for call in calls if known.get(call)]


def _known(path: Path, calls: Sequence[CallId]) -> dict[CallId, bool]:
    """Which of `calls` the journal has, and whether their records are closed. Blocks on disk."""
    with JournalReader.open(path) as reader:
        return reader.closed(calls)

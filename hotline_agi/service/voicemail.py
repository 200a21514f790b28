"""Recordings that callers left: kept or not while they listen, and found when nobody heard of them."""

import asyncio
from collections.abc import Callable
from pathlib import Path

from hotline_agi.asterisk import recordings
from hotline_agi.asterisk.fastagi import AgiSession
from hotline_agi.dispatch.events import Event, MessageLeft
from hotline_agi.errors import HotlineError
from hotline_agi.log import logger
from hotline_agi.store.journal import Journal
from hotline_agi.store.reading import JournalReader
from hotline_agi.store.records import MessageRecord
from hotline_agi.terms.ids import CallId, LineId

ADOPT_EVERY_S = 300.0
DISK_TIMEOUT_S = 2.0
"""For looking at one recording, while its caller waits for "thank you"."""


class Voicemail:
    """The folder of messages, as the service sees it."""

    def __init__(
        self,
        folder: Path,
        *,
        journal: Journal,
        journal_path: Path,
        line_of_number: Callable[[str], LineId | None],
        tell: Callable[[Event], None],
        kept: Callable[[str], None],
    ) -> None:
        """`kept` is told the name of each message that is kept: it is encrypted then."""
        self._folder = folder
        self._journal, self._journal_path = journal, journal_path
        self._line_of_number = line_of_number
        self._tell, self._kept = tell, kept

    async def recorded(self, call: CallId, name: str, session: AgiSession | None) -> None:
        """A caller finished a recording (or hung up in it): keep it or not, and say so while they listen."""
        try:
            async with asyncio.timeout(DISK_TIMEOUT_S):
                found = await asyncio.to_thread(recordings.keep_or_drop, self._folder, name)
        except (TimeoutError, OSError) as error:
            logger.error("a recording could not be looked at", call=call, trouble=type(error).__name__)
            if session is not None:
                session.refuse()  # the dialplan judges by its clock; the file stays and is found later
            return
        if found is not None:
            self._keep(found)
            self._tell(MessageLeft(call=call))
        if session is not None:
            session.reply("ok:kept" if found else "ok:short")

    def _keep(self, found: recordings.Recorded) -> None:
        line = self._line_of_number(found.did) or self._line_of_number(f"+{found.did}")
        self._journal.write_message(
            MessageRecord(
                call=found.call,
                line=line or LineId("unknown"),
                file=f"{found.name}.wav",
                length_s=found.length_s,
                recorded_at=found.recorded_at,
            )
        )
        self._kept(found.name)

    async def adopt(self) -> None:
        """Messages that were left while no service ran, or whose end was missed."""
        while True:
            try:
                known = await asyncio.to_thread(_known_recordings, self._journal_path)
                for found in await asyncio.to_thread(recordings.left_alone, self._folder, known):
                    self._keep(found)
                    self._tell(MessageLeft(call=found.call))
                    logger.info("a message was left while the service was away", call=found.call)
            except (HotlineError, OSError) as error:
                logger.error("the messages folder was not looked through", trouble=str(error))
            await asyncio.sleep(ADOPT_EVERY_S)


def _known_recordings(journal: Path) -> frozenset[str]:
    """Names, without ending, of the messages that are in the journal. Blocks on disk."""
    with JournalReader.open(journal) as reader:
        return frozenset(Path(file).stem for file in reader.message_files())

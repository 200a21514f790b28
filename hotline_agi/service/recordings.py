"""Recordings that are over: from the folder where Asterisk wrote them, encrypted, into the archive.

Each look begins with what lies on disk, so whatever was cut off by a kill, a full disk or a missing key is done by the
next one; events only make it come sooner. Nothing here is on a call's way.
"""

import asyncio
import os
import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from hotline_agi import sealing
from hotline_agi.archive import Archive, Kind, Stored
from hotline_agi.asterisk import recordings as on_disk
from hotline_agi.dispatch.commands import StopRecording
from hotline_agi.dispatch.events import Event, MessageLeft, RecordingPossible
from hotline_agi.errors import HotlineError
from hotline_agi.log import logger
from hotline_agi.sealing import SealingFailed
from hotline_agi.service.errand import Errand
from hotline_agi.store import recordings as rows
from hotline_agi.store.journal import Journal
from hotline_agi.store.reading import JournalReader
from hotline_agi.store.records import MessageRecord, RecordingRecord
from hotline_agi.terms.ids import CallId, LineId

LOOK_EVERY_S = 10.0
SOON_S, SOON_TIMES = 0.2, 25
"""Asterisk closes the file of a talk a moment after it says that the talk is over."""
LOOK_TIMEOUT_S = 120.0
MIN_FREE_BYTES = 64 * 1024 * 1024
"""An hour of talk; with less no talk is recorded, and no caller is asked."""
CALLS_KEPT = 1000
CHUNK_CALLS = 500


@dataclass(slots=True, kw_only=True)
class Look:
    """What one look at the folders came to."""

    messages: list[MessageRecord] = field(default_factory=list)
    talks: list[RecordingRecord] = field(default_factory=list)
    sealed: int = 0
    removed: int = 0
    unfinished: bool = False
    """A talk that is over is not closed by Asterisk yet."""
    trouble: str | None = None
    """Why talks cannot be recorded, or recordings not be encrypted, as a sentence."""


class Recordings:
    """Keep `run` running, and tell it what ended."""

    def __init__(
        self,
        archive: Archive,
        *,
        journal: Journal,
        journal_path: Path,
        line_of_number: Callable[[str], LineId | None],
        tell: Callable[[Event], None],
        is_wanted: Callable[[], bool],
    ) -> None:
        """`tell` takes an event into the machine; `is_wanted`: whether a line of the roster records talks."""
        self._archive = archive
        self._journal, self._journal_path = journal, journal_path
        self._line_of_number, self._tell, self._is_wanted = line_of_number, tell, is_wanted
        self._due = asyncio.Event()
        self._ended: set[str] = set()
        """Files of talks that are over, as long as they were not taken in."""
        self._kept: set[str] = set()
        """Messages that were kept in this run, perhaps not in the journal's file yet."""
        self._revoked: dict[str, None] = {}
        """Calls of which nothing may stay."""
        self._stopped: dict[str, None] = {}
        """Calls whose recording a volunteer ended."""
        self._is_first = True
        self._possible = False
        self._trouble: str | None = None

    @property
    def trouble(self) -> str | None:
        """What is wrong with recordings now, as a sentence; None: nothing, or nobody wants any."""
        return self._trouble if self._archive.seals or self._is_wanted() else None

    # ---- what others tell

    def ended(self, file: str) -> None:
        """The talk that was recorded into ``file.wav`` is over."""
        self._ended.add(f"{file}.wav")
        self._due.set()

    def kept(self, name: str) -> None:
        """A caller's message, ``name.wav``, is kept."""
        if self._archive.seals:
            self._kept.add(f"{name}.wav")
            self._due.set()

    def stopped(self, command: StopRecording) -> None:
        """A recording was ended by a key; with `erase`, nothing of that call may stay."""
        calls = self._revoked if command.erase else self._stopped
        calls[command.call] = None
        while len(calls) > CALLS_KEPT:
            del calls[next(iter(calls))]
        self._due.set()

    # ---- the task

    async def run(self) -> None:
        """Never ends by itself."""
        errand: Errand[Look] = Errand("recordings", LOOK_TIMEOUT_S)
        soon = 0
        while True:
            self._due.clear()
            try:
                look = await errand.run(self._look)
                if look is None:
                    look = Look(trouble="the folders of recordings cannot be looked at: is a disk stuck?")
                self._take(look)
            except Exception:  # a bug of ours in looking must not end the service
                logger.exception("recordings were not looked at")
                look = Look()
            soon = soon + 1 if look.unfinished else 0
            within_s = SOON_S if 0 < soon <= SOON_TIMES else LOOK_EVERY_S
            if soon > SOON_TIMES:
                # whatever it is, it is taken in once nobody wrote to it for a minute
                self._ended.clear()
                self._stopped.clear()
            try:
                async with asyncio.timeout(within_s):
                    await self._due.wait()
            except TimeoutError:
                pass

    def _take(self, look: Look) -> None:
        for message in look.messages:
            self._journal.write_message(message)
            self._tell(MessageLeft(call=message.call))
            logger.info("a message was left while the service was away", call=message.call)
        for talk in look.talks:
            self._journal.write_recording(talk)
            logger.info("a talk was recorded", call=talk.call, line=talk.line, length_s=talk.length_s)
        if look.sealed or look.removed:
            logger.info("recordings put away", encrypted=look.sealed, removed=look.removed)
        if look.trouble != self._trouble and look.trouble is not None and self._is_wanted_at_all:
            logger.error("recordings", trouble=look.trouble)
        self._trouble = look.trouble
        possible = look.trouble is None and Kind.TALK in self._archive.clear and self._archive.seals
        if possible != self._possible:
            self._possible = possible
            self._tell(RecordingPossible(possible=possible))

    @property
    def _is_wanted_at_all(self) -> bool:
        return self._archive.seals or self._is_wanted()

    # ---- in a thread

    def _look(self) -> Look:
        look, is_first = Look(), self._is_first
        try:
            self._archive.prepare()
            self._look_at_talks(look, is_first)
            self._look_at_messages(look, is_first)
        except (HotlineError, OSError) as error:
            look.trouble = str(error)
        else:
            self._is_first = False
            look.trouble = look.trouble or self._in_the_way()
        return look

    def _look_at_talks(self, look: Look, is_first: bool) -> None:
        revoked_now = tuple(self._revoked)
        whole = is_first or bool(revoked_now)
        # most looks find nothing: of the encrypted ones the journal knows
        talks = [one for one in self._archive.listed(Kind.TALK) if whole or not one.is_sealed]
        talks = [one for one in talks if on_disk.is_name(one.file)]
        if not talks:
            self._ended.clear()
            return
        with JournalReader.open(self._journal_path) as reader:
            known = rows.talk_files(reader)
            calls = sorted({one.call for one in talks})
            revoked = set(revoked_now)
            for at in range(0, len(calls), CHUNK_CALLS):
                revoked |= rows.revoked(reader, calls[at : at + CHUNK_CALLS])
        for one in talks:
            if one.call in revoked:
                self._erase(one, look)
            elif one.is_sealed or self._is_over(one, look):
                self._put_away(one, known, look)

    def _erase(self, one: Stored, look: Look) -> None:
        """Its caller took back what they had agreed to."""
        look.removed += self._archive.remove(one.kind, one.file)
        rows.forget(self._journal_path, one.call, [one.file])
        self._ended.discard(one.file)

    def _is_over(self, one: Stored, look: Look) -> bool:
        if on_disk.is_finished(one.path) or on_disk.is_quiet(one.path):
            return True
        look.unfinished |= one.file in self._ended or one.call in self._stopped
        return False

    def _put_away(self, one: Stored, known: Iterable[str], look: Look) -> None:
        length_s = one.length_s()
        self._ended.discard(one.file)
        if not one.is_sealed and length_s < on_disk.MIN_LENGTH_S:
            look.removed += self._archive.remove(one.kind, one.file)
            return
        if not one.is_sealed:
            self._seal(one.kind, one.file, look)
        if one.file not in known:
            look.talks.append(
                RecordingRecord(
                    call=CallId(one.call),
                    line=self._line_of(one.did),
                    file=one.file,
                    length_s=length_s,
                    recorded_at=one.recorded_at,
                )
            )

    def _seal(self, kind: Kind, file: str, look: Look) -> None:
        if not self._archive.seals:
            return
        try:
            self._archive.seal(kind, file)
            look.sealed += 1
        except SealingFailed as error:  # one that fails does not hide the others
            look.trouble = str(error)

    def _look_at_messages(self, look: Look, is_first: bool) -> None:
        """Those that are kept are encrypted; what is clear and not known yet is `Voicemail`'s business."""
        if not self._archive.seals:
            return
        waiting = [one for one in self._archive.listed(Kind.MESSAGE) if is_first or not one.is_sealed]
        waiting = [one for one in waiting if on_disk.is_name(one.file)]
        if not waiting:
            self._kept.clear()
            return
        with JournalReader.open(self._journal_path) as reader:
            known = reader.message_files()
        for one in waiting:
            if not one.is_sealed:
                if one.file in known or one.file in self._kept:
                    self._seal(one.kind, one.file, look)
                    self._kept.discard(one.file)
            elif one.file not in known:
                look.messages.append(
                    MessageRecord(
                        call=CallId(one.call),
                        line=self._line_of(one.did),
                        file=one.file,
                        length_s=one.length_s(),
                        recorded_at=one.recorded_at,
                    )
                )

    def _line_of(self, did: str) -> LineId:
        return self._line_of_number(did) or self._line_of_number(f"+{did}") or LineId("unknown")

    def _in_the_way(self) -> str | None:
        """Why no talk can be recorded just now."""
        if not self._archive.seals:
            return "recordings.recipients is not set: no talk is recorded"
        talks = self._archive.clear.get(Kind.TALK)
        for folder in (talks, self._archive.folder):
            if folder is None:
                continue
            if not folder.is_dir():
                return f"there is no folder {folder}"
            if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
                return f"the folder {folder} cannot be written by the service"
            free = shutil.disk_usage(folder).free
            if free < MIN_FREE_BYTES:
                return f"there are {free // 1024**2} MB left for {folder}"
        if shutil.which(sealing.AGE) is None:
            return "the program age is not installed"
        if talks is None and self._is_wanted():
            return "recordings.talks is not set: no talk is recorded"
        return None

"""Spoken notes from shift to shift: kept or not while their volunteer listens, found when nobody heard of them, played.

Record() in the dialplan ─► note (AGI) ─► kept: journal, book ─► menu: 8 ─► hear (AGI) ─► a file that Asterisk plays
                         └► no service: found in the folder by its name, at the next start or look
"""

import asyncio
import contextlib
from collections.abc import Callable, Coroutine, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hotline_agi.asterisk import notes as on_disk
from hotline_agi.asterisk.fastagi import AgiSession
from hotline_agi.errors import HotlineError
from hotline_agi.log import logger
from hotline_agi.roster.model import Line
from hotline_agi.selfservice.handover import Note
from hotline_agi.service.note_files import NoteFiles
from hotline_agi.store.journal import Journal
from hotline_agi.store.notes import PastNote, note_files, past_notes
from hotline_agi.store.records import SpokenNoteRecord
from hotline_agi.terms.ids import VolunteerId

ADOPT_EVERY_S = 30.0
DISK_TIMEOUT_S = 2.0
"""For looking at one recording, while its volunteer waits for "kept"."""
WRITTEN_S = 0.5
"""A record is on the disk by then."""
KEPT_H = 168
"""No line plays notes that are older."""
BOOK_KEPT = 2000


class Notes:
    """The notes of all lines. Keep `adopt` running."""

    def __init__(
        self,
        files: NoteFiles,
        *,
        journal: Journal,
        journal_path: Path,
        hears: Callable[[str, str], VolunteerId | None],
        chore: Callable[[Coroutine[None, None, None]], None],
    ) -> None:
        """`hears(uniqueid, note)`: who was told by the menu to hear a note now; `chore` owns what takes its time."""
        self._files = files
        self._journal, self._path = journal, journal_path
        self._hears, self._chore = hears, chore
        self._book: dict[str, PastNote] = {}
        """By name, in the order in which they were recorded, as far as that is known."""
        self._heard: dict[str, set[VolunteerId]] = {}
        self._known: set[str] = set()
        """Names of all notes that are in the journal."""
        self._is_read = False
        self._due = asyncio.Event()

    # ---- questions of the dialplan

    def on_question(self, session: AgiSession) -> None:
        """``note``: one was recorded; ``hear``: one is to be played."""
        request = session.request
        assert request is not None
        name = request.argument(0)
        if request.route == "note":
            self._chore(self.recorded(name, session))
            return
        if self._hears(request.uniqueid, name) is None:
            session.refuse()
        else:
            self._chore(self._open(session, name))

    async def recorded(self, name: str, session: AgiSession | None) -> None:
        """A volunteer finished a note (or hung up in it): keep it or not, and say so while they listen."""
        try:
            async with asyncio.timeout(DISK_TIMEOUT_S):
                found = await asyncio.to_thread(on_disk.keep_or_drop, self._files.folder, name)
        except (TimeoutError, OSError) as error:
            logger.error("a note could not be looked at", trouble=type(error).__name__)
            if session is not None:
                session.refuse()  # the dialplan judges by its clock; the file stays and is found later
            return
        if found is not None:
            self._keep(found)
        if session is not None:
            session.reply("ok:kept" if found else "ok:short")

    async def _open(self, session: AgiSession, name: str) -> None:
        try:
            path = await self._files.playable(name)
        except HotlineError as error:
            logger.warning("a note cannot be played", trouble=str(error))
            session.reply("ok:lost")
            return
        session.reply(f"ok:{path}")

    # ---- the book

    def _keep(self, found: on_disk.RecordedNote) -> None:
        if found.name in self._known:
            return
        self._known.add(found.name)
        note = PastNote(
            file=f"{found.name}.wav",
            line=found.line,
            volunteer=found.volunteer,
            recorded_at=found.recorded_at,
            length_s=found.length_s,
        )
        self._journal.write_spoken_note(
            SpokenNoteRecord(
                file=note.file,
                line=note.line,
                volunteer=note.volunteer,
                recorded_at=note.recorded_at,
                length_s=note.length_s,
            )
        )
        self._enter(found.name, note)
        self._due.set()
        logger.info("a note was left", line=found.line, length_s=found.length_s)

    def _enter(self, name: str, note: PastNote) -> None:
        self._book[name] = note
        self._heard.setdefault(name, {who for who, _ in note.heard})
        while len(self._book) > BOOK_KEPT:
            oldest = next(iter(self._book))
            del self._book[oldest]
            self._heard.pop(oldest, None)

    def of(self, lines: Sequence[Line], who: VolunteerId, at: datetime) -> list[Note]:
        """What the menu plays to `who`, who serves `lines`, the oldest first."""
        since = {line.id: at - timedelta(seconds=line.notes.for_s) for line in lines if line.notes is not None}
        found = [
            Note(
                name=name,
                line=note.line,
                volunteer=note.volunteer,
                recorded_at=note.recorded_at,
                is_new=who not in self._heard.get(name, ()),
            )
            for name, note in self._book.items()
            if note.line in since and note.recorded_at >= since[note.line] and note.volunteer != who
        ]
        return sorted(found, key=lambda note: note.recorded_at)

    def new_for(self, lines: Sequence[Line], who: VolunteerId, at: datetime) -> int:
        """How many of them they have not heard."""
        return sum(note.is_new for note in self.of(lines, who, at))

    def heard(self, note: Note, who: VolunteerId) -> None:
        """It begins to be played to `who`."""
        heard = self._heard.setdefault(note.name, set())
        if who not in heard:
            heard.add(who)
            self._journal.write_note_heard(f"{note.name}.wav", who, datetime.now(UTC))

    # ---- what nobody told

    async def adopt(self) -> None:
        """Learn what the journal knows, and find what was left while no service ran. Never ends by itself."""
        while True:
            try:
                if not self._is_read:
                    await self._read()
                for found in await asyncio.to_thread(on_disk.left_alone, self._files.folder, frozenset(self._known)):
                    self._keep(found)
                self._forget_old()
                await asyncio.to_thread(self._put_away)
            except (HotlineError, OSError) as error:
                logger.error("notes were not looked for", trouble=str(error))
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(ADOPT_EVERY_S):
                    await self._due.wait()
                    await asyncio.sleep(WRITTEN_S)
            self._due.clear()

    def _put_away(self) -> None:
        """What is in the journal's file is encrypted: a note is never in the archive alone. Blocks on disk."""
        self._files.put_away(note_files(self._path))

    async def _read(self) -> None:
        since = datetime.now(UTC) - timedelta(hours=KEPT_H)
        later, self._book = self._book, {}
        self._known |= {Path(file).stem for file in await asyncio.to_thread(note_files, self._path)}
        for note in reversed(await asyncio.to_thread(past_notes, self._path, since=since, limit=BOOK_KEPT)):
            self._enter(note.file.removesuffix(".wav"), note)
        for name, note in later.items():
            self._enter(name, note)
        self._is_read = True

    def _forget_old(self) -> None:
        before = datetime.now(UTC) - timedelta(hours=KEPT_H)
        for name in [name for name, note in self._book.items() if note.recorded_at < before]:
            del self._book[name]
            self._heard.pop(name, None)

"""Everything that is too old, out of everything that holds it: tables, write-ahead log, message files, saved copies.

hotline purge ─► clear()  ◄─ DailyPurge, a thread of the service's own: the writer goes on writing meanwhile
"""

import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection, Table, delete, select, tuple_

from hotline_agi.errors import SetupError
from hotline_agi.log import logger
from hotline_agi.retention import NO_SHELVES, SEALED_SUFFIX, Ages, Shelves
from hotline_agi.store.dialect import Trouble, checkpoint, compact, said
from hotline_agi.store.names import REFUSED_SUFFIX, SAVED_MARK
from hotline_agi.store.opening import beside, connect
from hotline_agi.store.purging import CHUNK_ROWS, NOBODY_ELSE, Turn, count, purge
from hotline_agi.store.schema import MESSAGE, RUN, to_text
from hotline_agi.store.schema_recordings import RECORDING

PURGE_EVERY_S = 86_400.0
FIRST_S = 60.0
"""After a start, which has other things to do."""
AGAIN_S = 600.0
"""After one that failed, or whose traces a reader kept in the write-ahead log."""
CHECKPOINT_S = 5.0
"""For readers to end."""
RECORDINGS = "recordings"
ROWS = "messages"
STRAYS = "recordings without a row"
TALKS, TALK_ROWS, TALK_STRAYS = "recorded talks", "rows of recorded talks", "recorded talks without a row"
SAVED = "saved copies looked through"
BUSY_S = 5.0
DAILY_BUSY_S = 0.1
"""The service's own thread waits for its turn; when somebody else has the lock, it comes again later."""


@dataclass(slots=True, kw_only=True)
class Cleared:
    """What came of it."""

    removed: dict[str, int] = field(default_factory=dict)
    """Kind, in words → how many."""
    troubles: list[str] = field(default_factory=list)
    """What could not be removed, a sentence each."""


def clear(
    path: Path,
    messages: Path | None,
    ages: Ages,
    now: datetime,
    *,
    recordings: Shelves = NO_SHELVES,
    run: str | None = None,
    dry_run: bool = False,
    turn: Turn = NOBODY_ELSE,
) -> Cleared:
    """Remove what is too old by `ages` from the journal at `path`, and what lies beside it. Blocks on disk.

    :param messages: the folder of callers' messages; None: they are left alone.
    :param recordings: where else recordings lie.
    :param run: the run that goes on; empty if none does: then the file is made compact as well. None: the newest.
    :param dry_run: remove nothing, say what would be.
    :param turn: held in each transaction.
    :raises SetupError: if the journal cannot be written, or another version wrote it.
    """
    cleared = Cleared()
    with beside(path, busy_s=BUSY_S if turn is NOBODY_ELSE else DAILY_BUSY_S) as connection:
        going_on = _newest_run(connection) if run is None else run
        if dry_run:
            cleared.removed |= count(connection, ages, going_on, now)
        else:
            cleared.removed |= purge(connection, ages, going_on, now, turn=turn)
        of_messages = _Shelf(MESSAGE, messages, recordings.sealed_messages, now - timedelta(days=ages.messages))
        of_talks = _Shelf(RECORDING, recordings.talks, recordings.sealed_talks, now - timedelta(days=ages.recordings))
        for shelf, names in ((of_messages, (RECORDINGS, ROWS, STRAYS)), (of_talks, (TALKS, TALK_ROWS, TALK_STRAYS))):
            if shelf.folders:
                _clear_rows(connection, shelf, names, cleared, dry_run, turn)
                _clear_strays(connection, shelf, names[2], cleared, dry_run)
        if not dry_run:
            if run == "":
                compact(connection)
            if not _emptied(connection, turn):
                cleared.troubles.append(
                    "somebody reads the journal, so what was removed still lies in its write-ahead log: purge again"
                )
    for saved in sorted(path.parent.glob(f"{path.name}{SAVED_MARK}*")):
        if not saved.name.endswith(("-wal", "-shm", "-journal")):
            _clear_saved(saved, ages, now, cleared, dry_run)
    _clear_refused(path.with_name(path.name + REFUSED_SUFFIX), now - timedelta(days=ages.calls), cleared, dry_run)
    return cleared


def _newest_run(connection: Connection) -> str:
    with connection.begin():
        found = connection.scalar(select(RUN.c.run).order_by(RUN.c.started_at.desc(), RUN.c.run.desc()).limit(1))
        return found or ""


def _emptied(connection: Connection, turn: Turn) -> bool:
    give_up_s = time.monotonic() + CHECKPOINT_S
    while True:
        with turn:
            if checkpoint(connection):
                return True
        if time.monotonic() > give_up_s:
            return False
        time.sleep(0.1)


@dataclass(frozen=True, slots=True)
class _Shelf:
    """Recordings of one kind: their rows, their folders, and before when they are too old."""

    table: Table
    clear: Path | None
    sealed: Path | None
    before: datetime

    @property
    def folders(self) -> list[tuple[Path, str]]:
        """With the endings that names have there."""
        both = ((self.clear, ""), (self.sealed, SEALED_SUFFIX))
        return [(folder, suffix) for folder, suffix in both if folder is not None]

    def places(self, file: str) -> list[Path]:
        return [folder / f"{Path(file).name}{suffix}" for folder, suffix in self.folders]


def _clear_rows(
    connection: Connection, shelf: _Shelf, names: tuple[str, ...], cleared: Cleared, dry_run: bool, turn: Turn
) -> None:
    """The file first: one that goes without its row is only looked for again, but one that stays would be taken for
    a message that was left while no service ran."""
    after = ("", "")
    recordings = rows = 0
    table = shelf.table
    key = tuple_(table.c.call, table.c.file)
    is_old = table.c.recorded_at < to_text(shelf.before)
    some = select(table.c.call, table.c.file).where(is_old).order_by(*key.clauses)
    while True:
        with turn, connection.begin():
            found = [(row.call, row.file) for row in connection.execute(some.where(key > after).limit(CHUNK_ROWS))]
        if not found:
            break
        after = found[-1]
        gone = []
        for call, file in found:
            there = [_remove(place, cleared, dry_run) for place in shelf.places(file)]
            recordings += True in there
            if None not in there:
                gone.append((call, file))
        if gone and not dry_run:
            with turn, connection.begin():
                connection.execute(delete(table).where(key.in_(gone)))
        rows += len(gone)
    cleared.removed |= {names[0]: recordings, names[1]: rows}


def _clear_strays(connection: Connection, shelf: _Shelf, name: str, cleared: Cleared, dry_run: bool) -> None:
    """Recordings that no row names, and that are as old."""
    with connection.begin():
        known = set(connection.scalars(select(shelf.table.c.file)))
    strays = 0
    before_s = shelf.before.timestamp()
    for folder, suffix in shelf.folders:
        try:
            old = [
                one
                for one in folder.glob(f"*.wav{suffix}")
                if one.name.removesuffix(SEALED_SUFFIX) not in known and one.lstat().st_mtime < before_s
            ]
        except OSError as error:
            cleared.troubles.append(f"the folder of recordings {folder} cannot be looked through ({error.strerror})")
            continue
        for one in old:
            strays += _remove(one, cleared, dry_run) is True
    cleared.removed[name] = strays


def _remove(file: Path, cleared: Cleared, dry_run: bool) -> bool | None:
    """True: it was there (and is gone, unless `dry_run`); False: it was not; None: it cannot be removed."""
    try:
        if dry_run:
            return file.exists()
        file.unlink()
    except FileNotFoundError:
        return False
    except OSError as error:
        cleared.troubles.append(f"the recording {file} cannot be removed ({error.strerror}); its row stays")
        return None
    return True


def _clear_saved(saved: Path, ages: Ages, now: datetime, cleared: Cleared, dry_run: bool) -> None:
    """A copy that the writer saved when somebody moved the journal away: it is as old as the journal was."""
    try:
        connection = connect(saved, busy_s=BUSY_S)
        try:
            found = (count if dry_run else purge)(connection, ages, "", now)
            if not dry_run:
                with connection.begin():
                    old = MESSAGE.c.recorded_at < to_text(now - timedelta(days=ages.messages))
                    found[ROWS] = connection.execute(delete(MESSAGE).where(old)).rowcount
                    old = RECORDING.c.recorded_at < to_text(now - timedelta(days=ages.recordings))
                    found[TALK_ROWS] = connection.execute(delete(RECORDING).where(old)).rowcount
                compact(connection)
                checkpoint(connection)
        finally:
            connection.close()
    except (*Trouble, SetupError, OSError) as error:
        why = said(error) if isinstance(error, Trouble) else str(error)
        cleared.troubles.append(f"the saved copy {saved} cannot be purged ({why}): remove it if nobody needs it")
        return
    cleared.removed[SAVED] = cleared.removed.get(SAVED, 0) + 1
    for kind, rows in found.items():
        cleared.removed[kind] = cleared.removed.get(kind, 0) + rows


def _clear_refused(refused: Path, before: datetime, cleared: Cleared, dry_run: bool) -> None:
    """Records that the database refused, for somebody to look at: nobody did for as long as calls are kept."""
    with suppress(FileNotFoundError):
        if refused.stat().st_mtime < before.timestamp():
            cleared.removed["refused records"] = 1
            if not dry_run:
                refused.unlink()


class DailyPurge:
    """`clear` once a day, in a thread of its own. All methods are for one thread, the writer's."""

    def __init__(
        self, path: Path, *, messages: Path | None, ages: Ages, run: str, recordings: Shelves = NO_SHELVES
    ) -> None:
        self._path = path
        self._messages, self._recordings = messages, recordings
        self._ages = ages
        self._run = run
        self._due_s = time.monotonic() + FIRST_S
        self.turn = threading.Lock()
        """For whoever else writes the journal in this process."""
        self._thread: threading.Thread | None = None

    def run_if_due(self) -> None:
        """Begin, if it is time and none is under way."""
        if time.monotonic() >= self._due_s and (self._thread is None or not self._thread.is_alive()):
            self._due_s = float("inf")
            self._thread = threading.Thread(target=self._clear, name="journal purge", daemon=True)
            self._thread.start()

    def finish(self, timeout_s: float = 0.2) -> None:
        """Wait a moment for one that is under way; it is cut off with the process, and goes on the next time."""
        if self._thread is not None:
            self._thread.join(timeout_s)

    def _clear(self) -> None:
        again_s = AGAIN_S
        try:
            cleared = clear(
                self._path,
                self._messages,
                self._ages,
                datetime.now(UTC),
                recordings=self._recordings,
                run=self._run,
                turn=self.turn,
            )
            for trouble in cleared.troubles:
                logger.warning("journal purge", trouble=trouble)
            for kind in (RECORDINGS, ROWS, STRAYS, TALKS, TALK_ROWS, TALK_STRAYS):
                if cleared.removed.get(kind):
                    logger.info("journal purged", kind=kind, removed=cleared.removed[kind])
            again_s = AGAIN_S if cleared.troubles else PURGE_EVERY_S
        except SetupError as error:
            logger.warning("journal not purged", trouble=str(error))
        except Exception:
            logger.exception("journal purge failed")
        self._due_s = time.monotonic() + again_s


def kinds(cleared: Cleared) -> Iterator[tuple[str, int]]:
    """What there was something of, in the order in which it was looked at."""
    yield from ((kind, number) for kind, number in cleared.removed.items() if number)

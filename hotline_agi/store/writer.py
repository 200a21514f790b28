"""The journal's writer: one thread, the only one that touches the database and the spool.

Any trouble with the database (locked, full, vanished, damaged) closes the connection; the next attempt opens it anew.
A record that the database refuses for its content goes to a file of its own, so that it holds nobody up.
"""

import threading
import time
from collections import deque
from collections.abc import Iterable, Sequence
from pathlib import Path

from sqlalchemy import Connection

from hotline_agi.dispatch.replay import Step
from hotline_agi.errors import SetupError
from hotline_agi.log import logger
from hotline_agi.store.clearance import DailyPurge
from hotline_agi.store.condition import TOLD_EVERY_S, JournalState, Notice
from hotline_agi.store.database import Database
from hotline_agi.store.dialect import Refusal, Trouble, is_refusal, said
from hotline_agi.store.names import REFUSED_SUFFIX, SPOOL_SUFFIX
from hotline_agi.store.records import Entry, Row, from_line, rows_of, store, to_line
from hotline_agi.store.spool import Spool
from hotline_agi.store.steps import step_rows

BATCH_S = 0.05
"""Entries gather this long before a commit; with its fsync they are on disk within 100 ms."""
BATCH_ENTRIES = 1_000
"""A transaction's size, so that a backlog does not hold the write lock for long."""
BUSY_S = 0.25
"""How long SQLite itself waits for another's lock before the attempt counts as failed."""
RETRY_S, RETRY_MAX_S = 0.05, 0.5
SPOOL_AFTER_S = 0.5
"""After so much trouble with the database records go to the spool, until it is well again."""


class Writer:
    """Takes entries off `queue`, and steps of the machine off `steps`, and brings them to disk."""

    def __init__(
        self,
        path: Path,
        database: Database,
        queue: deque[Entry],
        steps: deque[Step],
        *,
        run: str,
        purge: DailyPurge,
        queue_records: int,
    ) -> None:
        self._database = database
        self._queue = queue
        self._steps = steps
        self._run_id = run
        self._purge = purge
        self._notice = Notice(path.parent)
        self._lost = 0
        self._queue_records = queue_records
        self._spool = Spool(path.with_name(path.name + SPOOL_SUFFIX))
        self._refused = Spool(path.with_name(path.name + REFUSED_SUFFIX))
        self._trouble_since_s = 0.0
        self._batch: list[Row] = []
        """Taken off the queue and not on disk yet."""
        self._taken = 0
        """`Entry.seq` of the last one that was taken off the queue."""
        self.on_disk = 0
        """Of the last one that is in the database or the spool. Read by the event loop."""
        self._wake = threading.Event()
        self._closing = threading.Event()
        self._give_up_s = float("inf")
        self._pause_s = 0.0
        self._trouble: str | None = None
        self._spooled = self._spool.holds_something()
        self._spool_trouble = False
        self._thread = threading.Thread(target=self._run, name="journal", daemon=True)

    # ---- for the event loop

    def start(self) -> None:
        self._thread.start()

    def is_alive(self) -> bool:
        return self._thread.is_alive()

    def wake(self) -> None:
        """Something is in the queue. No lock of the event is held while the disk is waited for."""
        if not self._wake.is_set():  # it is cleared before the queue is read, so nothing is overlooked
            self._wake.set()

    def lose(self) -> int:
        """A record was let go; returns how many were."""
        self._lost += 1
        return self._lost

    def state(self) -> JournalState:
        return JournalState(
            waiting=len(self._queue) + len(self._steps) + len(self._batch),
            spooled=self._spooled,
            lost=self._lost,
            trouble=self._trouble,
        )

    def finish(self, timeout_s: float) -> int:
        """Write all and stop; return how many records are left in memory."""
        self._give_up_s = time.monotonic() + timeout_s
        self._closing.set()
        self._wake.set()
        self._thread.join(timeout_s + 1.0)
        return len(self._queue) + len(self._batch) + len(self._steps)

    # ---- the thread

    def _run(self) -> None:
        while True:
            closing = self._closing.is_set()
            try:
                self._store_all()
            except Trouble as error:
                self._failed(said(error))
            except (OSError, SetupError) as error:
                self._failed(str(error))
            except Exception as error:  # a bug of ours must not end the journal
                logger.exception("journal writer failed")
                self._failed(repr(error))
            else:
                self._succeeded()
            too_late = closing and time.monotonic() >= self._give_up_s
            if self._trouble is not None and (too_late or self._is_full() or (not closing and self._lasts())):
                self._move_to_spool()
            self._notice.tell(self.state())
            if closing and (too_late or not (self._queue or self._steps or self._batch)):
                break
            self._rest()
        self._database.close()
        self._purge.finish()
        self._notice.tell(self.state(), closed=True)

    def _rest(self) -> None:
        """Wait for something to do: for entries and until they have gathered, or for the next attempt."""
        if self._pause_s > 0:
            if self._closing.is_set():
                time.sleep(max(0.0, min(self._pause_s, self._give_up_s - time.monotonic())))
            else:
                self._closing.wait(self._pause_s)
        else:
            self._wake.wait(TOLD_EVERY_S)
            self._closing.wait(BATCH_S)
        self._wake.clear()

    def _lasts(self) -> bool:
        """A lock of a moment is waited for; of a longer one a kill would take all that waits in memory."""
        return time.monotonic() - self._trouble_since_s >= SPOOL_AFTER_S

    def _is_full(self) -> bool:
        return len(self._queue) + len(self._steps) + len(self._batch) >= self._queue_records

    def _failed(self, trouble: str) -> None:
        if self._trouble is None:
            self._trouble_since_s = time.monotonic()
            logger.error("journal cannot be written; records wait in memory", trouble=trouble)
        self._trouble = trouble
        self._pause_s = min(max(2 * self._pause_s, RETRY_S), RETRY_MAX_S)
        self._database.disconnect()

    def _succeeded(self) -> None:
        if self._trouble is not None:
            logger.info("journal is written again")
        self._trouble = None
        self._pause_s = 0.0

    # ---- the database

    def _store_all(self) -> None:
        connection = self._database.connected()
        self._store_queue(connection)
        if self._spool.holds_something():
            self._read_spool(connection)
        self._spooled = False
        self._purge.run_if_due()

    def _store_queue(self, connection: Connection) -> None:
        while True:
            if not self._batch:
                self._fill_batch(BATCH_ENTRIES)
            if not self._batch:
                return
            self._commit(connection, self._batch)
            self._batch, self.on_disk = [], self._taken

    def _fill_batch(self, count: int) -> None:
        for _ in range(min(count, len(self._queue))):
            entry = self._queue.popleft()
            self._taken = entry.seq
            try:
                self._batch.extend(rows_of(entry))
            except Exception as error:  # not one of our records, or holding what is no text or instant
                logger.error("journal record refused", record=type(entry.record).__name__, error=repr(error))
        self._batch.extend(
            step_rows(self._run_id, self._steps, min(count, len(self._steps)), unhurried=not self._closing.is_set())
        )

    def _commit(self, connection: Connection, rows: Sequence[Row]) -> None:
        """All of `rows` in one transaction; if one is refused, each in its own, and that one to the file beside."""
        has_turn = self._purge.turn.acquire(timeout=BUSY_S)  # else the database says what is in the way
        try:
            self._commit_now(connection, rows)
        finally:
            if has_turn:
                self._purge.turn.release()

    def _commit_now(self, connection: Connection, rows: Sequence[Row]) -> None:
        try:
            _in_transaction(connection, rows)
        except Refusal as refused:
            if not is_refusal(refused):
                raise
            for row in rows:
                try:
                    _in_transaction(connection, [row])
                except Refusal as error:
                    if not is_refusal(error):
                        raise
                    self._refuse(row.table, [] if row.is_secret else [to_line(row)], said(error))

    def _refuse(self, table: str, lines: Sequence[bytes], error: str) -> None:
        self._refused.append(lines)
        logger.error("journal record refused", table=table, error=error)

    # ---- the spool

    def _move_to_spool(self) -> None:
        """Everything from memory to the spool; if that fails too it stays, and is tried again."""
        self._fill_batch(max(len(self._queue), len(self._steps)))
        try:
            self._spool.append([to_line(row) for row in self._batch])
        except OSError as error:
            if not self._spool_trouble:
                logger.error("journal spool cannot be written either", trouble=error.strerror)
            self._spool_trouble = True
            return
        self._spool_trouble = False
        if not self._spooled:
            logger.error("journal spools its records beside the database", trouble=self._trouble)
        self._spooled = True
        self._batch, self.on_disk = [], self._taken

    def _read_spool(self, connection: Connection) -> None:
        records = 0
        with self._spool.take(BATCH_ENTRIES) as chunks:
            for chunk in chunks:
                self._commit(connection, list(self._understood(chunk)))
                self._store_queue(connection)  # new calls do not wait for a long spool
                records += len(chunk)
        logger.info("journal took its spool in", records=records)

    def _understood(self, lines: Iterable[bytes]) -> Iterable[Row]:
        for line in lines:
            try:
                yield from_line(line)
            except ValueError as error:
                self._refuse("unknown", [line], repr(error))


def _in_transaction(connection: Connection, rows: Iterable[Row]) -> None:
    with connection.begin():
        store(connection, rows)

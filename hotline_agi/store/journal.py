"""The journal of calls, as the service writes it: nothing waits for the disk, and nothing is dropped silently.

```text
   event loop                     writer thread (writer.py)
   write() ──► queue (memory) ──► one transaction per BATCH_S ──► SQLite
                                    │ locked, disk full, …: again, with back-off
                                    └ more than `queue_records` wait: ──► spool file ──► SQLite, when it is well again
```

A record is lost in two cases only: the process dies within 100 ms of `write`; or neither SQLite nor the spool could be
written until `HARD_LIMIT` times the queue waited in memory. The second is counted and logged.
"""

import sqlite3
import time
from collections import deque
from datetime import UTC, datetime
from pathlib import Path

from hotline_agi.dispatch.commands import CloseRecord, NoteFact, OpenRecord
from hotline_agi.errors import SetupError
from hotline_agi.log import logger
from hotline_agi.store.database import Database
from hotline_agi.store.records import Entry, MessageRecord, NumberRecord, Record
from hotline_agi.store.writer import BUSY_S, JournalState, Writer
from hotline_agi.terms.ids import CallId
from hotline_agi.terms.numbers import PhoneNumber

QUEUE_RECORDS = 10_000
"""A call makes about 30 records, so this is a busy hour; more than this in memory goes to the spool."""
HARD_LIMIT = 10
"""Times the queue: about 50 MB. Reached only when neither the database nor the spool can be written."""
NUMBER_DAYS = 30.0


class Journal:
    """The writing side. One per service; `write…` are for the event loop and never block or raise."""

    def __init__(self, writer: Writer, queue: deque[Entry], *, hard_limit: int) -> None:
        """For `open` alone."""
        self._writer = writer
        # one thread appends and one pops, for which a deque needs no lock: `write` can never wait for the writer
        self._queue = queue
        self._hard_limit = hard_limit
        self._seq = 0
        self._lost = 0

    @classmethod
    def open(cls, path: Path, *, number_days: float = NUMBER_DAYS, queue_records: int = QUEUE_RECORDS) -> "Journal":
        """Open or make the journal at `path` and start its writer.

        :raises SetupError: with one sentence, when `path` cannot be used.
        """
        try:
            database = Database(path, busy_s=BUSY_S)
            _try_to_write(database.connected())
        except (sqlite3.Error, OSError) as error:
            reason = error.strerror if isinstance(error, OSError) else error
            raise SetupError(
                f"the journal {path} cannot be used ({reason}): "
                "give its folder and its file to the user of the service, or name another file"
            ) from error
        queue: deque[Entry] = deque()
        writer = Writer(path, database, queue, number_days=number_days, queue_records=queue_records)
        writer.start()
        return cls(writer, queue, hard_limit=queue_records * HARD_LIMIT)

    def write(self, command: OpenRecord | NoteFact | CloseRecord, at: datetime) -> None:
        """Take one record of the machine. Never blocks, never raises. `at`: when it happened (aware)."""
        self._take(command, at)

    def write_message(self, message: MessageRecord) -> None:
        """Take the record of a kept message. Never blocks, never raises."""
        self._take(message, message.recorded_at)

    def write_number(self, call: CallId, number: PhoneNumber) -> None:
        """Take a caller's number; it is kept apart and for `number_days` only. Never blocks, never raises."""
        self._take(NumberRecord(call=call, number=number), datetime.now(UTC))

    def state(self) -> JournalState:
        """How the journal is now."""
        return self._writer.state(self._lost)

    def close(self, timeout_s: float) -> bool:
        """Write what waits and stop; what the database does not take in time goes to the spool.

        Blocks, for `timeout_s` and a second more at worst. True: nothing was left in memory.
        """
        left = self._writer.finish(timeout_s)
        if left:
            logger.error("journal closed with records in memory", records=left)
        return left == 0

    def _take(self, record: Record, at: datetime) -> None:
        if len(self._queue) >= self._hard_limit or not self._writer.is_alive():
            self._lost += 1
            if self._lost & (self._lost - 1) == 0:  # at 1, 2, 4, …: said at once, and no flood
                logger.error("journal records lost", lost=self._lost)
            return
        # microseconds of the wall clock, pushed on where it stands still or steps back: grows within a run, and over a
        # restart without asking the database, which may be locked just then
        self._seq = max(self._seq + 1, time.time_ns() // 1000)
        self._queue.append(Entry(record, at, self._seq))
        self._writer.wake()


def _try_to_write(connection: sqlite3.Connection) -> None:
    """A file that may only be read opens without a word; find out now. A lock is no obstacle: it passes."""
    try:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("ROLLBACK")
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
            connection.close()
            raise

"""The journal of calls, as the service writes it: nothing waits for the disk, and nothing is dropped silently.

```text
   event loop                     writer thread (writer.py)
   write() ──► queue (memory) ──► one transaction per BATCH_S ──► SQLite
                                    │ locked, disk full, …: again, with back-off
                                    └ for 0.5 s, or too many wait: ──► spool file ──► SQLite, when it is well again
```

The machine's steps come by a queue of their own, so that they never push out a record of a call; the writer packs them.

A record is lost in two cases only: the process dies within 100 ms of `write` (within 1.5 s where SQLite is in trouble);
or neither SQLite nor the spool could be written until `HARD_LIMIT` times the queue waited in memory. The second is
counted and logged.
"""

import time
from collections import deque
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection

from hotline_agi.dispatch.codec import News
from hotline_agi.dispatch.commands import (
    CloseRecord,
    Command,
    FlagCaller,
    NoteCover,
    NoteFact,
    NoteReadiness,
    NoteVolunteer,
    OpenFollowUps,
    OpenRecord,
)
from hotline_agi.dispatch.replay import Beginning, Step
from hotline_agi.errors import SetupError
from hotline_agi.log import logger
from hotline_agi.retention import NO_SHELVES, Ages, Shelves
from hotline_agi.store.clearance import DailyPurge
from hotline_agi.store.condition import JournalState
from hotline_agi.store.database import Database
from hotline_agi.store.dialect import Trouble, is_locked, said
from hotline_agi.store.records import (
    AuditRecord,
    CallbackRecord,
    Entry,
    LanguageRecord,
    MessageRecord,
    NumberRecord,
    Record,
    RecordingRecord,
    RevisionRecord,
    RosterTextRecord,
    RunRecord,
    TokenRecord,
)
from hotline_agi.store.steps import beginning_packed
from hotline_agi.store.writer import BUSY_S, Writer
from hotline_agi.terms.ids import CallerToken, CallId
from hotline_agi.terms.instants import Now
from hotline_agi.terms.numbers import PhoneNumber

QUEUE_RECORDS = 10_000
"""A call makes about 30 records, so this is a busy hour; more than this in memory goes to the spool."""
HARD_LIMIT = 10
"""Times the queue: about 50 MB. Reached only when neither the database nor the spool can be written."""
STEPS_LIMIT = 50_000
"""Steps of the machine in memory, some 50 MB: 14 s of a surge with 60 calls a second. Beyond it the newest are let go,
which costs the replay of this run, and no record of a call."""

AGES = Ages()


class Journal:
    """The writing side. One per service; `write…` are for the event loop and never block or raise."""

    def __init__(self, writer: Writer, queue: deque[Entry], steps: deque[Step], *, hard_limit: int) -> None:
        """For `open` alone."""
        self._writer = writer
        self._steps = steps
        self._step = 0
        self._steps_lost = False
        # one thread appends and one pops, for which a deque needs no lock: `write` can never wait for the writer
        self._queue = queue
        self._hard_limit = hard_limit
        self._seq = 0

    @classmethod
    def open(
        cls,
        path: Path,
        *,
        boot: int = 0,
        ages: Ages = AGES,
        messages: Path | None = None,
        recordings: Shelves = NO_SHELVES,
        queue_records: int = QUEUE_RECORDS,
    ) -> "Journal":
        """Open or make the journal at `path` and start its writer.

        :param boot: of the machine whose steps are written.
        :param messages: the folder of callers' messages, whose files are purged with their rows; None: neither are.
        :param recordings: where else recordings lie, likewise.
        :raises SetupError: with one sentence, when `path` cannot be used.
        """
        try:
            database = Database(path, busy_s=BUSY_S)
            _try_to_write(database.connected())
        except (*Trouble, OSError) as error:
            reason = error.strerror if isinstance(error, OSError) else said(error)
            raise SetupError(
                f"the journal {path} cannot be used ({reason}): "
                "give its folder and its file to the user of the service, or name another file"
            ) from error
        purge = DailyPurge(path, messages=messages, recordings=recordings, ages=ages, run=run_id(boot))
        queue: deque[Entry] = deque()
        steps: deque[Step] = deque()
        writer = Writer(path, database, queue, steps, run=run_id(boot), purge=purge, queue_records=queue_records)
        writer.start()
        return cls(writer, queue, steps, hard_limit=queue_records * HARD_LIMIT)

    def takes_spool_in(self, timeout_s: float) -> bool:
        """Wait until nothing of an earlier run is in the spool; False if that takes longer. Blocks."""
        until_s = time.monotonic() + timeout_s
        while self._writer.state().spooled:
            if time.monotonic() >= until_s:
                return False
            time.sleep(0.01)
        return True

    def write(
        self,
        command: OpenRecord | NoteFact | CloseRecord | NoteVolunteer | FlagCaller | OpenFollowUps,
        at: datetime,
    ) -> None:
        """Take one record of the machine. Never blocks, never raises. `at`: when it happened (aware)."""
        self._take(command, at)

    def write_message(self, message: MessageRecord) -> None:
        """Take the record of a kept message. Never blocks, never raises."""
        self._take(message, message.recorded_at)

    def write_recording(self, recording: RecordingRecord) -> None:
        """Take the record of a recorded talk. Never blocks, never raises."""
        self._take(recording, recording.recorded_at)

    def write_number(self, call: CallId, number: PhoneNumber) -> None:
        """Take a caller's number; it is kept apart and for `Ages.numbers` only. Never blocks, never raises."""
        self._take(NumberRecord(call=call, number=number), datetime.now(UTC))

    def write_token(self, call: CallId, caller: CallerToken) -> None:
        """Take the word for who called; it is kept as long as a number. Never blocks, never raises."""
        self._take(TokenRecord(call=call, caller=caller), datetime.now(UTC))

    def write_callback(self, request: CallbackRecord) -> Callable[[], bool]:
        """Take a caller's wish to be called back; kept as long as a number. Never blocks, never raises.

        Returns what says whether it is on disk by now: nobody is promised a call before.
        """
        lost = not self._take(request, request.asked_at)
        seq = self._seq
        return lambda: not lost and self._writer.on_disk >= seq

    def write_language(self, caller: CallerToken, language: str) -> None:
        """Take the language that a caller chose; kept as long as a number. Never blocks, never raises."""
        self._take(LanguageRecord(caller=caller, language=language), datetime.now(UTC))

    def write_agreement(self, agreement: NoteReadiness | NoteCover, at: datetime) -> None:
        """Take what somebody said of a shift by phone. Never blocks, never raises."""
        self._take(agreement, at)

    def write_beginning(self, beginning: Beginning, program: str) -> None:
        """Take down how this run's machine begins. Packs the memory: for the start."""
        record = RunRecord(
            run=run_id(beginning.boot),
            program=program,
            roster=beginning.roster,
            packed=beginning_packed(beginning),
        )
        self._take(record, beginning.now.at)

    def write_roster(self, digest: str, packed: bytes) -> None:
        """Take the texts of a roster that comes into force (`roster.texts`). Never blocks, never raises."""
        if not packed:
            logger.warning("the rosters are too long for the journal; this run cannot be replayed")
            return
        self._take(RosterTextRecord(digest=digest, packed=packed), datetime.now(UTC))

    def write_revision(self, digest: str, revision: str, at: datetime, *, last_good_of: str = "") -> None:
        """Take down which roster comes into force. Never blocks, never raises.

        :param revision: as `rosters.transfer.Origin` has it: a commit, ``modified`` behind it; empty without git.
        :param last_good_of: when it was taken first, for one that was kept aside.
        """
        commit, _, modified = revision.partition(" ")
        record = RevisionRecord(digest=digest, revision=commit, modified=bool(modified), last_good_of=last_good_of)
        self._take(record, at)

    def write_audit(self, at: datetime, who: str, did: str, subject: str) -> None:
        """Take down what somebody did, for `hotline audit`. Never blocks, never raises.

        :param who: the user of the machine, or ``service``.
        :param did: a verb in the past, e.g. ``acknowledged an alarm``.
        :param subject: what with; never anybody's number.
        """
        self._take(AuditRecord(who=who, did=did, subject=subject), at)

    def write_step(self, news: News | None, now: Now, commands: Sequence[Command]) -> None:
        """Take one step of the machine; None: a deadline was due. Never blocks, never raises; costs a microsecond."""
        self._step += 1
        if len(self._steps) >= STEPS_LIMIT or not self._writer.is_alive():
            if not self._steps_lost:
                logger.error("steps of the machine are lost; this run cannot be replayed from here on")
            self._steps_lost = True
            return
        self._steps.append(Step(self._step, news, now, tuple(commands)))
        self._writer.wake()

    def state(self) -> JournalState:
        """How the journal is now."""
        return self._writer.state()

    def close(self, timeout_s: float) -> bool:
        """Write what waits and stop; what the database does not take in time goes to the spool.

        Blocks, for `timeout_s` and a second more at worst. True: nothing was left in memory.
        """
        left = self._writer.finish(timeout_s)
        if left:
            logger.error("journal closed with records in memory", records=left)
        return left == 0

    def _take(self, record: Record, at: datetime) -> bool:
        """False: it is lost."""
        if len(self._queue) >= self._hard_limit or not self._writer.is_alive():
            lost = self._writer.lose()
            if lost & (lost - 1) == 0:  # at 1, 2, 4, …: said at once, and no flood
                logger.error("journal records lost", lost=lost)
            return False
        # microseconds of the wall clock, pushed on where it stands still or steps back: grows within a run, and over a
        # restart without asking the database, which may be locked just then
        self._seq = max(self._seq + 1, time.time_ns() // 1000)
        self._queue.append(Entry(record, at, self._seq))
        self._writer.wake()
        return True


def run_id(boot: int) -> str:
    """The name of a run, as it stands in the ids of its legs."""
    return f"{boot:08x}"


def _try_to_write(connection: Connection) -> None:
    """A file that may only be read opens without a word; find out now. A lock is no obstacle: it passes."""
    try:
        connection.begin().rollback()
    except Trouble as error:
        if not is_locked(error):
            connection.close()
            raise

"""The list of work on disk: where entries come from, who gets one, calls to callers, and what is deleted."""

import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from hotline_agi.dispatch.commands import CloseRecord, OpenFollowUps
from hotline_agi.errors import SetupError
from hotline_agi.retention import Ages
from hotline_agi.roster.callback_policy import CallbackPolicy, Missed
from hotline_agi.store import work_reading
from hotline_agi.store.callers import flagged
from hotline_agi.store.clearance import clear
from hotline_agi.store.follow_ups import follow_ups
from hotline_agi.store.journal import Journal
from hotline_agi.store.reading import JournalReader
from hotline_agi.store.records import CallbackRecord, MessageRecord
from hotline_agi.store.schema import AUDIT
from hotline_agi.store.work import WorkRefused, changing
from hotline_agi.store.work_gathering import Gathered, gathered
from hotline_agi.store.work_reading import EntryNotFound
from hotline_agi.terms.facts import Fact
from hotline_agi.terms.ids import CallerToken, CallId, LegId, LineId, VolunteerId
from hotline_agi.terms.numbers import PhoneNumber
from hotline_agi.terms.outcomes import Outcome
from hotline_agi.terms.work import AttemptEnd, WorkDeed, WorkKind, WorkOutcome, WorkState
from hotline_agi.work.entry import Entry, WorkRefusal
from tests.store.calls import AGELESS, LINE, NODE, noted, opened

NOW = datetime.now(UTC).replace(microsecond=0)
V1, V2 = VolunteerId("v01"), VolunteerId("v02")
POLICY = CallbackPolicy(missed=Missed.YES)
MEI, LI = (PhoneNumber(one) for one in ("13800713972", "13800713999"))


def policies(_line: LineId) -> CallbackPolicy:
    return POLICY


class Line:
    """Calls of one line in a journal of its own."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.calls = 0
        self.policy = POLICY

    def call(
        self,
        who: PhoneNumber | None = MEI,
        *,
        outcome: Outcome = Outcome.ABANDONED,
        ago_s: float = 60.0,
        message: bool = False,
        asked: PhoneNumber | None = None,
        recorded: bool = True,
    ) -> CallId:
        """A call that ended `ago_s` before now."""
        self.calls += 1
        call, ended_at = CallId(f"pbx1-1782900000.{self.calls}"), NOW - timedelta(seconds=ago_s)
        journal = Journal.open(self.path, ages=AGELESS)
        arrived_at = ended_at - timedelta(seconds=30)
        talked = outcome is Outcome.TALKED
        if recorded:
            journal.write(opened(call, arrived_at, LINE), arrived_at)
        if who is not None:
            journal.write_number(call, who)
            journal.write_token(call, CallerToken(f"token-{who.reveal()[-3:]}"))
        if message:
            journal.write_message(
                MessageRecord(call=call, line=LINE, file=f"{call}.wav", length_s=4.0, recorded_at=ended_at)
            )
        if asked is not None:
            journal.write_callback(CallbackRecord(call=call, line=LINE, number=asked, asked_at=ended_at))
        if talked:
            journal.write(noted(call, Fact.TALK_STARTED), arrived_at + timedelta(seconds=5))
        if recorded:
            record = CloseRecord(
                call=call,
                line=LINE,
                node=NODE,
                arrived_at=arrived_at,
                answered_at=arrived_at + timedelta(seconds=5) if talked else None,
                ended_at=ended_at,
                wait_s=30.0,
                talk_s=25.0 if talked else 0.0,
                outcome=outcome,
                volunteer=V1 if talked else None,
                legs=(),
            )
            journal.write(record, ended_at)
        assert journal.close(5)
        return call

    def gather(self, at: datetime = NOW, **how: Any) -> Gathered:
        return gathered(self.path, at, {LINE: self.policy}, **how)

    def entries(self) -> list[tuple[str, str, int]]:
        with JournalReader.open(self.path) as reader, reader.snapshot() as connection:
            found = work_reading.matching(connection, limit=100)
        return sorted((one.kind.value, one.state.value, one.calls) for one in found)

    def only(self) -> Entry:
        with changing(self.path) as change:
            (found,) = work_reading.unfinished(change.connection)
        return found

    def deeds(self, entry: CallId) -> list[str]:
        with JournalReader.open(self.path) as reader, reader.snapshot() as connection:
            return [one.deed.value for one in work_reading.deeds_of(connection, entry)]


@pytest.fixture
def line(tmp_path: Path) -> Line:
    return Line(tmp_path / "journal.sqlite")


# ---- where entries come from


def test_messages_requests_and_missed_calls_are_entries_and_what_was_gathered_stays(line: Line) -> None:
    line.call(MEI, outcome=Outcome.MESSAGE, message=True)
    line.call(LI, outcome=Outcome.CALLBACK, asked=PhoneNumber("02012345678"))
    line.call(PhoneNumber("13800713001"))
    line.call(PhoneNumber("13800713002"), outcome=Outcome.TALKED)
    line.call(None)
    line.call(None, outcome=Outcome.MESSAGE, message=True)
    assert line.gather() == Gathered(opened=4)
    assert line.gather() == Gathered()
    assert line.entries() == [
        ("callback", "open", 1),
        ("message", "open", 1),
        ("message", "open", 1),
        ("missed", "open", 1),
    ]


def test_ten_calls_of_one_caller_are_one_entry(line: Line) -> None:
    for n in range(5):
        line.call(ago_s=600 - n)
    line.gather()
    for n in range(4):
        line.call(ago_s=300 - n)
    line.call(ago_s=100, message=True)
    line.gather()
    assert line.entries() == [("message", "open", 10)]
    assert line.only().opened_at == NOW - timedelta(seconds=600)
    assert line.only().last_at == NOW - timedelta(seconds=100)


@pytest.mark.parametrize(
    ("missed", "agreed", "listed"),
    [(Missed.NO, True, 1), (Missed.YES, False, 1), (Missed.CONSENTED, False, 0), (Missed.CONSENTED, True, 2)],
)
def test_missed_calls_are_entries_as_the_policy_says(line: Line, missed: Missed, agreed: bool, listed: int) -> None:
    line.policy = CallbackPolicy(missed=missed)
    if agreed:
        line.call(outcome=Outcome.CALLBACK, asked=MEI, ago_s=900)
        line.gather()
        entry = line.only().id
        with changing(line.path) as change:
            change.finish(entry, V1, WorkOutcome.REACHED, NOW - timedelta(seconds=600))
    line.call(ago_s=60)
    line.gather()
    assert len(line.entries()) == listed


def test_nobody_is_called_out_of_the_blue(line: Line) -> None:
    line.call(MEI, ago_s=2 * 86_400)
    line.call(LI, ago_s=2 * 86_400, message=True)
    line.gather()
    assert line.entries() == [("message", "open", 1)]


def test_a_message_that_is_found_late_is_work_and_one_of_before_the_end_is_dealt_with(line: Line) -> None:
    line.call(recorded=False, message=True, ago_s=500)  # the service was away for all of that call
    line.gather()
    entry = line.only()
    assert line.entries() == [("message", "open", 1)]
    with changing(line.path) as change:
        change.finish(entry.id, V1, WorkOutcome.REACHED, NOW - timedelta(seconds=100))
    line.call(message=True, ago_s=300)
    line.gather()
    assert line.entries() == [("message", "done", 2)]
    line.call(message=True, ago_s=50)
    line.gather()
    assert line.entries() == [("message", "done", 2), ("message", "open", 1)]


def test_who_gets_through_leaves_the_list_and_the_owner_is_told_once(line: Line) -> None:
    line.call(MEI, ago_s=900)
    line.call(LI, ago_s=900)
    line.gather()
    with changing(line.path) as change:
        for one in work_reading.unfinished(change.connection):
            change.claim(one.id, V1, NOW, policies)
    line.call(MEI, outcome=Outcome.TALKED, ago_s=300)
    assert line.gather() == Gathered(closed=1)
    assert line.entries() == [("missed", "claimed", 1), ("missed", "closed by itself", 1)]
    with changing(line.path) as change:
        assert (change.told_closed(V2), change.told_closed(V1), change.told_closed(V1)) == (0, 1, 0)


def test_a_talk_of_before_the_message_closes_nothing(line: Line) -> None:
    line.call(outcome=Outcome.TALKED, ago_s=900)
    line.call(message=True, ago_s=300)
    assert line.gather() == Gathered(opened=1)


# ---- one owner


CLAIM = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from hotline_agi.roster.callback_policy import CallbackPolicy
from hotline_agi.store.work import WorkRefused, changing
path, entry, who = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
print("ready", flush=True)
sys.stdin.readline()
try:
    with changing(path, busy_s=5.0) as change:
        change.claim(entry, who, datetime.now(UTC), lambda line: CallbackPolicy())
    print("won")
except WorkRefused as error:
    print("lost", error.why.name)
"""


def test_of_two_processes_that_claim_at_the_same_instant_one_gets_it(line: Line) -> None:
    line.call()
    line.gather()
    entry = line.only().id
    claimers = [
        subprocess.Popen(
            [sys.executable, "-c", CLAIM, str(line.path), entry, who],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for who in (V1, V2)
    ]
    for one in claimers:
        assert one.stdout is not None and one.stdout.readline() == "ready\n"
    for one in claimers:
        assert one.stdin is not None
        one.stdin.write("go\n")
        one.stdin.flush()
    said = [one.communicate(timeout=20)[0].strip() for one in claimers]
    assert sorted(said) == ["lost TAKEN", "won"]
    assert line.only().owner == (V1 if said[0] == "won" else V2)
    assert line.deeds(entry) == ["opened", "claimed"]


def test_a_lock_of_somebody_else_is_waited_for_and_then_told(line: Line) -> None:
    line.call()
    line.gather()
    began_s = time.monotonic()
    with changing(line.path), pytest.raises(SetupError, match="cannot be written"), changing(line.path, busy_s=0.2):
        raise AssertionError("two at a time")
    assert time.monotonic() - began_s < 3.0


def test_refusals_say_who_has_it_and_change_nothing(line: Line) -> None:
    line.call()
    line.gather()
    entry = line.only().id
    with changing(line.path) as change:
        change.claim(entry, V1, NOW, policies, noted="mei")
    for act in (
        lambda change: change.claim(entry, V2, NOW, policies),
        lambda change: change.give_back(entry, V2, NOW),
        lambda change: change.finish(entry, V2, WorkOutcome.REACHED, NOW),
        lambda change: change.escalate(entry, V2, NOW),
    ):
        with pytest.raises(WorkRefused, match="v01 has it until") as refused, changing(line.path) as change:
            act(change)
        assert refused.value.why is WorkRefusal.TAKEN
    assert line.deeds(entry) == ["opened", "claimed"]
    later = NOW + timedelta(hours=1)
    with changing(line.path) as change:
        assert change.claim(entry, V2, later, policies).owner == V2
    assert line.deeds(entry) == ["opened", "claimed", "lease over", "claimed"]
    with pytest.raises(EntryNotFound), changing(line.path) as change:
        work_reading.find(change.connection, "nothing")
    with JournalReader.open(line.path) as reader:
        assert [row["did"] for row in reader.ask(select(AUDIT))] == ["callback claimed, as v01"]


# ---- calls to callers


def test_leave_to_call_is_noted_before_and_its_end_counts_once(line: Line) -> None:
    line.call(MEI, ago_s=900)
    line.call(MEI, ago_s=800, outcome=Outcome.CALLBACK, asked=LI)
    line.gather()
    entry = line.only().id
    first, second = LegId("back-0000000100000a"), LegId("back-0000000100000b")
    with changing(line.path) as change:
        change.claim(entry, V1, NOW, policies)
        permit = change.begin_attempt(entry, V1, first, NOW, policies, may_call=lambda _line: True)
    assert permit is not None and permit.number == LI  # where they want to be called, not where they called from
    with pytest.raises(WorkRefused, match="under way"), changing(line.path) as change:
        change.begin_attempt(entry, V1, second, NOW, policies, may_call=lambda _line: True)
    with changing(line.path) as change:
        assert [one.attempt for one in work_reading.open_attempts(change.connection)] == [first]
        assert work_reading.dialled_since(change.connection, NOW - timedelta(days=1)) == [(LI, NOW)]
        ended = change.end_attempt(first, AttemptEnd.NO_ANSWER, NOW + timedelta(seconds=40), policies)
        assert ended is not None and ended.state is WorkState.OPEN and ended.not_before is not None
        assert change.end_attempt(first, AttemptEnd.TALKED, NOW + timedelta(seconds=41), policies) is None
        assert work_reading.open_attempts(change.connection) == []


def test_who_is_at_high_risk_after_a_callback_is_marked_comes_first_and_is_looked_after(line: Line) -> None:
    line.call(LI, ago_s=600.0)
    mei, hidden = line.call(MEI, ago_s=300.0), line.call(None, message=True, ago_s=200.0)
    line.gather()
    for call in (mei, hidden):
        with changing(line.path) as change:
            change.finish(call, V1, WorkOutcome.REACHED, NOW, detail="at high risk")
            opened = OpenFollowUps(call=call, line=LINE, volunteer=V1, ended_at=NOW, after_h=(24, 168))
            change.mark(call, V1, NOW, (opened,))
    with JournalReader.open(line.path) as reader:
        assert [(one.call, one.after_h) for one in follow_ups(reader)] == [
            (call, after_h) for after_h in (24, 168) for call in (mei, hidden)
        ]
        deeds = [(row["who"], row["did"], row["subject"]) for row in reader.ask(select(AUDIT).order_by(AUDIT.c.seq))]
    assert deeds == [(V1, "flagged high risk", mei), (V1, "flagged high risk", hidden)]
    assert flagged(line.path, NOW) == {"token-972"}, "a withheld number cannot be flagged"
    line.call(MEI, ago_s=-60.0)
    line.gather(NOW + timedelta(seconds=90))
    with changing(line.path) as change:
        found, _ = change.claim_next([LINE], V2, NOW + timedelta(seconds=90), policies, lambda _line: False)
    assert found is not None and (found.high_risk, found.calls, found.id != mei) == (True, 1, True)


def test_without_a_number_nobody_is_called(line: Line) -> None:
    line.call(None, outcome=Outcome.MESSAGE, message=True)
    line.gather()
    entry = line.only().id
    with changing(line.path) as change:
        change.claim(entry, V1, NOW, policies)
        assert change.begin_attempt(entry, V1, LegId("back-1"), NOW, policies, may_call=lambda _line: True) is None
        assert work_reading.open_attempts(change.connection) == []


# ---- what is deleted


def test_what_is_finished_goes_after_its_days_and_does_not_come_back(line: Line, tmp_path: Path) -> None:
    line.call(MEI, ago_s=900, message=True)
    line.call(LI, ago_s=900, message=True)
    line.gather()
    with changing(line.path) as change:
        one, other = work_reading.unfinished(change.connection)
        change.finish(one.id, V1, WorkOutcome.REFERRED, NOW, detail="a note of nobody's business")
        change.claim(other.id, V2, NOW, policies)
    then = NOW + timedelta(days=2)
    cleared = clear(line.path, tmp_path / "messages", Ages(work=1, messages=1000, numbers=1000), then)
    assert cleared.removed["callbacks"] == 2  # one is finished; nobody ever finished the other
    assert line.entries() == []
    assert b"nobody's business" not in line.path.read_bytes()
    assert line.gather(then, back=timedelta(days=1)) == Gathered()


def test_when_the_number_is_deleted_the_entry_knows_it_no_more(line: Line, tmp_path: Path) -> None:
    line.call(MEI, message=True, asked=LI)
    line.gather()
    entry = line.only().id
    clear(line.path, tmp_path / "messages", Ages(numbers=1, messages=1000), NOW + timedelta(days=2))
    with changing(line.path) as change:
        assert (change.number_of(entry), work_reading.token_of(change.connection, entry)) == (None, None)
    assert line.only().kind is WorkKind.CALLBACK
    assert MEI.reveal().encode() not in line.path.read_bytes()


def test_the_story_of_a_call_tells_what_became_of_it(line: Line) -> None:
    call = line.call()
    line.gather()
    with changing(line.path) as change:
        change.finish(call, V1, WorkOutcome.REACHED, NOW)
    with JournalReader.open(line.path) as reader:
        assert [one.deed for one in reader.call(call).deeds] == [WorkDeed.OPENED, WorkDeed.DONE]

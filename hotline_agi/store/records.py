"""What the journal is given, as rows: statement and values for the database, a JSON line for the spool.

Every statement can be run twice, and records of a call in any order, with the same result: the spool is read back late,
and again if the service is killed between reading it and removing it.
"""

import base64
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import assert_never

from sqlalchemy import Connection, or_

from hotline_agi.dispatch.codec import to_json
from hotline_agi.dispatch.commands import (
    CloseRecord,
    FlagCaller,
    LegRecord,
    NoteCover,
    NoteFact,
    NoteReadiness,
    NoteVolunteer,
    OpenFollowUps,
    OpenRecord,
)
from hotline_agi.store.dialect import Adding, adding, larger, smaller
from hotline_agi.store.schema import (
    AGREEMENT,
    AUDIT,
    CALL,
    CALLER_NUMBER,
    CALLER_TOKEN,
    FACT,
    FLAGGED,
    LEG,
    MESSAGE,
    ROSTER_REVISION,
    ROSTER_TEXT,
    RUN,
    STEP,
    VOLUNTEER_STATE,
    to_text,
)
from hotline_agi.store.schema_recordings import RECORDING, RECORDING_ACCESS
from hotline_agi.store.schema_requests import CALLBACK_REQUEST, CALLER_LANGUAGE
from hotline_agi.store.schema_risk import FOLLOW_UP
from hotline_agi.terms.ids import CallerToken, CallId, LineId, VolunteerId
from hotline_agi.terms.json_text import json_value
from hotline_agi.terms.numbers import PhoneNumber

FLAG_DAYS = 365.0
"""How long somebody counts as at high risk, from the last time that they were flagged."""
Value = str | int | float | bytes | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageRecord:
    """A message that a caller left and that was kept."""

    call: CallId
    line: LineId
    file: str
    """Name in the folder of messages, without the folder."""
    length_s: float
    recorded_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingRecord:
    """A talk that was recorded."""

    call: CallId
    line: LineId
    file: str
    """``NAME.wav``, whether it is encrypted or not."""
    length_s: float
    recorded_at: datetime
    kind: str = "talk"


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberRecord:
    """The number that a caller came from."""

    call: CallId
    number: PhoneNumber


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackRecord:
    """A caller asked to be called back. One per call: what they asked for last counts."""

    call: CallId
    line: LineId
    number: PhoneNumber
    """Where they want to be called, as `asterisk.numbering` dials it: the number that they called from or another."""
    asked_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class LanguageRecord:
    """A caller chose a language."""

    caller: CallerToken
    language: str


class AgreementKind(StrEnum):
    READINESS = "readiness"
    STAND_IN = "stand-in"


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenRecord:
    """Who called: the same token for the same number."""

    call: CallId
    caller: CallerToken


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRecord:
    """How the machine of this run began."""

    run: str
    program: str
    roster: str
    packed: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class RosterTextRecord:
    """The texts of a roster that comes into force."""

    digest: str
    packed: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class RevisionRecord:
    """A roster came into force."""

    digest: str
    revision: str
    """Git's commit; empty without git."""
    modified: bool
    """Files differed from it."""
    last_good_of: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditRecord:
    """Somebody did something, by command."""

    who: str
    did: str
    subject: str


Record = (
    OpenRecord
    | NoteFact
    | CloseRecord
    | NoteVolunteer
    | NoteReadiness
    | NoteCover
    | FlagCaller
    | OpenFollowUps
    | MessageRecord
    | NumberRecord
    | TokenRecord
    | CallbackRecord
    | LanguageRecord
    | RunRecord
    | RosterTextRecord
    | RevisionRecord
    | AuditRecord
    | RecordingRecord
)


@dataclass(frozen=True, slots=True)
class Entry:
    """A record with its instant and its place among all records."""

    record: Record
    at: datetime
    """Aware."""
    seq: int


@dataclass(frozen=True, slots=True)
class Row:
    """One row for one table. `values` is never logged: it may be a number."""

    table: str
    values: Mapping[str, Value]

    def __repr__(self) -> str:
        return f"Row({self.table})"

    @property
    def is_secret(self) -> bool:
        """Whether it says who called: then it is purged in time, so it must not linger in any other file."""
        return self.table in _SECRET


def _statements() -> dict[str, Adding]:
    """What is done with a row, by the word that stands in `Row.table`."""
    call, later = adding(CALL), adding(CALL)
    arrived_first = smaller(CALL.c.arrived_at, call.excluded.arrived_at)
    said_later = {name: later.excluded[name] for name in _END if name != "arrived_at"}
    message, agreement, text = adding(MESSAGE), adding(AGREEMENT), adding(ROSTER_TEXT)
    recording = adding(RECORDING)
    asked, spoken = adding(CALLBACK_REQUEST), adding(CALLER_LANGUAGE)
    flagged = adding(FLAGGED)
    agreed = {name: agreement.excluded[name] for name in ("seq", "at", "until_at", "told")}
    return {
        # a call is admitted again when the service was restarted under it: the first arrival counts
        "call": call.on_conflict_do_update(index_elements=["call"], set_={"arrived_at": arrived_first}),
        # of two ends of one call (the first was an error, or was read back late) the later one counts
        "call_end": later.on_conflict_do_update(
            index_elements=["call"],
            set_={"arrived_at": smaller(CALL.c.arrived_at, later.excluded.arrived_at), **said_later},
            where=or_(CALL.c.ended_at.is_(None), CALL.c.ended_at <= later.excluded.ended_at),
        ),
        "message": message.on_conflict_do_update(
            index_elements=["call", "file"], set_={"length_s": message.excluded.length_s}
        ),
        "recording": recording.on_conflict_do_update(
            index_elements=["call", "file"], set_={"length_s": recording.excluded.length_s}
        ),
        "agreement": agreement.on_conflict_do_update(
            index_elements=["kind", "key"], set_=agreed, where=AGREEMENT.c.seq <= agreement.excluded.seq
        ),
        "roster_text": text.on_conflict_do_update(
            index_elements=["digest"], set_={"used_at": larger(ROSTER_TEXT.c.used_at, text.excluded.used_at)}
        ),
        "callback_request": asked.on_conflict_do_update(
            index_elements=["call"],
            set_={name: asked.excluded[name] for name in ("line", "number", "asked_at")},
            where=CALLBACK_REQUEST.c.asked_at <= asked.excluded.asked_at,
        ),
        "caller_language": spoken.on_conflict_do_update(
            index_elements=["token"],
            set_={name: spoken.excluded[name] for name in ("language", "at")},
            where=CALLER_LANGUAGE.c.at <= spoken.excluded.at,
        ),
        "flagged": flagged.on_conflict_do_update(
            index_elements=["token"],
            set_={name: larger(FLAGGED.c[name], flagged.excluded[name]) for name in ("at", "expires_at")},
        ),
        # what was closed stays closed, whoever tells of it again
        "follow_up": adding(FOLLOW_UP).on_conflict_do_nothing(),
        **{table.name: adding(table).on_conflict_do_nothing() for table in _ONCE},
    }


_SECRET = ("caller_number", "caller_token", "callback_request", "caller_language", "flagged")
_ONCE = (LEG, FACT, CALLER_NUMBER, CALLER_TOKEN, VOLUNTEER_STATE, RUN, STEP, ROSTER_REVISION, AUDIT, RECORDING_ACCESS)
"""Of these the first row under a key stays."""
_REQUESTS = (CALLBACK_REQUEST, CALLER_LANGUAGE)
_END = ("arrived_at", "answered_at", "ended_at", "wait_s", "talk_s", "outcome", "volunteer")
_COLUMNS = {
    "call": ("call", "line", "node", "arrived_at"),
    "call_end": ("call", "line", "node", *_END),
    "follow_up": ("call", "after_h", "line", "volunteer", "ended_at", "due_at"),
    **{
        table.name: tuple(table.c.keys())
        for table in (*_ONCE, FLAGGED, MESSAGE, AGREEMENT, ROSTER_TEXT, RECORDING, *_REQUESTS)
    },
}
_STATEMENTS = _statements()


def store(connection: Connection, rows: Iterable[Row]) -> None:
    """Run the rows' statements in the transaction that is open: those of one kind in order and together."""
    values: dict[str, list[dict[str, Value]]] = {}
    for row in rows:
        values.setdefault(row.table, []).append(dict(row.values))
    for table, several in values.items():
        connection.execute(_STATEMENTS[table], several)


def rows_of(entry: Entry) -> list[Row]:
    """The rows that one entry makes."""
    record, at, seq = entry.record, entry.at, entry.seq
    match record:
        case OpenRecord():
            values = {"call": record.call, "line": record.line, "node": record.node}
            return [_row("call", **values, arrived_at=to_text(record.arrived_at))]
        case NoteFact():
            return [
                _row(
                    "fact",
                    call=record.call,
                    seq=seq,
                    at=to_text(at),
                    fact=record.fact,
                    leg=record.leg,
                    volunteer=record.volunteer,
                    detail=record.detail,
                )
            ]
        case CloseRecord():
            return [_end_row(record), *(_leg_row(record.call, leg) for leg in record.legs)]
        case MessageRecord():
            return [
                _row(
                    "message",
                    call=record.call,
                    line=record.line,
                    file=record.file,
                    length_s=float(record.length_s),
                    recorded_at=to_text(record.recorded_at),
                )
            ]
        case NumberRecord():
            return [_row("caller_number", call=record.call, number=record.number.reveal(), stored_at=to_text(at))]
        case TokenRecord():
            return [_row("caller_token", call=record.call, token=record.caller, stored_at=to_text(at))]
        case CallbackRecord(call=call, line=line, number=number, asked_at=asked_at):
            return [_row("callback_request", call=call, line=line, number=number.reveal(), asked_at=to_text(asked_at))]
        case LanguageRecord():
            return [_row("caller_language", token=record.caller, language=record.language, at=to_text(at))]
        case NoteVolunteer():
            return [_state_row(record, at, seq)]
        case NoteReadiness():
            return [_agreement_row(AgreementKind.READINESS, record, record.volunteer, at, seq)]
        case NoteCover():
            return [_agreement_row(AgreementKind.STAND_IN, record, record.absent, at, seq)]
        case FlagCaller():
            return _flag_rows(record, at, seq)
        case OpenFollowUps():
            return [_follow_up_row(record, after_h) for after_h in record.after_h]
        case RunRecord():
            values = {"run": record.run, "program": record.program, "roster": record.roster}
            return [_row("run", **values, started_at=to_text(at), packed=record.packed)]
        case RosterTextRecord():
            return [_row("roster_text", digest=record.digest, used_at=to_text(at), packed=record.packed)]
        case RevisionRecord():
            return [_revision_row(record, at, seq)]
        case RecordingRecord():
            return [
                _row(
                    "recording",
                    call=record.call,
                    file=record.file,
                    kind=record.kind,
                    line=record.line,
                    length_s=float(record.length_s),
                    recorded_at=to_text(record.recorded_at),
                )
            ]
        case AuditRecord():
            return [audit_row(seq=seq, at=at, who=record.who, did=record.did, subject=record.subject)]
        case _:
            assert_never(record)


def _end_row(record: CloseRecord) -> Row:
    return _row(
        "call_end",
        call=record.call,
        line=record.line,
        node=record.node,
        arrived_at=to_text(record.arrived_at),
        answered_at=to_text(record.answered_at) if record.answered_at else None,
        ended_at=to_text(record.ended_at),
        wait_s=float(record.wait_s),
        talk_s=float(record.talk_s),
        outcome=record.outcome,
        volunteer=record.volunteer,
    )


def _leg_row(call: CallId, leg: LegRecord) -> Row:
    return _row(
        "leg",
        leg=leg.leg,
        call=call,
        volunteer=leg.volunteer,
        endpoint=leg.endpoint,
        wave=leg.wave,
        rang_at=to_text(leg.rang_at),
        ended_at=to_text(leg.ended_at),
        outcome=leg.outcome,
        endpoint_id=leg.endpoint_id,
        rang_s=float(leg.rang_s),
        talk_s=float(leg.talk_s),
    )


def _state_row(record: NoteVolunteer, at: datetime, seq: int) -> Row:
    return _row(
        "volunteer_state",
        volunteer=record.volunteer,
        seq=seq,
        at=to_text(at),
        state=record.state,
        until_at=to_text(record.until_at) if record.until_at else None,
        detail=record.detail,
    )


def _agreement_row(
    kind: AgreementKind, record: NoteReadiness | NoteCover, whose: VolunteerId, at: datetime, seq: int
) -> Row:
    """A later word about the same place (the same person in the same slot of the same day) takes the earlier's."""
    return _row(
        "agreement",
        kind=kind,
        key=f"{record.line}/{record.slot}/{to_text(record.from_at)}/{whose}",
        seq=seq,
        at=to_text(at),
        until_at=to_text(record.until_at),
        told=to_json(record),
    )


def _flag_rows(record: FlagCaller, at: datetime, seq: int) -> list[Row]:
    """Of a caller who is not known only the deed is kept: then the call alone is marked, by its facts."""
    rows = [audit_row(seq=seq, at=at, who=record.volunteer or "service", did="flagged high risk", subject=record.call)]
    if record.caller is not None:
        until = to_text(at + timedelta(days=FLAG_DAYS))
        rows.append(_row("flagged", token=record.caller, at=to_text(at), expires_at=until))
    return rows


def _follow_up_row(record: OpenFollowUps, after_h: int) -> Row:
    return _row(
        "follow_up",
        call=record.call,
        after_h=after_h,
        line=record.line,
        volunteer=record.volunteer,
        ended_at=to_text(record.ended_at),
        due_at=to_text(record.ended_at + timedelta(hours=after_h)),
    )


def _revision_row(record: RevisionRecord, at: datetime, seq: int) -> Row:
    return _row(
        "roster_revision",
        seq=seq,
        at=to_text(at),
        digest=record.digest,
        revision=record.revision,
        modified=int(record.modified),
        last_good_of=record.last_good_of,
    )


def audit_row(*, seq: int, at: datetime, who: str, did: str, subject: str) -> Row:
    return _row("audit", seq=seq, at=to_text(at), who=who, did=did, subject=subject)


def access_row(*, seq: int, at: datetime, who: str, how: str, kind: str, call: str, file: str) -> Row:
    """Somebody hears a recording, or takes it out."""
    return _row("recording_access", seq=seq, at=to_text(at), who=who, how=how, kind=kind, call=call, file=file)


def steps_row(*, run: str, first: int, steps: int, ended_at: datetime, packed: bytes) -> Row:
    """Some steps of a machine, one after the other."""
    return _row("step", run=run, first=first, steps=steps, ended_at=to_text(ended_at), packed=packed)


def _row(table: str, **values: Value) -> Row:
    # plain text: an enum is not JSON's business, and SQLite takes no lone surrogate (text that was not UTF-8)
    return Row(
        table,
        {
            name: str(value).encode("utf-8", "replace").decode() if isinstance(value, str) else value
            for name, value in values.items()
        },
    )


def to_line(row: Row) -> bytes:
    """`row` for the spool: one line of JSON, with its line feed."""
    return json.dumps([row.table, dict(row.values)], ensure_ascii=False, default=_octets).encode() + b"\n"


def from_line(line: bytes) -> Row:
    """The inverse of `to_line`.

    :raises ValueError: if the line is torn or not ours, or has what `to_line` could not write again: what is refused
        must not stop the lines behind it.
    """
    match json_value(line, each_object=_octets_again):
        case [str(table), dict(values)] if (
            table in _COLUMNS and values.keys() == set(_COLUMNS[table]) and all(map(_is_plain, values.values()))
        ):
            row = Row(table, values)
            to_line(row)  # a lone surrogate is no UTF-8
            return row
    raise ValueError("not a line of the spool")


def _is_plain(value: object) -> bool:
    return value is None or isinstance(value, str | int | float | bytes)


def _octets(value: object) -> dict[str, str]:
    if not isinstance(value, bytes):
        raise TypeError(f"{type(value).__name__} has no place in a row")
    return {"base64": base64.b64encode(value).decode()}


def _octets_again(told: dict[str, object]) -> object:
    match told:
        case {"base64": str(text)} if len(told) == 1:
            return base64.b64decode(text, validate=True)
    return told

"""The tables of the journal, as SQLAlchemy Core knows them. How a file comes to hold them: `migrations.py`.

Times are UTC in ISO 8601 with milliseconds and a ``Z``, so that text order is time order. A caller's number stands in
`caller_number` and nowhere else.
"""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    DefaultClause,
    Double,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    text,
)
from sqlalchemy.types import REAL, TypeEngine

METADATA = MetaData()
# a STRICT table of SQLite knows these names of types only
_BIG: TypeEngine[int] = BigInteger().with_variant(Integer(), "sqlite")
_REAL: TypeEngine[float] = Double().with_variant(REAL(), "sqlite")


def _key(name: str, about: str | None = None) -> "Column[str]":
    return Column(name, Text, primary_key=True, comment=about)


def _ordinal(name: str, about: str | None = None) -> "Column[int]":
    """As part of a key."""
    return Column(name, _BIG, primary_key=True, autoincrement=False, comment=about)


def _text(name: str, about: str | None = None, default: str | None = None) -> "Column[str]":
    shown = None if default is None else text(f"'{default}'")
    return Column(name, Text, nullable=False, comment=about, server_default=shown)


def _maybe(name: str, about: str | None = None) -> "Column[str | None]":
    return Column(name, Text, comment=about)


def _integer(name: str, about: str | None = None) -> "Column[int]":
    return Column(name, _BIG, nullable=False, comment=about)


def default_of(column: "Column[Any]") -> str | float | None:
    """What stands in `column` of rows that were written before there was such a column."""
    if not isinstance(column.server_default, DefaultClause):
        return None
    told = str(column.server_default.arg)
    return told[1:-1] if told.startswith("'") else float(told)


def _table(
    name: str,
    *columns: "Column[str] | Column[str | None] | Column[int] | Column[float] | Column[bytes]",
    rowid: bool = False,
) -> Table:
    """:param rowid: for long rows, which SQLite keeps better apart from their key."""
    return Table(name, METADATA, *columns, sqlite_strict=True, sqlite_with_rowid=rowid)


CALL = _table(
    "call",
    _key("call"),
    _text("line"),
    _text("node"),
    _text("arrived_at"),
    _maybe("answered_at"),
    _maybe("ended_at", "NULL: not over, or its end was not seen"),
    Column("wait_s", _REAL),
    Column("talk_s", _REAL),
    _maybe("outcome"),
    _maybe("volunteer"),
)
Index("call_arrived", CALL.c.arrived_at)
Index("call_line_arrived", CALL.c.line, CALL.c.arrived_at)
_IS_OPEN = text("ended_at IS NULL")
Index("call_open", CALL.c.arrived_at, sqlite_where=_IS_OPEN, postgresql_where=_IS_OPEN)

LEG = _table(
    "leg",
    _key("leg"),
    _text("call"),
    _maybe("volunteer", "NULL: the overflow number"),
    _text("endpoint", "its kind"),
    _integer("wave"),
    _text("rang_at"),
    _text("ended_at"),
    _text("outcome"),
    _text("endpoint_id", "empty: of before version 2", default=""),
    Column("rang_s", _REAL, nullable=False, server_default=text("0")),
    Column("talk_s", _REAL, nullable=False, server_default=text("0")),
)
Index("leg_call", LEG.c.call)
Index("leg_ended", LEG.c.ended_at)

FACT = _table(
    "fact",
    _key("call"),
    _ordinal("seq", "orders the facts of a call; see journal.py"),
    _text("at"),
    _text("fact"),
    _maybe("leg"),
    _maybe("volunteer"),
    _text("detail"),
)

MESSAGE = _table(
    "message",
    _key("call"),
    _text("line"),
    _key("file"),
    Column("length_s", _REAL, nullable=False),
    _text("recorded_at"),
)
Index("message_recorded", MESSAGE.c.recorded_at)

CALLER_NUMBER = _table("caller_number", _key("call"), _text("number"), _text("stored_at"))
Index("caller_number_stored", CALLER_NUMBER.c.stored_at)

CALLER_TOKEN = _table(
    "caller_token", _key("call"), _text("token", "who called, as a keyed hash of the number"), _text("stored_at")
)
Index("caller_token_stored", CALLER_TOKEN.c.stored_at)

LIFTED = _table("lifted", _key("token", "callers whose limits a coordinator ended"), _text("at"))

FLAGGED = _table("flagged", _key("token", "callers who are at high risk"), _text("at"), _text("expires_at"))

RUN = _table(
    "run",
    _key("run", "one start of the service: its boot, 8 hexadecimal digits, as in the ids of its legs"),
    _text("started_at"),
    _text("program", "the version that wrote it"),
    _text("roster", "digest"),
    Column("packed", LargeBinary, nullable=False, comment="both clocks and the memory; see tape.py"),
    rowid=True,
)

STEP = _table(
    "step",
    _key("run"),
    _ordinal("first", "number of the first one, from 1"),
    _integer("steps", "what a machine was told and what came of it, so many to a row"),
    _text("ended_at", "of the last one"),
    Column("packed", LargeBinary, nullable=False, comment="their lines; see tape.py"),
    rowid=True,
)
Index("step_ended", STEP.c.ended_at)

ROSTER_TEXT = _table(
    "roster_text",
    _key("digest", "of rosters that were in force; without contacts"),
    _text("used_at", "when it came into force last"),
    Column("packed", LargeBinary, nullable=False),
    rowid=True,
)

VOLUNTEER_STATE = _table(
    "volunteer_state",
    _key("volunteer"),
    _ordinal("seq"),
    _text("at"),
    _text("state"),
    _maybe("until_at", "NULL: it is not known when it ends"),
    _text("detail"),
)
Index("volunteer_state_at", VOLUNTEER_STATE.c.at)
IS_PAUSED = text("state = 'paused'")
"""To the letter as in the index, or SQLite does not use it."""
Index(
    "volunteer_state_paused",
    VOLUNTEER_STATE.c.volunteer,
    VOLUNTEER_STATE.c.seq,
    sqlite_where=IS_PAUSED,
    postgresql_where=IS_PAUSED,
)

AGREEMENT = _table(
    "agreement",
    _key("kind", "what people said of a shift by phone: who is ready, who stands in"),
    _key("key", "of the place in the shift that it is about"),
    _integer("seq", "of several about one place the last counts"),
    _text("at"),
    _text("until_at", "when the shift is over"),
    _text("told", "JSON"),
)
Index("agreement_until", AGREEMENT.c.until_at)

AUDIT = _table(
    "audit",
    _ordinal("seq"),
    _text("at"),
    _text("who", "user of the machine, or the service"),
    _text("did"),
    _text("subject"),
    rowid=True,
)
Index("audit_at", AUDIT.c.at)

ROSTER_REVISION = _table(
    "roster_revision",
    _ordinal("seq", "orders them"),
    _text("at", "when it came into force"),
    _text("digest"),
    _text("revision", "the commit; empty: the rosters are in no git work tree"),
    _integer("modified", "1: files differed from that commit"),
    _text("last_good_of", "when it was taken first, of one that was kept aside and restored; else empty"),
    rowid=True,
)
Index("roster_revision_at", ROSTER_REVISION.c.at)


def to_text(at: datetime) -> str:
    """An aware instant as the journal writes it, e.g. ``2026-07-01T18:03:05.120Z``."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"


def to_instant(told: str) -> datetime:
    """The inverse of `to_text`."""
    return datetime.fromisoformat(told)

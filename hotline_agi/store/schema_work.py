"""The tables of the list of work: who is to be called back, what was done about it, which calls were tried.

No number and no token stands in them: an entry's caller is looked up by its calls in `caller_number`, `caller_token`
and `callback_request`, so that what is deleted there is known here no more.
"""

from sqlalchemy import Column, Index, text

from hotline_agi.store.schema import _REAL, _integer, _key, _maybe, _ordinal, _table, _text

WORK = _table(
    "work",
    _key("entry", "the first of the caller's calls"),
    _text("line"),
    _text("kind"),
    _text("opened_at", "when that call ended"),
    _text("last_at", "when the last one ended"),
    _text("state"),
    _maybe("owner"),
    _maybe("lease_until"),
    _integer("attempts"),
    _maybe("not_before"),
    _maybe("call_until", "a call to them is under way, until then at the latest"),
    _maybe("outcome"),
    _maybe("closed_at"),
    _integer("told", "1: who owned it knows that it closed by itself"),
)
IS_UNFINISHED = text("closed_at IS NULL")
"""To the letter as in the index, or SQLite does not use it."""
Index("work_unfinished", WORK.c.opened_at, sqlite_where=IS_UNFINISHED, postgresql_where=IS_UNFINISHED)
Index("work_closed", WORK.c.closed_at)

WORK_CALL = _table("work_call", _key("call"), _text("entry"), _text("kind"))
Index("work_call_entry", WORK_CALL.c.entry)

WORK_DEED = _table(
    "work_deed",
    _key("entry"),
    _ordinal("seq", "orders them"),
    _text("at"),
    _text("deed"),
    _maybe("who", "a volunteer or coordinator; NULL: the service"),
    _text("detail"),
)

WORK_ATTEMPT = _table(
    "work_attempt",
    _key("attempt", "the id of the channel that was dialled"),
    _text("entry"),
    _text("volunteer"),
    _text("dialled_at"),
    _maybe("ended_at"),
    _maybe("ended"),
    Column("talk_s", _REAL, nullable=False, server_default=text("0")),
)
Index("work_attempt_dialled", WORK_ATTEMPT.c.dialled_at)

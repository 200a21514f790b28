"""The table of follow-ups after calls at high risk."""

from sqlalchemy import Index, text

from hotline_agi.store.schema import _key, _maybe, _ordinal, _table, _text

OPEN = "open"

FOLLOW_UP = _table(
    "follow_up",
    _key("call"),
    _ordinal("after_h", "hours after the end of the call"),
    _text("line"),
    _maybe("volunteer", "who talked last"),
    _text("ended_at", "the call"),
    _text("due_at"),
    _text("state", "open, done, obsolete", default=OPEN),
    _maybe("closed_at"),
    _maybe("closed_by", "user of the machine"),
    _text("note", default=""),
)
IS_OPEN = text("state = 'open'")
"""To the letter as in the index, or SQLite does not use it."""
Index("follow_up_open", FOLLOW_UP.c.due_at, sqlite_where=IS_OPEN, postgresql_where=IS_OPEN)

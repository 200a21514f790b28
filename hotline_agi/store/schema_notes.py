"""The tables of spoken notes for the next shift; see `schema.py`."""

from sqlalchemy import Column, Index

from hotline_agi.store.schema import _REAL, _key, _table, _text

SPOKEN_NOTE = _table(
    "spoken_note",
    _key("file", "in the folder of messages"),
    _text("line"),
    _text("volunteer", "who said it"),
    _text("recorded_at"),
    Column("length_s", _REAL, nullable=False),
)
Index("spoken_note_recorded", SPOKEN_NOTE.c.recorded_at)

NOTE_HEARD = _table("note_heard", _key("file"), _key("volunteer"), _text("at", "when first"))

"""The tables of recordings and of who heard them."""

from sqlalchemy import Column, Index

from hotline_agi.store.schema import _REAL, _key, _ordinal, _table, _text

RECORDING = _table(
    "recording",
    _key("call"),
    _key("file", "NAME.wav, whether it is encrypted or not"),
    _text("kind", "talk"),
    _text("line"),
    Column("length_s", _REAL, nullable=False),
    _text("recorded_at"),
)
Index("recording_recorded", RECORDING.c.recorded_at)

RECORDING_ACCESS = _table(
    "recording_access",
    _ordinal("seq"),
    _text("at"),
    _text("who", "user of the machine, or a volunteer"),
    _text("how", "exported, heard by telephone, deleted"),
    _text("kind"),
    _text("call"),
    _text("file"),
    rowid=True,
)
Index("recording_access_at", RECORDING_ACCESS.c.at)

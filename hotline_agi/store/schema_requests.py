"""The tables of what callers ask for while they wait: to be called back, and in which language.

A person's number stands in `callback_request.number`: it goes the way of `caller_number`, after the same days.
"""

from sqlalchemy import Index

from hotline_agi.store.schema import _key, _table, _text

CALLBACK_REQUEST = _table(
    "callback_request",
    _key("call", "who asked in it; void if the call's outcome says that they talked to somebody after all"),
    _text("line"),
    _text("number", "where they want to be called: this one or another"),
    _text("asked_at"),
)
Index("callback_request_asked", CALLBACK_REQUEST.c.asked_at)

CALLER_LANGUAGE = _table(
    "caller_language",
    _key("token", "callers who chose a language on a line that remembers it"),
    _text("language"),
    _text("at", "when they were heard last"),
)

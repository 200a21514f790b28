"""Notes that a person types: they lie in tables that keep no number of anybody."""

import re

from hotline_agi.errors import SetupError

MOST_NOTE = 500
_NUMBER = re.compile(r"(?:[0-9][ ()./-]?){7,}")
"""In a note it is taken for a telephone number."""


def checked_note(note: str) -> str:
    """A note that may be kept.

    :raises SetupError: if it is too long, no line, or holds what looks like a telephone number.
    """
    if len(note) > MOST_NOTE or not (note.isprintable() or not note):
        raise SetupError(f"a note is one line of at most {MOST_NOTE} characters")
    if _NUMBER.search(note):
        raise SetupError("a note must hold no telephone number: the caller's is kept apart, and deleted in time")
    return note

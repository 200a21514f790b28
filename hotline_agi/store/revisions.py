"""Which roster was in force when."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from hotline_agi.errors import HotlineError
from hotline_agi.reports.past import PastRevision
from hotline_agi.store.reading import JournalReader, past_revision
from hotline_agi.store.schema import ROSTER_REVISION

Stretch = tuple[datetime, datetime | None]
"""From when until when; None: until now."""


class RevisionNotFound(HotlineError):
    """No roster of this revision was ever in force, as far as the journal knows."""


def revisions(reader: JournalReader) -> list[PastRevision]:
    """All that the journal knows, in the order in which they came into force."""
    rows = reader.ask(select(ROSTER_REVISION).order_by(ROSTER_REVISION.c.at, ROSTER_REVISION.c.seq))
    return [past_revision(row) for row in rows]


def stretches(known: Sequence[PastRevision], name: str) -> list[Stretch]:
    """When a roster was in force whose commit or digest begins with `name`.

    :raises RevisionNotFound: if there was none.
    """
    found: list[Stretch] = []
    for number, one in enumerate(known):
        if name and (one.revision.startswith(name) or one.digest.startswith(name)):
            found.append((one.at, known[number + 1].at if number + 1 < len(known) else None))
    if not found:
        newest = ", ".join(dict.fromkeys(one.name for one in reversed(known[-5:])))
        raise RevisionNotFound(f"no roster {name!r} was in force; the newest ones: {newest or 'none is known'}")
    return found

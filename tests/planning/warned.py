"""What the outlook says, for the tests of its parts."""

from hotline_agi.planning.outlook import outlook
from hotline_agi.roster.model import Line, Roster, Volunteer
from tests.planning.people import roster
from tests.roster.written import utc

NOW = utc("2026-11-23T00:30")
"""A Monday."""


def warned(*lines: Line, people: tuple[Volunteer, ...] = (), days: int = 28, only: str = "") -> list[str]:
    """The warnings that have `only` in them, without their places and hints."""
    return [one.what for one in outlook(roster(*lines, people=people), NOW, days) if only in one.what]


def hints(known: Roster, only: str) -> set[str]:
    return {one.hint for one in outlook(known, NOW) if only in one.what}

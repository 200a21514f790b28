"""`--line` of commands that read the journal: a line that is gone from the roster may still have rows in it."""

from hotline_agi import rosters
from hotline_agi.cli.options import lines_of
from hotline_agi.errors import HotlineError
from hotline_agi.settings import Settings


def refuse_unknown_line(settings: Settings, line: str | None, *, empty: bool) -> None:
    """Where nothing was found of `line`, say that it is misspelt rather than that nothing is to be done.

    Rosters that cannot be read just now refuse no line.

    :raises SetupError: if nothing was found and the roster has no line of this name.
    """
    if line is None or not empty:
        return
    try:
        known = rosters.load(settings.rosters, None).roster
    except HotlineError:
        return
    lines_of(known, line)

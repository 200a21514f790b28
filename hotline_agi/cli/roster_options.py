"""What the commands that look at rosters share: days, people, periods."""

from datetime import UTC, date, datetime

import click

from hotline_agi.errors import SetupError
from hotline_agi.roster.model import Line

MOST_DAYS = 366

volunteer_option = click.option("--volunteer", "volunteer_id", help="Only this person: their id, or name.")
from_option = click.option(
    "--from", "from_day", metavar="DATE", help="The first day: 2026-02-14. Today, where the line is, if left out."
)


def day_of(text: str | None, line: Line) -> date:
    """The day that somebody typed; today where `line` is for None.

    :raises SetupError: if it is none.
    """
    if text is None:
        return datetime.now(UTC).astimezone(line.zone).date()
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise SetupError(f"{text!r} is no day: write 2026-02-14") from None
    return in_range(day)


def in_range(day: date) -> date:
    """:raises SetupError: if the calendar arithmetic of a roster would leave Python's."""
    if not 1971 <= day.year <= 9900:
        raise SetupError(f"the year {day.year} is out of range: 1971 to 9900")
    return day

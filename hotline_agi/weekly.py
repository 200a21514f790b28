"""When the weekly report is due, and the state file ``reports.json``, which keeps it from being sent twice.

Each week is one report, named by the midnight at which it ends. What became due while nothing ran is sent afterwards,
the latest one only; a hotline that has never looked begins with the next. The file is written when the server has taken
the mail: who loses the power in between gets it twice, under one Message-ID.
"""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path

from hotline_agi.report_settings import WeeklySettings
from hotline_agi.reports.period.span import Period, midnight
from hotline_agi.rosters.durable import write_whole
from hotline_agi.rosters.regular import read_regular
from hotline_agi.terms.json_text import json_value

NAME = "reports.json"
MAX_BYTES = 64 * 1024
DAYS = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What was done last."""

    until_at: datetime
    """The end of the last week that needs no report any more."""
    sent_at: datetime | None = None
    """None: none was sent yet."""


def week_due(weekly: WeeklySettings, now: datetime, zone: tzinfo) -> Period:
    """The seven days of the report that became due last.

    :param now: aware.
    """
    local = now.astimezone(zone)
    day = local.date() - timedelta(days=(local.weekday() - weekly.weekday) % 7)
    if datetime.combine(day, weekly.at, zone).astimezone(UTC) > now:
        day -= timedelta(days=7)
    return Period(from_at=midnight(day - timedelta(days=DAYS), zone), until_at=midnight(day, zone), zone=zone)


def is_due(sent: Sent | None, week: Period) -> bool:
    """Whether the report on `week` is still to be sent; never the first time that anybody looks."""
    return sent is not None and sent.until_at < week.until_at


def read(state: Path) -> Sent | None:
    """None: nobody has looked yet, or the file is damaged: then the week that is due is taken for sent."""
    try:
        told = json_value(read_regular(state / NAME, MAX_BYTES))
        sent_at = told["sent_at"]
        return Sent(
            until_at=_aware(told["until_at"]),
            sent_at=_aware(sent_at) if sent_at is not None else None,
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def write(state: Path, sent: Sent) -> None:
    """:raises OSError: then the old one stays."""
    told = {
        "until_at": sent.until_at.astimezone(UTC).isoformat(),
        "sent_at": sent.sent_at.astimezone(UTC).isoformat() if sent.sent_at is not None else None,
    }
    write_whole(state / NAME, json.dumps(told).encode() + b"\n", 0o640)


def _aware(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError("no offset")
    return at

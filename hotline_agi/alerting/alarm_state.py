"""The state file ``alarms.json``: what is on and who was told, over restarts, for `hotline alarms` and the doctor.

Written whole after each change; it holds ids of people, and no number. A file that cannot be read is begun anew: then
everything that is on is told again, which is better than nothing.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from hotline_agi.alarms.book import Alarm, AlarmBook
from hotline_agi.rosters.durable import write_whole
from hotline_agi.rosters.regular import read_regular

NAME = "alarms.json"
MAX_BYTES = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class SinkState:
    """How a sink fares."""

    name: str
    delivered_at: datetime | None = None
    trouble: str = ""
    """Of the last attempt; empty: it went well, or there was none."""
    trouble_since: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmState:
    book: dict[str, Any]
    written_at: datetime
    sinks: tuple[SinkState, ...]
    starts: tuple[datetime, ...] = ()
    """Of the service, the latest ones."""

    def alarms(self) -> list[Alarm]:
        """:raises ValueError, KeyError, TypeError: if it is not ours."""
        book = AlarmBook()
        book.restore(self.book)
        return book.alarms


def write(path: Path, state: AlarmState) -> None:
    """:raises OSError: then the old one stays."""
    told = {
        "written_at": state.written_at.isoformat(),
        "starts": [at.isoformat() for at in state.starts],
        "sinks": [
            {
                "name": one.name,
                "delivered_at": one.delivered_at.isoformat() if one.delivered_at else None,
                "trouble": one.trouble,
                "trouble_since": one.trouble_since.isoformat() if one.trouble_since else None,
            }
            for one in state.sinks
        ],
        "book": state.book,
    }
    write_whole(path, json.dumps(told, ensure_ascii=False, indent=1).encode("utf-8", "replace") + b"\n", 0o640)


def read(path: Path) -> AlarmState | None:
    """None if there is none that can be read."""
    try:
        told: Any = json.loads(read_regular(path, MAX_BYTES))
        state = AlarmState(
            book=told["book"],
            written_at=datetime.fromisoformat(told["written_at"]),
            starts=tuple(datetime.fromisoformat(at) for at in told["starts"]),
            sinks=tuple(
                SinkState(
                    name=str(one["name"]),
                    delivered_at=_instant(one["delivered_at"]),
                    trouble=str(one["trouble"]),
                    trouble_since=_instant(one["trouble_since"]),
                )
                for one in told["sinks"]
            ),
        )
        state.alarms()
        return state
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def _instant(told: Any) -> datetime | None:
    return None if told is None else datetime.fromisoformat(told)

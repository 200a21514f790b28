"""What came of the last test call: a file in the state folder, for `hotline canary` and the doctor."""

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from hotline_agi.alarms.trial import Result, result_json, result_of
from hotline_agi.rosters.durable import write_whole
from hotline_agi.rosters.regular import read_regular

NAME = "canary.json"
MAX_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class CanaryStatus:
    last: Result | None
    last_good_at: datetime | None
    failures: int
    """In a row."""
    asked_ns: int
    """When the last one began, by the machine's monotonic clock, which all processes share; 0: none did in this run."""


def write(path: Path, status: CanaryStatus) -> None:
    """:raises OSError: then the old one stays."""
    told = {
        "last": result_json(status.last) if status.last else None,
        "last_good_at": status.last_good_at.isoformat() if status.last_good_at else None,
        "failures": status.failures,
        "asked_ns": status.asked_ns,
    }
    write_whole(path, json.dumps(told, indent=1).encode() + b"\n", 0o640)


def read(path: Path) -> CanaryStatus | None:
    """None if there is none that can be read."""
    try:
        told: Any = json.loads(read_regular(path, MAX_BYTES))
        return CanaryStatus(
            last=result_of(told["last"]) if told["last"] else None,
            last_good_at=datetime.fromisoformat(told["last_good_at"]) if told["last_good_at"] else None,
            failures=int(told["failures"]),
            asked_ns=int(told["asked_ns"]),
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None

"""Which roster is in force, and which was refused: a file in the state folder, for the doctor and for whoever reloads.

JSON, written whole after each reading. There is nobody's number in it.
"""

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from hotline_agi.rosters.durable import write_whole
from hotline_agi.rosters.regular import read_regular
from hotline_agi.terms.json_text import json_value

NAME = "roster-status.json"
MAX_BYTES = 1024 * 1024
FIRST_PROBLEMS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class InForce:
    revision: str
    """Git's short name of the commit, with ``modified`` behind it if files differ from it; empty without git."""
    digest: str
    loaded_at: datetime
    last_good_of: str
    """When it was taken first, if it was kept aside and restored; empty for the folder's own."""
    lines: int
    volunteers: int
    warnings: int = 0
    """What was worth saying when it was taken, the weeks ahead included."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    at: datetime
    since: datetime
    """When the first of these refusals was: since then the folder and the service differ."""
    revision: str
    problems: tuple[str, ...]
    """The first ones."""
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """The last reading."""

    result: str
    began_ns: int
    """By the machine's monotonic clock, which all processes share: who asked before that is answered by it."""
    took_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    in_force: InForce | None
    refused: Refusal | None
    attempt: Attempt | None


def write(path: Path, status: Status) -> None:
    """:raises OSError: then the old one stays."""
    text = json.dumps(asdict(status), default=datetime.isoformat, ensure_ascii=False, indent=2)
    write_whole(path, text.encode("utf-8", "replace") + b"\n", 0o640)


def read(path: Path) -> Status | None:
    """The status; None if there is none that can be read."""
    try:
        told: Any = json_value(read_regular(path, MAX_BYTES))
        return Status(
            in_force=_made(InForce, told["in_force"], "loaded_at"),
            refused=_made(Refusal, told["refused"], "at", "since"),
            attempt=_made(Attempt, told["attempt"]),
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _made(kind: Any, told: dict[str, Any] | None, *instants: str) -> Any:
    if told is None:
        return None
    fields: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in told.items()}
    return kind(**fields | {name: datetime.fromisoformat(fields[name]) for name in instants})

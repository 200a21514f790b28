"""The process that reads rosters for the service: ``python -m hotline_agi.rosters.child``, with limits of its own.

A text can at worst end this process. It gets one `Request` as a line of JSON on standard input, answers with frames
(`transfer.py`) on standard output, and may then be told ``keep`` to put what it read aside as the last good roster.
"""

import ctypes
import hashlib
import json
import os
import resource
import signal
import sys
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from hotline_agi.errors import InvalidText, SetupError
from hotline_agi.planning.outlook import gaps_ahead
from hotline_agi.roster.reader import Reading, read_roster
from hotline_agi.roster.texts import pack_texts
from hotline_agi.roster.timetable import warm
from hotline_agi.rosters import contacts as contacts_file
from hotline_agi.rosters import last_good
from hotline_agi.rosters.last_good import LastGood
from hotline_agi.rosters.settled import settled
from hotline_agi.rosters.transfer import (
    MAX_TEXTS_BYTES,
    Kept,
    Origin,
    Piece,
    Refused,
    Sender,
    Texts,
    Unchanged,
    Whole,
    pieces,
)
from hotline_agi.terms.problems import Problem, Severity

MOST_PROBLEMS = 1000
"""So many errors are told, for whoever starts the service in a terminal."""
FIRST_WARNINGS = 20
MAX_REQUEST_BYTES = 64 * 1024
OOM_SCORE = 500
"""Where memory ends, this process goes before the service (which has -900 in its unit)."""
KEEP = b"keep\n"
PR_SET_PDEATHSIG = 1
"""prctl(2)"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What to read, and within which limits."""

    rosters: str
    contacts: str | None
    contacts_key: str | None
    last_good: str
    """Path of the file that was kept aside."""
    restore: bool
    """Read that file and not the folder."""
    in_force: tuple[str, str] | None
    """The digests of what the service has: if the texts are the same, they are not read again."""
    patience_s: float
    """How long to wait for a checkout to end."""
    memory_bytes: int
    cpu_s: int
    warm_days: int
    """So many days from yesterday on are worked out here and not in the service."""


def main() -> int:
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)  # the service's death is ours
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text(str(OOM_SCORE))
    out = os.dup(1)
    os.dup2(2, 1)  # nothing else gets in between the frames
    asked = json.loads(sys.stdin.buffer.readline(MAX_REQUEST_BYTES))
    request = Request(**{**asked, "in_force": tuple(asked["in_force"]) if asked["in_force"] else None})
    sender = Sender()

    def tell(told: Iterable[Piece]) -> None:
        for frame in sender.frames(iter(told)):
            rest = memoryview(frame)
            while rest:
                rest = rest[os.write(out, rest) :]

    good = _answer(request, tell)
    if good is not None and sys.stdin.buffer.readline() == KEEP:
        tell([_kept(Path(request.last_good), good)])
    return 0


def as_line(request: Request) -> bytes:
    return json.dumps(asdict(request)).encode() + b"\n"


def _answer(request: Request, tell: "Callable[[Iterable[Piece]], None]") -> LastGood | None:
    """Read and tell; returns what may be kept aside."""
    found: _Texts | None = None
    try:
        found = _texts(request)
        same = request.in_force == (found.origin.digest, found.origin.contacts_digest)
        if same and not _has_errors(found.problems):  # what cannot be read has no text, so no part in the digest
            tell([Unchanged(origin=found.origin)])
        else:
            reading = _read(request, found)
            tell(_told(reading, _ahead(reading), found))
    except InvalidText as refused:
        errors = [one for one in refused.problems if one.severity is Severity.ERROR]
        tell([_refused(found, problems=tuple(errors[:MOST_PROBLEMS]), count=len(errors))])
    except SetupError as refused:
        tell([_refused(found, sentence=str(refused))])
    except MemoryError:
        most = f"{request.memory_bytes // 1024**2} MiB of memory"
        tell([_refused(found, sentence=f"it takes more than {most} to read: is that the rosters folder?")])
    except Exception as bug:  # without the exception's own words: they may quote a text
        places = "".join(traceback.format_tb(bug.__traceback__)[-3:])
        tell([_refused(found, sentence=f"a mistake of this program, {type(bug).__name__}, while reading:\n{places}")])
    else:
        return found.good
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Texts:
    good: LastGood
    numbers: bytes | None
    """The contacts as plain text."""
    origin: Origin
    problems: tuple[Problem, ...]


def _texts(request: Request) -> _Texts:
    key = Path(request.contacts_key) if request.contacts_key else None
    if request.restore:
        good = last_good.kept(Path(request.last_good))
        if good is None:
            raise SetupError("there is no last good roster")
        problems: tuple[Problem, ...] = ()
        sign, since = "", good.taken_at.isoformat()
    else:
        path = Path(request.contacts) if request.contacts else None
        found = settled(Path(request.rosters), path, patience_s=request.patience_s)
        good = LastGood(
            files=found.files,
            contacts_name=path.name if path else "",
            contacts=found.contacts,
            revision=found.revision,
            taken_at=datetime.now(UTC),
        )
        problems, sign, since = found.problems, found.signature, ""
    return _Texts(
        good=good,
        numbers=None if good.contacts is None else contacts_file.opened(good.contacts_name, good.contacts, key),
        origin=Origin(
            digest=digest(good.files),
            contacts_digest=digest({good.contacts_name: good.contacts} if good.contacts is not None else {}),
            revision=good.revision,
            signature=sign,
            last_good_of=since,
        ),
        problems=problems,
    )


def digest(files: Mapping[str, bytes]) -> str:
    """32 hexadecimal digits that are others whenever a name or a text is."""
    told = hashlib.sha256()
    for name, text in sorted(files.items()):
        told.update(f"{len(name)} {len(text)} {name}\n".encode())
        told.update(text)
    return told.hexdigest()[:32]


def _read(request: Request, found: _Texts) -> Reading:
    """The roster, worked out for the coming days, within the limits.

    :raises InvalidText: with what is wrong.
    """
    # Only from here on: a tool that decrypts (age is written in Go) claims far more address space than it uses.
    resource.setrlimit(resource.RLIMIT_AS, (request.memory_bytes, request.memory_bytes))
    used_s = sum(resource.getrusage(resource.RUSAGE_SELF)[:2])
    resource.setrlimit(resource.RLIMIT_CPU, (int(used_s) + request.cpu_s, int(used_s) + request.cpu_s + 1))
    name = found.good.contacts_name or "contacts.yaml"
    try:
        reading = read_roster(found.good.files, found.numbers, contacts_file=name)
    except InvalidText as refused:
        raise InvalidText([*refused.problems, *found.problems]) from None
    if _has_errors(found.problems):
        raise InvalidText([*reading.warnings, *found.problems])
    yesterday = datetime.now(UTC) - timedelta(days=1)
    for line in reading.roster.lines.values():
        warm(line, yesterday, yesterday + timedelta(days=request.warm_days))
    return reading


def _has_errors(problems: Iterable[Problem]) -> bool:
    return any(one.severity is Severity.ERROR for one in problems)


def _ahead(reading: Reading) -> list[str]:
    """Which hours of the coming days lack people. A mistake of ours in telling that is no reason to refuse a roster."""
    try:
        return [str(one) for one in gaps_ahead(reading.roster, datetime.now(UTC))]
    except Exception as bug:
        return [f"the coming days could not be looked at: {type(bug).__name__}"]


def _told(reading: Reading, ahead: list[str], found: _Texts) -> Iterator[Piece]:
    yield from pieces(reading.roster)
    texts = pack_texts(found.good.files)
    yield Texts(packed=texts if len(texts) <= MAX_TEXTS_BYTES else b"")
    warnings = [*ahead, *map(str, reading.warnings)]
    yield Whole(
        origin=found.origin,
        warnings=tuple(warnings[:FIRST_WARNINGS]),
        warning_count=len(warnings),
        notes=reading.notes,
    )


def _refused(found: _Texts | None, **why: Any) -> Refused:
    if found is None:
        return Refused(**why)
    return Refused(revision=found.origin.revision, signature=found.origin.signature, **why)


def _kept(path: Path, good: LastGood) -> Kept:
    """Put it aside, unless the same lies there already."""
    try:
        with suppress(SetupError):  # a damaged one is replaced
            before = last_good.kept(path)
            if before is not None and _same(before, good):
                return Kept()
        last_good.keep(path, good)
    except OSError as error:
        return Kept(trouble=error.strerror or type(error).__name__)
    return Kept()


def _same(one: LastGood, other: LastGood) -> bool:
    return (one.files, one.contacts_name, one.contacts) == (other.files, other.contacts_name, other.contacts)


if __name__ == "__main__":
    sys.exit(main())

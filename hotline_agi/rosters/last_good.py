"""The last good roster, kept aside in the state folder: the very files that were read, in one file that proves itself.

    hotline last good roster 1
    SHA-256 of all that follows
    {"revision": …, "taken_at": …, "contacts": [name, length], "files": [[path, length], …]}
    the texts, one after the other

Encrypted contacts are kept encrypted.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from hotline_agi.errors import SetupError
from hotline_agi.roster.model import Roster
from hotline_agi.roster.reader import read_roster
from hotline_agi.rosters.durable import write_whole
from hotline_agi.rosters.folder import MAX_FILES, MAX_TOTAL_BYTES
from hotline_agi.rosters.regular import read_regular

NAME = "last-good-roster"
FIRST_LINE = b"hotline last good roster 1"
MAX_BYTES = MAX_TOTAL_BYTES + 8 * 1024 * 1024
"""The texts, the contacts and the table of both."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LastGood:
    files: Mapping[str, bytes]
    contacts_name: str
    contacts: bytes | None
    revision: str
    taken_at: datetime


def keep(path: Path, good: LastGood) -> None:
    """Put it aside, readable by this user alone: there are numbers in it.

    :raises OSError: if the disk does not take it; then what was there stays.
    """
    files = sorted(good.files.items())
    table = {
        "revision": good.revision,
        "taken_at": good.taken_at.isoformat(),
        "contacts": None if good.contacts is None else [good.contacts_name, len(good.contacts)],
        "files": [[name, len(text)] for name, text in files],
    }
    body = b"\n".join((json.dumps(table, ensure_ascii=True).encode(), b"".join(text for _, text in files)))
    body += good.contacts or b""
    write_whole(path, b"\n".join((FIRST_LINE, hashlib.sha256(body).hexdigest().encode(), body)), 0o600)


def kept(path: Path) -> LastGood | None:
    """What was kept aside; None if nothing ever was.

    :raises SetupError: if it cannot be read, or is not whole.
    """
    try:
        content = read_regular(path, MAX_BYTES + 1)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise SetupError(f"cannot read the last good roster {path} ({error.strerror})") from error
    first, _, rest = content.partition(b"\n")
    told, _, body = rest.partition(b"\n")
    if first != FIRST_LINE or hashlib.sha256(body).hexdigest().encode() != told:
        raise SetupError(f"the last good roster {path} is damaged and is not used: delete it, and mend the rosters")
    table, _, texts = body.partition(b"\n")
    return _unpacked(path, json.loads(table), texts)


def roster_of(path: Path) -> Roster | None:
    """The roster that was kept aside, without people's numbers; None if nothing ever was.

    :raises SetupError: if it cannot be read; `InvalidText` if another version of this program took it for good.
    """
    good = kept(path)
    return read_roster(good.files).roster if good is not None else None


def _unpacked(path: Path, table: Any, texts: bytes) -> LastGood:
    files: dict[str, bytes] = {}
    start = 0
    for name, length in table["files"][: MAX_FILES + 1]:
        files[name] = texts[start : start + length]
        start += length
    name, length = table["contacts"] or ("", 0)
    if start + length != len(texts):
        raise SetupError(f"the last good roster {path} is of another version and is not used: delete it")
    return LastGood(
        files=files,
        contacts_name=name,
        contacts=texts[start:] if table["contacts"] else None,
        revision=table["revision"],
        taken_at=datetime.fromisoformat(table["taken_at"]),
    )

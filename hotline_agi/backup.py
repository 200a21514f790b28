"""A backup: one tar file with all that a hotline needs to go on elsewhere, taken while the service runs.

    MANIFEST.json       when, by which program, and of each file its size and SHA-256
    journal.sqlite      one state of it; journal.sqlite.spool, if records wait there
    caller-key          without it flags and repeated calls mean nobody; with it numbers can be tried
    last-good-roster    with contacts, as they lay there
    messages/*.wav      with `messages` only: callers' recordings that are not encrypted
    recordings/*/*.age  likewise: messages and recorded talks, encrypted as they lie there; their key is not in it

Whoever has it has callers' and volunteers' numbers: it is made for its owner alone, and belongs where secrets do.
"""

import hashlib
import io
import json
import os
import secrets
import shutil
import tarfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from importlib import metadata
from pathlib import Path, PurePosixPath
from typing import IO, Any

from hotline_agi.archive import Kind
from hotline_agi.errors import SetupError
from hotline_agi.rosters import last_good, presence
from hotline_agi.settings import Settings
from hotline_agi.store.copying import checked, copy
from hotline_agi.store.dialect import Trouble, said
from hotline_agi.store.names import JOURNAL, KEY, SPOOL_SUFFIX
from hotline_agi.store.opening import connect

MANIFEST = "MANIFEST.json"
MESSAGES, SEALED = "messages", "recordings"
FORMAT = 1
MAX_MANIFEST_BYTES = 64 * 1024 * 1024
STATE_FILES = (JOURNAL, JOURNAL + SPOOL_SUFFIX, KEY, last_good.NAME)
LEFT_S = 86_400.0
_WORKSHOP = ".hotline-backup-"
_CHUNK_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """What a backup holds."""

    taken_at: datetime
    program: str
    rows: dict[str, int]
    """Of the journal, by table."""
    files: dict[str, tuple[int, str]]
    """Name in the tar → size and SHA-256."""


def back_up(settings: Settings, target: Path, now: datetime, *, messages: bool) -> Contents:
    """Make the file `target`, whole and read back, or nothing. Blocks on disk; needs the journal's size twice there.

    :param messages: callers' recordings, too.
    :raises SetupError: if there is such a file, or something of it cannot be read, written or verified.
    """
    if target.exists():
        raise SetupError(f"there is a file {target} already, and no backup is overwritten: name another one")
    if not target.parent.is_dir():
        raise SetupError(f"there is no folder {target.parent}: make it, readable by few")
    try:
        with _workshop(target.parent) as workshop:
            journal = workshop / JOURNAL
            rows = copy(settings.state / JOURNAL, journal)
            sources = dict(_sources(settings, journal, messages=messages))
            tar = workshop / "tar"
            told = Contents(taken_at=now, program=_program(), rows=rows, files=_pack(tar, sources, now, rows))
            if read(tar) != told:
                raise SetupError(f"what was read back differs from what was written: is the disk of {target} well?")
            _publish(tar, target)
    except OSError as error:
        raise SetupError(f"the backup {target} cannot be made ({error.strerror}: {error.filename})") from error
    return told


def _sources(settings: Settings, journal: Path, *, messages: bool) -> Iterator[tuple[str, Path]]:
    yield JOURNAL, journal
    for name in STATE_FILES[1:]:
        if (settings.state / name).is_file() and (settings.state / name).stat().st_size:
            yield name, settings.state / name
    if messages:
        for one in sorted(settings.messages.glob("*.wav")):
            if one.is_file() and not one.is_symlink():
                yield f"{MESSAGES}/{one.name}", one
        for kind in Kind:
            for one in sorted(settings.archive.sealed(kind).glob("*.wav.age")):
                if one.is_file() and not one.is_symlink():
                    yield f"{SEALED}/{kind}/{one.name}", one


@contextmanager
def _workshop(folder: Path) -> Iterator[Path]:
    """A folder beside the target, so that the last step is a rename; for its owner alone."""
    for left in folder.glob(f"{_WORKSHOP}*"):  # by one that was killed: there are numbers in it
        with suppress(OSError):
            if time.time() - left.stat().st_mtime > LEFT_S:
                shutil.rmtree(left)
    made = folder / f"{_WORKSHOP}{secrets.token_hex(6)}"
    made.mkdir(mode=0o700)
    try:
        yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)


def _pack(tar: Path, sources: dict[str, Path], now: datetime, rows: dict[str, int]) -> dict[str, tuple[int, str]]:
    """Write the tar; a recording that grows meanwhile is taken as long as it was, one that is purged is left out."""
    files: dict[str, tuple[int, str]] = {}
    descriptor = os.open(tar, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(descriptor, "wb") as out:
        with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as archive:
            for name, source in sources.items():
                try:
                    file = source.open("rb")
                except FileNotFoundError:
                    if is_recording(name):
                        continue
                    raise
                with file:
                    files[name] = _add(archive, name, file, os.fstat(file.fileno()).st_size, now)
            manifest = {"format": FORMAT, "taken_at": now.isoformat(), "program": _program(), "rows": rows}
            told = json.dumps({**manifest, "files": files}, indent=1).encode()
            _add(archive, MANIFEST, io.BytesIO(told), len(told), now)
        out.flush()
        os.fsync(out.fileno())
    return files


def _add(archive: tarfile.TarFile, name: str, file: IO[bytes], size: int, now: datetime) -> tuple[int, str]:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode, entry.mtime = size, 0o600, int(now.timestamp())
    hashed = _Hashed(file)
    archive.addfile(entry, hashed)
    return size, hashed.digest.hexdigest()


class _Hashed(io.RawIOBase):
    """A file that is read, and what its octets amount to."""

    def __init__(self, file: IO[bytes]) -> None:
        super().__init__()
        self._file = file
        self.digest = hashlib.sha256()

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1, /) -> bytes:
        octets = self._file.read(size)
        self.digest.update(octets)
        return octets


def _publish(made: Path, target: Path) -> None:
    """Give it its name, unless somebody else was faster."""
    try:
        os.link(made, target)
    except FileExistsError:
        raise SetupError(f"somebody made {target} meanwhile: name another file") from None
    folder = os.open(target.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def read(path: Path) -> Contents:
    """What is in the backup at `path`, every octet of it verified.

    :raises SetupError: if it is none, or damaged.
    """
    return _unpack(path, None)


def _unpack(path: Path, into: Path | None) -> Contents:
    """Verify all; with `into`, also write the files there, by the last part of their names (recordings in a folder)."""
    found: dict[str, tuple[int, str]] = {}
    manifest = b""
    try:
        with tarfile.open(path, mode="r:") as archive:
            for entry in archive:
                file = archive.extractfile(entry) if entry.isreg() and _is_ours(entry.name) else None
                if file is None:
                    raise SetupError(f"{path} is no backup of a hotline: there is {entry.name!r} in it")
                if entry.name == MANIFEST:
                    manifest = file.read(MAX_MANIFEST_BYTES)
                else:
                    found[entry.name] = _taken(file, into / entry.name if into else None)
        told: Any = json.loads(manifest)
        if told["format"] != FORMAT:
            raise SetupError(f"{path} is a backup of another version of this program: use that")
        contents = Contents(
            taken_at=datetime.fromisoformat(told["taken_at"]),
            program=told["program"],
            rows=told["rows"],
            files={name: (size, digest) for name, (size, digest) in told["files"].items()},
        )
    except (tarfile.TarError, EOFError, ValueError, KeyError, TypeError) as error:
        raise SetupError(f"{path} is no whole backup of a hotline: take another one") from error
    if found != contents.files:
        wrong = sorted(name for name in {*found, *contents.files} if found.get(name) != contents.files.get(name))
        raise SetupError(f"the backup {path} is damaged ({', '.join(wrong[:3])}): take another one")
    return contents


def _is_ours(name: str) -> bool:
    """No other name is ever written to: nothing of a tar leads out of its folder."""
    parts = PurePosixPath(name).parts
    is_clear = len(parts) == 2 and parts[0] == MESSAGES and parts[1].endswith(".wav") and parts[1][0] != "."
    is_sealed = len(parts) == 3 and parts[0] == SEALED and parts[1] in set(Kind)
    is_sealed = is_sealed and parts[2].endswith(".wav.age") and parts[2][0] != "."
    return name in (*STATE_FILES, MANIFEST) or ((is_clear or is_sealed) and name == "/".join(parts))


def is_recording(name: str) -> bool:
    """Whether a name in a backup is that of a recording."""
    return name.startswith((f"{MESSAGES}/", f"{SEALED}/"))


def _taken(file: IO[bytes], target: Path | None) -> tuple[int, str]:
    digest, size = hashlib.sha256(), 0
    out: IO[bytes] | None = None
    if target is not None:
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        out = os.fdopen(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb")
    try:
        while octets := file.read(_CHUNK_BYTES):
            digest.update(octets)
            size += len(octets)
            if out is not None:
                out.write(octets)
        if out is not None:
            out.flush()
            os.fsync(out.fileno())
    finally:
        if out is not None:
            out.close()
    return size, digest.hexdigest()


def restore(settings: Settings, path: Path) -> Contents:
    """Put what is in the backup at `path` where the settings say, all of it or nothing. Overwrites nothing.

    :raises SetupError: if a service runs, something lies there already, or the backup is none, or damaged.
    """
    state = settings.state
    state.mkdir(mode=0o700, parents=True, exist_ok=True)
    if presence.runs(state):
        raise SetupError("a service runs with this state folder: stop it first")
    there = [name for name in STATE_FILES if (state / name).exists()]
    if there:
        raise SetupError(f"there is {', '.join(there)} in {state} already: move it away first, nothing is overwritten")
    try:
        with _workshop(state) as workshop:
            contents = _unpack(path, workshop)
            connect(workshop / JOURNAL, busy_s=1.0).close()  # an older version's is migrated here and not in place
            found = checked(workshop / JOURNAL)
            rows = {name: found.get(name) for name in contents.rows}
            if rows != contents.rows:
                raise SetupError(f"the journal in {path} has {rows}, not {contents.rows}: take another backup")
            for one in sorted((workshop / MESSAGES).glob("*.wav")):
                settings.messages.mkdir(parents=True, exist_ok=True)
                if not (settings.messages / one.name).exists():
                    shutil.move(_owned(one, settings.messages), settings.messages / one.name)
            for kind in Kind:
                _restore_sealed(workshop / SEALED / kind, settings.archive.sealed(kind), state)
            for name in reversed(STATE_FILES):  # the journal last: without it nothing counts as restored
                if name in contents.files:
                    _owned(workshop / name, state).replace(state / name)
    except OSError as error:
        raise SetupError(f"{path} cannot be restored ({error.strerror}: {error.filename})") from error
    except Trouble as error:
        raise SetupError(f"the journal in {path} cannot be used ({said(error)}): take another backup") from error
    return contents


def _restore_sealed(found: Path, target: Path, state: Path) -> None:
    for one in sorted(found.glob("*.wav.age")):
        for folder in (target.parent, target):
            if not folder.is_dir():
                folder.mkdir(mode=0o700, parents=True)
                _owned(folder, state)
        if not (target / one.name).exists():
            shutil.move(_owned(one, target), target / one.name)


def _owned(file: Path, folder: Path) -> Path:
    """Root restores for whoever owns the folder."""
    if os.geteuid() == 0:
        owner = folder.stat()
        os.chown(file, owner.st_uid, owner.st_gid)
    return file


def _program() -> str:
    try:
        return metadata.version("hotline_agi")
    except metadata.PackageNotFoundError:  # run from a folder that was not installed
        return "unknown"

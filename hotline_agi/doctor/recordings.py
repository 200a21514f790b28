"""Whether recordings are encrypted, and could be: keys, folders, the program age, what lies in the clear."""

import os
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path

from hotline_agi import sealing
from hotline_agi.archive import Kind
from hotline_agi.doctor.check import Check, failed, ok, warning
from hotline_agi.errors import SetupError
from hotline_agi.roster.model import RecordTalks, Roster
from hotline_agi.settings import Settings
from hotline_agi.table import counted

NAME = "recordings"


def look_at_recordings(settings: Settings, roster: Roster | None) -> Iterator[Check]:
    """Blocks on disk, and runs age once."""
    wanted = [line.id for line in roster.lines.values() if line.recording.talks is not RecordTalks.NO] if roster else []
    if not settings.recordings.seals:
        yield from _without_keys(settings, wanted)
        return
    try:
        keys = settings.recordings.keys()
    except SetupError as error:
        yield failed(NAME, str(error), "mend it: until then recordings lie in the clear, and no talk is recorded")
        return
    trouble = sealing.try_out(keys) if keys else "nobody is named for whom they are encrypted"
    if trouble is not None:
        yield failed(NAME, f"they cannot be encrypted: {trouble}", "mend `recordings.recipients`, or install age")
    else:
        yield ok(NAME, f"encrypted for {counted(len(keys), 'key')}")
    yield from _look_at_identity(settings, keys)
    yield from _look_at_clear(settings)
    yield from _look_at_talks(settings, wanted)


def _without_keys(settings: Settings, wanted: Sequence[str]) -> Iterator[Check]:
    remedy = "`hotline recordings keygen` makes a key: its public half into `recordings: {recipients: […]}`"
    lie = sum(1 for _ in settings.archive.listed(Kind.MESSAGE))
    yield warning(
        NAME, f"messages are not encrypted: {counted(lie, 'message')} can be heard by whoever has the disk", remedy
    )
    if wanted:
        yield failed("recording of talks", f"{', '.join(wanted)} would record talks, and none is recorded", remedy)


def _look_at_identity(settings: Settings, keys: tuple[str, ...]) -> Iterator[Check]:
    identity, name = settings.recordings.identity_file, "key of recordings"
    if identity is None:
        yield ok(name, "not on this machine: `hotline recordings export --identity` brings it along")
        return
    try:
        own = sealing.recipient_of(identity)
    except SetupError as error:
        yield failed(name, str(error), "name the file that `hotline recordings keygen` made, readable by the service")
        return
    if own not in keys:
        remedy = "add the key that `age-keygen -y` shows for it to `recordings.recipients`, or name the right file"
        yield failed(name, f"{identity} opens nothing of what is recorded now", remedy)
    elif identity.stat().st_mode & stat.S_IRWXO:
        yield failed(name, f"every user of this machine can read {identity}", f"chmod o= {identity}")
    else:
        yield ok(name, f"{identity}; who takes this disk has it too, unless systemd keeps it encrypted")


def _look_at_clear(settings: Settings) -> Iterator[Check]:
    """What is not encrypted, though it should be."""
    lie = [one for one in settings.archive.listed(Kind.MESSAGE) if not one.is_sealed]
    if lie:
        remedy = "the service encrypts them within seconds: see `recordings` in its log"
        yield warning("messages", f"{counted(len(lie), 'message')} in the clear in {settings.messages}", remedy)


def _look_at_talks(settings: Settings, wanted: Sequence[str]) -> Iterator[Check]:
    talks, name = settings.recordings.talks, "recording of talks"
    if talks is None:
        if wanted:
            remedy = "`recordings.talks` in the settings and HOTLINE_TALKS in site/globals.conf: the same folder"
            yield failed(name, f"{', '.join(wanted)} would record talks, and no folder is named", remedy)
        return
    if not talks.is_dir() or not os.access(talks, os.R_OK | os.W_OK | os.X_OK):
        remedy = f"install -d -o asterisk -g hotline -m 2770 {talks} (systemd/tmpfiles.d/hotline.conf does it at boot)"
        yield failed(name, f"{talks} is not there, or cannot be written by this user", remedy)
    elif not _is_in_memory(talks):
        remedy = "a folder in memory keeps them off the disk: systemd/tmpfiles.d/hotline.conf"
        yield warning(name, f"{talks} is on a disk: talks lie there in the clear while they last", remedy)
    else:
        yield ok(name, f"{talks}, in memory")


def _is_in_memory(folder: Path) -> bool:
    """Whether a folder is on a tmpfs (proc(5), mounts); False where that cannot be told."""
    try:
        mounts = [line.split() for line in Path("/proc/self/mounts").read_text().splitlines()]
        place = folder.resolve()
        over = [row for row in mounts if len(row) > 2 and place.is_relative_to(row[1])]
        return max(over, key=lambda row: len(row[1]))[2] == "tmpfs"
    except (OSError, ValueError):
        return False

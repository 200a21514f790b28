"""Recordings on disk: in the clear where Asterisk wrote them, or encrypted in the archive.

    kind      in the clear            encrypted
    MESSAGE   messages/NAME.wav       FOLDER/messages/NAME.wav.age
    TALK      talks/NAME.wav          FOLDER/talks/NAME.wav.age

The journal knows a recording by ``NAME.wav``; whether it is encrypted is seen here.
"""

import contextlib
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

from hotline_agi import sealing
from hotline_agi.errors import HotlineError, SetupError
from hotline_agi.recording_settings import RecordingSettings
from hotline_agi.retention import Shelves
from hotline_agi.sealing import PART, SUFFIX, SealingFailed

WAV_HEADER_BYTES, WAV_BYTES_PER_S = 44, 16_000
"""8 kHz, mono, 16 bit: what Asterisk's format `wav` is."""
FOLDER_NAME = "recordings"
PLAYING_NAME = "playing"


class Kind(StrEnum):
    """What was recorded; the values are folders of the archive."""

    MESSAGE = "messages"
    TALK = "talks"


class NotStored(HotlineError):
    """There is no such recording on disk (any more)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """One recording on disk."""

    kind: Kind
    file: str
    """``NAME.wav``, as in the journal."""
    path: Path
    is_sealed: bool

    @property
    def recorded_at(self) -> datetime:
        """By the name, which begins with seconds since 1970."""
        return datetime.fromtimestamp(int(self.file.partition("_")[0]), UTC)

    @property
    def call(self) -> str:
        return Path(self.file).stem.split("_", 2)[2]

    @property
    def did(self) -> str:
        """Digits of the dialled number."""
        return self.file.split("_")[1]

    def length_s(self) -> float:
        """By the number of octets, without any key.

        :raises SealingFailed: if the file cannot be read, or is none of ours.
        """
        octets = sealing.payload_bytes(self.path) if self.is_sealed else self.path.stat().st_size
        return round(max(0, octets - WAV_HEADER_BYTES) / WAV_BYTES_PER_S, 2)


class Archive:
    """All folders of recordings. Everything here blocks on disk."""

    def __init__(self, settings: RecordingSettings, *, messages: Path, state: Path) -> None:
        self._settings = settings
        self.folder = settings.folder or state / FOLDER_NAME
        self.playing = settings.playing or messages / PLAYING_NAME
        self.clear: dict[Kind, Path] = {Kind.MESSAGE: messages}
        if settings.talks is not None:
            self.clear[Kind.TALK] = settings.talks

    @property
    def seals(self) -> bool:
        return self._settings.seals

    @property
    def shelves(self) -> Shelves:
        """For who purges."""
        return Shelves(
            talks=self.clear.get(Kind.TALK),
            sealed_talks=self.sealed(Kind.TALK),
            sealed_messages=self.sealed(Kind.MESSAGE),
        )

    @property
    def watched(self) -> dict[str, Path]:
        """Folders whose disks must have room, by name."""
        found = {"talks": self.clear[Kind.TALK]} if Kind.TALK in self.clear else {}
        return found | ({"recordings": self.folder} if self.seals else {})

    def sealed(self, kind: Kind) -> Path:
        """Folder of the encrypted ones."""
        return self.folder / kind.value

    def find(self, kind: Kind, file: str) -> Stored:
        """Where ``NAME.wav`` lies.

        :raises NotStored: nowhere.
        """
        name = Path(file).name
        sealed = self.sealed(kind) / f"{name}{SUFFIX}"
        if sealed.is_file():
            return Stored(kind=kind, file=name, path=sealed, is_sealed=True)
        clear = self.clear.get(kind)
        if clear is not None and (clear / name).is_file():
            return Stored(kind=kind, file=name, path=clear / name, is_sealed=False)
        raise NotStored(f"the recording {name} is not on disk (any more)")

    def listed(self, kind: Kind) -> Iterator[Stored]:
        """All of a kind; one that lies there in both ways, because its encryption was cut off, comes twice."""
        for path in sorted(self.sealed(kind).glob(f"*.wav{SUFFIX}")):
            yield Stored(kind=kind, file=path.name.removesuffix(SUFFIX), path=path, is_sealed=True)
        clear = self.clear.get(kind)
        for path in sorted(clear.glob("*.wav")) if clear is not None else ():
            yield Stored(kind=kind, file=path.name, path=path, is_sealed=False)

    def prepare(self) -> None:
        """Make the archive's folders, for this user alone, and remove halves of an encryption that was cut off.

        :raises OSError: if they cannot be made.
        """
        if not self.seals:
            return
        for kind in Kind:
            self.sealed(kind).mkdir(mode=0o700, parents=True, exist_ok=True)
            for part in self.sealed(kind).glob(f".*{PART}"):
                part.unlink(missing_ok=True)

    def seal(self, kind: Kind, file: str) -> None:
        """Encrypt ``NAME.wav`` if it lies in the clear; what was begun before is brought to its end.

        :raises SealingFailed: the clear file is still there.
        """
        clear = self.clear[kind] / Path(file).name
        if not clear.is_file():
            return
        try:
            keys = self._settings.keys()
        except SetupError as error:
            raise SealingFailed(str(error)) from error
        if not keys:
            raise SealingFailed("nobody is named for whom recordings are encrypted")
        sealing.seal(clear, self.sealed(kind) / f"{clear.name}{SUFFIX}", keys)

    def remove(self, kind: Kind, file: str) -> bool:
        """Remove a recording, both ways; whether there was one.

        :raises SealingFailed: if it cannot be.
        """
        name, found = Path(file).name, False
        clear = self.clear.get(kind)
        if clear is not None and (clear / name).exists():
            found = True
            sealing.shred(clear / name)
        sealed = self.sealed(kind) / f"{name}{SUFFIX}"
        if sealed.exists():
            found = True
            try:
                sealed.unlink(missing_ok=True)
            except OSError as error:
                raise SealingFailed(f"{sealed} cannot be removed ({error.strerror})") from error
        return found

    def of_call(self, kind: Kind, call: str) -> list[str]:
        """The names of what was recorded of a call."""
        return [one.file for one in self.listed(kind) if one.file.endswith(f"_{call}.wav")]

    def open_to(self, stored: Stored, target: Path, *, mode: int = 0o600) -> None:
        """Write the sound of a recording into the new file `target`.

        :raises SealingFailed: if that cannot be done; then there is no `target`.
        """
        if stored.is_sealed:
            identity = self._settings.identity_file
            if identity is None:
                raise SealingFailed(
                    "no private key is named: set `recordings.identity_file` in the settings, or give --identity"
                )
            sealing.unseal(stored.path, target, identity, mode=mode)
            return
        try:
            with stored.path.open("rb") as source, sealing.made(target, mode) as out:
                shutil.copyfileobj(source, out)
        except OSError as error:
            with contextlib.suppress(OSError):
                target.unlink(missing_ok=True)
            raise SealingFailed(f"{stored.file} cannot be copied to {target} ({error.strerror})") from error

    def forget_played(self) -> None:
        """Remove what an earlier run decrypted for playing."""
        for left in self.playing.glob("*.wav"):
            with contextlib.suppress(SealingFailed):
                sealing.shred(left)

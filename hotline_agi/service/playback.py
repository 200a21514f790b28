"""A recording that somebody may hear by telephone, as a file that Asterisk can play.

    prepare() ─► who hears it is on disk ─► decrypted into `Archive.playing` ─► Asterisk plays ─► done(): gone

What a crash leaves there is removed at the next start, and whatever lies there for longer than any call in between.
"""

import asyncio
import secrets
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from hotline_agi import sealing
from hotline_agi.archive import Archive, Kind, NotStored
from hotline_agi.errors import HotlineError
from hotline_agi.log import logger
from hotline_agi.sealing import SealingFailed
from hotline_agi.store import recordings as rows
from hotline_agi.terms.ids import CallId, VolunteerId

PREPARE_TIMEOUT_S = 2.2
"""Below the 3 s guard of the question whose answer waits for it."""
MOST_AT_ONCE = 32
LIE_S = 900.0
"""Longer than a message can be heard, again and again, in one call to the menu."""
TIDY_EVERY_S = 60.0
BY_TELEPHONE = "heard by telephone"


@dataclass(frozen=True, slots=True)
class Played:
    """What Asterisk can play."""

    path: Path
    """Without the ending: ``Playback(PATH)``."""
    is_temporary: bool
    """A decrypted copy: give it back with `Playback.done`."""


class CannotPlay(HotlineError):
    """The recording cannot be heard now; the message says why."""


class Playback:
    """Keep `run` running."""

    def __init__(self, archive: Archive, journal_path: Path, *, own_group: bool = True) -> None:
        """:param own_group: the folder of what is played belongs to Asterisk's group (`recordings.playing`); else its
        parent, the folder of messages, keeps everybody else out."""
        self._archive, self._journal_path = archive, journal_path
        self._mode = 0o640 if own_group else 0o644
        self._open: dict[Path, float] = {}

    async def prepare(self, kind: Kind, call: CallId, file: str, *, who: VolunteerId) -> Played:
        """Note that `who` hears the recording ``NAME.wav`` of `call`, then make it playable.

        :raises CannotPlay: if it cannot be noted, is not there, or cannot be decrypted in time; nobody hears it then.
        """
        if len(self._open) >= MOST_AT_ONCE:
            raise CannotPlay("too many recordings are being heard at once")
        work = partial(self._make, kind, call, file, who)
        try:
            async with asyncio.timeout(PREPARE_TIMEOUT_S):
                played = await asyncio.to_thread(work)
        except TimeoutError:
            raise CannotPlay("it took too long to decrypt the recording, or to note who hears it") from None
        except (HotlineError, OSError) as error:
            raise CannotPlay(str(error)) from error
        if played.is_temporary:
            self._open[played.path] = time.monotonic()
        return played

    async def done(self, played: Played) -> None:
        """Nobody hears it any more: a decrypted copy is overwritten and removed. Never raises."""
        if played.is_temporary and self._open.pop(played.path, None) is not None:
            await asyncio.to_thread(_forget, played.path)

    def _make(self, kind: Kind, call: CallId, file: str, who: VolunteerId) -> Played:
        stored = self._archive.find(kind, file)
        if stored.call != call:
            raise NotStored(f"the recording {stored.file} is of another call")
        said = "message" if kind is Kind.MESSAGE else "talk"
        now = datetime.now(UTC)
        rows.heard(self._journal_path, now, who=who, how=BY_TELEPHONE, kind=said, call=call, file=stored.file)
        if not stored.is_sealed:
            return Played(stored.path.with_suffix(""), is_temporary=False)
        folder = self._archive.playing
        if not folder.is_dir():
            folder.mkdir(parents=True, exist_ok=True)
            folder.chmod(0o711)
        target = folder / f"{secrets.token_hex(8)}.wav"
        self._archive.open_to(stored, target, mode=self._mode)
        return Played(target.with_suffix(""), is_temporary=True)

    async def run(self) -> None:
        """Remove what was left. Never ends by itself."""
        await asyncio.to_thread(self._archive.forget_played)
        while True:
            await asyncio.sleep(TIDY_EVERY_S)
            try:
                await asyncio.to_thread(self._tidy)
            except OSError as error:
                logger.warning("the folder of what is played cannot be looked at", trouble=error.strerror)

    def _tidy(self) -> None:
        """What a preparation left that ended too late, and what nobody gave back."""
        now_s = time.monotonic()
        for path in [path for path, since_s in self._open.items() if now_s - since_s > LIE_S]:
            del self._open[path]
        before = time.time() - LIE_S
        for left in self._archive.playing.glob("*.wav"):
            if left.stat().st_mtime < before:
                _forget(left.with_suffix(""))


def _forget(path: Path) -> None:
    try:
        sealing.shred(path.with_suffix(".wav"))
    except SealingFailed as error:
        logger.error("what was played is not removed", trouble=str(error))

"""Where the recordings of notes lie: the one place that knows. Encrypted as callers' messages are, if those are."""

import asyncio
from collections.abc import Callable, Coroutine, Iterable
from pathlib import Path

from hotline_agi.archive import Archive, Kind
from hotline_agi.asterisk import notes as on_disk
from hotline_agi.log import logger
from hotline_agi.sealing import SealingFailed
from hotline_agi.service.playback import CannotPlay, Playback, Played

HEARD_S = 180.0
"""A note of a minute, heard twice, with the sentences around it."""


class NoteFiles:
    """Notes in the clear, in the folder where Asterisk wrote them, or in the archive."""

    def __init__(
        self, archive: Archive, playback: Playback, *, chore: Callable[[Coroutine[None, None, None]], None]
    ) -> None:
        """`chore` owns what takes its time."""
        self.folder = archive.clear[Kind.NOTE]
        self._archive, self._playback, self._chore = archive, playback, chore
        self._troubled = False

    def put_away(self, known: Iterable[str]) -> None:
        """Encrypt those of the notes ``NAME.wav``, which the journal knows, that lie in the clear. Blocks on disk.

        :raises OSError: if the folder cannot be looked at.
        """
        if not self._archive.seals:
            return
        known = frozenset(known)
        self._archive.sealed(Kind.NOTE).mkdir(mode=0o700, parents=True, exist_ok=True)
        self._archive.forget_halves(Kind.NOTE)
        for path in sorted(self.folder.glob(f"{on_disk.PREFIX}*.wav")):
            if path.name not in known:
                continue
            try:
                self._archive.seal(Kind.NOTE, path.name)
                self._troubled = False
            except SealingFailed as error:  # one that fails does not hide the others, and is tried again
                if not self._troubled:
                    logger.error("a note is not encrypted", trouble=str(error))
                self._troubled = True

    async def playable(self, name: str) -> Path:
        """What Asterisk plays: a path without the ending; a decrypted copy is gone after `HEARD_S`.

        :raises CannotPlay: if there is no such recording, or it cannot be decrypted in time.
        """
        if not on_disk.is_note(name):
            raise CannotPlay("no note is called so")
        played = await self._playback.prepare_note(f"{name}.wav")
        if played.is_temporary:
            self._chore(self._forget(played))
        return played.path.absolute()

    async def _forget(self, played: Played) -> None:
        try:
            await asyncio.sleep(HEARD_S)
        finally:
            await self._playback.done(played)

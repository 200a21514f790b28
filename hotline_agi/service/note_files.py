"""Where the recordings of notes lie: the one place that knows, so that what encrypts recordings covers notes too."""

import asyncio
from pathlib import Path

from hotline_agi.asterisk import notes as on_disk
from hotline_agi.errors import HotlineError
from hotline_agi.terms.ids import VolunteerId


class NoteIsGone(HotlineError):
    """The recording is not on disk (any more)."""


class NoteFiles:
    """In the clear, in the folder where Asterisk wrote them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def kept(self, name: str) -> None:
        """A note is kept and in the journal: what is to be done with its recording may be done from now on."""

    async def playable(self, name: str, _who: VolunteerId) -> Path:
        """What Asterisk plays to somebody: a path without the ending. (Who heard it is in the journal already.)

        :raises NoteIsGone: if there is no such recording.
        """
        path = self.folder / f"{name}.wav"
        if not on_disk.is_note(name) or not await asyncio.to_thread(path.is_file):
            raise NoteIsGone("the recording of a note is not on disk (any more)")
        return path.resolve().with_suffix("")

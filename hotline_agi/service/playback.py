"""Recordings that somebody listens to by telephone: made playable for Asterisk, and no longer than they are heard.

What a recording needs to be played (where it lies, how it is kept) is known here alone.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def playable(folder: Path, file: str) -> Iterator[str]:
    """A recording as the dialplan plays it: a name below `HOTLINE_MESSAGES`, without its ending. Blocks on disk.

    :param folder: of callers' messages.
    :param file: its name there, as the journal has it.
    :raises FileNotFoundError: if it is not there (any more).
    """
    path = folder / file
    if path.parent != folder or not path.is_file():
        raise FileNotFoundError(file)
    yield path.stem

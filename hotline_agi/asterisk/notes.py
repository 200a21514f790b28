"""Volunteers' spoken notes on disk, as Asterisk's Record() leaves them, in the folder of callers' messages.

File names are ours: ``note_EPOCH_LINE_VOLUNTEER_UNIQUEID.wav``, so that a note that was left while no service ran is
known by its name alone; no message of a caller is called so.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from hotline_agi.asterisk.recordings import MIN_LENGTH_S, found_alone, length_of
from hotline_agi.terms.ids import ID_PATTERN, LineId, VolunteerId

PREFIX = "note_"
QUIET_S = 10.0
"""Asterisk writes to a recording every few milliseconds until it ends, and no note is longer than a minute."""
_ID = ID_PATTERN.pattern
_NAME = re.compile(
    rf"{PREFIX}(?P<epoch>[0-9]{{9,11}})_(?P<line>{_ID})_(?P<volunteer>{_ID})_(?P<channel>[a-z0-9.-]{{3,64}})"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedNote:
    """One file."""

    name: str
    """File name without folder and ending."""
    line: LineId
    volunteer: VolunteerId
    recorded_at: datetime
    length_s: float


def is_note(name: str) -> bool:
    """Whether a file of this name, without its ending, is a note."""
    return _NAME.fullmatch(name) is not None


def keep_or_drop(folder: Path, name: str) -> RecordedNote | None:
    """The note if it is long enough to be kept; a shorter one is deleted. None, too, for a name that is not ours, no
    file, or a file that is no sound. Blocks on disk.

    :raises OSError: if the file cannot be read or deleted; that says nothing about the note.
    """
    match = _NAME.fullmatch(name)
    path = folder / f"{name}.wav"
    length_s = length_of(path) if match is not None else None
    if match is None or length_s is None:
        return None
    if length_s < MIN_LENGTH_S:
        path.unlink(missing_ok=True)
        return None
    return RecordedNote(
        name=name,
        line=LineId(match["line"]),
        volunteer=VolunteerId(match["volunteer"]),
        recorded_at=datetime.fromtimestamp(int(match["epoch"]), UTC),
        length_s=length_s,
    )


def left_alone(folder: Path, known: frozenset[str], *, quiet_s: float = QUIET_S) -> list[RecordedNote]:
    """Notes that are not `known`: left while the service was away. Blocks on disk.

    :param quiet_s: only files that nobody wrote to for so long; a younger one may still be in recording.
    :raises OSError: if the folder cannot be read.
    """
    return found_alone(folder, f"{PREFIX}*.wav", known, keep_or_drop, quiet_s=quiet_s)

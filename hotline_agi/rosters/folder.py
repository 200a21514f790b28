"""The rosters folder on disk → a roster, in bounded time and memory; what is refused replaces nothing."""

from pathlib import Path

from hotline_agi.errors import SetupError
from hotline_agi.roster.reader import Reading, read_roster

MAX_FILES = 2000
MAX_FILE_BYTES = 1024 * 1024 + 1
"""One byte more than the reader takes, so that it can say that a file is too long."""


def read_files(folder: Path) -> dict[str, bytes]:
    """All YAML files below `folder`, by their path relative to it.

    Links that lead out of the folder are not followed.

    :raises SetupError: if the folder cannot be read or holds too much.
    """
    root = folder.resolve()
    if not root.is_dir():
        raise SetupError(f"there is no rosters folder {folder}: make `rosters` in the settings point to it")
    files: dict[str, bytes] = {}
    try:
        for path in sorted(root.glob("**/*.y*ml")):
            relative = path.relative_to(root)
            hidden = any(part.startswith(".") for part in relative.parts)
            if hidden or not path.resolve().is_relative_to(root) or not path.is_file():
                continue
            if len(files) >= MAX_FILES:
                raise SetupError(f"more than {MAX_FILES} files in {folder}: is that the rosters folder?")
            files[relative.as_posix()] = read_bounded(path)
    except OSError as error:
        raise SetupError(f"cannot read the rosters in {folder} ({error.strerror}): let this user read them") from error
    return files


def read_bounded(path: Path) -> bytes:
    """At most `MAX_FILE_BYTES` of a file."""
    with path.open("rb") as file:
        return file.read(MAX_FILE_BYTES)


def load(folder: Path, contacts: Path | None) -> Reading:
    """Read everything.

    :raises InvalidText: with all problems of all files.
    :raises SetupError: if something cannot be read at all.
    """
    numbers = None
    if contacts is not None:
        try:
            numbers = read_bounded(contacts)
        except OSError as error:
            raise SetupError(
                f"cannot read the contacts {contacts} ({error.strerror}): make `contacts` in the settings point to the "
                "file with people's numbers (rosters/contacts.example.yaml shows its form)"
            ) from error
    return read_roster(read_files(folder), numbers, contacts_file=contacts.name if contacts else "contacts.yaml")

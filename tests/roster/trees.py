"""Rosters from disk for the tests: the committed example, and the small good roster that the bad ones are laid over."""

from pathlib import Path

HERE = Path(__file__).parent
EXAMPLE = HERE.parent.parent / "rosters"
GOOD = HERE / "good"
BAD = HERE / "bad"
FULL = HERE / "full"
CONTACTS = "contacts.example.yaml"  # git ignores contacts.yaml everywhere


def files_under(folder: Path) -> dict[str, bytes]:
    """All YAML files below `folder` by relative path, as `read_roster` wants them; the contacts file among them."""
    paths = sorted(p for p in folder.rglob("*.y*ml") if p.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


def example() -> tuple[dict[str, bytes], bytes]:
    """The files and the contacts of `rosters/`."""
    files = files_under(EXAMPLE)
    return files, files[CONTACTS]


def good() -> dict[str, bytes]:
    return files_under(GOOD)


def full() -> dict[str, bytes]:
    """Two lines that use every field and every file."""
    return files_under(FULL)

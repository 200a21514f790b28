"""Where this machine gets Debian packages from, read from its own apt sources.

Both notations of sources.list(5) are read: one line per entry, and deb822 stanzas. No mirror is written in this
project: a hospital's network may reach only its own.
"""

import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import unquote, urlsplit

APT = Path("/etc/apt")
OS_RELEASE = Path("/etc/os-release")
ROLLING = frozenset({"stable", "testing", "unstable", "sid"})

Entry = tuple[str, tuple[str, ...], tuple[str, ...]]
"""URI, suites, components."""


def mirrors(environ: Mapping[str, str] = os.environ, apt: Path = APT, os_release: Path = OS_RELEASE) -> tuple[str, ...]:
    """The URIs that may be Debian's main archive, the likeliest first; empty if apt has none.

    ``HOTLINE_DEBIAN_MIRROR`` overrides what apt is configured with.
    """
    if chosen := environ.get("HOTLINE_DEBIAN_MIRROR"):
        return (chosen,)
    main = [uri for uri, suites, components in entries(apt) if _is_main_archive(suites, components, os_release)]
    found = [address for uri in main for address in _expanded(uri)]
    # An archive of somebody else may name its suite as Debian does; Debian's own ends in /debian on every mirror.
    found.sort(key=lambda uri: not uri.rstrip("/").endswith("/debian"))
    return tuple(dict.fromkeys(found))


def entries(apt: Path = APT) -> Iterator[Entry]:
    """Every enabled binary source below `apt`, in the order in which apt reads them. Unreadable files are skipped."""
    folder = apt / "sources.list.d"
    files = [apt / "sources.list", *sorted(folder.glob("*"))]
    for path in files:
        try:
            text = path.read_text(encoding="utf-8", errors="replace")
        except OSError:
            continue
        if path.suffix == ".list":
            yield from one_line_entries(text)
        elif path.suffix == ".sources":
            yield from deb822_entries(text)


def one_line_entries(text: str) -> Iterator[Entry]:
    """``deb [option=value …] URI SUITE COMPONENT…``, one per line."""
    for line in text.splitlines():
        words = re.sub(r"\[[^]]*\]", " ", line.partition("#")[0]).split()
        if len(words) >= 3 and words[0] == "deb":
            yield words[1], (words[2],), tuple(words[3:])


def deb822_entries(text: str) -> Iterator[Entry]:
    """Stanzas of ``Field: value``, continued by indented lines, separated by empty ones."""
    uncommented = "\n".join(line for line in text.splitlines() if not line.startswith("#"))
    for stanza in re.split(r"\n\s*\n", uncommented):
        joined = re.sub(r"\n[ \t]+", " ", stanza)
        fields = {
            name.strip().lower(): value.split() for name, _, value in (ln.partition(":") for ln in joined.splitlines())
        }
        if "deb" not in fields.get("types", []) or fields.get("enabled") in (["no"], ["false"]):
            continue
        for uri in fields.get("uris", []):
            yield uri, tuple(fields.get("suites", [])), tuple(fields.get("components", []))


def _is_main_archive(suites: tuple[str, ...], components: tuple[str, ...], os_release: Path) -> bool:
    return "main" in components and not {_codename(os_release), *ROLLING}.isdisjoint(suites)


def _codename(os_release: Path) -> str:
    try:
        text = os_release.read_text(encoding="utf-8")
    except OSError:
        return "stable"
    found = re.search(r'^VERSION_CODENAME="?([a-z]+)"?$', text, re.MULTILINE)
    return found[1] if found else "sid"  # Debian's unstable has no VERSION_CODENAME of its own in some images


def _expanded(uri: str) -> Iterator[str]:
    """The URI itself; of ``mirror+file:`` (Debian's cloud images) the addresses that the named file lists."""
    if not uri.startswith(("mirror+file:", "mirror:file:")):
        yield uri
        return
    try:
        lines = Path(unquote(urlsplit(uri.partition(":")[2]).path)).read_text(encoding="utf-8").splitlines()
    except OSError:
        return
    yield from (line.split()[0] for line in lines if line.strip() and not line.startswith("#"))

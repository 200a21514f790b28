"""A line that treats who waits as a person: its roster, its own recordings, and what is heard of them in a story."""

import shutil
import sqlite3
import tempfile
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from itertools import groupby
from pathlib import Path
from typing import Any

from hotline_agi import rosters
from hotline_agi.prompts.line_sounds import classes_text, link
from tests.e2e.hearing import HZ, write_tone
from tests.e2e.hotline import Hotline, open_hotline
from tests.e2e.sayings import write_sayings
from tests.e2e.scenery import Scenery

CARE = """languages: [en, zh]
remember_language: yes
place_in_queue: yes
offer: {after_s: 6, every_s: 20, choices: [wait, message, callback, other-number, self-help, directory]}
self_help: [breathing, sleep]
emergency: {numbers: ["120", "110"], say: [greeting, offer]}
"""
BREATHING, SLEEP, OWN_GREETING = "m03", "m02", "overflow"
"""The tones of these people are the line's own recordings: the two for self-help, and the greeting in Chinese."""
HELP_S = 4.0


def caring(care: str = CARE, **how: Any) -> Scenery:
    usual: dict[str, Any] = {"softphones": 1, "max_wait_s": 300, "ring": "[{ring: everybody, for_s: 120}]"}
    return Scenery(**(usual | {"ring_timeout_s": 60} | how), extra_line=care)


def _write_sounds(folder: Path, scenery: Scenery) -> str:
    """The codes of all sentences, the line's own recordings, and its classes; returns their configuration."""
    write_sayings(folder, times=2)
    (folder / "music").mkdir()
    write_tone(folder / "music/hold.wav", HZ["music"], 20.0)
    for language in ("en", "zh"):
        own = folder / f"{language}_test/hotline"
        own.mkdir(parents=True)
        write_tone(own / "self-help-breathing.wav", HZ[BREATHING], HELP_S)
        write_tone(own / "self-help-sleep.wav", HZ[SLEEP], HELP_S)
    write_tone(folder / "zh_test/hotline/greeting.wav", HZ[OWN_GREETING], 0.8)
    with tempfile.TemporaryDirectory() as place:
        for name, text in scenery.files().items():
            path = Path(place) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        lines = rosters.load(Path(place), None).roster.lines.values()
        return classes_text(link(folder, lines))


@contextmanager
def caring_site(scenery: Scenery) -> Iterator[dict[str, Any]]:
    """For `open_hotline`: sounds and classes as `hotline prompts build --classes` leaves them."""
    with tempfile.TemporaryDirectory(prefix="hotline-own-") as made:
        text = _write_sounds(Path(made), scenery)

        def sayings(folder: Path) -> None:
            shutil.copytree(made, folder, symlinks=True, dirs_exist_ok=True)

        yield {"sayings": sayings, "pbx_files": {"site/musiconhold-lines.conf": text}}


@asynccontextmanager
async def open_caring(scenery: Scenery) -> AsyncIterator[Hotline]:
    """A hotline for `scenery` with sounds of its own; the service serves calls."""
    with caring_site(scenery) as site:
        async with open_hotline(scenery, **site) as hotline:
            yield hotline


def once(words: Iterable[str]) -> list[str]:
    """Each is said twice, and one may be lost on a busy machine: neighbours that are alike count once."""
    return [word for word, _ in groupby(words)]


def is_said(heard: Iterable[str], *expected: str) -> bool:
    """Whether just this was said, as far as it was heard: on a busy machine one word may be lost, and none is added."""
    words, rest = once(heard), iter(sentence := once(expected))
    return len(sentence) - len(words) <= 1 and all(word in rest for word in words)


def asked(hotline: Hotline) -> list[tuple[str, str]]:
    """Who wants to be called back, as it lies on disk: call and number."""
    with closing(sqlite3.connect(f"file:{hotline.stage.state / 'journal.sqlite'}?mode=ro", uri=True)) as journal:
        return journal.execute("SELECT call, number FROM callback_request ORDER BY asked_at").fetchall()

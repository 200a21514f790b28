"""Which of a parser's branches an input takes, without any engine: to keep a corpus small."""

import sys
from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path
from types import FrameType
from typing import Any

from tests.fuzz.catalogue import Target

Arc = tuple[str, int, int]
"""File, line before, line."""
MOST_FILES = 60
MOST_BYTES = 100_000
"""Of one target's corpus: all together stay below 2 MB."""


def arcs(target: Target, content: bytes) -> set[Arc]:
    """The branches in the modules that `target` covers. An input that is a finding counts as far as it came."""
    places = tuple(_places(target))
    taken: set[Arc] = set()

    def watch(frame: FrameType, event: str, _: Any) -> Any:
        path = frame.f_code.co_filename
        if not path.startswith(places):
            return None
        before = [0]

        def line(frame: FrameType, event: str, _: Any) -> Any:
            if event == "line":
                taken.add((path, before[0], frame.f_lineno))
                before[0] = frame.f_lineno
            return line

        return line

    judge = target.judge
    sys.settrace(watch)
    try:
        judge(content)
    except Exception:
        pass  # it is told elsewhere
    finally:
        sys.settrace(None)
    return taken


def _places(target: Target) -> Iterable[str]:
    for module in target.covers:
        spec = find_spec(module)
        assert spec is not None and spec.origin is not None
        yield str(Path(spec.origin).parent) + "/" if spec.submodule_search_locations else spec.origin


def smallest(target: Target, contents: Iterable[bytes]) -> list[bytes]:
    """A few of `contents` that together take as many branches as they can, short ones rather than long ones."""
    taken: set[Arc] = set()
    kept: list[bytes] = []
    for content in sorted(set(contents), key=lambda one: (len(one), one)):
        new = arcs(target, content) - taken
        if new and sum(map(len, kept)) + len(content) < MOST_BYTES and len(kept) < MOST_FILES:
            taken |= new
            kept.append(content)
    return kept

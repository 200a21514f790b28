"""What a process holds, counted on request: so that whatever grows without end is seen by its name.

The service says it in one log line at SIGUSR2. Counts only; nothing of what is counted is told.
"""

import asyncio
import os
import threading
from collections import Counter, deque
from collections.abc import Iterator
from pathlib import Path

OWN = "hotline_agi."
PASSED_OVER = ("hotline_agi.roster.",)
"""What never changes, and is big: a roster that is swapped is another one."""
_CONTAINERS = (dict, list, set, deque)
_PAGE_KIB = os.sysconf("SC_PAGE_SIZE") // 1024


def of_process() -> dict[str, int]:
    """Tasks of the running loop, threads, file descriptors, resident memory (KiB), from /proc."""
    return {
        "tasks": len(asyncio.all_tasks()),
        "threads": threading.active_count(),
        "fds": len(list(Path("/proc/self/fd").iterdir())) - 1,  # the folder's own
        "rss_kib": int(Path("/proc/self/statm").read_text().split()[1]) * _PAGE_KIB,
    }


def of_objects(root: object) -> dict[str, int]:
    """How much the containers of our objects hold, beginning with `root`: ``Class.attribute`` → entries of all such
    objects together. Empty ones are left out."""
    counts: Counter[str] = Counter()
    seen: set[int] = set()
    todo: list[object] = [root]
    while todo:
        found = todo.pop()
        if id(found) in seen or not _is_own(found):
            continue
        seen.add(id(found))
        counts[type(found).__name__] += 1
        for name, value in _attributes(found):
            if isinstance(value, _CONTAINERS):
                counts[f"{type(found).__name__}.{name}"] += len(value)
                todo += value.values() if isinstance(value, dict) else list(value)
            else:
                todo.append(value)
    return {name: count for name, count in sorted(counts.items()) if count}


def _is_own(found: object) -> bool:
    module = type(found).__module__ + "."
    return module.startswith(OWN) and not module.startswith(PASSED_OVER)


def _attributes(found: object) -> Iterator[tuple[str, object]]:
    names = {name for kind in type(found).__mro__ for name in getattr(kind, "__slots__", ())}
    for name in names | getattr(found, "__dict__", {}).keys():
        value = getattr(found, name, None)
        if value is not None:
            yield name, value

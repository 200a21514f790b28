"""The journal's database is locked, replaced by another file, or its disk is full."""

import asyncio
import sqlite3
from pathlib import Path

from tests.faults.faults.fault import BEFORE, BRIDGING, RECORDING, RINGING, TALKING, WRAP_UP, Fault, NotStruck
from tests.faults.scene import Needs, Scene

LASTS_S = 10.0
LOCK = "lock"
FILLER = "filler"


def _path(scene: Scene) -> Path:
    return scene.hotline.stage.state / "journal.sqlite"


async def _connect(scene: Scene) -> None:
    scene.kept[LOCK] = sqlite3.connect(_path(scene), isolation_level=None, timeout=1.0)


async def _lock(scene: Scene) -> str:
    scene.kept[LOCK].execute("BEGIN EXCLUSIVE")
    other = sqlite3.connect(_path(scene), isolation_level=None, timeout=0.0)
    try:
        other.execute("BEGIN IMMEDIATE")
    except sqlite3.OperationalError as error:
        return f"BEGIN EXCLUSIVE holds the database; another writer hears “{error}”"
    finally:
        other.close()
    raise NotStruck("another writer still gets in")


async def _unlock(scene: Scene) -> None:
    await asyncio.sleep(LASTS_S)
    scene.kept[LOCK].execute("ROLLBACK")
    scene.kept[LOCK].close()


async def _replace(scene: Scene) -> str:
    """What somebody does who restores a backup, or thinks that a new file helps."""
    path = _path(scene)
    before = path.stat().st_ino
    empty = path.with_name("empty.sqlite")
    sqlite3.connect(empty).close()
    empty.touch()
    empty.replace(path)
    if path.stat().st_ino == before:
        raise NotStruck("it is the same file")
    return "journal.sqlite is another, empty file"


async def _fill(scene: Scene) -> str:
    path = scene.hotline.stage.state / FILLER
    written = 0
    try:
        with path.open("wb", buffering=0) as file:
            while True:
                written += file.write(bytes(4096))
    except OSError as error:
        return f"{written // 1024} kB written, then “{error.strerror}”"


async def _free(scene: Scene) -> None:
    await asyncio.sleep(LASTS_S)
    (scene.hotline.stage.state / FILLER).unlink()


FAULTS = (
    Fault(
        name="journal locked",
        words="another process holds the database's lock for 10 s",
        strike=_lock,
        course=_unlock,
        prepare=_connect,
    ),
    Fault(
        name="journal replaced",
        words="another, empty file takes the place of the database",
        strike=_replace,
        stages=(BEFORE, RINGING, BRIDGING, TALKING, WRAP_UP, RECORDING),
    ),
    Fault(
        name="disk full",
        words="no byte fits on the state folder's disk for 10 s",
        strike=_fill,
        course=_free,
        needs=Needs(small_disk=True),
    ),
)

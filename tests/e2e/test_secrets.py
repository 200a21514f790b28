"""Secrets come from files and go nowhere else: not into `ps`, an environment, a log, an error, a report or a file.

The service lives through a call; meanwhile all that /proc tells of it, of its children and of the commands is read.
"""

import asyncio
import base64
import contextlib
import os
import stat
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from hotline_agi.lab.behaviour import ring_then_answer
from hotline_agi.lab.stage import PASSWORD, Stage
from tests.commands import hotline
from tests.e2e.hearing import HZ
from tests.e2e.hotline import open_hotline, talk
from tests.e2e.scenery import Scenery
from tests.e2e.secret_files import encrypt_contacts

pytestmark = pytest.mark.asterisk

AMI_SECRET = "7b1f-Zq9-correct-horse-battery-staple"
READ_BY_OTHERS = {"metrics.prom": 0o640, "roster-status.json": 0o640, "service.pid": 0o640, "journal-state.json": 0o640}
"""For node_exporter, and for whoever asks a running service to reload: nothing secret is in them."""


def forms(secret: bytes) -> Iterator[bytes]:
    """A secret as it stands, in hexadecimal and in base64, wherever it begins in what was encoded."""
    yield secret
    yield secret.hex().encode()
    yield secret.hex().upper().encode()
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        for shift in range(3):
            encoded = encode(b"\0" * shift + secret).rstrip(b"=")
            yield encoded[4 if shift else 0 : -2]


class Onlooker:
    """Reads the command line and environment of all processes that this test started, as fast as it can."""

    def __init__(self) -> None:
        self.seen: dict[bytes, str] = {}
        """Each text that a process showed, and where."""
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> "Onlooker":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._over.is_set():
            for pid in _descendants(os.getpid()):
                for name in ("cmdline", "environ"):
                    with contextlib.suppress(OSError):
                        self.seen.setdefault(Path(f"/proc/{pid}/{name}").read_bytes(), f"/proc/{pid}/{name}")
            time.sleep(0.005)


def _descendants(pid: int) -> Iterator[int]:
    with contextlib.suppress(OSError, ValueError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in (task / "children").read_text().split():
                yield int(child)
                yield from _descendants(int(child))


def leaks(secrets: dict[str, bytes], texts: dict[str, bytes]) -> list[str]:
    """Where which secret stands, in whatever form."""
    return [
        f"{name} in {place}"
        for name, secret in secrets.items()
        for place, text in texts.items()
        if any(form in text for form in forms(secret))
    ]


def test_the_scan_finds_what_is_hidden(tmp_path: Path) -> None:
    secret = {"s": AMI_SECRET.encode()}
    for hidden in (
        AMI_SECRET,
        AMI_SECRET.encode().hex().upper(),
        base64.b64encode(b"ab" + AMI_SECRET.encode()).decode(),
    ):
        assert leaks(secret, {"x": f"... {hidden} ...".encode()}) == ["s in x"]
    environment = os.environ | {"HIDDEN": AMI_SECRET}
    with Onlooker() as onlooker:
        subprocess.run(("sleep", "0.2"), env=environment, check=True)
        subprocess.run(("sh", "-c", f"sleep 0.2; : {AMI_SECRET}"), check=True)
    found = leaks(secret, {place: text for text, place in onlooker.seen.items()})
    assert {place.rpartition("/")[2] for place in found} == {"cmdline", "environ"}
    tmp_path.chmod(0o700)
    for number in range(6):
        (tmp_path / f"{number}").touch(0o600)
    _look_at_modes(tmp_path)
    (tmp_path / "open").touch(0o640)
    with pytest.raises(AssertionError, match="open"):
        _look_at_modes(tmp_path)


@pytest.fixture
def umask() -> Iterator[None]:
    """Nothing is taken away from the modes that the service asks for."""
    before = os.umask(0)
    yield
    os.umask(before)


async def commands(stage: Stage, call: str) -> dict[str, bytes]:
    """What the commands print that an operator gives."""
    given = (("doctor", "--json"), ("calls", call), ("calls", "flag", call), ("volunteers",), ("roster", "reload"))
    ended = await asyncio.gather(*(asyncio.to_thread(hotline, *words, "--config", stage.config) for words in given))
    return {
        f"hotline {' '.join(words)}": (one.stdout + one.stderr).encode()
        for words, one in zip(given, ended, strict=True)
    }


def test_secrets_stay_in_their_files_and_files_stay_ours(umask: None) -> None:
    async def story() -> None:
        async with open_hotline(Scenery(softphones=1, mobiles=1), service=False, ami_secret=AMI_SECRET) as line:
            stage = line.stage
            secrets = {
                "AMI secret": AMI_SECRET.encode(),
                "contacts key": encrypt_contacts(stage),
                "SIP": PASSWORD.encode(),
            }
            with Onlooker() as onlooker:
                await stage.start_service()
                person = await line.person("m01", ring_then_answer(0.2, HZ["m01"], press_after_s=0.3))
                await line.person("s01")
                caller = line.caller()
                leg = await person.until_rung(5.0)
                await talk(caller, leg, person)
                secrets["caller key"] = (stage.state / "caller-key").read_bytes()
                caller.hang_up()
                await line.until_quiet()
                said = await commands(stage, (await line.closed()).call)
            looked_at = {Path(place).parent.name for place in onlooker.seen.values()}
            assert str(stage.service_pid) in looked_at and len(looked_at) > 6  # commands and readers of rosters too
            texts = {f"{place}": text for text, place in onlooker.seen.items()} | said
            texts |= {"log": stage.log_path.read_bytes()}
            texts |= {p.name: p.read_bytes() for p in stage.state.rglob("*") if p.is_file() and p.name != "caller-key"}
            texts |= {p.name: p.read_bytes() for p in (stage.pbx.folder / "log").rglob("*") if p.is_file()}
            assert {"journal.sqlite", "last-good-roster", "metrics.prom"} <= texts.keys()
            assert leaks(secrets, texts) == []
            await stage.stop_service()
            _look_at_modes(stage.state)

    asyncio.run(story())


def _look_at_modes(state: Path) -> None:
    modes = {p.relative_to(state).as_posix(): stat.S_IMODE(p.lstat().st_mode) for p in [state, *state.rglob("*")]}
    assert len(modes) > 5
    wrong = {
        name: oct(mode)
        for name, mode in modes.items()
        if mode != (0o700 if (state / name).is_dir() else READ_BY_OTHERS.get(name, 0o600))
    }
    assert wrong == {}


def test_a_wrong_secret_is_not_repeated() -> None:
    async def story() -> None:
        async with open_hotline(Scenery(), service=False, ami_secret=AMI_SECRET) as line:
            stage = line.stage
            wrong = "Xk4-not-the-right-one-8812"
            (stage.folder / "ami-secret").write_text(wrong)
            secrets = {"right": AMI_SECRET.encode(), "wrong": wrong.encode()}
            with Onlooker() as onlooker:
                ended, looked = await asyncio.gather(
                    asyncio.to_thread(hotline, "run", "--config", stage.config),
                    asyncio.to_thread(hotline, "doctor", "--config", stage.config),
                )
            assert ended.returncode == 2 and looked.returncode == 1
            assert "make ami.user and ami.secret_file agree" in ended.stdout + ended.stderr
            texts = {place: text for text, place in onlooker.seen.items()}
            texts |= {"run": (ended.stdout + ended.stderr).encode(), "doctor": (looked.stdout + looked.stderr).encode()}
            texts |= {p.name: p.read_bytes() for p in (stage.pbx.folder / "log").rglob("*") if p.is_file()}
            assert leaks(secrets, texts) == []

    asyncio.run(story())

"""The unit file: sound by systemd's own judgement, and the service lives under all that it forbids."""

import asyncio
import os
import re
import shutil
import signal
import stat
import subprocess
from pathlib import Path

import pytest

from hotline_agi import sealing
from hotline_agi.lab.behaviour import ring_then_answer
from tests.e2e.hearing import HZ
from tests.e2e.hotline import open_hotline, talk, until
from tests.e2e.scenery import Scenery
from tests.e2e.secret_files import encrypt_contacts
from tests.e2e.systemd_box import UID, UNIT, open_box, why_not

MOST_EXPOSED = 1.4
"""Of 10, by `systemd-analyze security` of systemd 252: less is better. What is left: loopback and sd_notify, the limits
that the reader of rosters sets itself, and adjtimex(2), by which the service learns whether the clock is right (0.4:
to set the clock takes a capability, and there is none)."""
PROGRAM = "/opt/hotline_agi/.venv/bin/hotline"
needs_analyze = pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="needs systemd-analyze")


def analyze(*words: str, units: Path) -> str:
    ended = subprocess.run(
        ("systemd-analyze", *words),
        env=os.environ | {"SYSTEMD_UNIT_PATH": f"{units}:", "SYSTEMD_COLORS": "0"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )
    return ended.stdout + ended.stderr


@pytest.fixture
def units(tmp_path: Path) -> Path:
    """The units of asterisk-conf, with a program that this machine has."""
    shutil.copytree(UNIT.parent, tmp_path, dirs_exist_ok=True)
    (tmp_path / UNIT.name).write_text(UNIT.read_text().replace(PROGRAM, "/bin/true"))
    (tmp_path / "asterisk.service").write_text("[Service]\nExecStart=/bin/true\n")
    return tmp_path


@needs_analyze
def test_systemd_understands_every_line(units: Path) -> None:
    assert PROGRAM in UNIT.read_text()
    for name in ("hotline.service", "asterisk.service"):
        assert analyze("verify", "--man=no", str(units / name), units=units) == ""
    (units / UNIT.name).write_text((units / UNIT.name).read_text() + "[Service]\nProtectSystems=strict\n")
    assert "ProtectSystems" in analyze("verify", "--man=no", str(units / UNIT.name), units=units)


@needs_analyze
def test_little_is_exposed(units: Path) -> None:
    said = analyze("security", "--offline=true", "--no-pager", str(units / UNIT.name), units=units)
    if "offline" in said and "Overall" not in said:
        pytest.skip("this systemd-analyze judges no files")
    found = re.search(r"Overall exposure level for hotline\.service: ([0-9.]+)", said)
    assert found and float(found[1]) <= MOST_EXPOSED, said


@pytest.mark.asterisk
@pytest.mark.thorough
@pytest.mark.skipif(bool(why_not()), reason=why_not())
def test_calls_under_the_sandbox_and_after_a_kill() -> None:
    """A talk, a message that is encrypted and one that is deleted; by a user of its own, started by systemd."""

    async def story() -> None:
        async with open_hotline(Scenery(softphones=0, mobiles=1), service=False) as line:
            stage = line.stage
            line.configure(f"recordings: {{recipients: [{sealing.new_identity()[1]}]}}\n")
            sealed = stage.state / "recordings" / "messages"
            await asyncio.to_thread(encrypt_contacts, stage)  # so that the reader's child, and age, run under it too
            async with open_box(stage) as box:
                await box.until("active")
                pid = await box.main_pid()
                _look_at_confinement(pid)
                assert (box.folder / "etc/ami-secret").stat().st_mode & 0o077 == 0  # not the service's to read
                person = await line.person("m01", ring_then_answer(0.2, HZ["m01"], press_after_s=0.3))
                caller = line.caller()
                await talk(caller, await person.until_rung(5.0), person)
                os.kill(pid, signal.SIGKILL)
                await until(lambda: not Path(f"/proc/{pid}").exists(), 5.0, "the killed service is gone")
                await box.until("active")
                assert await box.main_pid() != pid and await box.show("NRestarts") == "1"
                await talk(caller, person.calls[0], person)  # the kill has not touched it
                caller.hang_up()
                await caller.until_ended(5.0)
                for spoken_s, kept in ((2.8, True), (0.6, False)):
                    await _leave_message(line, spoken_s)
                    await until(lambda: list(stage.pbx.messages.glob("*.wav")) == [], 5.0, "no clear message is left")
                    assert len(list(sealed.glob("*.wav.age"))) == 1, f"{spoken_s} s: kept {kept}"
                assert {row.outcome for row in line.rows()} >= {"message"}
                await box.inside("systemctl", "stop", "hotline.service")
                assert await box.show("Result") == "success"
                modes = {stat.S_IMODE(path.stat().st_mode) & 0o027 for path in stage.state.rglob("*")}
                assert modes == {0} and stage.state.stat().st_uid == UID

    asyncio.run(story())


async def _leave_message(line, spoken_s: float) -> None:
    """A caller presses `*`, speaks, hangs up; returns when their record is closed."""
    before = len(line.rows())
    line.people["m01"].behaviour = lambda _: None
    caller = line.caller()
    await caller.until_hears(HZ["music"], 6.0)
    caller.press("*")
    await caller.until_hears(HZ["beep"], 6.0)
    await asyncio.sleep(spoken_s)
    caller.hang_up()
    await line.closed(before + 1)


def _look_at_confinement(pid: int) -> None:
    """What the kernel says of the service's process."""
    told = dict(row.split(":\t", 1) for row in Path(f"/proc/{pid}/status").read_text().splitlines() if ":\t" in row)
    assert told["Uid"].split() == [str(UID)] * 4 and told["Groups"].split() in ([], [str(UID)])
    assert (told["NoNewPrivs"], told["Seccomp"]) == ("1", "2")
    assert {int(told[name], 16) for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")} == {0}
    own = {name: Path(f"/proc/self/ns/{name}").readlink() for name in ("mnt", "user", "ipc", "uts")}
    assert not [name for name, where in own.items() if Path(f"/proc/{pid}/ns/{name}").readlink() == where]
    mounts = [row.split() for row in Path(f"/proc/{pid}/mountinfo").read_text().splitlines()]
    options = {row[4]: row[5].split(",") for row in mounts}
    assert {"/etc/asterisk/site", "/run/asterisk"} <= options.keys()  # nothing of them is seen
    assert "ro" in options["/"] and "ro" in options["/etc/hotline"]
    assert "rw" in options["/var/lib/hotline"] and "noexec" in options["/var/lib/hotline"]
    assert "rw" in options["/var/spool/asterisk/hotline"]
    limits = Path(f"/proc/{pid}/limits").read_text()
    assert re.search(r"Max core file size\s+0\s+0\s", limits) and re.search(r"Max open files\s+8192\s", limits)
    assert not {"/root", "/home"} & {row[4] for row in mounts if "tmpfs" not in row and "ro" not in row[5]}

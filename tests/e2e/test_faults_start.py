"""A start that cannot work says why in one sentence; a roster that is wrong replaces nothing."""

import asyncio
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.e2e.hotline import Hotline, open_hotline, until, until_stopped
from tests.e2e.scenery import Scenery

pytestmark = pytest.mark.asterisk


def run(config: Path) -> tuple[int, str]:
    """`hotline run` to its end: exit status and what it said to the person who started it."""
    done = subprocess.run(
        [sys.executable, "-m", "hotline_agi.cli", "run", "--config", str(config)],
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )
    return done.returncode, done.stderr


async def refused(hotline: Hotline) -> str:
    """The one sentence of a start that fails."""
    status, said = await asyncio.to_thread(run, hotline.stage.config)
    assert status == 2, said
    assert "Traceback" not in said
    assert said.startswith("hotline: ") and said.count("\n") == 1, said
    return said


def edit(path: Path, pattern: str, text: str) -> None:
    before = path.read_text()
    after = re.sub(pattern, text, before)
    assert after != before
    path.write_text(after)


def test_start_that_cannot_work_says_what_to_do():
    async def story():
        async with open_hotline(Scenery(softphones=1), service=False) as hotline:
            stage = hotline.stage
            good = stage.config.read_text()
            secret = stage.folder / "ami-secret"

            def mended() -> None:
                stage.config.write_text(good)

            edit(stage.config, r"log_format: json", "log_formt: json")
            status, said = await asyncio.to_thread(run, stage.config)
            assert status == 2 and "hotline.yaml:6:1: error: " in said and "'log_format'?" in said
            mended()

            edit(stage.config, r"ami: {port: [0-9]+", "ami: {port: 1")
            said = await refused(hotline)
            assert "127.0.0.1:1" in said and "start Asterisk" in said
            mended()

            secret.write_text("wrong")
            assert "ami.secret_file" in await refused(hotline)
            secret.unlink()
            assert str(secret) in await refused(hotline)
            secret.write_text(stage.pbx.site.ami_secret)

            with socket.socket() as taken:
                taken.bind(("127.0.0.1", stage.pbx.site.agi_port))
                taken.listen()
                said = await refused(hotline)
                assert f"127.0.0.1:{stage.pbx.site.agi_port}" in said and "fastagi.port" in said

            edit(stage.config, r"state: .*", "state: /proc/nowhere")
            assert "/proc/nowhere" in await refused(hotline)
            mended()

            stage.config.rename(stage.config.with_suffix(".gone"))
            assert "hotline.yaml" in await refused(hotline)
            stage.config.with_suffix(".gone").rename(stage.config)

            stage.contacts.rename(stage.contacts.with_suffix(".gone"))
            assert "contacts" in await refused(hotline)
            stage.contacts.with_suffix(".gone").rename(stage.contacts)

            stage.rosters.rename(stage.folder / "elsewhere")
            assert str(stage.rosters) in await refused(hotline)
            (stage.folder / "elsewhere").rename(stage.rosters)

            await stage.start_service()  # and with everything mended it starts

    asyncio.run(story())


def test_every_problem_of_a_roster_is_listed():
    async def story():
        async with open_hotline(Scenery(softphones=1), service=False) as hotline:
            rosters = hotline.stage.rosters
            edit(rosters / "test/line.yaml", "time_zone: Asia/Shanghai", "time_zone: Asia/Shangai")
            edit(rosters / "test/line.yaml", "max_wait_s: [0-9]+", "max_wait_s: soon")
            edit(rosters / "test/people.yaml", "softphone: s01", "softfone: s01")
            status, said = await asyncio.to_thread(run, hotline.stage.config)
            assert status == 2 and "Traceback" not in said
            for place in ("test/line.yaml:", "Asia/Shangai", "soon", "test/people.yaml:", "softfone"):
                assert place in said, said

    asyncio.run(story())


def test_sighup_takes_a_good_roster_and_refuses_a_bad_one():
    async def story():
        async with open_hotline(Scenery(softphones=2, backup_softphones=1)) as hotline:
            stage = hotline.stage
            first, second = await hotline.person("s01"), await hotline.person("s02")
            good = (stage.rosters / "test/shifts.yaml").read_text()

            async def reloaded(event: str) -> dict[str, object]:
                known = len(stage.logged())
                stage.signal_service(signal.SIGHUP)
                await until(lambda: any(line["event"] == event for line in stage.logged()[known:]), 3.0, event)
                return next(line for line in stage.logged()[known:] if line["event"] == event)

            (stage.rosters / "test/shifts.yaml").write_text(good.replace("people: [s01]", "people: [s01, s77]"))
            refusal = await reloaded("the new roster is refused; the one in force stays")
            assert "s77" in str(refusal["finding"]) and "shifts.yaml" in str(refusal["finding"])
            caller = hotline.caller()
            await first.until_rung(1.0)
            assert not second.calls
            caller.hang_up()
            await until_stopped([first], time.monotonic())

            swapped = good.replace("[s01]", "[x]").replace("[s02]", "[s01]").replace("[x]", "[s02]")
            (stage.rosters / "test/shifts.yaml").write_text(swapped)
            await reloaded("the new roster is in force")
            caller = hotline.caller()
            await second.until_rung(1.0)
            assert len(first.calls) == 1
            caller.hang_up()
            await hotline.until_quiet()

            # the dialplan's own plan follows
            await until(
                lambda: sum(line["event"] == "survival plan written" for line in stage.logged()) >= 2, 3.0, "a new plan"
            )
            await stage.kill_service()
            caller = hotline.caller()
            await second.until_rung(1.0, 2)
            assert len(first.calls) == 1
            caller.hang_up()
            await hotline.stage.until_quiet()

    asyncio.run(story())

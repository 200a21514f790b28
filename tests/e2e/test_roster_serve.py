"""The service follows a git checkout while it takes calls: what is right is taken, what is wrong replaces nothing."""

import asyncio
import json
import re
from pathlib import Path

import pytest

from hotline_agi.lab.behaviour import ring_then_answer
from hotline_agi.lab.stage import Stage
from hotline_agi.rosters import status
from hotline_agi.rosters.status import Status
from tests.commands import hotline as command
from tests.e2e.hearing import HZ
from tests.e2e.hotline import Hotline, open_hotline, talk, until
from tests.e2e.scenery import Scenery
from tests.rosters.places import committed, git

pytestmark = pytest.mark.asterisk

WAVES = "[{ring: 1, for_s: 6}, {ring: everybody, for_s: 30}]"
SHIFTS = Path("test/shifts.yaml")


def edit(stage: Stage, pattern: str, text: str, file: Path = SHIFTS) -> None:
    """Change a file of the rosters by hand."""
    path = stage.rosters / file
    before = path.read_text()
    after = re.sub(pattern, text, before)
    assert after != before
    path.write_text(after)


def told(stage: Stage) -> Status:
    found = status.read(stage.state / status.NAME)
    assert found is not None
    return found


async def reload(stage: Stage) -> tuple[int, str]:
    """`hotline roster reload`: exit status and all that it says."""
    done = await asyncio.to_thread(command, "roster", "reload", "--config", stage.config)
    return done.returncode, done.stdout + done.stderr


async def doctor(stage: Stage) -> dict[str, str]:
    """The doctor's check of the roster in force."""
    done = await asyncio.to_thread(command, "doctor", "--config", stage.config, "--json")
    return next(check for check in json.loads(done.stdout) if check["name"] == "roster in force")


def set_watch(hotline: Hotline, every_s: int) -> None:
    config = hotline.stage.config
    config.write_text(config.read_text().replace("log_format: json", f"log_format: json\nwatch_rosters_s: {every_s}"))


@pytest.mark.parametrize("by", ["reload", "watch"])
def test_a_commit_changes_whom_the_next_wave_rings(by: str) -> None:
    """A caller waits, s01 rings; a commit takes s02 off the shift and puts s03 on it. s01 rings on, then s03 too."""

    async def story() -> None:
        scenery = Scenery(softphones=3, backup_softphones=1, ring=WAVES)
        async with open_hotline(scenery, service=False) as hotline:
            stage = hotline.stage
            set_watch(hotline, 0 if by == "reload" else 1)
            committed(stage.rosters, "first")
            await stage.start_service()
            await stage.until_logged("the roster is in force already")  # what a start leaves for later is done
            first, second = await hotline.person("s01"), await hotline.person("s02")
            third = await hotline.person("s03", ring_then_answer(0.5, HZ["s03"]))
            caller = hotline.caller()
            leg = await first.until_rung(3.0)

            edit(stage, r"people: \[s01, s02\]\n    backup: \[s03\]", "people: [s01, s03]")
            commit = committed(stage.rosters, "s03 for s02")
            if by == "reload":
                code, said = await reload(stage)
                assert code == 0, said
                assert f"the rosters {commit[:12]} are in force: 1 line, 3 volunteers" in said
            else:
                await stage.until_logged("the new roster is in force", timeout_s=4.0)
            assert not third.calls and first.is_rung  # the wave that is on stays as it is

            other = await third.until_rung(8.0)
            assert leg.ended_at is None and len(first.calls) == 1
            await talk(caller, other, third)
            assert second.calls == []
            caller.hang_up()
            row = await hotline.closed()
            assert row.volunteer == "s03"
            in_force = told(stage).in_force
            assert in_force is not None and in_force.revision == commit[:12]
            await hotline.until_quiet()
            assert hotline.complaints() == []

    asyncio.run(story())


def test_a_broken_commit_replaces_nothing_not_even_over_a_restart() -> None:
    async def story() -> None:
        async with open_hotline(Scenery(softphones=2, backup_softphones=1), service=False) as hotline:
            stage = hotline.stage
            set_watch(hotline, 0)
            good = committed(stage.rosters, "good")
            await stage.start_service()
            await until((stage.state / "last-good-roster").exists, 5.0, "the last good one is aside")
            first = await hotline.person("s01", ring_then_answer(0.3, HZ["s01"]))
            second = await hotline.person("s02")

            edit(stage, r"people: \[s01\]", "people: [s02, s77]")
            broken = committed(stage.rosters, "broken")
            caller = hotline.caller()
            leg = await first.until_rung(3.0)
            await talk(caller, leg, first)
            code, said = await reload(stage)
            assert code == 1
            assert "test/shifts.yaml:" in said and "s77" in said and "stay in force" in said
            await talk(caller, leg, first)  # and the talk goes on
            caller.hang_up()
            await hotline.closed()
            found = await doctor(stage)
            assert found["grade"] == "failed"
            assert good[:12] in found["found"] and "s77" in found["found"]
            assert "hotline roster check" in found["remedy"]
            since = told(stage).refused
            assert since is not None and since.revision == broken[:12]
            assert 'hotline_roster_loads_total{result="refused"} 1.0' in (stage.state / "metrics.prom").read_text()

            await stage.kill_service()
            await stage.start_service()
            logged = await stage.until_logged("the roster is refused; the last good one is in force")
            assert "s77" in str(logged["finding"])
            caller = hotline.caller()
            leg = await first.until_rung(3.0, 2)
            await talk(caller, leg, first)
            caller.hang_up()
            await hotline.closed(2)
            assert second.calls == []
            found = await doctor(stage)
            assert "serving the last good roster of 20" in found["found"] and good[:12] in found["found"]
            refused = told(stage).refused
            assert refused is not None and refused.since == since.since

            await stage.kill_service()  # and without any folder
            stage.rosters.rename(stage.folder / "elsewhere")
            await stage.start_service()
            assert "there is no rosters folder" in (await doctor(stage))["found"]
            caller = hotline.caller()
            await talk(caller, await first.until_rung(3.0, 3), first)
            caller.hang_up()
            await hotline.closed(3)

            (stage.folder / "elsewhere").rename(stage.rosters)
            git(stage.rosters, "revert", "--no-edit", "HEAD")
            code, said = await reload(stage)
            assert (code, "in force" in said) == (0, True), said
            assert (await doctor(stage))["grade"] == "ok"
            assert told(stage).refused is None
            await hotline.until_quiet()

    asyncio.run(story())


def test_a_damaged_last_good_roster_is_refused_in_one_sentence() -> None:
    async def story() -> None:
        async with open_hotline(Scenery(softphones=1)) as hotline:
            stage = hotline.stage
            kept = stage.state / "last-good-roster"
            await until(kept.exists, 5.0, "the last good one is aside")
            await stage.stop_service()
            kept.write_bytes(kept.read_bytes()[:-5])
            stage.rosters.rename(stage.folder / "elsewhere")
            done = await asyncio.to_thread(command, "run", "--config", stage.config)
            assert done.returncode == 2
            assert "there is no rosters folder" in done.stderr and "damaged and is not used" in done.stderr
            code, said = await reload(stage)
            assert code == 2 and "no service runs" in said
            (stage.folder / "elsewhere").rename(stage.rosters)
            await stage.start_service()

    asyncio.run(story())

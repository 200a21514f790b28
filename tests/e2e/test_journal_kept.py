"""The journal of real calls while the service runs: which roster decided, a backup in a talk, a purge that removes."""

import asyncio
import json
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner

from hotline_agi.cli import cli
from hotline_agi.lab.behaviour import ring_then_answer
from hotline_agi.settings import read_settings
from hotline_agi.store import condition
from tests.e2e.hearing import HZ
from tests.e2e.hotline import Hotline, open_hotline, talk
from tests.e2e.scenery import CALLER, Scenery

pytestmark = pytest.mark.asterisk

DIGITS = CALLER[-9:].encode()


def git(folder: Path, *words: str) -> str:
    who = ("-c", "user.name=Mei", "-c", "user.email=mei@example.org")
    done = subprocess.run(["git", *who, *words], cwd=folder, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def commit(folder: Path) -> str:
    git(folder, "add", ".")
    git(folder, "commit", "-qm", "a roster")
    return git(folder, "rev-parse", "--short=12", "HEAD")


async def says(hotline: Hotline, *words: object) -> str:
    """What a command prints that ends well; within this process, which spares a dozen starts."""
    arguments = [*map(str, words), "--config", str(hotline.stage.config)]
    done = await asyncio.to_thread(CliRunner().invoke, cli, arguments)
    assert done.exit_code == 0, (done.output, done.exception)
    return done.output


def octets(folder: Path) -> bytes:
    return b"".join(one.read_bytes() for one in folder.rglob("*") if one.is_file())


def test_revisions_a_backup_in_a_talk_and_a_purge() -> None:
    async def story() -> None:
        async with open_hotline(Scenery(softphones=1)) as hotline:
            rosters, state = hotline.stage.rosters, hotline.stage.state
            git(rosters, "init", "-q")
            first = commit(rosters)  # as it is in force already
            await says(hotline, "roster", "reload")
            person = await hotline.person("s01", ring_then_answer(0.3, HZ["s01"]))
            caller = hotline.caller()
            leg = await person.until_rung(3.0)
            await talk(caller, leg, person)

            line = rosters / "test/line.yaml"
            line.write_text(line.read_text().replace("max_wait_s: 60", "max_wait_s: 50"))
            second = commit(rosters)
            await says(hotline, "roster", "reload")
            target = hotline.stage.folder / "backup.tar"
            assert "is made and verified: 1 call" in await says(hotline, "backup", target)
            leg.hang_up()
            await caller.until_ended(8.0)
            row = await hotline.closed()
            assert row.outcome == "talked"
            await hotline.until_quiet()

            told = json.loads(await says(hotline, "calls", row.call, "--json"))
            assert [(one["revision"], one["modified"]) for one in told["rosters"]] == [(first, False), (second, False)]
            (listed,) = json.loads(await says(hotline, "calls", "--json", "--roster", first))
            assert (listed["call"], listed["roster"]) == (row.call, first)
            shown = await says(hotline, "calls", row.call, "--number")
            assert CALLER in shown and f"Roster {first} decided" in shown
            did = [one["did"] for one in json.loads(await says(hotline, "audit", "--json"))]
            assert did == [
                "showed the caller's number",
                "made a backup",
                "reloaded the rosters",
                "reloaded the rosters",
            ]
            history = json.loads(await says(hotline, "volunteers", "--history", "s01", "--json"))
            assert "talking" in [one["state"] for one in history["states"]]
            found = condition.read(state)
            assert found is not None and found.state.trouble is None and found.state.lost == 0

            # the number is as good as 31 days old
            assert DIGITS in octets(state)
            with closing(sqlite3.connect(state / "journal.sqlite")) as journal:
                for table in ("caller_number", "caller_token"):
                    journal.execute(f"UPDATE {table} SET stored_at = '2026-01-01T00:00:00.000Z'")
                journal.commit()
            assert "callers' numbers" in await says(hotline, "purge")
            assert DIGITS not in octets(state)
            assert hotline.complaints() == []
            await hotline.stage.stop_service()
            assert DIGITS not in octets(state)
            await _goes_on_elsewhere(hotline, target, row.call)

    asyncio.run(story())


async def _goes_on_elsewhere(hotline: Hotline, target: Path, call: str) -> None:
    """From the backup, which was made in the talk: the service starts, and serves a call."""
    settings = read_settings(hotline.stage.config)
    settings.state.rename(settings.state.with_name("lost"))
    assert "is restored to" in await says(hotline, "restore", target)
    await hotline.stage.start_service()
    person = hotline.people["s01"]
    caller = hotline.caller()
    leg = await person.until_rung(3.0, 2)
    await talk(caller, leg, person)
    caller.hang_up()
    assert (await hotline.closed(2)).outcome == "talked"
    told = json.loads(await says(hotline, "calls", call, "--json"))
    facts = [one["fact"] for one in told["facts"]]
    # as the backup saw it, and what the restored service makes of a call that is not in Asterisk any more
    assert facts[-2:] == ["talk started", "unseen"] and told["ended_at"] is not None
    assert [one["call"] for one in json.loads(await says(hotline, "calls", "--json", "--uncertain"))] == [call]

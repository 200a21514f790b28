"""The follower by itself: what is taken, refused and restored, what it tells of that, and in which order it reads."""

import asyncio
import shutil
import stat
import threading
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from hotline_agi.errors import InvalidText, SetupError
from hotline_agi.roster.model import Roster
from hotline_agi.roster.reader import read_roster
from hotline_agi.roster.texts import texts_of
from hotline_agi.rosters import following, loading, status
from hotline_agi.rosters.following import Places, RosterFollower
from hotline_agi.rosters.status import Status
from tests.rosters.places import SMALL, Desk, committed, put

Story = Callable[["Followed"], Awaitable[None]]
SMALL_PEOPLE = read_roster({name: text.encode() for name, text in SMALL.files().items()}).roster.volunteers.keys()


class Followed:
    """A follower that runs, and what it put in force."""

    def __init__(self, desk: Desk, follower: RosterFollower) -> None:
        self.desk, self.follower = desk, follower
        self.used: list[Roster] = []
        follower.use = self.used.append

    def told(self) -> Status:
        found = status.read(self.desk.state / status.NAME)
        assert found is not None
        return found

    def metrics(self) -> dict[str, float]:
        lines = (self.desk.state / "metrics.prom").read_text().splitlines()
        return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines if line[0] != "#")}

    async def until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(15.0):
            while not condition():
                await asyncio.sleep(0.02)

    async def readings(self, count: int) -> None:
        """Wait until so many ended, the one of the start included, and are told."""
        name = "hotline_roster_load_seconds_count"
        path = self.desk.state / "metrics.prom"
        await self.until(lambda: path.exists() and self.metrics()[name] >= count)


def follow(desk: Desk, story: Story, *, watch_s: float = 0, key: Path | None = None) -> None:
    async def play() -> None:
        places = Places(rosters=desk.rosters, contacts=desk.contacts, contacts_key=key, state=desk.state)
        follower = RosterFollower(places, watch_s=watch_s)
        followed = Followed(desk, follower)
        (desk.state / "metrics.prom").unlink(missing_ok=True)
        await follower.first()
        task = asyncio.create_task(follower.run())
        try:
            await story(followed)
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    asyncio.run(play())


def broken(desk: Desk) -> None:
    put(desk.rosters, {"test/shifts.yaml": SMALL.files()["test/shifts.yaml"].replace("s01", "s77")})


def mended(desk: Desk) -> None:
    put(desk.rosters, {"test/shifts.yaml": SMALL.files()["test/shifts.yaml"].replace("s01, ", "")})


def test_the_status_counts_what_was_warned_of(desk: Desk) -> None:
    gap = SMALL.files()["test/shifts.yaml"].replace("12:00\n    until: 00:00", "14:00\n    until: 00:00")

    async def story(followed: Followed) -> None:
        await followed.readings(2)
        before = followed.told().in_force
        assert before is not None and before.warnings == 0
        put(desk.rosters, {"test/shifts.yaml": gap})
        followed.follower.reload()
        await followed.readings(3)
        after = followed.told().in_force
        assert after is not None and after.warnings == 1

    follow(desk, story)


def test_taken_refused_and_taken_again(desk: Desk) -> None:
    commit = committed(desk.rosters)[:12]

    async def story(followed: Followed) -> None:
        await followed.readings(2)
        told = followed.told()
        assert told.in_force is not None and told.refused is None
        assert (told.in_force.revision, told.in_force.lines, told.in_force.volunteers) == (commit, 1, 3)
        assert stat.S_IMODE((desk.state / status.NAME).stat().st_mode) == 0o640
        assert (desk.state / "last-good-roster").exists()

        broken(desk)
        followed.follower.reload()
        await followed.readings(3)
        first = followed.told().refused
        assert first is not None and first.count == 2 and "'s77'" in first.problems[0]
        assert first.revision == f"{commit} modified"
        followed.follower.reload()
        await followed.readings(4)
        again = followed.told().refused
        assert again is not None and again.since == first.since < again.at
        assert followed.metrics()["hotline_roster_refused"] == 1
        assert len(followed.used) == 1

        mended(desk)
        followed.follower.reload()
        await followed.readings(5)
        told = followed.told()
        assert told.refused is None and told.attempt is not None and told.attempt.result == "taken"
        assert len(followed.used) == 2
        metrics = followed.metrics()
        assert metrics["hotline_roster_refused"] == 0
        assert metrics['hotline_roster_loads_total{result="taken"}'] == 2
        assert metrics['hotline_roster_loads_total{result="unchanged"}'] == 1
        assert metrics['hotline_roster_loads_total{result="refused"}'] == 2
        assert metrics["hotline_roster_volunteers"] == 3
        assert not any("created" in name or "7700" in name for name in metrics)

    follow(desk, story)


def test_a_line_that_is_gone_is_told(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its callers are told that the number has no line; a folder that is no git work tree can lose one unnoticed."""
    said: list[str] = []
    monkeypatch.setattr(following.logger, "warning", lambda event, **more: said.append(f"{event}: {more}"))
    second = {name.replace("test/", "second/"): text for name, text in SMALL.files().items()}
    second["second/people.yaml"] = "volunteers: {}\n...\n"
    second["second/line.yaml"] = second["second/line.yaml"].replace("01632960100", "01632960101")
    put(desk.rosters, second)

    async def story(followed: Followed) -> None:
        await followed.readings(2)
        assert not said
        shutil.rmtree(desk.rosters / "second")
        followed.follower.reload()
        await followed.readings(3)
        assert list(followed.used[-1].lines) == ["test"]
        assert any("second" in one and "gone" in one for one in said)

    follow(desk, story)


def test_the_last_good_one_after_a_restart(desk: Desk) -> None:
    async def once(followed: Followed) -> None:
        await followed.readings(2)

    follow(desk, once)
    broken(desk)

    async def again(followed: Followed) -> None:
        await followed.readings(2)
        told = followed.told()
        assert told.in_force is not None and told.in_force.last_good_of
        assert told.refused is not None and told.refused.count == 2
        assert followed.metrics()["hotline_roster_last_good"] == 1
        put(desk.rosters, SMALL.files())  # what it serves anyway
        followed.follower.reload()
        await followed.until(lambda: followed.told().refused is None)
        told = followed.told()
        assert told.in_force is not None and told.in_force.last_good_of == ""

    follow(desk, again)


def test_without_a_last_good_one_a_start_says_all_problems(desk: Desk) -> None:
    broken(desk)

    async def story(_: Followed) -> None:
        raise AssertionError("it started")

    with pytest.raises(InvalidText) as refused:
        follow(desk, story)
    assert len(refused.value.problems) == 2
    (desk.state / "last-good-roster").write_bytes(b"half")
    with pytest.raises(InvalidText, match="is damaged and is not used"):
        follow(desk, story)
    desk.contacts.unlink()
    with pytest.raises(SetupError, match="cannot read the contacts"):
        follow(desk, story)


@pytest.mark.thorough
def test_a_start_that_is_too_slow_takes_the_last_good_one_and_then_the_folder(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock = desk.rosters / ".git/index.lock"
    committed(desk.rosters)
    lock.touch()

    async def unlocked(followed: Followed) -> None:
        assert followed.used

    threading.Timer(3.0, lock.unlink).start()
    follow(desk, unlocked)  # there is no last good one: a start waits longer

    async def kept(followed: Followed) -> None:
        await followed.until((desk.state / "last-good-roster").exists)

    follow(desk, kept)
    mended(desk)
    lock.touch()

    async def later(followed: Followed) -> None:
        await followed.readings(2)
        told = followed.told().in_force
        assert told is not None and told.last_good_of
        lock.unlink()
        await followed.until(lambda: (now := followed.told().in_force) is not None and not now.last_good_of)
        assert followed.told().refused is None

    follow(desk, later)


def test_changes_during_a_reading_are_read_once_more(desk: Desk) -> None:
    async def story(followed: Followed) -> None:
        await followed.readings(2)
        for _ in range(20):
            followed.follower.reload()
            await asyncio.sleep(0.005)
        mended(desk)
        followed.follower.reload()
        await followed.until(lambda: len(followed.used) > 1)
        await asyncio.sleep(0.8)
        assert 3 <= followed.metrics()["hotline_roster_load_seconds_count"] <= 5  # and not 23

    follow(desk, story)


def test_the_watch_sees_rosters_and_contacts_change(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    async def story(followed: Followed) -> None:
        await followed.readings(2)
        mended(desk)
        await followed.until(lambda: len(followed.used) > 1)
        before = len(followed.used)
        desk.contacts.write_text(desk.contacts.read_text().replace("001", "002"))
        await followed.until(lambda: len(followed.used) > before)
        broken(desk)
        await followed.until(lambda: followed.told().refused is not None)
        counts: list[float] = []
        for _ in range(5):
            counts.append(followed.metrics()["hotline_roster_load_seconds_count"])
            if counts[-2:-1] == counts[-1:]:
                break
            await asyncio.sleep(1.0)
        else:  # once more it may: if it looked while the files were being written
            raise AssertionError(f"it is read again and again: {counts}")

    follow(desk, story, watch_s=0.1)


def test_a_child_that_falls_or_hangs_is_a_refusal(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    async def story(followed: Followed) -> None:
        await followed.readings(2)
        mended(desk)
        monkeypatch.setattr(following, "RUNNING", following.Patience(checkout_s=0.1, all_s=0.5))
        for command, why in (
            (("sleep", "60"), "not read within 0.5 s"),
            (("/nowhere",), "no process could be started"),
            (("false",), "ended with status 1"),
            (("sh", "-c", "kill -9 $$"), "ended by SIGKILL"),
            (("sh", "-c", "kill -XCPU $$"), "more than 20 s"),
            (("echo", "rubbish that is no frame"), "told nonsense"),
            (("echo",), "ended with status 0"),
            (("yes",), "told nonsense"),
        ):
            monkeypatch.setattr(loading, "CHILD", command)
            count = followed.metrics()["hotline_roster_load_seconds_count"]
            followed.follower.reload()
            await followed.readings(int(count) + 1)
            refused = followed.told().refused
            assert refused is not None and why in refused.problems[0], refused
        assert followed.told().in_force is not None

    follow(desk, story)


def test_what_the_roster_in_force_was_read_from_is_at_hand_without_contacts(desk: Desk) -> None:
    async def story(followed: Followed) -> None:
        follower = followed.follower
        first = follower.digest
        assert read_roster(texts_of(follower.texts)).roster.volunteers.keys() == SMALL_PEOPLE
        told: list[tuple[str, dict[str, bytes]]] = []
        follower.use = lambda _: told.append((follower.digest, texts_of(follower.texts)))
        mended(desk)
        follower.reload()
        await followed.until(lambda: bool(told))
        ((digest, files),) = told
        assert digest != first
        assert b"s01, " not in files["test/shifts.yaml"]
        assert not any("contacts" in name for name in files)

    follow(desk, story)

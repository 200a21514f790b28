"""The service's watch over itself, from fact to webhook, over a restart; with what hangs around it."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from hotline_agi.alarm_settings import AlarmSettings, CallSettings, Thresholds, WebhookSettings
from hotline_agi.alarms.conditions import CanaryNews
from hotline_agi.alarms.kinds import DAMPING, Damping, Kind
from hotline_agi.alerting import ledger, outbox
from hotline_agi.canary_settings import NEVER
from hotline_agi.certificates import self_signed
from hotline_agi.dispatch.commands import AlarmWord, CloseRecord, NoteAlarm
from hotline_agi.dispatch.events import AlarmEnded, AlarmRaised, CallerSurviving, Event
from hotline_agi.roster import canary
from hotline_agi.rosters.status import Status
from hotline_agi.service import alarms as alarming
from hotline_agi.service import watching
from hotline_agi.service.alarms import Alarms
from hotline_agi.service.errand import Errand
from hotline_agi.service.watch import Sources, Watch
from hotline_agi.store.condition import JournalState
from hotline_agi.terms.ids import CallId, LineId, NodeId, VolunteerId
from hotline_agi.terms.instants import Now
from hotline_agi.terms.outcomes import Outcome
from tests.alerting.servers import Hook, served
from tests.dispatch.lines import XINLI, roster
from tests.dispatch.notice_desk import NoticeDesk, afternoon

FINE = JournalState(waiting=0, spooled=False, lost=0, trouble=None)
LOSING = JournalState(waiting=0, spooled=False, lost=3, trouble="locked")


@dataclass
class World:
    """What the service would see, to be changed by a story."""

    link_is_up: bool = True
    journal: JournalState = FINE
    recordings: str | None = None
    told: list[Event] = field(default_factory=list)
    roster = roster(afternoon())

    def __post_init__(self) -> None:
        self.machine = NoticeDesk(self.roster).machine

    def sources(self) -> Sources:
        class NoCanary:
            @staticmethod
            def news() -> CanaryNews:
                return CanaryNews(failures=0, stopped_at="", last_good_at=None, since=datetime.now(UTC))

        return Sources(
            machine=lambda: self.machine,
            roster=lambda: self.roster,
            link_is_up=lambda: self.link_is_up,
            plan_written=lambda: True,
            journal=lambda: self.journal,
            rosters=lambda: Status(in_force=None, refused=None, attempt=None),
            canary=NoCanary(),  # type: ignore[arg-type]
            recordings=lambda: self.recordings,
        )


@pytest.fixture(autouse=True)
def _hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(alarming, "FIRST_LOOK_S", 0.0)
    monkeypatch.setattr(alarming, "LOOK_EVERY_S", 0.02)
    monkeypatch.setattr(outbox, "LOOK_EVERY_S", 0.02)
    for kind in Kind:
        monkeypatch.setitem(DAMPING, kind, Damping(clear_s=0.0))
    for name in ("GATHER_S", "CRITICAL_GATHER_S", "CRITICAL_EVERY_S"):
        monkeypatch.setattr(f"hotline_agi.alarms.book.{name}", 0.0)


@asynccontextmanager
async def watched(world: World, state: Path, hook_port: int, **how: Any) -> AsyncIterator[Alarms]:
    settings = AlarmSettings(
        every_min=0,
        webhook=WebhookSettings(url=f"http://127.0.0.1:{hook_port}/"),
        call=CallSettings(people=(VolunteerId("bao"),)),
        thresholds=Thresholds(before_min=0, daily_at_h=23, disk_mb=how.pop("disk_mb", 1), link_s=0),
    )
    certificates = {"softphones": how.pop("certificate", state / "none")}
    watch = Watch(settings, NEVER, world.sources(), folders={"state": state}, certificates=certificates)
    alarms = Alarms(
        settings,
        watch,
        state=state,
        now=lambda: Now(time.monotonic(), datetime.now(UTC)),
        tell=world.told.append,
    )
    task = asyncio.create_task(alarms.run())
    try:
        yield alarms
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def kinds(hook: Hook, word: str) -> list[str]:
    """What was told, the clock of whatever machine this is left out."""
    return [
        one["kind"]
        for _, body in hook.requests
        for one in json.loads(body)[word]
        if one["kind"] not in ("clock", "nobody-reachable", "next-slot-short")
    ]


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(5.0):
        while not condition():
            await asyncio.sleep(0.01)


def test_it_is_told_once_over_a_restart_and_its_end_too(tmp_path: Path):
    async def story():
        hook, world = Hook(), World(journal=LOSING)
        async with served(hook) as port:
            async with watched(world, tmp_path, port):
                await until(lambda: kinds(hook, "new") == ["journal"])
                await until(lambda: '"webhook"' in (tmp_path / ledger.NAME).read_text())
                await until(lambda: bool(ledger.read(tmp_path / ledger.NAME).alarms()[-1].told))  # type: ignore[union-attr]
            async with watched(world, tmp_path, port):
                await asyncio.sleep(0.3)
                assert kinds(hook, "new") == ["journal"]
            world.journal = FINE
            async with watched(world, tmp_path, port):
                await until(lambda: kinds(hook, "over") == ["journal"])
            assert kinds(hook, "new") == ["journal"]
            told = ledger.read(tmp_path / ledger.NAME)
            assert told is not None
            assert len(told.starts) == 3

    asyncio.run(story())


def test_somebody_is_called_and_owns_it_or_is_let_alone_when_it_is_over(tmp_path: Path):
    async def story():
        hook, world = Hook(), World(journal=LOSING)
        async with served(hook) as port, watched(world, tmp_path, port) as alarms:
            await until(lambda: any(isinstance(one, AlarmRaised) for one in world.told))
            (raised,) = [one for one in world.told if isinstance(one, AlarmRaised) and one.kind == "journal"]
            assert raised.people == ("bao",)
            world.journal = FINE
            await until(lambda: AlarmEnded(alarm=raised.alarm) in world.told)
            world.journal = LOSING
            await until(lambda: len([one for one in world.told if isinstance(one, AlarmRaised)]) == 2)
            again = [one for one in world.told if isinstance(one, AlarmRaised)][-1]
            note = NoteAlarm(alarm=again.alarm, word=AlarmWord.ACKNOWLEDGED, volunteer=VolunteerId("bao"))
            alarms.saw(None, [note])
            (on,) = [one for one in alarms.book.on if one.condition.kind is Kind.JOURNAL]
            assert on.owner == "bao"
            await asyncio.sleep(0.2)
            assert len([one for one in world.told if isinstance(one, AlarmRaised)]) == 2

    asyncio.run(story())


def closed(outcome: Outcome, line: LineId = XINLI, wait_s: float = 40.0) -> CloseRecord:
    now = datetime.now(UTC)
    return CloseRecord(
        call=CallId("c"),
        line=line,
        node=NodeId("pbx1"),
        arrived_at=now,
        answered_at=None,
        ended_at=now,
        wait_s=wait_s,
        talk_s=0.0,
        outcome=outcome,
        volunteer=None,
        legs=(),
    )


def test_what_comes_of_calls_is_counted_and_test_calls_are_not(tmp_path: Path):
    async def story():
        hook, world = Hook(), World()
        certificate = tmp_path / "crt.pem"
        certificate.write_bytes(self_signed(["localhost"], days=3, now=datetime.now(UTC))[1])
        async with (
            served(hook) as port,
            watched(world, tmp_path, port, certificate=certificate) as alarms,
        ):
            await until(lambda: kinds(hook, "new") == ["certificate"])
            hook.requests.clear()
            alarms.saw(None, [closed(Outcome.ABANDONED, canary.LINE)] * 5)
            alarms.saw(None, [closed(Outcome.ABANDONED, wait_s=3.0), closed(Outcome.MESSAGE)] * 5)
            alarms.saw(None, [closed(Outcome.ABANDONED), closed(Outcome.UNCERTAIN)])
            await asyncio.sleep(0.2)
            assert kinds(hook, "new") == []
            alarms.saw(None, [closed(Outcome.DIRECTORY)])
            await until(lambda: kinds(hook, "new") == ["calls-lost"])
            alarms.saw(CallerSurviving(call=CallId("x")), [])
            alarms.refused_dialling()
            wanted = {"calls-lost", "survival", "dial-refused"}
            await until(lambda: set(kinds(hook, "new")) == wanted)

    asyncio.run(story())


def test_a_disk_that_hangs_hangs_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    async def story():
        import threading

        release = threading.Event()

        def hangs(_: object) -> dict[str, int]:
            release.wait(20.0)
            return {}

        monkeypatch.setattr(watching, "free_bytes", hangs)
        hook, world = Hook(), World(link_is_up=False)
        async with served(hook) as port, watched(world, tmp_path, port):
            await until(lambda: kinds(hook, "new") == ["link-down"])
        errand: Errand[int] = Errand("one", 0.05)
        assert await errand.run(lambda: int(release.wait(20.0))) is None
        assert await errand.run(lambda: 7) is None, "the one before still hangs"
        release.set()
        await asyncio.sleep(0.1)
        assert await errand.run(lambda: 7) == 7

    asyncio.run(story())


def test_a_state_folder_that_is_full_stops_nothing(tmp_path: Path):
    async def story():
        hook, world = Hook(), World(journal=LOSING)
        gone = tmp_path / "gone"
        async with served(hook) as port, watched(world, gone, port):
            await until(lambda: kinds(hook, "new") == ["journal"])
            world.journal = FINE
            await until(lambda: kinds(hook, "over") == ["journal"])

    asyncio.run(story())

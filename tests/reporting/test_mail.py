"""The weekly mail to a real SMTP server: what arrives, that it comes once, and that trouble is waited out."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email import message_from_string, policy
from email.message import EmailMessage
from pathlib import Path
from typing import cast

import pytest

from hotline_agi import rosters, weekly
from hotline_agi.alerting.sink import DeliveryFailed
from hotline_agi.reporting.mail import send_now
from hotline_agi.service import weekly_mail
from hotline_agi.service.weekly_mail import WeeklyMail
from hotline_agi.settings import Settings, read_settings
from hotline_agi.store.past import JOURNAL
from hotline_agi.terms.ids import LineId
from hotline_agi.weekly import Sent
from tests.alerting.servers import Post, served
from tests.commands import hotline
from tests.e2e.scenery import Scenery
from tests.reports.worlds import world, write

LINE = LineId("test")
NOW = datetime.now(UTC)


def house(folder: Path, port: int, *, more: str = "") -> Path:
    """A hotline with some past, whose mail goes to a port of loopback; returns its settings' path."""
    (folder / "rosters/test").mkdir(parents=True)
    (folder / "state").mkdir()
    for name, text in Scenery(softphones=3).files().items():
        (folder / "rosters" / name).write_text(text)
    config = folder / "hotline.yaml"
    config.write_text(
        "rosters: rosters\nstate: state\nmessages: messages\nami: {secret_file: secret}\n"
        "alarms:\n  name: 心理援助\n  email: {host: 127.0.0.1, port: "
        f"{port}, tls: none, from: hotline@example.org, to: [alarms@example.org]}}\n"
        f"reports:\n  weekly: {{to: [a@example.org, b@example.org]{more}}}\n...\n"
    )
    write(folder / "state" / JOURNAL, world(5, 150, NOW - timedelta(days=21), NOW, line=LINE))
    return config


def parsed(mail: str) -> EmailMessage:
    return cast(EmailMessage, message_from_string(mail.removesuffix("\r\n.\r\n"), policy=policy.default))


def attached(mail: EmailMessage) -> tuple[str, str]:
    """Name and text of the page."""
    (page,) = mail.iter_attachments()
    return str(page.get_filename()), page.get_content()


def test_it_is_sent_by_command_and_says_the_week(tmp_path: Path) -> None:
    async def story() -> None:
        post = Post()
        async with served(post) as port:
            config = house(tmp_path, port, more=", people: yes")
            done = await asyncio.to_thread(hotline, "report", "--mail-now", "--config", config)
            assert done.returncode == 0, done.stderr
            assert "sent to 2 addresses" in done.stdout
        (told,) = post.mails
        mail = parsed(told)
        week = weekly.week_due(_told(config), NOW, _zone(config))
        assert mail["subject"] == f"[心理援助] 报告 {week.name}"
        assert mail["to"] == "a@example.org, b@example.org"
        assert mail["auto-submitted"] == "auto-generated"
        body = mail.get_body(("plain",))
        assert body is not None
        assert "30 秒内接通" in body.get_content()
        name, page = attached(mail)
        assert name.endswith(".html")
        assert week.name in page
        assert "v01" in page
        assert not (tmp_path / "state" / weekly.NAME).exists(), "what is sent by hand is still due"

    asyncio.run(story())


def test_a_server_that_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(DeliveryFailed, match="no connection"):
        send_now(read_settings(house(tmp_path, 9)), NOW)


def test_the_service_sends_a_week_once_and_after_trouble(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first look sends nothing. A week that became due meanwhile is sent at the next start; by the next start after
    that it is not sent again. While the server refuses, it is tried again."""
    monkeypatch.setattr(weekly_mail, "FIRST_LOOK_S", 0.01)
    monkeypatch.setattr(weekly_mail, "LOOK_EVERY_S", 0.05)
    monkeypatch.setattr(weekly_mail, "RETRY_S", 0.05)

    async def story() -> None:
        refusing, post = Post(refuses=("a@example.org", "b@example.org")), Post()
        doors = {"open": False}

        async def door(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await (post if doors["open"] else refusing)(reader, writer)

        async with served(door) as port:
            config = house(tmp_path, port)
            settings, state = read_settings(config), tmp_path / "state"
            await ran(settings, until=lambda: weekly.read(state) is not None)
            week = weekly.week_due(_told(config), NOW, _zone(config))
            assert weekly.read(state) == Sent(until_at=week.until_at)
            weekly.write(state, Sent(until_at=week.from_at))  # the service was down when it became due

            asked = [0]
            before = WeeklyMail._send

            async def counted(self: WeeklyMail, source: Path) -> bool:
                asked[0] += 1
                return await before(self, source)

            monkeypatch.setattr(WeeklyMail, "_send", counted)
            await ran(settings, until=lambda: asked[0] >= 2)
            assert post.mails == []
            doors["open"] = True
            await ran(settings, until=lambda: (known := weekly.read(state)) is not None and known.sent_at is not None)
            assert len(post.mails) == 1
            asked[0] = 0
            await ran(settings, for_s=0.4)
            assert (asked[0], len(post.mails)) == (0, 1)
            assert week.name in attached(parsed(post.mails[0]))[1]
            assert "v01" not in attached(parsed(post.mails[0]))[1], "mail names nobody unless it is told to"

    asyncio.run(story())


async def ran(settings: Settings, *, until: Callable[[], bool] = lambda: False, for_s: float = 40.0) -> None:
    """One life of the service's task."""
    roster = rosters.load(settings.rosters, None).roster
    task = asyncio.create_task(WeeklyMail(settings, lambda: roster).run())
    try:
        async with asyncio.timeout(for_s):
            while not until():
                assert not task.done()
                await asyncio.sleep(0.02)
    except TimeoutError:
        assert for_s < 1, "did not come true in time"
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def _told(config: Path):  # type: ignore[no-untyped-def]
    told = read_settings(config).reports.weekly
    assert told is not None
    return told


def _zone(config: Path):  # type: ignore[no-untyped-def]
    return next(iter(rosters.load(config.parent / "rosters", None).roster.lines.values())).zone

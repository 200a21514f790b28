"""Mails and webhooks to real servers: what arrives, and that a server that hangs hangs nobody."""

import asyncio
import hashlib
import hmac
import json
import socket
import time
from email import message_from_string, policy
from pathlib import Path
from typing import Any

import pytest

from hotline_agi.alarm_settings import MailSettings, WebhookSettings
from hotline_agi.alarms.book import AlarmBook, Digest
from hotline_agi.alarms.kinds import Condition, Grade, Kind
from hotline_agi.alerting import mail, outbox, webhook
from hotline_agi.alerting.mail import MailSink
from hotline_agi.alerting.outbox import Outbox
from hotline_agi.alerting.sink import Courier, DeliveryFailed
from hotline_agi.alerting.webhook import WebhookSink
from hotline_agi.terms.ids import VolunteerId
from tests.alarms.stories import at, looked
from tests.alerting.servers import Hook, Post, Serving, answers_in_drips, certificate, drips, says_nothing, served

NOBODY = Condition(
    kind=Kind.NOBODY,
    subject="xinli",
    grade=Grade.CRITICAL,
    en="line xinli is open and nobody on shift can be rung: 1 paused; no backup can be rung",
    zh="热线 xinli 正在服务时间，值班的人都无法接听：1 人暂停；后备也无人可以接听",
    people=((VolunteerId("chen-jing"), "paused"),),
)


def digest() -> Digest:
    book = AlarmBook()
    for second in (0, 30, 60):
        looked(book, second, NOBODY)
    found = book.digest("email", at(60).at)
    assert found is not None
    return found


def mail_settings(port: int, **how: Any) -> MailSettings:
    known = {"host": "localhost", "sender": "hotline@example.org", "to": ("a@example.org", "b@example.org")}
    return MailSettings(port=port, **known | {"tls": "none"} | how)


async def sent(sink: Any, limit_s: float = 5.0) -> None:
    told = digest()
    await Courier(sink.name, limit_s).run(lambda leash: sink.deliver(told, leash))


def test_a_mail_says_it_in_both_languages_and_names_nobody(tmp_path: Path):
    async def story():
        context, ca_file = certificate(tmp_path)
        (tmp_path / "password").write_text("a secret\n")
        post = Post(context)
        async with served(post) as port:
            how = {"tls": "starttls", "ca_file": ca_file, "user": "hotline", "password_file": tmp_path / "password"}
            await sent(MailSink(mail_settings(port, **how), "心理援助热线"))
            assert post.was_encrypted
            assert len(post.logins) == 1
            message = message_from_string(post.mails[0].removesuffix("\r\n.\r\n"), policy=policy.default)
            assert message["subject"] == "[心理援助热线] 1 new (1 critical): nobody-reachable"
            assert message["to"] == "a@example.org, b@example.org"
            assert message["auto-submitted"] == "auto-generated"
            text = message.get_content()  # type: ignore[attr-defined]
            assert NOBODY.en in text
            assert NOBODY.zh in text
            assert "chen-jing" not in text
            await sent(MailSink(mail_settings(port, **how, names=True), "x"))
            assert "chen-jing (paused)" in message_from_string(post.mails[1], policy=policy.default).get_content()  # type: ignore[attr-defined]

    asyncio.run(story())


def test_a_mail_over_tls_goes_to_no_server_that_is_not_trusted(tmp_path: Path):
    async def story():
        context, ca_file = certificate(tmp_path)
        post = Post()
        async with served(post, context) as port:
            with pytest.raises(DeliveryFailed, match="not trusted"):
                await sent(MailSink(mail_settings(port, tls="tls"), "x"))
            assert post.mails == []
            await sent(MailSink(mail_settings(port, tls="tls", ca_file=ca_file), "x"))
            assert len(post.mails) == 1

    asyncio.run(story())


def test_a_refusal_is_a_failure_and_repeats_no_address():
    async def story():
        async with served(Post(refuses=("b@example.org",))) as port:
            with pytest.raises(DeliveryFailed, match="refused 1 of 2"):
                await sent(MailSink(mail_settings(port), "x"))
        with pytest.raises(DeliveryFailed, match="no connection") as failed:
            await sent(MailSink(mail_settings(port), "x"))
        assert "example.org" not in str(failed.value)
        async with served(Post()) as port:
            with pytest.raises(DeliveryFailed, match="does not offer"):
                await sent(MailSink(mail_settings(port, tls="starttls"), "x"))

    asyncio.run(story())


def test_a_webhook_is_signed(tmp_path: Path):
    async def story():
        (tmp_path / "secret").write_bytes(b"shared\n")
        context, ca_file = certificate(tmp_path)
        hook = Hook()
        async with served(hook, context) as port:
            url = f"https://localhost:{port}/alarms?to=us"
            how = {"url": url, "secret_file": tmp_path / "secret", "ca_file": ca_file}
            await sent(WebhookSink(WebhookSettings(**how), "xinli"))
            headers, body = hook.requests[0]
            told = json.loads(body)
            assert [one["kind"] for one in told["new"]] == ["nobody-reachable"]
            assert "chen-jing" not in body.decode()
            proof = hmac.new(b"shared", headers["x-hotline-time"].encode() + b"." + body, hashlib.sha256).hexdigest()
            assert headers["x-hotline-signature"] == f"sha256={proof}"
            assert abs(int(headers["x-hotline-time"]) - time.time()) < 60
            with pytest.raises(DeliveryFailed, match="not trusted"):
                await sent(WebhookSink(WebhookSettings(url=url), "x"))
            hook.status = 302
            with pytest.raises(DeliveryFailed, match="answered 302"):
                await sent(WebhookSink(WebhookSettings(**how), "x"))

    asyncio.run(story())


HANGING = {"says nothing": says_nothing, "drips": drips, "answers in drips": answers_in_drips}


@pytest.mark.parametrize("how", HANGING)
@pytest.mark.parametrize("by", ["email", "webhook"])
def test_a_server_that_hangs_is_left_in_time_and_its_thread_ends(how: str, by: str):
    async def story():
        async with served(HANGING[how]) as port:
            sink: Any = (
                MailSink(mail_settings(port), "x")
                if by == "email"
                else WebhookSink(WebhookSettings(url=f"http://localhost:{port}/"), "x")
            )
            courier, told, began = Courier(by, 0.5), digest(), time.monotonic()
            with pytest.raises(DeliveryFailed):
                await courier.run(lambda leash: sink.deliver(told, leash))
            assert time.monotonic() - began < 1.0
            async with asyncio.timeout(2.0):  # it was cut loose
                while courier.is_busy:
                    await asyncio.sleep(0.01)

    asyncio.run(story())


def test_a_name_server_that_hangs_blocks_one_thread_and_nobody_else(monkeypatch: pytest.MonkeyPatch):
    async def story():
        import threading

        release = threading.Event()

        def hangs(*_: Any, **__: Any) -> Any:
            release.wait(20.0)
            raise socket.gaierror

        monkeypatch.setattr(socket, "getaddrinfo", hangs)
        sink = WebhookSink(WebhookSettings(url="https://example.invalid/"), "x")
        courier, told, began = Courier("webhook", 0.3), digest(), time.monotonic()
        with pytest.raises(DeliveryFailed, match="no answer within"):
            await courier.run(lambda leash: sink.deliver(told, leash))
        with pytest.raises(DeliveryFailed, match="still hangs"):
            await courier.run(lambda leash: sink.deliver(told, leash))
        assert time.monotonic() - began < 1.0
        release.set()

    asyncio.run(story())


def test_the_newest_state_wins_when_a_server_is_back(monkeypatch: pytest.MonkeyPatch):
    """It is told once, not once per attempt; and what was over meanwhile is told as that."""

    async def story():
        monkeypatch.setattr(outbox, "LOOK_EVERY_S", 0.02)
        monkeypatch.setattr(outbox, "RETRY_S", 0.02)
        monkeypatch.setattr(outbox, "RETRY_MAX_S", 0.05)
        monkeypatch.setattr("hotline_agi.alarms.book.GATHER_S", 0.0)
        hook = Hook(503)
        book = AlarmBook(every_s=0.0)
        looked(book, 0, NOBODY)
        looked(book, 30, NOBODY)
        async with served(hook) as port:
            changed: list[None] = []
            sink = WebhookSink(WebhookSettings(url=f"http://localhost:{port}/"), "x")
            box = Outbox(sink, book, lambda: changed.append(None))
            task = asyncio.create_task(box.run())
            async with asyncio.timeout(5.0):
                while len(hook.requests) < 3:
                    await asyncio.sleep(0.01)
            assert box.state.trouble == "the server answered 503"
            looked(book, 100)
            looked(book, 400)
            hook.status = 200
            async with asyncio.timeout(5.0):
                while box.state.delivered_at is None:
                    await asyncio.sleep(0.01)
            count = len(hook.requests)
            told = json.loads(hook.requests[-1][1])
            assert ([one["kind"] for one in told["over"]], told["new"]) == (["nobody-reachable"], [])
            await asyncio.sleep(0.2)
            assert len(hook.requests) == count
            assert box.state.trouble == ""
            task.cancel()

    asyncio.run(story())


@pytest.mark.parametrize("serving", [says_nothing, Post()])
def test_a_test_tells_how_it_went(serving: Serving, monkeypatch: pytest.MonkeyPatch):
    async def story():
        monkeypatch.setattr(outbox, "LIMIT_S", 0.5)
        monkeypatch.setattr(mail, "STEP_S", 0.3)
        monkeypatch.setattr(webhook, "STEP_S", 0.3)
        async with served(serving) as port:
            ((name, trouble),) = await outbox.test_all([MailSink(mail_settings(port), "x")])
            assert name == "email"
            assert bool(trouble) == (serving is says_nothing)

    asyncio.run(story())

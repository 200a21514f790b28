"""The AMI link against an Asterisk that misbehaves."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from hotline_agi.asterisk import ami
from hotline_agi.asterisk.ami import AmiLink, AmiMessage
from hotline_agi.errors import LinkLost, PbxError, SetupError
from tests.asterisk.fake_ami import FakeAmi, fake_ami


class Ears:
    """Both ends of a link, and what came over it."""

    def __init__(self, pbx: FakeAmi) -> None:
        self.pbx = pbx
        self.events: list[AmiMessage] = []
        self.ups = self.downs = 0
        self.link = AmiLink(
            host="127.0.0.1",
            port=pbx.port,
            user="hotline-agi",
            secret="secret",
            on_event=self.hear,
            on_up=self.up,
            on_down=self.down,
        )

    def hear(self, message: AmiMessage) -> None:
        self.events.append(message)
        if message["Event"] == "Bad":
            raise RuntimeError("a bug of ours")

    async def up(self) -> None:
        self.ups += 1

    def down(self) -> None:
        self.downs += 1

    def heard(self, event: str) -> list[AmiMessage]:
        return [message for message in self.events if message["Event"] == event]


async def until(condition: Callable[[], bool], timeout_s: float = 3.0) -> None:
    async with asyncio.timeout(timeout_s):
        while not condition():
            await asyncio.sleep(0.005)


@asynccontextmanager
async def linked() -> AsyncIterator[Ears]:
    """A link that is up, kept up until the end."""
    async with fake_ami() as pbx:
        ears = Ears(pbx)
        task = asyncio.create_task(ears.link.run())
        await until(lambda: ears.link.is_up)
        try:
            yield ears
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


def test_login_refused() -> None:
    async def story() -> None:
        async with fake_ami() as pbx:
            pbx.takes_login = False
            with pytest.raises(SetupError, match=r"ami\.secret_file"):
                await Ears(pbx).link.connect()

    asyncio.run(story())


@pytest.mark.parametrize("greeting", [b"SSH-2.0-OpenSSH_9.2\r\n", b"HTTP/1.1 400 Bad Request\r\n\r\n", b"\xff\xfe\r\n"])
def test_something_else_answers(greeting: bytes) -> None:
    async def story() -> None:
        async with fake_ami() as pbx:
            pbx.greeting = greeting
            with pytest.raises(SetupError, match="no Asterisk Manager"):
                await Ears(pbx).link.connect()

    asyncio.run(story())


@pytest.mark.parametrize("greeting", [b"", b"Asterisk Call Man"])
def test_a_greeting_that_never_ends(greeting: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ami, "CONNECT_TIMEOUT_S", 0.1)

    async def story() -> None:
        async with fake_ami() as pbx:
            pbx.greeting = greeting
            with pytest.raises(SetupError, match="cannot reach"):
                await Ears(pbx).link.connect()

    asyncio.run(story())


def test_nobody_listens() -> None:
    async def story() -> None:
        async with fake_ami() as pbx:
            ears = Ears(pbx)
        with pytest.raises(SetupError, match="start Asterisk"):
            await ears.link.connect()

    asyncio.run(story())


def test_nothing_is_asked_before_asterisk_has_booted() -> None:
    async def story() -> None:
        async with fake_ami() as pbx:
            pbx.boots = False
            ears = Ears(pbx)
            connecting = asyncio.create_task(ears.link.connect())
            await until(lambda: pbx.logins == 1)
            await asyncio.sleep(0.05)
            assert not connecting.done()
            pbx.say(b"Event: FullyBooted\r\n\r\n")
            await asyncio.wait_for(connecting, 1.0)
            ears.link.hang_up()

    asyncio.run(story())


def test_asterisk_that_never_boots_or_dies_meanwhile(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ami, "BOOT_TIMEOUT_S", 0.1)

    async def story() -> None:
        async with fake_ami() as pbx:
            pbx.boots = False
            with pytest.raises(SetupError, match="did not finish its start"):
                await Ears(pbx).link.connect()

    asyncio.run(story())


def test_any_chunking_of_utf8_reads_the_same() -> None:
    async def story() -> None:
        async with linked() as ears:
            said = "Event: UserEvent\r\nWho: 心理援助热线 – ü\r\n\r\n".encode()
            for octet in said:
                ears.pbx.say(bytes([octet]))
                await asyncio.sleep(0)
                await asyncio.sleep(0)
            ears.pbx.say(said * 3)
            await until(lambda: len(ears.heard("UserEvent")) == 4)
            assert {message["Who"] for message in ears.heard("UserEvent")} == {"心理援助热线 – ü"}

    asyncio.run(story())


@pytest.mark.parametrize(
    "garbage", [b"\r\n\r\n", b"\xff\xfe\r\n\r\n", b"no colon\r\n\r\n", b": \r\n\r\n", bytes(range(256)) + b"\r\n\r\n"]
)
def test_garbage_between_events_costs_nothing(garbage: bytes) -> None:
    async def story() -> None:
        async with linked() as ears:
            ears.pbx.say(garbage * 10 + b"Event: UserEvent\r\n\r\n")
            await until(lambda: bool(ears.heard("UserEvent")))
            assert ears.downs == 0

    asyncio.run(story())


def test_an_exception_in_the_callback_drops_neither_link_nor_event() -> None:
    async def story() -> None:
        async with linked() as ears:
            ears.pbx.say(b"Event: Bad\r\n\r\nEvent: UserEvent\r\n\r\n")
            await until(lambda: bool(ears.heard("UserEvent")))
            assert ears.downs == 0 and ears.link.is_up

    asyncio.run(story())


def test_actions_in_flight_are_uncertain_and_never_sent_again() -> None:
    async def story() -> None:
        async with linked() as ears:
            answers: list[AmiMessage | None] = []
            ears.link.send((("Action", "Originate"), ("Channel", "PJSIP/s01")), answers.append)
            request = asyncio.create_task(ears.link.request((("Action", "Status"),), timeout_s=5.0))
            await until(lambda: len(ears.pbx.actions) == 2)
            ears.pbx.drop()
            with pytest.raises(LinkLost):
                await request
            assert answers == [None]
            assert ears.downs == 1
            with pytest.raises(LinkLost):
                ears.link.send((("Action", "Originate"),))
            await until(lambda: ears.ups == 2)
            await asyncio.sleep(0.1)
            assert [action["Action"] for action in ears.pbx.actions] == ["Originate", "Status"]

    asyncio.run(story())


def test_refusals_and_silence_of_one_action() -> None:
    async def story() -> None:
        async with linked() as ears:
            request = asyncio.create_task(ears.link.request((("Action", "Status"),), timeout_s=5.0))
            await until(lambda: len(ears.pbx.actions) == 1)
            action_id = ears.pbx.actions[0]["ActionID"]
            ears.pbx.say(f"Response: Error\r\nActionID: {action_id}\r\nMessage: Permission denied\r\n\r\n".encode())
            with pytest.raises(PbxError, match="Permission denied"):
                await request
            with pytest.raises(PbxError, match="within"):
                await ears.link.request((("Action", "Status"),), timeout_s=0.05)
            assert ears.link.is_up

    asyncio.run(story())


def test_a_list_is_collected_to_its_end() -> None:
    async def story() -> None:
        async with linked() as ears:
            rows: list[AmiMessage] = []
            request = asyncio.create_task(ears.link.request((("Action", "Status"),), timeout_s=5.0, rows=rows))
            await until(lambda: len(ears.pbx.actions) == 1)
            tail = f"ActionID: {ears.pbx.actions[0]['ActionID']}\r\n\r\n"
            ears.pbx.say(f"Response: Success\r\nEventList: start\r\n{tail}".encode())
            for n in range(3):
                ears.pbx.say(f"Event: Status\r\nUniqueid: pbx1-1.{n}\r\n{tail}Event: UserEvent\r\n\r\n".encode())
            ears.pbx.say(f"Event: StatusComplete\r\nItems: 3\r\n{tail}".encode())
            await request
            assert [row["Uniqueid"] for row in rows] == ["pbx1-1.0", "pbx1-1.1", "pbx1-1.2"]
            assert len(ears.heard("UserEvent")) == 3

    asyncio.run(story())


def test_silence_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    assert ami.PING_EVERY_S + ami.PING_TIMEOUT_S < 10.0  # the promise; a tenth of it here
    monkeypatch.setattr(ami, "PING_EVERY_S", ami.PING_EVERY_S / 10)
    monkeypatch.setattr(ami, "PING_TIMEOUT_S", ami.PING_TIMEOUT_S / 10)

    async def story() -> None:
        async with linked() as ears:
            ears.pbx.answers_pings = False
            silent_at = time.monotonic()
            await until(lambda: ears.downs == 1)
            assert time.monotonic() - silent_at < 1.0
            ears.pbx.answers_pings = True
            await until(lambda: ears.ups == 2)

    asyncio.run(story())


@pytest.mark.parametrize("turns", range(5))
def test_it_ends_when_told_even_while_the_link_is_lost(turns: int) -> None:
    """Python 3.11's `wait_for` swallows a cancellation that comes together with its result."""

    async def story() -> None:
        async with fake_ami() as pbx:
            ears = Ears(pbx)
            task = asyncio.create_task(ears.link.run())
            await until(lambda: ears.link.is_up)
            ears.link.hang_up()
            for _ in range(turns):
                await asyncio.sleep(0)
            task.cancel()
            await asyncio.wait({task}, timeout=1.0)
            assert task.cancelled()

    asyncio.run(story())


def test_an_endless_message_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ami, "MAX_MESSAGE_BYTES", 10_000)

    async def story() -> None:
        async with linked() as ears:
            ears.pbx.say(b"Event: " + b"x" * 20_000)
            await until(lambda: ears.downs == 1)
            await until(lambda: ears.ups == 2)

    asyncio.run(story())


def test_too_many_actions_without_an_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ami, "MAX_PENDING", 3)

    async def story() -> None:
        async with linked() as ears:
            answers: list[AmiMessage | None] = []
            for _ in range(3):
                ears.link.send((("Action", "Originate"),), answers.append)
            with pytest.raises(LinkLost, match="does not answer"):
                ears.link.send((("Action", "Originate"),), answers.append)
            await until(lambda: answers == [None] * 3)
            await until(lambda: ears.ups == 2)

    asyncio.run(story())

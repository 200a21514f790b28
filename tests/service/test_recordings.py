"""From Asterisk's folders into the archive: what is taken in, what is removed, and what waits."""

import asyncio
import os
import time
import wave
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest

from hotline_agi import sealing
from hotline_agi.archive import Archive, Kind
from hotline_agi.dispatch.commands import StopRecording
from hotline_agi.dispatch.events import Event, MessageLeft, RecordingPossible
from hotline_agi.recording_settings import RecordingSettings
from hotline_agi.service import recordings as module
from hotline_agi.service.playback import CannotPlay, Playback
from hotline_agi.service.recordings import Recordings
from hotline_agi.service.voicemail import Voicemail
from hotline_agi.store.journal import Journal
from hotline_agi.store.reading import JournalReader
from hotline_agi.store.recordings import accesses
from hotline_agi.store.recordings import recordings as asked
from hotline_agi.terms.facts import Fact
from hotline_agi.terms.ids import CallId, LineId, NodeId, VolunteerId
from tests.store.calls import AGELESS, START, noted, opened

LINE = LineId("xinli")
SECRET, PUBLIC = sealing.new_identity()


def name(call: str, epoch: int = 1795859950) -> str:
    return f"{epoch}_01632960100_{call}.wav"


def speech(path: Path, seconds: float = 3.0, *, is_open: bool = False) -> None:
    """A recording; `is_open`: Asterisk has not closed it."""
    draft = path.with_suffix(".part")  # nobody may see it before its head says what it shall
    with wave.open(str(draft), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(bytes(round(seconds * 16_000)))
    if is_open:
        with draft.open("r+b") as octets:
            octets.seek(4)
            octets.write(bytes(4))
    draft.rename(path)


class Shop:
    """A service's recordings, with what it told the machine."""

    def __init__(self, folder: Path, *, key: bool = True) -> None:
        for part in ("messages", "talks", "state"):
            (folder / part).mkdir(exist_ok=True)
        identity = folder / "identity"
        identity.write_text(SECRET)
        settings = RecordingSettings(
            recipients=(PUBLIC,) if key else (), talks=folder / "talks", identity_file=identity if key else None
        )
        self.archive = Archive(settings, messages=folder / "messages", state=folder / "state")
        self.talks, self.messages = folder / "talks", folder / "messages"
        self.journal_path = folder / "state" / "journal.db"
        self.journal = Journal.open(self.journal_path, ages=AGELESS)
        self.told: list[Event] = []
        self.recordings = Recordings(
            self.archive,
            journal=self.journal,
            journal_path=self.journal_path,
            line_of_number=lambda number: LINE if number == "01632960100" else None,
            tell=self.told.append,
            is_wanted=lambda: True,
        )

    def sealed(self, kind: Kind) -> list[str]:
        return sorted(path.name for path in self.archive.sealed(kind).glob("*"))

    def rows(self) -> list[tuple[str, str, float]]:
        with JournalReader.open(self.journal_path) as reader:
            return [(one.kind, one.call, one.length_s) for one in asked(reader)]

    async def until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(8.0):
            while not condition():
                await asyncio.sleep(0.01)


@asynccontextmanager
async def working(folder: Path, *, key: bool = True) -> AsyncIterator[Shop]:
    shop = Shop(folder, key=key)
    task = asyncio.create_task(shop.recordings.run())
    try:
        yield shop
        assert not task.done()
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        assert await asyncio.to_thread(shop.journal.close, 5)


def play(story: Callable[[], Awaitable[None]]) -> None:
    asyncio.run(asyncio.wait_for(story(), 30))  # type: ignore[arg-type]


def test_what_an_earlier_run_left_is_put_away_at_the_start(tmp_path: Path) -> None:
    async def story() -> None:
        before = Shop(tmp_path)
        call = CallId("pbx1-3")
        before.journal.write(opened(call), START)
        before.journal.write(noted(call, Fact.RECORDING_REVOKED, "", None), START)
        assert await asyncio.to_thread(before.journal.close, 5)
        speech(before.talks / name("pbx1-1"))
        speech(before.talks / name("pbx1-2"), 0.5)  # too short to be of use
        speech(before.talks / name("pbx1-3"))  # its caller took it back while the service died
        speech(before.talks / name("pbx1-4"), is_open=True)  # Asterisk died in it
        os.utime(before.talks / name("pbx1-4"), (time.time() - 90,) * 2)
        speech(before.talks / "notes of the hospital.wav")
        before.archive.prepare()
        speech(before.messages / name("pbx1-5"))
        before.archive.seal(Kind.MESSAGE, name("pbx1-5"))  # encrypted, and killed before its row was written
        speech(before.messages / name("pbx1-6"))  # nobody knows whether it is over
        async with working(tmp_path) as shop:
            await shop.until(lambda: len(shop.rows()) == 3)
            assert sorted(shop.rows()) == [
                ("message", "pbx1-5", 3.0),
                ("talk", "pbx1-1", 3.0),
                ("talk", "pbx1-4", 3.0),
            ]
            assert shop.sealed(Kind.TALK) == [f"{name('pbx1-1')}.age", f"{name('pbx1-4')}.age"]
            assert [path.name for path in shop.talks.iterdir()] == ["notes of the hospital.wav"]
            assert [path.name for path in shop.messages.iterdir()] == [name("pbx1-6")]
            assert MessageLeft(call=CallId("pbx1-5")) in shop.told
            assert RecordingPossible(possible=True) in shop.told
            # the message is kept now
            shop.recordings.kept(name("pbx1-6").removesuffix(".wav"))
            await shop.until(lambda: len(shop.sealed(Kind.MESSAGE)) == 2)
            await shop.until(lambda: list(shop.messages.iterdir()) == [])

    play(story)


def test_a_talk_that_is_over_is_taken_in_when_asterisk_has_closed_it(tmp_path: Path) -> None:
    async def story() -> None:
        async with working(tmp_path) as shop:
            await shop.until(lambda: shop.told != [])
            speech(shop.talks / name("pbx1-1"), is_open=True)
            shop.recordings.ended(name("pbx1-1").removesuffix(".wav"))
            await asyncio.sleep(0.5)
            assert shop.sealed(Kind.TALK) == []
            speech(shop.talks / name("pbx1-1"))
            await shop.until(lambda: shop.rows() == [("talk", "pbx1-1", 3.0)])
            # and what was kept is removed when its caller takes it back, as long as the call lasts
            shop.recordings.stopped(StopRecording(call=CallId("pbx1-1"), node=NodeId("pbx1"), leg=None, erase=True))
            await shop.until(lambda: shop.sealed(Kind.TALK) == [])
            await shop.until(lambda: shop.rows() == [])

    play(story)


@pytest.mark.parametrize("lack", ["key", "folder", "room", "age"])
def test_what_stands_in_the_way_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lack: str) -> None:
    async def story() -> None:
        if lack == "room":
            monkeypatch.setattr(module, "MIN_FREE_BYTES", 1 << 60)
        elif lack == "age":
            monkeypatch.setenv("PATH", "/nowhere")
        async with working(tmp_path, key=lack != "key") as shop:
            if lack == "folder":
                await shop.until(lambda: shop.told == [RecordingPossible(possible=True)])
                shop.talks.rmdir()
                shop.recordings.ended("1_2_x")
            await shop.until(lambda: shop.recordings.trouble is not None)
            assert shop.told[-1:] in ([], [RecordingPossible(possible=False)])
            words = {"key": "recipients", "folder": "no folder", "room": "MB left", "age": "not installed"}
            assert words[lack] in str(shop.recordings.trouble)

    play(story)


def test_a_message_is_heard_by_telephone_after_it_is_noted_and_is_gone_afterwards(tmp_path: Path) -> None:
    async def story() -> None:
        async with working(tmp_path) as shop:
            await shop.until(lambda: shop.told != [])
            shop.journal.write(opened(CallId("pbx1-1")), START)
            speech(shop.messages / name("pbx1-1"))
            octets = (shop.messages / name("pbx1-1")).read_bytes()
            playback = Playback(shop.archive, shop.journal_path)
            mei, call = VolunteerId("mei"), CallId("pbx1-1")
            plain = await playback.prepare(Kind.MESSAGE, call, name("pbx1-1"), who=mei)
            assert (plain.path.with_suffix(".wav").read_bytes(), plain.is_temporary) == (octets, False)
            await playback.done(plain)
            assert plain.path.with_suffix(".wav").exists()
            shop.recordings.kept(name("pbx1-1").removesuffix(".wav"))
            await shop.until(lambda: list(shop.messages.glob("*.wav")) == [])
            played = await playback.prepare(Kind.MESSAGE, call, name("pbx1-1"), who=mei)
            file = played.path.parent / f"{played.path.name}.wav"
            assert file.read_bytes() == octets
            assert file.stat().st_mode & 0o777 == 0o640
            await playback.done(played)
            assert not file.exists()
            await playback.done(played)
            # nobody hears what cannot be noted, is of another call, or is not there
            for wrong in ({"file": name("pbx1-2")}, {"call": CallId("pbx1-2")}):
                with pytest.raises(CannotPlay):
                    await playback.prepare(
                        Kind.MESSAGE,
                        **{"call": call, "file": name("pbx1-1")} | wrong,
                        who=mei,  # type: ignore[arg-type]
                    )
            with pytest.raises(CannotPlay):
                gone = Playback(shop.archive, shop.journal_path.with_name("gone.db"))
                await gone.prepare(Kind.MESSAGE, call, name("pbx1-1"), who=mei)
            assert list(shop.archive.playing.iterdir()) == []
            with JournalReader.open(shop.journal_path) as reader:
                assert [(one.who, one.how, one.call) for one in accesses(reader)] == [
                    ("mei", "heard by telephone", call)
                ] * 2
            # what a crash left goes at the next start
            left = await playback.prepare(Kind.MESSAGE, call, name("pbx1-1"), who=mei)
            shop.archive.forget_played()
            assert not left.path.with_name(f"{left.path.name}.wav").exists()

    play(story)


def test_a_message_that_is_asked_about_twice_is_kept_twice(tmp_path: Path) -> None:
    """The first answer was lost, and meanwhile it was encrypted: the caller must not hear that nothing was recorded."""

    class Session:
        said = ""

        def reply(self, text: str) -> None:
            self.said = text

    async def story() -> None:
        shop = Shop(tmp_path)
        shop.archive.prepare()
        voicemail = Voicemail(
            shop.messages,
            journal=shop.journal,
            journal_path=shop.journal_path,
            line_of_number=lambda _: LINE,
            tell=shop.told.append,
            archive=shop.archive,
            kept=lambda stem: shop.archive.seal(Kind.MESSAGE, f"{stem}.wav"),
        )
        speech(shop.messages / name("pbx1-1"))
        for _ in range(2):
            session = Session()
            await voicemail.recorded(CallId("pbx1-1"), name("pbx1-1").removesuffix(".wav"), session)  # type: ignore[arg-type]
            assert session.said == "ok:kept"
        assert shop.sealed(Kind.MESSAGE) == [f"{name('pbx1-1')}.age"]
        for wrong in ("pbx1-2", "../x"):
            session = Session()
            await voicemail.recorded(CallId(wrong), name(wrong).removesuffix(".wav"), session)  # type: ignore[arg-type]
            assert session.said == "ok:short"
        assert await asyncio.to_thread(shop.journal.close, 5)

    play(story)

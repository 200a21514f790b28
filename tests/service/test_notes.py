"""Notes from shift to shift, as the service keeps them: taken in, found, played, encrypted; and results at the edge."""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from hotline_agi.archive import Archive, Kind
from hotline_agi.asterisk.fastagi import AgiSession
from hotline_agi.asterisk.unattended import KeptResult
from hotline_agi.dispatch.commands import Command, NoteFact
from hotline_agi.dispatch.events import Event, ResultGiven
from hotline_agi.recording_settings import RecordingSettings
from hotline_agi.roster.model import Notes as NotesPolicy
from hotline_agi.roster.model import TalkResults
from hotline_agi.roster.results_fields import KNOWN
from hotline_agi.service import notes as module
from hotline_agi.service import results as results_module
from hotline_agi.service.note_files import NoteFiles
from hotline_agi.service.notes import Notes
from hotline_agi.service.playback import Playback
from hotline_agi.service.results import Results
from hotline_agi.store.callers import flagged
from hotline_agi.store.journal import Journal
from hotline_agi.store.notes import past_notes
from hotline_agi.terms.facts import Fact
from hotline_agi.terms.ids import CallerToken, CallId, LegId, VolunteerId
from tests.dispatch.lines import XINLI, line, roster, shift
from tests.planting import instead_of
from tests.service.test_recordings import PUBLIC, SECRET, play, speech
from tests.store.calls import AGELESS, START, opened

LIN, WANG = VolunteerId("lin"), VolunteerId("wang")


class Question:
    """A question of the dialplan, and what it was answered."""

    def __init__(self, route: str, *arguments: str, uniqueid: str = "leg-1") -> None:
        self.route, self._arguments, self.uniqueid = route, arguments, uniqueid
        self.request = self
        self.replies: list[str | None] = []

    def argument(self, n: int) -> str:
        return self._arguments[n] if n < len(self._arguments) else ""

    def reply(self, value: str) -> None:
        self.replies.append(value)

    def refuse(self) -> None:
        self.replies.append(None)


class Office:
    """The service's notes in a folder."""

    def __init__(self, folder: Path, *, key: bool = False) -> None:
        for part in ("messages", "state"):
            (folder / part).mkdir(exist_ok=True)
        identity = folder / "identity"
        identity.write_text(SECRET)
        settings = RecordingSettings(recipients=(PUBLIC,), identity_file=identity) if key else RecordingSettings()
        self.archive = Archive(settings, messages=folder / "messages", state=folder / "state")
        self.folder, self.path = folder / "messages", folder / "state" / "journal.db"
        self.journal = Journal.open(self.path, ages=AGELESS)
        self.tasks: set[asyncio.Task[None]] = set()
        self.allowed: dict[tuple[str, str], VolunteerId] = {}
        self.notes = Notes(
            NoteFiles(self.archive, Playback(self.archive, self.path, own_group=False), chore=self.chore),
            journal=self.journal,
            journal_path=self.path,
            hears=lambda uniqueid, note: self.allowed.get((uniqueid, note)),
            chore=self.chore,
        )

    def chore(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self.tasks.add(task)

    def name(self, minutes_ago: float, who: VolunteerId = WANG, n: int = 1) -> str:
        epoch = int((datetime.now(UTC) - timedelta(minutes=minutes_ago)).timestamp())
        return f"note_{epoch}_xinli_{who}_pbx1-1.{n}"

    def recorded(self, name: str, seconds: float = 3.0, *, is_quiet: bool = False) -> str:
        path = self.folder / f"{name}.wav"
        speech(path, seconds)
        if is_quiet:
            os.utime(path, (0, 0))
        return name

    async def ask(self, route: str, *arguments: str, uniqueid: str = "leg-1") -> list[str | None]:
        question = Question(route, *arguments, uniqueid=uniqueid)
        self.notes.on_question(cast(AgiSession, question))
        await self.until(lambda: bool(question.replies))
        return question.replies

    async def until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(6.0):
            while not condition():
                await asyncio.sleep(0.01)

    def names(self, who: VolunteerId = LIN, hours: int = 24) -> list[tuple[str, bool]]:
        lines = [line(notes=NotesPolicy(for_s=3600.0 * hours))]
        return [(one.name, one.is_new) for one in self.notes.of(lines, who, datetime.now(UTC))]


@asynccontextmanager
async def working(folder: Path, *, key: bool = False) -> AsyncIterator[Office]:
    office = Office(folder, key=key)
    task = asyncio.create_task(office.notes.adopt())
    try:
        yield office
        assert not task.done()
    finally:
        for one in (task, *office.tasks):
            one.cancel()
            with suppress(asyncio.CancelledError):
                await one
        assert await asyncio.to_thread(office.journal.close, 5)


def test_a_note_is_kept_heard_and_remembered(tmp_path: Path) -> None:
    play(lambda: kept(tmp_path))


async def kept(folder: Path) -> None:
    async with working(folder) as office:
        first, second = office.recorded(office.name(90)), office.recorded(office.name(30, n=2))
        old = office.recorded(office.name(60 * 25, n=3))
        assert await office.ask("note", second) == ["ok:kept"]
        assert await office.ask("note", first) == ["ok:kept"]
        assert await office.ask("note", old) == ["ok:kept"]
        assert await office.ask("note", office.recorded(office.name(1, n=4), 1.5)) == ["ok:short"]
        assert await office.ask("note", "1795859950_01632960100_pbx1-1") == ["ok:short"]
        assert office.names() == [(first, True), (second, True)]
        assert office.names(WANG) == [] and office.names(hours=26)[0] == (old, True)
        note = next(one for one in office.notes.of([line(notes=NotesPolicy())], LIN, datetime.now(UTC)))
        office.notes.heard(note, LIN)
        office.notes.heard(note, LIN)
        assert office.names() == [(first, False), (second, True)]
        assert office.notes.new_for([line(notes=NotesPolicy())], LIN, datetime.now(UTC)) == 1
        # nobody plays what the menu did not give them
        assert await office.ask("hear", first) == [None]
        office.allowed["leg-1", first] = LIN
        assert await office.ask("hear", first) == [f"ok:{office.folder / first}"]
        assert await office.ask("hear", first, uniqueid="leg-2") == [None]
        office.allowed["leg-1", second] = LIN
        (office.folder / f"{second}.wav").unlink()
        assert await office.ask("hear", second) == ["ok:lost"]
    async with working(folder) as office:  # the next run knows them
        await office.until(lambda: office.names() == [(first, False), (second, True)])
        (one,) = [one for one in past_notes(office.path) if one.heard]
        assert one.file == f"{first}.wav" and [who for who, _ in one.heard] == [LIN]


async def found(folder: Path) -> None:
    office = Office(folder)
    left = office.recorded(office.name(60), is_quiet=True)
    going_on = office.recorded(office.name(1, n=2))
    assert await asyncio.to_thread(office.journal.close, 5)
    for _ in range(2):  # and once only
        async with working(folder) as office:
            await office.until(lambda: office.names() == [(left, True)])
    assert [one.file for one in past_notes(office.path)] == [f"{left}.wav"]
    assert (office.folder / f"{going_on}.wav").exists()


def test_what_was_left_while_no_service_ran_is_found_once(tmp_path: Path) -> None:
    play(lambda: found(tmp_path))


async def encrypted(folder: Path) -> None:
    async with working(folder, key=True) as office:
        name = office.recorded(office.name(5))
        clear = (office.folder / f"{name}.wav").read_bytes()
        unknown = office.recorded(office.name(1, n=2))
        assert await office.ask("note", name) == ["ok:kept"]
        await office.until(lambda: not (office.folder / f"{name}.wav").exists())
        assert (office.archive.sealed(Kind.NOTE) / f"{name}.wav.age").is_file()
        assert (office.folder / f"{unknown}.wav").exists(), "what is being recorded is left alone"
        office.allowed["leg-1", name] = LIN
        (reply,) = await office.ask("hear", name)
        assert reply is not None and reply.startswith(f"ok:{office.archive.playing}/")
        played = Path(f"{reply.removeprefix('ok:')}.wav")
        assert await asyncio.to_thread(played.read_bytes) == clear
    assert not await asyncio.to_thread(played.exists), "a service that ends leaves nothing in the clear"


def test_notes_are_encrypted_as_messages_are(tmp_path: Path) -> None:
    play(lambda: encrypted(tmp_path))


@pytest.mark.parametrize(
    ("name", "old", "new", "story"),
    [
        ("Notes.adopt", "self._keep(found)", "pass", found),
        ("Notes.of", "note.volunteer != who", "True", kept),
        ("Notes.of", "note.recorded_at >= since[note.line]", "True", kept),
        ("Notes.heard", "heard.add(who)", "pass", kept),
        ("Notes.on_question", "self._hears(request.uniqueid, name) is None", "False", kept),
        ("Notes._open", 'f"ok:{path}"', '"ok:lost"', encrypted),
        ("Notes._put_away", "note_files(self._path)", "()", encrypted),
        ("Notes._read", "self._enter(note", "(lambda *_: None)(note", kept),
    ],
)
def test_a_planted_bug_is_found(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    old: str,
    new: str,
    story: Callable[[Path], Awaitable[None]],
) -> None:
    instead_of(module, name, old, new)(monkeypatch)
    monkeypatch.setattr(module, "WRITTEN_S", 0.1)
    with pytest.raises((AssertionError, TimeoutError, ExceptionGroup)):
        play(lambda: story(tmp_path))


# ---- results


class Desk:
    def __init__(self, folder: Path) -> None:
        self.path = folder / "journal.db"
        self.journal = Journal.open(self.path, ages=AGELESS)
        policy = TalkResults(
            ask=True, list=tuple(KNOWN.values()), count=frozenset({"silent"}), flag=frozenset({"high-risk"})
        )
        self.roster = roster(line(results=policy, shifts=(shift(["lin"], []),)))
        self.told: list[Event] = []
        self.chores: list[Coroutine[None, None, None]] = []
        self.results = Results(
            self.path,
            roster=lambda: self.roster,
            line_of_call=lambda _: XINLI,
            labels=lambda _: frozenset(),
            tell=self.told.append,
            chore=self.chores.append,
        )

    async def ask(self, *arguments: str) -> list[str | None]:
        question = Question("result", *arguments, uniqueid="leg-9")
        self.results.on_question(cast(AgiSession, question))
        while self.chores:
            await self.chores.pop(0)
        return question.replies


def test_a_key_is_a_result_of_the_line_and_flags_before_it_is_noted(tmp_path: Path) -> None:
    async def story() -> None:
        desk = Desk(tmp_path)
        call = CallId("pbx1-1.1")
        desk.journal.write(opened(call), START)
        desk.journal.write_token(call, CallerToken("a11ce"))
        assert await asyncio.to_thread(desk.journal.close, 5)
        assert await desk.ask("3", call, "xinli", "lin") == ["ok:noted:result-referred"]
        assert desk.told.pop() == ResultGiven(
            call=call, line=XINLI, result="referred", volunteer=LIN, leg=LegId("leg-9"), counts=False,
            caller=CallerToken("a11ce"),
        )  # fmt: skip
        assert flagged(desk.path, datetime.now(UTC)) == frozenset()
        assert await desk.ask("6", call, "xinli", "lin") == ["ok:noted:result-high-risk"]
        assert flagged(desk.path, datetime.now(UTC)) == {"a11ce"}
        for strange in (
            ("7", call, "xinli", "lin"),
            ("3", call, "nosuch", "lin"),
            ("3", "", "xinli", "lin"),
            ("3", call),
        ):
            assert await desk.ask(*strange) == ["ok:unknown"]
        word = KeptResult(
            key_of_row=CallId("r-leg-9-1"),
            said_at=START,
            call=call,
            line=XINLI,
            volunteer=LIN,
            leg=LegId("leg-9"),
            key="4",
        )
        desk.told.clear()
        await desk.results.kept(word)
        await desk.results.kept(replace(word, key="8"))
        (told,) = desk.told
        assert isinstance(told, ResultGiven) and (told.result, told.counts) == ("silent", True)

    play(story)


def test_whose_last_talk_it_was(tmp_path: Path) -> None:
    desk = Desk(tmp_path)

    def saw(*commands: Command) -> None:
        desk.results.saw(None, commands)

    assert desk.results.last_talk(LIN) is None
    saw(NoteFact(call=CallId("c1"), fact=Fact.TALK_STARTED, volunteer=LIN))
    saw(NoteFact(call=CallId("c1"), fact=Fact.RESULT, volunteer=LIN, detail="prank;counts=no"))
    saw(NoteFact(call=CallId("c2"), fact=Fact.TALK_STARTED, volunteer=WANG))
    saw(NoteFact(call=CallId("c3"), fact=Fact.TALK_STARTED))  # the overflow number
    found = [desk.results.last_talk(who) for who in (LIN, WANG)]
    assert [(one.call, one.result) for one in found if one is not None] == [("c1", "prank"), ("c2", "")]
    saw(NoteFact(call=CallId("c4"), fact=Fact.TALK_STARTED, volunteer=LIN))
    last: Any = desk.results.last_talk(LIN)
    assert (last.call, last.line, last.result) == ("c4", XINLI, "")
    assert results_module.TALKS_KEPT > 1000
    desk.journal.close(5)

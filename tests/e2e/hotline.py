"""A hotline that plays a story: a stage with people on it, and what the journal says afterwards."""

import asyncio
import re
import sqlite3
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hotline_agi.dispatch.replay import replay
from hotline_agi.lab import rtp
from hotline_agi.lab.behaviour import Behaviour, never_answer
from hotline_agi.lab.call import PhoneCall
from hotline_agi.lab.stage import Stage, open_stage
from hotline_agi.lab.wire import CallTimeout
from hotline_agi.store.reading import JournalReader
from hotline_agi.store.tape import PastRosters, beginning_of, lines_of, runs
from tests.e2e.hearing import HZ, write_prompts
from tests.e2e.scenery import CALLER, HOTLINE, OVERFLOW, Scenery, mobile_of

BAD = ("warning", "error", "critical")
KEPT_S = 60.0
"""A story asks at its end what was heard in all of it."""
STOPS_S = 1.0
"""The promise: so long may a phone ring on when there is nothing to answer any more."""
HUNG_UP_IN_A_STEP = (
    "Session already DISCONNECTED",
    "func_export.c: Channel",
    "Bridge failed because channel",
    # Bridge() took a caller out of their own hang-up handler
    "Can't move channel",
    "Could not gain control of channel",
    "No Gosub stack allocated",
    "Abnormal 'Gosub(hotline-end",
)
PERSONAL_NUMBER = re.compile(r"7700900[0-9]{3}|1632960199")
"""Of callers, volunteers and the overflow, in all spellings; the hotline's own number is public."""


class Person:
    """Somebody with a phone that rings: remembers every call, and does what `behaviour` says at that moment."""

    def __init__(self, name: str, behaviour: Behaviour) -> None:
        self.name, self.hz, self.behaviour = name, HZ[name], behaviour
        self.calls: list[PhoneCall] = []
        self._rung = asyncio.Event()

    def __call__(self, call: PhoneCall) -> None:
        self.calls.append(call)
        self._rung.set()
        self.behaviour(call)

    async def until_rung(self, timeout_s: float, nth: int = 1) -> PhoneCall:
        """The nth call to this phone, as soon as it is there.

        :raises CallTimeout: if it does not come.
        """
        try:
            async with asyncio.timeout(timeout_s):
                while len(self.calls) < nth:
                    self._rung.clear()
                    await self._rung.wait()
        except TimeoutError:
            raise CallTimeout(f"{self.name} was not rung {nth} times within {timeout_s} s") from None
        return self.calls[nth - 1]

    @property
    def is_rung(self) -> bool:
        """Whether a call rings or talks here now."""
        return any(call.ended_at is None for call in self.calls)


@dataclass(frozen=True, slots=True, kw_only=True)
class CallRow:
    """One call as the journal has it."""

    call: str
    outcome: str
    volunteer: str | None
    wait_s: float
    talk_s: float
    legs: dict[str, str]
    """Volunteer (overflow number: "overflow") → how their last leg ended."""
    facts: list[str]
    """What the timeline tells, in order: the fact, who it is about, and its detail, with blanks between."""
    messages: list[tuple[str, float]]
    """File name and length of each message."""


class Hotline:
    """See `open_hotline`."""

    def __init__(self, stage: Stage, scenery: Scenery) -> None:
        self.stage, self.scenery = stage, scenery
        self.people: dict[str, Person] = {}
        self.callers: list[PhoneCall] = []

    async def person(self, name: str, behaviour: Behaviour | None = None, *, host: str = "127.0.0.1") -> Person:
        """A volunteer, by the name in the roster, has their phone on (a softphone registers). Without: rings on.

        `host` is where a softphone is.
        """
        person = self.people[name] = Person(name, behaviour or never_answer())
        if name == "overflow":
            self.stage.mobile(OVERFLOW, person)
        elif name.startswith("m"):
            self.stage.mobile(mobile_of(int(name[1:])), person)
        else:
            await self.stage.softphone(name, person, host=host)
        return person

    def caller(self, who: str = "caller", **how: Any) -> PhoneCall:
        """Somebody rings the hotline and speaks with the tone of `who`."""
        number = {"caller": CALLER, "second caller": SECOND_CALLER}[who]
        call = self.stage.call(HOTLINE, **({"from_user": number, "tone_hz": HZ[who]} | how))
        self.callers.append(call)
        return call

    async def closed(self, nth: int = 1, timeout_s: float = 10.0) -> CallRow:
        """The journal's row of the nth call that came in, as soon as its record is closed."""
        async with asyncio.timeout(timeout_s):
            while True:
                rows = self.rows()
                if len(rows) >= nth and (row := rows[nth - 1]).outcome:
                    return row
                await asyncio.sleep(0.03)

    def rows(self) -> list[CallRow]:
        """The journal, in order of arrival; outcome "" while a call is open."""
        with closing(sqlite3.connect(f"file:{self.stage.state / 'journal.sqlite'}?mode=ro", uri=True)) as journal:
            calls = journal.execute(
                "SELECT call, outcome, volunteer, wait_s, talk_s FROM call ORDER BY arrived_at"
            ).fetchall()
            return [
                CallRow(
                    call=call,
                    outcome=outcome or "",
                    volunteer=volunteer,
                    wait_s=wait_s or 0.0,
                    talk_s=talk_s or 0.0,
                    legs={
                        who or "overflow": how
                        for who, how in journal.execute(
                            "SELECT volunteer, outcome FROM leg WHERE call = ? ORDER BY rang_at", (call,)
                        )
                    },
                    facts=[
                        " ".join(filter(None, (fact, who, detail)))
                        for fact, detail, who in journal.execute(
                            "SELECT fact, detail, volunteer FROM fact WHERE call = ? ORDER BY seq", (call,)
                        )
                    ],
                    messages=list(
                        journal.execute("SELECT file, length_s FROM message WHERE call = ? ORDER BY file", (call,))
                    ),
                )
                for call, outcome, volunteer, wait_s, talk_s in calls
            ]

    def number_of_journal(self, call: str) -> str | None:
        """The caller's number, from the one table that may hold it."""
        with closing(sqlite3.connect(f"file:{self.stage.state / 'journal.sqlite'}?mode=ro", uri=True)) as journal:
            found = journal.execute("SELECT number FROM caller_number WHERE call = ?", (call,)).fetchone()
            return found[0] if found else None

    async def command(self, *words: str) -> str:
        """What `hotline WORDS` prints for this stage."""
        place = ("--rosters", str(self.stage.rosters)) if words[0] == "roster" else ("--config", str(self.stage.config))
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "hotline_agi.cli", *words, *place),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        said, _ = await asyncio.wait_for(process.communicate(), 10.0)
        return said.decode()

    async def until_quiet(self) -> None:
        """No channel and no bridge is left in Asterisk, and no call is open in the journal."""
        await self.stage.until_quiet()
        bridges = (await self.stage.pbx.ask("bridge show all")).splitlines()[1:]
        assert not bridges, bridges
        async with asyncio.timeout(5.0):
            while not all(row.outcome for row in self.rows()):
                await asyncio.sleep(0.03)

    def vanish(self) -> None:
        """All phones lose their power: nobody waits for answers that do not come."""
        for peer in (self.stage.carrier.peer, *self.stage.phones.values()):
            peer.vanish()

    def leaks(self) -> list[str]:
        """Lines with a number of a person, in all that the service and Asterisk wrote to be read."""
        return leaks_of(self.stage)

    def unproved(self) -> list[str]:
        """Runs of the service whose commands do not follow from what the journal says that they were told."""
        path = self.stage.state / "journal.sqlite"
        if not path.exists():
            return []
        with JournalReader.open(path) as journal:
            reports = {
                run.run: replay(beginning_of(journal, run.run), lines_of(journal, run.run), PastRosters(journal))
                for run in runs(journal)
            }
        return [f"{run}: {report}" for run, report in reports.items() if not report.proved]

    def configure(self, text: str) -> None:
        """Add sections to the settings, before the service starts."""
        before = self.stage.config.read_text().removesuffix("...\n")
        self.stage.config.write_text(f"{before}{text}...\n")

    def complaints(self) -> list[str]:
        """Warnings and errors of the service and of Asterisk: a story that runs well has none. Alarms are no
        complaints: they tell of people who are not there, and of the clock of whatever machine this is.

        Asterisk warns of callers who hang up in the middle of a step; these warnings are left out.
        """
        ours = [str(line) for line in self.stage.logged() if line.get("level") in BAD and line.get("event") != "alarm"]
        theirs = [
            line
            for line in self.stage.pbx.log().splitlines()
            if ("WARNING" in line or "ERROR" in line) and not any(text in line for text in HUNG_UP_IN_A_STEP)
        ]
        return ours + theirs


def leaks_of(stage: Stage) -> list[str]:
    """See `Hotline.leaks`."""
    pbx = stage.pbx.folder
    texts = [stage.log_path, pbx / "console.txt", *(path for path in (pbx / "log").rglob("*"))]
    return [
        f"{path.name}: {line}"
        for path in texts
        if path.is_file()
        for line in path.read_text(errors="replace").splitlines()
        if PERSONAL_NUMBER.search(line)
    ]


SECOND_CALLER = "07700900998"


@asynccontextmanager
async def open_hotline(
    scenery: Scenery, *, service: bool = True, sayings: Callable[[Path], None] = lambda _: None, **site: Any
) -> AsyncIterator[Hotline]:
    """A stage for `scenery` whose sentences are tones; the service serves calls. `sayings` adds further sounds."""
    with kept_sound(), tempfile.TemporaryDirectory(prefix="hotline-tones-") as folder:
        sounds = Path(folder) / "sounds"
        write_prompts(sounds)
        sayings(sounds)
        async with open_stage(
            files=scenery.files(),
            contacts=scenery.contacts(),
            softphones=scenery.accounts,
            prompts=sounds,
            **site,
        ) as stage:
            if service:
                await stage.start_service()
            hotline = Hotline(stage, scenery)
            yield hotline
            assert hotline.leaks() == []
            assert hotline.unproved() == []


def kept_sound() -> "_Kept":
    """Streams made meanwhile keep all that they hear of a story."""
    return _Kept()


class _Kept:
    def __enter__(self) -> None:
        self._before = rtp.KEPT_S
        rtp.KEPT_S = KEPT_S

    def __exit__(self, *_: object) -> None:
        rtp.KEPT_S = self._before


async def until(condition: Callable[[], bool], timeout_s: float, what: str) -> float:
    """Wait for something that has no event of its own; returns when it was seen."""
    try:
        async with asyncio.timeout(timeout_s):
            while not condition():
                await asyncio.sleep(0.01)
    except TimeoutError:
        raise AssertionError(f"not within {timeout_s} s: {what}") from None
    return time.monotonic()


async def talk(caller: PhoneCall, leg: PhoneCall, person: Person, who: str = "caller") -> float:
    """Wait until both hear each other, by content; returns when the caller began to hear the volunteer."""
    heard_at = await caller.until_hears(person.hz, 3.0)
    await leg.until_hears(HZ[who], 3.0)
    return heard_at


def saw_elsewhere(leg: PhoneCall) -> bool:
    """The phone knows that it missed nothing: a CANCEL with cause 26 (RFC 3326, Q.850)."""
    return leg.end_reason == "cancelled" and "cause=26" in (leg.reason_header or "")


async def until_stopped(people: Iterable[Person], since: float) -> float:
    """Wait until no phone of `people` rings; returns how long after `since` the last one stopped."""
    calls = [call for person in people for call in person.calls]
    ends = [await call.until_ended(2 * STOPS_S) for call in calls]
    return max([end - since for end in ends if end > since], default=0.0)

"""The leak scan: one long call with everything in it, and then a look at all that was written or sent anywhere."""

import asyncio
import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from hotline_agi.lab.behaviour import never_answer, ring_then_answer, voicemail
from hotline_agi.lab.call import PhoneCall
from tests.e2e.hearing import HZ
from tests.e2e.hotline import Hotline, open_hotline, talk
from tests.e2e.scenery import CALLER, OVERFLOW, Scenery, mobile_of
from tests.e2e.test_privacy import CALLER_NAME, CALLER_TELLS, CALLERS_NET, WINNERS, received
from tests.e2e.witness import witness

SECRET = re.compile(
    "|".join(
        (
            *(number.lstrip("0") for number in (CALLER, OVERFLOW, mobile_of(1), mobile_of(2))),
            *CALLER_NAME.split(),
            re.escape(CALLERS_NET),
            *WINNERS[0].owner.split(),
            re.escape(WINNERS[0].host),
        )
    )
)
"""Numbers in every spelling, names as their phones tell them, addresses. The roster's ids are none."""
HOLDS_CONTACTS = "last-good-roster"
"""The one file of ours that is made to hold numbers: 0600, for a start without the rosters."""
FORGETS = frozenset({"caller_number", "callback_request"})
"""The tables of the journal that are made to hold callers' numbers."""
FLAWS_OF_TRANSPORT = re.compile(r"transport-udp|bind|Contact .*(is now|has been)|sip:trunk@|qualif", re.IGNORECASE)


@pytest.mark.asterisk
def test_after_a_long_call_nothing_tells_who_it_was():
    async def story():
        async with (
            open_hotline(Scenery(softphones=2, mobiles=2, overflow="[transfer, message]")) as hotline,
            witness(hotline.stage) as seen,
        ):
            hotline.stage.carrier.peer.wire.boast = CALLER_TELLS

            def act(call: PhoneCall) -> None:
                call.boast = WINNERS[0].tells
                ring_then_answer(0.2, HZ["s01"])(call)

            winner = await hotline.person("s01", act, host=WINNERS[0].host)
            await hotline.person("m01", voicemail(0.1))
            await hotline.person("m02", never_answer())
            await hotline.person("s02", lambda call: call.reject(486))
            overflow = await hotline.person("overflow", ring_then_answer(0.2, HZ["overflow"]))
            caller = hotline.caller(from_display=CALLER_NAME)
            leg = await winner.until_rung(3.0)
            await talk(caller, leg, winner)
            leg.hang_up()
            await caller.until_ended(8.0)
            winner.behaviour = lambda call: call.reject(603)
            for name in ("m01", "m02"):
                hotline.people[name].behaviour = lambda call: call.reject(603)
            again = hotline.caller(from_display=CALLER_NAME)
            await talk(again, await overflow.until_rung(8.0), overflow)
            again.hang_up()
            await hotline.until_quiet()
            said = "".join(
                [
                    await hotline.command("calls"),
                    await hotline.command("calls", "--json"),
                    await hotline.command("roster", "who"),
                ]
            )
            await hotline.stage.stop_service()
            written = texts(hotline)
            assert len(written) > 6, list(written)
            found = {name: SECRET.findall(text) for name, text in {**written, "commands": said}.items()}
            found["ami"] = [
                f"{event.get('Event')}/{name}: {value}"
                for event in seen.events
                for name, value in event.items()
                if SECRET.search(value) and not is_echo(event, name)
            ]
            for side, its in (("caller", (caller, again)), ("softphone", (leg,))):
                secrets = [*WINNERS[0].owner.split(), WINNERS[0].host] if side == "caller" else [CALLERS_NET, CALLER]
                found[side] = [word for word in secrets for call in its if word in received(call)]
            assert {name: leaks for name, leaks in found.items() if leaks} == {}
            assert hotline.number_of_journal(hotline.rows()[0].call) == CALLER, "there was something to leak"

    asyncio.run(story())


def is_echo(event: dict[str, str], name: str) -> bool:
    """Asterisk repeats whom it was told to ring, to whoever may read the class `call` of AMI; never a caller."""
    return event.get("Event") == "OriginateResponse" and name == "Channel" and CALLER.lstrip("0") not in event[name]


def texts(hotline: Hotline) -> dict[str, str]:
    """Everything that Asterisk and the service wrote, by file; the journal without the table that is for it."""
    stage = hotline.stage
    pbx = stage.pbx.folder
    paths = [stage.log_path, pbx / "console.txt"]
    for folder in (pbx / "log", pbx / "spool", pbx / "messages", stage.state):
        paths += [path for path in folder.rglob("*") if path.is_file()]
    found = {
        path.name: path.name + path.read_text(errors="replace")
        for path in paths
        if HOLDS_CONTACTS not in str(path) and not path.name.startswith("journal.sqlite") and path.suffix != ".wav"
    }
    found["security.log"] = ""  # it is about addresses, and holds those of whoever sends SIP
    return {**found, "journal": dump(stage.state / "journal.sqlite"), "console.txt": ours(found["console.txt"])}


def ours(console: str) -> str:
    return "\n".join(line for line in console.splitlines() if not FLAWS_OF_TRANSPORT.search(line))


def dump(path: Path) -> str:
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as journal:
        tables = [name for (name,) in journal.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        assert set(tables) >= FORGETS
        rows = [
            f"{name}: {row}"
            for name in tables
            if name not in FORGETS
            for row in journal.execute(f"SELECT * FROM {name}")
        ]
    assert len(rows) > 20
    return "\n".join(rows)

"""Twenty callers at once and twelve phones: nobody is rung twice, nobody is lost, who waits longest is served first."""

import asyncio
import sqlite3
from contextlib import closing
from itertools import pairwise
from random import Random

import pytest

from hotline_agi.lab.call import PhoneCall
from tests.e2e.hearing import HZ
from tests.e2e.hotline import Hotline, open_hotline
from tests.e2e.scenery import HOTLINE, Scenery, mobile_of

pytestmark = pytest.mark.asterisk

CALLERS = 20
SOFTPHONES, MOBILES = 8, 4
VOICE_HZ = 3100
"""Of all volunteers; what callers hear of them is told from prompts and music by it."""
TALK_S = (0.8, 2.0)
ACCEPTS = 0.6


class _Volunteer:
    """Accepts some rings after a while, lets others pass; a mobile must press 1, and one has a voicemail."""

    def __init__(self, name: str, seed: int, *, voicemail: bool = False) -> None:
        self.name, self._chance, self._voicemail = name, Random(seed), voicemail
        self.calls: list[PhoneCall] = []
        self.overlaps = 0

    def __call__(self, call: PhoneCall) -> None:
        self.overlaps += any(before.ended_at is None for before in self.calls)
        self.calls.append(call)
        call.ring()
        accepts, after_s, talk_s = self._chance.random() < ACCEPTS, self._chance.uniform(0.2, 1.5), self._talk_s()
        if self._voicemail and not accepts:
            call.later(after_s, call.answer)
        elif accepts:
            call.later(after_s, lambda: self._accept(call, talk_s))

    def _accept(self, call: PhoneCall, talk_s: float) -> None:
        if call.ended_at is not None:
            return
        call.answer(VOICE_HZ)
        press_s = 0.0
        if self.name.startswith("m"):
            press_s = 0.4
            call.later(press_s, lambda: call.press("1"))
        call.later(press_s + talk_s, call.hang_up)

    def _talk_s(self) -> float:
        return self._chance.uniform(*TALK_S)


def test_twenty_callers_at_once_and_twelve_phones() -> None:
    async def story() -> None:
        scenery = Scenery(
            softphones=SOFTPHONES,
            mobiles=MOBILES,
            ring="[{ring: adaptive, for_s: 90}]",
            ring_timeout_s=5,
            max_wait_s=90,
            extra_line="callers: {tried-again: 0}\n",
        )
        async with open_hotline(scenery) as hotline:
            people = await _people(hotline)
            callers = []
            for n in range(CALLERS):
                callers.append(hotline.stage.call(HOTLINE, from_user=f"07700900{n:03}", tone_hz=HZ["caller"]))
                await asyncio.sleep(0.02)  # a surge, in an order that can be told
            async with asyncio.timeout(80.0):
                for caller in callers:
                    await caller.until_ended(80.0)
            await hotline.until_quiet()
            assert [row.outcome for row in hotline.rows()] == ["talked"] * CALLERS
            for caller in callers:
                assert caller.stream is not None
                assert caller.stream.first_match(VOICE_HZ, 0.0) is not None, "no volunteer was heard"
            assert [person.overlaps for person in people] == [0] * len(people)
            assert all(call.ended_at is not None for person in people for call in person.calls)
            assert _passed(hotline) == []
            assert _handed(hotline) > 0
            assert hotline.complaints() == []

    asyncio.run(story())


async def _people(hotline: Hotline) -> list[_Volunteer]:
    people = []
    for n in range(1, SOFTPHONES + 1):
        people.append(_Volunteer(f"s{n:02}", seed=n))
        await hotline.stage.softphone(people[-1].name, people[-1])
    for n in range(1, MOBILES + 1):
        people.append(_Volunteer(f"m{n:02}", seed=100 + n, voicemail=n == 1))
        hotline.stage.mobile(mobile_of(n), people[-1])
    return people


def _passed(hotline: Hotline) -> list[tuple[str, str]]:
    """Pairs of calls of which the later one was accepted first: by the journal, in the order of its own records."""
    with closing(sqlite3.connect(f"file:{hotline.stage.state / 'journal.sqlite'}?mode=ro", uri=True)) as journal:
        arrived = [call for (call,) in journal.execute("SELECT call FROM fact WHERE fact = 'arrived' ORDER BY seq")]
        accepted = dict(
            journal.execute("SELECT call, min(seq) FROM fact WHERE fact = 'accepted' GROUP BY call").fetchall()
        )
    in_order = [call for call in arrived if call in accepted]
    return [(one, other) for one, other in pairwise(in_order) if accepted[one] > accepted[other]]


def _handed(hotline: Hotline) -> int:
    """How often a phone that rang was handed to another caller."""
    with closing(sqlite3.connect(f"file:{hotline.stage.state / 'journal.sqlite'}?mode=ro", uri=True)) as journal:
        (found,) = journal.execute("SELECT count(*) FROM fact WHERE fact = 'handed' AND detail LIKE 'to=%'").fetchone()
    return int(found)

"""Some tens of calls of all kinds on a real Asterisk; then the report's figures are counted again from what the phones
saw and heard, without a look at the journal."""

import asyncio
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from math import ceil
from random import Random

import pytest

from hotline_agi.lab.call import PhoneCall
from hotline_agi.lab.wire import CallFailed, CallTimeout
from hotline_agi.reporting.book import Wanted, reports
from hotline_agi.reports.period.calls import Part
from hotline_agi.reports.period.maker import LineReport
from hotline_agi.settings import read_settings
from hotline_agi.terms.outcomes import Outcome
from tests.e2e.hearing import HZ
from tests.e2e.hotline import Hotline, open_hotline
from tests.e2e.scenery import HOTLINE, OVERFLOW, Scenery, mobile_of

pytestmark = pytest.mark.asterisk

VOICE_HZ = 3100
"""Of all volunteers, and of nothing else."""
SHORT_S = 1.0
NEAR_S = 0.6
"""The journal and the phones may differ by so much: prompts' frames, a busy machine."""
CROSSES_S = 0.3
"""Two things within this may cross on the wire: who hangs up in the moment of an accept may have been answered without
hearing it, and who declines as the call is taken elsewhere declined nothing."""
RING_TIMEOUT_S = 5
OFTEN = "07700900555"
TALKERS, LEAVERS, MESSAGES, OFTEN_CALLS, OFTEN_ALLOWED = 14, 5, 2, 5, 3


@dataclass
class Ring:
    """One ring of a phone."""

    call: PhoneCall
    did: str = ""
    """``accepted``, ``declined``, or nothing."""
    at: float = 0.0

    @property
    def rang_out(self) -> bool:
        """The phone was told that nobody answered (Q.850 cause 19), and not that somebody else did."""
        return not self.did and "cause=19" in (self.call.reason_header or "")


@dataclass
class Volunteer:
    name: str
    dice: Random
    declines: bool = False
    """Everything, from now on."""
    sleeps: bool = False
    """Lets everything ring on, from now on; nobody counts these rings."""
    rings: list[Ring] = field(default_factory=list)

    def __call__(self, call: PhoneCall) -> None:
        call.ring()
        if self.sleeps:
            return
        ring = Ring(call)
        self.rings.append(ring)
        chance, after_s = self.dice.random(), self.dice.uniform(0.3, 1.6)
        talk_s = self.dice.uniform(0.8, 2.0)
        if self.declines or chance < 0.2:
            call.later(0.1 if self.declines else after_s, lambda: self._decline(ring))
        elif chance < 0.8:
            call.later(after_s, lambda: self._accept(ring, talk_s))

    @property
    def talks(self) -> list[Ring]:
        """With a caller on the other end."""
        return [one for one in self.rings if one.did == "accepted" and heard_at(one.call, HZ["caller"]) is not None]

    def _decline(self, ring: Ring) -> None:
        if ring.call.ended_at is None:
            ring.did, ring.at = "declined", time.monotonic()
            ring.call.reject(603)

    def _accept(self, ring: Ring, talk_s: float) -> None:
        if ring.call.ended_at is not None:
            return
        ring.call.answer(VOICE_HZ)
        if self.name.startswith("m"):
            ring.call.later(0.4, lambda: self._press(ring))
        else:
            ring.did, ring.at = "accepted", time.monotonic()
        ring.call.later(0.4 + talk_s, ring.call.hang_up)

    def _press(self, ring: Ring) -> None:
        if ring.call.ended_at is None:
            ring.did, ring.at = "accepted", time.monotonic()
            ring.call.press("1")


@dataclass
class Caller:
    call: PhoneCall
    number: str
    hung_up_at: float | None = None
    message_kept: bool = False

    def hang_up(self) -> None:
        if self.call.ended_at is None:
            self.hung_up_at = time.monotonic()
            self.call.hang_up()

    @property
    def voice_at(self) -> float | None:
        return heard_at(self.call, VOICE_HZ)

    @property
    def wait_s(self) -> float | None:
        return None if self.voice_at is None else self.voice_at - self.call.invited_at


def heard_at(call: PhoneCall, hz: int) -> float | None:
    return None if call.stream is None else call.stream.first_match(hz, 0.0)


class Town:
    """Everybody in the story."""

    def __init__(self, hotline: Hotline) -> None:
        self.hotline = hotline
        self.volunteers: list[Volunteer] = []
        self.callers: list[Caller] = []
        self.overflow_answers = True
        self.overflow: list[PhoneCall] = []

    async def move_in(self) -> None:
        for name in ("s01", "s02", "s03", "s04", "m01", "m02"):
            one = Volunteer(name, Random(f"report {name}"))
            self.volunteers.append(one)
            if name.startswith("m"):
                self.hotline.stage.mobile(mobile_of(int(name[1:])), one)
            else:
                await self.hotline.stage.softphone(name, one)
        self.hotline.stage.mobile(OVERFLOW, self._overflow)

    def calls(self, number: str) -> Caller:
        call = self.hotline.stage.call(HOTLINE, from_user=number, tone_hz=HZ["caller"])
        self.callers.append(Caller(call, number))
        return self.callers[-1]

    def _overflow(self, call: PhoneCall) -> None:
        self.overflow.append(call)
        if self.overflow_answers:
            call.answer(HZ["overflow"])
            call.later(0.4, lambda: call.press("1"))
            call.later(2.0, call.hang_up)
        else:
            call.reject(486)

    async def leaves_message(self, number: str) -> None:
        caller = self.calls(number)
        with suppress(CallFailed, CallTimeout):  # a volunteer may be faster
            await caller.call.until_hears(HZ["greeting"], 5.0)
            caller.call.press("*")
            await caller.call.until_hears(HZ["beep"], 5.0)
            await asyncio.sleep(2.8)
            caller.call.press("#")
            await caller.call.until_hears(HZ["message-kept"], 5.0)
            caller.message_kept = True
        if caller.voice_at is None and not caller.message_kept:
            caller.hang_up()

    async def until_over(self, callers: list[Caller], timeout_s: float = 40.0) -> None:
        async with asyncio.timeout(timeout_s):
            for caller in callers:
                await caller.call.until_ended(timeout_s)


async def rush_hour(town: Town) -> None:
    """Some who talk, some who hang up at once or after a while, some who leave a message, one who calls too often."""
    dice = Random("rush hour")
    kinds = ["talk"] * TALKERS + ["leave"] * LEAVERS + ["message"] * MESSAGES + ["often"] * OFTEN_CALLS
    dice.shuffle(kinds)
    messages = []
    for n, kind in enumerate(kinds):
        number = f"07700900{600 + n}"
        if kind == "message":
            messages.append(asyncio.create_task(town.leaves_message(number)))
        else:
            caller = town.calls(OFTEN if kind == "often" else number)
            if kind != "talk":
                early = kind == "often" or n % 2 == 0
                caller.call.later(dice.uniform(0.3, 0.6) if early else dice.uniform(1.8, 3.5), caller.hang_up)
        await asyncio.sleep(dice.uniform(0.15, 0.4))
    await asyncio.gather(*messages)
    await town.until_over(town.callers)


async def nobody_comes(town: Town) -> tuple[Caller, Caller]:
    """All decline: one is put through to the overflow number, one hears where else to turn."""
    for one in town.volunteers:
        one.declines = True
    through = town.calls("07700900700")
    await through.call.until_hears(HZ["overflow"], 15.0)
    await through.call.until_ended(10.0)
    town.overflow_answers = False
    told = town.calls("07700900701")
    await told.call.until_hears(HZ["directory"], 15.0)
    await told.call.until_ended(15.0)
    return through, told


def test_the_report_says_what_the_phones_saw() -> None:
    async def story() -> None:
        scenery = Scenery(
            softphones=4,
            mobiles=2,
            ring="[{ring: 2, for_s: 5}, {ring: everybody, for_s: 30}]",
            ring_timeout_s=RING_TIMEOUT_S,
            max_wait_s=60,
            overflow="[transfer, directory]",
            extra_line=f"abuse: {{calls_per_hour: {OFTEN_ALLOWED}}}\ncallers: {{tried-again: 0}}\n",
        )
        async with open_hotline(scenery) as hotline:
            began = datetime.now(UTC)
            town = Town(hotline)
            await town.move_in()
            await rush_hour(town)
            through, told = await nobody_comes(town)
            await hotline.until_quiet()
            # one who is served by the dialplan alone: who would have talked is not known
            for one in town.volunteers:
                one.sleeps = True
            await hotline.stage.pbx.ask("dialplan set global HOTLINE_AGI agi://127.0.0.1:1")
            alone = hotline.stage.call(HOTLINE, from_user="07700900702", tone_hz=HZ["caller"])
            await alone.until_answered(5.0)
            alone.later(1.5, alone.hang_up)
            await alone.until_ended(5.0)
            await hotline.closed(len(town.callers) + 1)
            await hotline.until_quiet()
            settings = read_settings(hotline.stage.config)
            wanted = Wanted(from_text=(began - timedelta(minutes=1)).isoformat(), short_s=SHORT_S)
            (report,) = reports(settings, wanted, datetime.now(UTC))
            judge(report, town, through, told)

    asyncio.run(story())


def judge(report: LineReport, town: Town, through: Caller, told: Caller) -> None:
    limited = [one for one in town.callers if one.number == OFTEN][OFTEN_ALLOWED:]
    offered = [one for one in town.callers if one not in limited]
    answered = [one for one in offered if one.wait_s is not None]
    messages = [one for one in offered if one.message_kept]
    left = [one for one in offered if one not in (*answered, *messages, through, told)]
    accepts = [ring.at for one in town.volunteers for ring in one.rings if ring.did == "accepted"]
    near = sum(any(abs(at - (one.hung_up_at or 0.0)) < CROSSES_S for at in accepts) for one in left)
    calls = report.calls
    print(f"{len(offered)} offered, {len(answered)} answered, {len(left)} left ({near} of them near an accept), "
          f"{len(messages)} messages; waits {[round(one.wait_s or 0.0, 1) for one in answered]}")  # fmt: skip
    assert all(one.hung_up_at is not None for one in left), "somebody was sent away"
    assert calls.arrived == len(town.callers) + 1
    assert calls.parts == {Part.OFFERED: len(offered), Part.LIMITED: len(limited), Part.UNKNOWN: 1}
    assert report.limits == {"calls": len(limited)}
    assert abs(calls.answered - len(answered)) <= near
    assert calls.answered + calls.abandoned == len(answered) + len(left)
    assert calls.went[Outcome.TRANSFERRED] == calls.went[Outcome.DIRECTORY] == 1
    assert calls.went.get(Outcome.MESSAGE, 0) == calls.messages == len(messages)
    short = [one for one in left if (one.hung_up_at or 0.0) - one.call.invited_at < SHORT_S]
    assert len(short) >= OFTEN_ALLOWED
    assert abs(calls.short - len(short)) <= near
    judge_lengths(report, town, answered, slack=near)
    judge_people(report, town)
    judge_rest(report, town, left, messages, short, told, slack=near)


def judge_lengths(report: LineReport, town: Town, answered: list[Caller], *, slack: int) -> None:
    calls, waits = report.calls, sorted(one.wait_s or 0.0 for one in answered)
    for level, count in calls.within.items():
        fewest, most = (sum(wait <= level + way * NEAR_S for wait in waits) for way in (-1, 1))
        assert fewest - slack <= count <= most + slack
        assert calls.level(level) == pytest.approx(count / (calls.offered - calls.short))
    if calls.answered != len(answered):
        return
    assert calls.waits.mean_s == pytest.approx(sum(waits) / len(waits), abs=NEAR_S)
    for told, percent in ((calls.waits.p50_s, 50), (calls.waits.p90_s, 90), (calls.waits.p99_s, 99)):
        assert told == pytest.approx(waits[ceil(len(waits) * percent / 100) - 1], abs=NEAR_S)
    assert calls.waits.most_s == pytest.approx(waits[-1], abs=NEAR_S)
    talked_s = sum(talk_s(ring) for one in town.volunteers for ring in one.talks)
    assert calls.talk_s == pytest.approx(talked_s, abs=NEAR_S * len(answered))
    assert talked_s > 10


def crossed(ring: Ring, town: Town) -> bool:
    """Whether a call ended, or was accepted by somebody else, in the moment of what this phone did."""
    moments = [one.at for other in town.volunteers for one in other.rings if one.did == "accepted" and one is not ring]
    moments += [one.hung_up_at for one in town.callers if one.hung_up_at is not None]
    return any(abs(at - ring.at) < CROSSES_S for at in moments)


def talk_s(ring: Ring) -> float:
    """From the moment when the volunteer heard the caller until the end."""
    heard = heard_at(ring.call, HZ["caller"])
    return (ring.call.ended_at or 0.0) - (heard if heard is not None else 0.0)


def judge_people(report: LineReport, town: Town) -> None:
    told = {one.volunteer: one for one in report.volunteers or ()}
    assert set(told) == {one.name for one in town.volunteers}
    sums: Counter[str] = Counter()
    for one in town.volunteers:
        row, did = told[one.name], Counter(ring.did for ring in one.rings)  # type: ignore[index]
        assert row.rings == len(one.rings), one.name
        assert row.talks == len(one.talks), one.name
        declined = [ring for ring in one.rings if ring.did == "declined"]
        assert sum(not crossed(ring, town) for ring in declined) <= row.declined <= len(declined), one.name
        assert row.missed == sum(ring.rang_out for ring in one.rings), one.name
        # an answer that crossed a CANCEL was one for the phone alone
        assert row.talks <= row.accepts <= did["accepted"], one.name
        assert row.accept_rate == pytest.approx(row.accepts / (row.accepts + row.missed + row.declined))
        assert row.talk_s == pytest.approx(sum(map(talk_s, one.talks)), abs=NEAR_S * max(1, row.talks))
        sums.update(talks=row.talks, missed=row.missed, declined=row.declined)
    print(sums)
    assert min(sums[what] for what in ("talks", "missed", "declined")) >= 3


def judge_rest(
    report: LineReport,
    town: Town,
    left: list[Caller],
    messages: list[Caller],
    short: list[Caller],
    told: Caller,
    *,
    slack: int,
) -> None:
    """Steps, missed callers, coverage."""
    rings = sum(len(one.rings) for one in town.volunteers)
    assert sum(one.rings for one in report.waves if one.wave) == rings
    (number,) = [one for one in report.waves if not one.wave]
    assert (number.rings, number.answered) == (len(town.overflow), 1)
    assert sum(one.answered for one in report.waves if one.wave) == report.calls.answered
    missed = report.missed
    lost = [one for one in left if one not in short] + messages + [told]
    assert abs(missed.missed - len(lost)) <= slack
    assert missed.never == missed.missed  # each had a number of their own, and none called again
    hours = sum((one.promised or 0.0) * (one.promised is not None) for one in report.coverage.hours)
    assert hours >= 6  # all six were on shift in whichever hour it is
    assert report.coverage.delivered_share == pytest.approx(1.0, abs=0.2)

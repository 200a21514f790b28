"""`hotline demo`: the main job on real input, told in plain words, with a verdict.

The example roster is used (see `example_files`), at the hour that it is. Whoever is on shift now gets simulated
telephones: two of the first wave are reached on their mobiles (their softphones are switched off), the others as the
roster says. What is claimed at the end was observed from outside, at the phones: who rang, who stopped and why, who
hears whom.
"""

import asyncio
import re
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from hotline_agi.callbook import story_lines
from hotline_agi.lab.behaviour import Behaviour, never_answer, ring_then_answer, voicemail
from hotline_agi.lab.call import PhoneCall
from hotline_agi.lab.stage import Stage, open_stage
from hotline_agi.lab.wire import CallFailed, CallTimeout
from hotline_agi.roster.duty import on_duty
from hotline_agi.roster.model import EndpointKind, Line, Roster, Volunteer
from hotline_agi.roster.reader import read_roster
from hotline_agi.rosters import read_files
from hotline_agi.service import JOURNAL

EXAMPLE = Path(__file__).resolve().parents[2] / "rosters"
CONTACTS = EXAMPLE / "contacts.example.yaml"
CALLER_HZ = 850
WINNER_HZ = 450
FIRST_WAVE = 3
VOICEMAIL_AFTER_S = 1.5
PICK_UP_AFTER_S = 3.0
PRESS_AFTER_S = 3.0
"""After picking up: the prompt says "press 1 to accept" meanwhile."""
TALK_S = 2.0
SIMULTANEOUS_S = 0.25
"""Phones "ring together" if their INVITEs come within this; measured are some ten milliseconds."""
STOP_RINGING_S = 1.0
PROMPT_LEAD_S = 0.2
"""After the hang-up: what is still under way of the winner's tone is no goodbye."""
SURVIVAL_S = 6.0
JOURNAL_S = 0.3
"""The journal writes behind, in batches of 100 ms."""

Say = Callable[[str], None]


@dataclass(slots=True)
class Verdict:
    """What was claimed, and whether it was seen."""

    claims: list[tuple[bool, str]] = field(default_factory=list)

    def claim(self, seen: bool, words: str) -> None:
        self.claims.append((seen, words))

    @property
    def good(self) -> bool:
        return all(seen for seen, _ in self.claims)


@dataclass(slots=True, kw_only=True)
class Cast:
    """Who plays what, of the people on shift now."""

    voicemail: Volunteer
    winner: Volunteer
    others: tuple[Volunteer, ...]


def example_files() -> dict[str, bytes]:
    """The example roster, but for what would make two showings differ.

    Three people ring first, however many are likely enough; nobody is called before their shift.
    """
    files = {name: content for name, content in read_files(EXAMPLE).items() if "/" in name}
    return {
        name: re.sub(rb"(?m)^remind:.*\n", b"", content.replace(b"ring: adaptive", b"ring: %d" % FIRST_WAVE))
        for name, content in files.items()
    }


def cast_for(roster: Roster, line: Line, at: datetime) -> Cast:
    """The first wave of `line` at `at`: two who can be reached on a mobile, and the rest."""
    duty = on_duty(line, at)
    wave = line.steps(duty.plan)[0].count
    on_shift = [roster.volunteers[one] for one in duty.volunteers][:wave]
    mobile = [one for one in on_shift if any(e.kind is EndpointKind.MOBILE for e in one.endpoints)]
    first, second = mobile[:2]
    return Cast(voicemail=first, winner=second, others=tuple(one for one in on_shift if one not in (first, second)))


async def demo(say: Say) -> bool:
    """Play it; True if everything that should be seen was seen. Takes about 20 s.

    :raises SetupError: if the stage cannot be set.
    """
    began = time.monotonic()
    files = example_files()
    roster = read_roster(files, CONTACTS.read_bytes()).roster
    line = next(iter(roster.lines.values()))
    cast = cast_for(roster, line, datetime.now(UTC))
    softphones = tuple(e.pjsip_name for one in roster.volunteers.values() for e in one.endpoints if e.pjsip_name)
    verdict = Verdict()
    async with open_stage(
        files={name: content.decode() for name, content in files.items()},
        contacts=CONTACTS.read_text(encoding="utf-8"),
        softphones=softphones,
        say=say,
    ) as stage:
        say(f"Asterisk is up ({_since(began)}): asterisk-conf/, private ports on 127.0.0.1")
        await stage.start_service()
        say(f"The service is up ({_since(began)}): rosters/{line.id}, {len(roster.volunteers)} volunteers")
        await _set_phones(stage, cast)
        wave = [cast.voicemail, cast.winner, *cast.others]
        say(f"On shift now, in the first wave: {', '.join(one.id for one in wave)}")
        say("")
        say("1. A call")
        await _first_call(stage, line, cast, verdict, say)
        say("")
        say("2. The service is killed (kill -9) while phones ring for the next caller")
        await _second_call(stage, line, cast, verdict, say)
        await stage.until_quiet()
    say("")
    for seen, words in verdict.claims:
        say(f"  {'✓' if seen else '✗'} {words}")
    return verdict.good


async def _set_phones(stage: Stage, cast: Cast) -> None:
    roles: list[tuple[Volunteer, Behaviour, bool]] = [
        (cast.voicemail, voicemail(VOICEMAIL_AFTER_S), True),
        (cast.winner, ring_then_answer(PICK_UP_AFTER_S, WINNER_HZ, press_after_s=PRESS_AFTER_S), True),
        *((one, never_answer(), False) for one in cast.others),
    ]
    for person, behaviour, only_mobile in roles:
        for endpoint in person.endpoints:
            if endpoint.number is not None:
                stage.mobile(endpoint.number.reveal(), behaviour)
            elif endpoint.pjsip_name is not None and not only_mobile:
                await stage.softphone(endpoint.pjsip_name, behaviour)


async def _first_call(stage: Stage, line: Line, cast: Cast, verdict: Verdict, say: Say) -> None:
    caller = stage.call(line.numbers[0], tone_hz=CALLER_HZ)
    start = caller.invited_at
    events: list[tuple[float, str]] = [(start, "a caller rings the hotline")]
    legs: dict[str, PhoneCall] = {}
    try:
        for person in (cast.voicemail, cast.winner, *cast.others):
            legs[person.id] = await _leg_of(stage, person)
        answered_at = await caller.until_answered(5)
        winner = legs[cast.winner.id]
        heard_at = await caller.until_hears(WINNER_HZ, 20)
        hears_back = await _hears(winner, CALLER_HZ)
        await asyncio.sleep(TALK_S)
        voicemail_heard_caller = legs[cast.voicemail.id].hears(CALLER_HZ, 3.5)
        winner.hang_up()
        await caller.until_ended(10)
    except (CallFailed, CallTimeout) as trouble:
        verdict.claim(False, f"a call runs to its end ({str(trouble).splitlines()[0]})")
        return
    for name, leg in legs.items():
        events.append((leg.invited_at, f"{name}'s phone is rung"))
    mailbox = legs[cast.voicemail.id]
    events.append((answered_at, "the caller is answered and hears the greeting"))
    events.append((mailbox.answered_at or start, f"{cast.voicemail.id}'s voicemail picks up; it is asked to press 1"))
    events.append((winner.answered_at or start, f"{cast.winner.id} picks up and hears who calls"))
    events.append((heard_at, f"{cast.winner.id} has pressed 1: the two hear each other"))
    for name, leg in legs.items():
        if leg is not winner:
            words = "stops ringing" if leg.cancelled_at else "is told that the call is taken"
            events.append((leg.cancelled_at or leg.ended_at or start, f"{name}'s phone {words}"))
    events.append((winner.ended_at or start, f"{cast.winner.id} hangs up; the caller hears goodbye"))
    events.append((caller.ended_at or start, "the call is over"))
    for at, words in sorted(events):
        say(f"  {at - start:7.3f} s  {words}")
    await stage.until_logged("call", timeout_s=5)
    await asyncio.sleep(JOURNAL_S)
    say("  The same in the journal (hotline calls CALL):")
    for text in story_lines(stage.state / JOURNAL):
        say(f"    {text}")
    _judge_first(verdict, cast, caller, legs, heard_at, hears_back, voicemail_heard_caller)


def _judge_first(
    verdict: Verdict,
    cast: Cast,
    caller: PhoneCall,
    legs: dict[str, PhoneCall],
    heard_at: float,
    hears_back: bool,
    voicemail_heard_caller: bool,
) -> None:
    rang = sorted(leg.invited_at for leg in legs.values())
    spread_s = rang[-1] - rang[0]
    verdict.claim(spread_s < SIMULTANEOUS_S, f"{len(legs)} phones rang together (within {spread_s * 1000:.0f} ms)")
    first_s = rang[0] - caller.invited_at
    verdict.claim(first_s < 1.0, f"the first rang {first_s * 1000:.0f} ms after the call came in")
    verdict.claim(
        not voicemail_heard_caller and not caller.hears(620, 3.5),
        f"{cast.voicemail.id}'s voicemail picked up first and did not get the call",
    )
    verdict.claim(hears_back, "caller and winner heard each other's voice (a tone of its own each, found in the RTP)")
    for one in cast.others:
        leg = legs[one.id]
        elsewhere = "cause=26" in (leg.reason_header or "")
        soon = leg.cancelled_at is not None and abs(leg.cancelled_at - heard_at) < STOP_RINGING_S
        verdict.claim(soon and elsewhere, f"{one.id}'s phone stopped ringing as “answered elsewhere”")
    hung_up_at, stream = legs[cast.winner.id].ended_at, caller.stream
    spoken = hung_up_at is not None and stream is not None and not stream.is_quiet(hung_up_at + PROMPT_LEAD_S)
    verdict.claim(
        spoken and caller.end_reason == "bye-in", "after the talk the caller heard goodbye and the line was closed"
    )


async def _second_call(stage: Stage, line: Line, cast: Cast, verdict: Verdict, say: Say) -> None:
    # the winner rests after the talk (wrap-up), so the service rings the others; in survival all are rung
    before = len(_legs_of(stage, cast.winner))
    caller = stage.call(line.numbers[0], tone_hz=CALLER_HZ)
    start = caller.invited_at
    try:
        await caller.until_answered(5)
        await asyncio.sleep(1.0)
        await stage.kill_service()
        killed_at = time.monotonic()
        leg = await _leg_of(stage, cast.winner, nth=before + 1, timeout_s=12)
        heard_at = await caller.until_hears(WINNER_HZ, 20)
        hears_back = await _hears(leg, CALLER_HZ)
        await asyncio.sleep(1.0)
        leg.hang_up()
        await caller.until_ended(15)
    except (CallFailed, CallTimeout) as trouble:
        verdict.claim(False, f"a caller is served without the service ({str(trouble).splitlines()[0]})")
        return
    rung_s = leg.invited_at - killed_at
    for at, words in (
        (0.0, "a caller rings the hotline; phones ring"),
        (killed_at - start, "the service is killed"),
        (leg.invited_at - start, f"Asterisk alone rings who is on shift, {cast.winner.id} among them"),
        (heard_at - start, f"{cast.winner.id} has pressed 1: the two hear each other"),
        ((caller.ended_at or start) - start, "the call is over"),
    ):
        say(f"  {at:7.3f} s  {words}")
    verdict.claim(rung_s < SURVIVAL_S, f"{rung_s:.1f} s after kill -9 the dialplan rang the volunteers by itself")
    verdict.claim(hears_back, "caller and volunteer heard each other, with no service running")


def _legs_of(stage: Stage, person: Volunteer) -> list[PhoneCall]:
    legs: list[PhoneCall] = []
    for endpoint in person.endpoints:
        if endpoint.number is not None:
            legs += stage.carrier.legs_to(endpoint.number.reveal())
        elif endpoint.pjsip_name in stage.phones:
            legs += stage.phones[endpoint.pjsip_name].calls.values()
    return legs


async def _leg_of(stage: Stage, person: Volunteer, *, nth: int = 1, timeout_s: float = 5.0) -> PhoneCall:
    """The `nth` ringing of a person, by whichever phone."""
    with suppress(TimeoutError):
        async with asyncio.timeout(timeout_s):
            while len(_legs_of(stage, person)) < nth:
                await asyncio.sleep(0.02)
    legs = _legs_of(stage, person)
    if len(legs) < nth:
        raise CallTimeout(f"{person.id}'s phone did not ring within {timeout_s:g} s")
    return legs[nth - 1]


async def _hears(call: PhoneCall, hz: int) -> bool:
    try:
        await call.until_hears(hz, 5)
    except (CallFailed, CallTimeout):
        return False
    return True


def _since(began: float) -> str:
    return f"{time.monotonic() - began:.1f} s"

"""Two simulated phones on loopback: real packets, real time, no server between them."""

import asyncio
import time
from collections.abc import Callable, Coroutine
from functools import wraps
from itertools import pairwise

import pytest

from hotline_agi.lab import behaviour
from hotline_agi.lab.behaviour import Behaviour, Carrier
from hotline_agi.lab.call import PhoneCall
from hotline_agi.lab.phone import SipPeer
from hotline_agi.lab.tone import tone
from hotline_agi.lab.wire import CallFailed, CallTimeout

CALLER_HZ, CALLEE_HZ = 710, 1130

Scene = Callable[[SipPeer, SipPeer], Coroutine[None, None, None]]


def scene(act: Scene) -> Callable[[], None]:
    """A test with two phones, caller and callee, which are closed afterwards."""

    @wraps(act)
    async def play() -> None:
        caller, callee = await SipPeer.open(), await SipPeer.open()
        try:
            await act(caller, callee)
        finally:
            await caller.close()
            await callee.close()

    def test() -> None:
        asyncio.run(play())

    test.__doc__ = act.__doc__
    return test


async def ringing(caller: SipPeer, callee: SipPeer, act: Behaviour, **options: object) -> tuple[PhoneCall, PhoneCall]:
    """A call that has arrived: both sides of it."""
    arrived: asyncio.Future[PhoneCall] = asyncio.get_running_loop().create_future()

    def take(call: PhoneCall) -> None:
        arrived.set_result(call)
        act(call)

    callee.on_invite = take
    out = caller.invite(server=callee.address, user="4008001234", from_user="13800000001", **options)  # type: ignore[arg-type]
    return out, await asyncio.wait_for(arrived, 5)


def statuses(call: PhoneCall, way: str) -> list[str]:
    return [trace.first_line.removeprefix("SIP/2.0 ").split()[0] for trace in call.messages if trace.way == way]


@scene
async def test_a_call_is_rung_answered_heard_both_ways_and_ended(caller: SipPeer, callee: SipPeer) -> None:
    act = behaviour.ring_then_answer(0.1, CALLEE_HZ)
    out, into = await ringing(caller, callee, act, tone_hz=CALLER_HZ, from_display='raw "quoted" text')
    assert await out.until_ringing(2) <= await out.until_answered(2)
    heard_at = await out.until_hears(CALLEE_HZ, 2, since=out.invited_at)
    assert 0 <= heard_at - out.answered_at < 0.5
    await into.until_hears(CALLER_HZ, 2)
    assert out.hears(CALLEE_HZ)
    assert not out.hears(CALLER_HZ)
    assert not into.hears(CALLEE_HZ)
    assert 5000 < into.loudness(0.2) < 6500
    assert into.rtp_received > 0
    assert (into.remote_user, into.local_user) == ("13800000001", "4008001234")
    assert into.invite.headers["from"][0].startswith('"raw \\"quoted\\" text" <sip:13800000001@127.0.0.1>;tag=')
    into.hang_up('Q.850;cause=26;text="Answered elsewhere"')
    await out.until_ended(2)
    assert (out.end_reason, into.end_reason, out.status) == ("bye-in", "bye-out", 200)
    assert out.reason_header == 'Q.850;cause=26;text="Answered elsewhere"'
    assert statuses(out, "in") == ["180", "200", "BYE"]


@scene
async def test_a_call_that_nobody_answers_is_cancelled(caller: SipPeer, callee: SipPeer) -> None:
    out, into = await ringing(caller, callee, behaviour.never_answer())
    await out.until_ringing(2)
    out.hang_up("SIP;cause=200")
    await out.until_ended(2)
    assert (out.end_reason, out.status, out.answered_at) == ("cancelled", 487, None)
    assert (into.end_reason, into.status, into.reason_header) == ("cancelled", 487, "SIP;cause=200")
    assert into.cancelled_at is not None
    await asyncio.sleep(0.05)
    assert statuses(into, "in") == ["INVITE", "CANCEL", "ACK"]
    assert statuses(into, "out") == ["180", "200", "487"]
    into.answer()  # too late: nothing happens
    assert into.answered_at is None


@scene
async def test_a_cancel_before_any_response_waits_for_one(caller: SipPeer, callee: SipPeer) -> None:
    out, into = await ringing(caller, callee, lambda _: None)
    out.hang_up()
    await out.until_ended(2)
    assert statuses(out, "in")[0] == "100"
    assert out.end_reason == into.end_reason == "cancelled"


@scene
async def test_a_cancel_that_crosses_the_answer_ends_in_bye(caller: SipPeer, callee: SipPeer) -> None:
    out, into = await ringing(caller, callee, behaviour.never_answer())
    await out.until_ringing(2)
    into.answer()
    out.hang_up("SIP;cause=200")
    await into.until_ended(2)
    assert (into.end_reason, into.cancelled_at) == ("bye-in", None)
    assert (out.end_reason, out.status) == ("bye-out", 200)


@pytest.mark.parametrize(("act", "status"), [(behaviour.busy(), 486), (behaviour.decline(0.05), 603)])
def test_a_call_is_refused(act: Behaviour, status: int) -> None:
    @scene
    async def play(caller: SipPeer, callee: SipPeer) -> None:
        out, into = await ringing(caller, callee, act)
        with pytest.raises(CallFailed, match=str(status)):
            await out.until_answered(2)
        assert (out.end_reason, out.status) == ("rejected", status)
        assert (into.end_reason, into.status) == ("rejected", status)

    play()


@scene
async def test_a_dead_phone_says_nothing_and_the_caller_repeats(caller: SipPeer, callee: SipPeer) -> None:
    out, into = await ringing(caller, callee, behaviour.dead())
    with pytest.raises(CallTimeout, match="INVITE"):
        await out.until_ringing(1.8)
    assert statuses(out, "out") == ["INVITE"] * 3  # at 0, 0.5 and 1.5 s
    assert not statuses(out, "in")
    assert statuses(into, "in") == ["INVITE"] * 3
    caller.vanish()


@scene
@pytest.mark.thorough
async def test_every_message_may_be_lost_once(caller: SipPeer, callee: SipPeer) -> None:
    """Each distinct first line and way is lost the first time; the call is set up and ended all the same."""
    lost: set[tuple[str, str]] = set()

    def lose(way: str, text: str) -> bool:
        key = (way, text.partition("\r\n")[0])
        if way == "in" or key in lost:
            return False
        lost.add(key)
        return True

    caller.loses = callee.loses = lose
    out, into = await ringing(caller, callee, behaviour.ring_then_answer(0))
    await out.until_answered(10)
    await asyncio.sleep(1.2)  # the ACK was lost, the 200 is repeated
    assert into.ended_at is None
    assert statuses(out, "out").count("ACK") >= 2
    out.hang_up()
    await into.until_ended(10)
    assert (out.end_reason, into.end_reason) == ("bye-out", "bye-in")
    assert {line for _, line in lost} >= {"SIP/2.0 200 OK", "SIP/2.0 180 Ringing"}


@scene
async def test_a_repeated_request_gets_the_same_answer(caller: SipPeer, callee: SipPeer) -> None:
    out, into = await ringing(caller, callee, behaviour.busy())
    await out.until_ended(2)
    caller.wire.send(out.invite.text, callee.address)
    await asyncio.sleep(0.1)
    sent = [trace.text for trace in into.messages if trace.way == "out"]
    assert sent[0] == sent[1]
    assert len(callee.calls) == 1


@scene
async def test_keys_are_well_formed_events(caller: SipPeer, callee: SipPeer) -> None:
    """RFC 4733: one timestamp per event, growing duration, the marker on its first packet, the end bit thrice."""
    out, into = await ringing(caller, callee, behaviour.answer_at_once())
    await out.until_answered(2)
    out.press("1#")
    await asyncio.sleep(0.6)
    assert into.stream is not None
    events = list(into.stream.keys_heard)
    assert [event.payload[0] for event in events] == [1] * 9 + [11] * 9
    for key in (events[:9], events[9:]):
        assert [event.marker for event in key] == [True] + [False] * 8
        assert len({event.timestamp for event in key}) == 1
        assert [event.payload[1] >= 0x80 for event in key] == [False] * 6 + [True] * 3
        durations = [int.from_bytes(event.payload[2:]) for event in key]
        assert durations == [160, 160, 160, 320, 480, 640, 800, 800, 800]
    sequence = [event.sequence for event in events[:9]]
    assert sequence == list(range(sequence[0], sequence[0] + 9))
    assert events[9].at - events[8].at > 0.04


@scene
async def test_a_call_without_media_has_valid_sdp_and_can_press_keys(caller: SipPeer, callee: SipPeer) -> None:
    out, into = await ringing(caller, callee, behaviour.answer_at_once(), media=False)
    await out.until_answered(2)
    out.press("1")
    await asyncio.sleep(0.3)
    assert into.stream is not None
    assert {event.payload[0] for event in into.stream.keys_heard} == {1}
    assert into.rtp_received == 0
    with pytest.raises(CallTimeout):
        await into.until_hears(CALLER_HZ, 0.1)


@scene
async def test_audio_neither_drifts_nor_bursts(caller: SipPeer, callee: SipPeer) -> None:
    out, into = await ringing(caller, callee, behaviour.answer_at_once())
    await out.until_answered(2)
    for _ in range(10):
        time.sleep(0.03)  # noqa: ASYNC251 - the loop is late on purpose
        await asyncio.sleep(0.07)
    assert into.stream is not None
    packets = list(into.stream.heard)
    steps = {(after.timestamp - before.timestamp) for before, after in pairwise(packets)}
    assert steps == {160}
    span_s = (packets[-1].timestamp - packets[0].timestamp) / 8000
    assert span_s == pytest.approx(packets[-1].at - packets[0].at, abs=0.06)


@scene
async def test_hold_silences_and_resume_restores(caller: SipPeer, callee: SipPeer) -> None:
    out, into = await ringing(caller, callee, behaviour.answer_at_once(CALLEE_HZ))
    await out.until_hears(CALLEE_HZ, 2)
    assert out.stream is not None
    for direction, method in (("sendonly", "INVITE"), ("sendrecv", "UPDATE")):
        out.cseq += 1
        branch = caller.wire.new_branch()
        offer = out.invite.body.replace("sendrecv", direction)
        answered: asyncio.Future[object] = asyncio.get_running_loop().create_future()
        text = out.request(method, branch, "", offer)
        caller.wire.start(text, callee.address, (branch, method), answered.set_result, out.messages)
        await asyncio.wait_for(answered, 2)
        if method == "INVITE":
            caller.wire.send(out.request("ACK", caller.wire.new_branch()), callee.address)
            assert "a=recvonly" in out.messages[-1].text
            await asyncio.sleep(0.1)
            assert out.stream.first_after(time.monotonic() - 0.05) is None
    await out.until_hears(CALLEE_HZ, 2)
    out.hang_up()
    assert await into.until_ended(2)


@scene
async def test_options_and_strangers_are_answered(caller: SipPeer, callee: SipPeer) -> None:
    assert (await caller.options(callee.address, timeout_s=2)).status == 200
    out, into = await ringing(caller, callee, behaviour.answer_at_once())
    await out.until_answered(2)
    wrong = out.request("BYE", caller.wire.new_branch()).replace(into.local_tag, "stranger")
    statuses_seen: list[int] = []
    key = (wrong.partition("branch=")[2].partition(";")[0], "BYE")
    caller.wire.start(wrong, callee.address, key, lambda m: statuses_seen.append(m.status if m else 0), None)
    caller.wire.send("no SIP at all", callee.address)
    await asyncio.sleep(0.1)
    assert statuses_seen == [481]
    assert callee.wire.malformed == 1
    assert into.ended_at is None


@scene
async def test_a_phone_that_vanishes_sends_nothing_more(caller: SipPeer, callee: SipPeer) -> None:
    out, into = await ringing(caller, callee, behaviour.answer_at_once(CALLEE_HZ), tone_hz=CALLER_HZ)
    await out.until_hears(CALLEE_HZ, 2)
    callee.vanish()
    before = out.rtp_received
    await asyncio.sleep(0.1)
    assert out.rtp_received - before <= 2
    assert "BYE" not in statuses(into, "out")
    assert into.end_reason == "failed"
    assert out.ended_at is None
    caller.vanish()


@scene
async def test_closing_hangs_up(caller: SipPeer, callee: SipPeer) -> None:
    out, into = await ringing(caller, callee, behaviour.answer_at_once())
    await out.until_answered(2)
    await caller.close()
    assert await into.until_ended(1)
    assert into.end_reason == "bye-in"


@scene
async def test_a_callee_that_hangs_up_at_once_waits_for_the_ack(caller: SipPeer, callee: SipPeer) -> None:
    def act(call: PhoneCall) -> None:
        call.answer()
        call.hang_up()

    out, into = await ringing(caller, callee, act)
    await out.until_ended(2)
    assert out.answered_at is not None
    assert statuses(into, "in")[:2] == ["INVITE", "ACK"]
    assert statuses(into, "out")[-1] == "BYE"


def test_injections_travel_as_they_are_and_a_carrier_knows_its_mobiles() -> None:
    async def play() -> None:
        caller, carrier = await SipPeer.open(), await Carrier.open()
        carrier.mobiles["13900000001"] = behaviour.voicemail(0.05)
        out = caller.invite(
            server=carrier.address,
            user="13900000001",
            from_uri_raw="sip:123%0D%0AEvent%3A%20Fake@x",
            extra_headers=["P-Asserted-Identity: <sip:1@y>"],
        )
        leg = await carrier.until_leg("13900000001", 2)
        assert leg.remote_user == "123%0D%0AEvent%3A%20Fake"
        assert leg.invite.header("p-asserted-identity") == "<sip:1@y>"
        greeted_at = await out.until_hears(behaviour.GREETING_HZ, 2)
        beeped_at = await out.until_hears(behaviour.BEEP_HZ, 4)
        assert beeped_at - greeted_at == pytest.approx(behaviour.GREETING_S, abs=0.15)
        nobody = caller.invite(server=carrier.address, user="13900000009")
        await nobody.until_ended(2)
        assert nobody.status == 404
        with pytest.raises(CallTimeout):
            await carrier.until_leg("13900000001", 0.05, nth=2)
        await caller.close()
        await carrier.close()

    asyncio.run(play())


@scene
async def test_a_tone_may_be_changed_and_a_recording_played(caller: SipPeer, callee: SipPeer) -> None:
    out, into = await ringing(caller, callee, behaviour.answer_at_once(CALLEE_HZ))
    await out.until_hears(CALLEE_HZ, 2)
    into.play(tone(CALLER_HZ, 0.2))
    changed_at = await out.until_hears(CALLER_HZ, 2)
    await asyncio.sleep(changed_at + 0.5 - time.monotonic())
    assert out.loudness(0.2) < 100  # silence follows, as packets
    assert out.stream is not None
    assert out.stream.first_after(time.monotonic() - 0.1) is not None
    assert out.stream.is_quiet(time.monotonic() - 0.1)


def test_what_ended_is_forgotten_in_the_end() -> None:
    async def play() -> None:
        caller, callee = await SipPeer.open(traced=False), await SipPeer.open(traced=False)
        caller.wire.kept_s = callee.wire.kept_s = 0.05
        for _ in range(3):
            out, into = await ringing(caller, callee, behaviour.busy())
            await out.until_ended(2)
            assert not into.messages
            await asyncio.sleep(0.06)
        assert len(caller.calls) <= 1
        assert len(callee.calls) <= 2
        await caller.close()
        await callee.close()

    asyncio.run(play())

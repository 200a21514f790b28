"""Calls to callers at the edge to Asterisk: whatever is said, late or never, each ends once, and is dialled once."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from hotline_agi.asterisk.status import Inventory
from hotline_agi.dispatch.events import Event, VolunteerReleased
from hotline_agi.errors import LinkLost
from hotline_agi.service import callback_calls
from hotline_agi.service.callback_calls import CallbackCall, CallbackCalls
from hotline_agi.terms.ids import CallId, LegId, LineId, VolunteerId
from hotline_agi.terms.numbers import PhoneNumber
from hotline_agi.terms.work import AttemptEnd

ATTEMPT, CHANNEL = LegId("back-0000000100000a"), "pbx1-1580875200.77"
NAME = "PJSIP/s01-0000000a"


class FakeLink:
    """Remembers what is sent; `answers` are its replies, by action."""

    def __init__(self) -> None:
        self.sent: list[dict[str, str]] = []
        self.is_down = False
        self.replies: list[Callable[[Any], None]] = []

    def send(self, fields: Any, on_reply: Any = None) -> None:
        if self.is_down:
            raise LinkLost("down")
        self.sent.append({name: value for name, value in fields if name != "Variable"})
        if on_reply is not None:
            self.replies.append(on_reply)

    def did(self, action: str) -> list[dict[str, str]]:
        return [one for one in self.sent if one["Action"] == action]


class Room:
    """One call between a caller and v01 who waits."""

    def __init__(self) -> None:
        self.link = FakeLink()
        self.told: list[Event] = []
        self.ends: list[tuple[AttemptEnd, bool]] = []
        self.joins = 0
        self.calls = CallbackCalls(link=lambda: self.link, trunk="trunk", tell=self.told.append)  # type: ignore[arg-type,return-value]
        self.calls.ended = lambda _call, end, hung_up: self.ends.append((end, hung_up))
        self.calls.joined = lambda _call: setattr(self, "joins", self.joins + 1)
        self.calls.watch(CHANNEL)
        self.call = made()

    def place(self) -> bool:
        number = PhoneNumber("07700900999")
        return self.calls.place(self.call, number, shown="01632960100", language="en", say="callback-neutral")

    def says(self, event: str, uniqueid: str = ATTEMPT, **fields: str) -> None:
        self.calls.on_message({"Event": event, "Uniqueid": uniqueid, **fields})

    def waits(self) -> None:
        self.says("BridgeEnter", CHANNEL, BridgeUniqueid="hold", BridgeTechnology="holding_bridge")

    def talks(self) -> None:
        self.waits()
        self.says("OriginateResponse", Response="Success", Reason="4")
        self.says("BridgeEnter", BridgeUniqueid="talk", BridgeTechnology="simple_bridge")
        self.says("BridgeLeave", CHANNEL, BridgeUniqueid="hold")
        self.says("BridgeEnter", CHANNEL, BridgeUniqueid="talk", BridgeTechnology="simple_bridge")


def made(uniqueid: str = CHANNEL, name: str = NAME) -> CallbackCall:
    return CallbackCall(
        attempt=ATTEMPT,
        entry=CallId("pbx1-1580875200.7"),
        line=LineId("xinli"),
        volunteer=VolunteerId("v01"),
        channel=name,
        uniqueid=uniqueid,
        placed_s=0.0,
    )


def play(act: Callable[[Room], None]) -> Room:
    """`act` on an event loop."""

    async def story() -> Room:
        room = Room()
        act(room)
        return room

    return asyncio.run(story())


def test_it_is_dialled_once_with_the_hotlines_number_and_nothing_of_the_volunteer() -> None:
    room = play(lambda room: room.place() or pytest.fail("not placed"))
    (sent,) = room.link.sent
    assert sent["Channel"] == "PJSIP/07700900999@trunk"
    assert sent["CallerID"] == '"" <01632960100>'
    assert sent["ChannelId"] == ATTEMPT
    assert not any("v01" in value or "s01" in value for value in sent.values())


@pytest.mark.parametrize(
    ("cause", "end"),
    [
        ("17", AttemptEnd.BUSY),
        ("19", AttemptEnd.NO_ANSWER),
        ("21", AttemptEnd.NO_ANSWER),
        ("1", AttemptEnd.NO_ANSWER),
        ("34", AttemptEnd.FAILED),
        ("38", AttemptEnd.FAILED),
        ("x", AttemptEnd.NO_ANSWER),
    ],
)
def test_how_it_ends_without_an_answer(cause: str, end: AttemptEnd) -> None:
    def act(room: Room) -> None:
        room.place()
        room.waits()
        room.says("OriginateResponse", Response="Failure", Reason="5")
        room.says("Hangup", Cause=cause)
        room.says("Hangup", Cause=cause)

    room = play(act)
    assert room.ends == [(end, False)]
    assert room.told == [VolunteerReleased(leg=LegId(CHANNEL), line=LineId("xinli"))]
    (kick,) = room.link.did("BridgeKick")
    assert (kick["BridgeUniqueid"], kick["Channel"]) == ("hold", NAME)


def test_an_answer_without_the_key_and_a_volunteer_who_comes_late_into_the_bridge() -> None:
    def act(room: Room) -> None:
        room.place()
        room.says("OriginateResponse", Response="Success", Reason="4")
        room.says("Hangup", Cause="16")
        assert room.link.did("BridgeKick") == []
        room.waits()

    room = play(act)
    assert room.ends == [(AttemptEnd.NOT_CONFIRMED, False)]
    assert len(room.link.did("BridgeKick")) == 1


def test_a_talk_is_over_when_the_volunteer_comes_back() -> None:
    def act(room: Room) -> None:
        room.place()
        room.talks()
        room.says("BridgeLeave", BridgeUniqueid="talk")
        room.says("Hangup", Cause="16")
        assert room.ends == []  # they say what came of it, or hang up
        found = room.calls.came_back(CHANNEL)
        assert found is not None and found[1] is AttemptEnd.TALKED
        assert room.calls.came_back(CHANNEL) is None
        room.says("Hangup", CHANNEL, Cause="16")

    room = play(act)
    assert (room.joins, room.ends) == (1, [(AttemptEnd.TALKED, False)])
    assert room.link.did("BridgeKick") == []  # a talk is never ended by us


def test_a_volunteer_who_hangs_up_after_the_talk_is_not_there_to_say_what_came_of_it() -> None:
    def act(room: Room) -> None:
        room.place()
        room.talks()
        room.says("BridgeLeave", CHANNEL, BridgeUniqueid="talk")
        room.says("Hangup", CHANNEL, Cause="16")
        room.says("Hangup", Cause="16")

    assert play(act).ends == [(AttemptEnd.TALKED, True)]


def test_a_volunteer_who_hangs_up_stops_the_callers_telephone_even_before_it_has_a_channel() -> None:
    async def story() -> None:
        room = Room()
        room.place()
        room.waits()
        room.says("Hangup", CHANNEL, Cause="16")
        assert room.ends == [(AttemptEnd.VOLUNTEER_LEFT, True)]
        (first,) = room.link.did("Hangup")
        assert first["Channel"] == ATTEMPT
        room.link.replies[-1]({"Response": "Error", "Message": "No such channel"})
        await asyncio.sleep(2 * callback_calls.CANCEL_AGAIN_S)
        assert len(room.link.did("Hangup")) == 2
        room.link.replies[-1]({"Response": "Success"})
        await asyncio.sleep(2 * callback_calls.CANCEL_AGAIN_S)
        assert len(room.link.did("Hangup")) == 2
        assert len(room.link.did("Originate")) == 1

    asyncio.run(story())


def test_for_a_volunteer_who_is_gone_or_a_link_that_is_down_nobody_is_dialled() -> None:
    def gone(room: Room) -> None:
        room.says("Hangup", CHANNEL, Cause="16")
        assert not room.place()

    def down(room: Room) -> None:
        room.link.is_down = True
        assert not room.place()

    def odd(room: Room) -> None:
        room.call = made(name="PJSIP/s01")  # would be a prefix of another's
        assert not room.place()

    for act in (gone, down, odd):
        room = play(act)
        assert (room.link.sent, room.ends, len(room.calls)) == ([], [], 0)


def test_what_asterisk_refuses_has_failed() -> None:
    def act(room: Room) -> None:
        room.place()
        room.link.replies[0]({"Response": "Error", "Message": "Extension does not exist."})

    assert play(act).ends == [(AttemptEnd.FAILED, False)]


def test_a_trunk_without_a_channel_has_failed_a_moment_later(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(callback_calls, "LAST_NEWS_S", 0.01)

    async def story() -> Room:
        room = Room()
        room.place()
        room.says("OriginateResponse", Response="Failure", Reason="0")
        await asyncio.sleep(0.05)
        return room

    assert asyncio.run(story()).ends == [(AttemptEnd.FAILED, False)]


def test_no_news_at_all_end_it_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(callback_calls, "CALL_LIMIT_S", 0.01)

    async def story() -> Room:
        room = Room()
        room.place()
        await asyncio.sleep(0.05)
        return room

    room = asyncio.run(story())
    assert room.ends == [(AttemptEnd.UNSEEN, False)]
    assert len(room.link.did("Hangup")) == 1


# ---- after a gap


def inventory(*rows: dict[str, Any]) -> Inventory:
    return Inventory(
        rows,  # type: ignore[arg-type]
        epoch_s=1_580_875_300.0,
        line_of_number=lambda _number: None,
        volunteer_of_target=lambda _target: None,
    )


def caller_row(bridge: str = "", state: str = "Ringing") -> dict[str, Any]:
    row = {"Uniqueid": ATTEMPT, "Channel": "PJSIP/trunk-0000000b", "Context": "hotline-callback", "Exten": "called"}
    return {**row, "BridgeID": bridge, "ChannelStateDesc": state}


def volunteer_row(bridge: str = "hold") -> dict[str, Any]:
    return {
        "Uniqueid": CHANNEL,
        "Channel": NAME,
        "Context": "hotline-callback",
        "Exten": "call",
        "BridgeID": bridge,
        "ChannelStateDesc": "Up",
        "Variable": ["HOTLINE_ENGAGED=v01", f"HOTLINE_ATTEMPT={ATTEMPT}"],
    }


def test_a_gap_that_swallowed_the_end_is_seen_and_nothing_is_dialled_again() -> None:
    def act(room: Room) -> None:
        room.place()
        room.waits()
        room.calls.stock_taken(inventory(caller_row(), volunteer_row()), [])
        assert room.ends == []
        room.calls.stock_taken(inventory(volunteer_row()), [])

    room = play(act)
    assert room.ends == [(AttemptEnd.UNSEEN, False)]
    assert len(room.link.did("Originate")) == 1 and len(room.link.did("BridgeKick")) == 1


def test_a_gap_that_swallowed_the_beginning_of_the_talk() -> None:
    def act(room: Room) -> None:
        room.place()
        room.waits()
        room.calls.stock_taken(inventory(caller_row("talk", "Up"), volunteer_row("talk")), [])

    room = play(act)
    assert (room.joins, room.ends) == (1, [])


def test_a_service_that_was_made_anew_goes_on_with_who_waits_and_ends_what_is_gone() -> None:
    def goes_on(room: Room) -> None:
        room.calls.stock_taken(inventory(caller_row(), volunteer_row()), [made("", "")])
        (session,) = asked = [FakeSession(ATTEMPT)]
        room.calls.confirmed(session)  # type: ignore[arg-type]
        assert asked[0].said == f"ok:join:{NAME}"

    def is_gone(room: Room) -> None:
        room.calls.stock_taken(inventory(), [made("", "")])

    def volunteer_is_gone(room: Room) -> None:
        room.calls.stock_taken(inventory(caller_row()), [made("", "")])
        assert len(room.link.did("Hangup")) == 1

    assert play(goes_on).ends == []
    for act in (is_gone, volunteer_is_gone):
        assert play(act).ends == [(AttemptEnd.VOLUNTEER_LEFT, True)]


class FakeSession:
    def __init__(self, uniqueid: str) -> None:
        self.request = self
        self.uniqueid = uniqueid
        self.said = ""

    def reply(self, text: str) -> None:
        self.said = text


def test_who_presses_the_key_too_late_is_joined_with_nobody() -> None:
    def act(room: Room) -> None:
        room.place()
        room.waits()
        room.says("Hangup", CHANNEL, Cause="16")
        session = FakeSession(ATTEMPT)
        room.calls.confirmed(session)  # type: ignore[arg-type]
        assert session.said == "ok:gone"

    play(act)


def test_a_wait_that_lasted_too_long_ends_the_call() -> None:
    def act(room: Room) -> None:
        room.place()
        room.waits()
        found = room.calls.came_back(CHANNEL)
        assert found is not None and found[1] is AttemptEnd.NO_ANSWER
        assert len(room.link.did("Hangup")) == 1

    play(act)

"""A caller who is aside, typing a number: brought back for whoever accepted, and their keys are nobody's."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, cast

import pytest

from hotline_agi.asterisk.dialling import Dialling
from hotline_agi.asterisk.envelope import Envelope
from hotline_agi.asterisk.fastagi import AgiSession
from hotline_agi.asterisk.node import FETCHED, Node
from hotline_agi.dispatch.commands import FetchCaller, GuideCaller, HoldCaller, Music
from hotline_agi.dispatch.events import CallbackAsked, CallerHeld, CallerKeyed, Event, RoundEnded, Step
from hotline_agi.errors import LinkLost
from hotline_agi.roster.model import Roster
from hotline_agi.terms.ids import CallId, LineId, NodeId

PBX, LINE, CALL = NodeId("pbx1"), LineId("xinli"), CallId("pbx1-1771000000.42")
CHANNEL = "PJSIP/trunk-00000001"


class Link:
    """Remembers what is sent; `answer` lets Asterisk answer the last of it."""

    def __init__(self) -> None:
        self.is_up = True
        self.sent: list[dict[str, str]] = []
        self.answer: Callable[[dict[str, str] | None], None] = lambda _: None

    def send(self, fields: tuple[tuple[str, str], ...], on_reply: Any = None, **_: object) -> None:
        if not self.is_up:
            raise LinkLost("down")
        self.sent.append(dict(fields))
        self.answer = on_reply

    def flush(self) -> bool:
        return False


class Question:
    """What the dialplan asked, and what it was answered."""

    def __init__(self, route: str, *arguments: str) -> None:
        told = (*arguments, "", "", "", "")
        self.request = SimpleNamespace(
            route=route, uniqueid=CALL, channel=CHANNEL, argument=lambda n: told[n] if n < len(told) else ""
        )
        self.on_closed: Any = None
        self.replies: list[str] = []

    def reply(self, value: str, **_: object) -> None:
        self.replies.append(value)

    def refuse(self) -> None:
        self.replies.append("")

    def to(self, node: Node) -> "Question":
        node.on_question(cast(AgiSession, self))
        return self


@pytest.fixture
def told() -> list[Event]:
    return []


@pytest.fixture
def node(told: list[Event]) -> Node:
    """The caller was told to go aside."""
    made = Node(
        PBX,
        dialling=Dialling(trunk="trunk", caller_id='"hotline" <100>'),
        envelope=Envelope(Roster(lines={}, volunteers={}), trunk="trunk"),
        report=told.append,
        line_of_number=lambda _: LINE,
        volunteer_of_target=lambda _: None,
        user_event=lambda _: None,
    )
    made.link = cast(Any, Link())
    asks = round_of(made)
    made.carry_out(GuideCaller(call=CALL, language="zh_xinli", steps=(Step.CALLBACK_OTHER, Step.ROUND)))
    assert asks.replies == ["ok:steps:zh_xinli:callbackother-round"]
    told.clear()
    return made


def round_of(node: Node, fetched: str = "") -> Question:
    return Question("round", "100", "4", "", fetched).to(node)


def hold(node: Node) -> None:
    node.carry_out(
        HoldCaller(call=CALL, language="zh", music=Music.WAIT, round_s=4, max_wait_s=60.0, overflow=(Step.GOODBYE,))
    )


def key(node: Node, digit: str) -> None:
    node.on_message({"Event": "DTMFEnd", "Uniqueid": CALL, "Digit": digit, "Direction": "Received"})


def test_keys_that_are_typed_aside_are_told_to_nobody(node: Node, told: list[Event]) -> None:
    for digit in "138*#":
        key(node, digit)
    assert told == []
    node.on_message(
        {"Event": "BridgeEnter", "Uniqueid": CALL, "BridgeUniqueid": "h1", "BridgeTechnology": "holding_bridge"}
    )
    key(node, "5")
    assert told == [CallerHeld(call=CALL), CallerKeyed(call=CALL, key="5")]


def test_a_caller_is_fetched_and_asks_from_there(node: Node, told: list[Event]) -> None:
    link = cast(Link, node.link)
    node.carry_out(FetchCaller(call=CALL, node=PBX))
    redirect = {"Action": "Redirect", "Channel": CHANNEL, "Context": "hotline", "Exten": FETCHED, "Priority": "1"}
    assert link.sent == [redirect]
    node.carry_out(FetchCaller(call=CALL, node=PBX))
    assert link.sent == [redirect], "once: a second one could hit a talk"
    asks = round_of(node, FETCHED)
    hold(node)
    link.answer({"Response": "Success"})
    assert [type(event) for event in told] == [RoundEnded] and asks.replies[0].startswith("ok:hold:zh:wait:")


def test_who_comes_back_alone_while_being_fetched_is_answered_once_it_is_known_where_they_are(
    node: Node, told: list[Event]
) -> None:
    link = cast(Link, node.link)
    node.carry_out(FetchCaller(call=CALL, node=PBX))
    asks = round_of(node)
    assert told == [] and asks.replies == [], "the redirect may take them out of this question, or out of what follows"
    link.answer({"Response": "Success"})
    assert told == [], "it did; they ask again from there"
    round_of(node, FETCHED)
    assert len(told) == 1


@pytest.mark.parametrize("answer", [{"Response": "Error"}, None])
def test_who_could_not_be_fetched_and_came_back_alone_is_answered(
    node: Node, told: list[Event], answer: dict[str, str] | None
) -> None:
    node.carry_out(FetchCaller(call=CALL, node=PBX))
    asks = round_of(node)
    cast(Link, node.link).answer(answer)
    assert [type(event) for event in told] == [RoundEnded]
    hold(node)
    assert len(asks.replies) == 1


def test_without_a_link_nobody_is_fetched_and_nobody_stays_unanswered(node: Node, told: list[Event]) -> None:
    link = cast(Link, node.link)
    link.is_up = False
    node.carry_out(FetchCaller(call=CALL, node=PBX))
    link.is_up = True
    round_of(node)
    assert len(told) == 1


def test_a_wish_on_disk_is_answered_by_what_the_machine_says(node: Node, told: list[Event]) -> None:
    asks = Question("wish", "100")
    node.on_callback(cast(AgiSession, asks), CallbackAsked(call=CALL, here=False))
    assert told == [CallbackAsked(call=CALL, here=False)]
    node.carry_out(GuideCaller(call=CALL, language="zh", steps=(Step.CALLBACK_KEPT, Step.GOODBYE)))
    assert asks.replies == ["ok:steps:zh:callbackkept-goodbye"]

"""The node keeps nothing of legs that are over, whatever became of the link meanwhile."""

import asyncio
import time
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from hotline_agi import census
from hotline_agi.asterisk.agi import AgiRequest
from hotline_agi.asterisk.envelope import Envelope
from hotline_agi.asterisk.node import CHANNEL_COMES_S, SURVIVING, Dialling, Node
from hotline_agi.dispatch.commands import CancelLeg, CancelReason
from hotline_agi.dispatch.events import CallArrived, CallerLeft, Event, StockTaken
from hotline_agi.errors import LinkLost
from hotline_agi.roster.model import Roster
from hotline_agi.terms.ids import CallId, LegId, LineId, NodeId

PBX = NodeId("pbx1")


class Link:
    """Remembers what is sent, or is down."""

    def __init__(self) -> None:
        self.is_up = True
        self.sent: list[dict[str, str]] = []
        self.meanwhile: Callable[[], object] = lambda: None

    def send(self, fields: tuple[tuple[str, str], ...], _on_reply: object = None, **_: object) -> None:
        if not self.is_up:
            raise LinkLost("down")
        self.sent.append(dict(fields))

    async def request(self, _fields: object, *, heard: Callable[[], None], **_: object) -> None:
        """Nobody lives; `meanwhile` happens before the answer is read."""
        self.meanwhile()
        heard()


def leg(number: int) -> LegId:
    return LegId(f"leg-{number:014x}")


def a_node(report: Callable[[Event], None] = lambda _: None) -> Node:
    return Node(
        PBX,
        dialling=Dialling(trunk="trunk", caller_id='"hotline" <100>'),
        envelope=Envelope(Roster(lines={}, volunteers={}), trunk="trunk"),
        report=report,
        line_of_number=lambda number: LineId("xinli") if number == "100" else None,
        volunteer_of_target=lambda _: None,
        user_event=lambda _: None,
    )


def test_a_recount_that_is_under_way_can_be_ended_with_the_service():
    async def story() -> None:
        node = a_node()
        node.link = Link()
        assert node.tasks == ()
        for _ in range(2):
            node.on_message({"Event": "UserEvent", "UserEvent": SURVIVING, "Call": "pbx1-1.1"})
        (task,) = node.tasks
        task.cancel()
        await asyncio.wait({task})
        assert node.tasks == ()

    asyncio.run(story())


def test_a_caller_who_asks_while_stock_is_taken_is_not_forgotten():
    """`Status` was answered before they came, and is read after their question, which is on another stream."""
    call = CallId("pbx1-1782900000.7")

    async def story() -> None:
        told: list[Event] = []
        node = a_node(told.append)
        link = node.link = Link()
        question = AgiRequest(route="arrive", uniqueid=call, channel="PJSIP/trunk-7", arguments=("100",))
        session: Any = SimpleNamespace(request=question, on_closed=None)
        link.meanwhile = lambda: node.on_question(session)
        await node.take_stock()
        assert [type(event) for event in told] == [CallArrived, StockTaken]
        node.on_message({"Event": "Hangup", "Uniqueid": call, "Cause": "16"})
        assert told[-1] == CallerLeft(call=call)
        link.meanwhile = lambda: None
        await node.take_stock()
        assert census.of_objects(node).get("Translator.callers", 0) == 0

    asyncio.run(story())


def test_cancels_that_nobody_can_carry_out_any_more_are_forgotten(monkeypatch):
    now_s = 1000.0
    monkeypatch.setattr(time, "monotonic", lambda: now_s)
    node = a_node()
    link = node.link = Link()
    link.is_up = False
    for number in range(100):
        node.carry_out(CancelLeg(leg=leg(number), node=PBX, reason=CancelReason.ELSEWHERE))
    assert census.of_objects(node)["Node._cancels"] == 100
    link.is_up, now_s = True, now_s + CHANNEL_COMES_S + 1
    node.carry_out(CancelLeg(leg=leg(100), node=PBX, reason=CancelReason.ELSEWHERE))
    assert census.of_objects(node)["Node._cancels"] == 1
    node.on_message({"Event": "Newchannel", "Uniqueid": leg(100)})
    assert [action["Channel"] for action in link.sent] == [leg(100), leg(100)]
    node.on_message({"Event": "Hangup", "Uniqueid": leg(100), "Cause": "16"})
    assert "Node._cancels" not in census.of_objects(node)

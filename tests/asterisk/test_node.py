"""The node keeps nothing of legs that are over, whatever became of the link meanwhile."""

import asyncio
from typing import Any

from hotline_agi import census
from hotline_agi.asterisk.node import Dialling, Node
from hotline_agi.dispatch.commands import CancelLeg, CancelReason
from hotline_agi.errors import LinkLost
from hotline_agi.terms.ids import LegId, NodeId

PBX = NodeId("pbx1")


class Link:
    """Remembers what is sent, or is down; lists `rows` when it is asked for them."""

    def __init__(self) -> None:
        self.is_up = True
        self.sent: list[dict[str, str]] = []
        self.rows: list[dict[str, str]] = []

    def send(self, fields: tuple[tuple[str, str], ...], _on_reply: object = None, **_: object) -> None:
        if not self.is_up:
            raise LinkLost("down")
        self.sent.append(dict(fields))

    async def request(self, _fields: object, *, rows: list[Any], **_: object) -> dict[str, str]:
        rows += self.rows
        return {"Response": "Success"}


def leg(number: int) -> LegId:
    return LegId(f"leg-{number:014x}")


def test_cancels_that_nobody_can_carry_out_any_more_are_forgotten():
    async def story():
        node = Node(
            PBX,
            dialling=Dialling(trunk="trunk", caller_id='"hotline" <100>'),
            report=lambda _: None,
            line_of_number=lambda _: None,
            user_event=lambda _: None,
        )
        link = node.link = Link()
        link.is_up = False
        for number in range(100):
            node.carry_out(CancelLeg(leg=leg(number), node=PBX, reason=CancelReason.ELSEWHERE))
        link.is_up = True
        link.rows = [{"Event": "Status", "Uniqueid": leg(7), "Channel": "PJSIP/s01-1", "ChannelStateDesc": "Ringing"}]
        await node.take_stock()
        assert census.of_objects(node)["Node._cancels"] == 1  # the one that lives
        node.on_message({"Event": "Hangup", "Uniqueid": leg(7), "Cause": "16"})
        assert "Node._cancels" not in census.of_objects(node)

    asyncio.run(story())

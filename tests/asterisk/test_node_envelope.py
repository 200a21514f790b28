"""The last place before AMI: what the envelope refuses is never sent, whatever kind of leg it is."""

from datetime import UTC, datetime
from typing import Any

import pytest

from hotline_agi.asterisk.dial_rules import USUAL, DialRules
from hotline_agi.asterisk.dialling import Dialling
from hotline_agi.asterisk.envelope import Envelope, RefusalReason
from hotline_agi.asterisk.node import Node
from hotline_agi.asterisk.survival import plan_rows
from hotline_agi.dispatch.commands import NoticeKind, RingLeg, RingNotice
from hotline_agi.dispatch.events import Event, LegEnded
from hotline_agi.roster.model import Endpoint, EndpointKind
from hotline_agi.terms.causes import Cause
from hotline_agi.terms.ids import CallId, EndpointId, LegId, NodeId, VolunteerId
from hotline_agi.terms.numbers import PhoneNumber
from tests.dispatch.lines import NOON, person, roster, softphone

NODE = NodeId("pbx1")
LIN = VolunteerId("lin")
OWN = Endpoint(id=EndpointId("lin-mobile"), kind=EndpointKind.MOBILE, number=PhoneNumber("+447700900001"), confirm=True)
STRANGER = Endpoint(
    id=EndpointId("lin-mobile"), kind=EndpointKind.MOBILE, number=PhoneNumber("+447700900002"), confirm=True
)
BOOK = roster(people=[person("lin", softphone("lin"), OWN)])
DIALLING = Dialling(trunk="trunk", caller_id='"hotline" <100>')


class Wire:
    """An AMI link that keeps what is sent."""

    is_up = True

    def __init__(self) -> None:
        self.sent: list[tuple[tuple[str, str], ...]] = []

    def send(self, fields: Any, _answered: Any = None) -> None:
        self.sent.append(tuple(fields))


def node_with(rules: DialRules = USUAL) -> tuple[Node, Wire, list[Event], list[tuple[str, str]]]:
    wire, events, refused = Wire(), list[Event](), list[tuple[str, str]]()
    envelope = Envelope(BOOK, trunk="trunk", rules=rules, refused=lambda why, whom: refused.append((why, whom)))
    node = Node(
        NODE,
        dialling=DIALLING,
        envelope=envelope,
        report=events.append,
        line_of_number=lambda _: None,
        volunteer_of_target=lambda _: None,
        user_event=lambda _: None,
    )
    node.link = wire  # type: ignore[assignment]
    return node, wire, events, refused


def leg(endpoint: Endpoint, number: int) -> RingLeg:
    return RingLeg(
        leg=LegId(f"leg-{number:014x}"),
        call=CallId("pbx1-1.1"),
        node=NODE,
        volunteer=LIN,
        endpoint=endpoint,
        language="zh",
        ring_timeout_s=20.0,
    )


def notice(endpoint: Endpoint, number: int) -> RingNotice:
    return RingNotice(
        leg=LegId(f"leg-{number:014x}"),
        node=NODE,
        volunteer=LIN,
        endpoint=endpoint,
        kind=NoticeKind.READY,
        language="zh",
        ring_timeout_s=20.0,
        from_at=datetime(2026, 1, 1, tzinfo=UTC),
        until_at=datetime(2026, 1, 1, 4, tzinfo=UTC),
        zone="Asia/Shanghai",
    )


@pytest.mark.parametrize("kind", [leg, notice])
def test_a_leg_outside_the_envelope_ends_at_once_and_is_never_sent(kind: Any) -> None:
    node, wire, events, refused = node_with()
    node.carry_out(kind(STRANGER, 1))
    assert wire.sent == []
    assert events == [LegEnded(leg=LegId(f"leg-{1:014x}"), cause=Cause.FAILURE)]
    assert refused == [(RefusalReason.NOT_IN_ROSTER, "lin-mobile")]
    node.carry_out(kind(OWN, 2))
    assert ("Channel", "PJSIP/+447700900001@trunk") in wire.sent[0]
    assert len(events) == 1


def test_one_leg_too_many_is_not_sent() -> None:
    node, wire, events, refused = node_with(DialRules(legs_per_number_per_hour=3))
    for n in range(5):
        node.carry_out(leg(OWN, n))
    node.carry_out(leg(softphone("lin"), 9))
    assert len(wire.sent) == 4
    assert len(events) == 2
    assert refused == [(RefusalReason.LEGS_PER_NUMBER_PER_HOUR, "lin-mobile")] * 2


def test_the_survival_plan_holds_nobody_whom_the_envelope_refuses() -> None:
    def rows(rules: DialRules) -> str:
        envelope = Envelope(BOOK, trunk="trunk", rules=rules)
        return "\n".join(value for _, value in plan_rows(BOOK, DIALLING, NOON, lambda one: not envelope.refusal(one)))

    assert "PJSIP/+447700900001@trunk" in rows(DialRules())
    closed = rows(DialRules(countries=("+86",)))
    assert "+447700900001" not in closed
    assert "PJSIP/sp-lin" in closed

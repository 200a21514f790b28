"""A campaign's call is under the dial envelope's rules at the last place before AMI, whatever its list let pass."""

from typing import Any

import pytest

from hotline_agi.asterisk.dial_rules import DialRules
from hotline_agi.asterisk.envelope import RefusalReason
from hotline_agi.asterisk.outbound_calls import OutboundCalls, TrunkUse
from hotline_agi.terms.numbers import PhoneNumber

RULES = DialRules(home="GB", countries=("GB",), allow=("+447700900",))
USE = TrunkUse(
    endpoint="trunk",
    endpoints=frozenset({"trunk"}),
    caller_id="<01632960100>",
    agi="agi://127.0.0.1:4574",
    help="0:01632960100",
)
ATTEMPT = "camp-00000000000001"


class Link:
    """What is sent to Asterisk."""

    def __init__(self) -> None:
        self.sent: list[dict[str, str]] = []

    def send(self, action: tuple[tuple[str, str], ...], _heard: object) -> None:
        self.sent.append(dict(action))


def calls(link: Any) -> OutboundCalls:
    found = OutboundCalls(USE, rules=RULES, home="GB", ended=lambda *_: None, changed=lambda: None)
    found.link = link
    return found


@pytest.mark.parametrize(
    ("number", "why"),
    [
        ("999", RefusalReason.EMERGENCY),
        ("112", RefusalReason.EMERGENCY),
        ("0900 123 4567", RefusalReason.PREMIUM),
        ("+49 151 23456789", RefusalReason.FOREIGN),
    ],
)
def test_what_must_not_be_rung_is_never_sent(number: str, why: RefusalReason) -> None:
    link = Link()
    assert calls(link).place(ATTEMPT, PhoneNumber(number), 30) is why
    assert link.sent == []


def test_a_person_is_rung_once_and_sees_the_number_of_the_line() -> None:
    link = Link()
    assert calls(link).place(ATTEMPT, PhoneNumber("07700900101"), 30) is None
    (action,) = link.sent
    assert (action["Action"], action["ChannelId"]) == ("Originate", ATTEMPT)
    assert action["Channel"] == "PJSIP/07700900101@trunk"
    assert (action["Context"], action["CallerID"], action["Timeout"]) == ("hotline-campaign", "<01632960100>", "30000")

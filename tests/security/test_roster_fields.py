"""Attacks in every field of a roster: none becomes a line for Asterisk, in AMI, in AstDB or in its configuration."""

import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime

from hotline_agi.asterisk.dialling import Dialling
from hotline_agi.asterisk.endpoints import endpoint_blocks
from hotline_agi.asterisk.envelope import DialRules, Envelope
from hotline_agi.asterisk.node import Node
from hotline_agi.asterisk.survival import plan_rows
from hotline_agi.asterisk.wire import Fields, action_text
from hotline_agi.dispatch.commands import RingLeg
from hotline_agi.errors import InvalidText
from hotline_agi.roster.model import Roster
from hotline_agi.roster.reader import read_roster
from hotline_agi.terms.ids import CallId, LegId, NodeId
from tests.e2e.scenery import Scenery

LINE_BREAKS = (
    "x\\r\\nAction: Originate\\r\\nChannel: PJSIP/01632960777@trunk\\r\\n\\r\\n[evil](hotline-softphone)\\r\\nz",
    "evil\\nz",
    "evil\\rz",
    "evil\\u2028z",
    "evil\\0z",
)
"""In YAML's double quotes these are real ones."""
SYNTAX = ("evil&PJSIP/01632960777@trunk", "evil,${SHELL(id)}", "evil;x", "evil^1|2", "evil]=[x](y)")
"""Of the dialplan and of Asterisk's files."""
PLACE = Scenery(
    softphones=2,
    mobiles=1,
    overflow="[transfer, message]",
    extra_line="service_numbers: ['01632960180']\n",
    pins={"s01": "271828"},
)
TOKEN = re.compile(r"'[^']*'|\"[^\"]*\"|[A-Za-z0-9+][A-Za-z0-9+/:-]*[A-Za-z0-9]|[a-z]")
"""A key or a value, as this scenery writes them."""
DIALLING = Dialling(trunk="trunk", caller_id='"hotline" <100>')


def poisoned(text: str, evil: str) -> Iterator[str]:
    """The text with one token after the other replaced."""
    for found in TOKEN.finditer(text):
        yield f'{text[: found.start()]}"{evil}"{text[found.end() :]}'


def versions(evil: str) -> Iterator[tuple[dict[str, bytes], bytes]]:
    files = {name: text.encode() for name, text in PLACE.files().items()}
    contacts = PLACE.contacts().encode()
    for name, text in PLACE.files().items():
        for version in poisoned(text, evil):
            yield {**files, name: version.encode()}, contacts
    for version in poisoned(PLACE.contacts(), evil):
        yield files, version.encode()


class Link:
    """Keeps what would go to Asterisk."""

    is_up = True

    def __init__(self) -> None:
        self.sent: list[str] = []

    def send(self, fields: Fields, *_: object) -> None:
        self.sent.append(action_text(fields))


def told(roster: Roster) -> Iterator[str]:
    """Every line that Asterisk gets to read because of this roster."""
    link = Link()
    node = Node(
        NodeId("pbx1"),
        dialling=DIALLING,
        envelope=Envelope(roster, trunk=DIALLING.trunk, rules=DialRules(home="GB")),
        report=lambda _: None,
        volunteer_of_target=lambda _: None,
        line_of_number=lambda _: None,
        user_event=lambda _: None,
    )
    node.link = link  # type: ignore[assignment]
    for line in roster.lines.values():
        for person in roster.volunteers.values():
            for endpoint in person.endpoints:
                node.carry_out(
                    RingLeg(
                        leg=LegId("leg-00000000000001"),
                        call=CallId("pbx1-1.1"),
                        volunteer=person.id,
                        endpoint=endpoint,
                        node=NodeId("pbx1"),
                        language=line.language,
                        ring_timeout_s=30.0,
                    )
                )
    for action in link.sent:
        yield from action.removesuffix("\r\n\r\n").split("\r\n")
    for key, value in plan_rows(roster, DIALLING, datetime(2026, 11, 28, tzinfo=UTC)):
        yield f"{key}={value}"
    yield from endpoint_blocks(roster, lambda _: "secret").split("\n")


def accepted(evil: str) -> Iterator[Roster]:
    for files, contacts in versions(evil):
        with suppress(InvalidText):
            yield read_roster(files, contacts).roster


def test_nothing_of_it_reaches_asterisk():
    """Most fields refuse it; names for people may hold what they like, and go nowhere."""
    good = read_roster({name: text.encode() for name, text in PLACE.files().items()}, PLACE.contacts().encode())
    assert any("07700900001@trunk" in line for line in told(good.roster)), "there is something to poison"
    taken = 0
    for evil in LINE_BREAKS + SYNTAX:
        assert sum(1 for _ in versions(evil)) > 100
        for roster in accepted(evil):
            taken += 1
            for line in told(roster):
                assert not re.search(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]", line), line
                assert "evil" not in line, line
                assert "01632960777" not in line, line
    print(f"{taken} poisoned rosters were accepted")
    assert taken > 5

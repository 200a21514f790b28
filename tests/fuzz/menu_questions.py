"""Questions of the volunteers' menu, one per line: five arguments parted by commas. Each answer is one that the
dialplan reads, or none; nobody gets in who was not let in."""

from functools import cache
from random import Random

from hotline_agi.asterisk.agi import BadRequest, parse
from hotline_agi.asterisk.service_menu import MOST_CONVERSATIONS
from hotline_agi.dispatch.events import VolunteerPaused
from tests.asterisk.test_agi import block
from tests.asterisk.test_service_menu import READABLE, SERVICE, Edge
from tests.fuzz import mutation
from tests.selfservice.house import PINS

_NUMBERS = (b"07700900777", b"+447700900102")
WORDS = (
    *(
        b"phone,sp-lin,100,begin,",
        b"trunk,,01632960180,keys,",
        b"phone,sp-nobody,100,begin,",
        b"none",
        b"keys",
        b"begin",
    ),
    *(pin.encode() for pin in PINS.values()),
    *(b"1", b"2", b"3", b"4", b"5", b"s", b"ss", b"90", b"0000000000", b"sp-wang", b"\n", b",", *_NUMBERS),
)


@cache
def _edge() -> Edge:
    return Edge()


def seeds() -> list[bytes]:
    lin, unknown = b"phone,sp-lin,100,", b"trunk,07700900777," + SERVICE.encode() + b","
    return [
        lin
        + b"begin,\n"
        + b"".join(lin + b"keys," + key + b"\n" for key in (b"1", b"2", b"90", b"3", b"4", b"5", b"1", b"s")),
        unknown + b"begin,\n" + unknown + b"keys,271828\n" + unknown + b"keys,1\n" + unknown + b"none,",
        unknown + b"begin,\n" + (unknown + b"keys,000000\n") * 4,
        unknown + b"begin,\n" + b"".join(unknown + b"keys," + keys + b"\n" for keys in (b"000000", b"1", b"2", b"90")),
        b"phone,sp-wang,100,keys,2\nphone,sp-wang,100,keys,0\nphone,sp-wang,100,keys,ssss",
    ]


def mutated(content: bytes, dice: Random) -> bytes:
    return mutation.changed(content, dice, WORDS)


def judge(content: bytes) -> None:
    edge = _edge()
    edge.menu = edge.fresh()
    edge.house.events.clear()
    edge.house.standings.clear()
    known = False
    for number, line in enumerate(content.decode("utf-8", "replace").split("\n")[:25]):
        arguments = line.split(",")[:6]
        try:  # only what the header's parser lets through reaches the menu
            request = parse(
                block(
                    agi_network_script="menu", **{f"agi_arg_{n}": text for n, text in enumerate(arguments, 1)}
                ).rstrip(b"\n")
            )
        except BadRequest:
            continue
        told = len(edge.house.events)
        reply = edge.ask(*request.arguments, uniqueid="pbx1-1.1" if number % 5 else "pbx1-2.2")
        assert reply is None or READABLE.fullmatch(reply)
        known |= _lets_in(request.arguments)
        if len(edge.house.events) > told:
            assert known, "somebody acts whom nothing let in"
            for event in edge.house.events[told:]:
                assert not isinstance(event, VolunteerPaused) or event.for_s is None or event.for_s > 0
    assert len(edge.menu._conversations) <= MOST_CONVERSATIONS


def _lets_in(arguments: tuple[str, ...]) -> bool:
    """Whether one of these could be a reason to know who calls: a rostered phone, a number of the roster, or a PIN."""
    directory = _edge().menu._directory
    assert directory is not None
    who = arguments[1] if len(arguments) > 1 else ""
    typed = arguments[4] if len(arguments) > 4 else ""
    rostered = directory.of_endpoint(who) if arguments[:1] == ("phone",) else directory.of_number(who)
    return rostered is not None or typed in PINS.values()

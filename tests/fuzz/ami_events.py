"""AMI events through panoramisk's parser, our link, `Node`, `Translator` and `Devices`: what comes in whatever pieces
is the same to the machine, concerns nobody but who is known, and can be written to the journal and read again."""

import asyncio
import re
from random import Random
from typing import Any

from hotline_agi.asterisk.ami import AmiLink, AmiMessage, _Protocol
from hotline_agi.asterisk.dialling import Dialling
from hotline_agi.asterisk.envelope import Envelope
from hotline_agi.asterisk.messages import CallerChannel
from hotline_agi.asterisk.node import Node
from hotline_agi.dispatch.codec import news_of, to_json
from hotline_agi.dispatch.events import CallerKeyed, DeviceChanged, Event
from hotline_agi.roster.model import Roster
from hotline_agi.terms.ids import CallId, NodeId, is_id
from tests.fuzz import mutation
from tests.fuzz.catalogue import recorded

CALL, LEG = CallId("pbx1-1771000000.42"), "leg-69915a80000001"
GREETING = b"Asterisk Call Manager/11.0.0\r\n"
DIALOG = (
    b"Response: Success\r\nActionID: h1\r\nMessage: Authentication accepted",
    b"Event: FullyBooted\r\nPrivilege: system,all\r\nUptime: 12\r\nLastReload: 12\r\nStatus: Fully Booted",
    b"Response: Success\r\nActionID: h2\r\nEventList: start\r\nMessage: Channel status will follow",
    b"Event: Status\r\nActionID: h2\r\nUniqueid: " + CALL.encode() + b"\r\nChannelStateDesc: Up\r\nBridgeID: b1",
    b"Event: StatusComplete\r\nActionID: h2\r\nEventList: Complete\r\nListItems: 1",
    b"Event: Newchannel\r\nChannel: PJSIP/v01-00000002\r\nUniqueid: " + LEG.encode() + b"\r\nAccountCode: v01",
    b"Event: OriginateResponse\r\nResponse: Success\r\nUniqueid: " + LEG.encode() + b"\r\nReason: 4",
    b"Event: OriginateResponse\r\nResponse: Failure\r\nUniqueid: leg-69915a80000002\r\nReason: 3",
    b"Event: BridgeEnter\r\nUniqueid: " + CALL.encode() + b"\r\nBridgeUniqueid: h1\r\nBridgeTechnology: holding_bridge",
    b"Event: BridgeEnter\r\nUniqueid: " + LEG.encode() + b"\r\nBridgeUniqueid: b1\r\nBridgeTechnology: simple_bridge",
    b"Event: BridgeEnter\r\nUniqueid: " + CALL.encode() + b"\r\nBridgeUniqueid: b1\r\nBridgeTechnology: simple_bridge",
    b"Event: BridgeLeave\r\nUniqueid: " + CALL.encode() + b"\r\nBridgeUniqueid: h1",
    b"Event: DTMFEnd\r\nUniqueid: " + CALL.encode() + b"\r\nDigit: *\r\nDurationMs: 100\r\nDirection: Received",
    b"Event: HangupRequest\r\nUniqueid: " + LEG.encode() + b"\r\nCause: 16",
    b"Event: Hangup\r\nUniqueid: " + LEG.encode() + b"\r\nCause: 19\r\nCause-txt: User alerting, no answer",
    b"Event: UserEvent\r\nUserEvent: HotlineStep\r\nCall: " + CALL.encode() + b"\r\nStep: message",
    b"Event: UserEvent\r\nUserEvent: HotlineSurviving\r\nCall: " + CALL.encode(),
    b"Event: UserEvent\r\nUserEvent: HotlineMessage\r\nFile: 1771000000_100_pbx1-1771000000.42",
    b"Event: DeviceStateChange\r\nDevice: PJSIP/v01\r\nState: NOT_INUSE",
    b"Event: DeviceStateChange\r\nDevice: PJSIP/v01\r\nState: UNAVAILABLE",
    b"Event: Hangup\r\nUniqueid: " + CALL.encode() + b"\r\nCause: 16",
    b"Event: Newstate\r\nCallerIDName: Zhang\r\nEvent: Hangup\r\nUniqueid: " + LEG.encode() + b"\r\nCause: 16",
    b"Response: Follows\r\nPrivilege: Command\r\nOutput: a\r\n--END COMMAND--",
    b"Response: Fail\r\n\r\n",
)
WORDS = (
    *DIALOG,
    *(
        b"\r\n",
        b"\r\n\r\n",
        b"\r\n\r\nEvent: Hangup\r\nUniqueid: ",
        b"Uniqueid: ",
        b"Event: ",
        b"ActionID: h2\r\n",
        b"Cause: ",
    ),
    *(
        b"Uptime: ",
        b"Device: PJSIP/",
        b"content: x\r\n",
        b"headers: x\r\n",
        b"self: x\r\n",
        b"result: %0d%0a\r\n",
        LEG.encode(),
    ),
)
_CALL, _LEG = re.compile(rb"pbx1-[0-9.]+"), re.compile(rb"leg-[0-9a-f]{14}")
_loop = asyncio.new_event_loop()


class _Transport:
    def __init__(self) -> None:
        self.aborted = False

    def abort(self) -> None:
        self.aborted = True

    def write(self, _: bytes) -> None:
        pass


def seeds() -> list[bytes]:
    whole = b"".join(one + b"\r\n\r\n" for one in DIALOG)
    real = [_LEG.sub(LEG.encode(), _CALL.sub(CALL.encode(), one)) for one in recorded("ami.txt")]
    of_each_kind = {one.partition(b"\r\n")[0]: one for one in real}
    return [
        whole,
        b"".join(real),
        *of_each_kind.values(),
        *(one + b"\r\n\r\n" for one in DIALOG),
        b"raw:HTTP/1.1 400 Bad Request\r\n\r\n",
    ]


def mutated(content: bytes, dice: Random) -> bytes:
    if dice.random() < 0.4:
        dialog = b"".join(dice.choice(DIALOG) + b"\r\n\r\n" for _ in range(dice.randrange(1, 5)))
        return mutation.value_changed(dialog, dice, dice.choice(WORDS))
    return mutation.changed(content, dice, WORDS)


def judge(content: bytes) -> None:
    stream = content[4:] if content.startswith(b"raw:") else GREETING + content
    assert _loop.run_until_complete(_heard([stream])) == _loop.run_until_complete(_heard(mutation.pieces(stream)))


async def _heard(chunks: list[bytes]) -> tuple[list[str], list[str], bool]:
    """What the machine is told, what went elsewhere, and whether the greeting was right."""
    told: list[Event] = []
    elsewhere: list[str] = []

    def on_user_event(message: AmiMessage) -> None:
        elsewhere.append(f"user event {message.get('File', '')} {message.get('Ticket', '')}")

    node = Node(
        NodeId("pbx1"),
        dialling=Dialling(trunk="trunk", caller_id="100"),
        envelope=Envelope(Roster(lines={}, volunteers={}), trunk="trunk"),
        report=told.append,
        line_of_number=lambda _: None,
        volunteer_of_target=lambda _: None,
        user_event=on_user_event,
    )
    node._translator.callers[CALL] = CallerChannel("PJSIP/trunk-00000001")
    errors: list[Exception] = []

    def on_event(message: AmiMessage) -> None:
        try:
            node.on_message(message)
        except Exception as error:  # the link would log and go on, and the event would be lost
            errors.append(error)

    link = AmiLink(host="", port=0, user="", secret="", on_event=on_event, on_up=lambda: None, on_down=lambda: None)
    protocol: Any = _Protocol(link)
    protocol.transport = _Transport()
    link._protocol = protocol
    rows: list[AmiMessage] = []
    link.send((("Action", "Ping"),), lambda answer: elsewhere.append(f"answered {_text(answer)}"))
    link.send((("Action", "Status"),), lambda answer: elsewhere.append(f"listed {_text(answer)}"), rows=rows)
    for chunk in chunks:
        if protocol.transport.aborted:  # asyncio reads no more then
            break
        protocol.data_received(chunk)
    greeted = protocol.greeted.done() and protocol.greeted.exception() is None
    if errors:
        raise errors[0]
    for event in told:
        _look_at(event)
    return [to_json(event) for event in told], [*elsewhere, *map(_text, rows)], greeted


def _text(message: AmiMessage | None) -> str:
    return repr(sorted((str(key), str(value)) for key, value in (message or {}).items()))


def _look_at(event: Event) -> None:
    if isinstance(event, DeviceChanged):
        assert is_id(event.endpoint)
    else:
        call, leg = getattr(event, "call", CALL), getattr(event, "leg", LEG)
        assert call == CALL and _LEG.fullmatch(leg.encode())
    again = news_of(to_json(event))
    assert again == event or isinstance(event, CallerKeyed)

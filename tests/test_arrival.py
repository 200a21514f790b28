"""What the first question of a call tells of who calls, and what a dialplan of before tells."""

from types import SimpleNamespace
from typing import Any

from hotline_agi.asterisk.agi import AgiRequest
from hotline_agi.dispatch.events import CallArrived, CallerRecognised, Event
from hotline_agi.recognition import Recognition
from hotline_agi.service.questions import Questions
from hotline_agi.store.callers import CallerKey
from hotline_agi.terms.ids import CallId, LineId, NodeId

CALL = CallId("pbx1-1580875200.1")
NUMBER = "07700900999"
KEY = CallerKey(bytes(32))


class Kept:
    """A journal that keeps what is written, and a node that tells what it was asked."""

    def __init__(self) -> None:
        self.numbers: list[str] = []
        self.tokens: list[str] = []
        self.events: list[Event] = []

    def write_number(self, _call: CallId, number: Any) -> None:
        self.numbers.append(number.reveal())

    def write_token(self, _call: CallId, token: str) -> None:
        self.tokens.append(token)

    def on_question(self, session: Any, **who: Any) -> None:
        if session.request.route == "arrive":
            self.events.append(CallArrived(call=CALL, line=LineId("xinli"), node=NodeId("pbx1"), **who))


def asked(kept: Kept, recognition: Recognition, route: str, *arguments: str) -> None:
    questions = Questions(
        node=kept,  # type: ignore[arg-type]
        menu=SimpleNamespace(is_service_number=lambda _: False),  # type: ignore[arg-type]
        voicemail=None,  # type: ignore[arg-type]
        journal=kept,  # type: ignore[arg-type]
        recognition=recognition,
        tell=kept.events.append,
        chore=lambda _: None,
        is_test=lambda _: False,
        callbacks=None,  # type: ignore[arg-type]
        results=None,  # type: ignore[arg-type]
        notes=None,  # type: ignore[arg-type]
        wishes=None,  # type: ignore[arg-type]
    )
    request = AgiRequest(route=route, uniqueid=CALL, channel="PJSIP/trunk-1", arguments=arguments)
    questions.asked(SimpleNamespace(request=request))  # type: ignore[arg-type]


def test_the_first_question_tells_who_calls() -> None:
    kept = Kept()
    recognition = Recognition(KEY, kept)  # type: ignore[arg-type]
    asked(kept, recognition, "arrive", "100", "", NUMBER, "1")
    (arrived,) = kept.events
    assert isinstance(arrived, CallArrived)
    assert (arrived.caller, arrived.withheld, arrived.high_risk) == (kept.tokens[0], False, False)
    assert kept.numbers == [NUMBER]  # also of who hangs up within the first round
    asked(kept, recognition, "round", "100", "4", NUMBER)
    assert kept.events == [arrived]  # it is known by now
    recognition._flagged = frozenset({arrived.caller})  # type: ignore[arg-type]
    asked(kept, recognition, "round", "100", "8", NUMBER)
    assert kept.events[1:] == [CallerRecognised(call=CALL, caller=arrived.caller, high_risk=True)]  # type: ignore[arg-type]


def test_who_is_flagged_is_so_from_the_first_moment() -> None:
    kept = Kept()
    recognition = Recognition(KEY, kept)  # type: ignore[arg-type]
    asked(kept, recognition, "arrive", "100", "", NUMBER, "1")
    recognition._flagged = frozenset(kept.tokens)  # type: ignore[arg-type]
    again = Recognition(KEY, kept)  # type: ignore[arg-type]
    again._flagged = recognition._flagged
    asked(kept, again, "arrive", "100", "", f"+44{NUMBER[1:]}", "1")
    assert isinstance(kept.events[-1], CallArrived)
    assert kept.events[-1].high_risk


def test_a_withheld_number_is_told_as_such() -> None:
    kept = Kept()
    asked(kept, Recognition(KEY, kept), "arrive", "100", "", "", "1")  # type: ignore[arg-type]
    (arrived,) = kept.events
    assert isinstance(arrived, CallArrived)
    assert (arrived.caller, arrived.withheld) == (None, True)
    assert kept.numbers == []


def test_a_dialplan_of_before_tells_nothing_and_is_served() -> None:
    kept = Kept()
    recognition = Recognition(KEY, kept)  # type: ignore[arg-type]
    asked(kept, recognition, "arrive", "100")
    asked(kept, recognition, "round", "100", "4", NUMBER)
    arrived, recognised = kept.events
    assert isinstance(arrived, CallArrived)
    assert (arrived.caller, arrived.withheld) == (None, False)
    assert isinstance(recognised, CallerRecognised)

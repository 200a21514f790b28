"""AMI events → the machine's events; forged, odd, late and doubled ones too."""

import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline_agi.asterisk.messages import LEG_PREFIX, CallerChannel, Translator
from hotline_agi.dispatch.events import (
    CallerHeld,
    CallerKeyed,
    CallerLeft,
    CallerSurviving,
    Event,
    HangupRequested,
    LegAnswered,
    LegEnded,
    LegKeyed,
    Step,
    StepReached,
    TalkStarted,
)
from hotline_agi.terms.causes import Cause
from hotline_agi.terms.ids import CallId, LegId

CALL, LEG = CallId("pbx1-1771000000.42"), LegId("leg-69915a80000001")
CONF = Path(__file__).parents[2] / "asterisk-conf/hotline"


@pytest.fixture
def translator() -> Translator:
    """One caller is known."""
    return known()


def known() -> Translator:
    return Translator(callers={CALL: CallerChannel("PJSIP/trunk-00000001")})


def said(translator: Translator, event: str, uniqueid: str = "", **fields: Any) -> list[Event]:
    return list(translator.translate({"Event": event, "Uniqueid": uniqueid} | fields))


def enters(translator: Translator, uniqueid: str, bridge: str = "b1", technology: str = "simple_bridge") -> list[Event]:
    return said(translator, "BridgeEnter", uniqueid, BridgeUniqueid=bridge, BridgeTechnology=technology)


def test_life_of_a_leg(translator: Translator) -> None:
    assert said(translator, "Newchannel", LEG) == []
    assert said(translator, "OriginateResponse", LEG, Response="Success") == [LegAnswered(leg=LEG)]
    assert enters(translator, LEG) == []
    assert enters(translator, CALL) == [TalkStarted(leg=LEG)]
    assert said(translator, "HangupRequest", LEG) == [HangupRequested(party=LEG)]
    assert said(translator, "Hangup", LEG, Cause="16") == [LegEnded(leg=LEG, cause=Cause.NORMAL_CLEARING)]


def test_of_a_volunteers_keys_only_the_one_that_ends_a_recording_is_told_and_only_in_a_talk(
    translator: Translator,
) -> None:
    def presses(digit: str, way: str = "Received") -> list[Event]:
        return said(translator, "DTMFEnd", LEG, Direction=way, Digit=digit)

    assert presses("9") == []  # they hear the accept prompt
    enters(translator, LEG)
    assert presses("9") == []
    enters(translator, CALL)
    assert [presses(digit) for digit in "0128*#"] == [[]] * 6
    assert presses("9", "Sent") == []
    assert presses("9") == [LegKeyed(leg=LEG)]
    said(translator, "BridgeLeave", CALL, BridgeUniqueid="b1")
    assert presses("9") == []


def test_life_of_a_caller(translator: Translator) -> None:
    assert enters(translator, CALL, "h1", "holding_bridge") == [CallerHeld(call=CALL)]
    assert translator.callers[CALL].holding_bridge == "h1"
    assert said(translator, "DTMFEnd", CALL, Direction="Received", Digit="*") == [CallerKeyed(call=CALL, key="*")]
    said(translator, "BridgeLeave", CALL, BridgeUniqueid="h1")
    assert translator.callers[CALL].holding_bridge == ""
    for name, fields, event in (
        ("HotlineStep", {"Step": "message"}, StepReached(call=CALL, step=Step.MESSAGE)),
        ("HotlineSurviving", {}, CallerSurviving(call=CALL)),
    ):
        assert said(translator, "UserEvent", UserEvent=name, Call=CALL, **fields) == [event]
    assert said(translator, "Hangup", CALL, Cause="16") == [CallerLeft(call=CALL)]
    assert said(translator, "Hangup", CALL, Cause="16") == []


@pytest.mark.parametrize("cause", ["", "-1", "16x", "1.5", "²", "1234", "9" * 5000])  # the last: by `make fuzz`
def test_an_odd_cause_is_unknown(translator: Translator, cause: str) -> None:
    assert said(translator, "Hangup", LEG, Cause=cause) == [LegEnded(leg=LEG, cause=Cause.UNKNOWN)]


def test_a_leg_that_got_no_channel_ends_by_its_originate_response(translator: Translator) -> None:
    gone = [LegEnded(leg=LEG, cause=Cause.SUBSCRIBER_ABSENT)]
    assert said(translator, "OriginateResponse", LEG, Response="Failure") == gone
    said(translator, "Newchannel", LEG)
    assert said(translator, "OriginateResponse", LEG, Response="Failure") == []  # its Hangup knows better


@pytest.mark.parametrize(
    ("event", "uniqueid", "fields"),
    [
        ("DTMFEnd", "pbx1-1771000000.43", {"Direction": "Received", "Digit": "*"}),
        ("DTMFEnd", CALL, {"Direction": "Sent", "Digit": "*"}),
        ("Hangup", "pbx1-1771000000.4", {"Cause": "16"}),
        ("Hangup", "leg-1", {"Cause": "16"}),
        ("Hangup", f"{LEG}0", {"Cause": "16"}),
        ("Hangup", "", {}),
        ("HangupRequest", "Surrogate/PJSIP", {}),
        ("OriginateResponse", "<null>", {"Response": "Failure"}),
        ("UserEvent", "", {"UserEvent": "HotlineStep", "Call": CALL, "Step": "dance"}),
        ("UserEvent", "", {"UserEvent": "HotlineStep", "Call": CALL}),
        ("UserEvent", "", {"UserEvent": "HotlineStep", "Call": "pbx1-9.9", "Step": "message"}),
        ("UserEvent", "", {"UserEvent": "Other", "Call": CALL}),
        ("FullyBooted", "", {}),
        ("Shutdown", "", {}),
    ],
)
def test_what_does_not_concern_the_machine(
    translator: Translator, event: str, uniqueid: str, fields: dict[str, str]
) -> None:
    assert said(translator, event, uniqueid, **fields) == []
    assert CALL in translator.callers


def test_two_strangers_in_a_bridge_are_no_talk(translator: Translator) -> None:
    assert enters(translator, "pbx1-1.1") == enters(translator, "pbx1-1.2") == []
    assert enters(translator, CALL) == []


def test_a_leg_in_another_bridge_is_no_talk(translator: Translator) -> None:
    assert enters(translator, LEG, "b1") == enters(translator, CALL, "b2") == []


def test_after_a_gap_nobody_is_believed_to_be_anywhere(translator: Translator) -> None:
    enters(translator, CALL, "h1", "holding_bridge")
    enters(translator, LEG, "b1")
    translator.begin_anew({CALL: CallerChannel("PJSIP/trunk-1")}, {}, set(), set())
    assert translator.callers[CALL].holding_bridge == ""
    assert enters(translator, CALL, "b1") == []


_names = st.sampled_from(
    ["Hangup", "BridgeEnter", "BridgeLeave", "DTMFEnd", "UserEvent", "OriginateResponse", "Newchannel", "HangupRequest"]
)
_ids = st.sampled_from([CALL, LEG, "pbx1-1.1", "leg-", ""]) | st.text(max_size=8)
_fields = st.dictionaries(
    st.sampled_from(
        ["Cause", "BridgeUniqueid", "BridgeTechnology", "Direction", "Digit", "UserEvent", "Call", "Step", "Response"]
    ),
    _ids
    | st.sampled_from(["holding_bridge", "Received", "HotlineStep", "HotlineSurviving", "message", "Success", "16"]),
)


@given(st.lists(st.tuples(_names, _ids, _fields), max_size=30))
def test_no_event_raises_and_none_speaks_of_strangers(events: list[tuple[str, str, dict[str, str]]]) -> None:
    translator = known()
    for name, uniqueid, fields in events:
        for event in said(translator, name, uniqueid, **fields):
            about = getattr(event, "leg", None) or getattr(event, "call", None) or getattr(event, "party", None)
            assert about in (CALL, LEG)


# ---- AMI sends what is read here


def test_the_event_filter_lets_through_what_is_read() -> None:
    manager = (CONF / "manager.conf").read_text()
    included = set(re.findall(r"action\(include\),name\((\w+)\)", manager))
    source = (Path(__file__).parents[2] / "hotline_agi/asterisk/messages.py").read_text()
    read = {name for name in re.findall(r'case "(\w+)":', source) if not name.startswith("Hotline")}
    assert {"Hangup", "UserEvent"} <= read <= included
    assert f"name(Newchannel),header(Uniqueid),method(starts_with)) = {LEG_PREFIX}" in manager


def test_the_dialplan_reports_steps_that_are_known() -> None:
    dialplan = (CONF / "extensions.conf").read_text()
    reported = set(re.findall(r"UserEvent\(HotlineStep,Call: \$\{UNIQUEID\},Step: (\w+)\)", dialplan))
    assert reported <= {step.value for step in Step}
    for step in Step:
        if step is not Step.DEADLINE:
            assert f"\nexten => {step},1," in dialplan

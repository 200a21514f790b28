"""Rows of AMI's `Status`, as Asterisk 22.10 sends them, and what they say of callers and legs."""

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline_agi.asterisk.ami import AmiMessage
from hotline_agi.asterisk.status import VARIABLES, Inventory
from hotline_agi.dispatch.events import LegStage, LiveCall, LiveLeg, Step, Whereabouts
from hotline_agi.terms.ids import LineId, VolunteerId

NOW_S = 1_795_846_900.0
CALL, LEG = "pbx1-1795846879.8", "leg-b0a72df3000001"


def row(uniqueid: str, context: str, exten: str, *, up: bool = True, bridge: str = "", **variables: str) -> AmiMessage:
    is_leg = uniqueid.startswith("leg-")
    told = dict.fromkeys(VARIABLES, "(null)") | {f"HOTLINE_{name}": value for name, value in variables.items()}
    return {
        "Event": "Status",
        "Channel": "PJSIP/s01-00000002" if is_leg else "PJSIP/trunk-00000000",
        "ChannelStateDesc": "Up" if up else "Ringing",
        "AccountCode": "s01" if is_leg else "",
        "Context": context,
        "Exten": exten,
        "Uniqueid": uniqueid,
        "BridgeID": bridge,
        "Seconds": "12",
        "Variable": [f"{name}={value}" for name, value in told.items()],
    }


def caller(exten: str, context: str = "hotline", bridge: str = "", **variables: str) -> AmiMessage:
    known = {"DID": "01632960100", "ARRIVED": "1795846879", "ENDING": "0"}
    return row(CALL, context, exten, bridge=bridge, **(known | variables))


def leg(exten: str, context: str = "hotline-leg", *, up: bool = True, bridge: str = "") -> AmiMessage:
    return row(LEG, context, exten, up=up, bridge=bridge, CALL=CALL, ENDPOINT="s01")


def found(*rows: AmiMessage) -> Inventory:
    return Inventory(
        rows,
        epoch_s=NOW_S,
        line_of_number=lambda number: LineId("test") if number == "01632960100" else None,
        volunteer_of_target=lambda target: VolunteerId("m01") if "@" in target else VolunteerId("s01"),
    )


def the_call(*rows: AmiMessage) -> LiveCall:
    (live,) = found(*rows).live_calls()
    return live


def the_leg(*rows: AmiMessage) -> LiveLeg:
    (live,) = found(*rows).legs()
    return live


def test_a_caller_in_the_holding_bridge() -> None:
    hold = caller("hold", bridge="b1", REPLY="ok:hold:en:comfort:4:75:nobody-goodbye", HELD="1795846898500")
    live = the_call(hold)
    assert (live.where, live.waited_s, live.held_s, live.music) == (Whereabouts.HELD, 21.0, 1.5, "comfort")
    assert found(hold).holding_bridge(live.call) == "b1"


def test_a_dialplan_of_before_does_not_say_since_when() -> None:
    live = the_call(caller("hold", bridge="b1"))
    assert (live.where, live.held_s) == (Whereabouts.HELD, None)


@pytest.mark.parametrize(
    ("exten", "where"),
    [
        ("s", Whereabouts.ARRIVING),
        ("round", Whereabouts.ASKING),
        ("hold", Whereabouts.ASKING),
        ("talked", Whereabouts.OUT_OF_TALK),
        ("survive", Whereabouts.SURVIVING),
        ("recording", Whereabouts.LEAVING),
    ],
)
def test_where_a_caller_is(exten: str, where: Whereabouts) -> None:
    assert the_call(caller(exten)).where is where


def test_a_caller_who_is_aside() -> None:
    asks = caller("ask", "hotline-wish", STEP="callbackother", STEPS="round", REPLY="ok:ask:zh_test:number-1:20:10:x")
    live = the_call(asks)
    assert (live.where, live.step, live.steps) == (Whereabouts.LEAVING, Step.CALLBACK_OTHER, (Step.ROUND,))
    assert live.language == "zh"


def test_a_caller_who_listens_to_a_recording_of_their_line() -> None:
    live = the_call(caller("hold", bridge="b1", REPLY="ok:hold:zh_test:help-breathing:4:75:nobody-goodbye"))
    assert (live.where, live.music, live.language) == (Whereabouts.HELD, "help-breathing", "zh")


@pytest.mark.parametrize("context", ["hotline-sweep", "hotline-plan", "hotline-keys"])
def test_whom_the_dialplan_is_just_taking_over_does_not_wait_for_us(context: str) -> None:
    """They had phones rung beside the dialplan's, and a record that said abandoned of a call that was put through."""
    assert the_call(caller("s", context)).where is Whereabouts.SURVIVING


def test_the_steps_of_a_caller_who_leaves() -> None:
    live = the_call(caller("recording", STEP="message", STEPS="directory-goodbye"))
    assert (live.step, live.steps) == (Step.MESSAGE, (Step.DIRECTORY, Step.GOODBYE))


def test_who_once_survived_is_left_to_the_dialplan() -> None:
    assert the_call(caller("nobody", SURVIVED="1", STEP="nobody")).where is Whereabouts.SURVIVING


def test_a_talk() -> None:
    both = caller("hold", bridge="b2", JOINED="1795846890"), leg("join", bridge="b2")
    live = the_call(*both)
    assert (live.where, live.leg, live.talked_s) == (Whereabouts.TALKING, LEG, 10.0)
    assert found(*both).holding_bridge(live.call) == ""
    ours = the_leg(*both)
    assert (ours.stage, ours.talking, ours.call, ours.volunteer, ours.endpoint) == (
        LegStage.TALKING,
        True,
        CALL,
        "s01",
        "s01",
    )


@pytest.mark.parametrize(
    ("row", "stage"),
    [
        (leg("s", "hotline-volunteers", up=False), LegStage.RINGING),
        (leg("s", "hotline-volunteers"), LegStage.PROMPT),
        (leg("confirm"), LegStage.PROMPT),
        (leg("direct"), LegStage.ASKING),
        (leg("join"), LegStage.JOINING),
        (leg("rest"), LegStage.ENDING),
    ],
)
def test_where_a_leg_is(row: AmiMessage, stage: LegStage) -> None:
    live = the_leg(row)
    assert (live.stage, live.age_s, live.talking) == (stage, 12.0, False)


def test_a_notice_is_nobodys_leg() -> None:
    live = the_leg(row(LEG, "hotline-notice", "ask"))
    assert (live.call, live.stage, live.volunteer) == (None, None, "s01")


@pytest.mark.parametrize(
    "row",
    [
        caller("s", "hotline-menu"),
        caller("s", "hotline-end"),
        caller("nobody", ENDING="1"),
        caller("s", "other-department"),
        caller("hold", ARRIVED="soon"),
        caller("hold", DID="01632960177"),
        {**caller("hold"), "Channel": "Surrogate/PJSIP/trunk-00000000"},
    ],
    ids=["menu", "hang-up handler", "on the way out", "not ours", "no instant", "no line", "surrogate"],
)
def test_who_is_no_caller(row: AmiMessage) -> None:
    assert found(row).live_calls() == ()
    assert CALL in found(row).alive


@pytest.mark.parametrize(
    ("target", "who"), [("PJSIP/07700900001@trunk", "m01"), ("PJSIP/s01", "s01"), ("PJSIP/s01&Local/1", None)]
)
def test_whom_survival_rings(target: str, who: str | None) -> None:
    rung = row("pbx1-1795846880.9", "default", "s", TARGET=target, CALL=CALL)
    legs = found(rung).legs()
    if who is None:
        assert legs == ()
    else:
        assert [(live.volunteer, live.stage, live.talking) for live in legs] == [(who, LegStage.SURVIVAL, True)]


_words = st.sampled_from(["hotline", "hotline-leg", "hold", "s", CALL, LEG, "1", "(null)", "", "Up", "b1"]) | st.text(
    max_size=6
)
_rows = st.dictionaries(
    st.sampled_from(
        ["Uniqueid", "Channel", "Context", "Exten", "BridgeID", "Seconds", "AccountCode", "ChannelStateDesc"]
    ),
    _words,
) | st.builds(
    lambda uniqueid, context, exten, values: row(uniqueid, context, exten, **values),
    _words,
    _words,
    _words,
    st.dictionaries(st.sampled_from([name.removeprefix("HOTLINE_") for name in VARIABLES]), _words),
)


@given(st.lists(_rows, max_size=5))
def test_no_rows_raise(rows: Iterable[AmiMessage]) -> None:
    inventory = found(*rows)
    inventory.legs()
    inventory.live_calls()


def test_a_volunteer_who_calls_somebody_back_is_busy_and_no_caller() -> None:
    waits = row("pbx1-9.1", "hotline-callback", "call", bridge="h", ENGAGED="s01", ATTEMPT="back-0000000100000a")
    in_menu = row("pbx1-9.2", "hotline-menu", "question", ARRIVED="1580875200", DID="100")
    called = row("back-0000000100000a", "hotline-callback", "called", up=False)
    forged = row("pbx1-9.3", "hotline-callback", "call", ENGAGED="s01 or so")
    elsewhere = row("pbx1-9.4", "somewhere", "s", ENGAGED="s02")
    stock = found(waits, in_menu, called, forged, elsewhere)
    assert stock.live_calls() == ()
    (one,) = stock.legs()
    assert (one.leg, one.volunteer, one.up, one.talking, one.call) == ("pbx1-9.1", "s01", True, True, None)

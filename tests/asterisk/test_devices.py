"""Device states → what the machine hears of softphones; forged and odd ones too."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline_agi.asterisk import devices
from hotline_agi.asterisk.devices import Devices
from hotline_agi.dispatch.events import DeviceChanged
from hotline_agi.terms.ids import EndpointId, NodeId, is_id

PBX1 = NodeId("pbx1")
CONF = Path(__file__).parents[2] / "asterisk-conf"


def told(of: Devices, device: str, state: str, now_s: float = 0.0) -> list[tuple[str, bool, bool]]:
    events = list(of.changed({"Event": "DeviceStateChange", "Device": device, "State": state}, now_s))
    assert all(event.node == PBX1 for event in events)
    return [(event.endpoint, event.reachable, event.busy) for event in events]


@pytest.mark.parametrize(
    ("state", "reachable", "busy"),
    [
        ("NOT_INUSE", True, False),
        ("BUSY", True, True),
        ("INUSE", True, True),
        ("RINGING", True, True),
        ("ONHOLD", True, True),
        ("UNAVAILABLE", False, False),
        ("INVALID", False, False),
    ],
)
def test_a_state_says_whether_the_phone_can_be_rung(state: str, reachable: bool, busy: bool) -> None:
    assert told(Devices(PBX1), "PJSIP/sp-lin", state) == [("sp-lin", reachable, busy)]


@pytest.mark.parametrize(
    ("device", "state"),
    [
        ("PJSIP/sp-lin", "UNKNOWN"),
        ("PJSIP/sp-lin", ""),
        ("PJSIP/sp-lin", "not_inuse"),
        ("SIP/sp-lin", "NOT_INUSE"),
        ("PJSIP/", "NOT_INUSE"),
        ("PJSIP/Sp-Lin", "NOT_INUSE"),
        ("PJSIP/sp-lin/x", "NOT_INUSE"),
        ("PJSIP/sp-lin\n", "NOT_INUSE"),
        ("PJSIP/" + "a" * 33, "NOT_INUSE"),
        ("Custom:PJSIP/sp-lin", "NOT_INUSE"),
        ("MWI:PJSIP/sp-lin", "NOT_INUSE"),
    ],
)
def test_what_is_no_softphones_state_says_nothing(device: str, state: str) -> None:
    assert told(Devices(PBX1), device, state) == []


def test_the_same_is_not_told_twice() -> None:
    of = Devices(PBX1)
    assert told(of, "PJSIP/sp-lin", "RINGING") == [("sp-lin", True, True)]
    assert told(of, "PJSIP/sp-lin", "INUSE") == []
    assert told(of, "PJSIP/sp-wang", "INUSE") == [("sp-wang", True, True)]
    assert told(of, "PJSIP/sp-lin", "NOT_INUSE") == [("sp-lin", True, False)]


def test_a_list_tells_everything_again() -> None:
    of = Devices(PBX1)
    rows = [{"Device": "PJSIP/sp-lin", "State": "NOT_INUSE"}, {"Device": "PJSIP/sp-wang", "State": "UNAVAILABLE"}]
    first = list(of.listed(rows, 0.0))
    assert [(event.endpoint, event.reachable) for event in first] == [("sp-lin", True), ("sp-wang", False)]
    assert list(of.listed(rows, 0.0)) == first


def test_a_fresh_asterisk_is_believed_only_of_phones_heard_of_since() -> None:
    of = Devices(PBX1)
    assert told(of, "PJSIP/sp-lin", "NOT_INUSE") == [("sp-lin", True, False)]
    of.started(100.0)
    assert told(of, "PJSIP/sp-wang", "NOT_INUSE") == [("sp-wang", True, False)]
    rows = [{"Device": f"PJSIP/sp-{name}", "State": "UNAVAILABLE"} for name in ("lin", "wang", "zhao")]

    def names(now_s: float) -> list[str]:
        return [event.endpoint for event in of.listed(rows, now_s) if not event.reachable]

    assert of.fresh_for_s(101.0) == devices.FRESH_S - 1
    assert names(101.0) == ["sp-wang"]
    of.started(101.5)  # the same start: AMI tells whole seconds
    assert names(101.0) == ["sp-wang"]
    # an event is believed no more than a row, until the phone was heard of
    assert told(of, "PJSIP/sp-lin", "UNAVAILABLE", 102.0) == []
    assert told(of, "PJSIP/sp-lin", "NOT_INUSE", 103.0) == []  # told with the list
    assert told(of, "PJSIP/sp-lin", "UNAVAILABLE", 104.0) == [("sp-lin", False, False)]
    assert of.fresh_for_s(100.0 + devices.FRESH_S) == 0
    assert names(100.0 + devices.FRESH_S) == ["sp-lin", "sp-wang", "sp-zhao"]
    of.started(500.0)  # again started: all is forgotten
    assert names(501.0) == []


def test_what_was_before_a_start_is_over() -> None:
    of = Devices(PBX1)
    assert told(of, "PJSIP/sp-lin", "INUSE") == [("sp-lin", True, True)]
    assert told(of, "PJSIP/sp-wang", "UNAVAILABLE") == [("sp-wang", False, False)]
    of.started(100.0)
    rows = [{"Device": f"PJSIP/sp-{name}", "State": "UNAVAILABLE"} for name in ("lin", "wang")]
    found = [(event.endpoint, event.reachable, event.busy) for event in of.listed(rows, 101.0)]
    assert found == [("sp-lin", True, False), ("sp-wang", True, False)]


def test_forged_devices_do_not_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(devices, "STATES_KEPT", 50)
    of = Devices(PBX1)
    for n in range(1000):
        assert told(of, f"PJSIP/forged-{n}", "BUSY") == [(f"forged-{n}", True, True)]
    assert len(of._told) <= 50


@given(st.text(), st.sampled_from([*devices._REACHABLE_BUSY, "UNKNOWN", "x"]), st.sampled_from(["PJSIP/", "", "SIP/"]))
def test_whatever_comes_only_ids_go_further(name: str, state: str, technology: str) -> None:
    for event in Devices(PBX1).changed({"Device": technology + name, "State": state}, 0.0):
        assert is_id(event.endpoint)
        assert event == DeviceChanged(node=PBX1, endpoint=EndpointId(name), reachable=event.reachable, busy=event.busy)


def test_asterisk_is_configured_to_say_it() -> None:
    manager = (CONF / "hotline/manager.conf").read_text()
    assert "name(DeviceStateChange),header(Device),method(starts_with)) = PJSIP/\n" in manager
    assert re.search(r"^read = .*\bcall\b", manager, re.M)
    assert re.search(r"^write = .*\bcall\b", manager, re.M)
    assert "\nrequire = res_manager_devicestate.so\n" in (CONF / "modules.conf").read_text()

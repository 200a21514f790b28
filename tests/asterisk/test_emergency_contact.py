"""The emergency contact of a line is dialled inside the envelope, and an emergency number never is."""

from dataclasses import replace

import pytest

from hotline_agi.asterisk.dial_rules import DialRules
from hotline_agi.asterisk.envelope import Envelope, RefusalReason, refused_of
from hotline_agi.roster.model import HighRisk
from hotline_agi.terms.numbers import PhoneNumber
from tests.dispatch.lines import DUTY_DOCTOR, line, roster


@pytest.mark.parametrize(
    ("number", "why"),
    [("01632 960777", None), ("110", RefusalReason.EMERGENCY), ("120", RefusalReason.EMERGENCY)],
)
def test_a_contact_is_dialled_but_no_emergency_number(number: str, why: RefusalReason | None) -> None:
    contact = replace(DUTY_DOCTOR, id="xinli-emergency", number=PhoneNumber(number))  # type: ignore[arg-type]
    found = roster(line(high_risk=HighRisk(contact=contact)))
    rules = DialRules(home="GB")
    assert Envelope(found, trunk="trunk", rules=rules).refusal(contact) is why
    assert Envelope(roster(), trunk="trunk", rules=rules).refusal(contact) is RefusalReason.NOT_IN_ROSTER
    warned = [problem.what for problem in refused_of(found, trunk="trunk", rules=rules)]
    assert warned == (["xinli: emergency contact: an emergency number is never dialled"] if why else [])

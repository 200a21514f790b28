"""Contacts: numbers by id, joined to endpoints; and no message ever says one. More in `bad/contacts-*`."""

from hypothesis import given
from hypothesis import strategies as st

from hotline_agi.roster.contacts_file import Contacts, read_contacts
from hotline_agi.roster.findings import Findings
from hotline_agi.roster.model import Endpoint, EndpointKind
from hotline_agi.terms.ids import EndpointId
from hotline_agi.terms.problems import Mark

HERE = Mark(file="x/people.yaml", line=5, column=7)
MOBILE = Endpoint(id=EndpointId("wang-mobile"), kind=EndpointKind.MOBILE, confirm=True)
SOFTPHONE = Endpoint(id=EndpointId("v01"), kind=EndpointKind.SOFTPHONE, pjsip_name="v01", confirm=False)


def read(written: str) -> tuple[Contacts, Findings]:
    findings = Findings()
    return read_contacts("contacts.yaml", f"{written}\n...\n".encode(), findings), findings


def test_a_number_is_joined_to_the_mobile_only() -> None:
    contacts, findings = read("contacts:\n  wang: +44 7700 900001")
    assert contacts.complete
    joined = contacts.join(MOBILE, "wang", HERE, findings)
    assert joined.number is not None
    assert joined.number.reveal() == "+447700900001"
    assert contacts.join(SOFTPHONE, "wang", HERE, findings) is SOFTPHONE
    assert findings.problems == []


def test_a_missing_number_is_noted_where_it_is_asked_for() -> None:
    contacts, findings = read("contacts: {}")
    assert contacts.join(MOBILE, "wang", HERE, findings).number is None
    (problem,) = findings.problems
    assert (problem.file, problem.line, problem.column) == (HERE.file, 5, 7)
    assert problem.hint == "add a line `wang: <number>` there"


def test_what_was_refused_is_not_missed_as_well() -> None:
    contacts, findings = read("contacts:\n  wang: none")
    assert not contacts.complete
    before = len(findings.problems)
    contacts.join(MOBILE, "wang", HERE, findings)
    assert len(findings.problems) == before == 1


@given(st.text(alphabet=" \n:-[]{}'\"#&*!%,abc", max_size=40), st.integers(0, 60))
def test_no_message_holds_a_number(noise: str, position: int) -> None:
    written = "contacts:\n  wang: 07700900123\n  lei: 07700900456\n  07700900789: lei"
    _, findings = read(written[:position] + noise + written[position:])
    assert not any("00900" in str(problem) for problem in findings.problems)

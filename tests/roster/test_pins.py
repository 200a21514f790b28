"""PINs: which are taken, whose they are, and that nothing tells them. More in `bad/pins*`."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline_agi.roster.contacts_file import Contacts, read_contacts
from hotline_agi.roster.document import Scalar
from hotline_agi.roster.findings import Findings
from hotline_agi.roster.pins import is_trivial, pin
from hotline_agi.roster.reader import check_roster, read_roster
from hotline_agi.terms.ids import VolunteerId
from hotline_agi.terms.numbers import Pin
from hotline_agi.terms.problems import NOWHERE
from tests.roster.trees import CONTACTS, good


def read(written: str) -> tuple[Contacts, Findings]:
    findings = Findings()
    return read_contacts("contacts.yaml", f"contacts: {{}}\n{written}\n...\n".encode(), findings), findings


@pytest.mark.parametrize("written", ["481516", "'481516'", "048151", "0481516234", "112233"])
def test_quoted_or_not_all_digits_are_kept(written: str) -> None:
    contacts, findings = read(f"pins: {{anna: {written}}}")
    assert findings.problems == []
    assert contacts.pins["anna"].matches(written.strip("'"))
    assert "[pin]" in repr(contacts) and written.strip("'") not in repr(contacts)


@pytest.mark.parametrize("digits", ["000000", "7777777", "123456", "0123456789", "890123", "654321", "3210987"])
def test_what_is_tried_first(digits: str) -> None:
    assert is_trivial(digits)
    findings = Findings()
    assert pin(Scalar(text=digits, mark=NOWHERE), findings) is None
    assert findings.failed


@given(st.from_regex("[0-9]{6,10}", fullmatch=True))
def test_trivial_are_the_same_digits_and_runs_of_them(digits: str) -> None:
    runs = "0123456789" * 2
    assert is_trivial(digits) == (len(set(digits)) == 1 or digits in runs or digits in runs[::-1])


def test_they_are_joined_to_people_by_id() -> None:
    files = good()
    contacts = files[CONTACTS].replace(b"...\n", b"pins: {boris: '048151'}\n...\n")
    reading = read_roster(files, contacts)
    assert reading.warnings == ()
    boris, anna = (reading.roster.volunteers[VolunteerId(who)] for who in ("boris", "anna"))
    assert boris.pin == Pin("048151")
    assert anna.pin is None
    assert read_roster(files).roster.volunteers[boris.id].pin is None


@given(
    st.text(alphabet=" \n:-[]{}'\"#&*!%,abc", max_size=40),
    st.integers(0, 60),
    st.sampled_from(["481516", "4815162342", "48151", "481516234211", "444444", "345678"]),
)
def test_no_message_holds_one(noise: str, position: int, digits: str) -> None:
    """Whether it is right or wrong, doubled, in the place of an id, or of somebody whom the roster does not have."""
    written = f"pins:\n  anna: {digits}\n  cara: '{digits}'\n  {digits}: boris\n  boris: {digits}"
    written = written[:position] + noise + written[position:]
    files = good()
    problems = check_roster(files, files[CONTACTS].replace(b"...\n", f"{written}\n...\n".encode())).problems
    assert problems
    assert not any(digits in str(problem) for problem in problems)

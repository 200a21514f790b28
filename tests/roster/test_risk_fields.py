"""``high_risk`` in ``line.yaml``: what it becomes, its bounds in `rosters/README.md`, and whom it names."""

import re

import pytest

from hotline_agi.errors import InvalidText
from hotline_agi.roster.model import HighRisk, Roster
from hotline_agi.roster.reader import read_roster
from hotline_agi.roster.risk_fields import MOST_HOURS
from hotline_agi.terms.ids import LineId, VolunteerId
from tests.e2e.scenery import Scenery
from tests.roster.test_policy_fields import read
from tests.roster.trees import EXAMPLE


def roster_with(section: str, contacts: dict[str, str] | None = None) -> Roster:
    scenery = Scenery(softphones=3, extra_line=f"{section}\n", extra_contacts=contacts or {})
    files = {name: text.encode() for name, text in scenery.files().items()}
    return read_roster(files, scenery.contacts().encode()).roster


def test_what_may_be_left_out() -> None:
    assert read("")[0].high_risk is None
    line, said = read("high_risk: {}")
    assert (line.high_risk, said) == (HighRisk(), [])


def test_everything_written() -> None:
    found = roster_with(
        "high_risk: {supervisors: [s02, s03], ring_s: 12.5, emergency_contact: duty, follow_ups_h: [168, 24, 24]}",
        {"duty": "07700900777"},
    )
    policy = found.lines[LineId("test")].high_risk
    assert policy is not None
    assert (policy.supervisors, policy.ring_s, policy.follow_ups_h) == (("s02", "s03"), 12.5, (24, 168))
    assert policy.contact is not None and policy.contact.number is not None
    assert (policy.contact.id, policy.contact.number.reveal()) == ("test-emergency", "07700900777")


def test_a_contact_may_be_a_person_of_the_roster() -> None:
    policy = roster_with("high_risk: {emergency_contact: s03}").lines[LineId("test")].high_risk
    assert policy is not None
    assert (policy.contact, policy.contact_person) == (None, VolunteerId("s03"))


@pytest.mark.parametrize(
    ("section", "what", "hint"),
    [
        ("{supervisors: [s2]}", "the supervisor 's2' is in no people.yaml", "s02"),
        ("{emergency_contact: nobody}", "there is no number for 'nobody'", "add a line"),
        ("{supervisor: [s02]}", "high risk has no field 'supervisor'", "supervisors"),
    ],
)
def test_who_is_not_there_is_refused_with_a_hint(section: str, what: str, hint: str) -> None:
    with pytest.raises(InvalidText) as refused:
        roster_with(f"high_risk: {section}")
    (problem,) = refused.value.problems
    assert what in problem.what and hint in problem.hint
    assert str(problem).startswith("test/line.yaml:")


@pytest.mark.parametrize(("field", "least", "most"), [("ring_s", 5, 60), ("follow_ups_h", 1, MOST_HOURS)])
def test_bounds_are_those_of_the_readme(field: str, least: int, most: int) -> None:
    row = next(row for row in (EXAMPLE / "README.md").read_text().splitlines() if row.startswith("| `high_risk`"))
    assert re.search(rf"{field}: \[?{least}–{most}", row)
    for value, is_good in ((least, True), (most, True), (least - 1, False), (most + 1, False)):
        written = f"[{value}]" if field == "follow_ups_h" else value
        assert (read(f"high_risk: {{{field}: {written}}}")[1] == []) is is_good


def test_a_dozen_follow_ups_are_the_most() -> None:
    hours = list(range(1, 14))
    assert read(f"high_risk: {{follow_ups_h: {hours[:12]}}}")[1] == []
    assert read(f"high_risk: {{follow_ups_h: {hours}}}")[1] == ["there are more than 12 follow-ups"]

"""What shows only when files lie side by side. The messages themselves: `bad/two-lines`, `bad/shifts-unknown-*`…"""

from hotline_agi.roster.reader import check_roster
from hotline_agi.terms.problems import Problem, Severity
from tests.roster.trees import CONTACTS, good


def problems(**changes: tuple[str, str]) -> tuple[Problem, ...]:
    """The findings after replacing text in files of the good roster, named by their stem."""
    files = good()
    for stem, (old, new) in changes.items():
        name = CONTACTS if stem == "contacts" else f"haven/{stem}.yaml"
        assert old in files[name].decode()
        files[name] = files[name].decode().replace(old, new).encode()
    return check_roster(files, files[CONTACTS], contacts_file=CONTACTS).problems


def test_a_refused_people_file_makes_nobody_unknown() -> None:
    assert {p.file for p in problems(people=("anna:", "anna"))} == {"haven/people.yaml"}
    assert {p.file for p in problems(people=("volunteers", "people"))} == {"haven/people.yaml"}
    assert {p.file for p in problems(people=("  anna:", "  Anna:"))} == {"haven/people.yaml"}


def test_refused_contacts_make_no_number_missing() -> None:
    assert {p.file for p in problems(contacts=("boris:", "boris"))} == {CONTACTS}


def test_warnings_come_only_with_a_roster_that_is_right() -> None:
    unused = ("  boris:", "  nobody: +44 1632 960111\n  boris:")
    found = problems(contacts=unused, line=("max_wait_s: 120", "max_wait_s: 12000"))
    assert [p.severity for p in found] == [Severity.ERROR]
    found = problems(contacts=unused)
    assert [p.severity for p in found] == [Severity.WARNING]


def test_one_person_with_two_phones_is_no_mistake() -> None:
    assert problems(people=("endpoints: [mobile]", "endpoints: [mobile, softphone: p02, softphone: p04]")) == ()

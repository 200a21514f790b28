"""``shifts.yaml``: a slot becomes one shift for each set of days with the same people. Refused: `bad/shifts-*`."""

from datetime import time

from hotline_agi.roster.document import parse
from hotline_agi.roster.findings import Findings
from hotline_agi.roster.model import Shift
from hotline_agi.roster.shifts_file import ReadShifts, read_shifts
from hotline_agi.terms.ids import VolunteerId


def read(written: str) -> tuple[ReadShifts | None, Findings]:
    findings = Findings()
    return read_shifts(parse("f", f"shifts:\n  night:\n{written}\n...\n".encode()), findings), findings


def shift(days: set[int], people: str, backup: str = "") -> Shift:
    return Shift(
        slot="night",
        weekdays=frozenset(days),
        start=time(22),
        until=time(2),
        volunteers=tuple(map(VolunteerId, people.split())),
        backup=tuple(map(VolunteerId, backup.split())),
    )


TIMES = "    from: 22:00\n    until: 02:00\n"


def test_a_list_means_every_day() -> None:
    found, findings = read(TIMES + "    people: [a, b]\n    backup: [c]")
    assert found is not None
    assert findings.problems == []
    assert found.shifts == (shift(set(range(7)), "a b", "c"),)
    assert [(n.who, n.mark.line, n.mark.column) for n in found.named[:2]] == [("a", 5, 14), ("b", 5, 17)]


def test_days_with_the_same_people_are_one_shift() -> None:
    found, findings = read(
        TIMES + "    people: {mon: [a], wed: [a], 'tue, thu-fri': [b], sun: []}\n    backup: {mon: [c]}"
    )
    assert found is not None
    assert findings.problems == []
    assert found.shifts == (shift({0}, "a", "c"), shift({1, 3, 4}, "b"), shift({2}, "a"), shift({6}, ""))


def test_a_daily_backup_is_there_on_the_days_of_the_slot() -> None:
    for backup in ("[c]", "{daily: [c]}"):
        found, findings = read(TIMES + f"    people: {{mon-wed: [a]}}\n    backup: {backup}")
        assert found is not None
        assert findings.problems == []
        assert found.shifts == (shift({0, 1, 2}, "a", "c"),)


def test_the_order_of_people_is_kept() -> None:
    found, _ = read(TIMES + "    people: [c, a, b]")
    assert found is not None
    assert found.shifts[0].volunteers == ("c", "a", "b")


def test_midnight_as_an_end_is_no_mistake() -> None:
    found, findings = read("    from: 00:00\n    until: 24:00\n    people: [a]")
    assert found is not None
    assert findings.problems == []
    assert (found.shifts[0].start, found.shifts[0].until) == (time(0), time(0))


def test_people_of_a_slot_with_mistakes_are_named_all_the_same() -> None:
    found, findings = read("    from: 6\n    until: 02:00\n    people: [a, b]")
    assert findings.failed
    assert found is not None
    assert found.shifts == ()
    assert {named.who for named in found.named} == {"a", "b"}

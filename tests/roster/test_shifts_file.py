"""``shifts.yaml``: who is in a slot, week by week. Refused: `bad/shifts-*`."""

from datetime import time

from hotline_agi.roster.document import parse
from hotline_agi.roster.findings import Findings
from hotline_agi.roster.plan import Pattern, weekly
from hotline_agi.roster.shifts_file import ReadShifts, read_shifts
from hotline_agi.roster.values import WEEKDAYS
from hotline_agi.terms.ids import VolunteerId


def read(written: str) -> tuple[ReadShifts | None, Findings]:
    findings = Findings()
    return read_shifts(parse("f", f"shifts:\n  night:\n{written}\n...\n".encode()), findings), findings


def week(**people: str) -> Pattern:
    """People by weekday: ``week(mon="a b", sun="")``."""
    return weekly({WEEKDAYS.index(day): tuple(map(VolunteerId, ids.split())) for day, ids in people.items()})


TIMES = "    from: 22:00\n    until: 02:00\n"


def test_a_list_means_every_day() -> None:
    found, findings = read(TIMES + "    people: [a, b]\n    backup: [c]")
    assert found is not None
    assert findings.problems == []
    (shift,) = found.shifts
    assert (shift.slot, shift.start, shift.until) == ("night", time(22), time(2))
    assert shift.people == week(**dict.fromkeys(WEEKDAYS, "a b"))
    assert shift.backup == week(**dict.fromkeys(WEEKDAYS, "c"))
    assert [(n.who, n.mark.line, n.mark.column) for n in found.named[:2]] == [("a", 5, 14), ("b", 5, 17)]


def test_days_are_one_several_or_a_stretch() -> None:
    found, findings = read(
        TIMES + "    people: {mon: [a], wed: [a], 'tue, thu-fri': [b], sun: []}\n    backup: {mon: [c]}"
    )
    assert found is not None
    assert findings.problems == []
    (shift,) = found.shifts
    assert shift.people == week(mon="a", tue="b", wed="a", thu="b", fri="b", sun="")
    assert shift.backup == week(mon="c")


def test_a_daily_backup_is_there_on_the_days_of_the_slot() -> None:
    for backup in ("[c]", "{daily: [c]}"):
        found, findings = read(TIMES + f"    people: {{mon-wed: [a]}}\n    backup: {backup}")
        assert found is not None
        assert findings.problems == []
        assert found.shifts[0].people == week(mon="a", tue="a", wed="a")


def test_the_order_of_people_is_kept() -> None:
    found, _ = read(TIMES + "    people: [c, a, b]")
    assert found is not None
    assert found.shifts[0].people.turns[0][0] == ("c", "a", "b")


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

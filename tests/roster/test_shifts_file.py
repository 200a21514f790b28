"""``shifts.yaml``: who is in a slot, week by week. Refused: `bad/shifts-*`."""

from datetime import date, time

from hotline_agi.roster.document import parse
from hotline_agi.roster.findings import Findings
from hotline_agi.roster.plan import Need, Pattern, weekly
from hotline_agi.roster.shifts_file import ReadShifts, read_shifts
from hotline_agi.roster.weekdays import WEEKDAYS
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


ROTATION = "    people:\n      turn_days: {days}\n      since: {since}\n      turns:\n{turns}"


def test_weeks_take_turns() -> None:
    turns = "        - [a, b]\n        - {mon-fri: [c], 'sat, sun': []}"
    found, findings = read(TIMES + ROTATION.format(days=7, since="2026-02-02", turns=turns))
    assert found is not None
    assert findings.problems == []
    people = found.shifts[0].people
    assert (people.turn_days, people.since, len(people.turns)) == (7, date(2026, 2, 2), 2)
    assert people.turns == (
        week(**dict.fromkeys(WEEKDAYS, "a b")).turns[0],
        week(mon="c", tue="c", wed="c", thu="c", fri="c", sat="", sun="").turns[0],
    )
    assert [people.on(date(2026, 2, day)) for day in (1, 2, 8, 9, 15, 16)] == [
        *((), ("a", "b"), ("a", "b")),
        *(("c",), (), ("a", "b")),
    ]
    assert [named.who for named in found.named] == ["a", "b", "c"]


def test_a_backup_may_take_turns_of_its_own() -> None:
    backup = ROTATION.format(days=1, since="2026-02-02", turns="        - [a]\n        - [b]").replace(
        "people", "backup"
    )
    found, findings = read(f"{TIMES}    people: {{mon-fri: [c]}}\n{backup}")
    assert found is not None
    assert findings.problems == []
    assert [found.shifts[0].backup.on(date(2026, 2, day)) for day in (2, 3, 4)] == [("a",), ("b",), ("a",)]


def test_who_is_on_shift_in_every_turn_is_no_backup() -> None:
    people = ROTATION.format(days=7, since="2026-02-02", turns="        - [a, b]\n        - [a, c]")
    found, findings = read(f"{TIMES}{people}\n    backup: [a, b]")
    assert found is not None
    assert [p.what for p in findings.problems] == [
        "'a' is on shift daily already, so their being backup changes nothing"
    ]


def test_names_of_a_refused_rotation_are_named_all_the_same() -> None:
    found, findings = read(TIMES + ROTATION.format(days=0, since="x", turns="        - [a]\n        - [b]"))
    assert findings.failed
    assert found is not None
    assert (found.shifts, [named.who for named in found.named]) == ((), ["a", "b"])
    assert found.slots == {"night"}


def test_least_and_needs() -> None:
    found, findings = read(
        TIMES + "    people: [a]\n    min: {mon-wed: 3, sun: 0}\n    coordinator: z\n"
        "    need: {languages: {en: 1, yue: 2}, qualifications: {crisis: 1}}"
    )
    assert found is not None
    assert findings.problems == []
    (shift,) = found.shifts
    assert shift.need == Need(people=(3, 3, 3, 1, 1, 1, 0), languages={"en": 1, "yue": 2}, qualifications={"crisis": 1})
    assert shift.coordinator == "z"
    assert [named.who for named in found.named] == ["a", "z"]
    assert [(skill.name, skill.mark.line) for skill in found.skills] == [("crisis", 8)]
    assert (shift.where.line, shift.where.column) == (2, 3)


def test_least_and_needs_by_default() -> None:
    found, _ = read(TIMES + "    people: [a]")
    assert found is not None
    (shift,) = found.shifts
    assert (shift.need, shift.coordinator) == (Need(people=(1,) * 7), None)
    found, findings = read(TIMES + "    people: [a]\n    min: 0\n    need: {}")
    assert found is not None
    assert (found.shifts[0].need, findings.problems) == (Need(people=(0,) * 7), [])

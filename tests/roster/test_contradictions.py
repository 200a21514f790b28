"""What files say against each other, and that nothing is said where a refused file may hold what is missed.

The messages themselves: `bad/*-unknown-names`, `bad/month-against-special-day`, `bad/shifts-need-nobody-has`.
"""

from hotline_agi.roster.reader import check_roster
from tests.roster.trees import CONTACTS, full


def problems(**changes: tuple[str, str]) -> list[str]:
    """``covers:12 what`` after replacing text in files of the line haven, named by their stem."""
    files = full()
    for stem, (old, new) in changes.items():
        name = f"haven/{'months/2026-02' if stem == 'month' else stem}.yaml"
        assert old in files[name].decode()
        files[name] = files[name].decode().replace(old, new, 1).encode()
    found = check_roster(files, files[CONTACTS], contacts_file=CONTACTS).problems
    return [
        f"{problem.file.removeprefix('haven/').removesuffix('.yaml')}:{problem.line} {problem.what}"
        for problem in found
    ]


def test_the_roster_is_right() -> None:
    assert problems() == []


def test_people_of_all_files_are_looked_for() -> None:
    assert problems(
        days=("night: [dora]", "night: [dorra]"),
        month=("night: [dora]", "night: [dorra]"),
        covers=("instead: dora", "instead: dorra"),
        shifts=("coordinator: dora", "coordinator: dorra"),
    ) == [
        "covers:4 there is no person 'dorra'",
        "days:7 there is no person 'dorra'",
        "months/2026-02:7 there is no person 'dorra'",
        "shifts:17 there is no person 'dorra'",
    ]


def test_a_refused_people_file_makes_nobody_unknown() -> None:
    for change in (("anna:", "anna"), ("volunteers", "people"), ("  anna:", "  Anna:")):
        assert {one.partition(":")[0] for one in problems(people=change, covers=("boris", "bors"))} == {"people"}


def test_a_person_with_mistakes_is_no_stranger() -> None:
    assert {one.partition(":")[0] for one in problems(people=("name: Anna Berg", "nome: Anna Berg"))} == {"people"}


def test_slots_are_looked_for_in_the_same_line() -> None:
    assert problems(covers=("slot: night", "slot: all-day"), month=("{day: [anna", "{days: [anna")) == [
        "covers:2 there is no slot 'all-day' in shifts.yaml",
        "months/2026-02:2 there is no slot 'days' in shifts.yaml",
    ]


def test_a_refused_slot_makes_no_slot_unknown() -> None:
    for change in (("shifts:", "shift:"), ("  night:", "  Night:"), ("shifts:", "shifts: [")):
        assert {one.partition(":")[0] for one in problems(shifts=change)} == {"shifts"}
    assert {one.partition(":")[0] for one in problems(shifts=("from: 22:00", "from: 22"))} == {"shifts"}


def test_a_month_and_a_special_day_may_name_the_same_people() -> None:
    assert problems(month=("day: [clara, anna]", "day: [clara]")) == [
        "months/2026-02:4 'day' of 2026-02-17 has other people in '春节', haven/days.yaml line 2"
    ]
    assert problems(month=("day: [clara, anna]", "night: []")) == []
    assert problems(days=("2026-02-17", "02-17"), month=("day: [clara, anna]", "day: [clara]")) == []


def test_nothing_is_said_of_months_beside_refused_days() -> None:
    found = problems(days=("like: sun", "like: son"), month=("day: [clara, anna]", "day: [clara]"))
    assert {one.partition(":")[0] for one in found} == {"days", "months/2026-02"}
    found = problems(days=("special_days", "days"), month=("day: [clara, anna]", "day: [clara]"))
    assert {one.partition(":")[0] for one in found} == {"days"}


def test_needs_are_met_by_somebody() -> None:
    assert problems(shifts=("{youth: 1}", "{yuth: 1}")) == ["shifts:16 nobody has the qualification 'yuth'"]
    assert {one.partition(":")[0] for one in problems(shifts=("{youth: 1}", "{yuth: 1}"), line=("en:", "de:"))} == {
        "line"
    }

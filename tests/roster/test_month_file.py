"""``months/YYYY-MM.yaml``: what it becomes. Refused: `bad/month-*`."""

from datetime import date

from hotline_agi.roster.document import parse
from hotline_agi.roster.findings import Findings
from hotline_agi.roster.month_file import ReadMonth, read_month


def read(written: str) -> tuple[ReadMonth | None, Findings]:
    findings = Findings()
    return read_month(2028, 2, parse("f", f"{written}\n...\n".encode()), findings), findings


def test_people_and_backup_of_a_day_are_one_day() -> None:
    found, findings = read(
        "people:\n  2028-02-29: {night: [a, b], early: []}\nbackup:\n  2028-02-28: {night: [c]}\n"
        "  2028-02-29:\n    night: [d]"
    )
    assert found is not None
    assert findings.problems == []
    assert sorted(found.days) == [date(2028, 2, 28), date(2028, 2, 29)]
    last, first = found.days[date(2028, 2, 29)], found.days[date(2028, 2, 28)]
    assert (last.people, last.backup, last.where.line) == ({"night": ("a", "b"), "early": ()}, {"night": ("d",)}, 2)
    assert (first.people, first.backup, first.where.line) == ({}, {"night": ("c",)}, 4)
    assert [named.who for named in found.named] == ["a", "b", "c", "d"]
    assert [(p.day.day, p.as_backup, p.slot.slot, p.slot.mark.line) for p in found.places] == [
        (29, False, "night", 2),
        (29, False, "early", 2),
        (28, True, "night", 4),
        (29, True, "night", 6),
    ]


def test_what_has_mistakes_is_left_out_and_the_rest_is_read() -> None:
    found, findings = read("people:\n  2028-02-01: {night: [a]}\n  2028-02-30: {night: [b]}\n  2028-02-03: [c]")
    assert found is not None
    assert findings.failed
    assert list(found.days) == [date(2028, 2, 1)]


def test_an_empty_month_is_no_mistake() -> None:
    found, findings = read("people: {}")
    assert found is not None
    assert (found.days, findings.problems) == ({}, [])

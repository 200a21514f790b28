"""``days.yaml``: what it becomes. Refused: `bad/days-*`."""

from datetime import date, time

from hotline_agi.roster.clock import WHOLE_DAY
from hotline_agi.roster.days_file import ReadDays, read_days
from hotline_agi.roster.document import parse
from hotline_agi.roster.findings import Findings
from hotline_agi.roster.plan import DayHours


def read(written: str) -> tuple[ReadDays | None, Findings]:
    findings = Findings()
    return read_days(parse("f", f"special_days:\n{written}\n...\n".encode()), findings), findings


def test_everything_written() -> None:
    found, findings = read(
        "  2026-02-17:\n    name: 春节\n    like: sun\n    opening: [{from: 09:00, until: 24:00}]\n"
        "    people: {night: [a], early: []}\n    backup: {night: [b]}"
    )
    assert found is not None
    assert findings.problems == []
    ((day, special),) = found.special_days.items()
    assert (day, special.name, special.like) == (date(2026, 2, 17), "春节", 6)
    assert special.opening == (DayHours(start=time(9), until=time(0)),)
    assert (special.people, special.backup) == ({"night": ("a",), "early": ()}, {"night": ("b",)})
    assert (special.where.line, special.where.column) == (2, 3)
    assert [named.who for named in found.named] == ["a", "b"]
    assert [(named.slot, named.mark.line) for named in found.slots] == [("night", 6), ("early", 6), ("night", 7)]


def test_a_name_is_enough() -> None:
    found, findings = read("  2026-02-17: {name: 春节}")
    assert found is not None
    assert findings.problems == []
    (special,) = found.special_days.values()
    assert (special.like, special.opening, special.people, special.backup) == (None, None, {}, {})


def test_opening_in_one_word() -> None:
    found, findings = read("  2026-02-17: {name: a, opening: closed}\n  2026-02-18: {name: b, opening: always}")
    assert found is not None
    assert findings.problems == []
    assert [special.opening for special in found.special_days.values()] == [(), (WHOLE_DAY,)]


def test_ranges_are_one_special_day_many_times() -> None:
    found, findings = read("  2026-02-16..2026-02-18: {name: a}\n  12-31..01-01: {name: b}\n  2026-12-31: {name: c}")
    assert found is not None
    assert findings.problems == []
    assert [day.day for day in found.special_days] == [16, 17, 18, 31]
    assert len({id(special) for special in found.special_days.values()}) == 2
    assert {day: special.name for day, special in found.yearly_days.items()} == {(12, 31): "b", (1, 1): "b"}


def test_no_special_day_is_no_mistake() -> None:
    findings = Findings()
    found = read_days(parse("f", b"special_days: {}\n...\n"), findings)
    assert found is not None
    assert (found.special_days, findings.problems) == ({}, [])

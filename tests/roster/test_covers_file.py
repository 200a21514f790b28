"""``covers.yaml``: what it becomes. Refused: `bad/covers-*`."""

from datetime import date

import pytest

from hotline_agi.roster.covers_file import ReadCovers, read_covers
from hotline_agi.roster.document import parse
from hotline_agi.roster.findings import Findings
from hotline_agi.roster.plan import Absence, AbsenceKind, Extra, Swap
from tests.roster.written import moment


def read(*written: str) -> tuple[ReadCovers, Findings]:
    findings = Findings()
    lines = "".join(f"  - {one}\n" for one in written)
    found = read_covers(parse("f", f"covers:\n{lines}...\n".encode()), findings)
    assert found is not None
    return found, findings


def test_a_swap_is_one_way() -> None:
    found, findings = read("{swap: [a, b], date: 2026-02-14, slot: night, note: 生日}")
    assert findings.problems == []
    (one,) = found.covers
    assert isinstance(one, Swap)
    assert (one.who, one.to, one.day, one.slot) == ("a", "b", date(2026, 2, 14), "night")
    assert (one.where.line, one.where.column) == (2, 5)


def test_a_swap_with_a_way_back_is_two() -> None:
    found, findings = read("{swap: [a, b], date: 2026-02-14, slot: night, back: {date: 2026-02-16, slot: evening}}")
    assert findings.problems == []
    one, other = found.covers
    assert isinstance(one, Swap)
    assert isinstance(other, Swap)
    assert (other.who, other.to, other.day, other.slot) == ("b", "a", date(2026, 2, 16), "evening")
    assert one.where == other.where
    assert [named.slot for named in found.slots] == ["night", "evening"]


@pytest.mark.parametrize(
    ("written", "first", "last"),
    [
        ("from: 2026-02-14", date(2026, 2, 14), date(2026, 2, 14)),
        ("from: 2026-02-14, until: 2026-02-16", date(2026, 2, 14), date(2026, 2, 16)),
        ("from: 2026-02-14 03:00", moment("2026-02-14T03:00"), date(2026, 2, 14)),
        ("from: 2026-02-14 03:00, until: 2026-02-14 24:00", moment("2026-02-14T03:00"), moment("2026-02-15T00:00")),
        ("from: 2026-02-14, until: 2026-02-14 00:01", date(2026, 2, 14), moment("2026-02-14T00:01")),
    ],
)
def test_an_absence_is_days_or_instants(written: str, first: date, last: date) -> None:
    found, findings = read(f"{{away: a, {written}, instead: b}}")
    assert findings.problems == []
    (one,) = found.covers
    assert isinstance(one, Absence)
    assert (one.kind, one.who, one.first, one.last, one.instead) == (AbsenceKind.AWAY, "a", first, last, "b")
    assert [named.who for named in found.named] == ["a", "b"]


def test_sickness_may_have_nobody_instead() -> None:
    (one,) = read("{sick: a, from: 2026-02-14}")[0].covers
    assert isinstance(one, Absence)
    assert (one.kind, one.instead) == (AbsenceKind.SICK, None)


def test_extras_are_one_cover_for_each() -> None:
    found, findings = read(
        "{extra: [c, d], date: 2026-02-14, slot: night, as: backup}", "{extra: c, date: 2026-02-15, slot: night}"
    )
    assert findings.problems == []
    assert [(e.who, e.day.day, e.as_backup) for e in found.covers if isinstance(e, Extra)] == [
        ("c", 14, True),
        ("d", 14, True),
        ("c", 15, False),
    ]


def test_absences_may_overlap_and_swaps_may_follow_each_other() -> None:
    found, findings = read(
        "{sick: a, from: 2026-02-14, until: 2026-02-16, instead: b}",
        "{sick: a, from: 2026-02-15, until: 2026-02-18, instead: c}",
        "{swap: [a, b], date: 2026-02-14, slot: night}",
        "{swap: [b, c], date: 2026-02-14, slot: night}",
    )
    assert findings.problems == []
    assert len(found.covers) == 4


def test_covers_with_mistakes_name_people_all_the_same() -> None:
    found, findings = read("{swap: [a, b], date: x, slot: night}", "{sick: c, from: x, instead: d}", "{extra: e}")
    assert findings.failed
    assert found.covers == ()
    assert [named.who for named in found.named] == ["a", "b", "c", "d", "e"]
    assert [named.slot for named in found.slots] == ["night"]


def test_no_cover_is_no_mistake() -> None:
    findings = Findings()
    found = read_covers(parse("f", b"covers: []\n...\n"), findings)
    assert found is not None
    assert (found.covers, findings.problems) == ((), [])

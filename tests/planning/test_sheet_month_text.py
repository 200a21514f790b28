"""The text of month files: new, and with some days replaced."""

from datetime import date

from hotline_agi.planning.sheets.gathering import Newcomer
from hotline_agi.planning.sheets.month_text import month_text, with_days, with_people
from hotline_agi.roster.document import parse
from hotline_agi.roster.findings import Findings
from hotline_agi.roster.month_file import read_month
from hotline_agi.roster.plan import Cell
from hotline_agi.terms.ids import VolunteerId

ANN, BO = VolunteerId("ann"), VolunteerId("bo")
FILE = """\
# head
people:   # of the month
  # the first
  2026-02-01: {night: [ann], early: [bo]}  # beside

  # the fifth
  2026-02-05:
    night: [ann]   # within
    early: []
  # behind the fifth, above the seventh
  2026-02-07: {night: [bo]}
  # last words

backup:
  2026-02-05: {night: [bo]}
...
"""


def cells(text: str) -> tuple[dict[str, dict[str, Cell]], dict[str, dict[str, Cell]]]:
    """People and backup by day, as the reader sees them."""
    findings = Findings()
    found = read_month(2026, 2, parse("x", text.encode()), findings)
    assert found is not None
    assert not findings.problems
    people = {str(day): dict(one.people) for day, one in found.days.items() if one.people}
    return people, {str(day): dict(one.backup) for day, one in found.days.items() if one.backup}


def on(day: int) -> date:
    return date(2026, 2, day)


def test_a_new_file_reads_as_it_was_meant() -> None:
    many = tuple(VolunteerId(f"somebody-{n}") for n in range(20))
    text = month_text(
        2026, 2, {on(2): {"night": many}, on(1): {"night": (ANN,), "early": ()}}, {on(1): {"night": (BO,)}}
    )
    assert cells(text) == (
        {"2026-02-01": {"night": (ANN,), "early": ()}, "2026-02-02": {"night": many}},
        {"2026-02-01": {"night": (BO,)}},
    )
    lines = text.splitlines()
    assert lines[0] == "# yaml-language-server: $schema=../../schema/month.schema.json"
    assert lines[-1] == "..."
    assert max(map(len, lines)) < 320


def test_a_file_with_backup_people_alone() -> None:
    assert cells(month_text(2026, 2, {}, {on(1): {"night": (BO,)}})) == ({}, {"2026-02-01": {"night": (BO,)}})


def test_days_are_replaced_and_put_between_and_all_else_stays() -> None:
    new = {on(5): {"night": (BO,)}, on(6): {"night": (ANN,)}, on(9): {"early": ()}}
    text = with_days("x", FILE, new, new, None)
    assert text is not None
    expected = FILE.replace(
        "  2026-02-05:\n    night: [ann]   # within\n    early: []\n",
        "  2026-02-05: {night: [bo]}\n  2026-02-06: {night: [ann]}\n",
        1,
    ).replace("  2026-02-07: {night: [bo]}\n", "  2026-02-07: {night: [bo]}\n  2026-02-09: {early: []}\n")
    assert text == expected


def test_backup_people_are_replaced_too_if_the_sheet_speaks_of_them() -> None:
    text = with_days("x", FILE, [on(5)], {on(5): {"night": (ANN,)}}, {})
    assert text is not None
    assert "backup" not in text
    assert cells(text)[0]["2026-02-05"] == {"night": (ANN,)}
    again = with_days("x", text, [on(1)], {on(1): {"night": (BO,)}}, {on(1): {"night": (ANN,)}})
    assert again is not None
    assert cells(again)[1] == {"2026-02-01": {"night": (ANN,)}}
    assert "# last words" in again


def test_line_ends_of_windows_stay() -> None:
    text = with_days("x", FILE.replace("\n", "\r\n"), [on(6)], {on(6): {"night": (ANN,)}}, None)
    assert text is not None
    assert text.count("\n") == text.count("\r\n") == FILE.count("\n") + 1


def test_a_file_in_one_line_is_not_edited() -> None:
    flow = "people: {2026-02-01: {night: [ann]}}\n...\n"
    assert with_days("x", flow, [on(1)], {on(1): {"night": (BO,)}}, None) is None
    assert with_days("x", "people: {}\n...\n", [on(1)], {on(1): {"night": (BO,)}}, None) is None


def test_new_people_stand_at_the_end_with_names_that_yaml_does_not_misread() -> None:
    people = "volunteers:\n  ann:\n    name: Ann\n    endpoints: [mobile]\n\n...\n"
    new = [
        Newcomer(id=VolunteerId(f"p00{n}"), name=name, ref="A1") for n, name in enumerate(("陈静", "#1: x", 'a "b"'))
    ]
    text = with_people(people, new)
    assert text is not None
    assert text.startswith(people.removesuffix("\n...\n"))
    root = parse("x", text.encode())
    table = root.entries[0].value  # type: ignore[union-attr]
    names = [entry.value.entries[0].value.text for entry in table.entries]  # type: ignore[union-attr]
    assert names == ["Ann", "陈静", "#1: x", 'a "b"']
    assert with_people("volunteers: {ann: {name: Ann, endpoints: [mobile]}}\n...\n", new) is None

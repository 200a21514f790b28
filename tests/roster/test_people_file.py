"""``people.yaml``: the notations of endpoints and their accept policy. What is refused: `bad/people-*`."""

from datetime import time
from zoneinfo import ZoneInfo

import pytest

from hotline_agi.roster.document import parse
from hotline_agi.roster.findings import Findings
from hotline_agi.roster.model import EndpointKind, Limits
from hotline_agi.roster.people_file import ReadPeople, read_people
from hotline_agi.roster.plan import WeeklyHours
from tests.roster.trees import EXAMPLE


def read(written: str) -> tuple[ReadPeople | None, Findings]:
    findings = Findings()
    return read_people(parse("f", f"{written}\n...\n".encode()), ("zh",), findings), findings


def person(rest: str) -> str:
    return f"volunteers:\n  wang-lei: {{name: 王磊, {rest}}}"


@pytest.mark.parametrize(
    ("written", "endpoint"),
    [
        ("softphone: v01", ("v01", EndpointKind.SOFTPHONE, "v01", False)),
        ("softphone: {name: v01}", ("v01", EndpointKind.SOFTPHONE, "v01", False)),
        ("softphone: {name: v01, confirm: yes}", ("v01", EndpointKind.SOFTPHONE, "v01", True)),
        ("mobile", ("wang-lei-mobile", EndpointKind.MOBILE, None, True)),
        ("mobile: {}", ("wang-lei-mobile", EndpointKind.MOBILE, None, True)),
        ("mobile: {confirm: no}", ("wang-lei-mobile", EndpointKind.MOBILE, None, False)),
    ],
)
def test_endpoints(written: str, endpoint: tuple[object, ...]) -> None:
    found, findings = read(person(f"endpoints: [{written}]"))
    assert findings.problems == []
    assert found is not None
    (only,) = found.people[0].volunteer.endpoints
    assert (only.id, only.kind, only.pjsip_name, only.confirm) == endpoint
    assert only.number is None


def test_order_is_preference_and_languages_default_to_the_line() -> None:
    found, findings = read(person("endpoints: [mobile, softphone: v01]"))
    assert found is not None
    assert not findings.failed
    volunteer = found.people[0].volunteer
    assert [endpoint.kind for endpoint in volunteer.endpoints] == [EndpointKind.MOBILE, EndpointKind.SOFTPHONE]
    assert (volunteer.name, volunteer.languages) == ("王磊", ("zh",))
    assert read(person("languages: [en, yue], endpoints: [mobile]"))[0].people[0].volunteer.languages == ("en", "yue")  # type: ignore[union-attr]


def test_somebody_with_mistakes_is_known_by_id() -> None:
    found, findings = read("volunteers:\n  wang-lei: {endpoints: []}\n  li-na: x")
    assert findings.failed
    assert found is not None
    assert (found.people, found.complete) == ((), True)
    assert sorted(found.ids) == ["li-na", "wang-lei"]
    found, _ = read("volunteers:\n  Wang: {name: 王, endpoints: [mobile]}")
    assert found is not None
    assert not found.complete


def test_what_may_be_left_out() -> None:
    found, findings = read(person("endpoints: [mobile]"))
    assert found is not None
    assert findings.problems == []
    volunteer = found.people[0].volunteer
    assert (volunteer.qualifications, volunteer.limits, volunteer.quiet, volunteer.zone) == ((), Limits(), (), None)
    assert (volunteer.where.line, volunteer.where.column) == (2, 3)


def test_everything_written() -> None:
    findings = Findings()
    text = person(
        "endpoints: [mobile], qualifications: [crisis, youth], "
        "limits: {calls_per_shift: 6, talk_min_per_day: 240, talk_min_in_a_row: 90, rest_after_night_h: 11.5}, "
        "quiet: [{days: 'sat, sun', from: 22:00, until: 08:00}, {from: 13:00, until: 24:00}]"
    )
    zone = ZoneInfo("Europe/Berlin")
    found = read_people(parse("f", f"{text}\n...\n".encode()), ("zh",), findings, zone)
    assert found is not None
    assert findings.problems == []
    volunteer = found.people[0].volunteer
    assert volunteer.qualifications == ("crisis", "youth")
    assert volunteer.limits == Limits(
        calls_per_shift=6, talk_min_per_day=240, talk_min_in_a_row=90, rest_after_night_h=11.5
    )
    assert volunteer.quiet == (
        WeeklyHours(weekdays=frozenset({5, 6}), start=time(22), until=time(8)),
        WeeklyHours(weekdays=frozenset(range(7)), start=time(13), until=time(0)),
    )
    assert volunteer.zone == zone


@pytest.mark.parametrize(
    ("field", "least", "most"),
    [
        ("calls_per_shift", 1, 100),
        ("talk_min_per_day", 5, 1440),
        ("talk_min_in_a_row", 15, 600),
        ("rest_after_night_h", 0, 72),
    ],
)
def test_bounds_of_limits_are_those_of_the_readme(field: str, least: int, most: int) -> None:
    readme = (EXAMPLE / "README.md").read_text(encoding="utf-8")
    row = next(row for row in readme.splitlines() if row.startswith(f"| `limits: {{{field}:"))
    assert f"| {least}–{most}" in row
    for value, is_good in ((least, True), (most, True), (least - 1, False), (most + 1, False)):
        _, findings = read(person(f"endpoints: [mobile], limits: {{{field}: {value}}}"))
        assert findings.failed is not is_good


def test_what_else_is_wrong_with_a_person_whose_id_is_bad_is_told_without_the_id() -> None:
    found, findings = read("volunteers:\n  Anna Berg: {name: Anna, languages: [], endpoints: [], tel: x}")
    assert found is not None and not found.people and not found.complete
    assert [problem.what for problem in findings.problems] == [
        "'Anna Berg' cannot be a person's id",
        "this person has no field 'tel'",
        "this person speaks no language",
        "this person has no endpoint, so nothing can ring",
    ]

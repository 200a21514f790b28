"""``people.yaml``: the notations of endpoints and their accept policy. What is refused: `bad/people-*`."""

import pytest

from hotline_agi.roster.document import parse
from hotline_agi.roster.findings import Findings
from hotline_agi.roster.model import EndpointKind
from hotline_agi.roster.people_file import ReadPeople, read_people


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

"""The list of findings: errors refuse, warnings do not, and neither fills the memory."""

import pytest

from hotline_agi.errors import InvalidText
from hotline_agi.roster.findings import MAX_PROBLEMS, Findings
from hotline_agi.terms.problems import Mark, Severity

HERE = Mark(file="f", line=2, column=3)


def test_warnings_do_not_refuse() -> None:
    findings = Findings()
    findings.warning(HERE, "odd", "look")
    findings.refuse()
    assert str(findings.problems[0]) == "f:2:3: warning: odd (look)"


def test_errors_refuse_with_everything_found() -> None:
    findings = Findings()
    findings.warning(HERE, "odd")
    findings.error(Mark(file="a"), "wrong")
    with pytest.raises(InvalidText) as caught:
        findings.refuse()
    assert [p.what for p in caught.value.problems] == ["wrong", "odd"]


def test_the_same_finding_is_noted_once() -> None:
    findings = Findings()
    findings.error(HERE, "wrong")
    findings.error(HERE, "wrong")
    assert len(findings.problems) == 1


def test_many_warnings_leave_room_for_the_error() -> None:
    findings = Findings()
    for n in range(10 * MAX_PROBLEMS):
        findings.warning(HERE, f"odd {n}")
    findings.error(HERE, "wrong")
    assert len(findings.problems) == MAX_PROBLEMS + 1
    assert findings.problems[-1].severity is Severity.ERROR


def test_findings_of_another_reading_are_taken() -> None:
    other, findings = Findings(), Findings()
    other.warning(HERE, "odd")
    findings.take(other.problems)
    findings.refuse()
    other.error(HERE, "wrong")
    findings.take(other.problems)
    assert findings.failed
    assert findings.problems == other.problems

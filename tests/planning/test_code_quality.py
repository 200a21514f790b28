"""GitLab's report: the fields that it requires, and fingerprints that stay."""

import re
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from hotline_agi.planning.code_quality import code_quality, fingerprints
from hotline_agi.terms.problems import Mark, Problem, Severity

AT = Mark(file="rosters/xinli/shifts.yaml", line=3, column=5)
ERROR = Problem(file=AT.file, line=3, column=5, what="there is no person 'ana'", hint="did you mean 'anna'?")
WARNING = Problem.warning(Mark(file="rosters/xinli/line.yaml"), "nobody is on shift every day 02:00-06:00")

problems = st.lists(
    st.builds(
        Problem,
        file=st.sampled_from(["a/line.yaml", "b/people.yaml"]),
        line=st.integers(0, 3),
        column=st.integers(0, 2),
        what=st.sampled_from(["one", "two"]),
        severity=st.sampled_from(Severity),
    ),
    max_size=12,
)


def test_the_report_has_the_fields_that_gitlab_requires() -> None:
    found = code_quality([ERROR, WARNING])
    assert found[0] == {
        "description": "there is no person 'ana' (did you mean 'anna'?)",
        "check_name": "roster-error",
        "fingerprint": fingerprints([ERROR])[0],
        "severity": "critical",
        "location": {"path": "rosters/xinli/shifts.yaml", "lines": {"begin": 3}},
    }
    assert found[1]["severity"] == "minor"
    assert found[1]["location"]["lines"]["begin"] == 1  # of a whole file: there is no line 0


@given(problems)
def test_every_finding_has_a_fingerprint_of_its_own(found: list[Problem]) -> None:
    told = fingerprints(found)
    assert len(set(told)) == len(found)
    assert all(re.fullmatch("[0-9a-f]{32}", one) for one in told)
    assert all(one["severity"] in ("info", "minor", "major", "critical", "blocker") for one in code_quality(found))


@given(problems, st.integers(1, 50))
def test_lines_that_are_added_above_change_no_fingerprint(found: list[Problem], more: int) -> None:
    assert fingerprints([replace(one, line=one.line + more) for one in found]) == fingerprints(found)


def test_nothing_found_is_an_empty_report() -> None:
    assert code_quality([]) == []

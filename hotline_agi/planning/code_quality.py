"""Findings as a GitLab Code Quality report, so that they show in the merge request.

The format is the part of Code Climate's that GitLab documents: a list of objects with `description`, `check_name`,
`fingerprint`, `severity` (info, minor, major, critical or blocker) and `location` (a `path` from the top of the
repository without ``./``, and the line on which it begins). GitLab compares the report of the branch with that of the
target: what has a fingerprint of its own there is new.
"""

from collections import Counter
from collections.abc import Sequence
from hashlib import sha256
from typing import Any

from hotline_agi.terms.problems import Problem, Severity

CHECKS = {Severity.ERROR: "roster-error", Severity.WARNING: "roster-warning"}
_SEVERITIES = {Severity.ERROR: "critical", Severity.WARNING: "minor"}


def code_quality(problems: Sequence[Problem]) -> list[dict[str, Any]]:
    """The report; `Problem.file` is the path from the top of the repository."""
    return [
        {
            "description": in_full(problem),
            "check_name": CHECKS[problem.severity],
            "fingerprint": fingerprint,
            "severity": _SEVERITIES[problem.severity],
            "location": {"path": problem.file, "lines": {"begin": max(1, problem.line)}},
        }
        for problem, fingerprint in zip(problems, fingerprints(problems), strict=True)
    ]


def in_full(problem: Problem) -> str:
    """What is wrong and what to do, on one line."""
    return f"{problem.what} ({problem.hint})" if problem.hint else problem.what


def fingerprints(problems: Sequence[Problem]) -> list[str]:
    """One for each, all different. A finding keeps its own while its file and text stay the same, whatever lines are
    added above it; of equal ones in one file the first keeps the first."""
    seen: Counter[tuple[str, str, str]] = Counter()
    found: list[str] = []
    for problem in problems:
        key = (problem.severity.value, problem.file, problem.what)
        seen[key] += 1
        found.append(sha256("\0".join((*key, str(seen[key]))).encode()).hexdigest()[:32])
    return found

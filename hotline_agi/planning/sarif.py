"""Findings as SARIF 2.1.0 (an OASIS standard), which GitHub's code scanning and many editors show at the line.

The standard requires `version`, `runs`, of each run `tool.driver.name`, and of each result `message`; GitHub asks for
rule, place and fingerprint besides.
"""

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from hotline_agi.planning.code_quality import CHECKS, fingerprints, in_full
from hotline_agi.terms.problems import Problem, Severity

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_RULES = {
    Severity.ERROR: "The roster is refused: the last good one stays in force until this is mended.",
    Severity.WARNING: "The roster is taken, but somebody should look at this.",
}
_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning"}


def sarif(problems: Sequence[Problem], version: str) -> dict[str, Any]:
    """The log; `Problem.file` is the path from the top of the repository.

    :param version: of this program.
    """
    rules = list(_RULES)
    return {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "hotline roster check",
                        "version": version,
                        "rules": [
                            {
                                "id": CHECKS[severity],
                                "shortDescription": {"text": CHECKS[severity].replace("-", " ").capitalize()},
                                "fullDescription": {"text": _RULES[severity]},
                                "help": {"text": f"{_RULES[severity]} The format is described in rosters/README.md."},
                                "defaultConfiguration": {"level": _LEVELS[severity]},
                            }
                            for severity in rules
                        ],
                    }
                },
                "columnKind": "unicodeCodePoints",
                "results": [
                    {
                        "ruleId": CHECKS[problem.severity],
                        "ruleIndex": rules.index(problem.severity),
                        "level": _LEVELS[problem.severity],
                        "message": {"text": in_full(problem)},
                        "locations": [{"physicalLocation": _place(problem)}],
                        "partialFingerprints": {"primaryLocationLineHash": f"{fingerprint}:1"},
                    }
                    for problem, fingerprint in zip(problems, fingerprints(problems), strict=True)
                ],
            }
        ],
    }


def _place(problem: Problem) -> dict[str, Any]:
    """GitHub shows nothing without a region, so that what is wrong with a whole file stands at its first line."""
    region = {"startLine": max(1, problem.line), "startColumn": max(1, problem.column)}
    return {"artifactLocation": {"uri": quote(problem.file)}, "region": region}

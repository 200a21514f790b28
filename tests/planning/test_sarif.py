"""SARIF 2.1.0: what the standard and GitHub's code scanning require. The whole schema was tried once, and held."""

from typing import Any

from hotline_agi.planning.code_quality import fingerprints
from hotline_agi.planning.sarif import sarif
from hotline_agi.terms.problems import Mark, Problem

ERROR = Problem(
    file="rosters/xinli/shifts.yaml", line=3, column=5, what="there is no person 'ana'", hint="write 'anna'"
)
WARNING = Problem.warning(Mark(file="rosters/心理/line.yaml"), "nobody is on shift every day 02:00-06:00")


def run_of(*problems: Problem) -> dict[str, Any]:
    log = sarif(problems, "1.2.3")
    assert log["version"] == "2.1.0"
    assert log["$schema"].endswith("sarif-schema-2.1.0.json")
    [run] = log["runs"]
    return run  # type: ignore[no-any-return]


def test_the_tool_and_its_rules() -> None:
    driver = run_of(ERROR)["tool"]["driver"]
    assert (driver["name"], driver["version"]) == ("hotline roster check", "1.2.3")
    for rule in driver["rules"]:
        assert rule["id"]
        for text in ("shortDescription", "fullDescription", "help"):
            assert rule[text]["text"], text
        assert rule["defaultConfiguration"]["level"] in ("none", "note", "warning", "error")


def test_results_say_what_and_where() -> None:
    run = run_of(ERROR, WARNING)
    error, warning = run["results"]
    assert error["message"] == {"text": "there is no person 'ana' (write 'anna')"}
    assert error["locations"] == [
        {
            "physicalLocation": {
                "artifactLocation": {"uri": "rosters/xinli/shifts.yaml"},
                "region": {"startLine": 3, "startColumn": 5},
            }
        }
    ]
    assert (error["level"], warning["level"]) == ("error", "warning")
    assert run["columnKind"] == "unicodeCodePoints"  # `Problem.column` counts characters
    rules = run["tool"]["driver"]["rules"]
    assert all(rules[one["ruleIndex"]]["id"] == one["ruleId"] for one in run["results"])


def test_a_uri_is_ascii_and_lines_begin_at_one() -> None:
    [place] = [one["physicalLocation"] for one in run_of(WARNING)["results"][0]["locations"]]
    assert place["artifactLocation"]["uri"] == "rosters/%E5%BF%83%E7%90%86/line.yaml"
    assert place["region"] == {"startLine": 1, "startColumn": 1}


def test_fingerprints_are_those_of_the_other_report() -> None:
    told = [one["partialFingerprints"]["primaryLocationLineHash"] for one in run_of(ERROR, WARNING)["results"]]
    assert told == [f"{one}:1" for one in fingerprints([ERROR, WARNING])]


def test_nothing_found_is_a_run_without_results() -> None:
    assert run_of()["results"] == []

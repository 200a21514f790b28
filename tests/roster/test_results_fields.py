"""``results`` and ``notes`` of a line."""

import pytest

from hotline_agi.roster.document import parse
from hotline_agi.roster.findings import Findings
from hotline_agi.roster.line_file import read_line
from hotline_agi.roster.model import Line, Notes, TalkResults
from hotline_agi.roster.results_fields import KEYS, KNOWN
from hotline_agi.terms.ids import LineId
from tests.roster.test_policy_fields import EXAMPLE, LEAST, read

OWN = "{id: called-back, name: {zh: 已回电, en: called back}}"


def results_of(text: str) -> tuple[TalkResults, list[str]]:
    line, said = read(text)
    return line.results, said


def keys(line: Line) -> dict[str, str]:
    return {one.id: one.key for one in line.results.list}


def test_a_line_that_says_nothing_asks_nothing() -> None:
    line, said = read("")
    assert (line.results, line.notes, said) == (TalkResults(), None, [])
    assert not line.results.ask and not line.results.list


def test_what_is_left_out_is_as_the_readme_says() -> None:
    found, said = results_of("results: {ask: yes}")
    assert said == []
    assert [one.id for one in found.list] == list(KNOWN)
    assert (found.ask, found.count, found.flag, found.within_s) == (True, frozenset(), {"high-risk"}, 43_200.0)
    assert read("notes: {ask: yes}")[0].notes == Notes(ask=True, for_s=86_400.0)
    rows = (EXAMPLE / "README.md").read_text().splitlines()
    assert any(row.startswith("| `results`") and "menu_h: 1–72 (12)" in row for row in rows)
    assert any(row.startswith("| `notes`") and "for_h: 1–168 (24)" in row for row in rows)


def test_everything_written() -> None:
    line, said = read(
        f"results: {{ask: no, list: [resolved, prank, {{id: high-risk, key: 0}}, {OWN}], count: [prank], "
        "flag: [prank, high-risk], menu_h: 24}\nnotes: {ask: no, for_h: 48}"
    )
    assert said == []
    assert keys(line) == {"resolved": "2", "prank": "5", "high-risk": "0", "called-back": "7"}
    assert (line.results.ask, line.results.within_s, line.notes) == (False, 86_400.0, Notes(ask=False, for_s=172_800.0))
    assert (line.results.count, line.results.flag) == ({"prank"}, {"prank", "high-risk"})
    assert [one.is_own for one in line.results.list] == [False, False, False, True]
    assert line.results.of_key("7") is line.results.of_id("called-back") is line.results.list[3]
    assert line.results.of_key("9") is line.results.of_id("nosuch") is None


def test_own_results_get_keys_that_are_free() -> None:
    many = ", ".join(f"{{id: own-{n}, name: {{zh: 甲, en: A}}}}" for n in range(8))
    line, said = read(f"results: {{list: [{many}]}}")
    assert said == [] and set(keys(line).values()) == set(KEYS)
    line, said = read(f"results: {{list: [{{id: own, name: {{zh: 甲, en: A}}, key: 2}}, {OWN}]}}")
    assert keys(line) == {"own": "2", "called-back": "7"}
    assert line.results.flag == frozenset(), "the usual flag is of a result that this line does not have"


def test_a_known_result_may_be_called_otherwise() -> None:
    line, said = read("results: {list: [{id: resolved, name: {zh: 好了, en: fine}}]}")
    assert said == [] and line.results.list[0].is_own and line.results.list[0].name["en"] == "fine"


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("results: {list: [resolvd]}", "there is no result 'resolvd' (did you mean 'resolved'?)"),
        ("results: {list: [called-back]}", "one of your own is written"),
        ("results: {list: [{id: called-back}]}", "has no name"),
        ("results: {list: [resolved, resolved]}", "stands twice"),
        ("results: {list: []}", "the list of results is empty"),
        ("results: {list: [{id: resolved, key: 1}]}", "key 1 is taken"),
        ("results: {list: [{id: resolved, key: 9}]}", "from 0 to 8"),
        ("results: {list: [resolved, {id: prank, key: 2}]}", "key 2 is for 'resolved' and for 'prank'"),
        ("results: {list: [resolved], count: [prank]}", "'prank' is none of the results"),
        ("results: {flag: [high-rsk]}", "did you mean 'high-risk'?"),
        ("results: {menu_h: 73}", "73"),
        ("results: {menu_h: 0}", "0"),
        ("results: {aks: yes}", "did you mean 'ask'?"),
        ("results: yes", "the results of talks must be a block"),
        ("notes: {for_h: 169}", "169"),
        ("notes: {ask: perhaps}", "neither yes nor no"),
        (
            "results: {list: [resolved, referred, silent, prank, high-risk, "
            + ", ".join(f"{{id: own-{n}, name: {{zh: 甲, en: A}}}}" for n in range(4))
            + "]}",
            "9 results, but there are 8 keys",
        ),
    ],
)
def test_what_is_wrong_is_said(text: str, what: str) -> None:
    findings = Findings()
    read_line(LineId("xinli"), parse("f", f"{LEAST}{text}\n...\n".encode()), findings)
    said = [f"{problem.what} ({problem.hint})" for problem in findings.problems]
    assert any(what in one for one in said), said


def test_all_mistakes_are_said_at_once() -> None:
    assert len(read("results: {list: [resolvd, {id: x, key: 1}], menu_h: 99}\nnotes: {for_h: 0}")[1]) >= 4

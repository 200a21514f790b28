"""A line's own results of talks as spoken prompts: made with the roster, and gone with it."""

from dataclasses import replace
from pathlib import Path

from hotline_agi.prompts import present
from hotline_agi.prompts.collection import build, inventory
from hotline_agi.prompts.labels import label_prompts
from hotline_agi.roster.model import TalkResult, TalkResults
from hotline_agi.roster.results_fields import KNOWN
from tests.dispatch.lines import line, roster
from tests.prompts.test_collection import silent_voice

__all__ = ["silent_voice"]
OWN = TalkResult(id="called-back", key="7", name={"zh": "已回电", "en": "called back"}, is_own=True)
ROSTER = roster(line(results=TalkResults(list=(KNOWN["prank"], OWN))))
LABEL = "label-xinli-called-back"


def test_only_own_results_need_a_prompt() -> None:
    (prompt,) = label_prompts(ROSTER)
    assert (prompt.id, prompt.zh, prompt.en, prompt.is_part) == (LABEL, "已回电", "called back", True)


def test_they_are_made_with_the_roster_and_go_with_it(tmp_path: Path) -> None:
    build(tmp_path, names={}, more=label_prompts(ROSTER))
    assert present.look(tmp_path).labels == {"zh": {LABEL}, "en": {LABEL}}
    assert [one.text for one in inventory(tmp_path, more=label_prompts(ROSTER)) if one.id == LABEL] == [
        "已回电",
        "called back",
    ]
    build(tmp_path)  # without a roster they are left alone
    assert present.look(tmp_path).labels["zh"] == {LABEL}
    other = replace(OWN, id="other")
    renamed = roster(line(results=TalkResults(list=(other,))))
    build(tmp_path, names={}, more=label_prompts(renamed))
    assert present.look(tmp_path).labels["en"] == {"label-xinli-other"}

"""``hotline callbacks`` over an invented journal; no Asterisk, no service."""

import csv
import io
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hotline_agi.cli import main
from hotline_agi.roster.callback_policy import CallbackPolicy, Missed
from hotline_agi.store.callers import flag
from hotline_agi.store.past import JOURNAL
from hotline_agi.store.work_gathering import gathered
from hotline_agi.terms.ids import CallId
from hotline_agi.terms.numbers import PhoneNumber
from hotline_agi.terms.outcomes import Outcome
from tests.e2e.scenery import Scenery
from tests.store.test_work import LI, LINE, MEI, Line

NOW = datetime.now(UTC)
OTHER = PhoneNumber("13800713111")


@dataclass
class Place:
    config: Path
    line: Line
    capsys: pytest.CaptureFixture[str]
    calls: list[CallId]

    def run(self, *words: object, status: int = 0) -> str:
        with pytest.raises(SystemExit) as ended:
            arguments = [*map(str, words)]
            at = 1 if arguments[:1] == ["callbacks"] or arguments[:1] == ["calls"] else len(arguments)
            main([*arguments[:at], *(["--config", str(self.config)] if at == 1 else []), *arguments[at:]])
        said = self.capsys.readouterr()
        assert (ended.value.code or 0) == status, said
        return said.out + said.err

    def list(self) -> list[dict[str, object]]:
        found: list[dict[str, object]] = json.loads(self.run("callbacks", "--json"))
        return found


@pytest.fixture
def place(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Place:
    scenery = Scenery(softphones=2, extra_line="callbacks: {missed: yes}\n")
    for name, text in scenery.files().items():
        path = tmp_path / "rosters" / name.replace("test/", f"{LINE}/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    config = tmp_path / "hotline.yaml"
    config.write_text("rosters: rosters\nstate: state\nmessages: messages\nami: {secret_file: secret}\n...\n")
    line = Line(tmp_path / "state" / JOURNAL)
    calls = [
        line.call(MEI, ago_s=300),
        line.call(LI, ago_s=6 * 3600, outcome=Outcome.MESSAGE, message=True),
        line.call(OTHER, ago_s=200),
    ]
    flag(line.path, calls[2], on=True, who="mei", now=NOW)
    gathered(line.path, datetime.now(UTC), {LINE: CallbackPolicy(missed=Missed.YES)}, back=timedelta(days=1))
    return Place(config, line, capsys, calls)


def test_the_list_is_in_order_and_holds_no_number(place: Place) -> None:
    found = place.list()
    assert [one["callback"] for one in found] == [place.calls[2], place.calls[1], place.calls[0]]
    assert [(one["high_risk"], one["overdue"]) for one in found] == [(True, False), (False, True), (False, False)]
    shown = place.run("callbacks", "--language", "zh")
    assert "高危" in shown and "逾期" in shown and "留言" in shown
    table = list(csv.DictReader(io.StringIO(place.run("callbacks", "--csv"))))
    assert [row["kind"] for row in table] == ["missed", "message", "missed"]
    for text in (json.dumps(found), shown, json.dumps(table)):
        assert "138007" not in text


def test_claim_give_back_escalate_and_done_are_noted_with_who_typed_them(place: Place) -> None:
    mei = place.calls[0]
    assert "is s01's until" in place.run("callbacks", "claim", mei, "--as", "s01")
    assert "s01 has it until" in place.run("callbacks", "claim", mei, "--as", "s02", status=1)
    assert "s01 has it until" in place.run("callbacks", "done", mei, "--as", "s02", "--outcome", "reached", status=1)
    place.run("callbacks", "give-back", mei, "--as", "s01", "--note", "on holiday from tomorrow")
    place.run("callbacks", "escalate", mei, "--as", "s02")
    place.run("callbacks", "claim", mei, "--as", "s02")
    place.run("callbacks", "done", mei, "--as", "s02", "--outcome", "wrong-number", "--note", "a shop")
    assert mei not in [one["callback"] for one in place.list()]
    assert "it is finished (done by s02)" in place.run("callbacks", "claim", mei, "--as", "s01", status=1)
    shown = place.run("callbacks", "show", mei)
    for sentence in (
        "s01 took it",
        "gave it back: on holiday",
        "with the coordinator",
        "done by s02: wrong number – a shop",
    ):
        assert sentence in shown.replace("\n", " "), shown
    audit = place.run("audit", "--config", place.config)
    for deed in ("callback claimed, as s01", "callback done, as s02", "callback escalated, as s02"):
        assert deed in audit
    assert "Callback: s01 took it" in place.run("calls", mei)


def test_a_number_is_shown_only_where_it_was_asked_for_and_noted(place: Place) -> None:
    mei = place.calls[0]
    assert MEI.reveal() not in place.run("callbacks", "show", mei)
    assert "showed the number" not in place.run("audit", "--config", place.config)
    assert MEI.reveal() in place.run("callbacks", "show", mei, "--number")
    assert "showed the number of a callback" in place.run("audit", "--config", place.config)
    told = json.loads(place.run("callbacks", "show", mei, "--json", "--number"))
    assert (told["number"], told["state"], len(told["calls"])) == (MEI.reveal(), "open", 1)


def test_bad_input_says_what_to_do_and_changes_nothing(place: Place) -> None:
    mei = place.calls[0]
    before = place.list()
    for words, sentence in (
        (("claim", mei, "--as", "nobody"), "nobody of the roster has the id"),
        (("claim", "nothing", "--as", "s01"), "no callback has the id"),
        (("claim", "pbx1", "--as", "s01"), "several callbacks begin with"),
        (("give-back", mei, "--as", "s01"), "claim it first"),
        (("done", mei, "--as", "s01", "--outcome", "reached", "--note", "call 0138 0071 3972"), "no telephone number"),
        (("escalate", mei, "--as", "s01", "--note", "x" * 501), "one line of at most 500"),
        (("done", mei, "--as", "s01", "--outcome", "perhaps"), "Invalid value"),
        (("claim", mei), "Missing option"),
    ):
        with pytest.raises(SystemExit) as ended:
            main(["callbacks", "--config", str(place.config), *map(str, words)])
        said = place.capsys.readouterr()
        assert ended.value.code in (1, 2) and sentence in said.err.replace("\n", " "), said
    assert place.list() == before
    assert "there is no line 'nix'" in place.run("callbacks", "--line", "nix", status=2)
    assert "--csv or --json" in place.run("callbacks", "--csv", "--json", status=2)

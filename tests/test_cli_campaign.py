"""``hotline campaign`` where nothing rings: check, import, forget, status, answers."""

import csv
import re
import stat
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner, Result

from hotline_agi.cli import cli
from hotline_agi.errors import HotlineError, InvalidText, SetupError
from hotline_agi.store.names import JOURNAL
from tests.campaign.examples import TEXT
from tests.e2e.scenery import Scenery
from tests.store.calls import made, rows

NOW = datetime.now(UTC)
DIALLING = 'dialling: {home: GB, allow: ["+447700900"]}\n'


@dataclass(frozen=True)
class Place:
    folder: Path

    @property
    def journal(self) -> Path:
        return self.folder / "state" / JOURNAL

    @property
    def file(self) -> Path:
        return self.folder / "spring.yaml"

    def run(self, *words: object, stdin: str = "") -> Result:
        config = ("--config", str(self.folder / "hotline.yaml"))
        return CliRunner().invoke(cli, ["campaign", *map(str, words), *config], input=stdin)

    def says(self, *words: object, status: int = 0, stdin: str = "") -> str:
        done = self.run(*words, stdin=stdin)
        assert done.exit_code == status, (done.output, done.exception)
        return done.output

    def refuses(self, *words: object, stdin: str = "") -> str:
        done = self.run(*words, stdin=stdin)
        assert isinstance(done.exception, HotlineError), (done.output, done.exception)
        return str(done.exception)

    def list(self, *lines: str) -> Path:
        path = self.folder / "list.csv"
        path.write_text("Name,电话,同意,语言\n" + "".join(f"{line}\n" for line in lines), encoding="utf-8-sig")
        return path

    def settings(self, more: str = "") -> None:
        (self.folder / "hotline.yaml").write_text(
            "rosters: rosters\nstate: state\nmessages: messages\nsounds: sounds\nami: {secret_file: secret}\n"
            f"{DIALLING}{more}...\n"
        )


@pytest.fixture
def place(tmp_path: Path) -> Place:
    for name, text in Scenery().files().items():
        path = tmp_path / "rosters" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    found = Place(tmp_path)
    found.settings()
    made(found.journal).close()
    found.file.write_text(TEXT.replace("line: xinli", "line: test"), encoding="utf-8")
    return found


def test_nothing_is_rung_until_the_settings_enable_it(place: Place) -> None:
    assert "campaigns are not enabled" in place.refuses("run", place.file)
    said = place.says("check", place.file, status=1)
    assert "3 questions, line test" in said and "24 sounds missing" in said and "campaigns are not enabled" in said
    place.settings("campaigns: {enabled: yes}\n")
    assert "have no `secret_file`" in place.refuses("run", place.file)
    place.settings("campaigns: {reserve: 30, trunk_channels: 30}\n")
    assert "the reserve for the hotline is the whole trunk" in place.refuses("run", place.file)
    (place.folder / "secret").write_text("4f2a77c0ffee")
    place.settings("campaigns: {enabled: yes, secret_file: secret}\n")
    assert "hotline campaign prompts" in place.refuses("run", place.file), "people would hear silence"
    place.settings("campaigns: {enabled: yes, secret_file: missing}\n")
    said = place.says("check", place.file, status=1)
    assert "cannot read the AMI secret" in said, "it would not run"
    assert f"hotline campaign prompts {place.file} --out {place.folder / 'sounds'}" in said


def test_a_campaign_that_does_not_fit_to_the_rosters(place: Place) -> None:
    place.file.write_text(TEXT.replace("line: xinli", "line: tset"), encoding="utf-8")
    done = place.run("check", place.folder)
    assert isinstance(done.exception, InvalidText)  # hotline.yaml lies in the same folder, and is no campaign
    assert "there is no line 'tset' in the rosters (did you mean 'test'?)" in str(done.exception)
    assert "the campaign has no 'questions'" in str(done.exception)


def test_a_list_with_everything_wrong_takes_nothing_until_told(place: Place) -> None:
    path = place.list(
        "a,07700900101,是,",
        "b,7.70E+09,是,",
        "c,,是,",
        "d,07700900101,是,",
        "e,0900 123 4567,是,",
        "f,07700900102,是,en",
        "g,+49 151 23456789,是,",
        "h,999,是,",
        "i,call me,是,",
        "j,07700900103,,",
        "k,0770,是,",
        "l,077009001030770,是,",
    )
    said = place.says("import", place.file, path, status=1)
    found = re.findall(r"list\.csv:(\d+):\d: error", said)
    assert found == ["3", "4", "5", "6", "8", "9", "10", "11", "12", "13"]
    assert "nothing was taken: 2 rows would be right" in said and "--take-good" in said
    assert not re.search("[0-9]{5}", said.replace("07700900101", "#####")), "a number is told"
    assert rows(place.journal, "SELECT * FROM campaign") == []
    wrong = place.folder / "wrong.csv"
    said = place.says("import", place.file, path, "--take-good", "--problems", wrong, status=1)
    assert "2 taken onto the list of spring" in said
    assert rows(place.journal, "SELECT list_row, language, state FROM campaign_person") == [
        (2, "zh", "waiting"),
        (7, "en", "waiting"),
    ]
    with wrong.open(encoding="utf-8-sig") as file:
        told = list(csv.DictReader(file))
    assert [one["row"] for one in told] == found
    assert stat.S_IMODE(wrong.stat().st_mode) == 0o600
    # mended, and taken again: nobody stands twice
    mended = place.list("a,07700900101,是,", "b,07700900104,是,")
    assert "1 taken onto the list of spring, 1 were on it already" in place.says("import", place.file, mended)
    assert ("took 1 people onto the list of", "spring") in rows(place.journal, "SELECT did, subject FROM audit")


def test_a_workbook_with_numbers_as_excel_keeps_them(place: Place) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["名单", None, None, None])
    sheet.append(["Name", "电话", "同意", "语言"])
    sheet.append(["a", 447700900101.0, "是", None])
    sheet.append(["b", "1.38E+10", "是", None])
    sheet.append(["c", 7700900102, "是", None])
    sheet.append(["d", "07700900103", True, None])
    path = place.folder / "list.xlsx"
    book.save(path)
    said = place.says("import", place.file, path, "--dry-run", status=1)
    assert "list.xlsx:4:2: error: a spreadsheet has cut the number" in said
    assert "list.xlsx:6:3: error: nothing says that this person consented" in said


def test_forgetting_takes_numbers_from_a_file_and_never_from_the_command_line(place: Place) -> None:
    place.says("import", place.file, place.list("a,07700900101,是,", "b,07700900102,是,"))
    assert place.run("forget", "07700900101").exit_code == 2
    assert "line 2" in place.says("forget", status=2, stdin="07700900101\nsomebody\n")
    assert rows(place.journal, "SELECT * FROM do_not_call") == []
    assert "2 numbers will not be called again; 1 stood on a list" in place.says(
        "forget", stdin="+44 7700 900101\n\n07700900555\n"
    )
    assert rows(place.journal, "SELECT person, number FROM campaign_number") == [(2, "07700900102")]
    assert rows(place.journal, "SELECT subject FROM audit ORDER BY seq DESC LIMIT 1") == [("the do-not-call list",)]
    said = place.says("import", place.file, place.list("a,07700 900 101,是,"), status=1)
    assert "list.csv:2:2: error: this person asked not to be called" in said
    (place.folder / "state" / "caller-key").unlink()
    assert "another `caller-key`" in place.refuses("import", place.file, place.list("a,07700900109,是,"))


def test_status_pause_and_answers(place: Place) -> None:
    assert "there is no campaign spring" in place.refuses("answers", "spring", "--out", place.folder / "a.csv")
    assert "no campaign has a list yet: hotline campaign import" in place.says("status")
    place.says("import", place.file, place.list("a,07700900101,是,", "=b,07700900102,是,"))
    assert "there is no campaign sprign with a list: there are spring" in place.refuses("status", "sprign")
    assert "spring  has a list and was not run yet  0/2" in place.says("status")
    assert "spring: paused" in place.says("pause", "spring")
    assert "已暂停" in place.says("status", "spring", "--language", "zh")
    with pytest.raises(SetupError, match="there is no campaign autumn"):
        raise place.run("stop", "autumn").exception or AssertionError
    out = place.folder / "answers.csv"
    place.says("answers", "spring", "--out", out)
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    assert out.read_text(encoding="utf-8-sig").splitlines() == [
        "list_row,language,state,outcome,attempts,last_attempt_at",
        "2,zh,waiting,,0,",
        "3,zh,waiting,,0,",
    ]
    assert "is there already" in place.refuses("answers", "spring", "--out", out)
    place.says("answers", "spring", "--numbers", "--out", place.folder / "numbers.csv")
    assert "07700900102" in (place.folder / "numbers.csv").read_text()
    did = [did for (did,) in rows(place.journal, "SELECT did FROM audit ORDER BY seq")]
    assert did[-3:] == ["set to paused the campaign", "fetched answers of", "fetched answers and numbers of"]

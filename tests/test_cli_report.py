"""``hotline report`` over an invented journal: what it gives equals the naive count; no Asterisk, no service."""

import contextlib
import csv
import io
import json
import stat
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import isclose
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from hotline_agi.cli import main
from hotline_agi.dispatch.commands import CoverWord, NoteCover, NoteReadiness, NoteVolunteer
from hotline_agi.dispatch.memory import NOTHING
from hotline_agi.dispatch.replay import Beginning
from hotline_agi.roster.texts import pack_texts
from hotline_agi.store.journal import Journal
from hotline_agi.store.past import JOURNAL
from hotline_agi.terms.ids import LineId, VolunteerId
from hotline_agi.terms.instants import Now
from hotline_agi.terms.standing import Readiness, VolunteerState
from tests.commands import hotline
from tests.e2e.scenery import Scenery
from tests.reports import naive
from tests.reports.worlds import CANARY, Truth, world, write
from tests.store.calls import AGELESS

ZONE = ZoneInfo("Asia/Shanghai")
MIDNIGHT = datetime.now(UTC).astimezone(ZONE).replace(hour=0, minute=0, second=0, microsecond=0).astimezone(UTC)
FROM, UNTIL = MIDNIGHT - timedelta(days=7), MIDNIGHT
LINE = LineId("test")
DIGEST = "d" * 64
PEOPLE = tuple(map(VolunteerId, ("s01", "s02", "s03")))


@dataclass(frozen=True)
class Place:
    config: Path
    truths: list[Truth]

    def report(self, *words: object) -> str:
        """What a command prints that ends well; in this process, for a start takes a second."""
        out = io.StringIO()
        with contextlib.redirect_stdout(out), pytest.raises(SystemExit) as ended:
            main(["report", *map(str, words), "--config", str(self.config)])
        assert ended.value.code == 0, out.getvalue()
        return out.getvalue()


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    folder = tmp_path_factory.mktemp("report")
    (folder / "rosters/test").mkdir(parents=True)
    (folder / "state").mkdir()
    files = Scenery(softphones=3).files()
    for name, text in files.items():
        (folder / "rosters" / name).write_text(text)
    config = folder / "hotline.yaml"
    config.write_text("rosters: rosters\nstate: state\nmessages: messages\nami: {secret_file: secret}\n...\n")
    truths = world(7, 600, FROM - timedelta(days=8), datetime.now(UTC), line=LINE)
    tests = world(8, 20, FROM, UNTIL, line=CANARY)
    write(folder / "state" / JOURNAL, sorted(truths + tests, key=lambda one: one.close.arrived_at))
    _people(folder / "state" / JOURNAL, files)
    return Place(config, truths)


def _people(path: Path, files: dict[str, str]) -> None:
    """A service ran all week with one roster; s02 had paused for two days, s03 could not come for an hour."""
    journal = Journal.open(path, boot=1, ages=AGELESS)
    began = Now(0.0, FROM - timedelta(days=20))
    journal.write_beginning(Beginning(boot=1, now=began, roster=DIGEST, memory=NOTHING), "0")
    journal.write_roster(DIGEST, pack_texts({name: text.encode() for name, text in files.items()}))
    journal.write_revision(DIGEST, "", began.at)
    paused, back = FROM + timedelta(days=1), FROM + timedelta(days=3)
    journal.write(NoteVolunteer(volunteer=PEOPLE[1], state=VolunteerState.PAUSED), paused)
    journal.write(NoteVolunteer(volunteer=PEOPLE[1], state=VolunteerState.AVAILABLE), back)
    gone = FROM + timedelta(days=4)
    note = NoteCover(line=LINE, slot="early", from_at=gone, until_at=gone + timedelta(hours=1), absent=PEOPLE[2],
                     present=None, word=CoverWord.ASKING)  # fmt: skip
    journal.write_agreement(note, gone - timedelta(hours=1))
    for who, word in ((PEOPLE[0], Readiness.READY), (PEOPLE[1], Readiness.SILENT), (PEOPLE[2], Readiness.CANNOT)):
        ready = NoteReadiness(line=LINE, slot="early", from_at=gone, until_at=gone + timedelta(hours=1), volunteer=who,
                              readiness=word)  # fmt: skip
        journal.write_agreement(ready, gone - timedelta(hours=2))
    journal.write_step(None, Now(1.0, datetime.now(UTC)), [])
    assert journal.close(5)


@pytest.mark.thorough
def test_the_csv_says_what_a_naive_count_of_the_calls_says(place: Place) -> None:
    done = hotline("report", "--format", "csv", "--config", place.config)
    assert done.returncode == 0, done.stderr
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    assert {row["line"] for row in rows} == {"test"}
    told = {(row["section"], row["key"], row["figure"]): float(row["value"]) if row["value"] else None for row in rows}
    true = naive.figures(place.truths, FROM, UNTIL, ZONE, 5.0)
    assert len(true) > 1_500
    wrong = [key for key, value in true.items() if not _same(told.get(key), value)]
    assert wrong == []
    assert told["calls", "", "tests"] == 20


def _same(one: float | None, other: float | None) -> bool:
    return one is other if one is None or other is None else isclose(one, other, abs_tol=1e-5)


def test_promised_and_delivered(place: Place) -> None:
    (told,) = json.loads(place.report("--format", "json"))
    found = told["coverage"]
    assert found["open_h"] == found["promised_h"] / 3 == 168
    assert found["seen_h"] == found["promised_h"]
    assert found["away_paused_h"] == pytest.approx(48)
    assert found["away_cannot_h"] == pytest.approx(1)
    assert found["delivered_h"] == pytest.approx(3 * 168 - 49)
    said = {word: found[f"reminded_{word}"] for word in ("asked", "ready", "cannot", "silent")}
    assert said == {"asked": 0, "ready": 1, "cannot": 1, "silent": 1}
    assert told["volunteer"]["s02"]["away_h"] == pytest.approx(48)
    assert told["volunteer"]["s01"]["nights"] == 7
    assert told["hour"]["03"]["promised_people"] == 3
    assert (told["line"], told["time_zone"]) == ("test", "Asia/Shanghai")


def test_the_page_is_one_file_for_its_owner_alone(place: Place, tmp_path: Path) -> None:
    out = tmp_path / "week.html"
    place.report("--out", out, "--language", "zh", "--no-people")
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    text = out.read_text()
    assert text.startswith("<!DOCTYPE html>")
    assert "s01" not in text
    assert "token" not in text


def test_a_terminal_shows_formulas_and_the_period(place: Place) -> None:
    text = place.report()
    assert "answered ÷ (offered − short abandons)" in text
    assert f"{FROM.astimezone(ZONE):%Y-%m-%d}" in text
    assert "NENA-STA-020.1-2020" in text
    assert "接通" in place.report("--language", "zh")


def test_the_threshold_of_short_abandons_can_be_chosen(place: Place) -> None:
    (told,) = json.loads(place.report("--format", "json", "--short", "20"))
    true = naive.figures(place.truths, FROM, UNTIL, ZONE, 20.0)
    assert told["calls"]["short_abandons"] == true["calls", "", "short_abandons"]
    assert told["calls"]["service_level_30_s"] == pytest.approx(true["calls", "", "service_level_30_s"], abs=1e-5)


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("--line", "tset"), "did you mean 'test'"),
        (("--from", "2026-11-22", "--to", "2026-11-20"), "the period is empty"),
        (("--from", "whenever"), "write a date"),
        (("--out", "missing/report.html"), "make it, or name another with --out"),
        (("--from", "tomorrow"), "'tomorrow' is no instant: write a date"),
        (("--out", "report.pdf"), ".csv, .json or .html"),
        (("--mail-now",), "reports.weekly.to"),
    ],
)
def test_what_cannot_be_told_is_one_sentence(
    place: Place, words: tuple[str, ...], why: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["report", *words, "--config", str(place.config)])
    assert ended.value.code == 2
    said = capsys.readouterr().err
    assert why in said
    assert said.count("\n") == 1

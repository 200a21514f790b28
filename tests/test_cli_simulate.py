"""``hotline simulate``: what it prints, what it refuses, and that the same seed prints the same, byte for byte."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from hotline_agi.cli import main
from hotline_agi.store.journal import Journal
from hotline_agi.store.past import JOURNAL
from hotline_agi.terms.outcomes import Outcome
from tests.roster.trees import EXAMPLE
from tests.store.calls import call_id, closed, opened

DAY = ("--line", "xinli", "--date", "2026-02-14")
FEW = (*DAY, "--hours", "20:00-23:00", "--calls-per-day", "100", "--runs", "2")


class Ran:
    def __init__(self, capsys: pytest.CaptureFixture[str], *arguments: object, rosters: Path | None = EXAMPLE) -> None:
        words = list(map(str, arguments))
        if rosters is not None:
            at = 1 if words[:1] == ["staffing"] else 0
            words[at:at] = ["--rosters", str(rosters)]
        with pytest.raises(SystemExit) as ended:
            main(["simulate", *words])
        self.status = ended.value.code
        self.out, self.err = capsys.readouterr()

    @property
    def json(self) -> Any:
        return json.loads(self.out)


def fact(out: str, name: str) -> str:
    (line,) = (line for line in out.splitlines() if line.startswith(name))
    return line.removeprefix(name).strip()


def test_an_evening_is_told_as_a_whole_by_hour_and_by_volunteer(capsys: pytest.CaptureFixture[str]) -> None:
    ran = Ran(capsys, *FEW)
    assert ran.status == 0
    assert ran.out.startswith("xinli  Sat 2026-02-14 20:00-23:00\n")
    assert float(fact(ran.out, "calls (per run)")) >= round(100 * (8 + 9 + 10) / 131)
    assert re.fullmatch(r"[0-9.]+% ± [0-9.]+%", fact(ran.out, "service level 30 s"))
    hours = [line.split()[0] for line in ran.out.splitlines() if re.match(r"\d\d:00 ", line)]
    assert hours == ["20:00", "21:00", "22:00"]
    assert "tang-ning" in ran.out  # on shift on that evening
    assert "assumed: talks lognormal" in ran.out
    assert not ran.err


def test_it_is_told_in_chinese_too(capsys: pytest.CaptureFixture[str]) -> None:
    ran = Ran(capsys, *FEW, "--language", "zh")
    assert "来电（每次模拟）" in ran.out and "志愿者" in ran.out and "假定：通话时长" in ran.out


def test_the_overflow_number_is_among_the_assumptions(capsys: pytest.CaptureFixture[str]) -> None:
    ran = Ran(capsys, *FEW)
    assert "takes 1 call at a time" in ran.out and "answered by a volunteer" in ran.out
    assert "takes 3 calls at a time" in Ran(capsys, *FEW, "--overflow-calls", "3").out
    wrong = Ran(capsys, *FEW, "--overflow-calls", "0")
    assert wrong.status == 2 and "--overflow-calls" in wrong.err


def test_programs_get_all_figures(capsys: pytest.CaptureFixture[str]) -> None:
    told = Ran(capsys, *FEW, "--json").json
    assert (told["line"], told["from"], told["runs"]) == ("xinli", "2026-02-14T12:00:00+00:00", 2)
    assert sum(hour["calls"] for hour in told["by_hour"]) == told["whole"]["calls"]
    assert (told["double_rings"], told["endless"], told["wrong"]) == (0, 0, 0)


def test_the_same_seed_prints_the_same_in_any_process() -> None:
    def said(seed: str, hashes: str) -> bytes:
        words = [sys.executable, "-m", "hotline_agi.cli", "simulate", "--rosters", str(EXAMPLE), *FEW, "--seed", seed]
        environment = {**os.environ, "PYTHONHASHSEED": hashes}
        return subprocess.run(words, capture_output=True, check=True, env=environment, timeout=60).stdout

    assert said("1", "1") == said("1", "2")
    assert said("1", "1") != said("2", "1")


def test_a_surge_waits_longer(capsys: pytest.CaptureFixture[str]) -> None:
    calm = Ran(capsys, *FEW, "--json").json["whole"]
    surge = Ran(capsys, *FEW, "--surge", "10", "--json").json["whole"]
    assert surge["calls"] > 5 * calm["calls"]
    assert surge["service_level"]["30"] < calm["service_level"]["30"]


def test_an_own_curve_says_when_people_call(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    curve = tmp_path / "curve.csv"
    curve.write_text("hour,calls\n9,40\n", encoding="utf-8")
    told = Ran(capsys, *DAY, "--arrivals", curve, "--redial", "0", "--runs", "1", "--json").json
    assert {hour["hour"]: hour["calls"] for hour in told["by_hour"] if hour["calls"]} == {9: 40}
    scaled = Ran(
        capsys, *DAY, "--arrivals", curve, "--calls-per-day", "15", "--redial", "0", "--runs", "1", "--json"
    ).json
    assert scaled["whole"]["calls"] == 15


@pytest.mark.parametrize("kind", ["svg", "png"])
def test_it_is_drawn(capsys: pytest.CaptureFixture[str], tmp_path: Path, kind: str) -> None:
    pytest.importorskip("matplotlib")
    picture = tmp_path / f"evening.{kind}"
    assert Ran(capsys, *FEW, "--plot", picture).status == 0
    octets = picture.read_bytes()
    assert octets.startswith(b"<?xml" if kind == "svg" else b"\x89PNG")
    if kind == "svg":
        told = re.findall(r"<!-- (.*?) -->", octets.decode())
        assert {"calls per hour", "people on shift", "service level 30 s", "talk minutes per volunteer"} <= set(told)
        again = tmp_path / "again.svg"
        Ran(capsys, *FEW, "--plot", again)
        assert again.read_bytes() == octets


def test_all_that_is_wrong_is_said_at_once(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    curve = tmp_path / "curve.csv"
    curve.write_text("24,3\n7\n", encoding="utf-8")
    ran = Ran(
        capsys, *DAY, "--arrivals", curve, "--patience", "soon", "--accept", "mobile:2", "--hours", "8-9",
        "--night-factor", "x", "--redial", "1", "--talk", "never",
    )  # fmt: skip
    assert ran.status == 2
    places = [line.split(": error: ")[0] for line in ran.err.splitlines()[:-1]]
    assert places == sorted(
        ["--accept", "--hours", "--night-factor", "--patience", "--redial", "--talk", "curve.csv:1:1", "curve.csv:2:1"]
    )
    assert ran.err.endswith("hotline: 8 to mend: see the lines above\n")


def test_chances_beyond_one_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    ran = Ran(capsys, *FEW, "--accept", "60%", "--decline", "0.5")
    assert ran.status == 2
    assert "a softphone's rings adds up to" in ran.err and "a mobile's rings adds up to" in ran.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (DAY, "who calls? (give this, or --arrivals, or --replay)"),
        (("--line", "xinly", "--calls-per-day", "9"), "there is no line 'xinly'"),
        ((*DAY, "--calls-per-day", "9", "--plot", "day.gif"), "day.gif is no name for a picture"),
        (("--line", "xinli", "--date", "14.2.", "--calls-per-day", "9"), "is no day: write 2026-02-14"),
    ],
)
def test_what_cannot_be_played_is_said(capsys: pytest.CaptureFixture[str], arguments: Sequence[str], said: str) -> None:
    ran = Ran(capsys, *arguments)
    assert ran.status == 2
    assert said in ran.err


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """Settings with a journal: on Valentine's Day 2026 30 calls talked for a minute, and one hung up after 12 s."""
    state = tmp_path / "state"
    state.mkdir()
    (tmp_path / "ami-secret").write_text("secret", encoding="utf-8")
    path = tmp_path / "hotline.yaml"
    path.write_text(
        f"rosters: {EXAMPLE}\nstate: state\nmessages: messages\nnode: pbx1\ntrunk: trunk\ncaller_id: hotline\n"
        "ami: {user: hotline-agi, secret_file: ami-secret}\n...\n",
        encoding="utf-8",
    )
    journal = Journal.open(state / JOURNAL)
    start = datetime(2026, 2, 13, 16, 0, tzinfo=UTC)
    for n in range(31):
        at = start + timedelta(minutes=10 * n)
        outcome, lasted_s = (Outcome.TALKED, 65.0) if n else (Outcome.ABANDONED, 12.0)
        journal.write(opened(call_id(n), at), at)
        journal.write(closed(call_id(n), at, outcome=outcome, lasted_s=lasted_s), at)
    assert journal.close(5)
    return path


def test_a_recorded_day_is_replayed_and_multiplied(capsys: pytest.CaptureFixture[str], config: Path) -> None:
    plain = Ran(capsys, *DAY, "--replay", "--config", config, "--runs", "1", rosters=None)
    assert plain.status == 0
    assert fact(plain.out, "calls (per run)") == "31"
    assert "recorded (with transfers): " in plain.out
    tenfold = Ran(capsys, *DAY, "--replay", "--config", config, "--surge", "10", "--runs", "1", "--json", rosters=None)
    assert tenfold.json["whole"]["calls"] == 310


def test_a_day_without_a_record_is_said(capsys: pytest.CaptureFixture[str], config: Path) -> None:
    other = ("--line", "xinli", "--date", "2026-02-16")
    ran = Ran(capsys, *other, "--replay", "--config", config, "--calls-per-day", "5", rosters=None)
    assert ran.status == 2
    assert "the journal has no calls of xinli" in ran.err and "leave --arrivals and --calls-per-day out" in ran.err


STAFFING = ("staffing", "--line", "xinli", "--slot", "night", "--days", "sat", "--from", "2026-02-14", "--runs", "5")
QUICK = ("--talk", "always:60s", "--accept", "0.9", "--accept-after", "always:5s", "--voicemail", "0", "--decline", "0",
         "--busy", "0", "--unreachable", "0")  # fmt: skip


def test_staffing_answers_in_words_with_the_curve(capsys: pytest.CaptureFixture[str]) -> None:
    ran = Ran(capsys, *STAFFING, "--calls-per-hour", "6", *QUICK)
    assert ran.status == 0
    assert re.search(r"night on sat with 6 calls an hour needs \d people on shift for 90.0% within 30 s", ran.out)
    told = Ran(capsys, *STAFFING, "--calls-per-hour", "6", *QUICK, "--json").json
    assert f"needs {told['needed']} people" in ran.out
    of = {point["volunteers"]: point["verdict"] for point in told["curve"]}
    assert of[told["needed"]] == "enough"
    assert "需要" in Ran(capsys, *STAFFING, "--calls-per-hour", "6", *QUICK, "--language", "zh").out


def test_staffing_that_no_number_reaches_is_a_finding(capsys: pytest.CaptureFixture[str]) -> None:
    ran = Ran(capsys, *STAFFING, "--calls-per-hour", "1", *QUICK, "--within", "2")
    assert ran.status == 1
    assert "not even 500 people reach 90.0% within 2 s" in ran.err


def test_staffing_says_all_that_is_wrong_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    words = ("staffing", "--line", "xinli", "--slot", "nite", "--days", "caturday", "--calls-per-hour", "5")
    share = Ran(capsys, *words, "--target", "0.9")
    assert share.status == 2 and "'0.9' is less than 1 % (write 90 for 90 %)" in share.err
    ran = Ran(capsys, *words, "--target", "120", "--confidence", "no", "--redial", "x")
    assert ran.status == 2
    places = [line.split(": error: ")[0] for line in ran.err.splitlines()[:-1]]
    assert places == ["--confidence", "--days", "--redial", "--slot", "--target"]
    assert "night" in ran.err


def test_more_calls_than_can_be_played_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    ran = Ran(capsys, *DAY, "--calls-per-day", "100000", "--surge", "10")
    assert ran.status == 2
    assert "1,000,000 calls are too many (at most 200,000)" in ran.err

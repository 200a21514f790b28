"""The commands that show a roster: what they print, as text and for programs, and how they end."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from icalendar import Calendar

from hotline_agi.cli import main
from tests.roster.trees import EXAMPLE

LINE = """\
name: {{zh: 港湾热线, en: Haven line}}
time_zone: Europe/Berlin
numbers: ["{number}"]
language: en
ring_plans:
  rush:
    hours: [{{days: daily, from: 18:00, until: 22:00}}]
    ring: [{{ring: 5, for_s: 15}}, {{ring: backup, for_s: 30}}]
...
"""
PEOPLE = """\
volunteers:
  anna: {name: Anna Berg, endpoints: [softphone: p01]}
  boris: {name: Boris Roth, endpoints: [mobile], quiet: [{days: sat, from: 20:00, until: 21:00}]}
  clara: {name: 克拉拉, endpoints: [mobile]}
...
"""
SHIFTS = """\
shifts:
  day: {from: 06:00, until: 22:00, people: [anna, boris], backup: [clara], min: 2, coordinator: clara}
  night: {from: 22:00, until: 06:00, people: {mon-fri: [boris], "sat, sun": []}}
...
"""
COVERS = """\
covers:
  - {sick: anna, from: 2026-02-14, instead: clara}
  - {swap: [boris, anna], date: 2026-02-13, slot: night}
...
"""
QUAY = "shifts:\n  all-day: {from: 00:00, until: 24:00, people: [clara]}\n...\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two lines of the same three people."""
    files = {
        "haven/line.yaml": LINE.format(number="01632960300"),
        "haven/people.yaml": PEOPLE,
        "haven/shifts.yaml": SHIFTS,
        "haven/covers.yaml": COVERS,
        "quay/line.yaml": LINE.format(number="01632960301"),
        "quay/people.yaml": "volunteers:\n  dora: {name: Dora, endpoints: [mobile]}\n...\n",
        "quay/shifts.yaml": QUAY,
    }
    for name, text in files.items():
        path = tmp_path / "rosters" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path / "rosters"


class Ran:
    def __init__(self, capsys: pytest.CaptureFixture[str], folder: Path, command: str, *arguments: object) -> None:
        with pytest.raises(SystemExit) as ended:
            main(["roster", command, "--rosters", str(folder), *map(str, arguments)])
        self.status = ended.value.code
        self.out, self.err = capsys.readouterr()

    @property
    def json(self) -> Any:
        return json.loads(self.out)


# ---- who


def test_who_tells_who_is_missing_and_how_it_rings(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = Ran(capsys, folder, "who", "--line", "haven", "--at", "2026-02-14T20:30")
    assert told.status == 0
    assert told.out.splitlines() == [
        "haven  Sat 2026-02-14 20:30  day, until Sat 21:00",
        "   id     name        reached by  as",
        "1  clara  克拉拉      mobile      on shift",
        "   boris  Boris Roth  mobile      silent: quiet hours",
        "   anna   Anna Berg               absent: sick, clara instead",
        "coordinator: clara",
        "rings (plan rush): 5 on shift for 15 s; then everybody backup for 30 s",
    ]


def test_who_tells_programs_the_same(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    [told] = Ran(capsys, folder, "who", "--line", "haven", "--at", "2026-02-14T20:30", "--json").json
    assert [one["id"] for one in told["volunteers"]] == ["clara"]
    assert told["quiet"] == [{"id": "boris", "name": "Boris Roth"}]
    assert told["coordinators"] == [{"id": "clara", "name": "克拉拉"}]
    assert told["absent"] == [
        {
            "id": "anna",
            "name": "Anna Berg",
            "slot": "day",
            "why": "sick",
            "instead": "clara",
            "from": "2026-02-14T05:00:00+00:00",
            "until": "2026-02-14T21:00:00+00:00",
        }
    ]
    assert told["plan"] == "rush"
    assert told["waves"][0] == {"ring": "on-shift", "count": 5, "adaptive": False, "for_s": 15.0}


def test_who_tells_how_few_are_rung_and_what_callers_want(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    line = folder / "haven/line.yaml"
    text = line.read_text(encoding="utf-8").replace("ring: 5", "ring: adaptive")
    policy = "adaptive: {chance_percent: 90, within_s: 20}\norder: least-talk\nwants: [{language: en, for_s: 10}]\n"
    line.write_text(text.replace("...\n", f"{policy}...\n"), encoding="utf-8")
    asked = ("who", "--line", "haven", "--at", "2026-02-14T20:30")
    assert Ran(capsys, folder, *asked).out.splitlines()[-3:] == [
        (
            "rings (plan rush): as few on shift as are likely enough (90 % within 20 s) for 15 s; "
            "then everybody backup for 30 s"
        ),
        "whose turn it is is decided by who talked the fewest minutes in this shift",
        "callers want: en for 10 s",
    ]
    [told] = Ran(capsys, folder, *asked, "--json").json
    assert told["waves"][0] == {"ring": "on-shift", "count": None, "adaptive": True, "for_s": 15.0}
    assert (told["order"], told["wants"]) == (
        "least-talk",
        [{"language": "en", "qualification": None, "for_s": 10.0}],
    )


def test_who_names_the_zones_of_lines_whose_clocks_differ(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    line = folder / "quay/line.yaml"
    line.write_text(line.read_text(encoding="utf-8").replace("Europe/Berlin", "America/Santiago"), encoding="utf-8")
    told = Ran(capsys, folder, "who", "--at", "2026-02-14T20:30").out.splitlines()
    assert told[0] == "haven  Sat 2026-02-14 20:30 (Europe/Berlin)  day, until Sat 21:00"
    assert [row for row in told if row.startswith("quay")] == [
        "quay  Sat 2026-02-14 20:30 (America/Santiago)  all-day, until Sat 22:00"
    ]
    alone = Ran(capsys, folder, "who", "--at", "2026-02-14T20:30", "--line", "quay").out.splitlines()
    assert alone[0] == "quay  Sat 2026-02-14 20:30  all-day, until Sat 22:00"


# ---- next, handover


def test_next_of_a_line(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = Ran(capsys, folder, "next", "--line", "haven", "--at", "2026-02-13T12:00", "--count", "3")
    night = "Fri 2026-02-13 22:00  night  -                  Boris Roth  Anna Berg              "
    assert told.out.splitlines() == [
        "haven",
        "when                  slot   come               go          stay                   also",
        "Fri 2026-02-13 18:00  day    -                  -           Anna Berg, Boris Roth  ring plan rush",
        night + "the usual ring plan; backup: nobody; coordinator: nobody",
        "Sat 2026-02-14 06:00  day    clara, Boris Roth  Anna Berg   -                      coordinator: clara",
    ]
    first, *changes = Ran(
        capsys, folder, "next", "--line", "haven", "--at", "2026-02-13T12:00", "--count", "3", "--json"
    ).json
    assert (first["comes"], first["goes"], first["plan"], first["also"]) == ([], [], "rush", ["ring plan rush"])
    assert [(one["line"], one["at"], one["comes"], one["goes"], one["stays"]) for one in changes] == [
        ("haven", "2026-02-13T21:00:00+00:00", [], ["boris"], ["anna"]),
        ("haven", "2026-02-14T05:00:00+00:00", ["clara", "boris"], ["anna"], []),
    ]


def test_next_of_a_line_that_never_changes(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = Ran(capsys, folder, "handover", "--line", "quay")
    assert (told.status, told.out) == (0, "quay: nobody comes or goes within 40 days\n")
    line = folder / "quay/line.yaml"
    line.write_text(line.read_text(encoding="utf-8").partition("ring_plans:")[0] + "...\n", encoding="utf-8")
    told = Ran(capsys, folder, "next", "--line", "quay", "--at", "2026-02-13T12:00")
    assert (told.status, told.out) == (0, "quay: nothing changes within 40 days\n")


def test_next_of_a_volunteer(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = Ran(capsys, folder, "next", "--volunteer", "anna", "--at", "2026-02-13T12:00", "--count", "3")
    assert told.out.splitlines() == [
        "anna  Anna Berg",
        "when                        line   slot   as        why",
        "Fri 2026-02-13 06:00-22:00  haven  day    on shift",
        "Fri 2026-02-13 22:00-06:00  haven  night  on shift  swapped with Boris Roth",
        "Sun 2026-02-15 06:00-22:00  haven  day    on shift",
    ]
    shifts = Ran(capsys, folder, "next", "--volunteer", "anna", "--at", "2026-02-13T23:00", "--json").json
    assert shifts[0] == {
        "line": "haven",
        "slot": "night",
        "day": "2026-02-13",
        "from": "2026-02-13T21:00:00+00:00",
        "until": "2026-02-14T05:00:00+00:00",
        "backup": False,
        "why": "swap",
        "other": "boris",
    }
    assert Ran(capsys, folder, "next", "--volunteer", "dora").out == "dora (Dora) has no shift within 60 days\n"


@pytest.mark.parametrize("command", [("who",), ("next",), ("handover", "--line", "haven"), ("explain", "anna")])
def test_now_is_an_instant(folder: Path, command: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    assert Ran(capsys, folder, *command, "--at", "now").status == 0


def test_next_of_a_volunteer_on_lines_of_two_time_zones(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    line = folder / "quay/line.yaml"
    line.write_text(line.read_text(encoding="utf-8").replace("Europe/Berlin", "America/Santiago"), encoding="utf-8")
    told = Ran(capsys, folder, "next", "--volunteer", "clara", "--at", "2026-02-16T12:00:00+00:00", "--count", "2")
    assert told.out.splitlines()[2:] == [
        "Mon 2026-02-16 00:00-00:00  quay (America/Santiago)  all-day  on shift",
        "Mon 2026-02-16 06:00-22:00  haven (Europe/Berlin)    day      backup",
    ]


def test_the_handover_in_both_languages(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = Ran(capsys, folder, "handover", "--line", "haven", "--at", "2026-02-14T05:00")
    assert told.out.splitlines() == [
        "Hand-over: Haven line",
        "When: Sat 2026-02-14 06:00 (night → day)",
        "Go: Anna Berg",
        "Come: clara, Boris Roth",
        "Stay: nobody",
        "Coordinator: clara (before: nobody)",
        "Next hand-over: Sat 2026-02-14 22:00",
        "Remarks:",
        "- Anna Berg is sick; clara stands in",
        "- Boris Roth has quiet hours from Sat 2026-02-14 20:00: no phone rings then",
    ]
    told = Ran(capsys, folder, "handover", "--line", "haven", "--at", "2026-02-14T05:00", "--language", "zh")
    assert told.out.splitlines()[:3] == [
        "交接班：港湾热线",
        "时间：2026-02-14 周六 06:00（night → day）",
        "下班：Anna Berg",
    ]


# ---- show, coverage


def test_show_a_week(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = Ran(capsys, folder, "show", "--line", "haven", "--week", "2026-02-14")
    assert told.status == 0
    head, weekdays, dates, *rows = told.out.splitlines()
    assert head == "Haven line (haven)  2026-02-09 to 2026-02-15"
    assert weekdays.split() == ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
    assert dates.split() == [f"02-{day:02}" for day in range(9, 16)]
    columns = [dates.index(f"02-{day:02}") for day in range(9, 16)]
    saturday = [row[columns[5] : columns[6]].strip() for row in rows if len(row) > columns[5]]
    assert saturday[:4] == ["! 1/2", "~clara", "°Boris Roth", "✗Anna Berg"]
    assert "~Anna Berg" in told.out and "(clara)" in told.out
    assert rows[-1] == "~ swapped or standing in  ✗ absent  ° quiet hours  ! lacking  (…) backup"


def test_show_a_month_week_by_week_and_all_lines(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = Ran(capsys, folder, "show", "--month", "2026-02", "--language", "zh")
    assert re.findall(r"^港湾热线（haven）(\S+) 至 (\S+)$", told.out, re.MULTILINE) == [
        ("2026-02-01", "2026-02-01"),
        ("2026-02-02", "2026-02-08"),
        ("2026-02-09", "2026-02-15"),
        ("2026-02-16", "2026-02-22"),
        ("2026-02-23", "2026-02-28"),
    ]
    assert told.out.count("（quay）") == 5
    assert "克拉拉" in told.out and "! 无人" in told.out


def test_show_for_programs(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = Ran(capsys, folder, "show", "--line", "haven", "--week", "2026-02-14", "--json").json
    assert len(told) == 7 + 7
    [saturday] = [one for one in told if (one["day"], one["slot"]) == ("2026-02-14", "day")]
    assert (saturday["state"], saturday["least"]) == ("short", 2)
    assert saturday["lacks"] == [{"lack": "people", "name": None, "has": 1, "needs": 2}]
    assert [(one["id"], one["why"], one["other"], one["quiet"]) for one in saturday["places"]] == [
        ("clara", "stand-in", "anna", False),
        ("boris", "week", None, True),
    ]
    assert saturday["absent"] == [{"id": "anna", "why": "sick", "instead": "clara"}]


def test_coverage_as_a_map_and_a_list(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = Ran(capsys, folder, "coverage", "--line", "haven", "--from", "2026-02-13", "--days", "2")
    assert told.status == 1
    assert told.out.splitlines() == [
        "Haven line (haven)  2026-02-13 - 2026-02-14  Europe/Berlin",
        "           " + "  ".join(f"{hour:02}" for hour in range(0, 24, 2)),
        "Fri 02-13  " + "1" * 12 + "2" * 32 + "1" * 4,
        "Sat 02-14  " + "1" * 12 + "2" * 28 + "!" * 2 + "2" * 2 + "0" * 4,
        "digits: people on shift    ! lacking  0 nobody",
        "",
        "Sat 2026-02-14 20:00-21:00  day is short: 1 of 2 people",
        "Sat 2026-02-14 22:00-00:00  Nobody is on shift (1 needed)",
    ]


def test_coverage_without_a_gap_is_well(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = Ran(capsys, folder, "coverage", "--line", "quay", "--days", "3")
    assert told.status == 0
    assert told.out.endswith("nothing is lacking\n")


def test_coverage_for_programs(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = Ran(capsys, folder, "coverage", "--from", "2026-02-14", "--days", "1", "--json").json
    assert [(one["line"], one["from"], one["lacks"][0]["lack"]) for one in told] == [
        ("haven", "2026-02-14T19:00:00+00:00", "people"),
        ("haven", "2026-02-14T21:00:00+00:00", "nobody"),
    ]


@pytest.mark.parametrize(("name", "begins"), [("map.svg", b"<?xml"), ("map.PNG", b"\x89PNG")])
def test_coverage_as_a_picture(folder: Path, tmp_path: Path, name: str, begins: bytes, capsys: Any) -> None:
    out = tmp_path / name
    told = Ran(capsys, folder, "coverage", "--line", "quay", "--from", "2026-02-14", "--out", out)
    assert (told.status, told.err) == (0, "")
    assert out.read_bytes().startswith(begins)
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == [name]


# ---- stats, ical


def test_stats_count_all_lines_and_say_how_fair_it_is(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ("stats", "--line", "haven", "--from", "2026-02-09", "--days", "7")
    told = Ran(capsys, folder, *arguments)
    table, fairness = told.out.split("\n\n")
    title, _, *rows, total = [row.split() for row in table.splitlines()]
    assert title[:2] == ["haven", "2026-02-09"]
    assert [row[0] for row in rows] == ["clara", "boris", "anna"]
    assert total[0] == "all"
    assert "Gini" in fairness
    people = {one["id"]: one for one in Ran(capsys, folder, *arguments, "--json").json["people"]}
    assert people["clara"]["on_shift_h"] == 7 * 24  # on quay; her hours on haven are the same ones
    assert people["anna"]["on_shift_h"] == 6 * 16 + 8  # a day sick, a night of Boris's
    assert people["anna"]["nights"] == 1
    assert people["boris"]["quiet_h"] == 1


def test_calendars_of_everybody_and_each_line(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "calendars"
    told = Ran(capsys, folder, "ical", "--from", "2026-02-09", "--days", "7", "--out", out)
    assert told.status == 0
    made = {path.relative_to(out).as_posix(): path for path in out.rglob("*") if path.is_file()}
    assert set(made) == {
        *(f"people/{who}.ics" for who in ("anna", "boris", "clara", "dora")),
        "lines/haven.ics",
        "lines/quay.ics",
    }
    shifts = {name: len(Calendar.from_ical(path.read_bytes()).walk("VEVENT")) for name, path in made.items()}
    assert shifts["people/anna.ics"] == 6 + 1
    assert shifts["people/dora.ics"] == 0
    assert shifts["lines/haven.ics"] == 7 + 7 + 1  # and Sunday's night, which ends on Monday
    other = tmp_path / "quay"
    Ran(capsys, folder, "ical", "--line", "quay", "--out", other)
    assert {path.name for path in other.rglob("*.ics")} == {"clara.ics", "quay.ics"}


def test_one_calendar_goes_to_standard_output_or_into_a_file(folder: Path, tmp_path: Path, capsys: Any) -> None:
    printed = Ran(capsys, folder, "ical", "--volunteer", "anna", "--from", "2026-02-13", "--days", "2").out
    assert len(Calendar.from_ical(printed).walk("VEVENT")) == 2
    out = tmp_path / "haven.ics"
    assert Ran(capsys, folder, "ical", "--line", "haven", "--out", out).status == 0
    assert out.read_bytes().startswith(b"BEGIN:VCALENDAR\r\n")


# ---- what is wrong with the question


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("show", "--line", "havn"), "there is no line 'havn': did you mean 'haven'?"),
        (("stats", "--line", "zzz"), "there is no line 'zzz': there are haven, quay"),
        (("next", "--volunteer", "ana"), "there is no volunteer 'ana': did you mean 'anna'?"),
        (("next", "--volunteer", "克拉"), "there is no volunteer '克拉': did you mean '克拉拉'?"),
        (("ical", "--volunteer", "zzz"), "there is no volunteer 'zzz': people.yaml lists their ids"),
        (("next", "--volunteer", "anna", "--line", "haven"), "not both"),
        (("ical", "--volunteer", "anna", "--line", "haven"), "not both"),
        (("ical",), "choose --volunteer or --line, or a folder"),
        (("ical", "--volunteer", "anna", "--out", "anna"), "end anna in .ics"),
        (("show", "--week", "14.2.2026"), "'14.2.2026' is no day: write 2026-02-14"),
        (("show", "--week", "2026-02-30"), "'2026-02-30' is no day"),
        (("show", "--week", "0001-01-01"), "the year 1 is out of range"),
        (("show", "--month", "2026-13"), "'2026-13' is no month: write 2026-02"),
        (("show", "--month", "9999-01"), "the year 9999 is out of range"),
        (("show", "--month", "2026-02", "--week", "2026-02-14"), "not both"),
        (("coverage", "--from", "tomorrow"), "'tomorrow' is no day"),
        (("coverage", "--out", "map.svg"), "a picture shows one line: choose it with --line (haven, quay)"),
        (("coverage", "--line", "quay", "--out", "map.gif"), "end it in .svg or .png"),
        (("coverage", "--line", "quay", "--out", "/nowhere/map.svg"), "/nowhere/"),
        (("handover", "--at", "noon"), "'noon' is no instant"),
    ],
)
def test_a_wrong_question_is_one_sentence(
    folder: Path, arguments: tuple[str, ...], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = Ran(capsys, folder, *arguments)
    assert asked.status == 2
    assert told in asked.err
    assert len(asked.err.strip().splitlines()) == 1


@pytest.mark.parametrize("command", ["show", "who", "next", "coverage", "handover", "stats", "ical"])
def test_every_command_explains_itself(command: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = Ran(capsys, folder, command, "--help")
    assert told.status == 0
    assert max(map(len, told.out.splitlines())) <= 100


@pytest.mark.parametrize("command", ["show", "who", "next", "handover", "stats"])
def test_the_example_is_shown_today(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert Ran(capsys, EXAMPLE, command).status == 0

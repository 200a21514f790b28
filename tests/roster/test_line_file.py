"""``line.yaml``: what it becomes, its defaults, its bounds in `rosters/README.md`. What is refused: `bad/line-*`."""

import re
from datetime import time
from zoneinfo import ZoneInfo

import pytest

from hotline_agi.roster.document import parse
from hotline_agi.roster.findings import Findings
from hotline_agi.roster.line_file import ReadLine, read_line
from hotline_agi.roster.model import EndpointKind, OverflowStep, RingGroup, RingStep
from hotline_agi.roster.plan import WeeklyHours
from hotline_agi.terms.ids import LineId
from tests.roster.trees import EXAMPLE

LEAST = "name: {zh: 热线, en: Line}\ntime_zone: Asia/Shanghai\nnumbers: ['100']\n"


def read(written: str) -> tuple[ReadLine | None, Findings]:
    findings = Findings()
    return read_line(LineId("xinli"), parse("f", f"{written}\n...\n".encode()), findings), findings


def test_defaults() -> None:
    found, findings = read(LEAST)
    assert found is not None
    assert findings.problems == []
    line = found.line
    assert (line.id, line.name, line.zone) == ("xinli", {"zh": "热线", "en": "Line"}, ZoneInfo("Asia/Shanghai"))
    assert (line.numbers, line.language, line.opening, line.shifts) == (("100",), "zh", (), ())
    assert line.ring_steps == (
        RingStep(group=RingGroup.ON_SHIFT, count=None, for_s=30.0),
        RingStep(group=RingGroup.BACKUP, count=None, for_s=30.0),
    )
    assert (line.ring_timeout_s, line.max_wait_s, line.comfort_every_s, line.wrap_up_s) == (25.0, 180.0, 30.0, 30.0)
    assert line.overflow == line.closed == (OverflowStep.MESSAGE, OverflowStep.DIRECTORY)
    assert (line.transfer, line.transfer_timeout_s, found.contact) == (None, 30.0, None)


def test_everything_written() -> None:
    found, findings = read(
        LEAST.replace("'100'", "+44 1632 960-100")
        + "language: en\nopening: [{days: sat-mon, from: 20:00, until: 24:00}]\n"
        + "ring: [{ring: 3, for_s: 15}, {ring: everybody, for_s: 20}, {ring: backup, for_s: 5.5}]\n"
        + "ring_timeout_s: 5\nmax_wait_s: 900\ncomfort_every_s: 10\nwrap_up_s: 0\n"
        + "overflow: [transfer, directory]\nclosed: [directory]\n"
        + "transfer: {contact: switchboard, timeout_s: 90, confirm: yes}"
    )
    assert found is not None
    assert findings.problems == []
    line = found.line
    assert line.numbers == ("+441632960100",)
    assert line.opening == (WeeklyHours(weekdays=frozenset({5, 6, 0}), start=time(20), until=time(0)),)
    assert [(s.group, s.count, s.for_s) for s in line.ring_steps] == [
        (RingGroup.ON_SHIFT, 3, 15.0),
        (RingGroup.ON_SHIFT, None, 20.0),
        (RingGroup.BACKUP, None, 5.5),
    ]
    assert (line.ring_timeout_s, line.max_wait_s, line.comfort_every_s, line.wrap_up_s) == (5.0, 900.0, 10.0, 0.0)
    assert line.overflow == (OverflowStep.TRANSFER, OverflowStep.DIRECTORY)
    assert line.closed == (OverflowStep.DIRECTORY,)
    assert line.transfer is not None
    assert (line.transfer.id, line.transfer.kind) == ("xinli-transfer", EndpointKind.MOBILE)
    assert (line.transfer.confirm, line.transfer_timeout_s, found.contact) == (True, 90.0, "switchboard")


BOUNDS = {"ring_timeout_s": (5, 60), "max_wait_s": (20, 900), "comfort_every_s": (10, 120), "wrap_up_s": (0, 600)}


@pytest.mark.parametrize(("field", "least", "most"), [(k, *v) for k, v in BOUNDS.items()])
def test_bounds_are_those_of_the_readme(field: str, least: int, most: int) -> None:
    row = next(row for row in (EXAMPLE / "README.md").read_text().splitlines() if row.startswith(f"| `{field}`"))
    default, bounds = (cell.strip() for cell in row.split("|")[2:4])
    assert bounds == f"{least}–{most}"
    found, _ = read(LEAST)
    assert found is not None
    assert getattr(found.line, field) == float(default)
    for value, is_good in ((least, True), (most, True), (least - 1, False), (most + 1, False)):
        assert read(f"{LEAST}{field}: {value}")[1].failed is not is_good


def test_every_field_of_the_readme_is_known() -> None:
    readme = (EXAMPLE / "README.md").read_text().partition("## `line.yaml`")[2].partition("## `people.yaml`")[0]
    documented = re.findall(r"^\| `([a-z_]+)`", readme, re.MULTILINE)
    problem = read("unknown: 1")[1].problems[-1]
    assert documented == problem.hint.removeprefix("known are: ").split(", ")


def test_always_is_written_out() -> None:
    found, findings = read(LEAST + "opening: always")
    assert found is not None
    assert not findings.failed
    assert found.line.opening == ()


NIGHT = "  night: {hours: [{days: daily, from: 22:00, until: 06:00}], ring: [{ring: 1, for_s: 20}]}\n"


def test_an_adaptive_step_rings_as_few_of_those_on_shift_as_are_enough() -> None:
    found, findings = read(f"{LEAST}ring: [{{ring: adaptive, for_s: 60}}]")
    assert found is not None
    assert findings.problems == []
    assert found.line.ring_steps == (RingStep(group=RingGroup.ON_SHIFT, count=None, for_s=60.0, adaptive=True),)


@pytest.mark.parametrize(
    ("steps", "nobody"),
    [
        ("adaptive, adaptive, everybody, backup", []),
        ("everybody, adaptive, backup", [2]),
        ("adaptive, everybody, adaptive, 2, backup", [3, 4]),
    ],
)
def test_after_an_adaptive_step_there_are_others_to_ring(steps: str, nobody: list[int]) -> None:
    written = "".join(f"- {{ring: {one}, for_s: 20}}\n" for one in steps.split(", "))
    _, findings = read(f"{LEAST}ring:\n{written}")
    assert [problem.what for problem in findings.problems] == [
        f"step {number} of the ring plan adds nobody" for number in nobody
    ]


def test_ring_plans_have_hours_and_steps() -> None:
    found, findings = read(f"{LEAST}ring_plans:\n{NIGHT}")
    assert found is not None
    assert findings.problems == []
    (plan,) = found.line.ring_plans
    assert plan.name == "night"
    assert plan.hours == (WeeklyHours(weekdays=frozenset(range(7)), start=time(22), until=time(6)),)
    assert plan.steps == (RingStep(group=RingGroup.ON_SHIFT, count=1, for_s=20.0),)
    assert found.line.steps("night") == plan.steps
    assert found.line.steps("") == found.line.ring_steps
    assert found.line.where.line == 1


@pytest.mark.parametrize(
    ("hours", "when"),
    [
        ("{days: mon, from: 05:59, until: 06:30}", "mon 05:59"),
        ("{days: mon, from: 06:00, until: 22:00}", ""),
        ("{days: sun, from: 21:00, until: 22:01}", "sun 22:00"),
        ("{days: fri, from: 08:00, until: 08:00}", "fri 22:00"),
        ("{days: sun, from: 06:00, until: 22:00}", ""),
    ],
)
def test_no_two_plans_are_for_the_same_hour(hours: str, when: str) -> None:
    _, findings = read(f"{LEAST}ring_plans:\n{NIGHT}  day: {{hours: [{hours}], ring: [{{ring: 2, for_s: 20}}]}}")
    said = [problem.what for problem in findings.problems]
    assert said == ([f"'day' and 'night' are both for {when}"] if when else [])


def test_hours_of_one_plan_may_overlap() -> None:
    hours = "[{days: mon, from: 08:00, until: 12:00}, {days: mon-wed, from: 10:00, until: 11:00}]"
    _, findings = read(f"{LEAST}ring_plans:\n  busy: {{hours: {hours}, ring: [{{ring: 2, for_s: 20}}]}}")
    assert findings.problems == []

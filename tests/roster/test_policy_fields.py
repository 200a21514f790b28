"""The policy of ``line.yaml``: what it becomes, its defaults, its bounds in `rosters/README.md`; see `bad/policy-*`."""

from dataclasses import replace
from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import pytest

from hotline_agi.roster.callback_policy import CallbackPolicy, Missed, SharedPhones
from hotline_agi.roster.document import parse
from hotline_agi.roster.findings import Findings
from hotline_agi.roster.line_file import read_line
from hotline_agi.roster.model import (
    Adaptive,
    CallerClass,
    CallerLimits,
    CallerOrder,
    Line,
    LongWrapUp,
    Reminders,
    Rest,
    SilentCalls,
    VolunteerOrder,
    Want,
)
from hotline_agi.terms.ids import LineId
from tests.roster.trees import EXAMPLE

LEAST = "name: {zh: 热线, en: Line}\ntime_zone: Asia/Shanghai\nnumbers: ['100']\n"


def read(written: str) -> tuple[Line, list[str]]:
    """The line, and what is said of it."""
    findings = Findings()
    found = read_line(LineId("xinli"), parse("f", f"{LEAST}{written}\n...\n".encode()), findings)
    assert found is not None
    return found.line, [problem.what for problem in findings.problems]


def test_what_may_be_left_out() -> None:
    line, said = read("")
    assert said == []
    assert (line.adaptive, line.order, line.callers) == (Adaptive(), VolunteerOrder.LONGEST_IDLE, CallerOrder())
    assert (line.wants, line.long_wrap_up, line.rest, line.reminders, line.service_numbers) == (
        (),
        None,
        None,
        None,
        (),
    )


def test_everything_written() -> None:
    line, said = read(
        "ring: [{ring: adaptive, for_s: 60}]\n"
        "adaptive: {chance_percent: 99.5, within_s: 12.5, share_percent: 25}\n"
        "order: least-talk\n"
        "wants: [{language: en, for_s: 20}, {qualification: crisis}]\n"
        "callers: {high-risk: 3600, cut-off: 0, tried-again: 60.5, tried_within_min: 90, service_level_s: 20, "
        "yields_s: 7.5}\n"
        "long_wrap_up: {talk_min: 20, wrap_up_s: 120}\n"
        "rest: {missed: 4, for_min: 30}\n"
        "remind: {before_min: 15, ask_backup_min: 8}\n"
        "abuse: {talk_min_per_day: 90, calls_per_hour: 0, calls_at_once: 2, anonymous_calls_per_hour: 300, "
        "anonymous_at_once: 8, waiting_at_once: 50, "
        "silent: {calls: 2, within_min: 30, cool_off_min: 20, talk_s: 45}}\n"
        "service_numbers: [+44 1632 960180, '01632960180']"
    )
    assert said == []
    assert line.adaptive == Adaptive(chance=0.995, within_s=12.5, share=0.25)
    assert line.order is VolunteerOrder.LEAST_TALK
    assert line.wants == (Want(language="en", for_s=20.0), Want(qualification="crisis"))
    assert line.required == (Want(qualification="crisis"),)
    assert line.callers == CallerOrder(
        worth_s={
            CallerClass.HIGH_RISK: 3600.0,
            CallerClass.CUT_OFF: 0.0,
            CallerClass.ASKED_FOR_HELP: 600.0,
            CallerClass.TRIED_AGAIN: 60.5,
        },
        tried_within_s=5400.0,
        service_level_s=20.0,
        yields_s=7.5,
    )
    assert line.long_wrap_up == LongWrapUp(talk_s=1200.0, wrap_up_s=120.0)
    assert line.rest == Rest(missed=4, for_s=1800.0)
    assert line.reminders == Reminders(before_s=900.0, ask_backup_s=480.0)
    assert line.limits == CallerLimits(
        talk_s_per_day=5400.0,
        calls_per_hour=0,
        calls_at_once=2,
        anonymous_calls_per_hour=300,
        anonymous_at_once=8,
        waiting_at_once=50,
        silent=SilentCalls(calls=2, within_s=1800.0, cool_off_s=1200.0, talk_s=45.0),
    )
    assert line.service_numbers == ("+441632960180", "01632960180")


def test_of_a_block_what_is_not_named_is_as_usual() -> None:
    line, said = read("ring: [{ring: adaptive, for_s: 60}]\nadaptive: {within_s: 20}\ncallers: {cut-off: 60}")
    assert said == []
    assert line.adaptive == Adaptive(within_s=20.0)
    assert line.callers.worth_s == {**CallerOrder().worth_s, CallerClass.CUT_OFF: 60.0}
    assert line.callers.tried_within_s == CallerOrder().tried_within_s


BOUNDS = {
    "adaptive": {"chance_percent": (50, 99.9), "within_s": (5, 60), "share_percent": (5, 100)},
    "callers": {
        "high-risk": (0, 3600),
        "cut-off": (0, 3600),
        "tried-again": (0, 3600),
        "tried_within_min": (1, 1440),
        "service_level_s": (5, 300),
        "yields_s": (0, 120),
    },
    "long_wrap_up": {"talk_min": (1, 240), "wrap_up_s": (0, 3600)},
    "rest": {"missed": (1, 50), "for_min": (1, 480)},
    "remind": {"before_min": (2, 720), "ask_backup_min": (1, 719)},
    "abuse": {
        "talk_min_per_day": (0, 1440),
        "calls_per_hour": (0, 1000),
        "calls_at_once": (0, 50),
        "anonymous_calls_per_hour": (0, 100_000),
        "anonymous_at_once": (0, 10_000),
        "waiting_at_once": (0, 10_000),
    },
    "callbacks": {
        "lease_min": (2, 240),
        "overdue_h": (1, 168),
        "attempts": (1, 10),
        "retry_after_min": (1, 1440),
    },
}
OTHERS = {
    "talk_min": "wrap_up_s: 300",
    "wrap_up_s": "talk_min: 20",
    "missed": "for_min: 30",
    "for_min": "missed: 4",
    "before_min": "ask_backup_min: 1",
    "ask_backup_min": "before_min: 720",
}
"""What must stand beside a field."""


@pytest.mark.parametrize(("block", "field"), [(block, field) for block, fields in BOUNDS.items() for field in fields])
def test_bounds_are_those_of_the_readme(block: str, field: str) -> None:
    least, most = BOUNDS[block][field]
    row = next(row for row in (EXAMPLE / "README.md").read_text().splitlines() if row.startswith(f"| `{block}`"))
    assert f"{field}: {least:g}–{most}" in row
    beside = f", {OTHERS[field]}" if field in OTHERS else ""
    for value, is_good in ((least, True), (most, True), (round(least - 1, 1), False), (round(most + 1, 1), False)):
        _, said = read(f"wrap_up_s: 0\n{block}: {{{field}: {value:g}{beside}}}\nring: [{{ring: adaptive, for_s: 60}}]")
        assert (said == []) is is_good, said


@pytest.mark.parametrize(
    ("field", "least", "most"),
    [("calls", 0, 20), ("within_min", 5, 1440), ("cool_off_min", 1, 240), ("talk_s", 5, 120)],
)
def test_bounds_of_silent_calls_are_those_of_the_readme(field: str, least: int, most: int) -> None:
    row = next(row for row in (EXAMPLE / "README.md").read_text().splitlines() if row.startswith("| `abuse`"))
    assert f"{field}: {least}–{most}" in row
    for value, is_good in ((least, True), (most, True), (least - 1, False), (most + 1, False)):
        assert (read(f"abuse: {{silent: {{{field}: {value}}}}}")[1] == []) is is_good


def test_callbacks_are_as_the_readme_says() -> None:
    row = next(row for row in (EXAMPLE / "README.md").read_text().splitlines() if row.startswith("| `callbacks`"))
    usual = CallbackPolicy()
    for default in (usual.lease_s / 60, usual.overdue_s / 3600, usual.attempts, usual.retry_after_s / 60):
        assert f"({default:g})" in row
    assert f"({usual.from_time:%H:%M})" in row and f"({usual.until_time:%H:%M})" in row
    assert read("")[0].callbacks is None
    assert read("callbacks: {}")[0].callbacks == usual
    said = "callbacks: {missed: no, shared_phones: no, from: 22:00, until: 06:00, retry_after_min: 5}"
    found, problems = read(said)
    assert problems == []
    assert found.callbacks == replace(
        usual,
        missed=Missed.NO,
        shared_phones=SharedPhones.NO,
        from_time=time(22),
        until_time=time(6),
        retry_after_s=300.0,
    )
    for bad in ("missed: perhaps", "shared_phones: yes", "from: 25:00", "number: '01632960999'", "missed_calls: yes"):
        assert len(read(f"callbacks: {{{bad}}}")[1]) == 1, bad


@pytest.mark.parametrize(
    ("hours", "at", "may"),
    [
        ((time(9), time(21)), 9, True),
        ((time(9), time(21)), 21, False),
        ((time(9), time(21)), 3, False),
        ((time(22), time(6)), 23, True),
        ((time(22), time(6)), 5, True),
        ((time(22), time(6)), 6, False),
        ((time(0), time(0)), 4, True),
    ],
)
def test_callers_are_called_at_the_hours_of_the_line(hours: tuple[time, time], at: int, may: bool) -> None:
    zone = ZoneInfo("Asia/Shanghai")
    policy = CallbackPolicy(from_time=hours[0], until_time=hours[1])
    assert policy.may_call_at(datetime(2026, 2, 3, at, tzinfo=zone).astimezone(UTC), zone) is may


def test_the_defaults_of_limits_are_those_of_the_readme() -> None:
    row = next(row for row in (EXAMPLE / "README.md").read_text().splitlines() if row.startswith("| `abuse`"))
    usual, silent = CallerLimits(), CallerLimits().silent
    for most in (usual.talk_s_per_day / 60, usual.calls_per_hour, usual.calls_at_once, usual.anonymous_calls_per_hour):
        assert f"({most:g})" in row
    for most in (usual.anonymous_at_once, usual.waiting_at_once, silent.calls, silent.within_s / 60, silent.talk_s):
        assert f"({most:g})" in row
    assert read("")[0].limits == usual
    assert read("abuse: {calls_at_once: 9}")[0].limits == replace(usual, calls_at_once=9)


@pytest.mark.parametrize("order", VolunteerOrder)
def test_each_order_is_in_the_readme(order: VolunteerOrder) -> None:
    assert read(f"order: {order.value}")[0].order is order
    assert (EXAMPLE / "README.md").read_text().count(f"`{order.value}`") >= 2


@pytest.mark.parametrize("one", CallerClass)
def test_each_class_of_callers_is_in_the_readme_with_what_it_is_worth(one: CallerClass) -> None:
    row = next(row for row in (EXAMPLE / "README.md").read_text().splitlines() if row.startswith("| `callers`"))
    assert f"{one.value}: 0–3600 ({CallerOrder().worth_s[one]:g})" in row


@pytest.mark.parametrize(("wrap_up_s", "long_s", "is_good"), [(120, 120, True), (120, 119, False), (120, 121, True)])
def test_the_rest_after_a_long_talk_is_no_shorter(wrap_up_s: int, long_s: int, is_good: bool) -> None:
    _, said = read(f"wrap_up_s: {wrap_up_s}\nlong_wrap_up: {{talk_min: 20, wrap_up_s: {long_s}}}")
    assert (said == []) is is_good


@pytest.mark.parametrize(("ask_backup_min", "is_good"), [(14, True), (15, False), (16, False)])
def test_the_backup_is_asked_later_than_the_others(ask_backup_min: int, is_good: bool) -> None:
    _, said = read(f"remind: {{before_min: 15, ask_backup_min: {ask_backup_min}}}")
    assert (said == []) is is_good


def test_an_adaptive_step_at_certain_hours_is_enough() -> None:
    night = "{hours: [{days: daily, from: 22:00, until: 06:00}], ring: [{ring: adaptive, for_s: 20}]}"
    assert read(f"adaptive: {{within_s: 20}}\nring_plans:\n  night: {night}")[1] == []

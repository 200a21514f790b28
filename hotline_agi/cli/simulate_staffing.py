"""``hotline simulate staffing``: how many volunteers a slot needs."""

import sys
from pathlib import Path
from typing import Any

import click

from hotline_agi import rosters, table
from hotline_agi.cli.options import FINDING, json_option, language_option, print_json, rosters_option
from hotline_agi.cli.roster_options import day_of
from hotline_agi.cli.simulate import one_line, seed_option, simulate
from hotline_agi.cli.simulate_options import TIMES_HELP, assumed_of, assumption_options, share_of
from hotline_agi.roster.fields import nearest
from hotline_agi.roster.findings import Findings
from hotline_agi.roster.model import Line
from hotline_agi.roster.plan import Shift
from hotline_agi.roster.weekdays import days_in_words, days_of
from hotline_agi.simulation.assumptions import in_words
from hotline_agi.simulation.staffing import MOST_VOLUNTEERS, Answer, Question, Verdict, staffing
from hotline_agi.simulation.telling import percent
from hotline_agi.terms.languages import Language
from hotline_agi.terms.problems import Mark

_COLUMNS = {
    Language.ZH: ("人数", "服务水平", "至少", "判断", "平均等待", "响铃/接通", "每人通话", "次数", "来电"),
    Language.EN: ("people", "service level", "at least", "", "mean wait", "rings/answ.", "talks each", "runs", "calls"),
}
_VERDICTS = {
    Language.ZH: {Verdict.ENOUGH: "够", Verdict.TOO_FEW: "不够", Verdict.UNDECIDED: "未定"},
    Language.EN: {one: one.value for one in Verdict},
}


@simulate.command("staffing", epilog=TIMES_HELP)
@rosters_option
@click.option("--line", "line_id", help="Which line; needed if there are several.")
@click.option("--slot", "slot", required=True, help="Which slot of it: night.")
@click.option(
    "--days", "days_text", default="daily", show_default=True, help="On which days it starts: sat, or mon-fri."
)
@click.option("--calls-per-hour", type=click.FloatRange(0, 2000, min_open=True), required=True)
@click.option("--target", default="90", show_default=True, help="The service level to reach, in percent.")
@click.option("--within", type=click.FloatRange(1, 3600), default=30.0, show_default=True, help="Seconds of waiting.")
@click.option("--confidence", default="95", show_default=True, help="How sure to be of it, in percent.")
@assumption_options
@click.option(
    "--runs", type=click.IntRange(5, 1000), default=90, show_default=True, help="At most, per number of people."
)
@seed_option
@click.option("--from", "from_day", metavar="DATE", help="Play the days from here on. Today, if left out.")
@language_option
@json_option
def simulate_staffing(
    *,
    folder: Path,
    line_id: str | None,
    slot: str,
    days_text: str,
    calls_per_hour: float,
    target: str,
    within: float,
    confidence: str,
    runs: int,
    seed: int,
    from_day: str | None,
    language: str,
    as_json: bool,
    **given: str | None,
) -> None:
    """Find the smallest number of people on shift with which enough callers are answered in time.

    The slot is played by itself with so many invented volunteers, all of them on shift from its beginning to its end.

    Exit status: 1 if no number is enough.
    """
    words = Language(language)
    known = rosters.load(folder, None).roster
    line = one_line(known, line_id)
    findings = Findings()
    assumed = assumed_of(given, findings)
    shift = _slot(line, slot, findings)
    days = days_of(days_text, repr(days_text), Mark(file="--days"), findings)
    level, sure = (_percent(name, text, findings) for name, text in (("target", target), ("confidence", confidence)))
    findings.refuse()
    assert shift is not None and days is not None
    question = Question(
        roster=known,
        line=line,
        shift=shift,
        weekdays=tuple(sorted(days)),
        near=day_of(from_day, line),
        calls_per_hour=calls_per_hour,
        target=level,
        within_s=within,
        assumed=assumed,
        seed=seed,
        confidence=sure,
        most_runs=runs,
    )
    answer = staffing(question)
    if as_json:
        print_json(_as_json(question, answer))
    else:
        _print(question, answer, words)
    if answer.needed is None:
        sys.exit(FINDING)


def _slot(line: Line, name: str, findings: Findings) -> Shift | None:
    found = next((shift for shift in line.shifts if shift.slot == name), None)
    if found is None:
        slots = [shift.slot for shift in line.shifts]
        hint = nearest(name, slots) or f"there are {', '.join(slots)}"
        findings.error(Mark(file="--slot"), f"{line.id} has no slot {name!r}", hint)
    return found


def _percent(option: str, text: str, findings: Findings) -> float:
    share = share_of(text if text.endswith("%") else f"{text}%")
    if share is None or not 0.0 < share < 1.0:
        findings.error(Mark(file=f"--{option}"), f"{text!r} is no percentage", "write 1 to 99, e.g. 90")
        return 0.5
    if share < 0.01:
        hint = f"write {10_000 * share:g} for {10_000 * share:g} %"
        findings.error(Mark(file=f"--{option}"), f"{text!r} is less than 1 %", hint)
        return 0.5
    return share


def _print(question: Question, answer: Answer, words: Language) -> None:
    rows = [
        (
            point.volunteers,
            percent(point.share),
            percent(point.at_least),
            _VERDICTS[words][point.verdict],
            f"{point.mean_wait_s:.1f}",
            f"{point.rings_per_answered:.1f}",
            f"{point.talks_each:.1f}",
            point.runs,
            point.calls,
        )
        for point in answer.curve
    ]
    table.table("", _COLUMNS[words], rows)
    table.note("")
    for sentence in in_words(question.assumed, words):
        table.note(sentence)
    table.note("")
    say = table.ok if answer.needed is not None else table.warn
    say(_in_words(question, answer, words))


def _in_words(question: Question, answer: Answer, words: Language) -> str:
    point = next((one for one in answer.curve if one.volunteers == answer.needed), None)
    of = {
        "slot": question.shift.slot,
        "days": days_in_words(question.weekdays),
        "rate": f"{question.calls_per_hour:g}",
        "target": percent(question.target),
        "within": f"{question.within_s:g}",
        "sure": f"{question.confidence:.0%}",
        "needed": answer.needed,
        "people": "1 person" if answer.needed == 1 else f"{answer.needed} people",
        "most": MOST_VOLUNTEERS,
        "share": percent(point.share) if point else "",
    }
    if words is Language.ZH:
        text = "{slot}（{days}）：每小时 {rate} 个来电，要有 {target} 在 {within} 秒内接通，"
        text += "需要 {needed} 人在班（模拟得 {share}；把握 {sure}）" if point else "{most} 人也不够"
    elif point:
        text = "{slot} on {days} with {rate} calls an hour needs {people} on shift for {target} within {within} s"
        text += " ({share} in the simulation; {sure} sure)"
    else:
        text = "{slot} on {days} with {rate} calls an hour: not even {most} people reach {target} within {within} s"
    return text.format(**of)


def _as_json(question: Question, answer: Answer) -> dict[str, Any]:
    return {
        "line": question.line.id,
        "slot": question.shift.slot,
        "days": days_in_words(question.weekdays),
        "calls_per_hour": question.calls_per_hour,
        "target": question.target,
        "within_s": question.within_s,
        "confidence": question.confidence,
        "needed": answer.needed,
        "curve": [
            {
                "volunteers": point.volunteers,
                "service_level": round(point.share, 6),
                "at_least": round(point.at_least, 6),
                "verdict": point.verdict.value,
                "mean_wait_s": round(point.mean_wait_s, 3),
                "rings_per_answered": round(point.rings_per_answered, 4),
                "talks_each": round(point.talks_each, 3),
                "runs": point.runs,
                "calls": point.calls,
            }
            for point in answer.curve
        ],
    }

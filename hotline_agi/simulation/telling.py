"""A report in words and tables, Chinese and English, and as JSON."""

from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any

from hotline_agi.simulation.report import LEVELS_S, CallFigures, Report
from hotline_agi.terms.ids import VolunteerId
from hotline_agi.terms.languages import Language

Row = Sequence[object]
_ZH, _EN = Language.ZH, Language.EN
_WHOLE = {
    _ZH: (
        "来电（每次模拟）",
        "志愿者接通",
        "服务水平 {} 秒",
        "等待：平均 / 中位 / 90%",
        "放弃",
        "留言",
        "告知他处",
        "转到转接号码（不算接通）",
        "关闭时来电",
        "每次接通的响铃数",
    ),
    _EN: (
        "calls (per run)",
        "answered by a volunteer",
        "service level {} s",
        "wait: mean / p50 / p90",
        "abandoned",
        "left a message",
        "told where else to turn",
        "transferred to the overflow number (not answered)",
        "while closed",
        "rings per answered call",
    ),
}
HOUR_COLUMNS = {
    _ZH: ("小时", "在班", "来电", "接通率", "30 秒内", "平均等待", "90% 等待", "放弃", "响铃/接通"),
    _EN: ("hour", "on shift", "calls", "answered", "in 30 s", "mean wait", "p90 wait", "abandoned", "rings/answ."),
}
VOLUNTEER_COLUMNS = {
    _ZH: ("志愿者", "响铃", "通话", "通话分钟", "最多通话"),
    _EN: ("volunteer", "rings", "talks", "talk min", "most talks"),
}
FORMULAS = {
    _ZH: "服务水平 = 时限内由志愿者接通 ÷（来电 − 10 秒内挂断）；等待只计接通的来电；每次重拨算一次来电",
    _EN: (
        "service level = answered by a volunteer in time ÷ (calls - hung up within 10 s); "
        "waits are those of answered calls; each attempt of a caller is a call"
    ),
}


def whole_rows(report: Report, language: Language) -> list[Row]:
    """The whole day, a fact a row."""
    of, runs = report.whole, report.runs
    names = iter(_WHOLE[language])
    rows: list[Row] = [(next(names), _count(of.calls / runs)), (next(names), percent(of.share(of.answered)))]
    level = next(names)
    for level_s in LEVELS_S:
        error = f" ± {report.within_error[level_s]:.1%}" if runs > 1 else ""
        rows.append((level.format(level_s), percent(of.level(level_s)) + error))
    rows.append((next(names), f"{of.mean_wait_s:.1f} / {of.p50_wait_s:.1f} / {of.p90_wait_s:.1f} s"))
    for part in (of.abandoned, of.messages, of.told, of.transferred):
        rows.append((next(names), f"{_count(part / runs)} ({percent(of.share(part))})"))
    rows.append((next(names), _count(report.closed / runs)))
    rows.append((next(names), f"{of.rings_per_answered:.2f}"))
    return rows


def hour_rows(report: Report) -> list[Row]:
    return [
        (
            f"{hour.hour:02}:00",
            f"{hour.on_shift:.1f}",
            _count(hour.of.calls / report.runs),
            *_shares(hour.of),
            _count(hour.of.abandoned / report.runs),
            f"{hour.of.rings_per_answered:.1f}" if hour.of.answered else "",
        )
        for hour in report.by_hour
    ]


def _shares(of: CallFigures) -> tuple[str, ...]:
    if not of.calls:
        return ("", "", "", "")
    waits = (f"{of.mean_wait_s:.1f}", f"{of.p90_wait_s:.1f}") if of.answered else ("", "")
    return (percent(of.share(of.answered)), percent(of.level(30)), *waits)


def volunteer_rows(report: Report, name: Callable[[VolunteerId], str]) -> list[Row]:
    """Who carries how much, the most first."""
    carried = sorted(report.by_volunteer, key=lambda one: (-one.talk_min, -one.rings, one.volunteer))
    return [
        (name(one.volunteer), f"{one.rings:.1f}", f"{one.talks:.1f}", f"{one.talk_min:.0f}", one.most_talks)
        for one in carried
    ]


def faults(report: Report, language: Language) -> str:
    """What must not be: a fault of the program, not of the roster. Empty if there is none."""
    if not (report.double_rings or report.endless or report.wrong):
        return ""
    found = (report.double_rings, report.endless, report.wrong)
    if language is _ZH:
        return "程序有错：重复响铃 {}，没有结束的来电 {}，与事实不符 {}".format(*found)
    return "a fault of this program: {} double rings, {} calls without end, {} told wrongly".format(*found)


def report_json(report: Report) -> dict[str, Any]:
    """For programs; counts are of all runs together."""
    return {
        "runs": report.runs,
        "whole": _figures_json(report.whole),
        "service_level_error": {str(level): round(error, 6) for level, error in report.within_error.items()},
        "closed": report.closed,
        "by_hour": [
            {"hour": one.hour, "on_shift": round(one.on_shift, 2), **_figures_json(one.of)} for one in report.by_hour
        ],
        "by_volunteer": [{**asdict(one), "talk_min": round(one.talk_min, 1)} for one in report.by_volunteer],
        "double_rings": report.double_rings,
        "endless": report.endless,
        "wrong": report.wrong,
    }


def _figures_json(of: CallFigures) -> dict[str, Any]:
    return {
        "calls": of.calls,
        "answered": of.answered,
        "answered_share": round(of.share(of.answered), 6),
        "service_level": {str(level): round(of.level(level), 6) for level in LEVELS_S},
        "mean_wait_s": round(of.mean_wait_s, 3),
        "p50_wait_s": round(of.p50_wait_s, 3),
        "p90_wait_s": round(of.p90_wait_s, 3),
        "abandoned": of.abandoned,
        "messages": of.messages,
        "told": of.told,
        "transferred": of.transferred,
        "rings": of.rings,
        "rings_per_answered": round(of.rings_per_answered, 4),
    }


def percent(share: float) -> str:
    return f"{share:.1%}"


def _count(number: float) -> str:
    return f"{number:.1f}".removesuffix(".0")

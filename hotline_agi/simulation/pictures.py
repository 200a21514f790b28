"""A report as a picture: the calls of the day, how they were served, and who carried them.

Blue and orange after Okabe and Ito, told apart by lightness too, so that it can be printed in grey.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from hotline_agi.drawing import Picture, drawn
from hotline_agi.planning.wording import Names
from hotline_agi.roster.model import Roster
from hotline_agi.simulation.report import Report
from hotline_agi.terms.languages import Language

if TYPE_CHECKING:
    from hotline_agi.drawing import Axes, Figure

_BLUE, _DARK, _ORANGE, _GREY = "#a6d8f0", "#0b5a8a", "#e69f00", "#7a7a7a"
_MOST_NAMED = 60
"""More volunteers are not named one by one."""
_WORDS = {
    Language.ZH: {
        "answered": "接通",
        "lost": "未接通",
        "on shift": "在班人数",
        "calls": "每小时来电",
        "level": "30 秒服务水平",
        "share": "接通率",
        "wait": "平均等待（秒）",
        "minutes": "每位志愿者的通话分钟",
        "hour": "小时",
    },
    Language.EN: {
        "answered": "answered",
        "lost": "not answered",
        "on shift": "people on shift",
        "calls": "calls per hour",
        "level": "service level 30 s",
        "share": "answered",
        "wait": "mean wait (s)",
        "minutes": "talk minutes per volunteer",
        "hour": "hour",
    },
}


def day_picture(
    title: Callable[[Language], str], report: Report, roster: Roster, language: Language, kind: str
) -> Picture:
    """Draw the day.

    :param title: in the language in which the picture can be lettered.
    :param kind: one of `drawing.KINDS`.
    :raises SetupError: if matplotlib is not installed.
    """

    def draw(figure: "Figure", lettered: Language, _: str | None) -> None:
        words, names = _WORDS[lettered], Names(roster, lettered)
        calls, service, load = figure.subplots(3, 1)
        figure.suptitle(title(lettered))
        _draw_calls(calls, report, words)
        _draw_service(service, report, words)
        _draw_load(load, report, names, words)

    return drawn(draw, kind=kind, language=language, width_inch=11, height_inch=11)


def _hours(axes: "Axes", report: Report, words: dict[str, str]) -> list[int]:
    places = list(range(len(report.by_hour)))
    axes.set_xticks(places, [f"{hour.hour:02}" for hour in report.by_hour])
    axes.set_xlabel(words["hour"])
    return places


def _legend(axes: "Axes", handles: list[Any], labels: list[str]) -> None:
    """Above the curves, where it hides none."""
    axes.legend(handles, labels, loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=len(labels), frameon=False)


def _draw_calls(axes: "Axes", report: Report, words: dict[str, str]) -> None:
    places = _hours(axes, report, words)
    answered = [hour.of.answered / report.runs for hour in report.by_hour]
    lost = [(hour.of.calls - hour.of.answered) / report.runs for hour in report.by_hour]
    axes.bar(places, answered, color=_BLUE, label=words["answered"])
    axes.bar(places, lost, bottom=answered, color=_ORANGE, hatch="///", edgecolor="#8f6300", label=words["lost"])
    axes.set_ylabel(words["calls"])
    people = axes.twinx()
    people.step(places, [hour.on_shift for hour in report.by_hour], where="mid", color=_DARK, label=words["on shift"])
    people.set_ylim(bottom=0)
    people.set_ylabel(words["on shift"])
    handles, labels = axes.get_legend_handles_labels()
    more, names = people.get_legend_handles_labels()
    _legend(axes, handles + more, labels + names)


def _draw_service(axes: "Axes", report: Report, words: dict[str, str]) -> None:
    places = _hours(axes, report, words)
    nothing = float("nan")
    level = [100 * hour.of.level(30) if hour.of.counted else nothing for hour in report.by_hour]
    share = [100 * hour.of.share(hour.of.answered) if hour.of.calls else nothing for hour in report.by_hour]
    axes.plot(places, level, color=_DARK, marker="o", label=words["level"])
    axes.plot(places, share, color=_ORANGE, marker="s", linestyle="--", label=words["share"])
    axes.set_ylim(0, 105)
    axes.set_ylabel("%")
    waits = axes.twinx()
    waits.bar(
        places,
        [hour.of.mean_wait_s for hour in report.by_hour],
        color=_GREY,
        alpha=0.25,
        width=0.5,
        label=words["wait"],
    )
    waits.set_ylabel(words["wait"])
    handles, labels = axes.get_legend_handles_labels()
    more, names = waits.get_legend_handles_labels()
    _legend(axes, handles + more, labels + names)


def _draw_load(axes: "Axes", report: Report, name: Names, words: dict[str, str]) -> None:
    carried = sorted(report.by_volunteer, key=lambda one: (-one.talk_min, one.volunteer))
    places = list(range(len(carried)))
    axes.bar(places, [one.talk_min for one in carried], color=_BLUE, edgecolor=_DARK, linewidth=0.5)
    axes.set_ylabel(words["minutes"])
    if len(carried) <= _MOST_NAMED:
        axes.set_xticks(places, [name(one.volunteer) for one in carried], rotation=90, fontsize=7)
    else:
        axes.set_xticks([])

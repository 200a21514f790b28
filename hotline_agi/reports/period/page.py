"""The report as one HTML file: nothing of it comes from elsewhere, no script runs in it, and it is made to be printed.

Both languages are in it; two buttons switch between them by the style sheet alone, also where scripts are forbidden (a
mail program's preview). What is printed is the language that is shown.
"""

from collections.abc import Iterator, Sequence
from copy import deepcopy
from xml.etree.ElementTree import Element

from hotline_agi.reports.period import charts, words
from hotline_agi.reports.period.calls import Part
from hotline_agi.reports.period.charts import Series
from hotline_agi.reports.period.maker import LineReport
from hotline_agi.reports.period.markup import node, page_of
from hotline_agi.reports.period.sheets import Sheet, change, overview_sheet, percent, points, sheets
from hotline_agi.reports.period.style import STYLE
from hotline_agi.reports.period.tally import MAIN_LEVEL_S, CallFigures
from hotline_agi.reports.period.words import Text, same
from hotline_agi.terms.languages import Language
from hotline_agi.terms.outcomes import Outcome

_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
_FOLDED_ROWS = 35
"""A longer table is folded: a year by day."""
_MOST_DRAWN = 40
_DRAWN = {
    "answered": Text("answered", "接通"),
    "lost": Text("abandoned (not short)", "放弃（不含短放弃）"),
    "rest": Text("other ends", "其他"),
    "level": Text("answered within 30 s, %", "30 秒内接通 %"),
    "promised": Text("people promised", "计划人数"),
    "delivered": Text("people delivered", "实际人数"),
    "accepts": Text("accepts", "接听"),
    "missed": Text("missed", "漏接"),
    "declined": Text("declined", "拒接"),
}
_DAYS_PLOT = Text("Calls by day", "每日来电")
_LEVEL_PLOT = Text("Service level by day", "每日服务水平")
_HOURS_PLOT = Text("Calls by hour of the day", "各小时来电")
_PEOPLE_PLOT = Text("People by hour of the day", "各小时人数")
_RINGS_PLOT = Text("Rings that a volunteer ended, or let pass", "志愿者对振铃的回应")


def page(reports: Sequence[LineReport], language: Language) -> str:
    """:param reports: one at least.
    :param language: that is shown first.
    """
    names = ", ".join(one.line for one in reports)
    head = node(
        "head",
        node("meta", charset="utf-8"),
        node("meta", http_equiv="Content-Security-Policy", content=_POLICY),
        node("meta", name="viewport", content="width=device-width, initial-scale=1"),
        node("meta", name="color-scheme", content="light"),
        node("title", f"{words.TITLE.en} · {words.TITLE.zh} · {names} · {reports[0].period.name}"),
        node("style", STYLE),
    )
    main = node("main", deepcopy(charts.HATCH))
    if len(reports) > 1:
        main.append(node("section", node("h1", words.TITLE), _table(overview_sheet(reports))))
    for one in reports:
        main.append(_of_line(one, several=len(reports) > 1))
    main.append(node("footer", node("p", words.SOURCES)))
    body = node("body", *_switch(language), main)
    return page_of(node("html", head, body, lang="zh-CN" if language is Language.ZH else "en"))


def _switch(language: Language) -> Iterator[Element]:
    for one, name in ((Language.EN, "English"), (Language.ZH, "中文")):
        checked = "checked" if one is language else None
        yield node("input", type="radio", name="language", id=f"show-{one}", class_="switch", checked=checked)
        yield node("label", name, for_=f"show-{one}", class_="switch", lang=str(one))


def _of_line(report: LineReport, *, several: bool) -> Element:
    name = Text(report.name.get(Language.EN, report.line), report.name.get(Language.ZH, report.line))
    made = f"{report.made_at.astimezone(report.period.zone):%Y-%m-%d %H:%M} ({report.period.zone})"
    section = node(
        "section",
        node("h1" if not several else "h2", words.TITLE, " · ", name),
        node("p", report.line, " · ", node("strong", report.period.name), " · ", words.MADE.filled(at=made)),
        _tiles(report),
        class_="line",
    )
    plots = dict(_plots(report))
    for sheet in sheets(report):
        part = node("section", node("h3", sheet.title), id=f"{report.line}-{sheet.id}")
        for plot in plots.get(sheet.id, ()):
            part.append(plot)
        part.append(_table(sheet))
        section.append(part)
    return section


def _tiles(report: LineReport) -> Element:
    now, before = report.calls, report.before
    level = words.LEVEL.filled(s=MAIN_LEVEL_S)
    shown = (
        (words.PARTS[Part.OFFERED], same(now.offered), change(now.offered, before.offered)),
        (words.ANSWERED, percent(now.answered_share), points(now.answered_share, before.answered_share)),
        (level, percent(now.level(MAIN_LEVEL_S)), points(now.level(MAIN_LEVEL_S), before.level(MAIN_LEVEL_S))),
        (words.LOST, percent(now.lost_share), points(now.lost_share, before.lost_share)),
    )
    tiles = node("div", class_="tiles")
    for name, value, moved in shown:
        tiles.append(
            node(
                "div",
                node("div", name, class_="name"),
                node("div", value, class_="value"),
                node("div", words.COLUMNS["change"], ": ", moved, class_="change"),
            )
        )
    return tiles


def _table(sheet: Sheet) -> Element:
    table = node(
        "table",
        node("caption", sheet.title),
        node("thead", node("tr", [node("th", column, scope="col") for column in sheet.columns])),
        node("tbody", [_row(row) for row in sheet.rows]),
        class_=f"sheet {sheet.id}",
    )
    shown: Element = table
    if len(sheet.rows) > _FOLDED_ROWS and sheet.id == "days":
        shown = node("details", node("summary", sheet.title), table)
    return node("div", shown, node("p", sheet.note, class_="note") if sheet.note is not None else None)


def _row(row: Sequence[Text]) -> Element:
    first, *others = row
    return node("tr", node("th", first, scope="row"), [node("td", cell) for cell in others])


# ---- plots


def _plots(report: LineReport) -> Iterator[tuple[str, Sequence[Element]]]:
    """By the sheet before whose table they stand."""
    days = report.by_time.days
    labels = [same(f"{day:%m-%d}") for day in days]
    levels = [None if (share := one.level(MAIN_LEVEL_S)) is None else 100 * share for one in days.values()]
    level = Series(name=_DRAWN["level"], kind="line", values=levels)
    yield (
        "calls",
        (
            _figure(_DAYS_PLOT, charts.bars(_DAYS_PLOT, labels, _pile(list(days.values())))),
            _figure(_LEVEL_PLOT, charts.lines(_LEVEL_PLOT, labels, [level], most=100.0)),
        ),
    )
    hours = [same(f"{hour:02}") for hour in range(24)]
    people = [
        Series(name=_DRAWN["promised"], kind="dash", values=[one.promised for one in report.coverage.hours]),
        Series(name=_DRAWN["delivered"], kind="line", values=[one.delivered for one in report.coverage.hours]),
    ]
    yield (
        "hours",
        (
            _figure(_HOURS_PLOT, charts.bars(_HOURS_PLOT, hours, _pile(report.by_time.hours))),
            _figure(_PEOPLE_PLOT, charts.lines(_PEOPLE_PLOT, hours, people)),
        ),
    )
    week = [[report.by_time.week.get((day, hour), 0) for hour in range(24)] for day in range(7)]
    yield "weekdays", (_figure(words.WEEK_MAP, charts.heat(words.WEEK_MAP, words.WEEKDAYS, hours, week)),)
    if report.volunteers:
        yield "volunteers", (_figure(_RINGS_PLOT, _rings(report)),)


def _rings(report: LineReport) -> Element:
    people = sorted(report.volunteers or (), key=lambda one: (-one.accepts - one.missed - one.declined, one.volunteer))
    people = people[:_MOST_DRAWN]
    series = [
        Series(name=_DRAWN["accepts"], kind="good", values=[one.accepts for one in people]),
        Series(name=_DRAWN["missed"], kind="lost", values=[one.missed for one in people]),
        Series(name=_DRAWN["declined"], kind="rest", values=[one.declined for one in people]),
    ]
    return charts.portions(_RINGS_PLOT, [same(one.volunteer) for one in people], series)


def _pile(figures: Sequence[CallFigures]) -> list[Series]:
    """Of offered calls but short abandons."""
    lost = [one.abandoned - one.short for one in figures]
    rest = [one.counted - one.answered - away for one, away in zip(figures, lost, strict=True)]
    return [
        Series(name=_DRAWN["answered"], kind="good", values=[one.went.get(Outcome.TALKED, 0) for one in figures]),
        Series(name=_DRAWN["lost"], kind="lost", values=lost),
        Series(name=_DRAWN["rest"], kind="rest", values=rest),
    ]


def _figure(name: Text, drawing: Element) -> Element:
    return node("figure", drawing, node("figcaption", name))

"""``hotline roster show``: the week or the month as a table."""

import re
from datetime import date
from pathlib import Path
from typing import Any

import click

from hotline_agi import rosters, table
from hotline_agi.cli.options import json_option, language_option, line_option, lines_of, print_json, rosters_option
from hotline_agi.cli.roster import roster
from hotline_agi.cli.roster_options import day_of, in_range
from hotline_agi.errors import SetupError
from hotline_agi.planning.agenda import ABSENT, places_of
from hotline_agi.planning.heat import Filling
from hotline_agi.planning.week import Week, WeekCell, cell_lines, legend, week
from hotline_agi.planning.wording import WEEKDAYS, Names
from hotline_agi.roster.clock import ONE_DAY
from hotline_agi.roster.model import Line, Roster
from hotline_agi.terms.languages import Language

TONES = {
    Filling.CLOSED: table.Tone.CLOSED,
    Filling.FINE: table.Tone.FINE,
    Filling.SHORT: table.Tone.SHORT,
    Filling.NOBODY: table.Tone.NOBODY,
}
_TITLES = {Language.ZH: "{name}（{id}）{first} 至 {last}", Language.EN: "{name} ({id})  {first} to {last}"}
_ABSENT_DAY = table.Cell(("-",), table.Tone.CLOSED)


@roster.command("show")
@line_option
@click.option("--week", "week_of", metavar="DATE", help="The week of this day, Monday to Sunday. Default: this week.")
@click.option("--month", metavar="YYYY-MM", help="All weeks of a month.")
@language_option
@rosters_option
@json_option
def roster_show(
    line_id: str | None, week_of: str | None, month: str | None, language: str, folder: Path, as_json: bool
) -> None:
    """Show who is in which slot on which day.

    On a terminal in colours: green is well filled, yellow lacks people, languages or qualifications, red has nobody,
    grey is closed. What is lacking also stands in the cell, after `!`: 1/2 is one person where two are needed.
    """
    if week_of is not None and month is not None:
        raise SetupError("give --week or --month, not both")
    known = rosters.load(folder, None).roster
    shown: list[dict[str, Any]] = []
    for n, line in enumerate(lines_of(known, line_id)):
        for m, (first, days) in enumerate(_weeks(week_of, month, line)):
            found = week(known, line, first, days)
            if as_json:
                shown += _as_json(line, found)
                continue
            if n or m:
                table.note("")
            _print(known, line, found, Language(language))
    if as_json:
        print_json(shown)


def _weeks(week_of: str | None, month: str | None, line: Line) -> list[tuple[date, int]]:
    """The stretches of at most seven days to show, as first day and number of days."""
    if month is None:
        day = day_of(week_of, line)
        return [(day - day.weekday() * ONE_DAY, 7)]
    if not re.fullmatch(r"[0-9]{4}-(0[1-9]|1[0-2])", month):
        raise SetupError(f"{month!r} is no month: write 2026-02")
    day = in_range(date.fromisoformat(f"{month}-01"))
    after = (day + 31 * ONE_DAY).replace(day=1)
    weeks = []
    while day < after:
        days = min(7 - day.weekday(), (after - day).days)
        weeks.append((day, days))
        day += days * ONE_DAY
    return weeks


def _print(known: Roster, line: Line, found: Week, language: Language) -> None:
    names = Names(known, language)
    texts: list[str] = []

    def cell(one: WeekCell | None) -> table.Cell:
        if one is None:
            return _ABSENT_DAY
        lines = cell_lines(one, names)
        texts.extend(lines)
        return table.Cell(tuple(lines), TONES[one.filling])

    heads = [
        table.Cell(
            (WEEKDAYS[language][day.day.weekday()], f"{day.day:%m-%d}", *([day.name] if day.name else [])),
            table.Tone.HEAD,
        )
        for day in found.days
    ]
    rows = [
        [
            table.Cell((shift.slot, f"{shift.start:%H:%M}-{shift.until:%H:%M}"), table.Tone.HEAD),
            *map(cell, cells),
        ]
        for shift, cells in found.rows
    ]
    title = _TITLES[language].format(
        name=line.name.get(language, line.id), id=line.id, first=found.days[0].day, last=found.days[-1].day
    )
    table.grid(title, [table.Cell(("",)), *heads], rows)
    if signs := legend(texts, language):
        table.note("")
        table.note(signs)


def _as_json(line: Line, found: Week) -> list[dict[str, Any]]:
    """One entry for each slot that takes place on a day."""
    return [
        {
            "line": line.id,
            "day": day.day.isoformat(),
            "special_day": day.name or None,
            "slot": shift.slot,
            "from": cell.slot.start.isoformat(),
            "until": cell.slot.end.isoformat(),
            "state": cell.filling.name.lower(),
            "least": cell.slot.least,
            "places": [
                {
                    "id": place.who,
                    "backup": place.as_backup,
                    "why": place.basis.value,
                    "other": place.other,
                    "from": place.start.isoformat(),
                    "until": place.end.isoformat(),
                    "quiet": place.who in cell.quiet,
                }
                for place in places_of(cell.slot)
            ],
            "absent": [
                {"id": loss.who, "why": loss.basis.value, "instead": loss.other}
                for loss in cell.slot.losses
                if loss.basis in ABSENT
            ],
            "lacks": [
                {"lack": one.lack.value, "name": one.name or None, "has": one.has, "needs": one.needs}
                for one in cell.shortfalls
            ],
        }
        for n, day in enumerate(found.days)
        for shift, cells in found.rows
        if (cell := cells[n]) is not None
    ]

"""``hotline roster coverage``: which hours are filled, as a map in the terminal or as a picture."""

import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import click

from hotline_agi import rosters, table
from hotline_agi.cli.options import (
    FINDING,
    json_option,
    language_option,
    line_option,
    lines_of,
    print_json,
    rosters_option,
)
from hotline_agi.cli.roster import roster
from hotline_agi.cli.roster_options import MOST_DAYS, day_of, from_option
from hotline_agi.cli.roster_show import TONES
from hotline_agi.coordination.pictures import WORDS, heat_picture
from hotline_agi.drawing import kind_of
from hotline_agi.errors import SetupError
from hotline_agi.planning.handover_text import shortfall_in_words
from hotline_agi.planning.heat import Filling, Gap, HeatCell, HeatRow, gaps, heat
from hotline_agi.planning.wording import day_in_words, stretch
from hotline_agi.roster.clock import ONE_DAY
from hotline_agi.roster.model import Line, Roster
from hotline_agi.rosters.durable import write_whole
from hotline_agi.terms.languages import Language

_HOURS = "".join(f"{hour:02}  " for hour in range(0, 24, 2))
_PLAIN_SIGNS = {Filling.SKIPPED: " ", Filling.CLOSED: ".", Filling.SHORT: "!", Filling.NOBODY: "0"}
_DIGIT = {Language.ZH: "数字为在班人数", Language.EN: "digits: people on shift"}
_WELL = {Language.ZH: "没有空缺", Language.EN: "nothing is lacking"}


@roster.command("coverage")
@line_option
@from_option
@click.option("--days", type=click.IntRange(1, MOST_DAYS), default=28, show_default=True)
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Draw it into FILE.svg or FILE.png.")
@language_option
@rosters_option
@json_option
def roster_coverage(
    line_id: str | None,
    from_day: str | None,
    days: int,
    out: Path | None,
    language: str,
    folder: Path,
    as_json: bool,
) -> None:
    """Show which hours are filled, day by day, and list what is lacking.

    Each cell is half an hour of the line's clock, as bad as its worst moment; its digit is the number of people on
    shift then (+ for more than 9). `!` lacks people, languages or qualifications, `0` is open without anybody, `.` is
    closed, a blank is a time that the clock skips on that day.

    Exit status: 1 if anything is lacking.
    """
    known = rosters.load(folder, None).roster
    lines, words = list(lines_of(known, line_id)), Language(language)
    if out is not None:
        if len(lines) > 1:
            raise SetupError(f"a picture shows one line: choose it with --line ({', '.join(known.lines)})")
        _picture(known, lines[0], day_of(from_day, lines[0]), days, out, words)
    found = {line.id: gaps(known, line, day_of(from_day, line), days) for line in lines}
    if as_json:
        print_json([_as_json(line, gap) for line in lines for gap in found[line.id]])
    elif out is None:
        for n, line in enumerate(lines):
            if n:
                table.note("")
            _print(known, line, day_of(from_day, line), days, words)
            _print_gaps(line, found[line.id], words)
    if any(found.values()):
        sys.exit(FINDING)


def _picture(known: Roster, line: Line, first: date, days: int, out: Path, language: Language) -> None:
    picture = heat_picture(line, heat(known, line, first, days), language, kind_of(out.name))
    write_whole(out, picture.octets, 0o644)
    if picture.note:
        table.warn(picture.note)
    table.ok(f"{out} shows {line.id} from {first} for {days} days")


def _print(known: Roster, line: Line, first: date, days: int, language: Language) -> None:
    rows = heat(known, line, first, days)
    last = first + (days - 1) * ONE_DAY
    table.blocks(
        f"{line.name.get(language, line.id)} ({line.id})  {first} - {last}  {line.zone.key}",
        _HOURS,
        [(day_in_words(row.day, language), [*map(_block, row.cells), table.Cell((f"  {row.name}",))]) for row in rows],
    )
    table.blocks("", "", [("", _legend(rows, language))])


def _block(cell: HeatCell) -> table.Cell:
    if cell.filling in (Filling.SKIPPED, Filling.CLOSED):
        return table.Cell((_PLAIN_SIGNS[cell.filling],), TONES.get(cell.filling))
    digit = str(cell.on_shift) if cell.on_shift <= 9 else "+"
    return table.Cell((digit,), TONES[cell.filling], plain=_PLAIN_SIGNS.get(cell.filling, digit))


def _legend(rows: Sequence[HeatRow], language: Language) -> list[table.Cell]:
    occurs = {cell.filling for row in rows for cell in row.cells}
    cells = [table.Cell((_DIGIT[language],))]
    for state in (Filling.FINE, Filling.SHORT, Filling.NOBODY, Filling.CLOSED):
        if state in occurs:
            sign = _PLAIN_SIGNS.get(state, "")
            cells.append(table.Cell(("  ",)))
            if state is Filling.CLOSED:
                cells.append(table.Cell((" . ",), TONES[state]))
            else:
                cells.append(table.Cell(("   ",), TONES[state], plain=sign))
            if state is not Filling.FINE:
                cells.append(table.Cell((f" {WORDS[language][state]}",)))
            else:
                cells.append(table.Cell((f" {WORDS[language][state]}",), plain=""))
    return cells


def _print_gaps(line: Line, found: Sequence[Gap], language: Language) -> None:
    table.note("")
    if not found:
        table.ok(_WELL[language])
        return
    for gap in found:
        when = stretch(gap.start.astimezone(line.zone), gap.end.astimezone(line.zone), language)
        table.note(f"{when}  {'; '.join(shortfall_in_words(one, language) for one in gap.shortfalls)}")


def _as_json(line: Line, gap: Gap) -> dict[str, Any]:
    return {
        "line": line.id,
        "from": gap.start.isoformat(),
        "until": gap.end.isoformat(),
        "lacks": [
            {"lack": one.lack.value, "slot": one.slot, "name": one.name or None, "has": one.has, "needs": one.needs}
            for one in gap.shortfalls
        ],
    }

"""``hotline report``: how a period went, for coordinators."""

import csv
import ctypes
import io
import json
import os
import signal
import sys
from datetime import UTC, datetime
from pathlib import Path

import click

from hotline_agi import log, table
from hotline_agi.cli.options import config_option, language_option
from hotline_agi.errors import SetupError
from hotline_agi.planning.sheets.cells import guarded
from hotline_agi.reporting.book import Wanted, reports
from hotline_agi.reporting.mail import send_due, send_now
from hotline_agi.reports.period import words
from hotline_agi.reports.period.maker import LineReport
from hotline_agi.reports.period.page import page
from hotline_agi.reports.period.sheets import Sheet, overview_sheet, sheets
from hotline_agi.reports.period.values import COLUMNS, csv_rows, json_of
from hotline_agi.rosters.durable import write_whole
from hotline_agi.settings import Settings, read_settings
from hotline_agi.terms.languages import Language

FORMATS = ("terminal", "csv", "json", "html")
PR_SET_PDEATHSIG = 1
"""prctl(2)"""
NICE = 10
EPILOG = f"""\b
Columns of csv, one figure in a row (shares from 0 to 1, lengths in seconds; an empty value: none):
{", ".join(COLUMNS)}.
html is one file with everything in it, in both languages, that prints well on A4."""


@click.command(epilog=EPILOG)
@config_option
@click.option("--from", "from_text", help="From: 2026-11-16, 2026-11-16T08:00, today, or 8h, 30d ago.")
@click.option("--to", "to_text", help="To: a date is taken in whole. Now, if only --from is given.")
@click.option("--line", "line", multiple=True, help="Only this line; may be given again.")
@click.option(
    "--short", "short_s", type=click.FloatRange(0, 120), show_default="reports.short_s, 5",
    help="Who hangs up before so many seconds is a short abandon.",
)  # fmt: skip
@click.option("--no-people", "nobody", is_flag=True, help="Leave the figures of each volunteer out.")
@click.option("--format", "form", type=click.Choice(FORMATS), show_default="by the name of --out, else terminal")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Into this file, readable by you alone.")
@click.option("--mail-now", is_flag=True, help="Send the last week's report by mail now, as reports.weekly says.")
@click.option("--mail-due", is_flag=True, hidden=True)
@language_option
def report(
    config: Path,
    from_text: str | None,
    to_text: str | None,
    line: tuple[str, ...],
    short_s: float | None,
    nobody: bool,
    form: str | None,
    out: Path | None,
    mail_now: bool,
    mail_due: bool,
    language: str,
) -> None:
    """Tell how a period went, by the journal: offered, answered, abandoned, waits, who carried it, what lacked.

    Without --from and --to: the last seven whole days, by each line's own clock. All formulas stand beside their
    figures. Test calls, calls that met a limit, calls outside the opening hours and calls whose end nobody saw are
    counted apart.
    """
    settings = read_settings(config)
    if mail_due:
        _behave()
        send_due(settings, datetime.now(UTC))
        return
    if mail_now:
        log.configure(json=True, level="critical")
        week, addresses = send_now(settings, datetime.now(UTC))
        table.ok(f"{week}: sent to {addresses} {'address' if addresses == 1 else 'addresses'}")
        return
    wanted = Wanted(from_text=from_text, to_text=to_text, lines=line, short_s=short_s, people=not nobody)
    _give(settings, wanted, form or _form_of(out), out, Language(language))


def _give(settings: Settings, wanted: Wanted, form: str, out: Path | None, language: Language) -> None:
    found = reports(settings, wanted, datetime.now(UTC))
    if form == "terminal":
        if out is not None:
            raise SetupError("--out is for csv, json and html: end its name so, or give --format")
        _print(found, language)
        return
    text = {"csv": _csv, "json": _json}[form](found) if form != "html" else page(found, language)
    if out is None:
        click.echo(text, nl=False)
        return
    if not out.absolute().parent.is_dir():
        raise SetupError(
            f"there is no folder {out.absolute().parent} for {out.name}: make it, or name another with --out"
        )
    write_whole(out.absolute(), text.encode(), 0o600)
    table.ok(f"{out}: {table.counted(len(found), 'line')}, {found[0].period.name}")


def _form_of(out: Path | None) -> str:
    if out is None:
        return "terminal"
    form = out.suffix.lower().removeprefix(".")
    if form not in FORMATS[1:]:
        raise SetupError(f"{out} is no name for a report: end it in .csv, .json or .html, or give --format")
    return form


def _csv(found: list[LineReport]) -> str:
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for row in csv_rows(found):
        # a number below zero is none of a formula's signs; names are
        writer.writerow([*map(guarded, row[:-1]), row[-1]])
    return out.getvalue()


def _json(found: list[LineReport]) -> str:
    return json.dumps([json_of(one) for one in found], ensure_ascii=False, indent=2) + "\n"


def _print(found: list[LineReport], language: Language) -> None:
    if len(found) > 1:
        _sheet(overview_sheet(found), language)
    for one in found:
        table.note("")
        table.note(f"{words.TITLE.to(language)}  {one.line} {one.name[language]}  {one.period.name}")
        for sheet in sheets(one):
            table.note("")
            _sheet(sheet, language)


def _sheet(sheet: Sheet, language: Language) -> None:
    rows = [[cell.to(language) for cell in row] for row in sheet.rows]
    table.table(sheet.title.to(language), [column.to(language) for column in sheet.columns], rows)
    if sheet.note is not None:
        table.note(sheet.note.to(language))


def _behave() -> None:
    """A child of the service: ends with it, and leaves it the processor."""
    log.configure(json=True, level="critical")
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    os.nice(NICE)
    sys.stdin.close()

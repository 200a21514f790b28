"""``hotline campaign import`` and ``forget``: who may be rung."""

import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import click

from hotline_agi import table
from hotline_agi.campaign.listing import Flaw, Listing
from hotline_agi.cli.operator import operator
from hotline_agi.cli.options import FINDING, USAGE, config_option
from hotline_agi.errors import SetupError
from hotline_agi.outbound.lists import read_list, token_of
from hotline_agi.outbound.preparation import prepare
from hotline_agi.settings import read_settings
from hotline_agi.store.callers import CallerKey
from hotline_agi.store.campaign_list import forget as forget_numbers
from hotline_agi.store.campaign_list import not_to_be_called, take
from hotline_agi.store.past import JOURNAL
from hotline_agi.terms.numbers import PhoneNumber

SHOWN = 200
"""Problems that are listed one by one; all are counted, and `--problems` has all of them."""


@click.command("import")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.argument("numbers", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@config_option
@click.option("--sheet", help="Of a workbook with several.")
@click.option("--take-good", is_flag=True, help="Take the rows that are right, although others are not.")
@click.option("--dry-run", is_flag=True, help="Take nothing, say what is wrong.")
@click.option(
    "--problems",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write what is wrong, row by row, to this file (CSV). No number is in it.",
)
def import_list(
    file: Path, numbers: Path, config: Path, *, sheet: str | None, take_good: bool, dry_run: bool, problems: Path | None
) -> None:
    """Put the people of NUMBERS (XLSX, CSV) onto the list of the campaign FILE.

    Every problem is told at once, with its row and without the number. While there is one, nothing is taken, unless
    --take-good says so. Who is on the list already stays there once. Exit status: 0 all is taken, 1 nothing or not all.
    """
    settings = read_settings(config)
    prepared = prepare(file, settings)
    journal, key = settings.state / JOURNAL, CallerKey.of(settings.state)
    found = read_list(numbers, prepared, key, not_to_be_called(journal, key), sheet=sheet)
    _tell(found)
    if problems is not None:
        _write_problems(problems, found)
    wrong = bool(found.bad)
    if dry_run or (wrong and not take_good):
        table.note(f"nothing was taken: {table.counted(len(found.good), 'row')} would be right")
        if wrong and not dry_run:
            table.note("mend the rows above, or take the others with --take-good")
        sys.exit(FINDING if wrong else 0)
    campaign = prepared.campaign
    new = take(journal, campaign.id, campaign.line, found.good, datetime.now(UTC), operator())
    known = len(found.good) - new
    table.ok(f"{new} taken onto the list of {campaign.id}" + (f", {known} were on it already" if known else ""))
    sys.exit(FINDING if wrong else 0)


def _tell(found: Listing) -> None:
    told = found.problems()
    table.problems(told[:SHOWN])
    if len(told) > SHOWN:
        table.fail(f"… and {len(told) - SHOWN} more: --problems FILE has all of them")
    for flaw, many in sorted(found.counts().items(), key=lambda one: -one[1]):
        table.note(f"{many:>9}  {flaw.value[0]}")


def _write_problems(path: Path, found: Listing) -> None:
    from hotline_agi.cli.private_file import write_csv

    rows = ([str(one.line), one.what, one.hint] for one in found.problems())
    write_csv(path, [["row", "what", "hint"], *rows])


@click.command("forget")
@config_option
@click.option("--file", type=click.Path(path_type=Path, exists=True, dir_okay=False), help="Instead of standard input.")
def forget(config: Path, file: Path | None) -> None:
    """Ring these people never again: their numbers, one a line, from standard input or a file.

    Their numbers and answers leave all campaigns; that they are not to be called is kept as a keyed hash. Numbers are
    not taken from the command line, where they would stay in the shell's history. It is noted who did this.
    """
    settings = read_settings(config)
    home = settings.dialling.home
    if home is None:
        raise SetupError("the settings do not say where numbers without + are read: add `dialling: {home: CN}`")
    if file is None and sys.stdin.isatty():
        click.echo("The numbers, one a line; Ctrl-D ends:", err=True)
    lines = file.read_text(encoding="utf-8").splitlines() if file is not None else sys.stdin.read().splitlines()
    wrong = [number for number, one in _numbers(lines) if one is None]
    if wrong:
        places = ", ".join(map(str, wrong[:20]))
        table.fail(f"{Flaw.LETTERS.value[0]}, or no number at all: line {places}. Nothing was done")
        sys.exit(USAGE)
    key = CallerKey.of(settings.state)
    token = token_of(key, home)
    tokens = {token(one) for _, one in _numbers(lines) if one is not None}
    if not tokens:
        raise SetupError("no number was given: one a line")
    known = forget_numbers(settings.state / JOURNAL, tokens, key, datetime.now(UTC), operator())
    table.ok(f"{table.counted(len(tokens), 'number')} will not be called again; {known} stood on a list")


def _numbers(lines: list[str]) -> Iterator[tuple[int, PhoneNumber | None]]:
    for at, line in enumerate(lines, start=1):
        if line.strip():
            try:
                yield at, PhoneNumber(line.strip())
            except ValueError:
                yield at, None

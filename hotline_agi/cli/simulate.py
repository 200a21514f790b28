"""``hotline simulate``: a day of a line in virtual time, and how many volunteers a slot needs."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path

import click

from hotline_agi import rosters, table
from hotline_agi.cli.lazy import lazy
from hotline_agi.cli.options import (
    config_option,
    existing,
    json_option,
    language_option,
    lines_of,
    present,
    print_json,
)
from hotline_agi.cli.roster_options import day_of
from hotline_agi.cli.simulate_options import TIMES_HELP, assumed_of, assumption_options
from hotline_agi.drawing import kind_of
from hotline_agi.errors import SetupError
from hotline_agi.planning.wording import Names, stretch
from hotline_agi.reports.past import PastCall
from hotline_agi.reports.summary import totals, totals_text
from hotline_agi.roster.clock import span_on
from hotline_agi.roster.findings import Findings
from hotline_agi.roster.model import Line, Roster
from hotline_agi.roster.plan import DayHours
from hotline_agi.rosters.durable import write_whole
from hotline_agi.settings import read_settings
from hotline_agi.simulation.arrivals import curve, read_curve
from hotline_agi.simulation.assumptions import in_words
from hotline_agi.simulation.day import Day, whoever_is_on, with_numbers
from hotline_agi.simulation.pbx import play
from hotline_agi.simulation.pictures import day_picture
from hotline_agi.simulation.recorded import recorded_calls
from hotline_agi.simulation.report import Report, report
from hotline_agi.simulation.telling import (
    FORMULAS,
    HOUR_COLUMNS,
    VOLUNTEER_COLUMNS,
    faults,
    hour_rows,
    report_json,
    volunteer_rows,
    whole_rows,
)
from hotline_agi.terms.languages import Language
from hotline_agi.terms.problems import Mark

_MOST_BYTES = 64 * 1024
_MOST_CALLS = 200_000
"""A day of more than this takes minutes, and half a gigabyte."""
_HOURS = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])\s*-\s*([01][0-9]|2[0-4]):([0-5][0-9])")
seed_option = click.option("--seed", type=int, default=1, show_default=True, help="The same seed, the same result.")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Source:
    """Where the callers come from."""

    calls_per_day: float | None
    arrivals: Path | None
    replay: bool
    config: Path
    surge: float


@click.group(
    cls=lazy(simulate_staffing="staffing"),
    invoke_without_command=True,
    epilog=TIMES_HELP,
)
@click.option(
    "--rosters",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    callback=present,
    help="Folder with one folder per line. [rosters; with --replay the one of the settings]",
)
@click.option("--line", "line_id", help="Which line; needed if there are several.")
@click.option("--date", "day_text", metavar="DATE", help="The day: 2026-02-14. Today, where the line is, if left out.")
@click.option("--hours", metavar="HH:MM-HH:MM", help="Only these hours of it; past midnight into the next day.")
@click.option(
    "--calls-per-day", type=click.FloatRange(0, 1_000_000), help="Spread over the hours as crisis lines have them."
)
@click.option(
    "--arrivals",
    type=click.Path(path_type=Path, dir_okay=False),
    help="CSV with hour,calls: your own curve. With --calls-per-day only its shape counts.",
)
@click.option("--replay", is_flag=True, help="The callers are those of that day in the journal (--config).")
@click.option(
    "--surge", type=click.FloatRange(0.01, 1000), default=1.0, show_default=True, help="So many times the calls."
)
@assumption_options
@click.option(
    "--runs",
    type=click.IntRange(1, 1000),
    default=5,
    show_default=True,
    help="Play it so often, with other luck each time.",
)
@seed_option
@click.option("--plot", type=click.Path(path_type=Path, dir_okay=False), help="Draw it into FILE.svg or FILE.png.")
@config_option
@language_option
@json_option
@click.pass_context
def simulate(
    context: click.Context,
    /,
    *,
    folder: Path | None,
    line_id: str | None,
    day_text: str | None,
    hours: str | None,
    calls_per_day: float | None,
    arrivals: Path | None,
    replay: bool,
    surge: float,
    runs: int,
    seed: int,
    plot: Path | None,
    config: Path,
    language: str,
    as_json: bool,
    **given: str | None,
) -> None:
    """Play a day of a line in virtual time: the same dispatcher, the roster as it is, invented people.

    Tells how many callers would be answered, how long they would wait, and who would carry it. What people do is drawn
    with the shares that the options say; the sentences that begin with "assumed" name them. Nobody is rung.
    """
    if context.invoked_subcommand is not None:
        return
    source = _Source(calls_per_day=calls_per_day, arrivals=arrivals, replay=replay, config=config, surge=surge)
    words, kind = Language(language), kind_of(plot.name) if plot is not None else ""
    known = _roster(folder, source)
    line = one_line(known, line_id)
    day, record = _day(known, line, day_of(day_text, line), hours, source, given)
    worlds = [play(day.scene(seed + n)) for n in range(runs)]
    found = report(line, day.start, day.until, worlds)
    name = Names(known, words)

    def title(language: Language) -> str:
        return f"{line.id}  {stretch(day.start.astimezone(line.zone), day.until.astimezone(line.zone), language)}"

    if as_json:
        print_json(
            {
                "line": line.id,
                "from": day.start.isoformat(),
                "until": day.until.isoformat(),
                "seed": seed,
                **report_json(found),
            }
        )
    else:
        _print(title(words), day, found, record, name, words)
    if plot is not None:
        picture = day_picture(title, found, known, words, kind)
        write_whole(plot, picture.octets, 0o644)
        if picture.note:
            table.warn(picture.note)
        if not as_json:
            table.ok(str(plot))
    if wrong := faults(found, words):
        table.fail(wrong)


def one_line(known: Roster, line_id: str | None) -> Line:
    """The named line, or the only one.

    :raises SetupError: if there is none of this name, or several and no name.
    """
    lines = list(lines_of(known, line_id))
    if len(lines) != 1:
        raise SetupError(f"one line at a time: choose it with --line ({', '.join(known.lines)})")
    return lines[0]


def _roster(folder: Path | None, source: _Source) -> Roster:
    if folder is None:
        folder = read_settings(source.config).rosters if source.replay else existing(Path("rosters"))
    return with_numbers(rosters.load(folder, None).roster)


def _day(
    known: Roster, line: Line, day: date, hours: str | None, source: _Source, given: dict[str, str | None]
) -> tuple[Day, Sequence[PastCall] | None]:
    """What is to be played; everything that is wrong with the options is said at once."""
    findings = Findings()
    assumed = assumed_of(given, findings)
    start, until = _span(line, day, hours, findings)
    by_hour, record = _callers(line, start, until, source, findings)
    total = source.surge * (sum(by_hour) if record is None else len(record))
    if total > _MOST_CALLS:
        findings.error(Mark(file="--surge"), f"{total:,.0f} calls are too many", f"at most {_MOST_CALLS:,}")
    if not whoever_is_on(line, start, until):
        table.warn(f"nobody is on shift on {line.id} from {start.astimezone(line.zone):%Y-%m-%d %H:%M} on")
    findings.refuse()
    return (
        Day(
            roster=known,
            line=line,
            start=start,
            until=until,
            assumed=assumed,
            by_hour=by_hour,
            recorded=None if record is None else recorded_calls(record, start),
            surge=source.surge,
        ),
        record,
    )


def _span(line: Line, day: date, hours: str | None, findings: Findings) -> tuple[datetime, datetime]:
    chosen = DayHours(start=time(0), until=time(0))
    if hours is not None:
        found = _HOURS.fullmatch(hours.strip())
        if found is None or (found[3] == "24" and found[4] != "00"):
            findings.error(Mark(file="--hours"), f"{hours!r} are no hours", "write 18:00-22:00")
        else:
            numbers = [int(part) for part in found.groups()]
            chosen = DayHours(start=time(numbers[0], numbers[1]), until=time(numbers[2] % 24, numbers[3]))
    return span_on(line.zone, day, chosen)


def _callers(
    line: Line, start: datetime, until: datetime, source: _Source, findings: Findings
) -> tuple[tuple[float, ...], Sequence[PastCall] | None]:
    """Calls by hour, or those of the record."""
    if source.replay:
        if source.arrivals is not None or source.calls_per_day is not None:
            findings.error(
                Mark(file="--replay"), "the record says who calls", "leave --arrivals and --calls-per-day out"
            )
        # what the journal needs takes a fifth of a second to import, which invented callers spare
        from hotline_agi.store.past import JOURNAL
        from hotline_agi.store.reading import JournalReader

        with JournalReader.open(read_settings(source.config).state / JOURNAL) as journal:
            record = journal.calls(since=start, until=until, line=line.id)
        if not record:
            findings.error(Mark(file="--replay"), f"the journal has no calls of {line.id} on that day", "")
        return (), record
    if source.arrivals is not None:
        own = read_curve(source.arrivals.name, _text(source.arrivals), findings)
        if own is None or source.calls_per_day is None:
            return own or (), None
        if sum(own) > 0:
            return curve(source.calls_per_day, own), None
        findings.error(Mark(file=source.arrivals.name), "no calls at any hour", "")
        return (), None
    if source.calls_per_day is None:
        findings.error(Mark(file="--calls-per-day"), "who calls?", "give this, or --arrivals, or --replay")
        return (), None
    return curve(source.calls_per_day), None


def _text(path: Path) -> str:
    with path.open("rb") as file:
        content = file.read(_MOST_BYTES + 1)
    if len(content) > _MOST_BYTES:
        raise SetupError(f"{path.name} has more than {_MOST_BYTES} bytes: is it 24 lines of hour,calls?")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise SetupError(f"{path.name} is no UTF-8 text: save it as CSV UTF-8") from None


def _print(
    title: str, day: Day, found: Report, record: Sequence[PastCall] | None, name: Names, words: Language
) -> None:
    table.table(title, ("", ""), whole_rows(found, words))
    if record is not None:
        said = {Language.ZH: "实际记录（含转接）", Language.EN: "recorded (with transfers)"}[words]
        table.note(f"{said}: {totals_text(totals(record), words)}")
    table.note("")
    table.table("", HOUR_COLUMNS[words], hour_rows(found))
    table.note("")
    table.table("", VOLUNTEER_COLUMNS[words], volunteer_rows(found, name))
    table.note("")
    for sentence in (*in_words(day.assumed, words), FORMULAS[words]):
        table.note(sentence)

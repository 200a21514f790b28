"""The reports on a period, line by line: the journal read once, the rosters of the time read from it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from hotline_agi import rosters
from hotline_agi.errors import HotlineError, SetupError
from hotline_agi.planning.promised import nights, promised
from hotline_agi.reports.past import PastRevision
from hotline_agi.reports.period.calls import ReportedCall
from hotline_agi.reports.period.coverage import CoverageFigures, coverage
from hotline_agi.reports.period.maker import LineReport, ReportMaker
from hotline_agi.reports.period.span import Period, period
from hotline_agi.roster import canary
from hotline_agi.roster.fields import nearest
from hotline_agi.roster.model import Line, Roster
from hotline_agi.settings import Settings
from hotline_agi.store import reporting
from hotline_agi.store.past import JOURNAL
from hotline_agi.store.reading import JournalReader
from hotline_agi.store.revisions import revisions
from hotline_agi.store.tape import PastRosters
from hotline_agi.terms.ids import LineId
from hotline_agi.terms.languages import Language

ROSTERS_KEPT = 8
"""In memory, while the past is walked through: most change little by little, and some come back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What somebody asked for; texts are as they were typed, None: the usual."""

    from_text: str | None = None
    to_text: str | None = None
    lines: Sequence[str] = ()
    """Empty: all."""
    short_s: float | None = None
    people: bool = True


def reports(settings: Settings, wanted: Wanted, now: datetime) -> list[LineReport]:
    """A report per line, in the order of the roster. Blocks on disk, some seconds for a year.

    :raises SetupError: if there is no journal, no such line, or the period is none.
    """
    with JournalReader.open(settings.state / JOURNAL) as reader:
        lines = _lines(settings, reader, wanted.lines)
        try:
            periods = {line.id: period(wanted.from_text, wanted.to_text, now, line.zone) for line in lines}
        except ValueError as error:
            raise SetupError(str(error)) from error
        return _reports(settings, reader, wanted, lines, periods, now)


def week_reports(
    settings: Settings, lines: Sequence[str], *, people: bool, week: Callable[[Line], Period], now: datetime
) -> list[LineReport]:
    """The same on the week that `week` gives for each line."""
    with JournalReader.open(settings.state / JOURNAL) as reader:
        known = _lines(settings, reader, lines)
        periods = {line.id: week(line) for line in known}
        return _reports(settings, reader, Wanted(people=people), known, periods, now)


def lines_of(settings: Settings, names: Sequence[str] = ()) -> list[Line]:
    """The lines of the report: those of the roster, or of the last one that was in force."""
    with JournalReader.open(settings.state / JOURNAL) as reader:
        return _lines(settings, reader, names)


def _reports(
    settings: Settings,
    reader: JournalReader,
    wanted: Wanted,
    lines: Sequence[Line],
    periods: Mapping[LineId, Period],
    now: datetime,
) -> list[LineReport]:
    short_s = settings.reports.short_s if wanted.short_s is None else wanted.short_s
    makers = {line: ReportMaker(asked, short_s=short_s) for line, asked in periods.items()}
    tests = dict.fromkeys(makers, 0)
    since = min(maker.before_period.from_at for maker in makers.values())
    until = max(maker.period.until_at for maker in makers.values())
    for call in reporting.reported_calls(reader, since, until):
        _count(call, makers, tests)
    talks = list(reporting.later_talks(reader, min(maker.period.until_at for maker in makers.values())))
    found = []
    in_force, roster_of = revisions(reader), _rosters(reader)
    for line in lines:
        maker = makers[line.id]
        maker.reached(talks)
        found.append(
            maker.report(
                line=line.id,
                name={one: line.name.get(one.value, line.id) for one in Language},
                coverage=_coverage(settings, reader, line, maker.period, in_force, roster_of, now),
                called_back=reporting.called_back(reader, maker.missed_calls()),
                tests=tests[line.id],
                now=now,
                people=wanted.people,
            )
        )
    return found


def _count(call: ReportedCall, makers: Mapping[LineId, ReportMaker], tests: dict[LineId, int]) -> None:
    if call.call.line == canary.LINE:
        for line, maker in makers.items():
            tests[line] += maker.period.holds(call.call.arrived_at)
    elif call.call.line in makers:
        makers[call.call.line].add(call)


def _coverage(
    settings: Settings,
    reader: JournalReader,
    line: Line,
    asked: Period,
    in_force: Sequence[PastRevision],
    roster_of: Callable[[str], Roster | None],
    now: datetime,
) -> CoverageFigures:
    spans = list(promised(line.id, in_force, roster_of, asked.from_at, asked.until_at))
    seen = reporting.seen(reader, line.id, asked.from_at, asked.until_at, kept_days=settings.keep.states, now=now)
    return coverage(asked, spans, seen, nights(spans, line.zone))


def _rosters(reader: JournalReader) -> Callable[[str], Roster | None]:
    past = PastRosters(reader)

    @lru_cache(maxsize=ROSTERS_KEPT)
    def roster_of(digest: str) -> Roster | None:
        try:
            return past(digest)
        except LookupError:
            return None

    return roster_of


def _lines(settings: Settings, reader: JournalReader, names: Sequence[str]) -> list[Line]:
    known = {line.id: line for line in _roster(settings, reader).lines.values() if line.id != canary.LINE}
    for name in names:
        if LineId(name) not in known:
            hint = nearest(name, known) or f"there are {', '.join(known) or 'none'}"
            raise SetupError(f"there is no line {name!r}: {hint}")
    found = [known[LineId(name)] for name in dict.fromkeys(names)] or list(known.values())
    if not found:
        raise SetupError("the roster has no line: there is nothing to report on")
    return found


def _roster(settings: Settings, reader: JournalReader) -> Roster:
    """The one of the folder; where that cannot be read just now, the one that was in force last."""
    try:
        return rosters.load(settings.rosters, None).roster
    except HotlineError:
        past = _rosters(reader)
        for one in reversed(revisions(reader)):
            if (found := past(one.digest)) is not None:
                return found
        raise

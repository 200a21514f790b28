"""The whole report of one line on one period, made of calls that come one after the other."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from hotline_agi.reports.period.calls import Part, ReportedCall
from hotline_agi.reports.period.carried import CarriedTally, VolunteerFigures
from hotline_agi.reports.period.coverage import CoverageFigures
from hotline_agi.reports.period.hours import ByTime, TimeTally
from hotline_agi.reports.period.missed import MissedFigures, MissedTally, Talked
from hotline_agi.reports.period.span import Period
from hotline_agi.reports.period.tally import SHORT_S, CallFigures, CallTally
from hotline_agi.reports.period.waves import WaveFigures, WaveTally
from hotline_agi.terms.ids import CallId, LineId
from hotline_agi.terms.languages import Language


@dataclass(frozen=True, slots=True, kw_only=True)
class LineReport:
    line: LineId
    name: Mapping[Language, str]
    period: Period
    made_at: datetime
    """Whatever happened afterwards (a callback, the end of a call) is not in it."""
    short_s: float
    calls: CallFigures
    before: CallFigures
    """Of the period before, for comparison."""
    by_time: ByTime
    waves: tuple[WaveFigures, ...]
    volunteers: tuple[VolunteerFigures, ...] | None
    """None: left out."""
    missed: MissedFigures
    coverage: CoverageFigures
    tests: int
    """Test calls, of all lines together: they have a line of their own."""
    limits: Mapping[str, int]
    """Calls that met a limit, by its name; those that were only put behind the others too."""


class ReportMaker:
    """Give it the calls of the line in the order of their arrival, those of the period before too."""

    def __init__(self, period: Period, *, short_s: float = SHORT_S) -> None:
        self.period, self.before_period = period, period.before()
        self._short_s = short_s
        self._calls, self._before = CallTally(short_s), CallTally(short_s)
        self._by_time = TimeTally(period, short_s)
        self._waves, self._carried, self._missed = WaveTally(), CarriedTally(), MissedTally(short_s)
        self._limits: dict[str, int] = {}

    def add(self, call: ReportedCall) -> None:
        at, part = call.call.arrived_at, call.part
        if self.before_period.holds(at):
            self._before.add(call, part)
            return
        if not self.period.holds(at):
            return
        self._calls.add(call, part)
        self._by_time.add(call, part)
        self._carried.add(call)
        self._missed.add(call, part)
        if part is Part.OFFERED:
            self._waves.add(call)
        for name in call.limits_met:
            self._limits[name] = self._limits.get(name, 0) + 1

    def reached(self, talks: Iterable[Talked]) -> None:
        """Callers who talked to somebody after the period."""
        for talk in talks:
            self._missed.reached(talk)

    def missed_calls(self) -> list[CallId]:
        return list(self._missed.calls())

    def report(
        self,
        *,
        line: LineId,
        name: Mapping[Language, str],
        coverage: CoverageFigures,
        called_back: Mapping[CallId, datetime],
        tests: int,
        now: datetime,
        people: bool = True,
    ) -> LineReport:
        """:param people: whether volunteers are named, by their ids."""
        return LineReport(
            line=line,
            name=name,
            period=self.period,
            made_at=now,
            short_s=self._short_s,
            calls=self._calls.figures(),
            before=self._before.figures(),
            by_time=self._by_time.figures(),
            waves=self._waves.figures(),
            volunteers=tuple(self._carried.figures(coverage.shares)) if people else None,
            missed=self._missed.figures(called_back, now),
            coverage=coverage,
            tests=tests,
            limits=dict(sorted(self._limits.items())),
        )

"""Every figure with a stable name: for programs (JSON) and spreadsheets (CSV), one figure in a row.

Names are added, never changed. Shares are from 0 to 1, lengths in seconds, hours in hours; None: nothing to divide by,
or not known.
"""

from collections.abc import Iterator, Sequence
from dataclasses import fields
from datetime import UTC, datetime

from hotline_agi.reports.period.maker import LineReport
from hotline_agi.reports.period.tally import LEVELS_S, CallFigures, Spread
from hotline_agi.reports.period.waves import WaveFigures
from hotline_agi.terms.outcomes import Outcome

Json = dict[str, object]
Value = int | float | None

COLUMNS = ("line", "from", "until", "section", "key", "figure", "value")
"""Of the CSV; stable."""
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def values(report: LineReport) -> Iterator[tuple[str, str, str, Value]]:
    """Section, key in it (empty where there is one only), figure, value."""
    for section, figures in (("calls", report.calls), ("before", report.before)):
        for name, value in _calls(figures):
            yield section, "", name, value
    yield "calls", "", "tests", report.tests
    yield "calls", "", "short_threshold_s", report.short_s
    for limit, count in report.limits.items():
        yield "limits", limit, "calls", count
    for hour, figures in enumerate(report.by_time.hours):
        for name, value in _calls(figures):
            yield "hour", f"{hour:02}", name, value
        yield "hour", f"{hour:02}", "promised_people", report.coverage.hours[hour].promised
        yield "hour", f"{hour:02}", "delivered_people", report.coverage.hours[hour].delivered
    for weekday, figures in zip(_WEEKDAYS, report.by_time.weekdays, strict=True):
        for name, value in _calls(figures):
            yield "weekday", weekday, name, value
    for day, figures in report.by_time.days.items():
        for name, value in _calls(figures):
            yield "day", day.isoformat(), name, value
    for (weekday_number, hour), count in report.by_time.week.items():
        yield "week", f"{_WEEKDAYS[weekday_number]} {hour:02}", "offered", count
    for wave in report.waves:
        for name, value in _wave(wave):
            yield "step", str(wave.wave) if wave.wave else "overflow", name, value
    yield from _missed(report)
    yield from _coverage(report)
    yield from _volunteers(report)


def csv_rows(reports: Sequence[LineReport]) -> Iterator[tuple[str, ...]]:
    """Rows under `COLUMNS`; an empty value: none."""
    for report in reports:
        head = report.line, _instant(report.period.from_at), _instant(report.period.until_at)
        for section, key, figure, value in values(report):
            yield *head, section, key, figure, _plain(value)


def json_of(report: LineReport) -> Json:
    told: dict[str, dict[str, dict[str, Value]]] = {}
    for section, key, figure, value in values(report):
        told.setdefault(section, {}).setdefault(key, {})[figure] = _rounded(value)
    flat: Json = {section: by_key[""] if set(by_key) == {""} else by_key for section, by_key in told.items()}
    return {
        "line": report.line,
        "from": _instant(report.period.from_at),
        "until": _instant(report.period.until_at),
        "time_zone": str(report.period.zone),
        "made_at": _instant(report.made_at),
        **flat,
    }


def _calls(one: CallFigures) -> Iterator[tuple[str, Value]]:
    yield "arrived", one.arrived
    for part in ("offered", "closed", "limited", "unknown", "open"):
        yield part, next((count for known, count in one.parts.items() if known.value == part), 0)
    yield "answered", one.answered
    yield "answered_share", one.answered_share
    for level in LEVELS_S:
        yield f"within_{level}_s", one.within[level]
        yield f"service_level_{level}_s", one.level(level)
    yield "abandoned", one.abandoned
    yield "abandoned_share", one.abandoned_share
    yield "short_abandons", one.short
    yield "abandoned_without_short_share", one.lost_share
    for outcome in Outcome:
        yield f"outcome_{outcome.name.lower()}", one.went.get(outcome, 0)
    for name, spread in (("wait", one.waits), ("abandoned_wait", one.abandoned_waits), ("talk", one.talks)):
        yield from _spread(name, spread)
    yield "talk_sum_s", one.talk_s
    yield "messages", one.messages
    yield "partly_seen", one.partly_seen
    yield "failed_talks", one.failed_talks
    yield "rings", one.rings


def _spread(name: str, one: Spread) -> Iterator[tuple[str, Value]]:
    for field in fields(Spread):
        yield f"{name}_{field.name}", getattr(one, field.name)


def _wave(one: WaveFigures) -> Iterator[tuple[str, Value]]:
    yield "calls", one.calls
    yield "rings", one.rings
    yield "answered", one.answered
    yield "answered_share", one.answered_share
    yield "ring_p50_s", one.p50_ring_s


def _missed(report: LineReport) -> Iterator[tuple[str, str, str, Value]]:
    for name in ("missed", "called_back", "got_through", "never", "never_people", "unknown"):
        yield "missed", "", name, getattr(report.missed, name)


def _coverage(report: LineReport) -> Iterator[tuple[str, str, str, Value]]:
    one = report.coverage
    for field in fields(one):
        value = getattr(one, field.name)
        if isinstance(value, float):
            yield "coverage", "", field.name, value
    yield "coverage", "", "delivered_share", one.delivered_share
    for why, hours in one.away_h.items():
        yield "coverage", "", f"away_{why.replace(' ', '_')}_h", hours


def _volunteers(report: LineReport) -> Iterator[tuple[str, str, str, Value]]:
    for one in report.volunteers or ():
        told: dict[str, Value] = {
            "accept_rate": one.accept_rate,
            "rings": one.rings,
            "accepts": one.accepts,
            "talks": one.talks,
            "too_late": one.too_late,
            "missed": one.missed,
            "declined": one.declined,
            "unreached": one.unreached,
            "stopped": one.stopped,
            "talk_sum_s": one.talk_s,
            "accept_p50_s": one.p50_accept_s,
            "on_shift_h": one.share.on_shift_h,
            "away_h": one.share.away_h,
            "nights": len(one.share.nights),
        }
        for name, value in told.items():
            yield "volunteer", one.volunteer, name, value


def _rounded(value: Value) -> Value:
    return round(value, 6) if isinstance(value, float) else value


def _plain(value: Value) -> str:
    return "" if value is None else str(_rounded(value))


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")

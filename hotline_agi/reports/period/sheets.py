"""The report as tables, the same for terminal and page: each cell a text in both languages."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from hotline_agi.reports.listing import length_text
from hotline_agi.reports.period import words
from hotline_agi.reports.period.calls import Part
from hotline_agi.reports.period.maker import LineReport
from hotline_agi.reports.period.tally import LEVELS_S, MAIN_LEVEL_S, CallFigures, Spread
from hotline_agi.reports.period.words import COLUMNS, Text, same
from hotline_agi.reports.words import limit_text
from hotline_agi.terms.languages import Language
from hotline_agi.terms.outcomes import Outcome

NONE = same("–")
_Count = Callable[[CallFigures], int]
_Share = Callable[[CallFigures], float | None]
_SHOWN_APART = (Outcome.TALKED, Outcome.TRANSFERRED, Outcome.ABANDONED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    id: str
    """Small letters and hyphens; of a page's element."""
    title: Text
    columns: tuple[Text, ...]
    rows: tuple[tuple[Text, ...], ...]
    note: Text | None = None
    """What the figures mean."""


def sheets(report: LineReport) -> Iterator[Sheet]:
    """All of them, in the order in which they are read."""
    yield main_sheet(report)
    yield missed_sheet(report)
    yield coverage_sheet(report)
    yield hours_sheet(report)
    yield weekdays_sheet(report)
    yield days_sheet(report)
    yield waves_sheet(report)
    if report.volunteers is not None:
        yield people_sheet(report)


# ---- calls


def main_sheet(report: LineReport) -> Sheet:
    rows = tuple(_main_rows(report))
    names = ("figure", "value", "share", "before", "change", "formula")
    note = words.COMPARED.filled(period=report.period.before().name)
    return Sheet(id="calls", title=words.MAIN, columns=_columns(*names), rows=rows, note=note)


def _main_rows(report: LineReport) -> Iterator[tuple[Text, ...]]:
    now, before = report.calls, report.before

    def counted(name: Text, of: _Count, means: Text, share: _Share | None = None) -> tuple[Text, ...]:
        value, was = of(now), of(before)
        if share is None:
            return name, same(value), same(""), same(was), change(value, was), means
        old = same(f"{was} ({percent(share(before)).en})")
        return name, same(value), percent(share(now)), old, points(share(now), share(before)), means

    yield counted(words.ARRIVED, lambda one: one.arrived, words.ARRIVED_MEANS)
    for part, name in words.PARTS.items():
        if part is Part.OFFERED or part in now.parts or part in before.parts:
            yield counted(name, lambda one, part=part: one.parts.get(part, 0), words.PART_MEANS[part])  # type: ignore[misc]
    yield counted(words.ANSWERED, lambda one: one.answered, words.ANSWERED_MEANS, lambda one: one.answered_share)
    for level in LEVELS_S:
        means = words.LEVEL_MEANS.filled(s=level, standard=words.STANDARDS[level])
        yield counted(
            words.LEVEL.filled(s=level),
            lambda one, level=level: one.within[level],  # type: ignore[misc]
            means,
            lambda one, level=level: one.level(level),  # type: ignore[misc]
        )
    yield counted(words.ABANDONED, lambda one: one.abandoned, words.ABANDONED_MEANS, lambda one: one.abandoned_share)
    yield counted(words.SHORT, lambda one: one.short, words.SHORT_MEANS.filled(short=f"{report.short_s:g}"))
    yield counted(words.LOST, lambda one: one.abandoned - one.short, words.LOST_MEANS, lambda one: one.lost_share)
    for outcome in Outcome:
        if (outcome in now.went or outcome in before.went) and outcome not in _SHOWN_APART:
            yield counted(
                words.outcome_name(outcome),
                lambda one, outcome=outcome: one.went.get(outcome, 0),  # type: ignore[misc]
                words.OTHER_MEANS,
                lambda one, outcome=outcome: _ratio(one.went.get(outcome, 0), one.offered),  # type: ignore[misc]
            )
    if now.went.get(Outcome.TRANSFERRED, 0) or before.went.get(Outcome.TRANSFERRED, 0):
        yield counted(
            words.TRANSFERRED,
            lambda one: one.went.get(Outcome.TRANSFERRED, 0),
            words.TRANSFERRED_MEANS,
            lambda one: _ratio(one.went.get(Outcome.TRANSFERRED, 0), one.offered),
        )
    yield from _lengths(words.WAIT, now.waits, before.waits, words.WAIT_MEANS)
    yield from _lengths(words.ABANDONED_WAIT, now.abandoned_waits, before.abandoned_waits, words.ABANDONED_WAIT_MEANS)
    yield from _lengths(words.TALK, now.talks, before.talks, words.TALK_MEANS)
    yield (
        words.TALK_SUM,
        length(now.talk_s),
        same(""),
        length(before.talk_s),
        change(now.talk_s, before.talk_s),
        words.TALK_MEANS,
    )
    rings = now.rings_per_answered, before.rings_per_answered
    yield (words.RINGS, number(rings[0]), same(""), number(rings[1]), change(*rings), words.RINGS_MEANS)
    yield counted(words.MESSAGES, lambda one: one.messages, words.MESSAGES_MEANS)
    yield counted(words.FAILED, lambda one: one.failed_talks, words.FAILED_MEANS)
    yield counted(words.PARTLY, lambda one: one.partly_seen, words.PARTLY_MEANS)
    yield (words.TESTS, same(report.tests), same(""), same(""), same(""), words.TESTS_MEANS)
    if report.limits:
        told = Text(*(_limits_met(report, language) for language in (Language.EN, Language.ZH)))
        total = same(sum(report.limits.values()))
        yield (words.LIMITS, total, same(""), same(""), same(""), told)


def _limits_met(report: LineReport, language: Language) -> str:
    return "; ".join(f"{limit_text(name, language)}: {calls}" for name, calls in report.limits.items())


def _lengths(name: Text, now: Spread, before: Spread, means: Text) -> Iterator[tuple[Text, ...]]:
    for label, value, was in (
        (Text("mean", "平均"), now.mean_s, before.mean_s),
        (same("p50"), now.p50_s, before.p50_s),
        (same("p90"), now.p90_s, before.p90_s),
        (same("p99"), now.p99_s, before.p99_s),
        (Text("longest", "最长"), now.most_s, before.most_s),
    ):
        full = Text(f"{name.en}, {label.en}", f"{name.zh}，{label.zh}")
        yield full, length(value), same(""), length(was), change(value, was), means
        means = same("")  # said once


# ---- by time


def hours_sheet(report: LineReport) -> Sheet:
    rows = []
    for hour, figures in enumerate(report.by_time.hours):
        cover = report.coverage.hours[hour]
        rows.append((same(f"{hour:02}"), *_brief(figures), number(cover.promised), number(cover.delivered)))
    columns = _columns("hour", *_BRIEF, "promised", "delivered")
    note = words.BY_TIME_MEANS.filled(zone=str(report.period.zone))
    return Sheet(id="hours", title=words.BY_HOUR, columns=columns, rows=tuple(rows), note=_starred(note))


def weekdays_sheet(report: LineReport) -> Sheet:
    counts = report.by_time.weekday_counts
    rows = tuple(
        (Text(f"{name.en} ({count})", f"{name.zh}（{count}）"), *_brief(figures))
        for name, count, figures in zip(words.WEEKDAYS, counts, report.by_time.weekdays, strict=True)
    )
    note = Text("In brackets: how many such days.", "括号内为该星期几的天数。")
    columns = _columns("weekday", *_BRIEF)
    return Sheet(id="weekdays", title=words.BY_WEEKDAY, columns=columns, rows=rows, note=_starred(note))


def days_sheet(report: LineReport) -> Sheet:
    rows = tuple(
        (
            Text(
                f"{day:%Y-%m-%d} {words.WEEKDAYS[day.weekday()].en}",
                f"{day:%Y-%m-%d} {words.WEEKDAYS[day.weekday()].zh}",
            ),
            *_brief(figures),
        )
        for day, figures in report.by_time.days.items()
    )
    return Sheet(id="days", title=words.BY_DAY, columns=_columns("day", *_BRIEF), rows=rows, note=words.WITHOUT_SHORT)


_BRIEF = ("offered", "answered", "answered_share", "within", "lost", "p90")


def _brief(one: CallFigures) -> tuple[Text, ...]:
    return (
        same(one.offered),
        same(one.answered),
        percent(one.answered_share),
        percent(one.level(MAIN_LEVEL_S)),
        same(one.abandoned - one.short),
        length(one.waits.p90_s),
    )


def _starred(note: Text) -> Text:
    return Text(f"{note.en} {words.WITHOUT_SHORT.en}.", f"{note.zh}{words.WITHOUT_SHORT.zh}。")


# ---- who and how


def waves_sheet(report: LineReport) -> Sheet:
    rows = tuple(
        (
            same(one.wave) if one.wave else words.OVERFLOW_WAVE,
            same(one.calls),
            same(one.rings),
            same(one.answered),
            percent(one.answered_share),
            length(one.p50_ring_s),
        )
        for one in report.waves
    )
    columns = _columns("step", "calls", "rings", "answered", "share", "p50_ring")
    return Sheet(id="steps", title=words.WAVES, columns=columns, rows=rows, note=words.WAVES_MEANS)


def people_sheet(report: LineReport) -> Sheet:
    names = ("volunteer", "rate", "rings", "accepts", "talks", "minutes", "missed", "declined", "unreached", "stopped")
    rows = tuple(
        (
            same(one.volunteer),
            percent(one.accept_rate),
            *map(same, (one.rings, one.accepts, one.talks, round(one.talk_s / 60))),
            *map(same, (one.missed, one.declined, one.unreached, one.stopped)),
            number(one.share.on_shift_h),
            number(one.share.away_h),
            same(len(one.share.nights)),
        )
        for one in report.volunteers or ()
    )
    columns = _columns(*names, "on_shift", "away", "nights")
    return Sheet(id="volunteers", title=words.PEOPLE, columns=columns, rows=rows, note=words.PEOPLE_MEANS)


def missed_sheet(report: LineReport) -> Sheet:
    missed = report.missed
    rows = tuple(
        (name, same(getattr(missed, field)), percent(_ratio(getattr(missed, field), missed.missed)))
        if field != "never_people"
        else (name, same(missed.never_people), same(""))
        for field, name in words.MISSED_ROWS.items()
    )
    until = f"{missed.looked_until.astimezone(report.period.zone):%Y-%m-%d %H:%M}"
    note = words.MISSED_MEANS.filled(until=until)
    return Sheet(id="missed", title=words.MISSED, columns=_columns("figure", "value", "share"), rows=rows, note=note)


def coverage_sheet(report: LineReport) -> Sheet:
    found = report.coverage
    rows = [
        (name, percent(found.delivered_share) if field == "delivered_share" else number(getattr(found, field)))
        for field, name in words.COVERAGE_ROWS.items()
    ]
    rows += [(words.AWAY[why], number(hours)) for why, hours in found.away_h.items() if hours]
    return Sheet(
        id="coverage",
        title=words.COVERAGE,
        columns=_columns("figure", "value"),
        rows=tuple(rows),
        note=words.COVERAGE_MEANS,
    )


def overview_sheet(reports: Sequence[LineReport]) -> Sheet:
    """A row per line."""
    rows = tuple((same(one.line), *_brief(one.calls)) for one in reports)
    return Sheet(
        id="lines", title=words.OVERVIEW, columns=_columns("line", *_BRIEF), rows=rows, note=words.WITHOUT_SHORT
    )


# ---- cells


def _columns(*names: str) -> tuple[Text, ...]:
    return tuple(COLUMNS[name] for name in names)


def _ratio(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def percent(value: float | None) -> Text:
    return NONE if value is None else same(f"{100 * value:.1f} %")


def number(value: float | None) -> Text:
    return NONE if value is None else same(f"{value:.1f}")


def length(seconds: float | None) -> Text:
    """``4.2 s``, ``3:05``, ``1:02:03``."""
    return NONE if seconds is None else same(length_text(seconds))


def points(value: float | None, before: float | None) -> Text:
    """How far a share moved: ``▲ +1.2 points``."""
    if value is None or before is None:
        return NONE
    moved = round(100 * (value - before), 1)
    if not moved:
        return same("=")
    mark = "▲" if moved > 0 else "▼"
    number = f"{moved:+.1f}".replace("-", "−")
    return Text(f"{mark} {number} points", f"{mark} {number} 个百分点")


def change(value: float | None, before: float | None) -> Text:
    """How much a value changed: ``▲ +12 %``, ``▼ −3 %``, ``=``; from nothing there is no percentage."""
    if value is None or before is None:
        return NONE
    if value == before:
        return same("=")
    mark = "▲" if value > before else "▼"
    if not before:
        return same(f"{mark} {value:+g}".replace("-", "−")) if value == int(value) else same(mark)
    return same(f"{mark} {100 * (value - before) / before:+.0f} %".replace("-", "−"))

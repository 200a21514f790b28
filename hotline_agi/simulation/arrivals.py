"""When people call: hour by hour of a line's wall clock."""

import csv
from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from hotline_agi.roster.findings import Findings
from hotline_agi.terms.problems import Mark

HOURS = 24
USUAL_CURVE = (10, 9, 7, 5, 3, 2, 2, 2, 2, 3, 4, 4, 4, 4, 4, 5, 5, 5, 6, 7, 8, 9, 10, 11)
"""Calls by hour of the day, 00:00 first, in no unit. A shape, no measurement: crisis lines are called most from 22:00
to 02:30 and least from 05:00 to 09:00 (Samaritans UK 2015-2017, "Identifying suicide prevention crisis-line caller
behaviour using wavelet call volume analysis", Ulster University). A line that has its own figures should use them."""
_PIECE = timedelta(minutes=15)
"""Offsets of time zones are whole quarters of an hour, so that a piece lies in one local hour."""
_MOST_CALLS = 1_000_000.0


def arrivals(zone: ZoneInfo, start: datetime, until: datetime, by_hour: Sequence[float], chance: Random) -> list[float]:
    """The seconds after `start` at which somebody calls, ordered.

    :param by_hour: calls to expect in each hour of the local day. As many come as are to be expected in all; when each
        of them comes is drawn (a Poisson stream, given its total).
    """
    pieces: list[tuple[float, float]] = []
    rates: list[float] = []
    at = start
    while at < until:
        end = min(at + _PIECE - (at - datetime.min.replace(tzinfo=at.tzinfo)) % _PIECE, until)
        pieces.append(((at - start).total_seconds(), (end - start).total_seconds()))
        rates.append(by_hour[at.astimezone(zone).hour] * (end - at).total_seconds() / 3600.0)
        at = end
    total = round(sum(rates))
    if total <= 0:
        return []
    return sorted(chance.uniform(*piece) for piece in chance.choices(pieces, rates, k=total))


def curve(calls_per_day: float, shape: Sequence[float] = USUAL_CURVE) -> tuple[float, ...]:
    """Calls by hour, in the shape of `shape`."""
    whole = sum(shape)
    return tuple(calls_per_day * one / whole for one in shape)


def read_curve(name: str, text: str, findings: Findings) -> tuple[float, ...] | None:
    """Calls by hour from a CSV file with the columns hour (0 to 23) and calls; hours that are missing have none.

    A first row of words is a heading. Everything that is wrong goes to `findings`; then None is returned.
    """
    found: dict[int, float] = {}
    failed = findings.failed
    findings.failed = False
    for n, row in enumerate(csv.reader(text.splitlines()), 1):
        cells = [cell.strip() for cell in row]
        if not any(cells) or (n == 1 and not any(cell[:1].isdigit() for cell in cells)):
            continue
        mark = Mark(file=name, line=n, column=1)
        hour, calls = _hour(cells[0]), _calls(cells[1]) if len(cells) > 1 else None
        if hour is None:
            findings.error(mark, f"{cells[0]!r} is no hour", "write 0 to 23")
        elif hour in found:
            findings.error(mark, f"hour {hour} stands here a second time", "write each hour once")
        elif calls is None:
            findings.error(mark, "no number of calls", "write hour,calls: 22,13.5")
        else:
            found[hour] = calls
    if not found and not findings.failed:
        findings.error(Mark(file=name), "no hours in it", "write lines hour,calls: 22,13.5")
    good = not findings.failed
    findings.failed |= failed
    return tuple(found.get(hour, 0.0) for hour in range(HOURS)) if good else None


def _hour(text: str) -> int | None:
    text = text.removesuffix(":00")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 2 and int(text) < HOURS else None


def _calls(text: str) -> float | None:
    try:
        calls = float(text)
    except ValueError:
        return None
    return calls if 0.0 <= calls <= _MOST_CALLS else None

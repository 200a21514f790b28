"""``hotline roster stats``: who carries how much, and how evenly."""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import click

from hotline_agi import rosters, table
from hotline_agi.cli.options import json_option, line_option, lines_of, print_json, rosters_option
from hotline_agi.cli.roster import roster
from hotline_agi.cli.roster_options import MOST_DAYS, day_of, from_option
from hotline_agi.planning.workload import Spread, Workload, spread, workloads
from hotline_agi.roster.clock import ONE_DAY
from hotline_agi.roster.duty import everybody

_COLUMNS = ("id", "name", "shifts", "hours", "nights", "weekend", "backup", "quiet", "longest", "least rest")
_SHARED = (("shifts", "shifts"), ("hours", "on_shift_h"), ("nights", "nights"), ("weekend", "weekend_h"))
"""What is to be shared fairly, with its field in `Workload`."""


@roster.command("stats")
@line_option
@from_option
@click.option("--days", type=click.IntRange(1, MOST_DAYS), default=28, show_default=True)
@rosters_option
@json_option
def roster_stats(line_id: str | None, from_day: str | None, days: int, folder: Path, as_json: bool) -> None:
    """Count everybody's hours, nights and rest, and tell how evenly they are shared.

    All hours of a person count, on whatever line; --line chooses the people. Hours on two lines at once count once,
    hours in which a line is closed do not count.

    \b
    shifts      that start in the period
    hours       on shift
    nights      of the shifts: with two hours or more between 00:00 and 05:00
                (the core of the night in Directive 2003/88/EC)
    weekend     hours on shift on Saturday and Sunday
    backup      hours as backup, not on shift on another line
    quiet       planned hours that quiet hours take
    longest     hours on shift without a break
    least rest  hours between two times on shift

    Fairness: the Gini coefficient, sum over all pairs of |x - y| / (2 n² mean). 0: all have the same; near 1: one has
    everything.
    """
    known = rosters.load(folder, None).roster
    lines = list(lines_of(known, line_id))
    first = day_of(from_day, lines[0])
    serve = set().union(*map(everybody, lines))
    people = [who for who in known.volunteers if who in serve]
    found = workloads(known, first, days, people)
    spreads = {name: spread([getattr(one, of) for one in found]) for name, of in _SHARED} if found else {}
    if as_json:
        print_json(
            {
                "from": first.isoformat(),
                "days": days,
                "people": [{"id": one.who, **{k: v for k, v in asdict(one).items() if k != "who"}} for one in found],
                "fairness": {name: asdict(one) for name, one in spreads.items()},
            }
        )
        return
    names = {who: known.volunteers[who].name for who in people}
    rows = [(one.who, names[one.who], *_row(one)) for one in sorted(found, key=lambda one: -one.on_shift_h)]
    last = first + (days - 1) * ONE_DAY
    title = f"{', '.join(line.id for line in lines)}  {first} to {last} ({days} days)"
    table.table(title, _COLUMNS, [*rows, ("all", f"{len(found)} people", *_totals(found))])
    _print_fairness(spreads)


def _row(one: Workload) -> tuple[object, ...]:
    rest = None if one.least_rest_h is None else _h(one.least_rest_h)
    hours = (one.weekend_h, one.backup_h, one.quiet_h, one.longest_h)
    return (one.shifts, _h(one.on_shift_h), one.nights, *map(_h, hours), rest)


def _totals(found: Sequence[Workload]) -> tuple[object, ...]:
    sums = (sum(one.weekend_h for one in found), sum(one.backup_h for one in found), sum(one.quiet_h for one in found))
    return (
        sum(one.shifts for one in found),
        _h(sum(one.on_shift_h for one in found)),
        sum(one.nights for one in found),
        *map(_h, sums),
        _h(max((one.longest_h for one in found), default=0.0)),
        _h(min((one.least_rest_h for one in found if one.least_rest_h is not None), default=0.0)),
    )


def _print_fairness(spreads: dict[str, Spread]) -> None:
    rows = [(name, _h(one.least), _h(one.median), _h(one.most), f"{one.gini:.2f}") for name, one in spreads.items()]
    table.note("")
    table.table("fairness (Gini: 0 all the same, near 1 one has everything)", _FAIRNESS, rows)


_FAIRNESS = ("", "least", "median", "most", "Gini")


def _h(hours: float) -> str:
    return f"{hours:.1f}".removesuffix(".0")

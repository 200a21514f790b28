"""Days of the week as rosters write them: converters (see `fields.py`) to numbers, 0 is Monday, and back into words."""

import re
from collections.abc import Iterable

from hotline_agi.roster.document import FULL_WIDTH, Node, Sequence
from hotline_agi.roster.findings import Findings
from hotline_agi.roster.probes import described
from hotline_agi.roster.values import scalar, written
from hotline_agi.terms.problems import Mark

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
EVERY_DAY = frozenset(range(7))

_DAY = f"({'|'.join(WEEKDAYS)})"
_DAYS = f"(daily|{_DAY}( *- *{_DAY})?)"
_DAYS_HINT = "write daily, mon, mon-fri or `mon, wed`; the days are mon tue wed thu fri sat sun"
_WEEKDAYS_SCHEMA = written(f" *{_DAYS}( *, *{_DAYS})* *", _DAYS_HINT, examples=["daily", "mon-fri", "sat, sun"])


@described(_WEEKDAYS_SCHEMA, {"type": "array", "items": _WEEKDAYS_SCHEMA, "minItems": 1})
def weekdays(node: Node, findings: Findings) -> frozenset[int] | None:
    """Days of the week, 0 is Monday: ``daily``, ``mon``, ``mon-fri``, ``sat-mon``, ``mon, wed``, or a list of these."""
    if isinstance(node, Sequence):
        parts = [day_name(item, findings) for item in node.items]
        if not parts:
            findings.error(node.mark, "no weekday", "write daily or e.g. [mon, wed]")
        return None if None in parts else frozenset().union(*(part for part in parts if part)) or None
    return day_name(node, findings)


@described(_WEEKDAYS_SCHEMA)
def day_name(node: Node, findings: Findings) -> frozenset[int] | None:
    """As `weekdays`, but no list: what a name in a table by days may be."""
    found = scalar(node, findings, "the weekday")
    return None if found is None else days_of(found.text, found.shown, found.mark, findings)


def days_of(text: str, shown: str, mark: Mark, findings: Findings) -> frozenset[int] | None:
    """The days that `text` names; see `weekdays`."""
    days: set[int] = set()
    for part in re.split(r" *, *", text.strip()):
        first, dash, last = (p.strip() for p in part.partition("-"))
        if part == "daily":
            days |= EVERY_DAY
        elif first in WEEKDAYS and (last in WEEKDAYS if dash else not last):
            start = WEEKDAYS.index(first)
            length = (WEEKDAYS.index(last) - start) % 7 + 1 if dash else 1
            days.update((start + n) % 7 for n in range(length))
        else:
            hint = _DAYS_HINT
            if wide := next((wide for wide in FULL_WIDTH if wide in part), None):
                hint = f"{wide} is a full-width sign; write {FULL_WIDTH[wide]}"
            findings.error(mark, f"{shown} is no weekday", hint)
            return None
    return frozenset(days)


def days_in_words(days: Iterable[int]) -> str:
    """Weekdays as the roster writes them: ``daily``, ``mon-fri``, ``mon, wed``."""
    stretches: list[list[int]] = []
    for day in sorted(days):
        if stretches and stretches[-1][-1] == day - 1:
            stretches[-1].append(day)
        else:
            stretches.append([day])
    if stretches and len(stretches[0]) == 7:
        return "daily"
    return ", ".join(
        "-".join(WEEKDAYS[day] for day in (s[0], s[-1])) if len(s) > 2 else ", ".join(WEEKDAYS[day] for day in s)
        for s in stretches
    )

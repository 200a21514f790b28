"""Figures of a benchmark: percentiles, goals, plain tables, and build/bench/NAME.json."""

import json
import math
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).resolve().parents[2] / "build/bench"


@dataclass(frozen=True, slots=True)
class Goal:
    """A bound of the issue and what was measured."""

    name: str
    value: float
    bound: float
    at_least: bool = False
    """The value should not be below the bound; else not above."""

    @property
    def met(self) -> bool:
        return self.value >= self.bound if self.at_least else self.value <= self.bound

    def row(self) -> tuple[str, str, str, str]:
        sign = "≥" if self.at_least else "≤"
        return self.name, plain(self.value), f"{sign} {plain(self.bound)}", "met" if self.met else "MISSED"


@dataclass(slots=True)
class Findings:
    """What one benchmark found out."""

    name: str
    figures: dict[str, Any] = field(default_factory=dict)
    goals: list[Goal] = field(default_factory=list)

    def write(self) -> Path:
        """Put them into build/bench/NAME.json."""
        RESULTS.mkdir(parents=True, exist_ok=True)
        path = RESULTS / f"{self.name}.json"
        goals = [{**asdict(goal), "met": goal.met} for goal in self.goals]
        result = {
            "name": self.name,
            "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
            "cpus": os.cpu_count(),
            "load_1min": round(os.getloadavg()[0], 2),
            "figures": self.figures,
            "goals": goals,
        }
        path.write_text(json.dumps(result, indent=2, ensure_ascii=False) + "\n")
        return path


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest of `values` that is not below this share of them (nearest rank); NaN of nothing."""
    if not values:
        return math.nan
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def median(values: Sequence[float]) -> float:
    return percentile(values, 0.5)


def plain(value: float) -> str:
    """Three digits that say something."""
    if math.isnan(value):
        return "-"
    if value == int(value) and abs(value) < 1e6:
        return str(int(value))
    return f"{value:.3g}" if abs(value) < 1000 else f"{value:,.0f}"


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Columns as wide as they need be; the first is text, the others are numbers."""
    widths = [max(len(row[column]) for row in (head, *rows)) for column in range(len(head))]

    def line(cells: Sequence[str]) -> str:
        first, *rest = zip(cells, widths, strict=True)
        return "  ".join([first[0].ljust(first[1]), *(cell.rjust(width) for cell, width in rest)]).rstrip()

    return "\n".join([line(head), *map(line, rows)])

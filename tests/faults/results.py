"""The results of a run of the matrix: one per cell, as JSON and as a table for people."""

import json
import platform
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from hotline_agi.lab.install import asterisk
from tests.faults.cell import Cell
from tests.faults.evidence import Evidence, from_data, to_data
from tests.faults.faults import FAULTS
from tests.faults.judge import Verdict, judge
from tests.faults.matrix import CELLS
from tests.faults.rows import ROWS, Row
from tests.faults.stages import STAGES

FOLDER = Path("build/faults")


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One cell that was tried."""

    cell: Cell
    evidence: Evidence | None = None
    verdict: Verdict | None = None
    not_run: str = ""
    """Why the cell does not count: the fault missed its stage, or did not strike."""
    broken: str = ""
    """What broke in the harness."""

    @classmethod
    def of(cls, cell: Cell, evidence: Evidence) -> "Result":
        return cls(cell=cell, evidence=evidence, verdict=judge(evidence, cell.expects))

    @property
    def ran(self) -> bool:
        return self.evidence is not None

    @property
    def is_good(self) -> bool:
        return self.verdict is not None and self.verdict.is_good

    def said(self) -> str:
        """The field of the table."""
        if self.verdict is None:
            return "broken" if self.broken else "not run"
        figures = self.verdict.figures
        waited = "" if figures.answered_after_s is None else f" {figures.answered_after_s:.1f} s"
        good = "(✓)" if self.verdict.is_lost else "✓"
        mark = good if self.is_good else "✗ " + ",".join(sorted({finding.rule for finding in self.verdict.findings}))
        return f"{self.verdict.end or 'nothing'}{waited} {mark}"


def heading() -> dict[str, str]:
    """What was tried, and on what."""
    return {
        "date": datetime.now(UTC).strftime("%Y-%m-%d"),
        "asterisk": asterisk().version,
        "python": platform.python_version(),
        "kernel": platform.release(),
    }


def table(results: Sequence[Result]) -> str:
    """Markdown: for each fault a row, for each stage a column, and below it what was bad."""
    by_name = {result.cell.name: result for result in results}
    stages = [stage for stage in STAGES if any(result.cell.stage == stage for result in results)]
    faults = [fault for fault in FAULTS if any(result.cell.fault == fault for result in results)]
    lines = [
        "| fault | " + " | ".join(stages) + " |",
        "|---|" + "---|" * len(stages),
        *(
            f"| {fault} | "
            + " | ".join(by_name[name].said() if (name := f"{stage}/{fault}") in by_name else "" for stage in stages)
            + " |"
            for fault in faults
        ),
    ]
    return "\n".join(lines)


def summary(results: Sequence[Result]) -> str:
    ran = [result for result in results if result.ran]
    good = [result for result in ran if result.is_good]
    lost = sum(result.verdict is not None and result.verdict.is_lost for result in good)
    text = f"{len(ran)} cells ran, {len(good)} good, {len(ran) - len(good)} bad"
    if lost:
        text += f"; of the good ones {lost} had their call lost with Asterisk itself, (✓)"
    others = [result for result in results if not result.ran]
    if others:
        text += f"; {len(others)} did not run"
    return text


def worst(results: Sequence[Result]) -> list[str]:
    """The worst figures of all cells, each with its cell."""
    judged = [(result.cell, result.verdict.figures) for result in results if result.verdict is not None]
    named: Mapping[str, str] = {
        "silence_s": "longest silence that a caller heard",
        "wrong_ring_s": "longest ringing with nothing to answer",
        "answered_after_s": "longest from the strike to the talk",
        "serving_s": "longest until the service served again",
        "next_rang_s": "longest until a phone rang for the next call",
    }
    lines = []
    for name, words in named.items():
        figures = [(getattr(one, name), cell.name) for cell, one in judged if getattr(one, name) is not None]
        if figures:
            most_s, where = max(figures)
            lines.append(f"- {words}: {most_s:.2f} s ({where})")
    return lines


def bad(results: Sequence[Result]) -> list[str]:
    """Everything that was not good, with the evidence in a line."""
    lines = []
    for result in results:
        if result.broken or result.not_run:
            lines.append(
                f"- {result.cell.name}: {'broken' if result.broken else 'not run'}: {result.broken or result.not_run}"
            )
        elif result.verdict is not None:
            lines += [f"- {result.cell.name}: {finding.rule}: {finding.text}" for finding in result.verdict.findings]
    return lines


def page(results: Sequence[Result]) -> str:
    """The whole table with all that belongs to it."""
    head = ", ".join(f"{name} {value}" for name, value in heading().items())
    elsewhere = [f"- {row.section}, {row.fault}: {where}" for row in ROWS if (where := _where(row))]
    return "\n".join(
        [
            "# Fault matrix",
            "",
            f"{summary(results)} ({head}). A field says what the caller got, and when they talked, from the strike.",
            "Bounds and their sources: `tests/faults/bounds.py`. Again: `make faults`.",
            "",
            table(results),
            "",
            "## Worst figures",
            "",
            *worst(results),
            "",
            "## What was not good",
            "",
            *(bad(results) or ["Nothing."]),
            "",
            "## What the design's list of faults (ASTERISK.md 2.3, 4.1) has beside these cells",
            "",
            *elsewhere,
            "",
            "## The faults",
            "",
            *(f"- **{fault.name}**: {fault.words}" for fault in FAULTS.values()),
            "",
            "## The stages",
            "",
            *(f"- **{stage.name}**: {stage.words}" for stage in STAGES.values()),
            "",
        ]
    )


def _where(row: Row) -> str:
    """What holds this fault beside the cells, or why nothing does."""
    return ", ".join(f"`{test}`" for test in row.elsewhere) or row.without


def earlier() -> dict[str, Result]:
    """What an earlier run left in `FOLDER`, judged as the judge is now."""
    path = FOLDER / "cells.json"
    if not path.exists():
        return {}
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return {
        name: Result(cell=CELLS[name], not_run=told["not_run"], broken=told["broken"])
        if told["evidence"] is None
        else Result.of(CELLS[name], from_data(told["evidence"]))
        for name, told in cells.items()
        if name in CELLS
    }


def in_order(kept: Mapping[str, Result], played: Iterable[Result]) -> list[Result]:
    """All of them in the matrix's order; of a cell that is in both, the one that was played now."""
    by_name = {**kept, **{result.cell.name: result for result in played}}
    return [by_name[name] for name in CELLS if name in by_name]


def write(results: Sequence[Result]) -> tuple[Path, Path]:
    """`table.md` and `cells.json` in `FOLDER`."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    text, data = FOLDER / "table.md", FOLDER / "cells.json"
    text.write_text(page(results), encoding="utf-8")
    cells = {
        result.cell.name: {
            "good": result.is_good,
            "not_run": result.not_run,
            "broken": result.broken,
            "verdict": None if result.verdict is None else asdict(result.verdict),
            "evidence": None if result.evidence is None else to_data(result.evidence),
        }
        for result in results
    }
    data.write_text(json.dumps({**heading(), "cells": cells}, ensure_ascii=False, indent=1), encoding="utf-8")
    return text, data

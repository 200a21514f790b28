"""What `hotline calls replay` prints: that a run's commands follow from what it was told, or where they do not."""

from datetime import UTC
from itertools import zip_longest
from pathlib import Path
from typing import Any

from hotline_agi import table
from hotline_agi.dispatch.replay import Difference, Report, replay
from hotline_agi.store.reading import JournalReader
from hotline_agi.store.tape import PastRosters, Run, RunNotFound, beginning_of, lines_of, runs

MAX_SHOWN = 2_000
"""Characters of each side of a difference."""


def prove(journal: Path, run: str | None, *, as_json: bool) -> tuple[bool, dict[str, Any]]:
    """Replay a run (None: the newest), print what was found, and tell whether it is proved.

    :raises RunNotFound: if there is none; SetupError if the journal cannot be read.
    """
    with JournalReader.open(journal) as reader:
        found = _run(reader, run)
        report = replay(beginning_of(reader, found.run), lines_of(reader, found.run), PastRosters(reader))
    if not as_json:
        _print(found, report)
    return report.proved, _json(found, report)


def print_runs(journal: Path, *, as_json: bool) -> list[dict[str, Any]]:
    """The runs that the journal knows, the newest first."""
    with JournalReader.open(journal) as reader:
        found = runs(reader)
    if not as_json:
        table.table(
            "",
            ("Run", "Started", "Steps", "Roster", "Program"),
            [
                (one.run, f"{one.started_at:%Y-%m-%d %H:%M:%S}Z", one.steps, one.roster[:12], one.program)
                for one in found
            ],
        )
    return [
        {
            "run": one.run,
            "started_at": one.started_at.astimezone(UTC).isoformat(),
            "steps": one.steps,
            "roster": one.roster,
            "program": one.program,
        }
        for one in found
    ]


def print_steps(journal: Path, run: str | None) -> None:
    """Every step of a run as it stands in the journal; see `dispatch.replay` for the form of a line."""
    with JournalReader.open(journal) as reader:
        try:
            for line in lines_of(reader, _run(reader, run).run):
                table.note(line)
        except LookupError as missing:
            table.fail(str(missing))


def _run(reader: JournalReader, run: str | None) -> Run:
    known = runs(reader)
    if not known:
        raise RunNotFound("the journal has no run: the service of this version has not been started yet")
    if run is None:
        return known[0]
    for one in known:
        if one.run == run:
            return one
    raise RunNotFound(f"the journal has no run {run}: `hotline calls replay --list` tells which it has")


def _print(run: Run, report: Report) -> None:
    steps = f"{table.counted(report.steps, 'step')}, {table.counted(report.commands, 'command')}"
    if report.difference is not None:
        _print_difference(run, report.difference, steps)
    elif report.trouble:
        table.fail(f"run {run.run}: {steps} are the same, then it cannot go on: {report.trouble}")
    else:
        table.ok(f"run {run.run} is proved: {steps}, the same byte for byte")


def _print_difference(run: Run, difference: Difference, steps: str) -> None:
    table.fail(f"run {run.run}: step {difference.number} of {run.steps} differs, after {steps} that are the same")
    table.note(f"at        {difference.at.isoformat()}")
    table.note(f"told      {difference.news[:MAX_SHOWN]}")
    table.note(f"recorded  {difference.recorded[:MAX_SHOWN]}")
    table.note(f"replayed  {difference.replayed[:MAX_SHOWN]}")
    place = next(
        (at for at, (one, other) in enumerate(zip_longest(difference.recorded, difference.replayed)) if one != other), 0
    )
    table.note(f"from character {place + 1} on")
    table.note(f"The run was made by version {run.program}: another version may decide otherwise on purpose.")


def _json(run: Run, report: Report) -> dict[str, Any]:
    told: dict[str, Any] = {
        "run": run.run,
        "proved": report.proved,
        "steps": report.steps,
        "commands": report.commands,
        "trouble": report.trouble or None,
        "difference": None,
    }
    if report.difference is not None:
        told["difference"] = {
            "step": report.difference.number,
            "at": report.difference.at.isoformat(),
            "told": report.difference.news,
            "recorded": report.difference.recorded,
            "replayed": report.difference.replayed,
        }
    return told

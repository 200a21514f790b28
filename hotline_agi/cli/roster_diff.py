"""``hotline roster diff``: what a change of the rosters does to who is rung, in sentences."""

import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, timedelta
from pathlib import Path
from typing import Any

import click

from hotline_agi import rosters, table
from hotline_agi.cli.options import FINDING, instant_of, json_option, line_option, print_json, rosters_option
from hotline_agi.cli.roster import roster
from hotline_agi.cli.roster_options import MOST_DAYS
from hotline_agi.coordination.revisions import files_at
from hotline_agi.errors import InvalidText, SetupError
from hotline_agi.planning.callings import names_in
from hotline_agi.planning.effect_words import Sentence, sentences
from hotline_agi.planning.outlook import DAYS
from hotline_agi.roster.model import Roster
from hotline_agi.roster.reader import read_roster
from hotline_agi.terms.ids import LineId
from hotline_agi.terms.problems import Problem, Severity

_PROBLEMS = 5
WORK_TREE = "the work tree"


@roster.command("diff")
@click.argument("revision", default="HEAD")
@click.argument("other", required=False)
@rosters_option
@click.option(
    "--days", type=click.IntRange(1, MOST_DAYS), default=DAYS, show_default=True, help="How far to look ahead."
)
@click.option("--from", "start", metavar="TIME", help="2026-02-14T03:10, in the line's time zone. Now if left out.")
@line_option
@json_option
def roster_diff(
    revision: str, other: str | None, folder: Path, days: int, start: str | None, line_id: str | None, as_json: bool
) -> None:
    """Tell how the rosters of OTHER differ from those of REVISION in who is rung.

    Both are git revisions; OTHER is the files as they are now if left out, and REVISION the last commit.
    """
    old = _read(revision, files_at(folder, revision))
    new = _read(other, files_at(folder, other)) if other else _read(WORK_TREE, rosters.read_files(folder))
    lines = {**old.lines, **new.lines}
    if line_id is not None and LineId(line_id) not in lines:
        raise SetupError(f"there is no line {line_id!r} on either side: there are {', '.join(lines)}")
    zoned = lines[LineId(line_id)] if line_id is not None else next(iter(lines.values()))
    at = instant_of(start, zoned)
    found = sentences(old, new, at, at + timedelta(days=days), LineId(line_id) if line_id is not None else None)
    if as_json:
        print_json(
            {
                "old": revision,
                "new": other or WORK_TREE,
                "from": at.isoformat(),
                "days": days,
                "effects": effects_as_json(found),
            }
        )
    else:
        people = Roster(lines=lines, volunteers={**old.volunteers, **new.volunteers})
        show_effects(found, people, several=len(lines) > 1)


def _read(name: str, files: Mapping[str, bytes]) -> Roster:
    """The roster of one side; if check refuses it, say so and end."""
    if not files:
        table.fail(f"there are no roster files in {name}")
        sys.exit(FINDING)
    try:
        return read_roster(files).roster
    except InvalidText as refused:
        errors = [one for one in refused.problems if one.severity is Severity.ERROR]
        table.fail(f"the rosters of {name} are refused: {len(errors)} to mend, so they ring nobody")
        show_problems(errors, _PROBLEMS)
        sys.exit(FINDING)


def show_problems(problems: Sequence[Problem], most: int) -> None:
    table.problems(problems[:most])
    if len(problems) > most:
        table.note(f"and {len(problems) - most} more: see them with `hotline roster check`")


def show_effects(found: Sequence[Sentence], people: Roster, *, several: bool) -> None:
    """The sentences, and below them what the people in them are called.

    :param several: whether there is more than one line, so that each sentence says which it means.
    """
    for one in found:
        table.note(f"{one.line}: {one.text}" if several and one.line else one.text)
    if not found:
        table.note("the effect on who is rung: none")
    if called := names_in((one.text for one in found), people):
        table.note(f"({', '.join(called)})")


def effects_as_json(found: Iterable[Sentence]) -> list[dict[str, Any]]:
    return [_as_json(one) for one in found]


def _as_json(one: Sentence) -> dict[str, Any]:
    told: dict[str, Any] = {"line": one.line, "text": one.text}
    if one.change is not None:
        told["spans"] = [
            {"from": start.astimezone(UTC).isoformat(), "until": end.astimezone(UTC).isoformat()}
            for start, end in one.change.spans
        ]
        told |= asdict(one.change.difference)
    return told

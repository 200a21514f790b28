"""``hotline roster explain``: why somebody is rung, or is not."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from hotline_agi import rosters, table
from hotline_agi.cli.options import (
    at_option,
    instant_of,
    json_option,
    line_option,
    lines_of,
    print_json,
    rosters_option,
)
from hotline_agi.cli.roster import roster
from hotline_agi.planning.callings import person_called
from hotline_agi.planning.explain import Explanation, explain_on
from hotline_agi.planning.reasons import Reason
from hotline_agi.planning.wording import moment
from hotline_agi.roster.duty import everybody
from hotline_agi.roster.model import Line, Roster
from hotline_agi.terms.ids import VolunteerId
from hotline_agi.terms.languages import Language


@roster.command("explain")
@click.argument("volunteer")
@line_option
@at_option
@rosters_option
@json_option
def roster_explain(volunteer: str, line_id: str | None, at: str | None, folder: Path, as_json: bool) -> None:
    """Tell why VOLUNTEER (an id) is rung, or is not.

    For each line that names them anywhere, or the one of --line: in which wave, by which endpoints, and which saying of
    the roster decides, with its place.
    """
    known = rosters.load(folder, None).roster
    who = person_called(known, volunteer)
    now = None if at is not None else datetime.now(UTC)  # one instant for all lines
    found = [explain_on(known, line, who, now or instant_of(at, line)) for line in _lines(known, line_id, who)]
    if as_json:
        print_json([_as_json(one) for one in found])
        return
    for one in found:
        here = one.at.astimezone(one.line.zone)
        table.note(f"{who}, line {one.line.id}, {moment(here, Language.EN)} ({one.line.zone.key}):")
        for sentence in one.sentences:
            table.note(f"  {sentence}")
    if not found:
        table.note(f"No line names {who}: nobody rings them.")


def _lines(known: Roster, line_id: str | None, who: VolunteerId) -> list[Line]:
    """The line that was asked for, or those that name `who`."""
    lines = lines_of(known, line_id)
    return [line for line in lines if line_id is not None or who in everybody(line)]


def _as_json(one: Explanation) -> dict[str, Any]:
    return {
        "line": one.line.id,
        "volunteer": one.who,
        "at": one.at.isoformat(),
        "rung": one.is_rung,
        "verdict": one.verdict,
        "group": one.group.value if one.group else None,
        "waves": [{"wave": wave, "rings": count, "of": one.of} for wave, count in one.shares],
        "because": [_reason(reason) for reason in one.because],
        "facts": [_reason(reason) for reason in one.facts],
    }


def _reason(one: Reason) -> dict[str, Any]:
    return {
        "ground": one.ground.value,
        "text": one.text,
        "file": one.where.file or None,
        "line": one.where.line or None,
    }

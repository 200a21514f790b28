"""``hotline roster who``: what a roster says."""

from pathlib import Path
from typing import Any

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
from hotline_agi.roster.duty import Who, who
from hotline_agi.roster.model import Volunteer


@roster.command("who")
@line_option
@at_option
@rosters_option
@json_option
def roster_who(line_id: str | None, at: str | None, folder: Path, as_json: bool) -> None:
    """Tell who is on shift."""
    known = rosters.load(folder, None).roster
    found = [who(known, line.id, instant_of(at, line)) for line in lines_of(known, line_id)]
    if as_json:
        print_json([_who_as_json(one) for one in found])
        return
    for one in found:
        here = one.at.astimezone(one.line.zone)
        until = f", until {one.changes_at.astimezone(one.line.zone):%a %H:%M}" if one.changes_at else ""
        slots = ", ".join(one.duty.slots) or "nobody's shift"
        state = "" if one.duty.is_open else " (closed)"
        rows = [
            (str(n), person.id, person.name, _reach(person), "on shift") for n, person in enumerate(one.volunteers, 1)
        ]
        rows += [("", person.id, person.name, _reach(person), "backup") for person in one.backup]
        table.table(f"{one.line.id}{state}  {here:%a %Y-%m-%d %H:%M}  {slots}{until}", _WHO_COLUMNS, rows)


_WHO_COLUMNS = ("", "id", "name", "reached by", "as")


def _reach(person: Volunteer) -> str:
    return ", ".join(endpoint.kind.value + ("" if endpoint.confirm else " (no key)") for endpoint in person.endpoints)


def _who_as_json(one: Who) -> dict[str, Any]:
    return {
        "line": one.line.id,
        "at": one.at.isoformat(),
        "open": one.duty.is_open,
        "slots": list(one.duty.slots),
        "volunteers": [{"id": person.id, "name": person.name} for person in one.volunteers],
        "backup": [{"id": person.id, "name": person.name} for person in one.backup],
        "changes_at": one.changes_at.isoformat() if one.changes_at else None,
    }

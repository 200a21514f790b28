"""``hotline roster ical``: calendars for phones."""

from datetime import UTC, datetime
from pathlib import Path

import click

from hotline_agi import rosters, table
from hotline_agi.cli.options import line_option, lines_of, rosters_option
from hotline_agi.cli.roster import roster
from hotline_agi.cli.roster_options import MOST_DAYS, day_of, from_option, volunteer_option
from hotline_agi.coordination.calendars import line_calendar, people_calendars
from hotline_agi.errors import SetupError
from hotline_agi.planning.callings import person_called
from hotline_agi.planning.stretches import local_days
from hotline_agi.roster.clock import Span
from hotline_agi.roster.duty import everybody
from hotline_agi.roster.model import Line, Roster
from hotline_agi.rosters.durable import write_whole

SUFFIX = ".ics"


@roster.command("ical")
@line_option
@volunteer_option
@from_option
@click.option("--days", type=click.IntRange(1, MOST_DAYS), default=90, show_default=True)
@click.option("--out", type=click.Path(path_type=Path), help="A FILE.ics, or a folder. Default: standard output.")
@rosters_option
def roster_ical(
    line_id: str | None, volunteer_id: str | None, from_day: str | None, days: int, out: Path | None, folder: Path
) -> None:
    """Write calendars (RFC 5545) that phones can subscribe to.

    Of a volunteer: all their shifts, with covers and absences applied. Of a line: every slot with the names of its
    people. Both to standard output, or into FILE.ics.

    With a folder as --out, a file for everybody in people/ and for every line in lines/ (of one line with --line);
    each is replaced as a whole. Who has no shift has an empty calendar, so that their phone forgets the old ones.
    """
    known = rosters.load(folder, None).roster
    now = datetime.now(UTC)
    lines = list(lines_of(known, line_id))
    span = local_days(lines[0].zone, day_of(from_day, lines[0]), days)
    if volunteer_id is not None and line_id is not None:
        raise SetupError("give --line or --volunteer, not both: a volunteer's shifts are those of all lines")
    if out is not None and out.suffix.lower() != SUFFIX:
        if volunteer_id is not None:
            raise SetupError(f"one person's calendar is one file: end {out.name} in {SUFFIX}")
        _write_all(known, lines, span, now, out)
        return
    if volunteer_id is not None:
        [(_, octets)] = people_calendars(known, [person_called(known, volunteer_id)], *span, now)
    elif len(lines) == 1:
        octets = line_calendar(known, lines[0], *span, now)
    else:
        raise SetupError("choose --volunteer or --line, or a folder for all calendars with --out")
    if out is None:
        click.echo(octets, nl=False)
    else:
        write_whole(out, octets, 0o644)
        table.ok(f"{out} is written")


def _write_all(known: Roster, lines: list[Line], span: Span, now: datetime, out: Path) -> None:
    serve = set().union(*map(everybody, lines)) if len(lines) < len(known.lines) else known.volunteers.keys()
    files = {f"people/{who}{SUFFIX}": octets for who, octets in people_calendars(known, sorted(serve), *span, now)}
    files |= {f"lines/{line.id}{SUFFIX}": line_calendar(known, line, *span, now) for line in lines}
    for name, octets in files.items():
        path = out / name
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, octets, 0o644)
    table.ok(f"{len(files)} calendars are written below {out}")

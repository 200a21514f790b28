"""``hotline notes list``."""

from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path

import click

from hotline_agi import rosters, table
from hotline_agi.cli.known_line import refuse_unknown_line
from hotline_agi.cli.options import config_option, json_option, line_option, print_json
from hotline_agi.errors import HotlineError
from hotline_agi.reports.listing import length_text
from hotline_agi.roster.model import Line
from hotline_agi.roster.timetable import occurrences
from hotline_agi.settings import Settings, read_settings
from hotline_agi.store.notes import past_notes
from hotline_agi.store.past import JOURNAL


@click.command("list")
@config_option
@line_option
@click.option("--limit", type=click.IntRange(1, 20_000), default=50, show_default=True)
@json_option
def notes_list(config: Path, line_id: str | None, limit: int, as_json: bool) -> None:
    """List spoken notes, the newest first: line, shift, who left it, when, how long, who heard it.

    With --json: file, line, shift, volunteer, recorded_at, length_s, heard.
    """
    settings = read_settings(config)
    lines = _lines(settings)
    found = past_notes(settings.state / JOURNAL, line=line_id, limit=limit)
    refuse_unknown_line(settings, line_id, empty=not found)
    shifts = {one.file: _shift(lines.get(one.line), one.recorded_at) for one in found}
    if as_json:
        print_json(
            [
                {
                    "file": one.file,
                    "line": one.line,
                    "shift": shifts[one.file] or None,
                    "volunteer": one.volunteer,
                    "recorded_at": one.recorded_at.isoformat(),
                    "length_s": one.length_s,
                    "heard": [{"volunteer": who, "at": at.isoformat()} for who, at in one.heard],
                }
                for one in found
            ]
        )
        return
    rows = [
        (
            one.file.removesuffix(".wav"),
            one.line,
            shifts[one.file],
            one.volunteer,
            f"{one.recorded_at.astimezone(_zone(lines.get(one.line))):%Y-%m-%d %H:%M}",
            length_text(one.length_s),
            ", ".join(who for who, _ in one.heard),
        )
        for one in found
    ]
    if rows:
        table.table(f"{settings.messages}", ("Note", "Line", "Shift", "Left by", "At", "Length", "Heard by"), rows)
    else:
        table.note("there are no notes")


def _lines(settings: Settings) -> dict[str, Line]:
    try:
        return {line.id: line for line in rosters.load(settings.rosters, None).roster.lines.values()}
    except HotlineError:
        return {}


def _zone(line: Line | None) -> tzinfo:
    return line.zone if line is not None else UTC


def _shift(line: Line | None, at: datetime) -> str:
    """The slots that ran then, by today's roster."""
    running = occurrences(line, at, at + timedelta(seconds=1)) if line is not None else []
    return ", ".join(dict.fromkeys(one.shift.slot for one in running))

"""What commands share: options, printing JSON, exit statuses. `hotline_agi.cli` is the fence of click."""

import json
import os
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from hotline_agi.errors import SetupError
from hotline_agi.roster.fields import nearest
from hotline_agi.roster.model import Line, Roster
from hotline_agi.terms.ids import LineId

FINDING = 1
USAGE = 2

config_option = click.option(
    "--config",
    type=click.Path(path_type=Path, dir_okay=False),
    default=lambda: Path(os.environ.get("HOTLINE_CONFIG", "/etc/hotline/hotline.yaml")),
    show_default="$HOTLINE_CONFIG or /etc/hotline/hotline.yaml",
    help="The settings of the service.",
)
json_option = click.option("--json", "as_json", is_flag=True, help="For programs.")


def existing(folder: Path, how: str = "--rosters FOLDER") -> Path:
    """The rosters folder that somebody named, or that is taken when nobody did.

    :param how: the way to name it.
    :raises SetupError: if there is none.
    """
    if not folder.is_dir():
        raise SetupError(
            f"there is no rosters folder {folder}: give its path with {how}, or go to the folder that holds it"
        )
    return folder


def present(context: click.Context, parameter: click.Parameter, folder: Path | None) -> Path | None:
    """`existing`, as the callback of an option."""
    del context, parameter
    return None if folder is None else existing(folder)


rosters_option = click.option(
    "--rosters",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("rosters"),
    show_default=True,
    callback=present,
    help="Folder with one folder per line.",
)
line_option = click.option("--line", "line_id", help="Only this line.")
language_option = click.option("--language", type=click.Choice(["zh", "en"]), default="en", show_default=True)
at_option = click.option(
    "--at", help="When: 2026-02-14T03:10, in the line's time zone unless it has an offset; or now, as if left out."
)


def print_json(value: Any) -> None:
    click.echo(json.dumps(value, ensure_ascii=False, indent=2))


def lines_of(known: Roster, line_id: str | None) -> Iterable[Line]:
    """All lines, or the named one.

    :raises SetupError: if there is none of this name.
    """
    if line_id is None:
        return known.lines.values()
    if LineId(line_id) not in known.lines:
        hint = nearest(line_id, known.lines) or f"there are {', '.join(known.lines)}"
        raise SetupError(f"there is no line {line_id!r}: {hint}")
    return [known.lines[LineId(line_id)]]


def instant_of(text: str | None, line: Line) -> datetime:
    """The instant that somebody typed, in UTC; now for None and ``now``.

    :raises SetupError: if it is none.
    """
    if text is None or text == "now":
        return datetime.now(UTC)
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise SetupError(f"{text!r} is no instant: write 2026-02-14T03:10, or with an offset +08:00, or now") from None
    if not 1971 <= at.year <= 9990:
        raise SetupError(f"the year {at.year} is out of range: 1971 to 9990")
    return (at if at.tzinfo else at.replace(tzinfo=line.zone)).astimezone(UTC)

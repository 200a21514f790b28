"""``hotline purge``."""

import sys
from datetime import UTC, datetime
from pathlib import Path

import click

from hotline_agi import table
from hotline_agi.cli.operator import noted
from hotline_agi.cli.options import FINDING, config_option, json_option, print_json
from hotline_agi.rosters import presence
from hotline_agi.settings import read_settings
from hotline_agi.store.clearance import clear, kinds
from hotline_agi.store.past import JOURNAL


@click.command("purge")
@config_option
@click.option("--dry-run", is_flag=True, help="Remove nothing, say what would be.")
@json_option
def purge(config: Path, dry_run: bool, as_json: bool) -> None:
    """Remove now what is older than `keep:` in the settings says: rows, recordings, saved copies.

    The running service does the same once a day. What is removed is overwritten in the journal's file, and its
    write-ahead log is emptied; when no service runs, the file is written anew as well, and gets smaller.
    Exit status: 0 all is removed, 1 something was not (it says what, and why).
    """
    settings = read_settings(config)
    journal = settings.state / JOURNAL
    if not dry_run:
        noted(journal, "purged", "what is older than the settings say")
    run = None if presence.runs(settings.state) else ""
    cleared = clear(
        journal,
        settings.messages,
        settings.keep,
        datetime.now(UTC),
        recordings=settings.archive.shelves,
        run=run,
        dry_run=dry_run,
    )
    found = list(kinds(cleared))
    if as_json:
        print_json({"dry_run": dry_run, "removed": dict(found), "troubles": cleared.troubles})
    else:
        for kind, number in found:
            table.note(f"{number:>9}  {kind}")
        done = "would be removed" if dry_run else "is removed"
        if found:
            table.ok(f"the above {done}")
        elif not cleared.troubles:
            table.ok("nothing is too old")
    for trouble in cleared.troubles:
        table.fail(trouble)
    sys.exit(FINDING if cleared.troubles else 0)

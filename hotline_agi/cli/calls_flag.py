"""``hotline calls flag CALL``."""

from datetime import UTC, datetime
from pathlib import Path

import click

from hotline_agi import table
from hotline_agi.cli.operator import operator
from hotline_agi.cli.options import config_option
from hotline_agi.settings import read_settings
from hotline_agi.store.callers import FLAG_DAYS, flag
from hotline_agi.store.past import JOURNAL


@click.command("flag")
@click.argument("call")
@config_option
@click.option("--off", is_flag=True, help="Take the flag off again.")
def calls_flag(call: str, config: Path, off: bool) -> None:
    """Mark the caller of CALL as at high risk: their next calls are served before others.

    The running service knows within 10 s. The flag stands for a keyed hash of the number, ends after a year, and who
    set it is kept in the journal.
    """
    found = flag(read_settings(config).state / JOURNAL, call, on=not off, who=operator(), now=datetime.now(UTC))
    if off:
        table.ok(f"the caller of {found} is not marked any more")
    else:
        table.ok(f"the caller of {found} is marked as at high risk for {FLAG_DAYS:.0f} days")

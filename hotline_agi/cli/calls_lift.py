"""``hotline calls lift CALL``: ends the limits of a caller."""

import getpass
import os
from datetime import UTC, datetime
from pathlib import Path

import click

from hotline_agi import table
from hotline_agi.cli.options import config_option
from hotline_agi.settings import read_settings
from hotline_agi.store.caller_limits import lift
from hotline_agi.store.past import JOURNAL


@click.command("lift")
@click.argument("call")
@config_option
def calls_lift(call: str, config: Path) -> None:
    """End all limits of the caller of CALL: what they did before counts no more.

    The running service knows within 10 s. Who did it is kept in the journal.
    """
    who = os.environ.get("SUDO_USER") or getpass.getuser()
    found = lift(read_settings(config).state / JOURNAL, call, who=who, now=datetime.now(UTC))
    table.ok(f"the caller of {found} is under no limit any more")

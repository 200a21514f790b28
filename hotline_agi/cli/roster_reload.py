"""``hotline roster reload``: tell the running service that the rosters have changed, and say what it made of them."""

import signal
import sys
import time
from pathlib import Path

import click

from hotline_agi import table
from hotline_agi.cli.operator import noted
from hotline_agi.cli.options import FINDING, config_option
from hotline_agi.cli.roster import roster
from hotline_agi.errors import SetupError
from hotline_agi.rosters import presence, status
from hotline_agi.rosters.status import Status
from hotline_agi.settings import read_settings
from hotline_agi.store.names import JOURNAL

LOOK_EVERY_S = 0.05


@roster.command("reload")
@config_option
@click.option("--wait", "wait_s", type=click.FloatRange(1, 600), default=60, show_default=True, help="Seconds at most.")
def roster_reload(config: Path, wait_s: float) -> None:
    """Let the running service read its rosters now, and tell the outcome. For a git hook after a push or a pull.

    Exit status: 0 the rosters are in force, 1 they were refused (the ones before stay), 2 no service runs.
    """
    state = read_settings(config).state
    asked_ns = time.monotonic_ns()
    if presence.runs(state):
        _note(state)
    if not presence.signal_service(state, signal.SIGHUP):
        raise SetupError(f"no service runs with the state folder {state}: it reads the rosters when it starts")
    told = _outcome(state, asked_ns, wait_s)
    assert told.attempt is not None
    if told.refused is not None:
        for problem in told.refused.problems:
            table.fail(problem)
        more = told.refused.count - len(told.refused.problems)
        if more > 0:
            table.note(f"and {more} more: see them with `hotline roster check`")
        table.note("refused: the rosters before stay in force")
        sys.exit(FINDING)
    assert told.in_force is not None
    lines, people = told.in_force.lines, told.in_force.volunteers
    unit = f"{table.counted(lines, 'line')}, {table.counted(people, 'volunteer')}"
    name = f" {told.in_force.revision}" if told.in_force.revision else ""
    how = "were in force already" if told.attempt.result == "unchanged" else "are in force"
    table.ok(f"the rosters{name} {how}: {unit}")
    if told.in_force.warnings:
        found = table.counted(told.in_force.warnings, "warning")
        table.warn(f"{found}: see {'it' if told.in_force.warnings == 1 else 'them'} with `hotline roster check`")


def _note(state: Path) -> None:
    """A roster that must come into force is not held up by a journal that cannot be written; but it is said."""
    try:
        noted(state / JOURNAL, "reloaded the rosters", "")
    except SetupError as error:
        table.warn(f"that you did this is not noted: {error}")


def _outcome(state: Path, asked_ns: int, wait_s: float) -> Status:
    """What came of the first reading that began after `asked_ns`.

    :raises SetupError: if there is none in time.
    """
    while time.monotonic_ns() - asked_ns < wait_s * 1e9:
        told = status.read(state / status.NAME)
        if told is not None and told.attempt is not None and told.attempt.began_ns >= asked_ns:
            return told
        if not presence.runs(state):
            raise SetupError("the service ended meanwhile: see its log")
        time.sleep(LOOK_EVERY_S)
    raise SetupError(f"the service told no outcome within {wait_s:g} s: see its log, or `hotline doctor`")

"""``hotline canary``: place a test call now, through the running service, and tell its steps."""

import signal
import sys
import time
from pathlib import Path

import click

from hotline_agi import canary_status, table
from hotline_agi.alarms.trial import Result, Stage, Verdict, result_json
from hotline_agi.canary_status import CanaryStatus
from hotline_agi.cli.operator import noted_if_possible
from hotline_agi.cli.options import FINDING, config_option, json_option, print_json
from hotline_agi.errors import SetupError
from hotline_agi.rosters import presence
from hotline_agi.settings import read_settings
from hotline_agi.store.names import JOURNAL

LOOK_EVERY_S = 0.05
PATIENCE_S = 30.0
"""Beyond `within_s`: one that is under way is waited for first."""


@click.command("canary")
@config_option
@json_option
def place_canary(config: Path, as_json: bool) -> None:
    """Let the running service place a test call now, and tell how far it came. No volunteer is rung.

    Exit status: 0 it came through, 1 it did not, 2 no service runs.
    """
    settings = read_settings(config)
    path = settings.state / canary_status.NAME
    if not presence.runs(settings.state):
        raise SetupError(f"no service runs with the state folder {settings.state}: the service places test calls")
    if canary_status.read(path) is None:  # the signal would end a service that does not know it
        raise SetupError("the service that runs is older than this program: restart it, then ask again")
    noted_if_possible(settings.state / JOURNAL, "asked for a test call", settings.canary.through.value)
    asked_ns = time.monotonic_ns()
    presence.signal_service(settings.state, signal.SIGUSR1)
    result = _outcome(settings.state, path, asked_ns, settings.canary.within_s + PATIENCE_S)
    if as_json:
        print_json(result_json(result))
    else:
        _print(result)
    if result.verdict is not Verdict.GOOD:
        sys.exit(FINDING)


def _outcome(state: Path, path: Path, asked_ns: int, wait_s: float) -> Result:
    """What came of the first test call that began after `asked_ns`.

    :raises SetupError: if there is none in time.
    """
    while time.monotonic_ns() - asked_ns < wait_s * 1e9:
        told: CanaryStatus | None = canary_status.read(path)
        if told is not None and told.last is not None and told.asked_ns >= asked_ns:
            return told.last
        if not presence.runs(state):
            raise SetupError("the service ended meanwhile: see its log")
        time.sleep(LOOK_EVERY_S)
    raise SetupError(f"the service told no outcome within {wait_s:g} s: see its log, or `hotline doctor`")


def _print(result: Result) -> None:
    for stage in Stage:
        if stage in result.took_s:
            table.ok(f"{stage.value:<11} {result.took_s[stage]:7.3f} s")
        elif stage is result.stopped_at:
            table.fail(f"{stage.value:<11} {result.why}")
        else:
            table.note(f"  {stage.value:<11} -")
    match result.verdict:
        case Verdict.GOOD:
            table.ok(f"the test call came through in {result.total_s:.1f} s ({result.through})")
        case Verdict.GAVE_WAY:
            table.warn(f"it says nothing: {result.why}")
        case Verdict.FAILED:
            table.fail(f"stopped at: {result.stopped_at}. {result.why}")

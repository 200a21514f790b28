"""``hotline alarms``: what is on, and whether it can be told."""

import asyncio
import sys
from datetime import UTC, datetime
from pathlib import Path

import click

from hotline_agi import log, table
from hotline_agi.alarms.book import Alarm
from hotline_agi.alarms.wording import alarm_json, lasted
from hotline_agi.alerting import alarm_state
from hotline_agi.alerting.outbox import sinks_of, test_all
from hotline_agi.cli.operator import noted_if_possible
from hotline_agi.cli.options import FINDING, config_option, json_option, language_option, print_json
from hotline_agi.errors import SetupError
from hotline_agi.rosters import presence
from hotline_agi.settings import read_settings
from hotline_agi.store.names import JOURNAL


@click.group(invoke_without_command=True)
@config_option
@json_option
@language_option
@click.option("--over", is_flag=True, help="Also those that were over within the last day.")
@click.pass_context
def alarms(context: click.Context, config: Path, as_json: bool, language: str, over: bool) -> None:
    """List the alarms that are on, as the running service wrote them.

    Exit status: 0 none is on, 1 some are, 2 the service wrote nothing.
    """
    context.obj = config
    if context.invoked_subcommand is not None:
        return
    state = read_settings(config).state
    told = alarm_state.read(state / alarm_state.NAME)
    if told is None:
        raise SetupError(f"there is no {alarm_state.NAME} in {state}: the service writes it soon after its start")
    found = [one for one in told.alarms() if one.is_on or over]
    if as_json:
        print_json([alarm_json(one) for one in found])
    else:
        if not presence.runs(state):
            table.warn(f"no service runs; this is how it was at {told.written_at:%Y-%m-%d %H:%M} UTC")
        _print(found, language)
    if any(one.is_on for one in found):
        sys.exit(FINDING)


def _print(found: list[Alarm], language: str) -> None:
    if not found:
        table.ok("no alarm is on")
        return
    now = datetime.now(UTC)
    table.table(
        "",
        ("Alarm", "Grade", "Since", "Lasts", "Acknowledged", "What"),
        [
            (
                one.condition.kind.value,
                one.condition.grade.value if one.is_on else "over",
                f"{one.since:%Y-%m-%d %H:%M}Z",
                lasted((one.over_at or now) - one.since),
                one.owner or "",
                one.condition.zh if language == "zh" else one.condition.en,
            )
            for one in found
        ],
    )


@alarms.command("test")
@click.option("--config", type=click.Path(path_type=Path, dir_okay=False), default=None, help="As of `hotline alarms`.")
@click.pass_obj
def alarms_test(outer: Path, config: Path | None) -> None:
    """Send a test by every sink that the settings name, and tell how each went.

    Exit status: 0 all went well, 1 one did not, 2 the settings name none.
    """
    log.configure(json=True, level="critical")
    settings = read_settings(config or outer)
    sinks = sinks_of(settings.alarms)
    if not sinks:
        raise SetupError("the settings name neither alarms.email nor alarms.webhook: nobody would be told")
    noted_if_possible(settings.state / JOURNAL, "tried the alarms", " ".join(sink.name for sink in sinks))
    outcomes = asyncio.run(test_all(sinks))
    for name, trouble in outcomes:
        if trouble:
            table.fail(f"{name}: {trouble}")
        else:
            table.ok(f"{name}: taken")
    if any(trouble for _, trouble in outcomes):
        sys.exit(FINDING)

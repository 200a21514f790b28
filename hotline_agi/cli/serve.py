"""``hotline run``, ``demo``, ``try`` and ``doctor``: the service itself."""

import asyncio
import sys
from pathlib import Path

import click

from hotline_agi import log
from hotline_agi.cli.options import FINDING, config_option, json_option, language_option, print_json
from hotline_agi.doctor import Grade, examine
from hotline_agi.notify import end_with_supervisor
from hotline_agi.settings import read_settings


@click.command()
@config_option
@click.option("--supervised", is_flag=True, help="Restart the service when it dies or freezes (without systemd).")
def run(config: Path, supervised: bool) -> None:
    """Serve calls until SIGTERM. SIGHUP reads the rosters again."""
    settings = read_settings(config)
    if supervised:
        from hotline_agi.supervisor import supervise

        sys.exit(asyncio.run(supervise((sys.executable, "-m", "hotline_agi.cli", "run", "--config", str(config)))))
    from hotline_agi.service import Service  # with the journal's toolkit, which the doctor needs not

    end_with_supervisor()
    log.configure(json={"json": True, "console": False}.get(settings.log_format))

    async def serve() -> None:
        await (await Service.prepared(settings)).run()

    try:
        asyncio.run(serve())
    finally:
        log.drain()


@click.command()
def demo() -> None:
    """Show the main job: real Asterisk, real SIP and RTP, simulated people. About 30 s."""
    from hotline_agi.lab.demo import demo as play  # the lab is not needed to serve calls

    good = asyncio.run(play(click.echo))
    if good:
        click.echo("\nVerdict: the hotline works: every claim above was seen.")
        return
    click.echo("\nVerdict: NOT as it should be: see the claims marked ✗ above.")
    sys.exit(FINDING)


@click.command("try")
@click.option("--bind", default="127.0.0.1", show_default=True, help="Address of this machine to listen on.")
@language_option
def try_out(bind: str, language: str) -> None:
    """Keep a hotline up to be called with real softphone apps."""
    from hotline_agi.lab.playground import playground

    asyncio.run(playground(bind, language, click.echo))


@click.command()
@config_option
@json_option
def doctor(config: Path, as_json: bool) -> None:
    """Check a deployment from end to end, and say what to do about each failure."""
    log.configure(json=True, level="critical")
    checks = asyncio.run(examine(config))
    if as_json:
        print_json([check.as_json() for check in checks])
    else:
        for check in checks:
            mark, colour = _MARKS[check.grade]
            click.secho(f"{mark} {check.name}: {check.found}", fg=colour)
            if check.remedy:
                click.echo(f"    → {check.remedy}")
    if any(check.grade is Grade.FAILED for check in checks):
        sys.exit(FINDING)


_MARKS = {Grade.OK: ("✓", "green"), Grade.WARNING: ("!", "yellow"), Grade.FAILED: ("✗", "red")}

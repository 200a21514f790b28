"""``hotline calls replay``."""

import sys
from pathlib import Path

import click

from hotline_agi.cli.operator import noted
from hotline_agi.cli.options import FINDING, config_option, json_option, print_json
from hotline_agi.proof import print_runs, print_steps, prove
from hotline_agi.settings import read_settings
from hotline_agi.store.past import JOURNAL


@click.command("replay")
@config_option
@click.option("--run", "run", metavar="RUN", help="A start of the service, as --list names it; without: the newest.")
@click.option("--list", "listed", is_flag=True, help="Tell which runs the journal has.")
@click.option("--steps", is_flag=True, help="Print what the machine was told and wanted done, a step a line.")
@json_option
def calls_replay(config: Path, run: str | None, listed: bool, steps: bool, as_json: bool) -> None:
    """Let the machine live through a run of the service again, and compare its commands byte for byte.

    Exit status: 0 they are the same, 1 there is a difference (the first one is shown) or steps are missing.
    """
    journal = read_settings(config).state / JOURNAL
    if listed:
        shown: object = print_runs(journal, as_json=as_json)
    elif steps:
        noted(journal, "exported the steps", f"of run {run}" if run else "of the newest run")
        print_steps(journal, run)
        return
    else:
        proved, shown = prove(journal, run, as_json=as_json)
        if as_json:
            print_json(shown)
        sys.exit(0 if proved else FINDING)
    if as_json:
        print_json(shown)

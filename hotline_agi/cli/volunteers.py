"""``hotline volunteers``."""

from pathlib import Path

import click

from hotline_agi.cli.options import config_option, json_option, language_option, print_json
from hotline_agi.peoplebook import print_volunteers
from hotline_agi.settings import read_settings
from hotline_agi.terms.languages import Language


@click.command("volunteers")
@config_option
@click.option("--line", help="Only people of this line.")
@click.option("--since", help="Only what was noted since: 2026-02-14, 2026-02-14T03:10, or 30m, 8h, 7d ago.")
@language_option
@json_option
def volunteers(config: Path, line: str | None, since: str | None, language: str, as_json: bool) -> None:
    """Tell where volunteers stand: who paused, rests or is over a limit, who confirmed their shift, who stands in.

    It is read from the journal, so it works without a service. Who is on shift says `hotline roster who`.
    """
    shown = print_volunteers(
        read_settings(config), line=line, since=since, language=Language(language), as_json=as_json
    )
    if as_json:
        print_json(shown)

"""``hotline volunteers``."""

from pathlib import Path

import click

from hotline_agi.cli.options import config_option, json_option, language_option, print_json
from hotline_agi.errors import SetupError
from hotline_agi.peoplebook import print_history, print_volunteers
from hotline_agi.settings import read_settings
from hotline_agi.terms.languages import Language


@click.command("volunteers")
@config_option
@click.option("--line", help="Only people of this line.")
@click.option("--since", help="Only what was noted since: 2026-02-14, 2026-02-14T03:10, or 30m, 8h, 7d ago.")
@click.option("--history", metavar="NAME", help="Every state of this volunteer that is kept, the oldest first.")
@language_option
@json_option
def volunteers(
    config: Path, line: str | None, since: str | None, history: str | None, language: str, as_json: bool
) -> None:
    """Tell where volunteers stand: who paused, rests or is over a limit, who confirmed their shift, who stands in.

    It is read from the journal, so it works without a service. Who is on shift says `hotline roster who`.
    """
    settings, words = read_settings(config), Language(language)
    if history is not None:
        if line is not None:
            raise SetupError("--history is of one volunteer on all lines: leave --line out")
        shown = print_history(settings, history, since=since, language=words, as_json=as_json)
    else:
        shown = print_volunteers(settings, line=line, since=since, language=words, as_json=as_json)
    if as_json:
        print_json(shown)

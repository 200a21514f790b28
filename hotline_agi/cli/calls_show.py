"""``hotline calls [CALL]``: the list of calls, or the story of one."""

from pathlib import Path

import click

from hotline_agi.callbook import print_list, print_story
from hotline_agi.cli.options import config_option, json_option, language_option, print_json
from hotline_agi.settings import read_settings
from hotline_agi.terms.languages import Language
from hotline_agi.terms.outcomes import Outcome


@click.command("show")
@click.argument("call", required=False)
@config_option
@click.option("--line", help="Only this line.")
@click.option("--since", help="Only calls that arrived since: 2026-02-14, 2026-02-14T03:10, or 30m, 8h, 7d ago.")
@click.option("--outcome", type=click.Choice([one.value for one in Outcome]), help="Only calls that ended so.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True)
@click.option("--number", is_flag=True, help="Show the caller's number of CALL, for a follow-up.")
@language_option
@json_option
def calls_show(
    call: str | None,
    config: Path,
    line: str | None,
    since: str | None,
    outcome: str | None,
    limit: int,
    number: bool,
    language: str,
    as_json: bool,
) -> None:
    """List calls, the newest first; with CALL (or its beginning), tell that call's story."""
    settings, words = read_settings(config), Language(language)
    shown: object
    if call is not None:
        shown = print_story(settings, call, number=number, language=words, as_json=as_json)
    else:
        shown = print_list(
            settings, line=line, since=since, outcome=outcome, limit=limit, language=words, as_json=as_json
        )
    if as_json:
        print_json(shown)

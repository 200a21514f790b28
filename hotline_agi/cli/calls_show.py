"""``hotline calls [CALL]``: the list of calls, or the story of one."""

from functools import partial
from pathlib import Path

import click

from hotline_agi.callbook import Filters, list_csv, print_list, print_story
from hotline_agi.cli.operator import noted
from hotline_agi.cli.options import config_option, json_option, language_option, print_json
from hotline_agi.errors import SetupError
from hotline_agi.reports.listing import CSV_COLUMNS
from hotline_agi.settings import read_settings
from hotline_agi.store.past import JOURNAL
from hotline_agi.terms.languages import Language
from hotline_agi.terms.outcomes import Outcome

FEW = 50
"""For a screen; whoever exports gets all, or says how many."""
COLUMNS = f"""\b
Columns of --csv, and keys of --json (null where --csv has an empty cell):
{", ".join(CSV_COLUMNS[:6])},
{", ".join(CSV_COLUMNS[6:])}.
Instants are in UTC, lengths in seconds; roster is the commit, or the digest where the rosters are in no git."""


@click.command("show", epilog=COLUMNS)
@click.argument("call", required=False)
@config_option
@click.option("--line", help="Only this line.")
@click.option("--since", help="Only calls that arrived since: 2026-02-14, 2026-02-14T03:10, or 30m, 8h, 7d ago.")
@click.option("--until", help="Only calls that arrived before, told likewise.")
@click.option("--outcome", type=click.Choice([one.value for one in Outcome]), help="Only calls that ended so.")
@click.option("--volunteer", help="Only calls that this volunteer took.")
@click.option("--waited", "waited_s", type=click.FloatRange(0), help="Only calls that waited so many seconds at least.")
@click.option("--roster", help="Only calls under this roster: the beginning of a commit, or of a digest.")
@click.option("--uncertain", is_flag=True, help="Only calls of which something is not certain, or was learned later.")
@click.option("--limit", type=click.IntRange(1, 10_000_000), show_default=f"{FEW}; with --csv: all", help="So many.")
@click.option("--number", is_flag=True, help="Show the caller's number of CALL, for a follow-up. It is noted who did.")
@click.option("--csv", "as_csv", is_flag=True, help="For spreadsheets: no cell is taken for a formula.")
@language_option
@json_option
def calls_show(
    call: str | None,
    config: Path,
    line: str | None,
    since: str | None,
    until: str | None,
    outcome: str | None,
    volunteer: str | None,
    waited_s: float | None,
    roster: str | None,
    uncertain: bool,
    limit: int | None,
    number: bool,
    as_csv: bool,
    language: str,
    as_json: bool,
) -> None:
    """List calls, the newest first; with CALL (or its beginning), tell that call's story."""
    settings, words = read_settings(config), Language(language)
    filters = Filters(
        line=line,
        since=since,
        until=until,
        outcome=outcome,
        volunteer=volunteer,
        waited_s=waited_s,
        roster=roster,
        uncertain=uncertain,
        limit=FEW if limit is None and not as_csv else limit,
    )
    shown: object
    if as_csv and (call is not None or as_json):
        raise SetupError("--csv is for the list of calls: leave CALL and --json out")
    if number and call is None:
        raise SetupError("--number shows the number of one call: name it")
    if as_csv:
        click.echo(list_csv(settings, filters), nl=False)
        return
    if call is not None:
        reveal = partial(noted, settings.state / JOURNAL, "showed the caller's number")
        shown = print_story(settings, call, number=number, noted=reveal, language=words, as_json=as_json)
    else:
        shown = print_list(settings, filters, language=words, as_json=as_json)
    if as_json:
        print_json(shown)

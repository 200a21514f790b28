"""``hotline campaign answers``."""

from pathlib import Path

import click

from hotline_agi import table
from hotline_agi.cli.operator import noted
from hotline_agi.cli.options import config_option
from hotline_agi.cli.private_file import write_csv
from hotline_agi.errors import SetupError
from hotline_agi.settings import read_settings
from hotline_agi.store.campaign_answers import answer_rows, known_campaigns
from hotline_agi.store.past import JOURNAL


@click.command("answers")
@click.argument("campaign")
@config_option
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), required=True, help="A new file, CSV.")
@click.option("--numbers", is_flag=True, help="With people's numbers; it is noted who fetched them.")
def answers(campaign: str, config: Path, out: Path, *, numbers: bool) -> None:
    """Write who answered what to a CSV file: a row for each person, named by their row in the imported list.

    The file is for its owner alone (0600).
    """
    journal = read_settings(config).state / JOURNAL
    if campaign not in (known := [one.campaign for one in known_campaigns(journal)]):
        raise SetupError(f"there is no campaign {campaign} with a list: there are {', '.join(known) or 'none'}")
    if out.exists():
        raise SetupError(f"{out} is there already: delete it or name another")
    noted(journal, "fetched answers and numbers of" if numbers else "fetched answers of", campaign)
    rows = list(answer_rows(journal, campaign, numbers=numbers))
    write_csv(out, rows)
    table.ok(f"{table.counted(len(rows) - 1, 'person') if len(rows) == 2 else f'{len(rows) - 1} people'} in {out}")

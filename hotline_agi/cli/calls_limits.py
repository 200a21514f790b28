"""``hotline calls limits``: which callers are over a limit now."""

from datetime import UTC, datetime
from pathlib import Path

import click

from hotline_agi import table
from hotline_agi.cli.options import config_option, json_option, language_option, print_json
from hotline_agi.reports.listing import limit_columns, limit_row
from hotline_agi.settings import read_settings
from hotline_agi.store.caller_limits import limits_in_force
from hotline_agi.store.past import JOURNAL
from hotline_agi.terms.languages import Language


@click.command("limits")
@config_option
@language_option
@json_option
def calls_limits(config: Path, language: str, as_json: bool) -> None:
    """List the limits of callers that are in force, by the call that met them last; never a number.

    They end by themselves; `hotline calls lift CALL` ends one now.
    """
    found = limits_in_force(read_settings(config).state / JOURNAL, datetime.now(UTC))
    if as_json:
        print_json(
            [
                {"call": one.call, "line": one.line, "limit": one.limit, "until": one.until_at.isoformat()}
                for one in found
            ]
        )
        return
    words = Language(language)
    table.table(
        "", limit_columns(words), [limit_row(one.call, one.line, one.limit, one.until_at, words) for one in found]
    )
    if not found:
        table.ok("no caller is over a limit")

"""``hotline roster``: the group; its commands stand in `roster_*.py`."""

import click

from hotline_agi.cli.lazy import lazy


@click.group(
    cls=lazy(
        roster_check="check",
        roster_coverage="coverage",
        roster_diff="diff",
        roster_edit="swap sick away extra add remove add-person remove-person",
        roster_explain="explain",
        roster_ical="ical",
        roster_look="who",
        roster_next="next handover",
        roster_reload="reload",
        roster_schema="schema",
        roster_sheets="import export",
        roster_show="show",
        roster_stats="stats",
    )
)
def roster() -> None:
    """Look at rosters, and check them before they can hurt."""

"""``hotline roster``: the group; its commands stand in `roster_*.py`."""

import click


@click.group()
def roster() -> None:
    """Look at rosters, and check them before they can hurt."""

"""``hotline notes``: spoken notes from shift to shift; without the name of a command it is the list."""

import click

from hotline_agi.cli.lazy import UsualHelpGroup

USUAL = "list"


class Notes(UsualHelpGroup):
    """``hotline notes`` and ``hotline notes --line xinli`` mean ``hotline notes list …``."""

    usual = USUAL
    modules = {USUAL: "notes_list", "export": "notes_export"}  # noqa: RUF012  (the class's own, and read only)


@click.group("notes", cls=Notes, options_metavar="", subcommand_metavar="[OPTIONS] | COMMAND …")
def notes() -> None:
    """List spoken notes from shift to shift, the newest first: who left them, and who heard them."""

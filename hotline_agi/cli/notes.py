"""``hotline notes``: spoken notes from shift to shift; without the name of a command it is the list."""

import click

from hotline_agi.cli.lazy import LazyGroup

USUAL = "list"


class Notes(LazyGroup):
    """``hotline notes`` and ``hotline notes --line xinli`` mean ``hotline notes list …``."""

    modules = {USUAL: "notes_list", "export": "notes_export"}  # noqa: RUF012  (the class's own, and read only)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        first = args[0] if args else ""
        if first not in self.modules and first not in ctx.help_option_names:
            args = [USUAL, *args]
        return super().parse_args(ctx, args)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        usual = self.get_command(ctx, USUAL)
        assert usual is not None
        usual.format_options(ctx, formatter)
        self.format_commands(ctx, formatter)


@click.group("notes", cls=Notes, options_metavar="", subcommand_metavar="[OPTIONS] | COMMAND …")
def notes() -> None:
    """List spoken notes from shift to shift, the newest first: who left them, and who heard them."""

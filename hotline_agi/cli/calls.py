"""``hotline calls``: the group; its commands stand in `calls_*.py`. Without one of their names it is ``show``."""

import click

from hotline_agi.cli.lazy import LazyGroup

USUAL = "show"


class Calls(LazyGroup):
    """``hotline calls``, ``hotline calls CALL`` and ``hotline calls --since 7d`` mean ``hotline calls show …``."""

    modules = {  # noqa: RUF012  (the class's own, and read only)
        USUAL: "calls_show",
        "explain": "calls_explain",
        "flag": "calls_flag",
        "lift": "calls_lift",
        "limits": "calls_limits",
        "replay": "calls_replay",
        "result": "calls_result",
    }

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

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        usual = self.get_command(ctx, USUAL)
        assert usual is not None
        usual.format_epilog(ctx, formatter)


@click.group("calls", cls=Calls, options_metavar="", subcommand_metavar="[CALL] [OPTIONS] | COMMAND …")
def calls() -> None:
    """List calls, the newest first; with CALL (or its beginning), tell that call's story."""

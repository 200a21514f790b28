"""Groups whose commands are imported when they are wanted: a service needs no spreadsheets, and starts the sooner."""

from collections.abc import Mapping
from importlib import import_module

import click


class LazyGroup(click.Group):
    """A group that knows by name which module of `hotline_agi.cli` has each of its commands."""

    modules: Mapping[str, str] = {}
    """Command → module. The module makes the command under this name, whatever its variable is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted({*self.modules, *super().list_commands(ctx)})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        module = self.modules.get(cmd_name)
        if module is None:
            return super().get_command(ctx, cmd_name)
        found = vars(import_module(f"hotline_agi.cli.{module}")).values()
        return next(one for one in found if isinstance(one, click.Command) and one.name == cmd_name)


class UsualGroup(LazyGroup):
    """A group that means its `usual` command where none is named: ``hotline calls --since 7d``."""

    usual = ""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        first = args[0] if args else ""
        if first not in self.modules and first not in ctx.help_option_names:
            args = [self.usual, *args]
        return super().parse_args(ctx, args)


class UsualHelpGroup(UsualGroup):
    """Its help is that of the usual command, followed by the commands."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        usual = self.get_command(ctx, self.usual)
        assert usual is not None
        usual.format_options(ctx, formatter)
        self.format_commands(ctx, formatter)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        usual = self.get_command(ctx, self.usual)
        assert usual is not None
        usual.format_epilog(ctx, formatter)


def lazy(**modules: str) -> type[LazyGroup]:
    """A kind of group with these modules, each with its commands, parted by blanks: ``lazy(calls="calls")``."""
    table = {command: module for module, commands in modules.items() for command in commands.split()}
    return type("Lazy", (LazyGroup,), {"modules": table})

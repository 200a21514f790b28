"""``hotline recordings``: the group; its commands stand in `recordings_*.py`. Without one of their names it is
``list``."""

import click

from hotline_agi.cli.lazy import LazyGroup

USUAL = "list"


class Recordings(LazyGroup):
    """``hotline recordings --line xinli`` means ``hotline recordings list --line xinli``."""

    modules = {  # noqa: RUF012  (the class's own, and read only)
        USUAL: "recordings_list",
        "accesses": "recordings_list",
        "export": "recordings_export",
        "delete": "recordings_export",
        "keygen": "recordings_keygen",
    }

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        first = args[0] if args else ""
        if first not in self.modules and first not in ctx.help_option_names:
            args = [USUAL, *args]
        return super().parse_args(ctx, args)


@click.group("recordings", cls=Recordings)
def recordings() -> None:
    """Messages and recorded talks: list, export, delete; make the key that encrypts them.

    Whoever exports, deletes or hears one is noted first (`hotline recordings accesses`, `hotline audit`).
    """

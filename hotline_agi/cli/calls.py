"""``hotline calls``: the group; its commands stand in `calls_*.py`. Without one of their names it is ``show``."""

import click

from hotline_agi.cli.lazy import UsualHelpGroup

USUAL = "show"


class Calls(UsualHelpGroup):
    """``hotline calls``, ``hotline calls CALL`` and ``hotline calls --since 7d`` mean ``hotline calls show …``."""

    usual = USUAL
    modules = {  # noqa: RUF012  (the class's own, and read only)
        USUAL: "calls_show",
        "explain": "calls_explain",
        "flag": "calls_flag",
        "lift": "calls_lift",
        "limits": "calls_limits",
        "replay": "calls_replay",
        "result": "calls_result",
    }


@click.group("calls", cls=Calls, options_metavar="", subcommand_metavar="[CALL] [OPTIONS] | COMMAND …")
def calls() -> None:
    """List calls, the newest first; with CALL (or its beginning), tell that call's story."""

"""``hotline recordings``: the group; its commands stand in `recordings_*.py`. Without one of their names it is
``list``."""

import click

from hotline_agi.cli.lazy import UsualGroup

USUAL = "list"


class Recordings(UsualGroup):
    """``hotline recordings --line xinli`` means ``hotline recordings list --line xinli``."""

    usual = USUAL
    modules = {  # noqa: RUF012  (the class's own, and read only)
        USUAL: "recordings_list",
        "accesses": "recordings_list",
        "export": "recordings_export",
        "delete": "recordings_export",
        "keygen": "recordings_keygen",
    }


@click.group("recordings", cls=Recordings)
def recordings() -> None:
    """Messages and recorded talks: list, export, delete; make the key that encrypts them.

    Whoever exports, deletes or hears one is noted first (`hotline recordings accesses`, `hotline audit`).
    """

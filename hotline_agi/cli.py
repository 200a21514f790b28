"""Commands; the composition root. The only file that imports click."""

import asyncio
import sys
from pathlib import Path

import click

from hotline_agi import log
from hotline_agi.errors import SetupError
from hotline_agi.service import Service
from hotline_agi.settings import read_settings


@click.group()
def cli() -> None:
    """The call controller of a volunteer crisis line."""


@cli.command()
@click.option("--config", "config", type=click.Path(path_type=Path), required=True)
def run(config: Path) -> None:
    """Serve calls."""
    settings = read_settings(config)
    log.configure(json={"json": True, "console": False}.get(settings.log_format))
    asyncio.run(Service(settings).run())


def main() -> None:
    try:
        cli()
    except SetupError as error:
        print(f"hotline: {error}", file=sys.stderr)
        sys.exit(2)


if __name__ == "__main__":
    main()

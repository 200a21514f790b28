"""Commands; the composition root. The only package that imports click.

Exit status: 0 all is well, 1 there is a finding, 2 the call or the settings are wrong.
"""

import sys
from collections.abc import Callable
from typing import Any, NoReturn

import click

from hotline_agi.cli.lazy import lazy
from hotline_agi.cli.options import FINDING, USAGE
from hotline_agi.errors import HotlineError, InvalidText, SetupError


@click.group(
    cls=lazy(
        serve="run demo try doctor",
        campaign="campaign",
        canary="canary",
        alarms="alarms",
        roster="roster",
        calls="calls",
        callbacks="callbacks",
        notes="notes",
        volunteers="volunteers",
        report="report",
        followups="followups",
        audit="audit",
        purge="purge",
        recordings="recordings",
        backup="backup restore",
        simulate="simulate",
        setup="prompts endpoints",
        certs="certs",
    ),
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(package_name="hotline_agi")
def cli() -> None:
    """The call controller of a volunteer crisis line.

    Exit status: 0 all is well, 1 there is a finding, 2 the call or the settings are wrong.
    """


def _fail(text: str, status: int) -> NoReturn:
    click.echo(f"hotline: {text}", err=True)
    sys.exit(status)


def main(arguments: list[str] | None = None, command: Callable[..., Any] = cli) -> None:
    """The entry point: what is wrong outside is one sentence and a status, never a traceback."""
    try:
        command(arguments, standalone_mode=True)
    except InvalidText as error:
        for problem in error.problems:
            click.echo(str(problem), err=True)
        _fail(f"{len(error.problems)} to mend: see the lines above", USAGE)
    except SetupError as error:
        _fail(str(error), USAGE)
    except HotlineError as error:
        _fail(str(error), FINDING)
    except PermissionError as error:
        what = error.filename or "see the paths of this command"
        _fail(f"{error.strerror}: {what}; run it as the service's user: sudo -u hotline hotline …", USAGE)
    except OSError as error:
        _fail(f"{error.strerror}: {error.filename or 'see the paths of this command'}", USAGE)

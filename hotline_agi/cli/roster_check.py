"""``hotline roster check``: what is wrong, before it can hurt."""

import sys
from pathlib import Path

import click

from hotline_agi import rosters, table
from hotline_agi.cli.options import FINDING, json_option, print_json
from hotline_agi.cli.roster import roster
from hotline_agi.errors import SetupError
from hotline_agi.roster.reader import check_roster
from hotline_agi.terms.problems import Severity


@roster.command("check")
@click.argument("folder", type=click.Path(path_type=Path), default=Path("rosters"))
@click.option("--contacts", type=click.Path(path_type=Path, dir_okay=False), help="The file with people's numbers.")
@json_option
def roster_check(folder: Path, contacts: Path | None, as_json: bool) -> None:
    """Find everything that is wrong with the rosters in FOLDER."""
    numbers = None
    if contacts is not None:
        try:
            numbers = rosters.read_bounded(contacts)
        except OSError as error:
            raise SetupError(f"cannot read {contacts}: {error.strerror}") from error
    verdict = check_roster(
        rosters.read_files(folder), numbers, contacts_file=contacts.name if contacts else "contacts.yaml"
    )
    errors = [one for one in verdict.problems if one.severity is Severity.ERROR]
    if as_json:
        fields = ("file", "line", "column", "severity", "what", "hint")
        print_json(
            {
                "problems": [{name: getattr(one, name) for name in fields} for one in verdict.problems],
                "notes": list(verdict.notes),
            }
        )
    else:
        for one in verdict.problems:
            (table.fail if one.severity is Severity.ERROR else table.warn)(str(one))
        for note in verdict.notes:
            table.note(note)
        if not errors:
            table.ok("the rosters are right" + (", but see the warnings" if verdict.problems else ""))
    if errors:
        sys.exit(FINDING)

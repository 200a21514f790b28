"""``hotline backup`` and ``hotline restore``."""

from datetime import UTC, datetime
from pathlib import Path

import click

from hotline_agi import table
from hotline_agi.backup import Contents, back_up, is_recording
from hotline_agi.backup import restore as put_back
from hotline_agi.cli.operator import noted
from hotline_agi.cli.options import config_option, json_option, print_json
from hotline_agi.errors import SetupError
from hotline_agi.settings import read_settings
from hotline_agi.store.names import JOURNAL


@click.command("backup")
@click.argument("file", required=False, type=click.Path(path_type=Path, dir_okay=False))
@config_option
@click.option(
    "--to",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    help="A folder instead of FILE: the file gets the instant as its name.",
)
@click.option("--messages", is_flag=True, help="Messages and recorded talks, too; encrypted ones stay so.")
@json_option
def backup(file: Path | None, config: Path, folder: Path | None, messages: bool, as_json: bool) -> None:
    """Write the journal, the key of callers and the last good roster to one tar FILE, while the service runs.

    It is verified when it is written, and overwrites nothing. There are people's numbers in it: only you can read it,
    so keep it where secrets are kept. The key that opens recordings is never in it. The rosters lie in git, the
    settings and contacts in /etc/hotline: back them up there. Put it back with `hotline restore FILE`.
    """
    now = datetime.now(UTC)
    if (file is None) == (folder is None):
        raise SetupError("name one of both: a FILE that is to be made, or a folder with --to FOLDER")
    target = file if file is not None else Path(folder or ".") / f"hotline-{now:%Y%m%dT%H%M%SZ}.tar"
    settings = read_settings(config)
    noted(settings.state / JOURNAL, "made a backup", str(target.absolute()))
    _tell(back_up(settings, target, now, messages=messages), f"the backup {target} is made and verified", as_json)


@click.command("restore")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@config_option
@json_option
def restore(file: Path, config: Path, as_json: bool) -> None:
    """Put a backup back, where no service runs and the state folder of the settings has no journal yet.

    Run it as the user of the service. Everything is verified first; nothing is overwritten.
    """
    settings = read_settings(config)
    contents = put_back(settings, file)
    noted(settings.state / JOURNAL, "restored a backup", str(file.absolute()))
    _tell(contents, f"the backup of {contents.taken_at:%Y-%m-%d %H:%M:%S}Z is restored to {settings.state}", as_json)


def _tell(contents: Contents, done: str, as_json: bool) -> None:
    recordings = sum(map(is_recording, contents.files))
    if as_json:
        print_json(
            {
                "taken_at": contents.taken_at.isoformat(),
                "program": contents.program,
                "rows": contents.rows,
                "files": sorted(name for name in contents.files if not is_recording(name)),
                "recordings": recordings,
            }
        )
        return
    calls = table.counted(contents.rows.get("call", 0), "call")
    table.ok(f"{done}: {calls}, {table.counted(recordings, 'recording')}")
    for name, (size, _) in contents.files.items():
        if not is_recording(name):
            table.note(f"{size:>12}  {name}")

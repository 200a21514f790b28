"""``hotline roster schema``: what editors need to complete and check roster files while somebody types."""

from pathlib import Path

import click

from hotline_agi import table
from hotline_agi.cli.roster import roster
from hotline_agi.roster.schema import KINDS, file_name, schema_text


@roster.command("schema")
@click.argument("kind", type=click.Choice(KINDS), required=False)
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), help="Write them into this folder.")
def roster_schema(kind: str | None, out: Path | None) -> None:
    """Print the JSON Schema of one KIND of file, or write all of them with --out.

    Files that begin with a line such as `# yaml-language-server: $schema=../schema/line.schema.json` are completed and
    checked while somebody types, by VS Code with its YAML extension and by every editor that uses yaml-language-server
    (Neovim, Emacs, Helix and others).
    """
    if out is None:
        if kind is None:
            raise click.UsageError(f"Name one of {', '.join(KINDS)}, or give --out.")
        click.echo(schema_text(kind), nl=False)
        return
    out.mkdir(parents=True, exist_ok=True)
    for one in KINDS if kind is None else (kind,):
        path = out / file_name(one)
        path.write_text(schema_text(one), encoding="utf-8", newline="\n")
        table.ok(f"{path} is written")

"""``hotline callbacks``: who is to be called back, and what is done about it. Without a command it lists them."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import click

from hotline_agi import table
from hotline_agi.callbackbook import CSV_COLUMNS, Book, list_csv, list_json, print_entry, print_list
from hotline_agi.cli.known_line import refuse_unknown_line
from hotline_agi.cli.note_text import checked_note
from hotline_agi.cli.operator import noted, operator
from hotline_agi.cli.options import config_option, json_option, language_option, print_json
from hotline_agi.errors import SetupError
from hotline_agi.settings import read_settings
from hotline_agi.store import work
from hotline_agi.store.past import JOURNAL
from hotline_agi.store.work import Change
from hotline_agi.terms.ids import VolunteerId
from hotline_agi.terms.languages import Language
from hotline_agi.terms.work import WorkOutcome
from hotline_agi.work.entry import Entry

BUSY_S = 5.0
"""A command waits so long for a service that writes."""
COLUMNS = f"""\b
Columns of --csv, and keys of --json (null where --csv has an empty cell):
{", ".join(CSV_COLUMNS[:7])},
{", ".join(CSV_COLUMNS[7:])}.
Instants are in UTC. A number is in none of them: see `hotline callbacks show CALLBACK --number`."""


@click.group("callbacks", invoke_without_command=True, epilog=COLUMNS)
@config_option
@click.option("--line", help="Only this line.")
@click.option("--owner", metavar="WHO", help="Only what this volunteer has, or had.")
@click.option("--all", "all_", is_flag=True, help="Also what is finished.")
@click.option("--limit", type=click.IntRange(1, 1_000_000), default=1000, show_default=True, help="So many.")
@click.option("--csv", "as_csv", is_flag=True, help="For spreadsheets: no cell is taken for a formula.")
@language_option
@json_option
@click.pass_context
def callbacks(
    context: click.Context,
    config: Path,
    line: str | None,
    owner: str | None,
    all_: bool,
    limit: int,
    as_csv: bool,
    language: str,
    as_json: bool,
) -> None:
    """List callers who are to be called back, the first to be called first: high risk, then overdue, then the oldest.

    Messages, callers who asked for a call, and missed calls as the line's policy says. Several calls of one caller are
    one entry, named by the first of them; its beginning will do.
    """
    context.obj = config
    if context.invoked_subcommand is not None:
        return
    if as_csv and as_json:
        raise SetupError("--csv or --json: one of the two")
    book = Book.of(read_settings(config))
    found = book.listed(line=line, all_=all_, owner=owner, limit=limit)
    refuse_unknown_line(book.settings, line, empty=not found)
    if as_json:
        print_json(list_json(book, found))
    elif as_csv:
        click.echo(list_csv(book, found), nl=False)
    else:
        print_list(book, found, language=Language(language))


own_config = click.option(
    "--config", type=click.Path(path_type=Path, dir_okay=False), default=None, help="As of `hotline callbacks`."
)
as_option = click.option("--as", "who", metavar="WHO", required=True, help="The volunteer or coordinator who does it.")
note_option = click.option("--note", default="", help="What whoever comes next should know. No telephone numbers.")


@callbacks.command("show")
@click.argument("callback")
@own_config
@click.option("--number", is_flag=True, help="Show the caller's number. It is noted who did.")
@language_option
@json_option
@click.pass_obj
def callbacks_show(outer: Path, callback: str, config: Path | None, number: bool, language: str, as_json: bool) -> None:
    """Tell all about CALLBACK: its calls, its message, what was done."""
    settings = read_settings(config or outer)
    reveal = partial(noted, settings.state / JOURNAL, "showed the number of a callback")
    shown = print_entry(
        Book.of(settings), callback, number=number, noted=reveal, language=Language(language), as_json=as_json
    )
    if as_json:
        print_json(shown)


@callbacks.command("claim")
@click.argument("callback")
@as_option
@own_config
@click.pass_obj
def callbacks_claim(outer: Path, callback: str, who: str, config: Path | None) -> None:
    """Take CALLBACK: nobody else gets it until the lease is over. Taking it again makes that later."""

    def claim(change: Change, book: Book, owner: VolunteerId) -> Entry:
        return change.claim(callback, owner, book.now, book.policy, noted=operator())

    found = _do(config or outer, who, claim)
    until = f" until {found.lease_until:%Y-%m-%d %H:%M} UTC" if found.lease_until else ""
    table.ok(f"{found.id} is {who}'s{until}")


@callbacks.command("done")
@click.argument("callback")
@as_option
@click.option(
    "--outcome", type=click.Choice([one.value for one in WorkOutcome]), required=True, help="What came of it."
)
@note_option
@own_config
@click.pass_obj
def callbacks_done(outer: Path, callback: str, who: str, outcome: str, note: str, config: Path | None) -> None:
    """CALLBACK is finished."""
    detail = checked_note(note)

    def finish(change: Change, book: Book, owner: VolunteerId) -> Entry:
        return change.finish(callback, owner, WorkOutcome(outcome), book.now, detail=detail, noted=operator())

    table.ok(f"{_do(config or outer, who, finish).id} is done: {outcome}")


@callbacks.command("give-back")
@click.argument("callback")
@as_option
@note_option
@own_config
@click.pass_obj
def callbacks_give_back(outer: Path, callback: str, who: str, note: str, config: Path | None) -> None:
    """Let somebody else take CALLBACK."""
    detail = checked_note(note)

    def give_back(change: Change, book: Book, owner: VolunteerId) -> Entry:
        return change.give_back(callback, owner, book.now, detail=detail, noted=operator())

    table.ok(f"{_do(config or outer, who, give_back).id} is open again")


@callbacks.command("escalate")
@click.argument("callback")
@as_option
@note_option
@own_config
@click.pass_obj
def callbacks_escalate(outer: Path, callback: str, who: str, note: str, config: Path | None) -> None:
    """Let the coordinator see to CALLBACK: volunteers are not offered it any more."""
    detail = checked_note(note)

    def escalate(change: Change, book: Book, owner: VolunteerId) -> Entry:
        return change.escalate(callback, owner, book.now, detail=detail, noted=operator())

    table.ok(f"{_do(config or outer, who, escalate).id} is with the coordinator")


def _do(config: Path, who: str, act: Callable[[Change, Book, VolunteerId], Entry]) -> Entry:
    book = Book.of(read_settings(config))
    owner = book.person(who)
    with work.changing(book.settings.state / JOURNAL, busy_s=BUSY_S) as change:
        return act(change, book, owner)

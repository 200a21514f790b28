"""``hotline calls result CALL RESULT``."""

from datetime import UTC, datetime
from pathlib import Path

import click

from hotline_agi import rosters, table
from hotline_agi.cli.operator import operator
from hotline_agi.cli.options import config_option
from hotline_agi.dispatch.commands import OpenFollowUps
from hotline_agi.dispatch.follow_ups import follow_ups
from hotline_agi.errors import HotlineError
from hotline_agi.roster.fields import nearest
from hotline_agi.roster.model import TalkResults
from hotline_agi.roster.results_fields import FLAGGING, KNOWN
from hotline_agi.settings import read_settings
from hotline_agi.store.callers import WhoIsUnknown, flag
from hotline_agi.store.past import JOURNAL
from hotline_agi.store.reading import JournalReader
from hotline_agi.store.results import say_by_command
from hotline_agi.terms.results import Said


class NoSuchResult(HotlineError):
    """The line has no result of that name."""


@click.command("result")
@click.argument("call")
@click.argument("result")
@config_option
def calls_result(call: str, result: str, config: Path) -> None:
    """Note the RESULT of the talk of CALL, as a volunteer does by a key: the last word counts, all are kept.

    RESULT is one of the line's list (`results` in line.yaml). One that flags marks the caller as at high risk, and
    opens the follow-ups of the line's `high_risk`; whether it counts for the limits of callers, the line says. The
    running service knows within 10 s. Who noted it is kept in the journal.
    """
    settings = read_settings(config)
    journal = settings.state / JOURNAL
    with JournalReader.open(journal) as reader:
        found = reader.call(call).call
    line = rosters.load(settings.rosters, None).roster.lines.get(found.line)
    of_line = (
        line.results
        if line is not None and line.results.list
        else TalkResults(list=tuple(KNOWN.values()), flag=FLAGGING)
    )
    if of_line.of_id(result) is None:
        known = [one.id for one in of_line.list]
        raise NoSuchResult(f"there is no result {result!r}: {nearest(result, known) or 'one of ' + ', '.join(known)}")
    now, who = datetime.now(UTC), operator()
    counts = result in of_line.count if of_line.count else None
    opened = tuple[OpenFollowUps, ...]()
    if result in of_line.flag:
        try:
            flag(journal, found.call, on=True, who=who, now=now)
            table.ok(f"the caller of {found.call} is marked as at high risk")
        except WhoIsUnknown as error:  # the word is noted all the same
            table.warn(f"the caller is not marked as at high risk: {error}")
        if line is not None:
            opened = tuple(follow_ups(line, found.call, found.volunteer, found.ended_at or now))
    noted = say_by_command(journal, found.call, Said(result=result, counts=counts, by=who), now, opened)
    table.ok(f"{noted}: {result}")
    if opened:
        table.ok("somebody is to look after the caller: see `hotline followups list`")

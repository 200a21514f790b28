"""``hotline followups``: who is to look after callers at high risk, and when."""

from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import Any

import click

from hotline_agi import rosters, table
from hotline_agi.cli.known_line import refuse_unknown_line
from hotline_agi.cli.note_text import checked_note
from hotline_agi.cli.operator import operator
from hotline_agi.cli.options import config_option, json_option, language_option, line_option, print_json
from hotline_agi.errors import HotlineError
from hotline_agi.settings import Settings, read_settings
from hotline_agi.store.follow_ups import FollowUp, FollowUpState, annotate, close, follow_ups
from hotline_agi.store.past import JOURNAL
from hotline_agi.store.reading import JournalReader
from hotline_agi.terms.ids import LineId
from hotline_agi.terms.languages import Language

_COLUMNS = {
    Language.EN: ("Id", "Line", "Due", "", "Talked with", "Call ended", "Note"),
    Language.ZH: ("编号", "热线", "到期", "", "通话的志愿者", "来电结束", "备注"),
}
_STATES = {
    Language.EN: {"open": "", "done": "done", "obsolete": "obsolete", "overdue": "overdue"},
    Language.ZH: {"open": "", "done": "已完成", "obsolete": "不再需要", "overdue": "已逾期"},
}
_NOTHING = {Language.EN: "nothing is to be followed up", Language.ZH: "没有待回访的来电"}
_HOW = {
    Language.EN: "the caller's number: hotline calls show CALL --number, as long as it is kept",
    Language.ZH: "来电号码（保留期内）：hotline calls show CALL --number",
}


@click.group("followups")
def followups() -> None:
    """Follow-ups after calls at high risk: list them, close them, note what was done."""


@followups.command("list")
@config_option
@line_option
@click.option("--all", "closed_too", is_flag=True, help="Those that are closed as well.")
@language_option
@json_option
def list_(config: Path, line_id: str | None, closed_too: bool, language: str, as_json: bool) -> None:
    """What is to be done, the first due first.

    With --json: id, call, line, volunteer, after_h, ended_at, due_at, overdue, state, closed_at, closed_by, note.
    """
    settings, now = read_settings(config), datetime.now(UTC)
    with JournalReader.open(settings.state / JOURNAL) as reader:
        found = follow_ups(reader, line=line_id, closed_too=closed_too)
    refuse_unknown_line(settings, line_id, empty=not found)
    if as_json:
        print_json([_json(one, now) for one in found])
        return
    words = Language(language)
    if not found:
        table.note(_NOTHING[words])
        return
    zones = _zones(settings)
    table.table("", _COLUMNS[words], [_row(one, now, zones, words) for one in found])
    table.note(_HOW[words])


@followups.command("done")
@click.argument("follow_up")
@config_option
@click.option("--note", default="", help="What was found; never a number or a name.")
def done(follow_up: str, config: Path, note: str) -> None:
    """Somebody looked after the caller. FOLLOW_UP is its id, or a beginning that only one has."""
    _close(follow_up, config, FollowUpState.DONE, note)


@followups.command("obsolete")
@click.argument("follow_up")
@config_option
@click.option("--note", default="", help="Why; never a number or a name.")
def obsolete(follow_up: str, config: Path, note: str) -> None:
    """Nobody need look after the caller any more."""
    _close(follow_up, config, FollowUpState.OBSOLETE, note)


@followups.command("note")
@click.argument("follow_up")
@click.argument("text")
@config_option
def note(follow_up: str, text: str, config: Path) -> None:
    """Add TEXT to a follow-up that stays open: who tried when, whom to ask. Never a number or a name."""
    journal, now = read_settings(config).state / JOURNAL, datetime.now(UTC)
    found = annotate(journal, follow_up, checked_note(text), who=operator(), now=now)
    table.ok(f"noted of {found.id}")


def _close(follow_up: str, config: Path, state: FollowUpState, text: str) -> None:
    journal = read_settings(config).state / JOURNAL
    found = close(journal, follow_up, state, who=operator(), now=datetime.now(UTC), note=checked_note(text))
    table.ok(f"the follow-up {found.id} is closed: {state.value}")


def _json(one: FollowUp, now: datetime) -> dict[str, Any]:
    return {
        "id": one.id,
        "call": one.call,
        "line": one.line,
        "volunteer": one.volunteer,
        "after_h": one.after_h,
        "ended_at": one.ended_at.isoformat(),
        "due_at": one.due_at.isoformat(),
        "overdue": one.is_overdue(now),
        "state": one.state.value,
        "closed_at": one.closed_at.isoformat() if one.closed_at else None,
        "closed_by": one.closed_by,
        "note": one.note,
    }


def _row(one: FollowUp, now: datetime, zones: dict[LineId, tzinfo], words: Language) -> tuple[str, ...]:
    zone = zones.get(one.line, UTC)
    state = "overdue" if one.is_overdue(now) else one.state.value
    return (
        one.id,
        one.line,
        f"{one.due_at.astimezone(zone):%Y-%m-%d %H:%M}",
        _STATES[words][state],
        one.volunteer or "",
        f"{one.ended_at.astimezone(zone):%Y-%m-%d %H:%M}",
        one.note,
    )


def _zones(settings: Settings) -> dict[LineId, tzinfo]:
    """The wall clocks of the lines; none where the roster cannot be read just now: then times are UTC."""
    try:
        return {line.id: line.zone for line in rosters.load(settings.rosters, None).roster.lines.values()}
    except HotlineError:
        return {}

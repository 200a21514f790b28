"""What `hotline calls` prints: the list of calls, the story of one, and the reasons for it."""

import csv
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from pathlib import Path

from hotline_agi import rosters, table
from hotline_agi.errors import HotlineError, SetupError
from hotline_agi.planning.sheets.cells import guarded
from hotline_agi.reports.choice_words import NO_REASONS
from hotline_agi.reports.explaining import explanation, has_reasons
from hotline_agi.reports.listing import (
    CSV_COLUMNS,
    Json,
    call_columns,
    call_json,
    call_rows,
    csv_rows,
    history_json,
    message_columns,
    message_rows,
    parse_since,
    revision_json,
    revision_text,
    roster_of,
)
from hotline_agi.reports.past import CallHistory, PastCall, PastRevision
from hotline_agi.reports.summary import totals, totals_text
from hotline_agi.reports.timeline import lines, timeline
from hotline_agi.roster.model import Line
from hotline_agi.settings import Settings
from hotline_agi.store.callers import WHY_UNKNOWN
from hotline_agi.store.past import JOURNAL
from hotline_agi.store.reading import JournalReader
from hotline_agi.store.revisions import revisions, stretches
from hotline_agi.terms.ids import LineId, VolunteerId
from hotline_agi.terms.languages import Language
from hotline_agi.terms.outcomes import Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """Which calls; texts are as a person typed them. None: any."""

    line: str | None = None
    since: str | None = None
    until: str | None = None
    outcome: str | None = None
    volunteer: str | None = None
    waited_s: float | None = None
    roster: str | None = None
    """The beginning of a commit, or of a roster's digest."""
    uncertain: bool = False
    limit: int | None = None


def print_list(settings: Settings, filters: Filters, *, language: Language, as_json: bool) -> list[Json] | None:
    """Print the newest calls; with `as_json` the list is returned instead.

    :raises SetupError: if there is no journal, or `since` or `until` is no instant.
    :raises RevisionNotFound: if no such roster was in force.
    """
    zone = _zone(settings, filters.line)
    with JournalReader.open(settings.state / JOURNAL) as journal:
        known = revisions(journal)
        calls = _calls(journal, filters, known, zone)
        messages = [one for call in calls if call.messages for one in journal.call(call.call).messages]
    if as_json:
        return [{**call_json(call), "roster": roster_of(call, known)} for call in calls]
    table.table("", call_columns(language), call_rows(calls, zone, language))
    table.note(totals_text(totals(calls), language))
    if messages:
        table.table(f"{settings.messages}", message_columns(language), message_rows(messages, zone))
    return None


def list_csv(settings: Settings, filters: Filters) -> str:
    """The newest calls as CSV, a head first. Raises what `print_list` raises."""
    zone = _zone(settings, filters.line)
    with JournalReader.open(settings.state / JOURNAL) as journal:
        known = revisions(journal)
        calls = _calls(journal, filters, known, zone)
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(CSV_COLUMNS)
    for row in csv_rows(calls, known):
        writer.writerow(map(guarded, row))
    return out.getvalue()


def _calls(journal: JournalReader, filters: Filters, known: Sequence[PastRevision], zone: tzinfo) -> list[PastCall]:
    now = datetime.now(UTC)
    try:
        since, until = (parse_since(text, now, zone) if text else None for text in (filters.since, filters.until))
    except ValueError as error:
        raise SetupError(str(error)) from error
    return journal.calls(
        since=since,
        until=until,
        line=LineId(filters.line) if filters.line else None,
        outcome=Outcome(filters.outcome) if filters.outcome else None,
        volunteer=VolunteerId(filters.volunteer) if filters.volunteer else None,
        waited_s=filters.waited_s,
        uncertain=filters.uncertain,
        within=stretches(known, filters.roster) if filters.roster else None,
        limit=filters.limit,
    )


def print_story(
    settings: Settings,
    call: str,
    *,
    number: bool,
    noted: Callable[[str], None],
    language: Language,
    as_json: bool,
) -> Json | None:
    """Print one call's timeline in plain words; with `as_json` it is returned instead.

    :param number: also the caller's number, for a follow-up.
    :param noted: called with the call's id before its number is read: takes down who does it, or raises.
    :raises CallNotFound: if no call, or several, begin so.
    """
    with JournalReader.open(settings.state / JOURNAL) as journal:
        history = journal.call(call)
        if number:
            noted(history.call.call)
        known = journal.number_of(history.call.call) if number else None
    if as_json:
        return history_json(history, language, known)
    zone = _zone(settings, history.call.line)
    table.table("", call_columns(language), call_rows([history.call], zone, language))
    for text in lines(timeline(history, language), zone):
        table.note(text)
    _note_roster(history, zone, language)
    if history.messages:
        table.table(f"{settings.messages}", message_columns(language), message_rows(history.messages, zone))
    if number:
        shown = known.reveal() if known else f"not known: {WHY_UNKNOWN}"
        table.note(f"number: {shown}")
    return None


def print_reasons(settings: Settings, call: str, *, language: Language, as_json: bool) -> Json | None:
    """Print why one call went as it went; with `as_json` it is returned instead.

    :raises CallNotFound: if no call, or several, begin so.
    """
    with JournalReader.open(settings.state / JOURNAL) as journal:
        history = journal.call(call)
    line = _line(settings, history.call.line)
    zone = line.zone if line else UTC
    told = explanation(history, zone, language, spoken=line.language if line else "")
    if as_json:
        return {
            **call_json(history.call),
            "has_reasons": has_reasons(history),
            "rosters": [revision_json(one) for one in history.revisions],
            "explanation": [
                {"at": moment.at.isoformat(), "offset_s": moment.offset_s, "text": moment.text.strip()}
                for moment in told
            ],
        }
    table.table("", call_columns(language), call_rows([history.call], zone, language))
    for text in lines(told, zone):
        table.note(text)
    _note_roster(history, zone, language)
    if not has_reasons(history):
        table.note(NO_REASONS[language])
    return None


def _note_roster(history: CallHistory, zone: tzinfo, language: Language) -> None:
    told = revision_text(history.revisions, zone, language)
    if told:
        table.note(told)


def story_lines(journal_path: Path, language: Language = Language.EN) -> list[str]:
    """The newest call's timeline, for the demo."""
    with JournalReader.open(journal_path) as journal:
        newest = journal.calls(limit=1)
        return lines(timeline(journal.call(newest[0].call), language)) if newest else []


def _zone(settings: Settings, line: str | None) -> tzinfo:
    """The wall clock of the line (of the first, without one); UTC when the roster cannot be read just now."""
    found = _line(settings, line)
    return found.zone if found else UTC


def _line(settings: Settings, line: str | None) -> Line | None:
    """The line (the first one, without a name); None when the roster cannot be read just now."""
    try:
        known = rosters.load(settings.rosters, None).roster.lines
    except HotlineError:
        return None
    return known.get(LineId(line)) if line else next(iter(known.values()), None)

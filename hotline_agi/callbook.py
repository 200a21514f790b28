"""What `hotline calls` prints: the list of calls, the story of one, and the reasons for it."""

from datetime import UTC, datetime, tzinfo
from pathlib import Path

from hotline_agi import rosters, table
from hotline_agi.errors import HotlineError, SetupError
from hotline_agi.reports.choice_words import NO_REASONS
from hotline_agi.reports.explaining import explanation, has_reasons
from hotline_agi.reports.listing import (
    Json,
    call_columns,
    call_json,
    call_rows,
    history_json,
    message_columns,
    message_rows,
    parse_since,
)
from hotline_agi.reports.summary import totals, totals_text
from hotline_agi.reports.timeline import lines, timeline
from hotline_agi.roster.model import Line
from hotline_agi.settings import Settings
from hotline_agi.store.callers import WHY_UNKNOWN
from hotline_agi.store.past import JOURNAL
from hotline_agi.store.reading import JournalReader
from hotline_agi.terms.ids import LineId
from hotline_agi.terms.languages import Language
from hotline_agi.terms.outcomes import Outcome


def print_list(
    settings: Settings,
    *,
    line: str | None,
    since: str | None,
    outcome: str | None,
    limit: int,
    language: Language,
    as_json: bool,
) -> list[Json] | None:
    """Print the newest calls; with `as_json` the list is returned instead.

    :raises SetupError: if there is no journal, or `since` is no instant.
    """
    zone = _zone(settings, line)
    try:
        from_at = parse_since(since, datetime.now(UTC), zone) if since else None
    except ValueError as error:
        raise SetupError(str(error)) from error
    with JournalReader.open(settings.state / JOURNAL) as journal:
        calls = journal.calls(
            since=from_at,
            line=LineId(line) if line else None,
            outcome=Outcome(outcome) if outcome else None,
            limit=limit,
        )
        messages = [one for call in calls if call.messages for one in journal.call(call.call).messages]
    if as_json:
        return [call_json(call) for call in calls]
    table.table("", call_columns(language), call_rows(calls, zone, language))
    table.note(totals_text(totals(calls), language))
    if messages:
        table.table(f"{settings.messages}", message_columns(language), message_rows(messages, zone))
    return None


def print_story(settings: Settings, call: str, *, number: bool, language: Language, as_json: bool) -> Json | None:
    """Print one call's timeline in plain words; with `as_json` it is returned instead.

    :param number: also the caller's number, for a follow-up.
    :raises CallNotFound: if no call, or several, begin so.
    """
    with JournalReader.open(settings.state / JOURNAL) as journal:
        history = journal.call(call)
        known = journal.number_of(history.call.call) if number else None
    if as_json:
        return history_json(history, language, known)
    zone = _zone(settings, history.call.line)
    table.table("", call_columns(language), call_rows([history.call], zone, language))
    for text in lines(timeline(history, language), zone):
        table.note(text)
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
            "explanation": [
                {"at": moment.at.isoformat(), "offset_s": moment.offset_s, "text": moment.text.strip()}
                for moment in told
            ],
        }
    table.table("", call_columns(language), call_rows([history.call], zone, language))
    for text in lines(told, zone):
        table.note(text)
    if not has_reasons(history):
        table.note(NO_REASONS[language])
    return None


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

"""What `hotline volunteers` prints: where volunteers stand, by the journal, with their names from the roster."""

from datetime import UTC, datetime

from hotline_agi import rosters, table
from hotline_agi.errors import HotlineError, SetupError
from hotline_agi.reports.listing import parse_since
from hotline_agi.reports.standings import (
    AGREEMENT_COLUMNS,
    STATE_COLUMNS,
    Json,
    agreement_json,
    agreement_rows,
    state_json,
    state_rows,
)
from hotline_agi.roster.duty import everybody
from hotline_agi.roster.fields import nearest
from hotline_agi.roster.model import Line, Roster
from hotline_agi.settings import Settings
from hotline_agi.store.past import JOURNAL
from hotline_agi.store.reading import JournalReader
from hotline_agi.store.standings import agreements, history, states
from hotline_agi.terms.ids import LineId, VolunteerId
from hotline_agi.terms.languages import Language

NONE_NOTED = {Language.EN: "Nothing is noted of volunteers.", Language.ZH: "没有志愿者状态的记录。"}


def print_volunteers(
    settings: Settings, *, line: str | None, since: str | None, language: Language, as_json: bool
) -> Json | None:
    """Print the newest state of each volunteer, and what was agreed by phone; with `as_json` it is returned instead.

    :raises SetupError: if there is no journal, no such line, or `since` is no instant.
    """
    known = _roster(settings)
    chosen = _line(known, line)
    zone = chosen.zone if chosen else next((one.zone for one in known.lines.values()), UTC)
    now = datetime.now(UTC)
    try:
        from_at = parse_since(since, now, zone) if since else None
    except ValueError as error:
        raise SetupError(str(error)) from error
    with JournalReader.open(settings.state / JOURNAL) as reader:
        found = states(reader, since=from_at, only=everybody(chosen) if chosen else None)
        agreed = [one for one in agreements(reader, now) if line is None or one.told.get("line") == line]
    names = {who: person.name for who, person in known.volunteers.items()}
    if as_json:
        return {
            "volunteers": [state_json(one, names) for one in found],
            "agreements": [agreement_json(one) for one in agreed],
        }
    if found:
        table.table("", STATE_COLUMNS[language], state_rows(found, names, zone, language))
    if agreed:
        table.table("", AGREEMENT_COLUMNS[language], agreement_rows(agreed, zone, language))
    if not found and not agreed:
        table.note(NONE_NOTED[language])
    return None


def print_history(
    settings: Settings, volunteer: str, *, since: str | None, language: Language, as_json: bool
) -> Json | None:
    """Print every state of one volunteer that is kept, the oldest first; with `as_json` it is returned instead.

    :raises SetupError: if there is no journal, nobody of this id is known, or `since` is no instant.
    """
    known, who = _roster(settings), VolunteerId(volunteer)
    lines = [line for line in known.lines.values() if who in everybody(line)]
    zone = next((one.zone for one in [*lines, *known.lines.values()]), UTC)
    try:
        from_at = parse_since(since, datetime.now(UTC), zone) if since else None
    except ValueError as error:
        raise SetupError(str(error)) from error
    with JournalReader.open(settings.state / JOURNAL) as reader:
        found = history(reader, who, since=from_at)
    if not found and who not in known.volunteers:
        hint = nearest(volunteer, known.volunteers) or "`hotline volunteers` names those of whom something is noted"
        raise SetupError(f"nothing is noted of {volunteer!r}, nor is anybody of this id in the rosters: {hint}")
    names = {one: person.name for one, person in known.volunteers.items()}
    if as_json:
        return {"volunteer": who, "name": names.get(who), "states": [state_json(one, names) for one in found]}
    if found:
        table.table("", STATE_COLUMNS[language], state_rows(found, names, zone, language))
    else:
        table.note(NONE_NOTED[language])
    return None


def _roster(settings: Settings) -> Roster:
    """Without people's numbers; an empty one when it cannot be read just now."""
    try:
        return rosters.load(settings.rosters, None).roster
    except HotlineError:
        return Roster(lines={}, volunteers={})


def _line(known: Roster, line: str | None) -> Line | None:
    if line is None:
        return None
    found = known.lines.get(LineId(line))
    if found is None:
        raise SetupError(f"there is no line {line!r}: there are {', '.join(known.lines) or 'none'}")
    return found

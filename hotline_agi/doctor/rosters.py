"""Of the rosters: the folder's, the one that the running service has in force, and what the coming days lack."""

from collections.abc import Iterator
from datetime import datetime

from hotline_agi import rosters
from hotline_agi.asterisk.envelope import Envelope, endpoints_of, refused_of
from hotline_agi.doctor.check import Check, failed, ok, warning
from hotline_agi.errors import InvalidText, SetupError
from hotline_agi.planning.outlook import SOON, by_weight
from hotline_agi.roster.model import Roster
from hotline_agi.rosters import last_good, presence, status
from hotline_agi.settings import Settings
from hotline_agi.table import counted


def look_at_folder(settings: Settings) -> tuple[list[Check], Roster | None]:
    try:
        reading = rosters.load(settings.rosters, settings.contacts, settings.contacts_key)
    except InvalidText as error:
        found = f"{counted(len(error.problems), 'problem')}, the first: {error.problems[0]}"
        return [failed("roster", found, f"see all with: hotline roster check {settings.rosters}")], None
    except SetupError as error:
        return [failed("roster", str(error), "mend the path or its rights")], None
    roster = reading.roster
    found = _size(len(roster.lines), len(roster.volunteers))
    if reading.notes:
        remedy = "name the contacts file in the settings (`contacts`)"
        return [warning("roster", "; ".join(reading.notes), remedy)], roster
    if reading.warnings:
        remedy = f"see them with: hotline roster check {settings.rosters}"
        return [warning("roster", f"{found}, {counted(len(reading.warnings), 'warning')}", remedy)], roster
    return [ok("roster", found)], roster


def _size(lines: int, people: int) -> str:
    return f"{counted(lines, 'line')}, {counted(people, 'volunteer')}"


def look_at_service(settings: Settings) -> Iterator[Check]:
    """Which roster the running service has; nothing if none runs (the check of FastAGI says that)."""
    name = "roster in force"
    try:
        if not presence.runs(settings.state):
            return
    except SetupError as error:
        yield warning(name, str(error), "see `sudo -u hotline hotline doctor`")
        return
    told = status.read(settings.state / status.NAME)
    if told is None or told.in_force is None:
        remedy = "see the service's log: it cannot write its state folder"
        yield failed(name, f"the service wrote no {status.NAME}", remedy)
        return
    found = _in_force(told.in_force)
    if told.refused is None:
        yield ok(name, found)
        return
    refused = told.refused
    first = "; ".join(refused.problems[:3]) + (f"; and {refused.count - 3} more" if refused.count > 3 else "")
    what = f"{found}. Refused since {refused.since:%Y-%m-%d %H:%M} UTC: {first}"
    remedy = (
        f"mend what `hotline roster check {settings.rosters}` shows, then: hotline roster reload. "
        "Callers are served meanwhile, by the roster in force"
    )
    yield failed(name, what, remedy)


def _in_force(told: status.InForce) -> str:
    revision = f" {told.revision}" if told.revision else ""
    size = _size(told.lines, told.volunteers)
    if told.last_good_of:
        since = datetime.fromisoformat(told.last_good_of)
        return f"serving the last good roster of {since:%Y-%m-%d %H:%M} UTC{revision}, {size}"
    return f"the roster{revision}, since {told.loaded_at:%Y-%m-%d %H:%M} UTC, {size}"


def look_ahead(settings: Settings, roster: Roster | None, now: datetime) -> Iterator[Check]:
    """What the coming days lack, by the roster that counts: the folder's, or the last good one in its place.

    Nothing if there is neither: other checks say that.
    """
    name, whose = "coverage", ""
    remedy = f"see all of the coming weeks with: hotline roster check {settings.rosters}"
    if roster is None or _is_replaced(settings):
        whose, remedy = "by the last good roster, ", f"{remedy} (mend its errors first)"
        try:
            roster = last_good.roster_of(settings.state / last_good.NAME)
        except (SetupError, InvalidText) as error:
            yield warning(name, f"the last good roster cannot be looked at: {error}", remedy)
            return
        if roster is None:
            return
    found = by_weight(roster, now)
    if not found:
        yield ok(name, f"{whose}nothing is amiss in the next {SOON} days")
        return
    first = str(found[0]).replace(f": {found[0].severity}: ", ": ", 1)
    what = f"{whose}{counted(len(found), 'finding')} in the next {SOON} days, the first: {first}"
    yield warning(name, what, remedy)


def look_at_numbers(settings: Settings, roster: Roster) -> Check:
    """Which contacts the dial envelope would not dial."""
    name = "dial envelope"
    refused = refused_of(roster, trunk=settings.trunk, rules=settings.dialling)
    if refused:
        what = f"{counted(len(refused), 'contact')} would not be dialled, the first: {refused[0].what}"
        return warning(name, what, refused[0].hint)
    home = Envelope(roster, trunk=settings.trunk, rules=settings.dialling).home
    numbers = [one.number for one in endpoints_of(roster) if one.number is not None]
    if home is None and any(not number.reveal().startswith(("+", "00")) for number in numbers):
        what = f"{counted(len(numbers), 'number')}; of those without + it is not known what they cost"
        return warning(name, what, "say your country under `dialling: home:` in the settings, e.g. CN")
    return ok(name, f"{counted(len(numbers), 'number')}{f', at home in {home}' if home else ''}")


def _is_replaced(settings: Settings) -> bool:
    """Whether the running service has the last good roster in force and not the folder's."""
    try:
        told = status.read(settings.state / status.NAME) if presence.runs(settings.state) else None
    except SetupError:
        return False
    return told is not None and (told.refused is not None or bool(told.in_force and told.in_force.last_good_of))

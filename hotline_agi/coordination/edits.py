"""What coordinators enter day by day, as edits of ``covers.yaml``: swaps, sick notes, leave, extra people.

An edit is values: the files as they shall be. Nothing here touches a disk; `proposals.py` says what an edit does to who
is rung, and writes it.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from hotline_agi.coordination.round_trip import Plain, YamlText
from hotline_agi.coordination.splices import append
from hotline_agi.errors import SetupError
from hotline_agi.roster.clock import ONE_DAY
from hotline_agi.roster.fields import nearest
from hotline_agi.roster.layout import COVERS, SHIFTS
from hotline_agi.roster.model import Line, Roster
from hotline_agi.roster.plan import Absence, AbsenceKind, Shift
from hotline_agi.roster.precedence import Basis, Loss, Occurrence, occurrence
from hotline_agi.terms.ids import VolunteerId
from hotline_agi.terms.problems import Problem

_HEADER = """\
# 换班、病假、请假、加人：一条一行，写法见 rosters/README.md
# Swaps, sick notes, leave and extra people, one line each: see rosters/README.md
"""
_SCHEMA = re.compile(r"^# yaml-language-server: \$schema=\S*$", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """The rosters as they are: all files by path, and what they say."""

    files: Mapping[str, bytes]
    roster: Roster
    warnings: tuple[Problem, ...] = ()
    """That the reader found in them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """`files`: those that change, by path, in the order in which they are to be written."""

    files: Mapping[str, bytes]
    message: str
    """What was done, for a commit."""
    until: date | None = None
    """The last day that it is about; None: it has no end."""
    remark: str = ""
    """What it does not do, though somebody may think so."""


def swap(
    known: Known,
    line: Line,
    who: VolunteerId,
    to: VolunteerId,
    day: date,
    slot: str,
    *,
    back: tuple[date, str] | None = None,
    note: str = "",
) -> Edit:
    """`to` stands where `who` stood; with `back`, `who` takes their place there in exchange.

    :raises SetupError: if that is not possible, in this and all other edits.
    """
    if who == to:
        raise SetupError(f"{who} cannot swap with themselves: name two people")
    _in_slot(line, who, day, slot)
    _free_in_slot(line, to, day, slot)
    cover: dict[str, Plain] = {"swap": [who, to], "date": day.isoformat(), "slot": slot}
    message = f"Swap {who} and {to}: {slot} of {day}"
    if back is not None:
        if back == (day, slot):
            raise SetupError("the place is given back in the same slot of the same day: name another --back-date")
        _in_slot(line, to, *back)
        _free_in_slot(line, who, *back)
        cover["back"] = {"date": back[0].isoformat(), "slot": back[1]}
        message += f", {back[1]} of {back[0]} in return"
    return _covered(known, line, cover, note, message, max(day, back[0]) if back else day)


def absent(
    known: Known,
    line: Line,
    kind: AbsenceKind,
    who: VolunteerId,
    first: date | datetime,
    last: date | datetime | None,
    *,
    instead: VolunteerId | None = None,
    note: str = "",
) -> Edit:
    """`who` is sick or away: on whole days (included) or from and until an instant (naive, of the line's zone)."""
    if who == instead:
        raise SetupError(f"{who} cannot stand in for themselves: name somebody else")
    end = last if last is not None else first.date() if isinstance(first, datetime) else first
    if _wall(end) + ONE_DAY * (not isinstance(end, datetime)) <= _wall(first):
        raise SetupError("the absence ends before it begins: a date of --until is included, a time of day is not")
    for cover in line.covers:
        if not isinstance(cover, Absence) or cover.who != who or instead not in (None, cover.instead):
            continue
        if _covers(cover, first, end):
            raise SetupError(f"that {who} is {cover.kind} then is there already: {cover.where}")
    cover_text: dict[str, Plain] = {kind.value: who, "from": _written(first)}
    if last is not None and last != first:
        cover_text["until"] = _written(last)
    if instead is not None:
        cover_text["instead"] = instead
    days = _written(first) + (f" to {_written(last)}" if last is not None and last != first else "")
    message = f"{kind.value.capitalize()}: {who}, {days}" + (f" ({instead} stands in)" if instead else "")
    return _covered(known, line, cover_text, note, message, _wall(end).date())


def extra(
    known: Known, line: Line, people: Sequence[VolunteerId], day: date, slot: str, *, backup: bool, note: str = ""
) -> Edit:
    """These people are there too."""
    if len(set(people)) < len(people):
        raise SetupError("somebody is named twice: name everybody once")
    there = occurrence(line, shift_of(line, slot), day)
    for who in people:
        if there and any(place.who == who and place.as_backup == backup for place in there.places):
            raise SetupError(f"{who} is in {slot} on {on(day)} already{' as backup' if backup else ''}")
    cover: dict[str, Plain] = {"extra": list(people), "date": day.isoformat(), "slot": slot}
    if backup:
        cover["as"] = "backup"
    names = " and ".join(people)
    message = f"Extra{' backup' if backup else ''}: {names} in {slot} of {day}"
    return _covered(known, line, cover, note, message, day)


def begin_of_absence(roster: Roster, who: VolunteerId, line: Line, now: datetime) -> date | datetime:
    """What "from now on" means for somebody: this minute by the line's clock if a shift of theirs has begun today (on
    any line), so that what they did stays theirs; else this day."""
    local = now.astimezone(line.zone).replace(tzinfo=None, second=0, microsecond=0, fold=0)
    for other in roster.lines.values():
        today = now.astimezone(other.zone).date()
        for day in (today - ONE_DAY, today):
            for shift in other.shifts:
                one = occurrence(other, shift, day)
                if one is None or (day < today and one.end <= now):
                    continue
                if any(place.who == who and place.start <= now for place in one.places):
                    return local
    return local.date()


def still_there(roster: Roster, who: VolunteerId, first: date | datetime, now: datetime) -> str:
    """That somebody who is absent from this day on stays in the shift that is on, since it began yesterday; or ""."""
    for line in roster.lines.values():
        today = now.astimezone(line.zone).date()
        if isinstance(first, datetime) or first != today:
            continue
        for shift in line.shifts:
            one = occurrence(line, shift, today - ONE_DAY)
            places = one.places if one else ()
            for place in places:
                if place.who == who and place.start <= now < place.end:
                    until = place.end.astimezone(line.zone)
                    return (
                        f"{who} stays in {shift.slot} of {line.id}, which began yesterday, until {until:%H:%M}: "
                        "`--from now` takes them out of it"
                    )
    return ""


def shift_of(line: Line, slot: str) -> Shift:
    """:raises SetupError: if the line has no such slot, with the nearest one."""
    for shift in line.shifts:
        if shift.slot == slot:
            return shift
    slots = [shift.slot for shift in line.shifts]
    known = f"there are {', '.join(slots)}"
    raise SetupError(f"{line.id} has no slot {slot!r}: {nearest(slot, slots) or known}")


def on(day: date) -> str:
    return f"{day:%a} {day}"


# ---- what is so now


def _in_slot(line: Line, who: VolunteerId, day: date, slot: str) -> None:
    found = occurrence(line, shift_of(line, slot), day)
    if found and any(place.who == who for place in found.places):
        return
    if found is None:
        raise SetupError(f"there is no {slot} on {on(day)}{_slots_of(line, who, day)}")
    why = next((_lost(loss) for loss in found.losses if loss.who == who), "")
    raise SetupError(f"{who} is not in {slot} on {on(day)}{why}{_slots_of(line, who, day)}")


def _free_in_slot(line: Line, who: VolunteerId, day: date, slot: str) -> None:
    found = occurrence(line, shift_of(line, slot), day)
    if found and any(place.who == who and not place.as_backup for place in found.places):
        raise SetupError(f"{who} is in {slot} on {on(day)} already, so one person less would be there: name another")
    if found and any(loss.who == who and loss.basis is not Basis.SWAP for loss in found.losses):
        raise SetupError(f"{who} is absent in {slot} on {on(day)}: name somebody else")


def _lost(loss: Loss) -> str:
    by = f", {loss.other} is there instead" if loss.other else ""
    return f" ({loss.basis}{by}: {loss.where})"


def _slots_of(line: Line, who: VolunteerId, day: date) -> str:
    found = [one for shift in line.shifts if (one := occurrence(line, shift, day))]
    theirs = [_as(one, who) for one in found if any(place.who == who for place in one.places)]
    return f": that day they are in {' and '.join(theirs)}" if theirs else ": they have no shift that day"


def _as(one: Occurrence, who: VolunteerId) -> str:
    backup = all(place.as_backup for place in one.places if place.who == who)
    return one.shift.slot + (" (backup)" if backup else "")


def _covers(cover: Absence, first: date | datetime, last: date | datetime) -> bool:
    """Whether `cover` holds all of the time from `first` until `last`. A date means the shifts that start then, and
    such a shift may reach into the next day."""
    if isinstance(first, datetime) and not isinstance(cover.first, datetime):
        begins = cover.first < first.date()
    else:
        begins = _wall(cover.first) <= _wall(first)
    if isinstance(last, datetime) and not isinstance(cover.last, datetime):
        ends = last.date() <= cover.last
    elif isinstance(cover.last, datetime) and not isinstance(last, datetime):
        ends = _wall(last) + 2 * ONE_DAY <= cover.last
    else:
        ends = _wall(last) <= _wall(cover.last)
    return begins and ends


def _wall(at: date | datetime) -> datetime:
    return at if isinstance(at, datetime) else datetime.combine(at, time(0))


# ---- the text


def _written(at: date | datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M}" if isinstance(at, datetime) else at.isoformat()


def _covered(known: Known, line: Line, cover: dict[str, Plain], note: str, message: str, until: date) -> Edit:
    if note:
        cover["note"] = note
    path = f"{line.id}/{COVERS}"
    if path in known.files:
        text = YamlText.of(path, known.files[path])
    else:
        text = _empty(path, YamlText.of(f"{line.id}/{SHIFTS}", known.files[f"{line.id}/{SHIFTS}"]))
    return Edit(files={path: append(text, ("covers",), cover).text.encode()}, message=message, until=until)


def _empty(path: str, model: YamlText) -> YamlText:
    """A new file, with the line ends and the schema of the line's shifts."""
    schema = _SCHEMA.search(model.text)
    first = schema[0].replace("shifts.schema", "covers.schema").rstrip() + "\n" if schema else ""
    return YamlText(path, f"{first}{_HEADER}\ncovers: []\n...\n".replace("\n", model.line_end))

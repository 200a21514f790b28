"""What the files of a roster say against each other: names that nobody has, two rosters for the same place.

Nothing here depends on today: a roster that was right yesterday is right. And nothing is said where a refused file may
hold what is missed.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date

from hotline_agi.roster.cells import Named, NamedSlot
from hotline_agi.roster.checks import Folder
from hotline_agi.roster.duty import everybody
from hotline_agi.roster.fields import nearest
from hotline_agi.roster.findings import Findings
from hotline_agi.roster.model import Roster
from hotline_agi.roster.month_file import ReadMonth
from hotline_agi.roster.plan import MonthDay, SpecialDay
from hotline_agi.terms.ids import LineId

_GUESSES = 50
"""So many unknown names are compared with all known ones: with 10,000 people each takes 20 ms."""


def check_contradictions(folders: Mapping[LineId, Folder], findings: Findings) -> None:
    """All of them."""
    check_people(folders, findings)
    for folder in folders.values():
        _check_slots(folder, findings)
        for month in folder.months:
            _check_month_against_days(folder, month, findings)
    if not findings.failed:
        _check_skills(folders, findings)


def check_people(folders: Mapping[LineId, Folder], findings: Findings) -> None:
    """Everybody who is named exists in some folder: a person may serve several lines."""
    if not all(folder.people and folder.people.complete for folder in folders.values()):
        return
    known = frozenset(who for folder in folders.values() if folder.people for who in folder.people.ids)
    unknown = [named for folder in folders.values() for named in _named(folder) if named.who not in known]
    if unknown:
        guess = _guesser(sorted(known))
        for named in unknown:
            if findings.full:
                break
            hint = guess(named.who) or "add the person to people.yaml"
            findings.error(named.mark, f"there is no person '{named.who}'", hint)


def _named(folder: Folder) -> Iterator[Named]:
    for found in (folder.shifts, folder.days, *folder.months, folder.covers):
        yield from found.named if found else ()


def _check_slots(folder: Folder, findings: Findings) -> None:
    """Special days, month rosters and covers name slots of the line's own ``shifts.yaml``."""
    shifts = folder.shifts
    if shifts is None or not shifts.complete:
        return
    unknown = [named for named in _slots(folder) if named.slot not in shifts.slots]
    if unknown:
        guess = _guesser(sorted(shifts.slots))
        for named in unknown:
            if findings.full:
                break
            hint = guess(named.slot) or f"known are: {', '.join(sorted(shifts.slots)[:12])}"
            findings.error(named.mark, f"there is no slot '{named.slot}' in shifts.yaml", hint)


def _slots(folder: Folder) -> Iterator[NamedSlot]:
    for found in (folder.days, folder.covers):
        yield from found.slots if found else ()
    for month in folder.months:
        yield from (place.slot for place in month.places)


def _check_month_against_days(folder: Folder, month: ReadMonth, findings: Findings) -> None:
    """The month roster would win; whoever wrote other people for the holiday meant something by it."""
    dated: Mapping[date, SpecialDay] = folder.days.special_days if folder.days else {}
    if not any(day in dated for day in month.days):
        return
    for place in month.places:
        special = dated.get(place.day)
        if special is None:
            continue
        slot = place.slot.slot
        written, other = (_cell(one, slot, place.as_backup) for one in (month.days[place.day], special))
        if written is not None and other is not None and set(written) != set(other):
            what = f"'{slot}' of {place.day} has other {'backup ' if place.as_backup else ''}people in '{special.name}'"
            what += f", {special.where.file} line {special.where.line}"
            findings.error(place.slot.mark, what, "write the same people in both, or delete one of the two")


def _cell(day: MonthDay | SpecialDay, slot: str, as_backup: bool) -> tuple[str, ...] | None:
    return (day.backup if as_backup else day.people).get(slot)


def _check_skills(folders: Mapping[LineId, Folder], findings: Findings) -> None:
    """What a slot needs can be met by somebody: else it is a slip of the pen."""
    people = [person.volunteer for folder in folders.values() if folder.people for person in folder.people.people]
    known = frozenset(skill for person in people for skill in person.qualifications)
    guess = _guesser(sorted(known))
    for folder in folders.values():
        for needed in folder.shifts.skills if folder.shifts else ():
            if needed.name not in known and not findings.full:
                hint = guess(needed.name) or "write it under `qualifications` of those who have it, in people.yaml"
                findings.warning(needed.mark, f"nobody has the qualification '{needed.name}'", hint)


def check_wants(folders: Mapping[LineId, Folder], roster: Roster, findings: Findings) -> None:
    """What callers of a line want, somebody on that line has: else they wait for nobody.

    That is an error where it is for always, because then the line rings nobody at all; a warning with `for_s`.

    :param roster: of these folders, all of which are right.
    """
    guesses: dict[str, Callable[[str], str]] = {}
    for line in roster.lines.values():
        read = folders[line.id].line
        if read is None or not line.wants:
            continue
        people = [roster.volunteers[who] for who in everybody(line) if who in roster.volunteers]
        missing = [one for one in read.wants if not any(map(one.want.met_by, people))]
        for one in missing:
            want = one.want
            kind, name = ("language", want.language) if want.language else ("qualification", want.qualification)
            if kind not in guesses:
                persons = roster.volunteers.values()
                many = (person.languages if want.language else person.qualifications for person in persons)
                guesses[kind] = _guesser(sorted({skill for some in many for skill in some}))
            lack = (
                f"nobody on this line speaks '{name}'"
                if want.language
                else f"nobody on this line has the qualification '{name}'"
            )
            then = "callers wait for nobody" if want.for_s is None else f"callers wait {want.for_s:g} s for nobody"
            hint = guesses[kind](name) or "add somebody, correct it, or delete it"
            (findings.error if want.for_s is None else findings.warning)(one.mark, f"{lack}, so {then}", hint)
        if not missing and not any(map(line.may_ring, people)):
            what = "nobody on this line has all that callers want, so they wait for nobody"
            where = next(one.mark for one in read.wants if one.want.for_s is None)
            findings.error(where, what, "give some of it `for_s`, so that others are rung then")


def _guesser(known: Iterable[str]) -> Callable[[str], str]:
    """Hints for unknown names; the first `_GUESSES` different ones are looked up, the others have none."""
    names = list(known)
    guesses: dict[str, str] = {}

    def guess(name: str) -> str:
        if name not in guesses and len(guesses) < _GUESSES:
            guesses[name] = nearest(name, names)
        return guesses.get(name, "")

    return guess

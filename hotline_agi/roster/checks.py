"""What only shows when the files of all lines lie side by side: things used twice. Unknown names: `contradictions.py`.

What depends on dates, such as gaps and people whom nobody rings, is the subject of `planning.outlook`.
"""

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass

from hotline_agi.roster.contacts_file import Contacts
from hotline_agi.roster.covers_file import ReadCovers
from hotline_agi.roster.days_file import ReadDays
from hotline_agi.roster.findings import Findings
from hotline_agi.roster.line_file import ReadLine
from hotline_agi.roster.month_file import ReadMonth
from hotline_agi.roster.people_file import ReadPeople
from hotline_agi.roster.shifts_file import ReadShifts
from hotline_agi.terms.ids import LineId
from hotline_agi.terms.problems import Mark

_LAST_DIGITS = 9
"""As callers are recognised (`store.callers`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Folder:
    """What could be read of one line's folder; None where a file is missing or refused."""

    line: ReadLine | None
    people: ReadPeople | None
    shifts: ReadShifts | None
    days: ReadDays | None = None
    months: tuple[ReadMonth, ...] = ()
    covers: ReadCovers | None = None


def check_uniqueness(folders: Mapping[LineId, Folder], findings: Findings) -> None:
    """One id for one person, one PJSIP name for one phone, one number for one line, over all lines."""
    people: dict[str, Mark] = {}
    endpoints: dict[str, Mark] = {}
    numbers: dict[str, Mark] = {}
    for folder in folders.values():
        for person in folder.people.people if folder.people else ():
            what = f"'{person.volunteer.id}' is another person's id already"
            if not _claim(people, person.volunteer.id, person.mark, what, "give one of them another id", findings):
                continue
            for endpoint, mark in zip(person.volunteer.endpoints, person.endpoint_marks, strict=True):
                what = f"the endpoint '{endpoint.id}' is in use already"
                _claim(endpoints, endpoint.id, mark, what, "one phone belongs to one person, once", findings)
        if folder.line:
            for number, mark in zip(folder.line.line.numbers, folder.line.number_marks, strict=True):
                what, hint = "this number belongs to a line already", "a number leads to one line: delete one"
                _claim(numbers, number, mark, what, hint, findings)
    for folder in folders.values():
        if folder.line:
            _check_service_numbers(folder.line, numbers, findings)


def _check_service_numbers(read: ReadLine, numbers: Mapping[str, Mark], findings: Findings) -> None:
    """Lines may share one, but whoever calls a line's own number is a caller and hears no menu."""
    seen: set[str] = set()
    for number, mark in zip(read.line.service_numbers, read.service_number_marks, strict=True):
        if number in numbers:
            first = numbers[number]
            what = f"callers dial this number already: {first.file} line {first.line}"
            findings.error(mark, what, "volunteers need a number of their own for the spoken menu")
        elif number in seen:
            findings.error(mark, "the same number stands twice", "keep one")
        seen.add(number)


def _claim(taken: dict[str, Mark], name: str, mark: Mark, what: str, hint: str, findings: Findings) -> bool:
    """Whether `name` was free; if not, that is noted."""
    first = taken.setdefault(name, mark)
    if first is mark:
        return True
    findings.error(mark, f"{what}: {first.file} line {first.line}", hint)
    return False


def check_own_numbers(contacts: Contacts, folders: Mapping[LineId, Folder], findings: Findings) -> None:
    """Nobody has a number of the hotline for their own: ringing it would call the hotline. Messages quote no number."""
    own: dict[str, Mark] = {}
    for folder in folders.values():
        if folder.line:
            read = folder.line
            marked = (
                *zip(read.line.numbers, read.number_marks, strict=True),
                *zip(read.line.service_numbers, read.service_number_marks, strict=True),
            )
            for number, mark in marked:
                own.setdefault(_essence(number), mark)
    for contact, known in contacts.numbers.items():
        first = own.get(_essence(known.reveal()))
        if first is not None:
            what = f"this is a number of the hotline itself: {first.file} line {first.line}"
            findings.warning(contacts.number_marks[contact], what, "write the person's own number")


def _essence(number: str) -> str:
    """What the spellings of one number have in common: ``+44 7700 900999`` and ``07700 900999`` end alike."""
    return number.lstrip("+")[-_LAST_DIGITS:]


def check_contacts(contacts: Contacts, wanted: Iterable[str], people: Container[str], findings: Findings) -> None:
    """Every number in the contacts file is asked for, every PIN is somebody's. The messages do not say whose it is."""
    asked = frozenset(wanted)
    for contact, mark in contacts.marks.items():
        if contact not in asked:
            what = "no mobile and no transfer of the roster asks for this number"
            findings.warning(mark, what, "correct the id, or delete the line")
    for who, mark in contacts.pin_marks.items():
        if who not in people:
            findings.warning(
                mark,
                "nobody in the roster has this id, so the PIN lets nobody in",
                "correct the id, or delete the line",
            )

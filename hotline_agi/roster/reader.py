"""The texts of all roster files → one `Roster`, or every problem of every file at once.

A roster is a folder of folders: each line has its own (`layout.py`), and the folder's name is the line's id. Beside
them, and never in git, the contacts file has the numbers of persons. The format is described for coordinators in
`rosters/README.md`.

Whoever calls this reads the files: nothing here touches a disk.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from hotline_agi.errors import InvalidText
from hotline_agi.roster.checks import Folder, check_contacts, check_own_numbers, check_uniqueness
from hotline_agi.roster.clock import instant
from hotline_agi.roster.contacts_file import Contacts, read_contacts
from hotline_agi.roster.contradictions import check_contradictions, check_wants
from hotline_agi.roster.covers_file import read_covers
from hotline_agi.roster.days_file import read_days
from hotline_agi.roster.document import Parsed, parse_on
from hotline_agi.roster.duty import everybody
from hotline_agi.roster.findings import Findings
from hotline_agi.roster.layout import COVERS, DAYS, FILES, LineFiles, line_files
from hotline_agi.roster.line_file import ReadLine, read_line
from hotline_agi.roster.model import EndpointKind, Line, Roster, Volunteer
from hotline_agi.roster.month_file import read_month
from hotline_agi.roster.people_file import ReadPerson, read_people
from hotline_agi.roster.plan import Absence
from hotline_agi.roster.risk_fields import needs_number, with_contact
from hotline_agi.roster.shifts_file import ReadShifts, read_shifts
from hotline_agi.terms.ids import LineId, VolunteerId
from hotline_agi.terms.problems import Mark, Problem

NO_CONTACTS = Contacts(file="", numbers={}, marks={}, complete=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A roster that is right, and what is worth saying about it all the same."""

    roster: Roster
    warnings: tuple[Problem, ...]
    notes: tuple[str, ...]
    """What could not be checked, in sentences; empty if everything could."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What ``hotline roster check`` shows: all findings by place, and what could not be checked."""

    problems: tuple[Problem, ...]
    notes: tuple[str, ...]


def read_roster(
    files: Mapping[str, bytes], contacts: bytes | None = None, *, contacts_file: str = "contacts.yaml"
) -> Reading:
    """Read all lines.

    :param files: content by path relative to the rosters folder, with ``/``: ``xinli/line.yaml``. Give all of its
        files, wherever they are: misplaced and misspelt ones are noted. Passed over are files at the top that begin
        with ``contacts``, names that begin with a dot, and what is no ``.yaml``.
    :param contacts: the content of the contacts file. Without it the roster is checked all the same, but its mobiles
        have no numbers (see `Reading.notes`), so it may be shown and not served.
    :param contacts_file: what problems call that file.
    :raises InvalidText: with all problems of all files, ordered by place, warnings included.
    """
    findings = Findings()
    folders = {found.line: _read_folder(found, files, findings) for found in line_files(files, findings)}
    known = NO_CONTACTS if contacts is None else read_contacts(contacts_file, contacts, findings)
    check_uniqueness(folders, findings)
    check_contradictions(folders, findings)
    roster = _joined(folders, known, findings)
    if not findings.failed:
        check_wants(folders, roster, findings)
    if contacts is not None and not findings.failed:
        check_contacts(known, _wanted(folders, roster), roster.volunteers, findings)
        check_own_numbers(known, folders, findings)
    findings.refuse()
    notes = () if contacts is not None else tuple(_without_numbers(roster))
    return Reading(roster=roster, warnings=tuple(sorted(findings.problems)), notes=notes)


def check_roster(
    files: Mapping[str, bytes], contacts: bytes | None = None, *, contacts_file: str = "contacts.yaml"
) -> Verdict:
    """What `read_roster` finds, as values: errors and warnings alike. Raises nothing."""
    try:
        reading = read_roster(files, contacts, contacts_file=contacts_file)
    except InvalidText as refused:
        return Verdict(problems=refused.problems, notes=())
    return Verdict(problems=reading.warnings, notes=reading.notes)


def _read_folder(found: LineFiles, files: Mapping[str, bytes], findings: Findings) -> Folder:
    folder = found.line
    line, people, shifts = (_parsed(f"{folder}/{name}", files, findings) for name in FILES)
    days, covers = (
        _parsed(path, files, findings) if path in files else _NOTHING
        for path in (f"{folder}/{name}" for name in (DAYS, COVERS))
    )
    read = read_line(folder, line.root, findings) if line.root else None
    languages, zone = ((read.line.language,), read.line.zone) if read else (("zh",), None)
    months = [
        read_month(year, month, root, findings)
        for year, month, path in found.months
        if (root := _parsed(path, files, findings).root) is not None
    ]
    persons = read_people(people.root, languages, findings, zone) if people.root else None
    slots = read_shifts(shifts.root, findings) if shifts.root else None
    return Folder(
        line=read,
        # Of two blocks with one name the second may be meant to have another, which is missed elsewhere.
        people=replace(persons, complete=False) if persons and people.problems else persons,
        shifts=replace(slots, complete=False) if slots and shifts.problems else slots,
        days=read_days(days.root, findings) if days.root else None,
        months=tuple(month for month in months if month is not None),
        covers=read_covers(covers.root, findings) if covers.root else None,
    )


_NOTHING = Parsed(root=None, problems=())


def _parsed(path: str, files: Mapping[str, bytes], findings: Findings) -> Parsed:
    if path not in files:
        findings.error(Mark(file=path), "the file is missing", f"every line has {', '.join(FILES)}")
        return _NOTHING
    parsed = parse_on(path, files[path])
    findings.take(parsed.problems)
    return parsed


def _joined(folders: Mapping[LineId, Folder], contacts: Contacts, findings: Findings) -> Roster:
    """The roster of everything that could be read, with numbers joined; of use only if nothing failed."""
    volunteers = {
        person.volunteer.id: _reachable(person, contacts, findings)
        for folder in folders.values()
        for person in (folder.people.people if folder.people else ())
    }
    with_quiet = {who: person for who, person in volunteers.items() if person.quiet}
    lines: dict[LineId, Line] = {}
    for line_id, folder in folders.items():
        if folder.line and folder.shifts:
            line = _whole(_with_transfer(folder.line, contacts, findings), folder, folder.shifts)
            line = with_contact(line, folder.line.risk, volunteers, contacts, findings)
            named = everybody(line)
            lines[line_id] = replace(
                line,
                covers=line.covers + tuple(_absences_elsewhere(line, named, folders)),
                quiet={who: person for who, person in with_quiet.items() if who in named},
            )
    return Roster(lines=lines, volunteers=volunteers)


def _whole(line: Line, folder: Folder, shifts: ReadShifts) -> Line:
    """`line` with all that the other files of its folder say of it."""
    return replace(
        line,
        shifts=shifts.shifts,
        special_days=folder.days.special_days if folder.days else {},
        yearly_days=folder.days.yearly_days if folder.days else {},
        months={day: found for month in folder.months for day, found in month.days.items()},
        covers=folder.covers.covers if folder.covers else (),
    )


def _absences_elsewhere(
    line: Line, named: frozenset[VolunteerId], folders: Mapping[LineId, Folder]
) -> Iterator[Absence]:
    """The absences of the line's people that other lines' folders tell of. Their stand-ins are for those lines.

    They come after the line's own: of two for the same time the first counts, and only its own names a stand-in here.
    """
    for other_id, other in folders.items():
        if other_id == line.id or other.covers is None or other.line is None:
            continue
        for cover in other.covers.covers:
            if isinstance(cover, Absence) and cover.who in named:
                zone = other.line.line.zone
                yield replace(
                    cover,
                    first=_in_zone(cover.first, zone, line.zone, is_end=False),
                    last=_in_zone(cover.last, zone, line.zone, is_end=True),
                    instead=None,
                )


def _in_zone(at: date | datetime, zone: ZoneInfo, other: ZoneInfo, *, is_end: bool) -> date | datetime:
    """A time of day of one zone by the clock of another. A date stays: shifts that start on a day are meant."""
    if not isinstance(at, datetime) or zone == other:
        return at
    return instant(zone, at.date(), at.time(), is_end).astimezone(other).replace(tzinfo=None, fold=0)


def _reachable(person: ReadPerson, contacts: Contacts, findings: Findings) -> Volunteer:
    volunteer = person.volunteer
    endpoints = tuple(
        contacts.join(endpoint, volunteer.id, mark, findings)
        for endpoint, mark in zip(volunteer.endpoints, person.endpoint_marks, strict=True)
    )
    return replace(volunteer, endpoints=endpoints, pin=contacts.pins.get(volunteer.id))


def _with_transfer(read: ReadLine, contacts: Contacts, findings: Findings) -> Line:
    if read.line.transfer is None or read.contact is None:
        return read.line
    return replace(read.line, transfer=contacts.join(read.line.transfer, read.contact, read.contact_mark, findings))


def _wanted(folders: Mapping[LineId, Folder], roster: Roster) -> set[str]:
    """The ids whose numbers the roster needs."""
    wanted: set[str] = set()
    for folder in folders.values():
        if folder.line and folder.line.contact:
            wanted.add(folder.line.contact)
        contact = needs_number(folder.line.risk, roster.volunteers) if folder.line else None
        if contact is not None:
            wanted.add(contact)
        for person in folder.people.people if folder.people else ():
            if any(endpoint.kind is EndpointKind.MOBILE for endpoint in person.volunteer.endpoints):
                wanted.add(person.volunteer.id)
    return wanted


def _without_numbers(roster: Roster) -> list[str]:
    mobiles = [e for v in roster.volunteers.values() for e in v.endpoints if e.kind is EndpointKind.MOBILE]
    targets = [line.transfer for line in roster.lines.values() if line.transfer]
    targets += [line.high_risk.contact for line in roster.lines.values() if line.high_risk and line.high_risk.contact]
    missing = len(mobiles) + len(targets)
    note = f"read without contacts: the numbers of {missing} mobiles and transfers were not checked"
    return [note] if missing else []

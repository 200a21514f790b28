"""The texts of all roster files → one `Roster`, or every problem of every file at once.

A roster is a folder of folders: each line has its own with ``line.yaml``, ``people.yaml`` and ``shifts.yaml``, and the
folder's name is the line's id. Beside them, and never in git, the contacts file has the numbers of persons. The format
is described for coordinators in `rosters/README.md`.

Whoever calls this reads the files: nothing here touches a disk.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from hotline_agi.errors import InvalidText
from hotline_agi.roster.checks import Folder, check_contacts, check_people, check_uniqueness
from hotline_agi.roster.contacts_file import Contacts, read_contacts
from hotline_agi.roster.document import Node, parse
from hotline_agi.roster.findings import Findings
from hotline_agi.roster.line_file import ReadLine, read_line
from hotline_agi.roster.model import EndpointKind, Line, Roster, Volunteer
from hotline_agi.roster.people_file import ReadPerson, read_people
from hotline_agi.roster.shifts_file import read_shifts
from hotline_agi.roster.values import MAX_ID
from hotline_agi.terms.ids import LineId, VolunteerId, is_id
from hotline_agi.terms.problems import Mark, Problem

LINE, PEOPLE, SHIFTS = FILES = ("line.yaml", "people.yaml", "shifts.yaml")
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
    folders = {line: _read_folder(line, files, findings) for line in _lines(files, findings)}
    known = NO_CONTACTS if contacts is None else read_contacts(contacts_file, contacts, findings)
    check_uniqueness(folders, findings)
    check_people(folders, findings)
    roster = _joined(folders, known, findings)
    if contacts is not None and not findings.failed:
        check_contacts(known, _wanted(folders), findings)
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


def _lines(files: Mapping[str, bytes], findings: Findings) -> list[LineId]:
    """The folders that are lines, sorted. Notes whatever lies in the wrong place or has a wrong name."""
    lines: set[LineId] = set()
    for path in sorted(files):
        *folders, name = path.split("/")
        if any(part.startswith(".") for part in (*folders, name)) or not name.endswith((".yaml", ".yml")):
            continue
        if not folders and name.startswith("contacts"):
            continue
        whole = Mark(file=path)
        if len(folders) != 1:
            findings.error(whole, "the file lies in no line's folder", f"put it into <line>/{name}, or delete it")
        elif not is_id(folders[0]) or len(folders[0]) > MAX_ID:
            hint = f"rename it: small letters, digits, hyphens, at most {MAX_ID} characters, a letter first"
            findings.error(whole, "the folder's name cannot be a line's id", hint)
        else:
            lines.add(LineId(folders[0]))
            if name not in FILES:
                findings.error(whole, "no roster file is called so", f"known are {', '.join(FILES)}")
    if not lines and not findings.failed:
        findings.error(Mark(file="."), "there is no line", f"a line is a folder with {', '.join(FILES)}")
    return sorted(lines)


def _read_folder(line: LineId, files: Mapping[str, bytes], findings: Findings) -> Folder:
    roots = {name: _root(f"{line}/{name}", files, findings) for name in FILES}
    line_root, people_root, shifts_root = (roots[name] for name in FILES)
    read = read_line(line, line_root, findings) if line_root else None
    languages = (read.line.language,) if read else ("zh",)
    return Folder(
        line=read,
        people=read_people(people_root, languages, findings) if people_root else None,
        shifts=read_shifts(shifts_root, findings) if shifts_root else None,
    )


def _root(path: str, files: Mapping[str, bytes], findings: Findings) -> Node | None:
    if path not in files:
        findings.error(Mark(file=path), "the file is missing", f"every line has {', '.join(FILES)}")
        return None
    try:
        return parse(path, files[path])
    except InvalidText as refused:
        findings.take(refused.problems)
        return None


def _joined(folders: Mapping[LineId, Folder], contacts: Contacts, findings: Findings) -> Roster:
    """The roster of everything that could be read, with numbers joined; of use only if nothing failed."""
    lines: dict[LineId, Line] = {}
    volunteers: dict[VolunteerId, Volunteer] = {}
    for line_id, folder in folders.items():
        for person in folder.people.people if folder.people else ():
            volunteers[person.volunteer.id] = _reachable(person, contacts, findings)
        if folder.line and folder.shifts:
            line = replace(_with_transfer(folder.line, contacts, findings), shifts=folder.shifts.shifts)
            lines[line_id] = line
    return Roster(lines=lines, volunteers=volunteers)


def _reachable(person: ReadPerson, contacts: Contacts, findings: Findings) -> Volunteer:
    volunteer = person.volunteer
    endpoints = tuple(
        contacts.join(endpoint, volunteer.id, mark, findings)
        for endpoint, mark in zip(volunteer.endpoints, person.endpoint_marks, strict=True)
    )
    return replace(volunteer, endpoints=endpoints)


def _with_transfer(read: ReadLine, contacts: Contacts, findings: Findings) -> Line:
    if read.line.transfer is None or read.contact is None:
        return read.line
    return replace(read.line, transfer=contacts.join(read.line.transfer, read.contact, read.contact_mark, findings))


def _wanted(folders: Mapping[LineId, Folder]) -> set[str]:
    """The ids whose numbers the roster needs."""
    wanted: set[str] = set()
    for folder in folders.values():
        if folder.line and folder.line.contact:
            wanted.add(folder.line.contact)
        for person in folder.people.people if folder.people else ():
            if any(endpoint.kind is EndpointKind.MOBILE for endpoint in person.volunteer.endpoints):
                wanted.add(person.volunteer.id)
    return wanted


def _without_numbers(roster: Roster) -> list[str]:
    mobiles = [e for v in roster.volunteers.values() for e in v.endpoints if e.kind is EndpointKind.MOBILE]
    targets = [line.transfer for line in roster.lines.values() if line.transfer]
    missing = len(mobiles) + len(targets)
    note = f"read without contacts: the numbers of {missing} mobiles and transfers were not checked"
    return [note] if missing else []

"""``high_risk`` in ``line.yaml``: who helps in a talk in which a volunteer fears for a life, and what follows it.
Format and defaults: `rosters/README.md`."""

from collections.abc import Mapping as AbstractMapping
from dataclasses import dataclass, replace

from hotline_agi.roster.contacts_file import Contacts
from hotline_agi.roster.document import Node
from hotline_agi.roster.fields import Fields, nearest, sequence_of
from hotline_agi.roster.findings import Findings
from hotline_agi.roster.model import Endpoint, EndpointKind, HighRisk, Line, Volunteer
from hotline_agi.roster.probes import narrowed
from hotline_agi.roster.values import ident, integer, seconds
from hotline_agi.terms.ids import EndpointId, VolunteerId
from hotline_agi.terms.problems import Mark

USUAL = HighRisk()
MOST_HOURS = 8760
"""A year."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadRisk:
    """The section without the number of its contact, and the places that later checks point at."""

    policy: HighRisk
    supervisors: tuple[tuple[VolunteerId, Mark], ...]
    contact: str | None
    """An id of the contacts file or of a person."""
    contact_mark: Mark


def read_risk(node: Node, findings: Findings) -> ReadRisk | None:
    """``{supervisors: [li, wang], ring_s: 20, emergency_contact: duty-doctor, follow_ups_h: [24, 168, 720]}``."""
    fields = Fields.of(node, findings, "high risk")
    if fields is None:
        return None
    supervisors = fields.optional("supervisors", _people, ())
    contact = fields.optional("emergency_contact", ident("a contact's or person's id"), None)
    follow_ups_h = fields.optional("follow_ups_h", _hours, USUAL.follow_ups_h)
    ring_s = fields.optional("ring_s", seconds(5, 60), USUAL.ring_s)
    fields.close()
    policy = HighRisk(
        supervisors=tuple(who for who, _ in supervisors), ring_s=ring_s, follow_ups_h=tuple(sorted(set(follow_ups_h)))
    )
    return ReadRisk(
        policy=policy, supervisors=supervisors, contact=contact, contact_mark=fields.mark("emergency_contact")
    )


def _person(node: Node, findings: Findings) -> tuple[VolunteerId, Mark] | None:
    who = ident("a person's id")(node, findings)
    return None if who is None else (VolunteerId(who), node.mark)


_people = sequence_of(_person, "the supervisors")


@narrowed(maxItems=12)
def _hours(node: Node, findings: Findings) -> tuple[int, ...] | None:
    found = sequence_of(integer(1, MOST_HOURS), "the follow-ups")(node, findings)
    if found is not None and len(found) > 12:
        findings.error(node.mark, "there are more than 12 follow-ups", "write the hours after the call, e.g. [24, 168]")
        return None
    return found


def with_contact(
    line: Line,
    read: ReadRisk | None,
    people: AbstractMapping[VolunteerId, Volunteer],
    contacts: Contacts,
    findings: Findings,
) -> Line:
    """`line` with its emergency contact: a person of the roster, else a number of the contacts file."""
    if read is None:
        return line
    for who, mark in read.supervisors:
        if who not in people:
            hint = nearest(who, people) or "add them to people.yaml of any line; they need stand in no shift"
            findings.error(mark, f"the supervisor '{who}' is in no people.yaml", hint)
    policy = read.policy
    if read.contact is not None and VolunteerId(read.contact) in people:
        policy = replace(policy, contact_person=VolunteerId(read.contact))
    elif read.contact is not None:
        endpoint = Endpoint(id=EndpointId(f"{line.id}-emergency"), kind=EndpointKind.MOBILE, confirm=True)
        policy = replace(policy, contact=contacts.join(endpoint, read.contact, read.contact_mark, findings))
    return replace(line, high_risk=policy)


def needs_number(read: ReadRisk | None, people: AbstractMapping[VolunteerId, Volunteer]) -> str | None:
    """The id of the contacts file that the section needs, if it needs one."""
    if read is None or read.contact is None or VolunteerId(read.contact) in people:
        return None
    return read.contact

"""``contacts.yaml``: the numbers and PINs of persons, by id; never in git. No message quotes anything of its text."""

from collections.abc import Mapping as AbstractMapping
from dataclasses import dataclass, field, replace

from hotline_agi.errors import InvalidText
from hotline_agi.roster.document import Mapping, Node, parse
from hotline_agi.roster.fields import Fields
from hotline_agi.roster.findings import Findings
from hotline_agi.roster.model import Endpoint, EndpointKind
from hotline_agi.roster.pins import pin
from hotline_agi.roster.values import ident, phone_number
from hotline_agi.terms.numbers import PhoneNumber, Pin
from hotline_agi.terms.problems import Mark


@dataclass(frozen=True, slots=True, kw_only=True)
class Contacts:
    """What was given. `complete` is False if some of it could not be read: then a missing number is no news."""

    file: str
    numbers: AbstractMapping[str, PhoneNumber]
    marks: AbstractMapping[str, Mark]
    complete: bool
    pins: AbstractMapping[str, Pin] = field(default_factory=dict)
    pin_marks: AbstractMapping[str, Mark] = field(default_factory=dict)
    number_marks: AbstractMapping[str, Mark] = field(default_factory=dict)

    def join(self, endpoint: Endpoint, contact: str, mark: Mark, findings: Findings) -> Endpoint:
        """`endpoint` with the number of `contact`; an endpoint that needs none is returned as it is.

        :param mark: where the roster asks for the number; a missing one is noted there.
        """
        if endpoint.kind is not EndpointKind.MOBILE:
            return endpoint
        number = self.numbers.get(contact)
        if number is None and self.complete:
            what = f"there is no number for '{contact}' in {self.file}"
            findings.error(mark, what, f"add a line `{contact}: <number>` there")
        return replace(endpoint, number=number)


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactRow:
    who: str
    number: PhoneNumber
    mark: Mark
    number_mark: Mark


@dataclass(frozen=True, slots=True, kw_only=True)
class PinRow:
    who: str
    pin: Pin
    mark: Mark
    pin_mark: Mark


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactRows:
    numbers: tuple[ContactRow, ...]
    pins: tuple[PinRow, ...]


def read_contacts(file: str, content: bytes, findings: Findings) -> Contacts:
    """What a contacts file says; its mistakes are added to `findings`."""
    own = Findings()
    rows = ContactRows(numbers=(), pins=())
    try:
        rows = contact_rows(parse(file, content, secret=True), own)
    except InvalidText as refused:
        own.take(refused.problems)
    owners: dict[PhoneNumber, Mark] = {}
    for row in rows.numbers:
        first = owners.setdefault(row.number, row.number_mark)
        if first is not row.number_mark:
            what = f"the same number as in line {first.line}"
            own.warning(row.number_mark, what, "one phone would ring for two people")
    pins: dict[Pin, Mark] = {}
    for one in rows.pins:
        first = pins.setdefault(one.pin, one.pin_mark)
        if first is not one.pin_mark:
            what = f"the same PIN as in line {first.line}"
            own.error(one.pin_mark, what, "a PIN says who calls: give each person another one")
    findings.take(own.problems)
    return Contacts(
        file=file,
        numbers={row.who: row.number for row in rows.numbers},
        marks={row.who: row.mark for row in rows.numbers},
        complete=not own.failed,
        pins={one.who: one.pin for one in rows.pins},
        pin_marks={one.who: one.mark for one in rows.pins},
        number_marks={row.who: row.number_mark for row in rows.numbers},
    )


def contact_rows(root: Node, findings: Findings) -> ContactRows:
    """The rows of a contacts file that are right."""
    numbers: list[ContactRow] = []
    pins: list[PinRow] = []
    fields = Fields.of(root, findings, "the file")
    table = fields.required("contacts", _numbers) if fields else None
    secrets = fields.optional("pins", _pins, None) if fields else None
    if fields:
        fields.close()
    for entry in table.entries if table else ():
        who, number = _id(entry.key, findings), phone_number(entry.value, findings)
        if who is not None and number is not None:
            numbers.append(ContactRow(who=who, number=number, mark=entry.key.mark, number_mark=entry.value.mark))
    for entry in secrets.entries if secrets else ():
        who, secret = _id(entry.key, findings), pin(entry.value, findings)
        if who is not None and secret is not None:
            pins.append(PinRow(who=who, pin=secret, mark=entry.key.mark, pin_mark=entry.value.mark))
    return ContactRows(numbers=tuple(numbers), pins=tuple(pins))


_id = ident("an id")


def _numbers(node: Node, findings: Findings) -> Mapping | None:
    return _table(node, findings, "the contacts", "write one line `<id>: <number>` for each")


def _pins(node: Node, findings: Findings) -> Mapping | None:
    return _table(node, findings, "the PINs", "write one line `<id>: <PIN>` for each, or delete it")


def _table(node: Node, findings: Findings, what: str, hint: str) -> Mapping | None:
    if isinstance(node, Mapping):
        return node
    findings.error(node.mark, f"{what} must be a block", hint)
    return None

"""``contacts.yaml``: the numbers of persons, by id; never in git. No message quotes anything of its text."""

from collections.abc import Mapping as AbstractMapping
from dataclasses import dataclass, replace

from hotline_agi.errors import InvalidText
from hotline_agi.roster.document import Mapping, Node, parse
from hotline_agi.roster.fields import Fields
from hotline_agi.roster.findings import Findings
from hotline_agi.roster.model import Endpoint, EndpointKind
from hotline_agi.roster.values import ident, phone_number
from hotline_agi.terms.numbers import PhoneNumber
from hotline_agi.terms.problems import Mark


@dataclass(frozen=True, slots=True, kw_only=True)
class Contacts:
    """The numbers that were given. `complete` is False if some could not be read: then a missing one is no news."""

    file: str
    numbers: AbstractMapping[str, PhoneNumber]
    marks: AbstractMapping[str, Mark]
    complete: bool

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


def read_contacts(file: str, content: bytes, findings: Findings) -> Contacts:
    """What a contacts file says; its mistakes are added to `findings`."""
    own = Findings()
    numbers: dict[str, PhoneNumber] = {}
    marks: dict[str, Mark] = {}
    owners: dict[PhoneNumber, Mark] = {}
    rows: tuple[ContactRow, ...] = ()
    try:
        rows = contact_rows(parse(file, content, secret=True), own)
    except InvalidText as refused:
        own.take(refused.problems)
    for row in rows:
        if row.number in owners:
            what = f"the same number as in line {owners[row.number].line}"
            own.warning(row.number_mark, what, "one phone would ring for two people")
        owners.setdefault(row.number, row.number_mark)
        numbers[row.who], marks[row.who] = row.number, row.mark
    findings.take(own.problems)
    return Contacts(file=file, numbers=numbers, marks=marks, complete=not own.failed)


def contact_rows(root: Node, findings: Findings) -> tuple[ContactRow, ...]:
    """The rows of a contacts file that are right."""
    rows: list[ContactRow] = []
    fields = Fields.of(root, findings, "the file")
    table = fields.required("contacts", _table) if fields else None
    if fields:
        fields.close()
    for entry in table.entries if table else ():
        who = ident("an id")(entry.key, findings)
        number = phone_number(entry.value, findings)
        if who is not None and number is not None:
            rows.append(ContactRow(who=who, number=number, mark=entry.key.mark, number_mark=entry.value.mark))
    return tuple(rows)


def _table(node: Node, findings: Findings) -> Mapping | None:
    if isinstance(node, Mapping):
        return node
    findings.error(node.mark, "the contacts must be a block", "write one line `<id>: <number>` for each")
    return None

"""The contacts file: any text, any bytes; no message holds four of its digits in a row."""

import re
from random import Random

from hotline_agi.errors import InvalidText
from hotline_agi.roster.contacts_file import read_contacts
from hotline_agi.roster.findings import Findings
from tests.fuzz import mutation
from tests.roster import trees

WORDS = (
    *(
        b"contacts:\n",
        b"pins:\n",
        b"  anna: +44 7700 900301\n",
        b"  anna: '481516'\n",
        b"...\n",
        b"- ",
        b"? ",
        b"|\n",
        b">-\n",
    ),
    *(b"{a: 1}", b"[1, 2]", b"07700900304", b"271828", b"  : 1\n", b"<<: *a\n", b"%YAML 1.1\n", b"123456", b"111111"),
)
_RUN = re.compile(rb"[0-9]{4,}")
_PLACE = re.compile(r"contacts\.yaml:[0-9]+:[0-9]+|line [0-9]+|[0-9]+ bytes")


def seeds() -> list[bytes]:
    return [trees.full()[trees.CONTACTS], trees.good()[trees.CONTACTS], b"contacts: {anna: '07700900304'}\n...\n"]


def mutated(content: bytes, dice: Random) -> bytes:
    return mutation.changed(content, dice, WORDS)


def judge(content: bytes) -> None:
    findings = Findings()
    found = read_contacts("contacts.yaml", content, findings)
    assert found.complete is not findings.failed
    told = _PLACE.sub("", "\n".join(map(str, findings.problems)))
    assert not any(run.decode() in told for run in _RUN.findall(content))
    try:
        findings.refuse()
    except InvalidText as refused:
        assert refused.problems

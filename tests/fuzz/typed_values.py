"""Numbers, PINs and single values as somebody types them: read or refused with ValueError, and in no message."""

import re
from random import Random

from hotline_agi.roster import values
from hotline_agi.roster.document import Scalar
from hotline_agi.roster.findings import Findings
from hotline_agi.roster.pins import pin
from hotline_agi.terms.numbers import PhoneNumber, Pin
from hotline_agi.terms.problems import Mark
from tests.fuzz import mutation

WORDS = (
    *(
        b"+44 7700 900301",
        b"07700 900304",
        b"(030) 12/34",
        b"271828",
        b"22:00",
        b"24:00",
        b"6am",
        b"Asia/Shanghai",
        b"yes",
    ),
    *("٠١٢٣".encode(), "１２３".encode(), b"007", b"1.5", b"zh", b"chen-jing", b"America/Indiana", b"../etc", b"UTC"),
)
CONVERTERS = (
    *(values.text, values.ident("an id"), values.time_of_day(is_end=False), values.time_of_day(is_end=True)),
    *(values.seconds(0, 600), values.hours(0, 24), values.percent(1, 100), values.integer(0, 3600), values.yes_no),
    *(values.language, values.phone_number, values.time_zone, pin),
)
_DIGITS = re.compile(r"\d{6,}")


def seeds() -> list[bytes]:
    return list(WORDS)


def mutated(content: bytes, dice: Random) -> bytes:
    return mutation.changed(content, dice, WORDS, (23, 80))


def judge(content: bytes) -> None:
    text = content.decode("utf-8", "surrogateescape")
    for kind in (PhoneNumber, Pin):
        try:
            found = kind(text)
        except ValueError as refusal:
            assert not text.strip() or len(text) < 4 or text not in str(refusal)
            continue
        assert re.fullmatch(r"\+?[0-9]{3,15}", found.reveal())
        assert not any(found.reveal() in shown for shown in (repr(found), str(found), f"{found}", f"{found:>40}"))
    node = Scalar(text=text, mark=Mark(file="f", line=1, column=1))
    for convert in CONVERTERS:
        findings = Findings()
        read = convert(node, findings)  # type: ignore[operator]
        assert (read is None) is findings.failed
        told = "\n".join(map(str, findings.problems))
        assert not _DIGITS.search(told) and len(told) < 2000

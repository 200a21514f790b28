"""PINs in the contacts file: by one of them somebody is let in by the service number from a telephone that is nobody's.

A PIN alone says who calls, so no two people have the same; and none is such as is tried first. No message quotes one.
"""

from itertools import pairwise

from hotline_agi.roster.document import Node
from hotline_agi.roster.findings import Findings
from hotline_agi.roster.probes import described
from hotline_agi.roster.values import scalar, written
from hotline_agi.terms.numbers import Pin

_HINT = "6 to 10 digits and nothing else"


# unquoted, an editor takes it for a number: 012345 for 12345, so only the reader can count its digits
@described(written("[0-9]{6,10}", _HINT, type=["string", "integer"], minimum=0, maximum=10**10 - 1))
def pin(node: Node, findings: Findings) -> Pin | None:
    """Six to ten digits, neither all the same nor in a row."""
    found = scalar(node, findings, "the PIN")
    if found is None:
        return None
    try:
        read = Pin(found.text)
    except ValueError:
        findings.error(found.mark, "this is no PIN", _HINT)
        return None
    if is_trivial(found.text):
        findings.error(
            found.mark, "this PIN would be tried first", "not all digits the same, and not one after another"
        )
        return None
    return read


def is_trivial(digits: str) -> bool:
    """Whether all digits are the same, or count up or down (after 9 comes 0)."""
    steps = {(int(second) - int(first)) % 10 for first, second in pairwise(digits)}
    return steps in ({0}, {1}, {9})

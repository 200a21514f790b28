"""What a volunteer is asked after a talk whose caller hung up first: one sentence and the keys that mean something.

1 ends the rest (as it always did), 9 leaves a note, the others are results of the line.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from hotline_agi.roster.model import Line, TalkResult
from hotline_agi.selfservice.speech import Words
from hotline_agi.terms.ids import LineId

READY_KEY, NOTE_KEY = "1", "9"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    keys: str
    """Digits, each once."""
    words: Words


def asked(line: Line, spoken: frozenset[str], *, rests: bool) -> Asked:
    """:param spoken: the labels of own results that can be said; one that cannot is not offered.
    :param rests: there is a rest that 1 would end.
    """
    words: list[str] = ["after-talk"]
    keys = ""
    offered = list(choices(line, spoken)) if line.results.ask else []
    if offered:
        words.append("after-results")
    for one in offered:
        keys += one.key
        words += [label(line.id, one), f"key-{one.key}"]
    if line.notes is not None and line.notes.ask:
        keys += NOTE_KEY
        words.append("after-note")
    if rests:
        keys += READY_KEY
        words.append("after-ready")
    return Asked(keys=keys, words=tuple(words))


def label(line: LineId, result: TalkResult) -> str:
    """The prompt that says a result."""
    return f"label-{line}-{result.id}" if result.is_own else f"result-{result.id}"


def choices(line: Line, spoken: frozenset[str]) -> Iterable[TalkResult]:
    """Those that can be said, in the line's order."""
    return (one for one in line.results.list if not one.is_own or label(line.id, one) in spoken)

"""How long is kept what is kept: the section ``keep`` of the settings, in days. What it means: `store/purging.py`."""

from dataclasses import dataclass
from pathlib import Path

from hotline_agi.roster.document import Node
from hotline_agi.roster.fields import Fields
from hotline_agi.roster.findings import Findings
from hotline_agi.roster.values import integer

MIN_DAYS, MAX_DAYS = 1, 36_500
"""0 would be "at once", which nobody means who wants a follow-up; a hundred years are for ever."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ages:
    """In days, counted from when it was noted, or from the end of what has one."""

    calls: float = 1_095.0
    """Calls with their legs and facts; with them goes whatever else belongs to such a call."""
    messages: float = 90.0
    """Callers' messages: the recording and its row."""
    recordings: float = 90.0
    """Talks that were recorded: the recording and its row."""
    numbers: float = 30.0
    """Callers' numbers, and the tokens that stand for them, wherever they are."""
    work: float = 90.0
    """Callbacks that are finished, or that nobody finished, with what was done about them and their notes."""
    steps: float = 14.0
    """The steps of a run that is over, counted from its last one. Of the run that goes on all are kept, so that it can
    be replayed from its beginning, but none longer than numbers: there are tokens in them."""
    states: float = 14.0
    """Of volunteers, but for the newest of each and a pause that goes on; and what they agreed to by phone, from the
    end of its shift."""
    follow_ups: float = 365.0
    """Follow-ups that are closed, with their notes, from their closing. While one is open, its caller's number is
    kept until `numbers` days after it was due."""
    audit: float = 1_095.0
    """Who did what by command, and which roster was in force since when (but for the newest before that)."""
    campaigns: float = 365.0
    """Whom campaigns rang or were to ring, with number, attempts and answers, counted from when they came onto the
    list. That somebody is not to be called is kept for ever, as a keyed hash."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelves:
    """Where recordings lie, beside the folder of messages; None: nowhere."""

    talks: Path | None = None
    """Of talks, in the clear."""
    sealed_talks: Path | None = None
    """Encrypted: ``NAME.wav.age``."""
    sealed_messages: Path | None = None


NO_SHELVES = Shelves()
SEALED_SUFFIX = ".age"
"""Of an encrypted recording."""


def keep_section(node: Node, findings: Findings) -> Ages | None:
    """A converter for `Fields`: every kind that is not named keeps its default."""
    section = Fields.of(node, findings, "keep")
    if section is None:
        return None
    days = integer(MIN_DAYS, MAX_DAYS)
    usual = Ages()
    ages = Ages(
        calls=section.optional("calls", days, usual.calls),
        messages=section.optional("messages", days, usual.messages),
        recordings=section.optional("recordings", days, usual.recordings),
        numbers=section.optional("numbers", days, usual.numbers),
        work=section.optional("work", days, usual.work),
        steps=section.optional("steps", days, usual.steps),
        states=section.optional("states", days, usual.states),
        follow_ups=section.optional("follow_ups", days, usual.follow_ups),
        audit=section.optional("audit", days, usual.audit),
        campaigns=section.optional("campaigns", days, usual.campaigns),
    )
    section.close()
    return ages

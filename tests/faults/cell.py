"""A cell of the fault matrix, as data: at which stage of a call which fault strikes, and what may come of it."""

from dataclasses import dataclass
from enum import StrEnum

from tests.faults import bounds


class End(StrEnum):
    """How a call ended for its caller, as the caller heard it."""

    TALKED = "talked"
    MESSAGE = "message"
    DIRECTORY = "directory"
    LEFT = "left"
    """Hung up by choice."""
    LOST = "lost with Asterisk"
    """Asterisk was killed: its calls are gone, and callers must ring again (ASTERISK.md 2.3). No other fault may."""
    TIMED_OUT = "timed out by the clock"
    """Asterisk measures `rtp_timeout` by the wall clock: a step ahead may end a call between two packets (ASTERISK.md
    2.2). Only a step of the clock may."""


NOT_OURS = frozenset({End.LOST, End.TIMED_OUT})
"""Ends that are no good ones, and that nothing of ours could better."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """What is good in this cell. Everything else that `judge` looks at has one bound for all cells."""

    ends: frozenset[End] = frozenset({End.TALKED})
    silence_s: float = bounds.SILENCE_S
    stops_s: float = bounds.STOPS_S
    serves_s: float = bounds.AT_ONCE_S
    """From the end of the fault until the service serves calls."""
    blind: bool = False
    """The service could not see all of the call: `survived` or `uncertain` in the journal are true words for it."""
    unwritten_s: float = 0.0
    """Legs that were placed so shortly before the strike may be missing in the journal: the service died before it
    wrote them down."""
    cuts: bool = False
    """The fault itself ends talks: Asterisk died, or the phone is gone."""
    why: str = ""
    """Where an expectation is weaker than usual: what says that it must be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    stage: str
    fault: str
    expects: Expectation

    @property
    def name(self) -> str:
        return f"{self.stage}/{self.fault}"

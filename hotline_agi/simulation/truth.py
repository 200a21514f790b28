"""What truly happened in a simulated world, whatever the machine or a queue believes."""

from dataclasses import dataclass
from enum import StrEnum

from hotline_agi.terms.ids import LineId, VolunteerId


class End(StrEnum):
    """How a call ended, as the caller saw it."""

    TALKED = "talked"
    TRANSFERRED = "transferred"
    MESSAGE = "message"
    LEFT = "left"
    """Hung up while waiting."""
    TOLD = "told"
    """Heard that nobody can come, or that the line is closed, and where else to turn."""
    SURVIVED = "survived"
    """The dialplan had to take over: the machine did not answer."""
    ENDLESS = "endless"
    """Is still there when nothing more will happen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallTruth:
    person: int
    number: int
    line: LineId
    arrived_s: float
    answered_s: float | None
    """When the first talk began, with a volunteer or with the overflow number."""
    ended_s: float
    end: End
    volunteer: VolunteerId | None
    """Who talked to the caller last."""
    talk_s: float
    talks: int

    @property
    def wait_s(self) -> float:
        """To the first talk, or to the end where there was none."""
        return (self.ended_s if self.answered_s is None else self.answered_s) - self.arrived_s

    @property
    def met_volunteer(self) -> bool:
        """Whether a volunteer answered: who talked to the overflow number alone does not count."""
        return self.answered_s is not None and self.volunteer is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class RingTruth:
    """One ring of one volunteer (of the overflow number: None)."""

    volunteer: VolunteerId | None
    rang_s: float
    ended_s: float
    """When it was accepted, or stopped."""
    accepted: bool
    is_notice: bool = False
    talk_s: float = 0.0

    @property
    def is_for_caller(self) -> bool:
        """Whether a volunteer's phone rang for a caller."""
        return self.volunteer is not None and not self.is_notice


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """A world that was played to its end."""

    volunteers: tuple[VolunteerId, ...]
    """Who could have been rung."""
    calls: tuple[CallTruth, ...]
    rings: tuple[RingTruth, ...]
    double_rings: int = 0
    """Rings of somebody who rang or talked already."""
    missed_joins: int = 0
    """Winners who were sent to a caller who was not there to be joined."""
    cut_talks: int = 0
    """Talks that a command ended."""
    misreported: int = 0
    """Calls whose record does not say what truly happened."""
    events: int = 0
    """Steps that the machine took."""

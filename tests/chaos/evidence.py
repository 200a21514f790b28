"""What was seen: by the phones, in the journal, of the faults. Times are `time.monotonic` seconds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from tests.chaos.people import Wish

EndedBy = Literal["caller", "volunteer", "vanished", "pbx", "crash"]
"""`pbx`: neither of the two did; `crash`: the PBX was killed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sound:
    """A stretch of one sound that a phone heard."""

    name: str
    """A key of `tests.e2e.hearing.PROMPT_HZ`, "voice" for another person, "" for silence, "?" for anything else."""
    began: float
    ended: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Talk:
    """From the moment when the caller heard the volunteer."""

    volunteer: str
    """"overflow" for the number that is put through to."""
    began: float
    ended: float
    ended_by: EndedBy
    two_way: bool
    """The volunteer heard the caller as well."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallSeen:
    """One call, by the caller's phone."""

    number: int
    line: int
    wish: Wish
    sip_id: str
    invited: float
    answered: float | None
    ended: float | None
    """None: it was not over when the run was."""
    end_reason: str | None
    """As `Dialog.end_reason`."""
    status: int | None
    hung_up: float | None = None
    """When the caller did, of their own will."""
    spoke_s: float = 0.0
    """So long into a recording."""
    crashed: bool = False
    """The PBX was killed under it."""
    heard: Sequence[Sound] = ()
    talks: Sequence[Talk] = ()
    ladder: str = ""

    def has_heard(self, name: str) -> bool:
        return any(sound.name == name for sound in self.heard)


@dataclass(frozen=True, slots=True, kw_only=True)
class RingSeen:
    """A phone of `line` rang (or heard the accept prompt) from `began` to `ended`."""

    volunteer: str
    line: int | None
    """None: the overflow number, which any line may ring."""
    began: float
    ended: float
    how: str
    """What ended it."""
    alone: bool = True
    """No other call was at this phone when it began."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultSeen:
    kind: str
    began: float
    ended: float
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A call of the journal."""

    call: str
    line: str
    outcome: str | None
    volunteer: str | None
    wait_s: float
    talk_s: float
    facts: Sequence[str] = ()
    messages: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    calls: Sequence[CallSeen]
    rings: Sequence[RingSeen] = ()
    faults: Sequence[FaultSeen] = ()
    blind: Sequence[tuple[float, float]] = ()
    """When the service could not see or hear all of a call: from a blow to its process or links until it was back."""
    records: Sequence[Record] = ()
    channels: Mapping[str, str] = field(default_factory=dict)
    """SIP Call-ID → the channel id by which the journal calls the call."""
    off_shift: Mapping[str, Sequence[tuple[float, float]]] = field(default_factory=dict)
    """Volunteer → when they were on no shift, by a roster that should be in force."""
    left: Sequence[str] = ()
    """What was found that should not be there, in words."""

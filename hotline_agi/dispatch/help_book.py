"""What the machine remembers of help in talks: who asked, who is rung for it, and who is there.

```text
   HelpAsked ─► seeks: one supervisor after the other is rung ── 1 ─► listens ── hangs up ─► nobody is there
                   │        └ no answer in time, 2, busy ─► the next                 (a new HelpAsked begins anew)
                   └ nobody is left ─► missed: the volunteer is told
   ContactAsked ─► the emergency contact is rung ── 1 ─► in the room, and whoever listens with them
   the talk is over, in whatever way ─► all of it is over
```

A helper is one leg. It lives from its ring until its channel is gone, also beyond the help that it was rung for.
"""

from dataclasses import dataclass, field

from hotline_agi.dispatch.state import Call
from hotline_agi.terms.helping import HelperRole
from hotline_agi.terms.ids import LegId, NodeId, VolunteerId


@dataclass(slots=True, kw_only=True, eq=False)
class Helper:
    """One ringing of somebody for a talk in which help was asked for."""

    leg: LegId
    node: NodeId
    talk: LegId
    role: HelperRole
    volunteer: VolunteerId | None
    """None: a contact who is no volunteer."""
    nth_endpoint: int
    rang_s: float
    picked_up: bool = False
    is_there: bool = False
    """Agreed: listens, or is in the room."""
    said_no: bool = False
    withdrawn: bool = False
    cancel_repeats: int = 0


@dataclass(slots=True, kw_only=True, eq=False)
class Help:
    """Of one talk."""

    talk: LegId
    call: Call
    seeks: bool = False
    """A supervisor is looked for."""
    to_ring: list[VolunteerId] = field(default_factory=list)
    """Who is rung next, the first one first."""
    rounds: int = 0
    said_no: set[VolunteerId] = field(default_factory=set)
    has_room: bool = False
    """The room of the emergency contact is open; it stays so until the talk is over."""


@dataclass(slots=True, kw_only=True, eq=False)
class HelpBook:
    """All of it."""

    helps: dict[LegId, Help] = field(default_factory=dict)
    """By the leg of the talk."""
    live: dict[LegId, Helper] = field(default_factory=dict)
    """By their own leg."""

    def of(self, talk: LegId, role: HelperRole) -> list[Helper]:
        """Those who are rung for or are in a talk, and not on the way out."""
        return [one for one in self.live.values() if one.talk == talk and one.role is role and not one.withdrawn]

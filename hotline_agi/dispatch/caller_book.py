"""What is remembered of callers for their limits (`caller_limits.py`): when they called, talked, and made no sound."""

from collections import deque
from dataclasses import dataclass, field
from math import inf

from hotline_agi.terms.ids import CallerToken, CallId, LineId

HOUR_S, DAY_S = 3600.0, 86_400.0
KEPT = 20_000
"""So many callers are remembered; beyond, those that were heard of longest ago are forgotten, which lets them call."""

Who = tuple[LineId, CallerToken | None]
"""A caller of a line; None: all who withhold their number."""


@dataclass(slots=True)
class Talk:
    """One talk of a caller that is over."""

    ended_s: float
    talk_s: float
    call: CallId | None = None
    silent: bool | None = None
    """Whether it counts as silent; None: nobody can tell, so it neither counts nor ends a count."""
    result: str = ""
    """What its volunteer said, if that decided it."""


@dataclass(slots=True)
class Known:
    """What is remembered of one caller (or of all that withhold their number), in monotonic seconds."""

    calls: deque[float] = field(default_factory=deque)
    """When those calls arrived that met no limit."""
    talks: deque[Talk] = field(default_factory=deque)
    """In the order in which they ended."""
    live: set[CallId] = field(default_factory=set)
    """Calls that are there now and met no limit."""

    def forget(self, now_s: float) -> None:
        """What is too old to count."""
        while self.calls and self.calls[0] <= now_s - HOUR_S:
            self.calls.popleft()
        while self.talks and self.talks[0].ended_s <= now_s - DAY_S:
            self.talks.popleft()

    def silent(self) -> list[Talk]:
        """The silent talks since the last that was not, the oldest first."""
        found = []
        for talk in reversed(self.talks):
            if talk.silent:
                found.append(talk)
            elif talk.silent is False:
                break
        return found[::-1]


@dataclass(slots=True)
class Callers:
    """All of whom anything is remembered; the one that was heard of last comes last."""

    known: dict[Who, Known] = field(default_factory=dict)
    heard_s: float = -inf
    """When any caller was heard to speak last."""

    def of(self, who: Who, now_s: float) -> Known:
        found = self.known.pop(who, None) or Known()
        self.known[who] = found
        found.forget(now_s)
        if len(self.known) > KEPT:
            oldest = next((one for one, known in self.known.items() if not known.live), None)
            del self.known[oldest if oldest is not None else next(iter(self.known))]
        return found

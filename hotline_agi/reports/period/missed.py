"""Who reached nobody: did they get through later, were they called back, or never?

A missed call is an offered one, no short abandon, that talked to nobody: neither a volunteer nor the overflow number.
Who called is known by a token for as long as the journal keeps tokens, and never for a withheld number; of a call
without one only a callback to that very call can be told.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from hotline_agi.reports.period.calls import Part, ReportedCall
from hotline_agi.reports.period.tally import is_short
from hotline_agi.terms.ids import CallerToken, CallId
from hotline_agi.terms.outcomes import REACHED_SOMEBODY


@dataclass(frozen=True, slots=True, kw_only=True)
class Talked:
    """Somebody who is known by a token talked to somebody, or got them on the telephone."""

    caller: CallerToken
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class MissedFigures:
    missed: int
    called_back: int
    """Somebody of the hotline reached them afterwards, for this call."""
    got_through: int
    """They called again and talked to somebody; not called back before that."""
    never: int
    """Neither, up to `looked_until`; known callers."""
    never_people: int
    """Callers behind `never`."""
    unknown: int
    """Not called back, and who called is not known, so nobody can tell whether they got through later."""
    looked_until: datetime


class MissedTally:
    """Takes calls in in the order of their arrival."""

    def __init__(self, short_s: float) -> None:
        self._short_s = short_s
        self._missed: list[tuple[CallId, CallerToken | None, datetime]] = []
        self._reached: dict[CallerToken, datetime] = {}
        """When each talked to somebody last."""

    def add(self, call: ReportedCall, part: Part) -> None:
        if call.caller is not None and call.call.answered_at is not None:
            self.reached(Talked(caller=call.caller, at=call.call.answered_at))
        if part is Part.OFFERED and call.went not in REACHED_SOMEBODY and not is_short(call, self._short_s):
            self._missed.append((call.call.call, call.caller, call.call.arrived_at))

    def reached(self, talk: Talked) -> None:
        """Also after the period."""
        self._reached[talk.caller] = max(talk.at, self._reached.get(talk.caller, talk.at))

    def figures(self, called_back: Mapping[CallId, datetime], looked_until: datetime) -> MissedFigures:
        """:param called_back: when somebody reached a caller because of a call, by that call."""
        back, through, unknown, never = 0, 0, 0, []
        for call, caller, at in self._missed:
            again_at = self._reached.get(caller) if caller is not None else None
            if call in called_back:
                back += 1
            elif again_at is not None and again_at > at:
                through += 1
            elif caller is None:
                unknown += 1
            else:
                never.append(caller)
        return MissedFigures(
            missed=len(self._missed),
            called_back=back,
            got_through=through,
            never=len(never),
            never_people=len(set(never)),
            unknown=unknown,
            looked_until=looked_until,
        )

    def calls(self) -> Iterable[CallId]:
        """Those that were missed."""
        return (call for call, _, _ in self._missed)

"""What each volunteer did with the rings of their phones.

A ring that ended because somebody else was faster, the caller left or the phone was wanted elsewhere says nothing of
its volunteer; so the accept rate is of those that a person ended, or let pass:

    accept rate = accepts ÷ (accepts + missed + declined)
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from hotline_agi.reports.period.calls import ReportedCall
from hotline_agi.reports.period.tally import nearest_rank, share
from hotline_agi.terms.ids import VolunteerId
from hotline_agi.terms.outcomes import LegOutcome

MISSED = frozenset({LegOutcome.NO_ANSWER, LegOutcome.NOT_ACCEPTED})
"""It rang out, or was picked up and nobody pressed 1 (a voicemail does so)."""
UNREACHED = frozenset({LegOutcome.BUSY, LegOutcome.UNREACHABLE, LegOutcome.FAILED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """What the roster asked of one volunteer in the period."""

    on_shift_h: float = 0.0
    away_h: float | None = None
    """Of these, in which they could not be rung; None: not known for any of it."""
    nights: frozenset[date] = frozenset()
    """Mornings of the nights that they were on shift, as `planning/nights.py` counts a night."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VolunteerFigures:
    volunteer: VolunteerId
    rings: int
    accepts: int
    """Picked up (an app) or pressed 1, also when there was nothing left to take."""
    talks: int
    too_late: int
    """Accepts that brought no talk: another was faster, or the caller was gone."""
    missed: int
    declined: int
    unreached: int
    """Busy, or the phone could not be reached."""
    stopped: int
    """Answered elsewhere, the caller left, taken back, or the end was not seen."""
    talk_s: float
    p50_accept_s: float | None
    """From the first ring to the accept, of rings with a talk."""
    share: Share

    @property
    def accept_rate(self) -> float | None:
        return share(self.accepts, self.accepts + self.missed + self.declined)


@dataclass(slots=True)
class _Rings:
    rings: int = 0
    accepts: int = 0
    talks: int = 0
    missed: int = 0
    declined: int = 0
    unreached: int = 0
    talk_s: float = 0.0
    accept_s: list[float] = field(default_factory=list)


class CarriedTally:
    """Rings of all calls that were seen, whatever part of the report they count in: a ring is a ring."""

    def __init__(self) -> None:
        self._by: dict[VolunteerId, _Rings] = {}

    def add(self, call: ReportedCall) -> None:
        agreed = call.agreed
        for leg in call.legs:
            if leg.volunteer is None:
                continue
            one = self._by.setdefault(leg.volunteer, _Rings())
            one.rings += 1
            if leg.outcome is LegOutcome.TALKED:
                one.talks += 1
                one.talk_s += leg.talk_s
                one.accept_s.append(leg.rang_s)
            if leg.outcome is LegOutcome.TALKED or leg.leg in agreed:
                one.accepts += 1
            elif leg.outcome in MISSED:
                one.missed += 1
            elif leg.outcome is LegOutcome.DECLINED:
                one.declined += 1
            elif leg.outcome in UNREACHED:
                one.unreached += 1

    def figures(
        self, shares: Mapping[VolunteerId, Share], people: Iterable[VolunteerId] = ()
    ) -> list[VolunteerFigures]:
        """By id: whoever was rung, was on shift, or is one of `people`."""
        nothing, none = _Rings(), Share()
        return [
            _figures(who, self._by.get(who, nothing), shares.get(who, none))
            for who in sorted({*self._by, *shares, *people})
        ]


def _figures(who: VolunteerId, one: _Rings, asked: Share) -> VolunteerFigures:
    return VolunteerFigures(
        volunteer=who,
        rings=one.rings,
        accepts=one.accepts,
        talks=one.talks,
        too_late=one.accepts - one.talks,
        missed=one.missed,
        declined=one.declined,
        unreached=one.unreached,
        stopped=one.rings - one.accepts - one.missed - one.declined - one.unreached,
        talk_s=one.talk_s,
        p50_accept_s=nearest_rank(sorted(one.accept_s), 50) if one.accept_s else None,
        share=asked,
    )

"""People promised by the roster against those who could be rung.

Promised is whoever is on shift by the roster that was in force at the moment, while the line is open; backup people are
not. Delivered is, of these and of who stood in for them by phone, whoever could be rung as far as the service noted:
all but those who had paused, rested after missed rings, were over a limit, had no phone that could be reached, or had
said that they cannot come. Who talks, wraps up or is rung is there.

What that cannot tell: whether somebody sat by the phone (accept rate and missed rings say that), or whether a mobile
was in a private call or switched off. What the service did not see (it did not run, or notes of that age are gone) is
counted apart, never as delivered.
"""

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from itertools import pairwise

from hotline_agi.reports.period.carried import Share
from hotline_agi.reports.period.span import Period
from hotline_agi.reports.period.tally import share
from hotline_agi.reports.standings import PastState
from hotline_agi.terms.ids import VolunteerId
from hotline_agi.terms.standing import VolunteerState

AWAY = (
    VolunteerState.PAUSED,
    VolunteerState.OVER_LIMIT,
    VolunteerState.RESTING,
    VolunteerState.UNREACHABLE,
)
CANNOT = "cannot"
"""Why somebody is not there who said so by phone; the other reasons are values of `AWAY`."""
_HOUR = timedelta(hours=1)

Stretch = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class Promised:
    """A stretch in which the roster promises the same people; both instants aware, the end not included."""

    from_at: datetime
    until_at: datetime
    people: tuple[VolunteerId, ...] | None
    """None: which roster was in force is not known, or its texts are deleted."""
    least: int = 0
    """How many the slots need."""
    is_open: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class StoodIn:
    """What was agreed by phone of one place: `absent` does not come, and `present` does."""

    absent: VolunteerId | None
    """None: they came after all."""
    present: VolunteerId | None
    from_at: datetime
    until_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What the journal has of volunteers."""

    states: Mapping[VolunteerId, Sequence[PastState]]
    """Of each, oldest first; the last one from before the period too."""
    stood_in: Sequence[StoodIn]
    runs: Sequence[Stretch]
    """Of the service, from its start to its last sign of life, in order."""
    since: datetime
    """Older states are deleted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HourCover:
    """People on average, in one hour of the day while the line is open; None: not known of any such hour."""

    promised: float | None
    delivered: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageFigures:
    """Hours; of people, where it says so."""

    open_h: float
    """The line was open, and which roster was in force is known."""
    no_roster_h: float
    """Of the period: which roster was in force is not known."""
    promised_h: float
    """Of people."""
    seen_h: float
    """Of `promised_h`: the service saw who could be rung."""
    delivered_h: float
    """Of people, while it saw; who stood in included."""
    stood_in_h: float
    """Of `delivered_h`."""
    away_h: Mapping[str, float]
    """Of people who were promised and not there, by reason: values of `AWAY`, and `CANNOT`."""
    nobody_promised_h: float
    """Of `open_h`: nobody was on shift."""
    nobody_there_h: float
    """Somebody was promised, and nobody could be rung, as far as was seen."""
    few_promised_h: float
    """Fewer were on shift than the slots need; those without anybody included."""
    few_there_h: float
    """Fewer could be rung than the slots need, as far as was seen."""
    hours: tuple[HourCover, ...]
    """From 0 to 23 o'clock."""
    shares: Mapping[VolunteerId, Share]

    @property
    def delivered_share(self) -> float | None:
        """delivered ÷ promised, person-hours, as far as was seen"""
        return share(self.delivered_h, self.seen_h)


def coverage(
    period: Period,
    promised: Iterable[Promised],
    seen: Seen,
    nights: Mapping[VolunteerId, frozenset[date]],
) -> CoverageFigures:
    """:param promised: in order, without overlaps.
    :param nights: that each was on shift, by the mornings on which they end.
    """
    sums = _Sums(period.zone)
    starts = [start for start, _ in seen.runs]
    away = {who: _away(states, starts) for who, states in seen.states.items()}
    sighted = [(max(start, seen.since), end) for start, end in seen.runs if end > seen.since]
    for span in promised:
        start, end = max(span.from_at, period.from_at), min(span.until_at, period.until_at)
        if end <= start:
            continue
        if span.people is None:
            sums.no_roster += end - start
        elif span.is_open:
            agreed = [one for one in seen.stood_in if one.from_at < end and start < one.until_at]
            for piece in _pieces(span.people, start, end, agreed, away, sighted, period.zone):
                sums.add(piece, span.least)
    return sums.figures(nights)


# ---- one piece of time


@dataclass(frozen=True, slots=True)
class _Piece:
    """A stretch in which nothing changes."""

    start: datetime
    end: datetime
    promised: tuple[VolunteerId, ...]
    is_seen: bool
    there: tuple[VolunteerId, ...]
    missing: tuple[tuple[VolunteerId, str], ...]
    """Promised and not there, and why."""


_Away = tuple[datetime, datetime | None, str]


def _away(states: Sequence[PastState], starts: Sequence[datetime]) -> list[_Away]:
    """When somebody could not be rung.

    A service that starts remembers pauses, rests and limits, and notes them no more; of a phone that cannot be reached
    it knows nothing until it hears of it, and notes that.
    """
    found: list[_Away] = []
    for n, one in enumerate(states):
        if one.state not in AWAY:
            continue
        ends = [one.until_at] if one.until_at is not None else []
        if n + 1 < len(states):
            ends.append(states[n + 1].at)
        if one.state is VolunteerState.UNREACHABLE:
            later = bisect_right(starts, one.at)
            ends += starts[later : later + 1]
        end = min(ends, default=None)
        if end is None or end > one.at:
            found.append((one.at, end, one.state.value))
    return found


def _pieces(
    people: tuple[VolunteerId, ...],
    start: datetime,
    end: datetime,
    agreed: Sequence[StoodIn],
    away: Mapping[VolunteerId, Sequence[_Away]],
    sighted: Sequence[Stretch],
    zone: tzinfo,
) -> Iterator[_Piece]:
    all_people = [*people, *(one.present for one in agreed if one.present is not None)]
    spans = {who: [one for one in away.get(who, ()) if one[0] < end and (one[1] is None or one[1] > start)]
             for who in all_people}  # fmt: skip
    seen = [one for one in sighted if one[0] < end and start < one[1]]
    edges = {start, end, *_full_hours(start, end, zone)}
    edges.update(edge for one in agreed for edge in (one.from_at, one.until_at))
    edges.update(edge for stretches in spans.values() for one in stretches for edge in one[:2] if edge is not None)
    edges.update(edge for stretch in seen for edge in stretch)
    for begin, until in pairwise(sorted(edge for edge in edges if start <= edge <= end)):
        now = [one for one in agreed if one.from_at <= begin < one.until_at]
        gone = {one.absent for one in now if one.absent is not None}
        came = [one.present for one in now if one.present is not None and one.present not in gone]
        why = {who: _why(spans[who], begin) for who in all_people}
        there = [who for who in dict.fromkeys([*people, *came]) if who not in gone and not why[who]]
        missing = [(who, CANNOT if who in gone else why[who]) for who in people if who in gone or why[who]]
        yield _Piece(
            begin,
            until,
            people,
            any(one[0] <= begin < one[1] for one in seen),
            tuple(there),
            tuple(missing),
        )


def _why(spans: Sequence[_Away], at: datetime) -> str:
    return next((why for start, end, why in spans if start <= at and (end is None or at < end)), "")


def _full_hours(start: datetime, end: datetime, zone: tzinfo) -> Iterator[datetime]:
    """Where the hour of the wall clock changes; zones differ from UTC by quarters of an hour at the finest."""
    quarter = timedelta(minutes=15)
    at = start.astimezone(UTC).replace(minute=start.minute // 15 * 15, second=0, microsecond=0) + quarter
    while at < end:
        if at.astimezone(zone).minute < 15:
            yield at
        at += quarter


# ---- sums


class _Sums:
    def __init__(self, zone: tzinfo) -> None:
        self._zone = zone
        nothing = timedelta()
        self.no_roster = self.open = self.promised = self.seen = self.delivered = self.stood_in = nothing
        self.nobody_promised = self.nobody_there = self.few_promised = self.few_there = nothing
        self.away: Counter[str] = Counter()
        """Microseconds, like all that is counted by a key."""
        self._hours: dict[str, Counter[int]] = defaultdict(Counter)
        self._on: dict[VolunteerId, timedelta] = defaultdict(timedelta)
        self._seen_on: dict[VolunteerId, timedelta] = defaultdict(timedelta)
        self._away_on: dict[VolunteerId, timedelta] = defaultdict(timedelta)

    def add(self, piece: _Piece, least: int) -> None:
        length = piece.end - piece.start
        hour = piece.start.astimezone(self._zone).hour
        self.open += length
        self.promised += length * len(piece.promised)
        self._hours["open"][hour] += _ticks(length)
        self._hours["promised"][hour] += _ticks(length) * len(piece.promised)
        for who in piece.promised:
            self._on[who] += length
        if not piece.promised:
            self.nobody_promised += length
        if len(piece.promised) < least:
            self.few_promised += length
        if piece.is_seen:
            self._saw(piece, length, hour, least)

    def _saw(self, piece: _Piece, length: timedelta, hour: int, least: int) -> None:
        self.seen += length * len(piece.promised)
        self.delivered += length * len(piece.there)
        self.stood_in += length * sum(who not in piece.promised for who in piece.there)
        self._hours["seen"][hour] += _ticks(length)
        self._hours["delivered"][hour] += _ticks(length) * len(piece.there)
        if piece.promised and not piece.there:
            self.nobody_there += length
        if len(piece.there) < least:
            self.few_there += length
        for who in piece.promised:
            self._seen_on[who] += length
        for who, why in piece.missing:
            self.away[why] += _ticks(length)
            self._away_on[who] += length

    def figures(self, nights: Mapping[VolunteerId, frozenset[date]]) -> CoverageFigures:
        hours = self._hours
        return CoverageFigures(
            open_h=self.open / _HOUR,
            no_roster_h=self.no_roster / _HOUR,
            promised_h=self.promised / _HOUR,
            seen_h=self.seen / _HOUR,
            delivered_h=self.delivered / _HOUR,
            stood_in_h=self.stood_in / _HOUR,
            away_h={why: self.away[why] / _ticks(_HOUR) for why in (*(one.value for one in AWAY), CANNOT)},
            nobody_promised_h=self.nobody_promised / _HOUR,
            nobody_there_h=self.nobody_there / _HOUR,
            few_promised_h=self.few_promised / _HOUR,
            few_there_h=self.few_there / _HOUR,
            hours=tuple(
                HourCover(
                    promised=share(hours["promised"][hour], hours["open"][hour]),
                    delivered=share(hours["delivered"][hour], hours["seen"][hour]),
                )
                for hour in range(24)
            ),
            shares={
                who: Share(
                    on_shift_h=on / _HOUR,
                    away_h=self._away_on[who] / _HOUR if self._seen_on[who] else None,
                    nights=nights.get(who, frozenset()),
                )
                for who, on in sorted(self._on.items())
            },
        )


def _ticks(length: timedelta) -> int:
    return length // timedelta.resolution

"""Why somebody is rung at an instant, or is not: the steps of `roster/precedence.py`, told for one person.

That somebody *is rung* means: a call that comes in then rings them in some wave, unless they are busy or rest, or
somebody accepts before it is their turn. What limits make of it is decided while calls come in: they are told as facts.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from hotline_agi.planning import reasons
from hotline_agi.planning.agenda import LOOK_AHEAD, appointments
from hotline_agi.planning.reasons import Ground, Reason, Share
from hotline_agi.planning.wording import Names
from hotline_agi.roster.clock import days_around, span_on
from hotline_agi.roster.duty import everybody, on_duty
from hotline_agi.roster.model import Line, RingGroup, RingStep, Roster
from hotline_agi.roster.plan import Absence, Shift
from hotline_agi.roster.precedence import absent_span, sayings
from hotline_agi.roster.timetable import Duty, occurrences
from hotline_agi.terms.ids import VolunteerId
from hotline_agi.terms.languages import Language


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """Of one person, one line and one instant."""

    line: Line
    who: VolunteerId
    at: datetime
    is_rung: bool
    group: RingGroup | None
    """As which they are there; None if they are in no slot, or quiet."""
    shares: tuple[Share, ...]
    """The waves that may ring them; empty if not rung."""
    of: int
    """How many the group has, of those who have what every caller wants."""
    because: tuple[Reason, ...]
    """What decides, the most important first."""
    facts: tuple[Reason, ...]
    """What else there is to know."""

    @property
    def verdict(self) -> str:
        """``rung in wave 1``, ``rung in wave 1 or 2``, ``not rung``."""
        if not self.is_rung:
            return "not rung"
        waves = " or ".join(str(wave) for wave, _ in self.shares)
        certain = sum(count or 0 for _, count in self.shares) == self.of
        return f"rung in wave {waves}" + ("" if certain else " if it is their turn")

    @property
    def sentences(self) -> tuple[str, ...]:
        """The first one is the verdict with its reasons."""
        first = f"{self.verdict}, because {'; and '.join(one.text for one in self.because)}"
        return tuple(f"{text[0].upper()}{text[1:]}." for text in (first, *(one.text for one in self.facts)))


def explain(roster: Roster, who: VolunteerId, at: datetime) -> list[Explanation]:
    """For each line that names `who` anywhere, why it rings them at the aware instant `at` or does not.

    :raises KeyError: if the roster knows nobody of this id.
    """
    assert roster.volunteers[who]
    return [explain_on(roster, line, who, at) for line in roster.lines.values() if who in everybody(line)]


def explain_on(roster: Roster, line: Line, who: VolunteerId, at: datetime) -> Explanation:
    """Why `line` rings `who` at `at`, or does not.

    :raises KeyError: if the roster knows nobody of this id.
    """
    person = roster.volunteers[who]
    duty = on_duty(line, at)
    group, sizes = _group(duty, who), _sizes(roster, line, duty)
    of = sizes[group] if group is not None else 0
    shares = shares_of(line.steps(duty.plan), group, sizes) if group is not None else ()
    names = Names(roster, Language.EN)
    placed = list(_placed(names, line, who, at))
    against: list[Reason] = []
    if who in duty.quiet:
        against.append(reasons.quiet(line, line.quiet[who], at))
    if placed and not duty.is_open:
        against.append(reasons.closed(line, at))
    if group is not None:
        if not person.endpoints:
            text = "no endpoint of theirs is known"
            against.append(Reason(ground=Ground.NO_ENDPOINT, text=text, where=person.where))
        if not line.may_ring(person):
            against.append(reasons.wanted(line, person))
        elif not shares:
            against.append(reasons.no_step(duty.plan, group))
    lost = list(_lost(names, line, who, at))
    overruled = list(_overruled(line, who, at))
    facts: list[Reason] = []
    if group is not None and not against:
        because = [*placed, reasons.wave(line, duty.plan, group, shares, of)]
        late = [reasons.later(line, want) for want in line.wants if want.for_s is not None and not want.met_by(person)]
        facts += [*lost, *overruled, *late, reasons.endpoints(person)]
    elif placed:
        because = against
        facts += [*placed, *lost, *overruled]
    else:
        because = lost or [Reason(ground=Ground.NO_SLOT, text="they are in no slot at this time")]
        facts += overruled if lost else [*overruled, *_absent(line, who, at)]
    return Explanation(
        line=line,
        who=who,
        at=at,
        is_rung=group is not None and not against,
        group=group,
        shares=() if against else shares,
        of=of,
        because=tuple(because),
        facts=(*facts, *_besides(roster, line, who, at, group)),
    )


def shares_of(steps: Sequence[RingStep], group: RingGroup, sizes: Mapping[RingGroup, int]) -> tuple[Share, ...]:
    """Which waves take on how many of a group, by the sizes of both, if nobody is busy or was rung before.

    What a step has left over when its own group is rung goes to those of the groups before (`dispatch/waves.py`). How
    many an adaptive step rings is learned from calls: here it takes nobody away from the steps after it.
    """
    found: list[Share] = []
    left = dict(sizes)
    begun: list[RingGroup] = []
    for number, step in enumerate(steps, 1):
        begun = [step.group, *(one for one in begun if one is not step.group)]
        if step.adaptive and left[step.group] > 1:
            if step.group is group:
                found.append((number, None))
            continue
        room = sum(left.values()) if step.count is None else step.count
        for one in begun:
            share = min(room, left[one])
            room -= share
            left[one] -= share
            if share and one is group:
                found.append((number, share))
    return tuple(found)


def _group(duty: Duty, who: VolunteerId) -> RingGroup | None:
    if who in duty.volunteers:
        return RingGroup.ON_SHIFT
    return RingGroup.BACKUP if who in duty.backup else None


def _sizes(roster: Roster, line: Line, duty: Duty) -> dict[RingGroup, int]:
    """How many of each group may be rung."""
    groups = {RingGroup.ON_SHIFT: duty.volunteers, RingGroup.BACKUP: duty.backup}
    if not line.required:
        return {group: len(people) for group, people in groups.items()}
    return {group: sum(line.may_ring(roster.volunteers[one]) for one in people) for group, people in groups.items()}


def _placed(names: Names, line: Line, who: VolunteerId, at: datetime) -> Iterator[Reason]:
    """The places where they stand, those on shift first."""
    found = [
        (place, one)
        for one in occurrences(line, at, at + timedelta.resolution)
        for place in one.places
        if place.who == who and place.start <= at < place.end
    ]
    found.sort(key=lambda pair: pair[0].as_backup)
    is_on_shift = any(not place.as_backup for place, _ in found)
    for place, one in found:
        reason = reasons.placed(names, line, one.shift, one.day, place)
        if place.as_backup and is_on_shift:
            text = f"{reason.text}, but who is on shift is no backup at the same time"
            reason = Reason(ground=Ground.BOTH, text=text, where=reason.where)
        yield reason


def _lost(names: Names, line: Line, who: VolunteerId, at: datetime) -> Iterator[Reason]:
    told = {
        reasons.lost(names, line, one.shift, loss): None
        for one in occurrences(line, at, at + timedelta.resolution)
        for loss in one.losses
        if loss.who == who and loss.start <= at < loss.end
    }
    yield from told


def _absent(line: Line, who: VolunteerId, at: datetime) -> Iterator[Reason]:
    """Who is in no slot may be absent all the same; by date that is about slots that start on this day."""
    day = at.astimezone(line.zone).date()
    for cover in line.covers:
        if isinstance(cover, Absence) and cover.who == who:
            start, end = absent_span(line, cover, day, at, at + timedelta.resolution)
            if start < end:
                text = f"they are {reasons.absence_words(line, cover.where)}{reasons.place_of(cover.where)}"
                yield Reason(ground=Ground.LOSS, text=text, where=cover.where)


def _overruled(line: Line, who: VolunteerId, at: datetime) -> Iterator[Reason]:
    """What lower steps say of them that another one goes before."""
    for shift, day in _slots_by_the_clock(line, at):
        for as_backup in (False, True):
            yield from _overruled_in(line, shift, day, who, as_backup)


def _slots_by_the_clock(line: Line, at: datetime) -> Iterator[tuple[Shift, date]]:
    """Slots whose hours it is, whether they take place on that day or not."""
    for day in days_around(line.zone, at, at):
        for shift in line.shifts:
            start, end = span_on(line.zone, day, shift)
            if start <= at < end:
                yield shift, day


def _overruled_in(line: Line, shift: Shift, day: date, who: VolunteerId, as_backup: bool) -> Iterator[Reason]:
    first, *others = sayings(line, shift, day, as_backup=as_backup)
    pattern = shift.backup if as_backup else shift.people
    for other in others:
        has, had = who in (first.cell or ()), who in (other.cell or ())
        if has == had:
            continue
        winner, loser = (reasons.saying_words(line, one, day, pattern) for one in (first, other))
        ends = " goes before it" if first.cell is not None else " goes before it: the slot does not take place"
        says = "has" if had else "does not have"
        text = (
            f"{loser}{reasons.place_of(other.where)} {says} them {reasons.group_words(as_backup)} in {shift.slot}, "
            f"but {winner}{reasons.place_of(first.where)}{ends}"
        )
        yield Reason(ground=Ground.OVERRULED, text=text, where=other.where)


def _besides(roster: Roster, line: Line, who: VolunteerId, at: datetime, group: RingGroup | None) -> Iterator[Reason]:
    """Other lines, limits, and when they are next there."""
    for other in roster.lines.values():
        if other is not line and who in everybody(other):
            there = _group(on_duty(other, at), who)
            if there is not None:
                words = reasons.group_words(there is RingGroup.BACKUP)
                text = f"they are {words} on the line {other.id} as well; their phone rings for one call at a time"
                yield Reason(ground=Ground.ELSEWHERE, text=text, where=other.where)
    asked = reasons.limits(roster.volunteers[who].limits)
    if asked:
        person = roster.volunteers[who]
        yield Reason(ground=Ground.LIMITS, text=f"what is asked of them: {', '.join(asked)}", where=person.where)
    if group is None:
        yield _next(line, who, at)


def _next(line: Line, who: VolunteerId, at: datetime) -> Reason:
    coming = min(
        (one for one in appointments([line], at, at + LOOK_AHEAD, who) if one.place.start > at),
        key=lambda one: one.place.start,
        default=None,
    )
    if coming is None:
        return Reason(ground=Ground.NEXT, text=f"they are in no slot for the next {LOOK_AHEAD.days} days")
    words = f"{reasons.group_words(coming.place.as_backup)} in {coming.slot}"
    text = f"they are next {words}, {reasons.hours(line, coming.place.start, coming.place.end)}"
    return Reason(ground=Ground.NEXT, text=text + reasons.place_of(coming.place.where), where=coming.place.where)

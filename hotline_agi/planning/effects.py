"""Two rosters → what is different for who is rung, as values; `effect_words.py` puts them into sentences.

Compared is what callers would meet, hour by hour, not what was written: a comment, another order of people, a list
instead of a table are no difference. Hours in which the line is closed before and after have none either, but for the
coordinators. Applying the changes to the old duty gives the new one (`rung`, `applied`); the tests hold it to that.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from hotline_agi.planning.coverage import CoverageSpan, coverage
from hotline_agi.roster.clock import Span
from hotline_agi.roster.model import Line, RingStep, Roster
from hotline_agi.terms.ids import LineId, VolunteerId

People = tuple[VolunteerId, ...]
"""In the order of ids, nobody twice."""

_MARGIN = timedelta(days=2)
"""Beyond both ends of the horizon, so that a shift that it cuts is told with its own beginning and end."""


class Aspect(StrEnum):
    PEOPLE = "people"
    OPENING = "opening"
    PLAN = "plan"
    COORDINATORS = "coordinators"


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """From the old to the new duty, as far as one aspect is concerned; the fields of the others have their defaults."""

    aspect: Aspect
    slots: tuple[str, ...] = ()
    """That are on, in roster order (in the new roster, or in the old one if none is on in the new)."""
    comes: People = ()
    goes: People = ()
    backup_comes: People = ()
    backup_goes: People = ()
    before: int = 0
    """How many are on shift; likewise `left`, afterwards."""
    left: int = 0
    least: int = 0
    """How many are needed."""
    opens: bool = False
    """The line takes calls and did not before; the other way round if false."""
    old_steps: tuple[RingStep, ...] = ()
    steps: tuple[RingStep, ...] = ()
    old_coordinators: People = ()
    coordinators: People = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A difference, and when it holds: all stretches that touch the horizon, in order."""

    line: LineId
    difference: Difference
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rung:
    """What a caller meets at an instant."""

    is_open: bool
    on_shift: frozenset[VolunteerId]
    """Empty while the line is closed; likewise `backup` and `steps`."""
    backup: frozenset[VolunteerId]
    steps: tuple[RingStep, ...]
    coordinators: People


@dataclass(frozen=True, slots=True)
class _Piece:
    """A stretch in which neither roster changes."""

    start: datetime
    until: datetime
    old_line: Line
    line: Line
    old: CoverageSpan
    new: CoverageSpan


def rung(line: Line, span: CoverageSpan) -> Rung:
    duty = span.duty
    return Rung(
        is_open=duty.is_open,
        on_shift=frozenset(duty.volunteers if duty.is_open else ()),
        backup=frozenset(duty.backup if duty.is_open else ()),
        steps=line.steps(duty.plan) if duty.is_open else (),
        coordinators=tuple(sorted(duty.coordinators)),
    )


def changes(old: Roster, new: Roster, start: datetime, until: datetime, line_id: LineId | None = None) -> list[Change]:
    """What is different from `start` until `until` (aware) on the lines that both rosters have, line by line.

    :param line_id: only this line.
    """
    found: list[Change] = []
    for name, line in new.lines.items():
        before = old.lines.get(name)
        if before is not None and before != line and line_id in (None, name):  # equal lines ring alike
            found.extend(_of_line(old, new, before, line, start, until))
    return found


def applied(known: list[Change], line: LineId, at: datetime, old_line: Line, span: CoverageSpan) -> Rung:
    """What callers meet at the instant `at` of the horizon after the changes, if `span` is the old duty of then."""
    duty = span.duty
    is_open, on_shift, backup = duty.is_open, set(duty.volunteers), set(duty.backup)
    steps, coordinators = old_line.steps(duty.plan), tuple(sorted(duty.coordinators))
    for change in known:
        if change.line != line or not any(start <= at < until for start, until in change.spans):
            continue
        one = change.difference
        match one.aspect:
            case Aspect.PEOPLE:
                on_shift = on_shift - set(one.goes) | set(one.comes)
                backup = backup - set(one.backup_goes) | set(one.backup_comes)
            case Aspect.OPENING:
                is_open = one.opens
            case Aspect.PLAN:
                steps = one.steps
            case Aspect.COORDINATORS:
                coordinators = one.coordinators
    return Rung(
        is_open=is_open,
        on_shift=frozenset(on_shift if is_open else ()),
        backup=frozenset(backup if is_open else ()),
        steps=steps if is_open else (),
        coordinators=coordinators,
    )


def _of_line(old: Roster, new: Roster, before: Line, after: Line, start: datetime, until: datetime) -> Iterator[Change]:
    if until <= start:
        return
    pieces = list(_pieces(old, new, before, after, start - _MARGIN, until + _MARGIN))
    for look in (_people, _opening, _plan, _coordinators):
        stretches: dict[Difference, list[Span]] = {}
        for (first, last), difference in _merged(pieces, look):
            if first < until and start < last:
                stretches.setdefault(difference, []).append((first, last))
        yield from (
            Change(line=after.id, difference=difference, spans=tuple(spans)) for difference, spans in stretches.items()
        )


def _pieces(old: Roster, new: Roster, before: Line, after: Line, start: datetime, until: datetime) -> Iterator[_Piece]:
    olds, news = coverage(old, before, start, until), coverage(new, after, start, until)
    n = m = 0
    while n < len(olds) and m < len(news):
        one, other = olds[n], news[m]
        end = min(one.until_utc, other.until_utc)
        yield _Piece(max(one.from_utc, other.from_utc), end, before, after, one, other)
        n += one.until_utc == end
        m += other.until_utc == end


def _merged(pieces: list[_Piece], look: Callable[[_Piece], Difference | None]) -> Iterator[tuple[Span, Difference]]:
    """Maximal stretches with the same difference."""
    running: tuple[datetime, datetime, Difference] | None = None
    for piece in pieces:
        difference = look(piece)
        if running and difference == running[2] and running[1] == piece.start:
            running = (running[0], piece.until, running[2])
            continue
        if running:
            yield (running[0], running[1]), running[2]
        running = (piece.start, piece.until, difference) if difference else None
    if running:
        yield (running[0], running[1]), running[2]


# ---- one aspect of one piece; None: nothing is different


def _people(piece: _Piece) -> Difference | None:
    old, new = piece.old.duty, piece.new.duty
    if not (old.is_open or new.is_open):
        return None
    on_shift, backup = _moved(old.volunteers, new.volunteers), _moved(old.backup, new.backup)
    if not any((*on_shift, *backup)):
        return None
    return Difference(
        aspect=Aspect.PEOPLE,
        slots=new.slots or old.slots,
        comes=on_shift[0],
        goes=on_shift[1],
        backup_comes=backup[0],
        backup_goes=backup[1],
        before=piece.old.on_shift,
        left=piece.new.on_shift,
        least=piece.new.least,
    )


def _opening(piece: _Piece) -> Difference | None:
    if piece.old.duty.is_open == piece.new.duty.is_open:
        return None
    difference = Difference(aspect=Aspect.OPENING, opens=piece.new.duty.is_open)
    if difference.opens:  # who has to be there is of interest then
        return replace(difference, slots=piece.new.duty.slots, left=piece.new.on_shift, least=piece.new.least)
    return difference


def _plan(piece: _Piece) -> Difference | None:
    if not piece.new.duty.is_open:
        return None
    old, new = piece.old_line.steps(piece.old.duty.plan), piece.line.steps(piece.new.duty.plan)
    return None if old == new else Difference(aspect=Aspect.PLAN, old_steps=old, steps=new)


def _coordinators(piece: _Piece) -> Difference | None:
    old, new = (tuple(sorted(span.duty.coordinators)) for span in (piece.old, piece.new))
    if old == new:
        return None
    slots = piece.new.duty.slots or piece.old.duty.slots
    return Difference(aspect=Aspect.COORDINATORS, slots=slots, old_coordinators=old, coordinators=new)


def _moved(old: People, new: People) -> tuple[People, People]:
    return tuple(sorted(set(new) - set(old))), tuple(sorted(set(old) - set(new)))

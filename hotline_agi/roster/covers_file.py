"""``covers.yaml``: what changed after the roster was made. Swaps, absences and extra people, each with its date."""

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from hotline_agi.roster.cells import Named, NamedSlot, cell, person, slot
from hotline_agi.roster.dates import day, day_or_instant
from hotline_agi.roster.document import Mapping, Node, Scalar, Sequence
from hotline_agi.roster.fields import Fields, nearest, sequence_of
from hotline_agi.roster.findings import Findings
from hotline_agi.roster.model import RingGroup
from hotline_agi.roster.plan import Absence, AbsenceKind, Cover, Extra, Swap
from hotline_agi.roster.probes import either, narrowed
from hotline_agi.roster.values import one_of, text
from hotline_agi.terms.ids import VolunteerId
from hotline_agi.terms.problems import Mark

_first, _last = day_or_instant(is_end=False), day_or_instant(is_end=True)
_group = one_of(RingGroup, "place")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadCovers:
    """Covers, and whom and which slots they name, also where they have mistakes."""

    covers: tuple[Cover, ...]
    named: tuple[Named, ...]
    slots: tuple[NamedSlot, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """One slot of one day; None what could not be read."""

    day: date | None
    slot: NamedSlot | None

    @property
    def slots(self) -> tuple[NamedSlot, ...]:
        return () if self.slot is None else (self.slot,)


def read_covers(root: Node, findings: Findings) -> ReadCovers | None:
    """The covers of a ``covers.yaml``; None if it has no list of them."""
    fields = Fields.of(root, findings, "the file")
    found = fields.required("covers", sequence_of(cover, "covers")) if fields else None
    if fields:
        fields.close()
    if found is None:
        return None
    covers = tuple(cover for one in found for cover in one.covers)
    _check_against_each_other(covers, findings)
    return ReadCovers(
        covers=covers,
        named=tuple(named for one in found for named in one.named),
        slots=tuple(slot for one in found for slot in one.slots),
    )


def swap(node: Node, findings: Findings) -> ReadCovers | None:
    """``{swap: [a, b], date: 2026-02-14, slot: night, back: {date: 2026-02-16, slot: evening}}``."""
    fields = Fields.of(node, findings, "a swap")
    if fields is None:
        return None
    people = fields.required("swap", pair)
    place = _place(fields)
    back = fields.optional("back", _back, None)
    _close(fields)
    covers: list[Cover] = []
    if people is not None and place.day is not None and place.slot is not None:
        one, other = people
        covers.append(Swap(where=node.mark, who=one.who, to=other.who, day=place.day, slot=place.slot.slot))
        if back is not None and back.day is not None and back.slot is not None:
            covers.append(Swap(where=node.mark, who=other.who, to=one.who, day=back.day, slot=back.slot.slot))
            if (back.day, back.slot.slot) == (place.day, place.slot.slot):
                what = "the place is given back in the same slot of the same day, so nothing changes"
                findings.error(fields.mark("back"), what, "name the other day or slot, or delete `back`")
    slots = (*place.slots, *(back.slots if back else ()))
    return ReadCovers(covers=tuple(covers), named=people or (), slots=slots)


@narrowed(minItems=2, maxItems=2, uniqueItems=True)
def pair(node: Node, findings: Findings) -> tuple[Named, ...] | None:
    """Two people: the second stands where the first stood."""
    people = sequence_of(person, "the two who swap")(node, findings)
    if isinstance(node, Sequence) and len(node.items) != 2:
        hint = "write swap: [chen-jing, li-na]: li-na stands where chen-jing stood"
        findings.error(node.mark, f"a swap is between two people, not {len(node.items)}", hint)
        return None
    if people is None or len(people) != 2:
        return None
    if people[0].who == people[1].who:
        findings.error(people[1].mark, f"'{people[0].who}' cannot swap with themselves", "name somebody else")
        return None
    return people


def _back(node: Node, findings: Findings) -> _Place | None:
    fields = Fields.of(node, findings, "the way back")
    if fields is None:
        return None
    place = _place(fields)
    fields.close()
    return place


def _place(fields: Fields) -> _Place:
    for key in ("from", "until"):
        fields.hint(key, "a swap and an extra are for one slot: write `date` and `slot`")
    return _Place(day=fields.required("date", day), slot=fields.required("slot", slot))


def extra(node: Node, findings: Findings) -> ReadCovers | None:
    """``{extra: [c, d], date: 2026-02-14, slot: night, as: backup}``."""
    fields = Fields.of(node, findings, "an extra")
    if fields is None:
        return None
    people = fields.required("extra", narrowed(minItems=1)(people_or_one))
    place = _place(fields)
    group = fields.optional("as", _group, RingGroup.ON_SHIFT)
    _close(fields)
    if people == ():
        findings.error(fields.mark("extra"), "an extra without people", "write extra: [chen-jing]")
    extras = tuple(
        Extra(
            where=node.mark,
            who=found.who,
            day=place.day,
            slot=place.slot.slot,
            as_backup=group is RingGroup.BACKUP,
        )
        for found in people or ()
        if place.day is not None and place.slot is not None
    )
    return ReadCovers(covers=extras, named=people or (), slots=place.slots)


def people_or_one(node: Node, findings: Findings) -> tuple[Named, ...] | None:
    """A list of people, or a single one."""
    if not isinstance(node, Scalar):
        return cell(node, findings)
    found = person(node, findings)
    return None if found is None else (found,)


def sick(node: Node, findings: Findings) -> ReadCovers | None:
    """``{sick: a, from: 2026-02-14, until: 2026-02-16, instead: b}``."""
    return _absence(AbsenceKind.SICK, node, findings)


def away(node: Node, findings: Findings) -> ReadCovers | None:
    """``{away: a, from: 2026-02-14 03:00, until: 2026-02-15}``."""
    return _absence(AbsenceKind.AWAY, node, findings)


def _absence(kind: AbsenceKind, node: Node, findings: Findings) -> ReadCovers | None:
    fields = Fields.of(node, findings, "an absence")
    if fields is None:
        return None
    for key in ("date", "slot"):
        fields.hint(key, "an absence is from a date until a date: write `from`, and `until` if it is longer than a day")
    for key in ("to", "till", "end"):
        fields.hint(key, "write `until`")
    who = fields.required(kind.value, person)
    first = fields.required("from", _first)
    last = fields.optional("until", _last, None)
    instead = fields.optional("instead", person, None)
    _close(fields)
    named = tuple(found for found in (who, instead) if found)
    nothing = ReadCovers(covers=(), named=named, slots=())
    if who is not None and instead is not None and who.who == instead.who:
        findings.error(instead.mark, f"'{who.who}' cannot stand in for themselves", "name somebody else")
    if who is None or first is None or (last is None and fields.has("until")):
        return nothing
    if last is None:
        last = first.date() if isinstance(first, datetime) else first
    absence = Absence(
        where=node.mark, kind=kind, who=who.who, first=first, last=last, instead=instead.who if instead else None
    )
    start, end = _clock_span(absence)
    if end <= start:
        hint = "a date of `until` is included; a time of day is not"
        findings.error(fields.mark("until"), "the absence ends before it begins", hint)
        return nothing
    return replace(nothing, covers=(absence,))


def _close(fields: Fields) -> None:
    fields.optional("note", text, None)
    fields.close()


_KINDS = {"swap": swap, "sick": sick, "away": away, "extra": extra}


@either(*_KINDS.values())
def cover(node: Node, findings: Findings) -> ReadCovers | None:
    """One cover: its first field says of which kind."""
    written = [entry.key.text for entry in node.entries] if isinstance(node, Mapping) else []
    kinds = [kind for kind in _KINDS if kind in written]
    if len(kinds) == 1:
        return _KINDS[kinds[0]](node, findings)
    what = f"a cover is one of {', '.join(_KINDS)}"
    if kinds:
        findings.error(node.mark, f"{what}; this is {' and '.join(kinds)}", "write two covers")
        return None
    guess = next((hint for word in written[:5] if (hint := nearest(word, _KINDS))), "")
    findings.error(node.mark, what, guess or "write e.g. {sick: chen-jing, from: 2026-02-14}")
    return None


def _clock_span(absence: Absence) -> tuple[datetime, datetime]:
    """From and until when, by the wall clock; dates count as whole days."""
    first, last = absence.first, absence.last
    start = first if isinstance(first, datetime) else datetime.combine(first, time(0))
    end = last if isinstance(last, datetime) else datetime.combine(last, time(0)) + timedelta(days=1)
    return start, end


# ---- contradictions between the covers of a file


def _check_against_each_other(covers: tuple[Cover, ...], findings: Findings) -> None:
    """Absences of one person may overlap (`precedence.py` says who stands in), but not be for the very same time."""
    handed: dict[tuple[VolunteerId, date, str], Mark] = {}
    extras: dict[tuple[VolunteerId, date, str], Extra] = {}
    absences: dict[tuple[VolunteerId, datetime, datetime], Absence] = {}
    for cover in covers:
        match cover:
            case Swap():
                first = handed.setdefault((cover.who, cover.day, cover.slot), cover.where)
                if first is not cover.where:
                    what = f"'{cover.who}' hands over '{cover.slot}' of {cover.day} already: line {first.line}"
                    findings.error(cover.where, what, "one place can be handed over once: delete one of the two")
            case Extra():
                extra = extras.setdefault((cover.who, cover.day, cover.slot), cover)
                if extra is not cover:
                    what = f"'{cover.who}' is an extra in '{cover.slot}' of {cover.day} already"
                    findings.error(cover.where, f"{what}: line {extra.where.line}", "keep one of the two")
            case Absence():
                absence = absences.setdefault((cover.who, *_clock_span(cover)), cover)
                if absence is not cover:
                    what = f"'{cover.who}' is absent at this very time already: line {absence.where.line}"
                    findings.error(cover.where, what, "keep one of the two")

"""``covers.yaml``: what changed after the roster was made. Swaps, absences and extra people, each with its date."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from hotline_agi.roster.cells import Named, NamedSlot, cell, person, slot
from hotline_agi.roster.dates import day, day_or_instant
from hotline_agi.roster.document import Mapping, Node, Scalar
from hotline_agi.roster.fields import Fields, nearest, sequence_of
from hotline_agi.roster.findings import Findings
from hotline_agi.roster.model import RingGroup
from hotline_agi.roster.plan import Absence, AbsenceKind, Cover, Extra, Swap
from hotline_agi.roster.values import one_of, text
from hotline_agi.terms.ids import VolunteerId
from hotline_agi.terms.problems import Mark

KINDS = ("swap", "sick", "away", "extra")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadCovers:
    covers: tuple[Cover, ...]
    named: tuple[Named, ...]
    slots: tuple[NamedSlot, ...]


@dataclass(slots=True)
class _Reading:
    """What the covers name, gathered on the way, also from those with mistakes."""

    named: list[Named]
    slots: list[NamedSlot]


def read_covers(root: Node, findings: Findings) -> ReadCovers | None:
    """The covers of a ``covers.yaml``; None if it has no list of them."""
    reading = _Reading([], [])
    fields = Fields.of(root, findings, "the file")
    read = sequence_of(lambda node, into: _cover(node, reading, into), "covers")
    found = fields.required("covers", read) if fields else None
    if fields:
        fields.close()
    if found is None and not reading.named:
        return None
    covers = tuple(cover for several in found or () for cover in several)
    _check_against_each_other(covers, findings)
    return ReadCovers(covers=covers, named=tuple(reading.named), slots=tuple(reading.slots))


def _cover(node: Node, reading: _Reading, findings: Findings) -> tuple[Cover, ...] | None:
    fields = Fields.of(node, findings, "a cover")
    if fields is None:
        return None
    kinds = [kind for kind in KINDS if fields.has(kind)]
    if len(kinds) != 1:
        written = [entry.key.text for entry in node.entries] if isinstance(node, Mapping) else []
        guess = next((hint for word in written[:5] if (hint := nearest(word, KINDS))), "")
        hint = "write two covers" if kinds else guess or "begin it so: {sick: chen-jing, from: 2026-02-14}"
        what = f"a cover is one of {', '.join(KINDS)}"
        findings.error(node.mark, f"{what}; here are {' and '.join(kinds)}" if kinds else what, hint)
        return None
    match kinds[0]:
        case "swap":
            covers = _swap(fields, node.mark, reading, findings)
        case "extra":
            covers = _extra(fields, node.mark, reading, findings)
        case kind:
            covers = _absence(AbsenceKind(kind), fields, node.mark, reading, findings)
    fields.optional("note", text, None)
    fields.close()
    return covers


def _swap(fields: Fields, where: Mark, reading: _Reading, findings: Findings) -> tuple[Cover, ...] | None:
    pair = fields.required("swap", cell)
    place = _place(fields, reading)
    back = fields.optional("back", lambda node, into: _back(node, reading, into), None)
    reading.named.extend(pair or ())
    if pair is not None and len(pair) != 2:
        hint = "write swap: [chen-jing, li-na]: li-na stands where chen-jing stood"
        findings.error(fields.mark("swap"), f"a swap is between two people, not {len(pair)}", hint)
        return None
    if back is not None and place is not None and back == place:
        what = "the place is given back in the same slot of the same day, so nothing changes"
        findings.error(fields.mark("back"), what, "name the other day or slot, or delete `back`")
        return None
    if pair is None or place is None or (back is None and fields.has("back")):
        return None
    (one, other), (day_, slot_) = pair, place
    swaps = [Swap(where=where, who=one.who, to=other.who, day=day_, slot=slot_)]
    if back is not None:
        swaps.append(Swap(where=where, who=other.who, to=one.who, day=back[0], slot=back[1]))
    return tuple(swaps)


def _back(node: Node, reading: _Reading, findings: Findings) -> tuple[date, str] | None:
    fields = Fields.of(node, findings, "the way back")
    if fields is None:
        return None
    place = _place(fields, reading)
    fields.close()
    return place


def _place(fields: Fields, reading: _Reading) -> tuple[date, str] | None:
    """The slot of a day that `fields` name with `date` and `slot`."""
    found_day, found_slot = fields.required("date", day), fields.required("slot", slot)
    if found_slot is not None:
        reading.slots.append(found_slot)
    for key in ("from", "until"):
        fields.hint(key, "a swap and an extra are for one slot: write `date` and `slot`")
    return None if found_day is None or found_slot is None else (found_day, found_slot.slot)


def _extra(fields: Fields, where: Mark, reading: _Reading, findings: Findings) -> tuple[Cover, ...] | None:
    people = fields.required("extra", people_or_one)
    place = _place(fields, reading)
    group = fields.optional("as", one_of(RingGroup, "place"), RingGroup.ON_SHIFT)
    reading.named.extend(people or ())
    if people == ():
        findings.error(fields.mark("extra"), "an extra without people", "write extra: [chen-jing]")
    if people is None or place is None:
        return None
    as_backup = group is RingGroup.BACKUP
    return tuple(
        Extra(where=where, who=found.who, day=place[0], slot=place[1], as_backup=as_backup) for found in people
    )


def people_or_one(node: Node, findings: Findings) -> tuple[Named, ...] | None:
    """A list of people, or a single one."""
    if not isinstance(node, Scalar):
        return cell(node, findings)
    found = person(node, findings)
    return None if found is None else (found,)


def _absence(
    kind: AbsenceKind, fields: Fields, where: Mark, reading: _Reading, findings: Findings
) -> tuple[Cover, ...] | None:
    for key in ("date", "slot"):
        fields.hint(key, "an absence is from a date until a date: write `from`, and `until` if it is longer than a day")
    for key in ("to", "till", "end"):
        fields.hint(key, "write `until`")
    who = fields.required(kind.value, person)
    first = fields.required("from", day_or_instant(is_end=False))
    last = fields.optional("until", day_or_instant(is_end=True), None)
    instead = fields.optional("instead", person, None)
    reading.named.extend(found for found in (who, instead) if found)
    if who is not None and instead is not None and who.who == instead.who:
        findings.error(instead.mark, f"'{who.who}' cannot stand in for themselves", "name somebody else")
        return None
    if who is None or first is None or (last is None and fields.has("until")):
        return None
    if last is None:
        last = first.date() if isinstance(first, datetime) else first
    absence = Absence(
        where=where, kind=kind, who=who.who, first=first, last=last, instead=instead.who if instead else None
    )
    start, end = _clock_span(absence)
    if end <= start:
        hint = "a date of `until` is included; a time of day is not"
        findings.error(fields.mark("until"), "the absence ends before it begins", hint)
        return None
    return (absence,)


def _clock_span(absence: Absence) -> tuple[datetime, datetime]:
    """From and until when, by the wall clock; dates count as whole days."""
    first, last = absence.first, absence.last
    start = first if isinstance(first, datetime) else datetime.combine(first, time(0))
    end = last if isinstance(last, datetime) else datetime.combine(last, time(0)) + timedelta(days=1)
    return start, end


# ---- contradictions between the covers of a file


def _check_against_each_other(covers: tuple[Cover, ...], findings: Findings) -> None:
    handed: dict[tuple[VolunteerId, date, str], Mark] = {}
    extras: dict[tuple[VolunteerId, date, str], Extra] = {}
    absences: dict[VolunteerId, list[Absence]] = {}
    for cover in covers:
        match cover:
            case Swap():
                first = handed.setdefault((cover.who, cover.day, cover.slot), cover.where)
                if first is not cover.where:
                    what = f"'{cover.who}' hands over '{cover.slot}' of {cover.day} already: line {first.line}"
                    findings.error(cover.where, what, "one place can be handed over once: delete one of the two")
            case Extra():
                known = extras.setdefault((cover.who, cover.day, cover.slot), cover)
                if known is not cover:
                    what = f"'{cover.who}' is an extra in '{cover.slot}' of {cover.day} already: line"
                    findings.error(cover.where, f"{what} {known.where.line}", "keep one of the two")
            case Absence():
                absences.setdefault(cover.who, []).append(cover)
    for found in absences.values():
        _check_absences(found, findings)


def _check_absences(absences: list[Absence], findings: Findings) -> None:
    """Absences of one person may overlap if they agree on who stands in."""
    absences = sorted(absences, key=_clock_span)
    longest = absences[0]  # of those that have begun, the one that lasts longest
    for absence in absences[1:]:
        start, end = _clock_span(absence)
        reach = _clock_span(longest)[1]
        if start < reach and absence.instead != longest.instead:
            early, late = sorted((longest, absence), key=lambda one: (one.where.line, one.where.column))
            what = f"'{late.who}' is absent at this time already, with another stand-in: line {early.where.line}"
            findings.error(late.where, what, "join the two, or let one begin when the other is over")
        elif end > reach:
            longest = absence

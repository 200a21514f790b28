"""What precedence gives for a month → a table for a spreadsheet, which `reading.py` reads back.

Law: exported and imported, a month has the same people in the same slots (a grid does not keep their order). Covers are
applied, and told in a note. Who stands in for a part of a shift stands in the note alone: the cells are whole shifts.
"""

from calendar import monthrange
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from hotline_agi.planning.sheets.cells import Value, guarded, key_of
from hotline_agi.planning.sheets.days import Month
from hotline_agi.planning.sheets.names import Marks, People, Slots
from hotline_agi.planning.sheets.words import NOBODYS_ROW, is_below_table, slot_words
from hotline_agi.roster.model import Line, Volunteer
from hotline_agi.roster.plan import Shift
from hotline_agi.roster.precedence import Basis, Loss, Occurrence, Place, occurrence, special_day
from hotline_agi.terms.ids import VolunteerId
from hotline_agi.terms.languages import Language


class Look(StrEnum):
    PLAIN = "plain"
    TITLE = "title"
    HEADING = "heading"
    REST_DAY = "rest day"
    """Weekends and special days."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutCell:
    value: Value
    look: Look = Look.PLAIN


@dataclass(frozen=True, slots=True, kw_only=True)
class OutTable:
    name: str
    """Of the sheet."""
    rows: tuple[tuple[OutCell, ...], ...]
    frozen_rows: int
    frozen_columns: int
    free_rows: frozenset[int]
    """Whose texts may run over the cells beside them: titles and notes. They make no column wide."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Words:
    headings: tuple[str, ...]
    """Date, weekday, slot, from, until, people, backup, note."""
    weekdays: tuple[str, ...]
    between: str
    title: str
    name: str
    ident: str
    total: str
    nobody: str
    backup_mark: str
    legend: str
    """Of slots; with the backup mark's meaning."""
    backup: str
    note: str
    why: Mapping[Basis, str]
    """`{who}`, `{other}`."""
    lost: Mapping[Basis, str]


_WORDS = {
    Language.ZH: _Words(
        headings=("日期", "星期", "班次", "开始", "结束", "值班人员", "后备", "备注"),
        weekdays=("一", "二", "三", "四", "五", "六", "日"),
        between="、",
        title="{year}年{month}月值班表 · {line}",
        name="姓名",
        ident="编号",
        total="合计",
        nobody="无人",
        backup_mark="(备)",
        legend="班次：",
        backup="后备",
        note="注：",
        why={
            Basis.SWAP: "{who}换{other}的班",
            Basis.STAND_IN: "{who}顶替{other}",
            Basis.EXTRA: "{who}加班",
        },
        lost={Basis.SICK: "{who}病假", Basis.AWAY: "{who}请假", Basis.SWAP: "{who}换出"},
    ),
    Language.EN: _Words(
        headings=("Date", "Weekday", "Slot", "From", "Until", "Volunteers", "Backup", "Note"),
        weekdays=("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
        between=", ",
        title="Roster {year}-{month:02} · {line}",
        name="Name",
        ident="Id",
        total="Total",
        nobody="nobody",
        backup_mark="*",
        legend="Slots: ",
        backup="backup",
        note="Note: ",
        why={
            Basis.SWAP: "{who} swapped with {other}",
            Basis.STAND_IN: "{who} stands in for {other}",
            Basis.EXTRA: "{who} is there beside the usual",
        },
        lost={Basis.SICK: "{who} is sick", Basis.AWAY: "{who} is away", Basis.SWAP: "{who} swapped out"},
    ),
}


def exported(
    line: Line, volunteers: Mapping[VolunteerId, Volunteer], month: Month, language: Language, *, as_grid: bool
) -> OutTable:
    """The table of a month, with headings in `language`."""
    first = date(*month, 1)
    days = [first + timedelta(days=n) for n in range(monthrange(*month)[1])]
    slots = [one for day in days for shift in line.shifts if (one := occurrence(line, shift, day))]
    names = _Names(line, volunteers, language)
    rows = _grid(line, days, slots, names, month) if as_grid else _list(line, slots, names)
    width = max(len(row) for row in rows)
    free = frozenset(n for n, row in enumerate(rows) if as_grid and (n == 0 or (n > 2 and len(row) == 1)))
    return OutTable(
        name=f"{month[0]}-{month[1]:02}",
        rows=tuple((*row, *(OutCell(value=None),) * (width - len(row))) for row in rows),
        frozen_rows=3 if as_grid else 1,
        frozen_columns=2 if as_grid else 1,
        free_rows=free,
    )


class _Names:
    """How people and slots are called, so that the reader finds them again."""

    def __init__(self, line: Line, volunteers: Mapping[VolunteerId, Volunteer], language: Language) -> None:
        self.words = _WORDS[language]
        self._people = People(volunteers.values(), Marks())
        self._slots = Slots(line.shifts, {}, Marks())
        self._language = language
        self.line_name = line.name.get(language, line.id)

    def person(self, who: VolunteerId) -> str:
        """The display name, or the id if the name could be misread."""
        name = guarded(self._people.names.get(who, who))
        said, telephones = self._people.read(self.words.between.join((name, name)))
        clear = [(one.candidates, one.as_backup) for one in said] == [((who,), False)] * 2 and not telephones
        return name if clear and key_of(name) not in NOBODYS_ROW and not is_below_table(name) else who

    def slot(self, shift: Shift) -> str:
        """What the slot is called in a list."""
        words = slot_words(shift.slot) if self._language is Language.ZH else ()
        return next((word for word in words if self._slots.find(word) == (shift.slot,)), shift.slot)

    def code(self, shift: Shift) -> str:
        """What it is called in the narrow cells of a grid."""
        slot = shift.slot
        letters = (slot[:n].upper() for n in range(1, len(slot)))
        tried: Iterable[str] = letters if self._language is Language.EN else (self.slot(shift),)
        return next((code for code in tried if self._is_code(code, slot)), slot)

    def _is_code(self, code: str, slot: str) -> bool:
        said = self._slots.read(code)
        return [(one.candidates, one.as_backup) for one in said] == [((slot,), False)]


def _look(line: Line, day: date) -> Look:
    return Look.REST_DAY if day.weekday() >= 5 or special_day(line, day) else Look.PLAIN


def _is_whole(one: Occurrence, place: Place) -> bool:
    """Whether somebody stands in the cell: a stand-in for part of the shift stands in the note alone."""
    part = place.basis is Basis.STAND_IN and (place.start, place.end) != (one.start, one.end)
    return not part


def _cell(one: Occurrence, *, as_backup: bool) -> list[VolunteerId]:
    there = (place.who for place in one.places if place.as_backup is as_backup and _is_whole(one, place))
    return list(dict.fromkeys(there))


# ---- one row per shift


def _list(line: Line, slots: Sequence[Occurrence], names: _Names) -> list[list[OutCell]]:
    words = names.words
    rows = [[OutCell(value=heading, look=Look.HEADING) for heading in words.headings]]
    for one in slots:
        values: list[Value] = [
            one.day,
            words.weekdays[one.day.weekday()],
            names.slot(one.shift),
            f"{one.shift.start:%H:%M}",
            f"{one.shift.until:%H:%M}",
            *(words.between.join(map(names.person, _cell(one, as_backup=b))) for b in (False, True)),
            guarded("; ".join([*_special(line, one.day), *_told(line, one, names)])).replace("=", "＝"),
        ]
        rows.append([OutCell(value=value, look=_look(line, one.day)) for value in values])
    return rows


# ---- people and days


def _grid(
    line: Line, days: Sequence[date], slots: Sequence[Occurrence], names: _Names, month: Month
) -> list[list[OutCell]]:
    words = names.words
    said: dict[tuple[VolunteerId | None, date], list[str]] = {}
    for one in slots:
        code = names.code(one.shift)
        there: list[VolunteerId | None] = [*_cell(one, as_backup=False)]
        for who in there or [None]:
            said.setdefault((who, one.day), []).append(code)
        for backup in _cell(one, as_backup=True):
            said.setdefault((backup, one.day), []).append(f"{code}{words.backup_mark}")
    title = words.title.format(year=month[0], month=month[1], line=names.line_name)
    rows = [[OutCell(value=guarded(title), look=Look.TITLE)]]
    rows.append(_headings([words.ident, words.name], [day.day for day in days], [words.total]))
    rows.append(_headings(["", ""], [words.weekdays[day.weekday()] for day in days], [""]))

    def row(who: VolunteerId | None, heads: Sequence[str]) -> list[OutCell]:
        cells = ["/".join(said.get((who, day), ())) for day in days]
        total = sum(len(said.get((who, day), ())) for day in days)
        shaded = (OutCell(value=cell, look=_look(line, day)) for cell, day in zip(cells, days, strict=True))
        return [*(OutCell(value=head) for head in heads), *shaded, OutCell(value=total)]

    people = sorted({who for who, _ in said if who is not None})
    rows += [row(who, [who, names.person(who)]) for who in people]
    if any(who is None for who, _ in said):
        rows.append(row(None, ["", words.nobody]))
    legend = [f"{names.code(s)}={s.slot} {s.start:%H:%M}-{s.until:%H:%M}" for s in line.shifts]
    legend.append(f"{words.backup_mark}={words.backup}")
    rows.append([OutCell(value=guarded(words.legend + "; ".join(legend)))])
    rows += [_note(f"{words.note}{day}: {name}") for day in days for name in _special(line, day)]
    for one in slots:
        if told := list(_told(line, one, names)):
            rows.append(_note(f"{words.note}{one.day} {names.slot(one.shift)}: {'; '.join(told)}"))
    return rows


def _note(text: str) -> list[OutCell]:
    return [OutCell(value=guarded(text).replace("=", "＝"))]  # no legend


def _headings(before: Sequence[Value], days: Sequence[Value], behind: Sequence[Value]) -> list[OutCell]:
    return [OutCell(value=value, look=Look.HEADING) for value in (*before, *days, *behind)]


# ---- notes


def _told(line: Line, one: Occurrence, names: _Names) -> Iterator[str]:
    """What covers did, in words."""

    def told(form: str | None, found: Place | Loss) -> Iterator[str]:
        if form is not None:
            other = names.person(found.other) if found.other else ""
            yield form.format(who=names.person(found.who), other=other) + _when(line, one, found)

    for place in one.places:
        yield from told(names.words.why.get(place.basis), place)
    for loss in one.losses:
        if loss.other is None:
            yield from told(names.words.lost.get(loss.basis), loss)


def _special(line: Line, day: date) -> list[str]:
    special = special_day(line, day)
    return [special.name] if special else []


def _when(line: Line, one: Occurrence, found: Place | Loss) -> str:
    """The hours, if it is a part of the shift."""
    if (found.start, found.end) == (one.start, one.end):
        return ""
    start, end = (at.astimezone(line.zone) for at in (found.start, found.end))
    return f" {start:%H:%M}–{end:%H:%M}"

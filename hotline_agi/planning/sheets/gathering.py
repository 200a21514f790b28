"""What is gathered while a sheet is read: who is in which slot on which day, and everything that is not understood.

One mistake is noted once, with all the cells in which it stands: a code that nobody knows fills half a sheet.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from hotline_agi.planning.sheets.cells import Sheet, column_name, shown
from hotline_agi.planning.sheets.names import People, Said, Slots
from hotline_agi.roster.findings import Findings
from hotline_agi.roster.values import MAX_ID, MAX_TEXT
from hotline_agi.terms.ids import VolunteerId, is_id

_GUESSES = 50
"""So many unknown names are compared with all known ones: with 10,000 people each takes 20 ms."""
_CELLS_NAMED = 6
_FAULT = re.compile(r"#(REF!|N/A|NAME\?|VALUE!|DIV/0!|NUM!|NULL!|SPILL!|CALC!)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Newcomer:
    """Somebody whom the roster does not know yet."""

    id: VolunteerId
    name: str
    ref: str
    """The first cell that names them."""


class Gathering:
    """Filled by the readers of tables (`lists.py`, `grids.py`)."""

    def __init__(self, sheet: Sheet, people: People, slots: Slots, findings: Findings, *, add_people: bool) -> None:
        self.sheet, self.people, self.slots, self.findings = sheet, people, slots, findings
        self.newcomers: list[Newcomer] = []
        self.places: dict[tuple[date, str, bool], dict[VolunteerId, None]] = {}
        """By day, slot and whether as backup; in the order of the sheet."""
        self.spoken_of: set[str] = set()
        """The slots of which a grid speaks: where it names nobody for them, nobody is meant."""
        self.speaks_of_backup = False
        self.left_out: dict[str, list[str]] = {}
        """Cells, rows or columns that were passed over, by reason."""
        self._add_people = add_people
        self._uncomputed = frozenset(sheet.uncomputed)
        self._mistakes: dict[tuple[str, str], list[tuple[int, int]]] = {}
        self._strangers: dict[str, list[tuple[int, int]]] = {}
        self._telephones: set[int] = set()

    # ---- cells

    def text(self, row: int, column: int) -> str:
        """A cell's text. Formulas without a result are noted, and have none."""
        text = self.sheet.text(row, column)
        if (row, column) in self._uncomputed:
            hint = "open the file in a spreadsheet program, save it, and import that"
            self.mistake("a formula whose result the file does not hold", hint, row, column)
            return ""
        if _FAULT.fullmatch(text):
            self.mistake(f"the formula's result is {text}", "mend the formula, or write the text", row, column)
            return ""
        return text

    def mistake(self, what: str, hint: str, row: int, column: int) -> None:
        self._mistakes.setdefault((what, hint), []).append((row, column))

    def pass_over(self, reason: str, what: str) -> None:
        self.left_out.setdefault(reason, []).append(what)

    def telephone(self, column: int) -> None:
        """Note a column with telephone numbers, once and without them."""
        if column not in self._telephones:
            self._telephones.add(column)
            reason = "looks like telephone numbers: left out; they belong into contacts.yaml"
            self.left_out[f"column {column_name(column)} {reason}"] = []

    # ---- people

    def names_in(self, row: int, column: int) -> list[tuple[VolunteerId, bool]]:
        """Everybody whom a cell names and whom the roster knows, and whether as backup."""
        said, telephones = self.people.read(self.text(row, column))
        if telephones:
            self.telephone(column)
        found = ((self._who(one, row, column), one.as_backup) for one in said)
        return [(who, as_backup) for who, as_backup in found if who is not None]

    def person(self, row: int, column: int, id_text: str) -> VolunteerId | None:
        """The one person whom a cell names: the label of a row or column.

        :param id_text: what the id's column says; empty if there is none. It tells two of one name apart.
        """
        names = self.people.read(self.text(row, column))[0]
        if len(names) != 1:
            self.mistake("one name must stand here", "one row for each person", row, column)
            return None
        said, id_text = names[0], id_text.strip().casefold()
        known = self.people.names.get(VolunteerId(id_text))
        if known is not None:
            if id_text not in said.candidates:
                what = f"{shown(said.text)} is not the name of '{id_text}', who is {known}"
                self.mistake(what, "correct the name or the id", row, column)
                return None
            return VolunteerId(id_text)
        if is_id(id_text) and said.candidates:
            what = f"{shown(said.text)} has another id in the roster: {', '.join(said.candidates)}"
            self.mistake(what, f"not {shown(id_text)}; correct one of them", row, column)
            return None
        return self._who(said, row, column, id_text if is_id(id_text) and len(id_text) <= MAX_ID else "")

    def _who(self, said: Said, row: int, column: int, new_id: str = "") -> VolunteerId | None:
        if len(said.candidates) == 1:
            return VolunteerId(said.candidates[0])
        name = said.text
        if said.candidates:
            what = f"{shown(name)} is the name of several people: {', '.join(said.candidates)}"
            self.mistake(what, "write the id instead", row, column)
        elif self._add_people and 0 < len(name) <= MAX_TEXT and shown(name) != "this text":
            return self._newcomer(name, new_id, row, column)
        else:
            self._strangers.setdefault(name, []).append((row, column))
        return None

    def _newcomer(self, name: str, new_id: str, row: int, column: int) -> VolunteerId:
        near = self.people.nearest(name)
        who = VolunteerId(new_id or self._free_id())
        ref = self.sheet.ref(row, column)
        if near:
            what = f"{ref}: {shown(name)} is taken for a new person"
            self.findings.warning(self.sheet.mark(row, column), what, near)
        self.people.add(who, " ".join(name.split()))
        self.newcomers.append(Newcomer(id=who, name=self.people.names[who], ref=ref))
        return who

    def _free_id(self) -> str:
        """``p001`` and so on: how a name is spoken is not known, so no id is made of it."""
        number = len(self.newcomers) + 1
        while VolunteerId(f"p{number:03}") in self.people.names:
            number += 1
        return f"p{number:03}"

    # ---- slots

    def slots_in(self, row: int, column: int) -> list[tuple[str, bool]]:
        """The slots that a cell names, and whether as backup."""
        found = []
        for said in self.slots.read(self.text(row, column)):
            slot = self.slot_of(said.candidates, said.text, row, column)
            if slot is not None:
                found.append((slot, said.as_backup))
        return found

    def slot_of(self, candidates: tuple[str, ...], text: str, row: int, column: int) -> str | None:
        """The slot, if there is just one candidate."""
        if len(candidates) == 1:
            return candidates[0]
        if candidates:
            what, slots = f"{shown(text)} may be each of the slots {', '.join(candidates)}", candidates[0]
        else:
            what, slots = (
                f"{shown(text)} is no slot and no code for one",
                f"<slot>, or =off for nobody; the slots are {self.slots.hours}",
            )
        code = text if shown(text) != "this text" and len(text) <= 12 else "<code>"
        self.mistake(what, f"say what it means with --code {code}={slots}", row, column)
        return None

    # ---- the outcome

    def put(self, day: date, slot: str, who: Iterable[VolunteerId], *, as_backup: bool) -> None:
        """Add people to a slot; none says that it takes place with nobody, unless others are added."""
        self.places.setdefault((day, slot, as_backup), {}).update(dict.fromkeys(who))
        self.speaks_of_backup |= as_backup

    def note_mistakes(self) -> None:
        """Put what was not understood among the findings."""
        for (what, hint), cells in self._mistakes.items():
            self._note(what, hint, cells)
        for n, (name, cells) in enumerate(self._strangers.items()):
            near = self.people.nearest(name) if n < _GUESSES else ""
            hint = near or "add the person to people.yaml, or import with --add-people"
            self._note(f"there is no person {shown(name)}", hint, cells)

    def _note(self, what: str, hint: str, cells: list[tuple[int, int]]) -> None:
        first = self.sheet.ref(*cells[0])
        others = [f"{column_name(column)}{row + 1}" for row, column in cells[1:]]
        more = f" (and {len(others)} more: {', '.join(others[:_CELLS_NAMED])}" if others else ""
        more += ", …)" if len(others) > _CELLS_NAMED else ")" if others else ""
        self.findings.error(self.sheet.mark(*cells[0]), f"{first}: {what}{more}", hint)

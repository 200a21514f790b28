"""Texts in cells → people and slots of the roster."""

import difflib
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import time
from functools import cached_property

from hotline_agi.planning.sheets.cells import key_of, without_telephones
from hotline_agi.planning.sheets.days import hours_in
from hotline_agi.planning.sheets.words import BACKUP_MARKS, FREE, NOBODY, OFF, slot_words
from hotline_agi.roster.model import Volunteer
from hotline_agi.roster.plan import Shift
from hotline_agi.terms.ids import VolunteerId

_BETWEEN_NAMES = re.compile(r"[、,，;；/／|+&\n]")
_BETWEEN_SLOTS = re.compile(r"[、,，;；/／|+&\n]")
_WITH_HOURS = re.compile(r"([^0-9()]{1,40})[(]?([0-9][^()]{2,40})[)]?\s*")
"""A slot and its hours behind it: ``夜班（22:00-02:00）``, also on a line of their own."""
_NEAR_ENOUGH = 0.5
"""Of `difflib`: two of the two or three signs of a Chinese name, one of two."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One name or slot in a cell, and what it may be: exactly one thing if all is well."""

    text: str
    as_backup: bool
    candidates: tuple[str, ...]


class Marks:
    """What stands behind a name or a slot and says that backup is meant."""

    def __init__(self, more: Iterable[str] = ()) -> None:
        found = {unicodedata.normalize("NFKC", mark).casefold().strip() for mark in (*BACKUP_MARKS, *more)}
        self.marks = tuple(sorted((mark for mark in found if mark), key=len, reverse=True))

    def split(self, text: str) -> tuple[str, bool]:
        """The text without a mark at its end, and whether there was one."""
        wide = unicodedata.normalize("NFKC", text).strip()
        for mark in self.marks:
            if wide.casefold().endswith(mark) and len(wide) > len(mark):
                return wide[: -len(mark)].strip(), True
        return wide, False


class People:
    """Finds people by id and by display name."""

    def __init__(self, volunteers: Iterable[Volunteer], marks: Marks) -> None:
        self._marks = marks
        self._by_key: dict[str, list[VolunteerId]] = {}
        self._read: dict[str, tuple[list[Said], bool]] = {}
        self.names: dict[VolunteerId, str] = {}
        for person in volunteers:
            self.add(person.id, person.name)

    def add(self, who: VolunteerId, name: str) -> None:
        self._read.clear()
        self.names[who] = name
        for key in dict.fromkeys((key_of(who), key_of(name))):
            self._by_key.setdefault(key, []).append(who)

    def find(self, text: str) -> tuple[VolunteerId, ...]:
        """Who is called so; more than one if it is ambiguous."""
        return tuple(self._by_key.get(key_of(text), ()))

    def nearest(self, text: str) -> str:
        """A hint that names whoever is called nearly so, or nothing."""
        found = difflib.get_close_matches(key_of(text)[:64], list(self._by_key), n=1, cutoff=_NEAR_ENOUGH)
        if not found:
            return ""
        who = self._by_key[found[0]][0]
        return f"did you mean {self.names[who]} ({who})?"

    def read(self, text: str) -> tuple[list[Said], bool]:
        """Everybody whom a cell names, and whether telephone numbers stood there too (they are left out)."""
        if text not in self._read:
            rest, telephones = without_telephones(text)
            said: list[Said] = []
            for part in _BETWEEN_NAMES.split(rest):
                if part.strip() and (key_of(part) not in NOBODY or self.find(part)):
                    said.extend(self._read_part(part.strip()))
            self._read[text] = said, telephones
        return self._read[text]

    def _read_part(self, part: str) -> list[Said]:
        """Names between which only blanks stand; blanks stand within names too (``李  娜``, ``Ann Lee``)."""
        whole = self._said(part)
        words = part.split()
        if whole.candidates or len(words) == 1:
            return [whole]
        said: list[Said] = []
        strange: list[str] = []
        begin = 0
        while begin < len(words):
            for end in range(min(len(words), begin + 6), begin, -1):
                found = self._said(" ".join(words[begin:end]))
                if found.candidates:
                    said.extend(self._said(name) for name in _joined(strange))
                    said.append(found)
                    strange, begin = [], end
                    break
            else:
                strange.append(words[begin])
                begin += 1
        return said + [self._said(name) for name in _joined(strange)]

    def _said(self, text: str) -> Said:
        name, as_backup = self._marks.split(text)
        return Said(text=name, as_backup=as_backup, candidates=self.find(name))


def _joined(words: Sequence[str]) -> list[str]:
    """Unknown words → names: single Chinese signs and words of other scripts belong together."""
    names: list[list[str]] = []
    is_open = False  # whether the next word may belong to the last name
    for word in words:
        is_whole = len(word) > 1 and "\u2e80" <= word[0] <= "\u9fff"
        if is_open and not is_whole:
            names[-1].append(word)
        else:
            names.append([word])
        is_open = not is_whole
    return [" ".join(name) for name in names]


class Slots:
    """Finds slots by id, by the codes that were given, by their usual words, hours, and unique first letters."""

    def __init__(self, shifts: Iterable[Shift], codes: Mapping[str, str], marks: Marks) -> None:
        """:param codes: slot by code, as in ``--code 夜=night``, or `OFF`."""
        self.shifts = tuple(shifts)
        self._marks = marks
        slot_ids = {shift.slot for shift in self.shifts}
        self._codes = {_slot_key(code): slot for code, slot in codes.items() if slot in slot_ids}
        self._free = FREE | {key_of(code) for code, slot in codes.items() if slot == OFF and OFF not in slot_ids}
        self._words: dict[str, list[str]] = {}
        self._exact: dict[str, tuple[str, ...]] = {}
        self._read: dict[str, list[Said]] = {}
        self._hours: dict[tuple[time, time], list[str]] = {}
        for shift in self.shifts:
            for word in slot_words(shift.slot):
                self._words.setdefault(_slot_key(word), []).append(shift.slot)
            self._hours.setdefault((shift.start, shift.until), []).append(shift.slot)

    @cached_property
    def hours(self) -> str:
        """All slots and their hours, for messages."""
        return ", ".join(f"{one.slot} {one.start:%H:%M}-{one.until:%H:%M}" for one in self.shifts)

    def learn(self, code: str, slot: str) -> None:
        """A code that the sheet's legend tells; those that were given by hand go before it."""
        self._codes.setdefault(_slot_key(code), slot)
        self._exact.clear()
        self._read.clear()

    def find(self, text: str) -> tuple[str, ...]:
        """The slots that may be meant; one if all is well."""
        exact = self.find_exactly(text)
        key = _slot_key(text)
        if exact or not key or not key.isascii():
            return exact
        return tuple(shift.slot for shift in self.shifts if _slot_key(shift.slot).startswith(key))

    def find_exactly(self, text: str) -> tuple[str, ...]:
        """As `find`, without the first letters."""
        if text not in self._exact:
            self._exact[text] = self._found_exactly(text)
        return self._exact[text]

    def _found_exactly(self, text: str) -> tuple[str, ...]:
        if by_id := tuple(shift.slot for shift in self.shifts if shift.slot == text.strip().casefold()):
            return by_id
        key = _slot_key(text)
        if key in self._codes:
            return (self._codes[key],)
        if same := tuple(shift.slot for shift in self.shifts if _slot_key(shift.slot) == key):
            return same
        if key in self._words:
            return tuple(self._words[key])
        if hours := hours_in(text):
            return self.find_hours(*hours)
        if (both := _WITH_HOURS.fullmatch(unicodedata.normalize("NFKC", text))) and (hours := hours_in(both[2])):
            return tuple(slot for slot in self.find_exactly(both[1]) if slot in self.find_hours(*hours))
        return ()

    def find_hours(self, start: time, until: time) -> tuple[str, ...]:
        return tuple(self._hours.get((start, until), ()))

    def read(self, text: str) -> list[Said]:
        """All slots that a cell of a person names."""
        if text not in self._read:
            self._read[text] = self._all_in(text)
        return self._read[text]

    def _all_in(self, text: str) -> list[Said]:
        whole = self._said(text)
        if whole.candidates and (key_of(text) not in self._free or self.find_exactly(text)):
            return [whole]
        if key_of(text) in self._free:
            return []
        parts = [part.strip() for part in _BETWEEN_SLOTS.split(text)]
        said = [self._said(part) for part in parts if part and key_of(part) not in self._free]
        if all(one.candidates for one in said):
            return said
        words = [self._said(word) for part in parts for word in part.split() if key_of(word) not in self._free]
        return words if all(one.candidates for one in words) else said

    def _said(self, text: str) -> Said:
        code, as_backup = self._marks.split(text)
        return Said(text=code, as_backup=as_backup, candidates=self.find(code))


def _slot_key(text: str) -> str:
    key = re.sub(r"[_-]", "", key_of(text)) or key_of(text)
    if len(key) > 1 and key.endswith("班"):
        key = key[:-1]
    return key.removesuffix("shift") or key

"""7 and 8 in the menu of the service number: the result of one's last talk, and notes from shift to shift. Pure.

```text
   7 ─► RESULT ── key of a result ─► noted ─┐
   8 ─► NOTES ─ 1 ─► HEAR: 1 again, else the next one, at last ─► the menu
             └─ 2 ─► a note of one's own is recorded ───────────► the menu
```
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum, auto

from hotline_agi.roster.model import Line
from hotline_agi.selfservice import handover
from hotline_agi.selfservice.after_talk import label
from hotline_agi.selfservice.handover import Book, LastTalk, Note
from hotline_agi.selfservice.speech import Words
from hotline_agi.terms.ids import LineId, VolunteerId


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """Say this, and read a key."""

    words: Words


@dataclass(frozen=True, slots=True, kw_only=True)
class ToMenu:
    """Say this, and the menu again."""

    words: Words = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Play:
    """Play a note between words, and read a key."""

    note: Note
    words: Words
    then: Words


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """Record a note for a line, then say the menu."""

    line: LineId


Turn = Ask | ToMenu | Play | Record


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """Who asks, and what they may know."""

    book: Book
    who: VolunteerId
    lines: Sequence[Line]
    """That they serve."""
    dialled: Line
    at: datetime
    language: str
    names: frozenset[VolunteerId]
    """That can be said."""

    def line(self, line: LineId) -> Line | None:
        return next((one for one in (*self.lines, self.dialled) if one.id == line), None)

    def notes(self) -> tuple[Note, ...]:
        lines = handover.with_notes(self.lines)
        return tuple(self.book.notes(lines, self.who, self.at)) if lines else ()


class _Place(Enum):
    NOWHERE = auto()
    RESULT = auto()
    NOTES = auto()
    HEAR = auto()


@dataclass(slots=True, eq=False)
class HandoverDialog:
    """What was asked last. `result` or `notes` begins it, then answer what was `pressed`."""

    _place: _Place = _Place.NOWHERE
    _talk: LastTalk | None = None
    _notes: tuple[Note, ...] = field(default=(), repr=False)
    """Those that are being heard; the first of them is the one that was played last."""

    @property
    def goes_on_in_silence(self) -> bool:
        """Whether no key is an answer, too."""
        return self._place is _Place.HEAR

    def hears(self, note: str) -> bool:
        """Whether this note is the one that was played last."""
        return self._place is _Place.HEAR and bool(self._notes) and self._notes[0].name == note

    def result(self, scene: Scene) -> Turn:
        """7: which talk was the last one?"""
        self._talk = talk = scene.book.last_talk(scene.who)
        line = scene.line(talk.line) if talk is not None else None
        if talk is None or line is None or not line.results.list or _is_long_ago(talk, line, scene.at):
            return ToMenu(words=("no-talk-yet",))
        self._place = _Place.RESULT
        return Ask(words=handover.of_talk(talk, line, scene.book.labels, scene.at, scene.language))

    def notes(self, scene: Scene) -> Turn:
        """8: which notes are there?"""
        self._place = _Place.NOTES
        return Ask(words=handover.notes_menu(scene.notes(), scene.language))

    def pressed(self, keys: str, scene: Scene) -> Turn:
        match self._place:
            case _Place.RESULT:
                return self._say_result(keys, scene)
            case _Place.NOTES:
                return self._choose(keys, scene)
            case _Place.HEAR:
                return self._go_on(keys, scene)
            case _:
                return ToMenu()

    def _say_result(self, keys: str, scene: Scene) -> Turn:
        line = scene.line(self._talk.line) if self._talk is not None else None
        result = line.results.of_key(keys) if line is not None else None
        if self._talk is None or line is None or result is None:
            return ToMenu()
        scene.book.say_result(self._talk, result, scene.who)
        return ToMenu(words=("result-noted", label(line.id, result)))

    def _choose(self, keys: str, scene: Scene) -> Turn:
        notes = scene.notes()
        if keys == "1" and notes:
            self._notes = tuple(note for note in notes if note.is_new) or notes
            return self._play(scene)
        lines = handover.with_notes(scene.lines)
        if keys == "2" and lines:
            self._place = _Place.NOWHERE
            return Record(line=scene.dialled.id if scene.dialled in lines else lines[0].id)
        return ToMenu()

    def _go_on(self, keys: str, scene: Scene) -> Turn:
        """1 plays it again; any other key, or none, the next."""
        if keys != "1":
            self._notes = self._notes[1:]
        if self._notes:
            return self._play(scene)
        self._place = _Place.NOWHERE
        return ToMenu()

    def _play(self, scene: Scene) -> Turn:
        self._place = _Place.HEAR
        note, *more = self._notes
        line = scene.line(note.line) or scene.dialled
        scene.book.heard(note, scene.who)
        return Play(
            note=note,
            words=handover.before_note(note, line, scene.names, scene.at, scene.language),
            then=("note-next",) if more else ("note-last",),
        )


def _is_long_ago(talk: LastTalk, line: Line, at: datetime) -> bool:
    return at - talk.began_at > timedelta(seconds=line.results.within_s)

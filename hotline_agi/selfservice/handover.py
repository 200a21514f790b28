"""What the menu says of a volunteer's last talk, and of notes from shift to shift."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from hotline_agi.roster.model import Line, TalkResult
from hotline_agi.selfservice import speech
from hotline_agi.selfservice.after_talk import choices, label
from hotline_agi.selfservice.speech import Words
from hotline_agi.terms.ids import CallId, LineId, VolunteerId

MOST_COUNTED = 99


@dataclass(frozen=True, slots=True, kw_only=True)
class LastTalk:
    """The talk that somebody had last."""

    call: CallId
    line: LineId
    began_at: datetime
    result: str = ""
    """What was said of it so far."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A spoken note."""

    name: str
    """Of its file, without folder and ending."""
    line: LineId
    volunteer: VolunteerId
    """Who said it."""
    recorded_at: datetime
    is_new: bool
    """Whoever asks has not heard it, and has not said it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    """Talks and notes, as the menu asks for them."""

    last_talk: Callable[[VolunteerId], LastTalk | None]
    say_result: Callable[[LastTalk, TalkResult, VolunteerId], None]
    notes: Callable[[Sequence[Line], VolunteerId, datetime], Sequence[Note]]
    """Those that the lines keep for so long, without one's own, the oldest first."""
    heard: Callable[[Note, VolunteerId], None]
    labels: frozenset[str] = frozenset()
    """Prompts of lines' own results that can be said in any language of the menu."""


def _nothing(*_: object) -> None:
    return None


EMPTY = Book(last_talk=lambda _: None, say_result=_nothing, notes=lambda *_: (), heard=_nothing)


def with_results(lines: Sequence[Line]) -> list[Line]:
    return [line for line in lines if line.results.list]


def with_notes(lines: Sequence[Line]) -> list[Line]:
    return [line for line in lines if line.notes is not None]


def menu_words(lines: Sequence[Line]) -> Words:
    """What stands behind the menu's sentence."""
    return (*(("menu-results",) if with_results(lines) else ()), *(("menu-notes",) if with_notes(lines) else ()))


def new_notes(notes: Sequence[Note], language: str) -> Words:
    """How many there are that one has not heard; nothing for none."""
    return count_of(sum(note.is_new for note in notes), language)


def count_of(new: int, language: str) -> Words:
    """That there are so many new notes; nothing for none."""
    if not new:
        return ()
    if new == 1:
        return ("there-is", *speech.counted(1, language), "note-new")
    return ("there-are-notes", *speech.counted(min(MOST_COUNTED, new), language), "notes-new")


def of_talk(talk: LastTalk, line: Line, labels: frozenset[str], at: datetime, language: str) -> Words:
    """Which talk is meant, what was said of it, and the keys."""
    so_far = line.results.of_id(talk.result)
    known = ("result-so-far", label(line.id, so_far)) if so_far is not None else ()
    keys = (word for one in choices(line, labels) for word in (label(line.id, one), f"key-{one.key}"))
    return ("your-last-talk", *_moment(talk.began_at, line, at, language), *known, "after-results", *keys)


def notes_menu(notes: Sequence[Note], language: str) -> Words:
    """After 8: how many, and what can be done."""
    new = new_notes(notes, language)
    if new:
        return (*new, "notes-hear", "notes-leave")
    return ("no-new-notes", *(("notes-again",) if notes else ()), "notes-leave")


def before_note(note: Note, line: Line, spoken: frozenset[VolunteerId], at: datetime, language: str) -> Words:
    """When it was said, and by whom, if their name can be said."""
    who: Words = (f"name-{note.volunteer}",) if note.volunteer in spoken else ()
    if who and language == "en":
        who = ("note-of", *who)
    return (*_moment(note.recorded_at, line, at, language), *who)


def _moment(of: datetime, line: Line, at: datetime, language: str) -> Words:
    """A day that is not ahead, and a time."""
    local, today = of.astimezone(line.zone), at.astimezone(line.zone).date()
    on = local.date()
    ago = (today - on) // timedelta(days=1)
    day = "today" if ago <= 0 else "yesterday" if ago == 1 else f"weekday-{on.weekday()}"
    return (day, *(("at",) if language == "en" else ()), *speech.time_of_day(local, language))

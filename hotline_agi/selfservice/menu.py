"""The menu of the service number, key by key. Pure: the shell plays what is said here and brings the keys.

```text
   unknown telephone ─► PIN ── right ─┐
                         │ 3 wrong    ▼            2 ─► MINUTES ── keys ─┐
                         ▼          MENU ◄───────── 5 ─► COVER ── 1 ─────┤
                        OVER ◄─ * ───┘ ▲                                 │
                                       └─── what was done, in words ◄────┘
   6 ─► CALLBACK (`callback_dialog.py`); * leads back from it
   any other place: * ends; silence repeats twice, then ends; no conversation is longer than MOST_STEPS answers
```
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from enum import Enum, auto

from hotline_agi.dispatch.cover_requests import NEXT_SHIFT
from hotline_agi.dispatch.events import CoverAsked, Event, VolunteerPaused, VolunteerResumed
from hotline_agi.dispatch.stand_ins import StandIn
from hotline_agi.roster.model import Line, Volunteer
from hotline_agi.selfservice import shifts, speech, state
from hotline_agi.selfservice.callback_dialog import Answer, Back, CallbackDialog, Say, TakeNext, Turn, Wanted
from hotline_agi.selfservice.directory import Directory
from hotline_agi.selfservice.lockout import Lockout
from hotline_agi.selfservice.shifts import Rota
from hotline_agi.selfservice.speech import Words
from hotline_agi.selfservice.state import Standing
from hotline_agi.terms.ids import CallerToken, LegId, VolunteerId
from hotline_agi.terms.instants import Now
from hotline_agi.terms.standing import VolunteerState

MOST_STEPS = 40
"""Answers in one conversation; nobody needs ten."""
MOST_REPEATS = 2
MOST_PINS = 3
PIN_KEYS = 10
MINUTES_KEYS = 3
MOST_MINUTES = 480
"""The longest shifts are not longer than eight hours."""
KEY_WAIT_S = 5
DIGITS_WAIT_S = 8
"""Between two keys of a number or PIN, and before the first."""

END = "*"


@dataclass(frozen=True, slots=True, kw_only=True)
class Saying:
    """What is played next, and how many keys are read then."""

    language: str
    words: Words
    most_keys: int = 1
    wait_s: int = KEY_WAIT_S
    is_last: bool = False
    """The call ends after these words."""
    recording: str = ""
    """A recording that is played behind `words`, as the dialplan finds it."""
    then: Words = ()
    """Behind the recording."""
    attempt: LegId | None = None
    """No key is read: they wait until this call is joined with them, or is over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outside:
    """All that a conversation knows of the outside, at one moment."""

    directory: Directory
    line: Line
    """Whose service number was dialled; speaks for who is not known (yet)."""
    now: Now
    standing: Callable[[VolunteerId], Standing]
    stand_ins: Callable[[], Sequence[StandIn]]
    """Who takes whose place, as the machine has it."""
    tell: Callable[[Event], None]
    """Hands an event to the machine; `standing` and `stand_ins` are up to date afterwards."""
    lockout: Lockout
    languages: frozenset[str]
    """Those in which all can be said."""
    names: Mapping[str, frozenset[VolunteerId]]
    """By language: whose names can be said."""


class Place(Enum):
    PIN = auto()
    MENU = auto()
    MINUTES = auto()
    COVER = auto()
    CALLBACK = auto()
    OVER = auto()


@dataclass(slots=True, kw_only=True, eq=False)
class Conversation:
    """One call to the service number. `begin` it, then answer each time what was `pressed`."""

    who: VolunteerId | None
    """None until a PIN said it."""
    caller: CallerToken
    """The telephone, for the lock-out."""
    place: Place = Place.MENU
    _steps: int = 0
    _silent: int = 0
    _pins: int = 0
    _last: Saying | None = field(default=None, repr=False)
    _dialog: CallbackDialog = field(default_factory=CallbackDialog, repr=False)

    def begin(self, outside: Outside) -> Saying:
        """The first words."""
        if self.who is not None:
            return self._say_menu(outside, ())
        if not outside.directory.has_pins:
            return self._end(outside, ("unknown-phone",))
        if not outside.lockout.may_try(self.caller, outside.now.mono_s):
            return self._end(outside, ("pin-locked",))
        return self._ask_pin(outside, ("ask-pin",))

    def pressed(self, outside: Outside, keys: str | None) -> Saying | Wanted:
        """Answer keys (digits and ``*``; empty: ``#`` alone), or their absence (None). What is `Wanted` of the list of
        work is to be answered by `answered`."""
        self._steps += 1
        if self.place is Place.OVER or self._steps >= MOST_STEPS:
            return self._end(outside, ("thanks",))
        if self.who is not None and self.who not in outside.directory.volunteers:
            return self._end(outside, ("unknown-phone",))
        if keys is None:
            return self._repeat(outside)
        self._silent = 0
        if END in keys and self.place is Place.CALLBACK:
            return self._say_menu(outside, (), with_state=False)
        if END in keys:
            return self._end(outside, ("thanks",))
        match self.place:
            case Place.PIN:
                return self._on_pin(outside, keys)
            case Place.MINUTES:
                return self._on_minutes(outside, keys)
            case Place.COVER:
                return self._on_cover(outside, keys)
            case Place.CALLBACK:
                return self._turn(outside, self._dialog.pressed(keys))
            case _:
                return self._on_choice(outside, keys)

    def answered(self, outside: Outside, answer: Answer) -> Saying | Wanted:
        """Go on with what the list of work says."""
        zone = self._rota(outside).lines[0].zone
        return self._turn(outside, self._dialog.answered(answer, outside.now.at, zone, self._language(outside)))

    def came_back(self, outside: Outside) -> Saying | Wanted:
        """They waited for a caller, or talked to one, and that is over."""
        if self.who is None:
            return self.begin(outside)
        self._steps, self._silent = 0, 0
        return self._turn(outside, self._dialog.came_back())

    # ---- places

    def _on_pin(self, outside: Outside, keys: str) -> Saying:
        if not outside.lockout.may_try(self.caller, outside.now.mono_s):
            return self._end(outside, ("pin-locked",))
        self.who = outside.directory.of_pin(keys)
        if self.who is not None:
            return self._say_menu(outside, ())
        outside.lockout.wrong(self.caller, outside.now.mono_s)
        self._pins += 1
        if not outside.lockout.may_try(self.caller, outside.now.mono_s):
            return self._end(outside, ("pin-locked",))
        if self._pins >= MOST_PINS:
            return self._end(outside, ("pin-no-more",))
        return self._ask_pin(outside, ("pin-wrong",))

    def _on_choice(self, outside: Outside, keys: str) -> Saying | Wanted:
        match keys:
            case "1":
                outside.tell(VolunteerResumed(volunteer=self._known))
                return self._say_menu(outside, ("checked-in",))
            case "2":
                self.place = Place.MINUTES
                return self._say(outside, ("ask-minutes",), most_keys=MINUTES_KEYS, wait_s=DIGITS_WAIT_S)
            case "3":
                words = state.today(self._rota(outside), self._known, outside.now.at, self._language(outside))
                return self._say_menu(outside, words, with_state=False)
            case "4":
                language = self._language(outside)
                people = shifts.on_now(self._rota(outside), outside.now.at)
                words = speech.who_is_on(people, outside.names.get(language, frozenset()), language)
                return self._say_menu(outside, words, with_state=False)
            case "5":
                return self._ask_cover(outside)
            case "6" if self._calls_back(outside):
                self._dialog = CallbackDialog()
                return TakeNext()
            case _:
                return self._say_menu(outside, (), with_state=False)

    def _calls_back(self, outside: Outside) -> bool:
        return any(line.callbacks is not None for line in self._rota(outside).lines)

    def _turn(self, outside: Outside, turn: Turn) -> Saying | Wanted:
        match turn:
            case Say(words=words, recording=recording, then=then, attempt=attempt):
                self.place = Place.CALLBACK
                said = self._say(outside, words)
                self._last = replace(said, recording=recording, then=then, attempt=attempt)
                return self._last
            case Back(words=words):
                return self._say_menu(outside, words, with_state=False)
            case _:
                self.place = Place.CALLBACK
                return turn

    def _on_minutes(self, outside: Outside, keys: str) -> Saying:
        if keys and not 1 <= int(keys) <= MOST_MINUTES:
            return self._say(outside, ("bad-minutes", "ask-minutes"), most_keys=MINUTES_KEYS, wait_s=DIGITS_WAIT_S)
        for_s = 60.0 * int(keys) if keys else None
        outside.tell(VolunteerPaused(volunteer=self._known, for_s=for_s))
        return self._say_menu(outside, self._paused(outside, for_s), with_state=False)

    def _paused(self, outside: Outside, for_s: float | None) -> Words:
        """The machine's word for how long; their own while something else (a phone that rings) comes before it."""
        now_state, until_at = outside.standing(self._known)
        if now_state is not VolunteerState.PAUSED:
            until_at = None if for_s is None else outside.now.at + timedelta(seconds=for_s)
        return state.paused(self._rota(outside), until_at, self._language(outside))

    def _ask_cover(self, outside: Outside) -> Saying:
        at, language = outside.now.at, self._language(outside)
        meant = shifts.running_or_next(self._rota(outside), self._known, at)
        if meant is None:
            return self._say_menu(outside, ("no-shift-soon",), with_state=False)
        words = state.next_shift(meant, "your-shift", at, language)
        if meant.start >= at + NEXT_SHIFT:
            return self._say_menu(outside, (*words, "cover-too-early"), with_state=False)
        self.place = Place.COVER
        return self._say(outside, (*words, "confirm-cover"))

    def _on_cover(self, outside: Outside, keys: str) -> Saying:
        if keys != "1":
            return self._say_menu(outside, (), with_state=False)
        outside.tell(CoverAsked(volunteer=self._known))
        return self._say_menu(outside, ("cover-asked",), with_state=False)

    # ---- words

    def _say_menu(self, outside: Outside, first: Words, *, with_state: bool = True) -> Saying:
        self.place = Place.MENU
        own = self._own_state(outside) if with_state else ()
        more = ("menu-callbacks",) if self._calls_back(outside) else ()
        return self._say(outside, (*first, *own, "menu", *more))

    def _own_state(self, outside: Outside) -> Words:
        standing = outside.standing(self._known)
        return state.own_state(self._rota(outside), self._known, standing, outside.now.at, self._language(outside))

    def _ask_pin(self, outside: Outside, words: Words) -> Saying:
        self.place = Place.PIN
        return self._say(outside, words, most_keys=PIN_KEYS, wait_s=DIGITS_WAIT_S)

    def _repeat(self, outside: Outside) -> Saying:
        """The same again: who hesitates has forgotten none of it, and who did not listen hears it."""
        self._silent += 1
        if self._silent > MOST_REPEATS or self._last is None:
            return self._end(outside, ("thanks",))
        return self._last

    def _say(self, outside: Outside, words: Words, *, most_keys: int = 1, wait_s: int = KEY_WAIT_S) -> Saying:
        self._last = Saying(language=self._language(outside), words=words, most_keys=most_keys, wait_s=wait_s)
        return self._last

    def _end(self, outside: Outside, words: Words) -> Saying:
        self.place = Place.OVER
        return Saying(language=self._language(outside), words=words, is_last=True)

    # ---- who

    def _rota(self, outside: Outside) -> Rota:
        """Of the lines that they serve; who serves none yet hears of the dialled line."""
        lines = outside.directory.lines_of(self._known) or (outside.line,)
        return Rota(lines=lines, stand_ins=tuple(outside.stand_ins()), people=outside.directory.volunteers)

    @property
    def _known(self) -> VolunteerId:
        assert self.who is not None, "only the PIN is asked of somebody unknown"
        return self.who

    def _language(self, outside: Outside) -> str:
        """The first of theirs in which all can be said, else the line's."""
        person: Volunteer | None = outside.directory.volunteers.get(self.who) if self.who else None
        own = (language for language in (person.languages if person else ()) if language in outside.languages)
        return next(own, outside.line.language)

"""Random calls to the service number, and a watch that sees what must never happen.

The watch keeps its own books: which PINs were looked at and when, what each volunteer asked for, and which words a
listener of a language can hear.
"""

from random import Random

from hotline_agi.asterisk.service_menu import reply_text
from hotline_agi.dispatch.events import CoverAsked, VolunteerPaused, VolunteerResumed
from hotline_agi.prompts.names import whose
from hotline_agi.prompts.phrases import PHRASES
from hotline_agi.selfservice.menu import Place
from hotline_agi.terms.languages import Language
from hotline_agi.terms.standing import VolunteerState
from tests.selfservice.house import BAO, LIN, PINS, WANG, ZHAO, Call, CountingPin, House

HOUR_S = 3600.0
SPOKEN = {language: {one.id for one in PHRASES if one.text(language)} for language in Language}
LONGEST_REPLY = 1000
"""What the door to Asterisk lets through (asterisk/wire.py)."""
MOST_ANSWERS = 40
STATES = (VolunteerState.RESTING, VolunteerState.UNREACHABLE, VolunteerState.OVER_LIMIT, VolunteerState.TALKING)


class Broken(AssertionError):
    """Something that must never happen has happened."""


def check(holds: bool, what: str) -> None:
    if not holds:
        raise Broken(what)


class Story:
    """Some dozens of calls, known and unknown, partly at once."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.house = House()
        self.looked: list[tuple[float, str]] = []
        """When a wrong PIN of which telephone was compared."""
        self.open: list[tuple[Call, str, str | None]] = []
        self.calls: list[Call] = []
        """All so far, so that no other call gets the id of one."""
        self.silences: dict[int, int] = {}
        self.answers: dict[int, int] = {}
        self.tries: dict[int, int] = {}

        self.mood = self.random.choice(("people", "guessers", "one guesser", "chatter"))
        if self.random.random() < 0.5:
            self.house.names = {"zh": frozenset({LIN}), "en": frozenset()}

    def play(self, steps: int = 160) -> None:
        waits_s = (0.0, 0.5, 4.0, 60.0, 1500.0) if self.mood == "people" else (*[0.5] * 40, 60.0, 1500.0, 3600.0)
        for _ in range(steps):
            self.house.wait(self.random.choice(waits_s))
            if self.random.random() < 0.1:
                who = self.random.choice((LIN, WANG, ZHAO, BAO))
                self.house.standings[who] = (self.random.choice(STATES), None)
            crowd = 1 if self.mood == "chatter" else 4
            if not self.open or (len(self.open) < crowd and self.random.random() < 0.4):
                self._dial()
            else:
                self._press()

    def _dial(self) -> None:
        known: tuple[str | None, ...] = (LIN, WANG, ZHAO, BAO)
        telephones = ("box", "box", "shop", *(f"phone {n}" for n in range(30)))
        match self.mood:
            case "guessers" | "one guesser":
                known = (*[None] * 6, *known)
                telephones = telephones[3:] if self.mood == "guessers" else telephones[:3]
            case "people":
                known = (None, None, *known)
        who, telephone = self.random.choice(known), self.random.choice(telephones)
        call = Call(self.house, who, telephone)
        self._judge(call, who)
        if who is None and call.words == ["pin-locked"]:
            self._judge_lock(telephone)
        self.calls.append(call)
        self.open.append((call, telephone, who))
        self._close_ended()

    def _press(self) -> None:
        call, telephone, who = self.random.choice(self.open)
        keys = self._keys(call)
        place, known, events = call.conversation.place, call.conversation.who, len(self.house.events)
        state_before = CountingPin.looks
        words = call.press(keys)
        compared = CountingPin.looks > state_before
        check(not (compared and known), "a PIN of somebody known was compared")
        if place is Place.PIN and keys is not None and "*" not in keys:
            self._judge_pin(call, telephone, keys, compared)
        fresh = self.house.events[events:]
        check(len(fresh) <= 1, "one key, several events")
        for event in fresh:
            check(getattr(event, "volunteer", None) == known, "an event about somebody else")
        self.answers[id(call)] = self.answers.get(id(call), 0) + 1
        if self.answers[id(call)] < MOST_ANSWERS:
            self._judge_event(place, keys, fresh, words)
        self.silences[id(call)] = self.silences.get(id(call), 0) + 1 if keys is None else 0
        check(self.silences[id(call)] < 3 or call.is_over, "silence goes on for ever")
        check(self.answers[id(call)] < MOST_ANSWERS or call.is_over, "a call goes on for ever")
        check("*" not in (keys or "") or call.is_over, "a star does not end")
        self._judge(call, who)
        self._close_ended()

    def _keys(self, call: Call) -> str | None:
        ends = () if self.mood == "chatter" else (None, "*")
        if call.conversation.place is Place.PIN:
            right = PINS.values() if self.mood == "people" or self.random.random() < 0.1 else ()
            return self.random.choice((*right, "000000", "999999", "27182", "", *ends))
        if call.conversation.place is Place.MINUTES:
            return self.random.choice(("1", "30", "480", "481", "0", "999", "", *ends, *ends[1:]))
        return self.random.choice(("1", "2", "3", "4", "5", "2", "5", "0", "9", "", *ends, *ends[:1]))

    def _judge(self, call: Call, who: str | None) -> None:
        said = call.said[-1]
        names = self.house.names[said.language]
        for word in said.words:
            known = word in SPOKEN[Language(said.language)] or whose(word) in names
            check(known, f"{word} cannot be said in {said.language}")
        check(bool(said.words), "nothing is said")
        check(len(reply_text(said)) <= LONGEST_REPLY, "an answer is too long for Asterisk")
        check(
            who is None or not any(word.startswith(("pin", "ask-pin")) for word in said.words), "a known one is locked"
        )
        person = call.conversation.who
        if person is not None and who is None and not said.is_last:
            check(person in PINS, "somebody without a PIN was let in")
        if said.words[-1:] == ("menu",) and person is not None and len(call.said) == 1:
            state = self.house.standings.get(person, (None, None))[0]
            check((state is VolunteerState.RESTING) == ("resting" in said.words), "resting is not told")
            check(
                (state is VolunteerState.PAUSED) == any(w.startswith("paused") for w in said.words),
                "a pause is not told",
            )

    def _judge_pin(self, call: Call, telephone: str, keys: str, compared: bool) -> None:
        now_s = self.house.now_s
        if not compared:
            check(call.words == ["pin-locked"], "a PIN was not looked at, and nothing is said of a lock")
            self._judge_lock(telephone)
            return
        owner = next((who for who, pin in PINS.items() if pin == keys), None)
        check(call.conversation.who == owner, "a PIN let somebody else in")
        if owner is None:
            self.looked.append((now_s, telephone))
            recent = [one for at_s, one in self.looked if at_s > now_s - HOUR_S]
            check(recent.count(telephone) <= 5, "more than five tries from one telephone")
            check(len(recent) <= 20, "more than twenty tries of all")
            self.tries[id(call)] = self.tries.get(id(call), 0) + 1
            check(self.tries[id(call)] < 3 or call.is_over, "more than three tries in a call")

    def _judge_lock(self, telephone: str) -> None:
        """A lock has a cause, and it is not older than its hour and the hour in which it came about."""
        recent = [one for at_s, one in self.looked if at_s > self.house.now_s - 2 * HOUR_S]
        check(recent.count(telephone) >= 5 or len(recent) >= 20, "locked without a cause")

    def _judge_event(self, place: Place, keys: str | None, fresh: list[object], words: list[str]) -> None:
        valid = keys is not None and "*" not in keys
        if place is Place.MINUTES and valid:
            assert keys is not None
            if keys and not 1 <= int(keys) <= 480:
                check(fresh == [] and words[0] == "bad-minutes", "a pause of a wrong length")
            else:
                for_s = 60.0 * int(keys) if keys else None
                check([getattr(one, "for_s", "") for one in fresh] == [for_s], "a pause of another length")
                check(isinstance(fresh[0], VolunteerPaused), "not a pause")
                check(words[0] == ("paused-until" if keys else "paused"), "a pause is not confirmed")
            return
        for event in fresh:
            if isinstance(event, VolunteerResumed):
                check((place, keys) == (Place.MENU, "1") and words[0] == "checked-in", "checked in by another key")
            elif isinstance(event, CoverAsked):
                check((place, keys) == (Place.COVER, "1") and words[0] == "cover-asked", "asked without a confirmation")
            else:
                raise Broken("a pause that nobody asked for")
        if (place, keys) in ((Place.MENU, "1"), (Place.COVER, "1")):
            check(len(fresh) == 1, "a key did nothing")

    def _close_ended(self) -> None:
        self.open = [one for one in self.open if not one[0].is_over]

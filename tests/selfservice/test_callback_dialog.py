"""Calling somebody back, key by key: what is asked of the list of work, and what is heard."""

from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import Any

import pytest

from hotline_agi.prompts.phrases import PHRASES
from hotline_agi.roster.callback_policy import CallbackPolicy
from hotline_agi.selfservice.callback_dialog import (
    Answer,
    Away,
    Came,
    Connect,
    Connecting,
    Escalate,
    Finish,
    GiveBack,
    NoCall,
    NotConnected,
    Noted,
    Offer,
    Postpone,
    Refused,
    Taken,
    TakeNext,
    Wanted,
    WhatCame,
)
from hotline_agi.selfservice.menu import MOST_STEPS, Saying
from hotline_agi.terms.ids import CallId, LegId, LineId
from hotline_agi.terms.work import AttemptEnd, WorkKind, WorkOutcome, WorkState
from hotline_agi.work.entry import WorkRefusal
from tests.selfservice.house import LIN, NINE, Call, House, world

ENTRY = CallId("pbx1-1580875200.7")
KNOWN = {phrase.id for phrase in PHRASES}


def offer(**changes: Any) -> Offer:
    usual = Offer(
        entry=ENTRY,
        line=LineId("xinli"),
        kind=WorkKind.MESSAGE,
        called_at=NINE - timedelta(hours=13),
        calls=1,
        recording="1580875200_100_pbx1-1580875200.7",
        has_number=True,
    )
    return replace(usual, **changes)


class Dialog:
    """A volunteer of a line with callbacks, in the menu."""

    def __init__(self, *, callbacks: bool = True, who: str = LIN) -> None:
        self.house = House(world(callbacks=CallbackPolicy() if callbacks else None))
        self.call = Call(self.house, who)
        self.last: Saying | Wanted = self.call.said[-1]

    def press(self, *keys: str | None) -> Saying | Wanted:
        for key in keys:
            self.last = self.call.conversation.pressed(self.house.outside(), key)
        return self.last

    def hear(self, answer: Answer) -> Saying:
        self.last = self.call.conversation.answered(self.house.outside(), answer)
        assert isinstance(self.last, Saying)
        assert not {*self.last.words, *self.last.then} - KNOWN
        return self.last

    def back(self) -> Saying | Wanted:
        self.last = self.call.conversation.came_back(self.house.outside())
        return self.last

    def takes(self, **changes: Any) -> Saying:
        assert self.press("6") == TakeNext()
        return self.hear(Taken(offer=offer(**changes), open=3))


def test_the_menu_speaks_of_callbacks_only_where_the_line_has_them() -> None:
    assert Dialog().call.words[-2:] == ["menu", "menu-callbacks"]
    without = Dialog(callbacks=False)
    assert without.call.words[-1] == "menu"
    said = without.press("6")
    assert isinstance(said, Saying) and said.words[-1] == "menu"


def test_the_message_is_heard_between_its_time_and_the_choice() -> None:
    said = Dialog().takes()
    assert said.words == ("n-3", "callers-wait", "caller-called", "yesterday", "n-8", "pm", "left-message")
    assert (said.recording, said.then, said.most_keys) == (offer().recording, ("callback-choice",), 1)
    chinese = Dialog(who="wang")
    assert chinese.takes().words[:3] == ("waiting-there", "n-3", "callers-wait")


def test_a_message_that_cannot_be_played_is_said_so() -> None:
    assert Dialog().takes(recording="").words[-3:] == ("left-message", "callback-no-message", "callback-choice")


@pytest.mark.parametrize(
    ("ago", "words"),
    [
        (timedelta(hours=1), ("today", "n-8", "am")),
        (timedelta(days=3), ("weekday-6", "n-9", "am")),
        (timedelta(days=9), ("long-ago",)),
    ],
)
def test_when_the_caller_called(ago: timedelta, words: tuple[str, ...]) -> None:
    said = Dialog().takes(called_at=NINE - ago, recording="", kind=WorkKind.MISSED)
    assert said.words[2:] == ("caller-called", *words, "reached-nobody", "callback-choice")


def test_one_two_three_after_the_talk() -> None:
    for key, wanted, words in (
        ("1", Finish(entry=ENTRY, outcome=WorkOutcome.REACHED), "callback-done"),
        ("2", Postpone(entry=ENTRY), "callback-later"),
        ("3", Escalate(entry=ENTRY), "callback-escalated"),
    ):
        dialog = Dialog()
        dialog.takes()
        assert dialog.press("1") == Connect(entry=ENTRY)
        said = dialog.hear(Connecting(attempt=LegId("back-0000000100000a")))
        assert (said.words, said.attempt) == (("callback-calling",), "back-0000000100000a")
        assert dialog.back() == WhatCame()
        assert dialog.hear(Came(offer=offer(), end=AttemptEnd.TALKED, state=WorkState.CLAIMED)).words == (
            "callback-how",
        )
        said_again = dialog.press("7")
        assert isinstance(said_again, Saying) and said_again.words == ("callback-how",)
        assert dialog.press(key) == wanted
        assert dialog.hear(Noted()).words == (words, "menu", "menu-callbacks")


def test_two_and_three_without_a_call() -> None:
    dialog = Dialog()
    dialog.takes()
    assert dialog.press("2") == GiveBack(entry=ENTRY)
    assert dialog.hear(Noted()).words[0] == "callback-given-back"
    dialog.takes(has_number=False)
    said = dialog.press("1")  # there is nobody to call
    assert isinstance(said, Saying) and said.words == ("callback-choice-no-call",)
    assert dialog.press("3") == Finish(entry=ENTRY, outcome=WorkOutcome.NOT_NEEDED)
    assert dialog.hear(Noted()).words[0] == "callback-done"


def test_star_leads_back_to_the_menu_and_from_there_out() -> None:
    dialog = Dialog()
    dialog.takes()
    said = dialog.press("*")
    assert isinstance(said, Saying) and said.words == ("menu", "menu-callbacks") and not said.is_last
    said = dialog.press("*")
    assert isinstance(said, Saying) and said.is_last


def test_after_the_talk_four_says_that_the_caller_is_at_high_risk_where_somebody_looks_after_them() -> None:
    dialog = Dialog()
    dialog.takes(looks_after=True)
    dialog.press("1")
    dialog.hear(Connecting(attempt=LegId("back-0000000100000a")))
    dialog.back()
    said = dialog.hear(Came(offer=offer(looks_after=True), end=AttemptEnd.TALKED, state=WorkState.CLAIMED))
    assert said.words == ("callback-how", "callback-how-risk")
    assert dialog.press("4") == Finish(entry=ENTRY, outcome=WorkOutcome.REACHED, at_high_risk=True)
    assert dialog.hear(Noted()).words == ("callback-marked", "menu", "menu-callbacks")
    other = Dialog()
    other.takes()
    other.press("1")
    other.hear(Connecting(attempt=LegId("back-0000000100000a")))
    other.back()
    other.hear(Came(offer=offer(), end=AttemptEnd.TALKED, state=WorkState.CLAIMED))
    said_again = other.press("4")
    assert isinstance(said_again, Saying) and said_again.words == ("callback-how",)


@pytest.mark.parametrize("end", [end for end in AttemptEnd if end is not AttemptEnd.TALKED])
def test_in_vain_leads_to_the_menu_with_a_word(end: AttemptEnd) -> None:
    dialog = Dialog()
    dialog.takes()
    dialog.press("1")
    dialog.hear(Connecting(attempt=LegId("back-0000000100000a")))
    dialog.back()
    said = dialog.hear(Came(offer=offer(), end=end, state=WorkState.ESCALATED))
    assert said.words[0].startswith("callback-") and said.words[1] == "callback-escalated"
    assert said.words[-1] == "menu-callbacks"


def test_every_refusal_has_its_sentence() -> None:
    for answer in (
        *(Refused(why=why) for why in WorkRefusal),
        *(NotConnected(why=why) for why in NoCall),
        Away(),
        Came(offer=None, end=None),
    ):
        dialog = Dialog()
        dialog.takes()
        dialog.press("1")
        said = dialog.hear(answer)
        assert said.words[-1] == "menu-callbacks"
        assert len(said.words) == (2 if isinstance(answer, Came) else 3)


def test_who_got_through_meanwhile_is_said_once_and_before_the_next() -> None:
    dialog = Dialog()
    dialog.press("6")
    assert dialog.hear(Taken(offer=None, open=0, closed=1)).words[:2] == ("callback-reached", "callbacks-none")
    dialog.press("6")
    assert dialog.hear(Taken(offer=offer(), open=1, closed=2)).words[:3] == ("callback-reached", "n-1", "caller-waits")


def test_after_a_restart_the_talk_is_asked_about_all_the_same() -> None:
    dialog = Dialog()
    assert dialog.back() == WhatCame()
    assert dialog.hear(Came(offer=offer(), end=AttemptEnd.TALKED, state=WorkState.CLAIMED)).words == ("callback-how",)
    assert dialog.press("1") == Finish(entry=ENTRY, outcome=WorkOutcome.REACHED)


@pytest.mark.parametrize("seed", range(60))
def test_any_keys_and_answers_lead_somewhere_and_end(seed: int) -> None:
    """Whatever is wanted is answered, and whatever is pressed; nobody is stuck, and nothing is wanted for nobody."""
    random, dialog = Random(seed), Dialog()
    for _ in range(4 * MOST_STEPS):
        said = dialog.last
        if isinstance(said, Saying):
            if said.is_last:
                return
            if said.attempt is not None:
                dialog.back()
            else:
                dialog.press(random.choice(("1", "2", "3", "6", "6", "6", "9", None)))
            continue
        dialog.hear(_some_answer(random, said))
    said = dialog.last
    assert isinstance(said, Saying)


def _some_answer(random: Random, wanted: Wanted) -> Answer:
    refused: tuple[Answer, ...] = (Refused(why=random.choice([*WorkRefusal])), Away())
    match wanted:
        case TakeNext():
            some = offer(has_number=random.random() < 0.8, recording=random.choice(("", "x")))
            return random.choice((Taken(offer=some, open=1), Taken(offer=None, open=0, closed=1), *refused))
        case Connect():
            why = random.choice([*NoCall])
            return random.choice((Connecting(attempt=LegId("back-01")), NotConnected(why=why), *refused))
        case WhatCame():
            state = random.choice([*WorkState])
            return random.choice((Came(offer=offer(), end=random.choice([*AttemptEnd]), state=state), *refused))
        case _:
            return random.choice((Noted(), *refused))

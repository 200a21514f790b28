"""What was agreed by phone is what the menu says and what calls do: the menu on top of the real machine."""

from dataclasses import replace
from datetime import timedelta

import pytest

from hotline_agi.dispatch.commands import NoticeKind, RingNotice
from hotline_agi.dispatch.cover_requests import NEXT_SHIFT
from hotline_agi.dispatch.events import CoverAsked
from hotline_agi.roster.plan import weekly
from hotline_agi.selfservice.directory import Directory
from hotline_agi.selfservice.lockout import Lockout
from hotline_agi.selfservice.menu import Conversation, Outside
from hotline_agi.terms.causes import Cause
from hotline_agi.terms.ids import CallerToken, VolunteerId
from tests.dispatch.desk import of
from tests.dispatch.lines import XINLI, roster
from tests.dispatch.notice_desk import (
    AFTERNOON_AT,
    BEFORE_S,
    HOUR_S,
    NoticeDesk,
    afternoon,
    covers,
    noticed,
    slot,
)

TWO_TO_SIX = ["today", "afternoon", "oclock-2", "until", "evening", "oclock-6"]


class Hotline(NoticeDesk):
    """The desk, and its service number."""

    def dials(self, who: str, *keys: str) -> list[str]:
        """Dials the service number and presses keys; the last words heard, without the menu's."""
        conversation = Conversation(who=VolunteerId(who), caller=CallerToken(who))
        saying = conversation.begin(self.outside())
        for key in keys:
            saying = conversation.pressed(self.outside(), key)
        return [word for word in saying.words if word != "menu"]

    def outside(self) -> Outside:
        known = self.machine.board.roster
        return Outside(
            directory=Directory.of(known),
            line=known.lines[XINLI],
            now=self.now,
            standing=lambda who: self.machine.standing(who, self.now),
            stand_ins=lambda: self.machine.stand_ins,
            tell=self.take,
            lockout=Lockout(),
            languages=frozenset({"zh", "en"}),
            names={"zh": frozenset(known.volunteers), "en": frozenset()},
        )


@pytest.fixture
def hotline() -> Hotline:
    """lin said that she cannot come, and bao took the place."""
    desk = Hotline()
    desk.passes_until(BEFORE_S)
    desk.presses("lin", False)
    desk.presses("bao", True)
    desk.gone("gu", Cause.NORMAL_CLEARING)
    return desk


def test_before_the_shift_each_hears_whose_it_is(hotline: Hotline) -> None:
    assert hotline.dials("lin")[:9] == ["not-on-shift", "your-shift", *TWO_TO_SIX, "cover-found"]
    assert hotline.dials("bao") == ["not-on-shift", "next-shift", *TWO_TO_SIX]
    assert hotline.dials("bao", "3") == ["today", "on-shift", *TWO_TO_SIX[1:]]
    assert hotline.dials("lin", "3")[:8] == ["your-shift", *TWO_TO_SIX, "cover-found"]


def test_in_the_shift_each_hears_whose_it_is(hotline: Hotline) -> None:
    hotline.passes_until(-900.0)
    assert hotline.duty().volunteers == ("bao", "wang")
    assert hotline.dials("wang", "4") == ["on-now", "name-bao", "and", "name-wang"]
    assert hotline.dials("bao") == ["on-shift-until", "evening", "oclock-6", "will-be-rung"]
    assert hotline.dials("lin")[:9] == ["not-on-shift", "your-shift", *TWO_TO_SIX, "cover-found"]
    assert hotline.dials("gu") == ["backup-until", "midnight", "may-be-rung"], "of the evening, too"


def test_who_cannot_come_hears_that_nobody_agreed_yet() -> None:
    desk = Hotline()
    desk.passes_until(BEFORE_S)
    desk.presses("lin", False)
    assert desk.dials("lin")[:9] == ["not-on-shift", "your-shift", *TWO_TO_SIX, "cover-open"]
    desk.passes_until(-60.0)
    assert desk.dials("wang", "4") == ["on-now", "name-wang"]


def test_who_comes_after_all_is_on_shift_again(hotline: Hotline) -> None:
    assert hotline.dials("lin", "1")[:2] == ["checked-in", "not-on-shift"]
    hotline.passes_until(-60.0)
    assert hotline.dials("lin") == ["on-shift-until", "evening", "oclock-6", "will-be-rung"]
    assert hotline.dials("lin", "4") == ["on-now", "name-bao", "name-lin", "and", "name-wang"]


def test_a_stand_in_asks_for_cover_in_their_turn(hotline: Hotline) -> None:
    assert hotline.dials("bao", "5") == ["your-shift", *TWO_TO_SIX, "confirm-cover"]
    assert hotline.dials("bao", "5", "1") == ["cover-asked"]
    (ring,) = (one for one in of(RingNotice, hotline.log[-8:]) if one.about == "bao")
    assert (ring.volunteer, ring.kind, ring.from_at) == ("gu", NoticeKind.COVER, AFTERNOON_AT)
    hotline.presses("gu", True)
    assert covers(hotline.log)[-1] == ("bao", "gu")
    hotline.passes_until(-60.0)
    assert hotline.duty().volunteers == ("gu", "wang")
    assert hotline.dials("wang", "4") == ["on-now", "name-gu", "and", "name-wang"]
    for who in ("lin", "bao"):
        assert "cover-found" in hotline.dials(who)
        assert "on-shift-until" not in hotline.dials(who)
    assert noticed(hotline.log).count("gu") == 2, "asked twice for cover, and not reminded of what they just took"


def test_who_took_it_from_a_stand_in_is_reminded_and_the_stand_in_is_not() -> None:
    desk = Hotline(roster(afternoon("lin")))
    desk.asks_cover("lin")
    desk.presses("bao", True)
    desk.gone("gu", Cause.NORMAL_CLEARING)
    desk.asks_cover("bao")
    desk.presses("gu", True)
    assert set(noticed(desk.passes_until(BEFORE_S - 60.0), NoticeKind.READY)) == {"gu"}


def test_a_stand_in_who_cannot_come_either_leaves_the_place_open(hotline: Hotline) -> None:
    desk = Hotline(roster(afternoon("lin")))
    desk.asks_cover("lin")
    desk.presses("bao", True)
    desk.gone("gu", Cause.NORMAL_CLEARING)
    desk.passes_until(BEFORE_S - 1.0)
    desk.presses("bao", False)
    for who in ("lin", "bao"):
        assert "cover-open" in desk.dials(who)


def test_a_new_roster_does_not_end_the_search_of_a_stand_in(hotline: Hotline) -> None:
    hotline.asks_cover("bao")
    hotline.reads(roster(afternoon("lin wang")))
    hotline.presses("gu", True)
    hotline.passes_until(-60.0)
    assert hotline.duty().volunteers == ("gu", "wang")


def test_what_a_coordinator_wrote_down_is_not_said_twice(hotline: Hotline) -> None:
    hotline.reads(roster(afternoon("bao wang", "gu")))
    assert hotline.dials("bao", "3") == ["today", "on-shift", *TWO_TO_SIX[1:]]


def test_cover_that_the_machine_would_not_look_for_is_not_promised() -> None:
    friday = replace(slot("friday", 14, 18, "lin", "bao"), people=weekly({4: (VolunteerId("lin"),)}))
    desk = Hotline(roster(replace(afternoon(), shifts=(friday,))))
    assert desk.dials("lin", "5")[-1] == "cover-too-early"
    assert desk.dials("lin", "5", "1") != ["cover-asked"]
    desk.asks_cover("lin")
    assert desk.ignored(CoverAsked) == 1
    desk.passes((AFTERNOON_AT + timedelta(days=2) - NEXT_SHIFT - desk.now.at).total_seconds())
    assert desk.dials("lin", "5")[-1] == "cover-too-early"
    desk.passes(HOUR_S)
    assert desk.dials("lin", "5", "1") == ["cover-asked"]
    assert noticed(desk.log)[-1] == "bao"

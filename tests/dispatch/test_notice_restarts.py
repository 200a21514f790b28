"""What a new machine goes on with, of reminders and cover."""

import pytest

from hotline_agi.dispatch.machine import Machine
from hotline_agi.terms.causes import Cause
from tests.dispatch.lines import roster
from tests.dispatch.notice_desk import (
    BEFORE_S,
    HOUR_S,
    NoticeDesk,
    afternoon,
    covers,
    memory_of,
    noticed,
)


def remembered(before: NoticeDesk) -> NoticeDesk:
    """A new machine with what the journal holds: of each place the last word, readiness apart from stand-ins."""
    after = NoticeDesk(before.machine.board.roster)
    after.now_s = before.now_s
    after.machine = Machine(before.machine.board.roster, boot=2, now=after.now, memory=memory_of(before.log))
    after.links()
    return after


def test_after_a_restart_cover_that_was_asked_for_is_still_looked_for() -> None:
    desk = NoticeDesk(roster(afternoon("lin")))
    desk.asks_cover("lin")
    after = remembered(desk)
    assert noticed(after.passes(30.0)) == ["bao", "gu"]
    after.presses("bao", True)
    assert covers(after.log) == [("lin", "bao")]


def test_after_a_restart_the_coordinator_is_told_if_nobody_can_be_asked() -> None:
    desk = NoticeDesk(roster(afternoon("lin", "bao")))
    desk.asks_cover("lin")
    after = remembered(desk)
    after.passes(30.0)
    after.presses("bao", False)
    assert covers(after.log) == [("lin", None)]


@pytest.mark.parametrize("found", [False, True])
def test_after_a_restart_nobody_is_looked_for_whose_place_is_settled(found: bool) -> None:
    desk = NoticeDesk(roster(afternoon("lin", "bao")))
    desk.asks_cover("lin")
    desk.presses("bao", found)
    assert noticed(remembered(desk).passes(HOUR_S)) == []


def test_after_a_restart_nobody_is_looked_for_when_the_absent_comes_after_all() -> None:
    desk = NoticeDesk(roster(afternoon("lin", "bao")))
    desk.passes_until(BEFORE_S)
    desk.presses("lin", False)
    desk.checks_in("lin")
    after = remembered(desk)
    assert noticed(after.passes_until(-60.0)) == []
    assert after.duty().volunteers == ("lin",)


def test_after_a_restart_who_came_after_all_and_who_stands_in_are_both_there() -> None:
    desk = NoticeDesk(roster(afternoon("lin", "bao")))
    desk.passes_until(BEFORE_S)
    desk.presses("lin", False)
    desk.presses("bao", True)
    desk.checks_in("lin")
    desk.passes_until(-60.0)
    assert remembered(desk).duty().volunteers == desk.duty().volunteers == ("bao", "lin")


def test_after_a_restart_who_stands_in_for_a_stand_in_still_does() -> None:
    desk = NoticeDesk(roster(afternoon("lin")))
    desk.asks_cover("lin")
    desk.presses("bao", True)
    desk.gone("gu", Cause.NORMAL_CLEARING)
    desk.asks_cover("bao")
    desk.presses("gu", True)
    after = remembered(desk)
    after.passes_until(-60.0)
    assert after.duty().volunteers == ("gu",)

"""Reminders while the wall clock is stepped: the timers do not know it, what is asked follows the new time."""

from dataclasses import replace
from datetime import timedelta

from hotline_agi.dispatch.commands import NoticeKind
from hotline_agi.dispatch.events import NoticeAnswered
from hotline_agi.roster.model import Reminders
from hotline_agi.terms.instants import Now
from hotline_agi.terms.standing import Readiness
from tests.dispatch.lines import roster
from tests.dispatch.notice_desk import (
    ASK_BACKUP_S,
    BEFORE_S,
    HOUR_S,
    NoticeDesk,
    afternoon,
    noticed,
)


class Stepped(NoticeDesk):
    step = timedelta(0)

    @property
    def now(self) -> Now:
        plain = super().now
        return Now(mono_s=plain.mono_s, at=plain.at + self.step)


def test_a_clock_that_is_put_forward_over_the_beginning_asks_no_backup_for_who_is_silent() -> None:
    desk = Stepped()
    desk.passes_until(BEFORE_S - 60.0)
    desk.step = timedelta(minutes=35)
    said = desk.passes(2 * HOUR_S)
    assert noticed(said, NoticeKind.COVER) == []
    assert desk.readiness("lin") is desk.readiness("wang") is Readiness.SILENT
    assert noticed(desk.asks_cover("lin")) == ["bao", "gu"], "the running shift may be asked for"


def test_a_clock_that_is_put_forward_over_the_beginning_still_asks_for_who_cannot_come() -> None:
    desk = Stepped()
    desk.passes_until(BEFORE_S)
    desk.lifts("lin")
    desk.step = timedelta(minutes=35)
    said = desk.take(NoticeAnswered(leg=desk.notice("lin"), agreed=False))
    assert noticed(said, NoticeKind.COVER) == ["bao", "gu"]


def test_a_clock_that_is_put_back_asks_the_backup_by_the_new_time() -> None:
    early_s = BEFORE_S - 300.0
    line = replace(afternoon("lin"), reminders=Reminders(before_s=BEFORE_S, ask_backup_s=early_s))
    desk = Stepped(roster(line))
    desk.passes_until(BEFORE_S)
    desk.step = -timedelta(minutes=45)
    assert noticed(desk.passes_until(early_s + 1.0), NoticeKind.COVER) == []
    assert noticed(desk.passes(2.0), NoticeKind.COVER) == ["bao", "gu"]


def test_a_small_step_within_the_window_is_seen_at_the_next_look() -> None:
    desk = Stepped(roster(afternoon("lin")))
    desk.passes_until(BEFORE_S)
    desk.step = timedelta(minutes=4)
    desk.passes_until(ASK_BACKUP_S - 2.0)
    assert noticed(desk.log, NoticeKind.COVER) == ["bao", "gu"]

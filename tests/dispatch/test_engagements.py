"""Volunteers who call somebody back: nobody rings them meanwhile, whatever else goes on, and a restart finds them."""

from dataclasses import replace
from random import Random
from typing import Any

import pytest

from hotline_agi.dispatch import engagements
from hotline_agi.dispatch.commands import Command, RingLeg
from hotline_agi.dispatch.events import Event, LegEnded, LiveLeg, StockTaken, VolunteerEngaged, VolunteerReleased
from hotline_agi.dispatch.machine import Machine
from hotline_agi.roster.model import Roster
from hotline_agi.terms.ids import CallId, LegId, NodeId, VolunteerId
from hotline_agi.terms.standing import VolunteerState
from tests.dispatch.desk import PBX1, Desk, of, rung
from tests.dispatch.lines import XINLI, line, ring, roster, shift
from tests.dispatch.planting import nothing
from tests.dispatch.play import TAPE_LENGTH, Story
from tests.dispatch.truth import Broken, hold
from tests.dispatch.watch import Reach

LIN, WANG = VolunteerId("lin"), VolunteerId("wang")
CHANNEL = LegId("pbx1-1580875200.77")


def desk_of(*on: str, **changes: Any) -> Desk:
    changes = {"ring_steps": (ring(None, 300.0),), "max_wait_s": 900.0, "wrap_up_s": 20.0} | changes
    return Desk(roster(line(shifts=(shift(on or ("lin",), []),), **changes)))


def state(desk: Desk, who: VolunteerId = LIN) -> VolunteerState:
    return desk.machine.standing(who, desk.now)[0]


def test_who_calls_somebody_back_is_not_rung_until_they_are_free() -> None:
    desk = desk_of()
    desk.take(VolunteerEngaged(volunteer=LIN, leg=CHANNEL))
    assert state(desk) is VolunteerState.TALKING
    assert rung(desk.waits("c1")) == []
    assert rung(desk.passes(5.0)) == []
    assert rung(desk.take(VolunteerReleased(leg=CHANNEL))) == ["lin"]


def test_a_talk_with_who_was_called_counts_as_any_other() -> None:
    desk = desk_of()
    desk.take(VolunteerEngaged(volunteer=LIN, leg=CHANNEL))
    desk.passes(300.0)
    desk.take(VolunteerReleased(leg=CHANNEL, line=XINLI, talk_s=280.0))
    assert state(desk) is VolunteerState.WRAP_UP
    assert desk.machine.board.seats.seat(LIN).talk_s == 280.0
    desk.passes(20.1)
    assert state(desk) is VolunteerState.AVAILABLE


def test_who_is_rung_in_this_moment_is_left_to_the_caller() -> None:
    desk = desk_of()
    assert rung(desk.waits("c1")) == ["lin"]
    desk.take(VolunteerEngaged(volunteer=LIN, leg=CHANNEL))
    assert CHANNEL not in desk.machine.board.foreign
    assert desk.ignored(VolunteerEngaged) == 1
    desk.take(VolunteerReleased(leg=CHANNEL))
    assert desk.ignored(VolunteerReleased) == 1
    assert state(desk) is VolunteerState.RINGING


def test_who_hangs_up_is_free_and_a_second_word_changes_nothing() -> None:
    desk = desk_of()
    desk.take(VolunteerEngaged(volunteer=LIN, leg=CHANNEL))
    desk.take(LegEnded(leg=CHANNEL))
    assert state(desk) is VolunteerState.AVAILABLE
    desk.take(VolunteerReleased(leg=CHANNEL, line=XINLI, talk_s=60.0))
    assert state(desk) is VolunteerState.AVAILABLE


def engaged_leg(leg: LegId = CHANNEL, who: VolunteerId = LIN) -> LiveLeg:
    """As `asterisk.status` reports them."""
    return LiveLeg(leg=leg, volunteer=who, up=True, talking=True)


def test_a_stock_that_was_asked_for_before_frees_nobody() -> None:
    desk = desk_of()
    asked_s = desk.now_s
    desk.passes(0.5)
    desk.take(VolunteerEngaged(volunteer=LIN, leg=CHANNEL))
    desk.take(replace(stock(), asked_s=asked_s))
    assert state(desk) is VolunteerState.TALKING
    desk.passes(10.0)
    desk.take(replace(stock(), asked_s=desk.now_s))
    assert state(desk) is VolunteerState.AVAILABLE


def stock(*legs: LiveLeg) -> StockTaken:
    return StockTaken(node=PBX1, calls=frozenset(CallId(leg.leg) for leg in legs), legs=legs)


def test_a_machine_that_is_made_anew_finds_them_and_lets_them_go_with_their_channel() -> None:
    desk = desk_of("lin", "wang")
    said = desk.take(stock(engaged_leg()))
    assert said == []  # nothing of theirs is cancelled
    assert rung(desk.waits("c1")) == ["wang"]
    desk.take(stock(engaged_leg()))
    assert state(desk) is VolunteerState.TALKING
    assert rung(desk.take(stock())) == ["lin"] or state(desk) is VolunteerState.AVAILABLE


# ---- any story


class Busy(Story):
    """Volunteers call people back whenever they are free, in any weather."""

    def __init__(self, tape: bytes, machine: Any = Machine) -> None:
        super().__init__(tape, machine)
        self.engaged: dict[LegId, VolunteerId] = {}
        self._engagements = 0
        true = self.pbx.stock

        def with_engaged(node: NodeId, asked_s: float) -> StockTaken:
            found = true(node, asked_s)
            more = tuple(engaged_leg(leg, who) for leg, who in self.engaged.items())
            return replace(found, legs=found.legs + more, calls=found.calls | {CallId(leg.leg) for leg in more})

        self.pbx.stock = with_engaged  # type: ignore[method-assign]

    def play(self) -> Reach:
        reach = super().play()
        left = [leg for leg in self.machine.board.foreign if leg.startswith("pbx1-engaged")]
        hold(self._silent or not left, "who hung up is free", left)
        return reach

    def _set_scene(self) -> None:
        super()._set_scene()
        for _ in range(6):
            self.pbx.later(self.tape.span(0.0, 90.0), self._calls_somebody_back)

    def _calls_somebody_back(self) -> None:
        who = self.tape.among(*self.roster.volunteers)
        if self._frozen or self._silent or who in self.engaged.values():
            return
        self._engagements += 1
        leg = LegId(f"pbx1-engaged.{self._engagements}")
        taken = bool(self.machine.board.seats.seat(who).legs)
        self._step(VolunteerEngaged(volunteer=who, leg=leg))
        ours = self.machine.board.foreign.get(leg) == who
        hold(ours is not taken, "a seat is given once", who)
        if not ours:
            self.watch.reach.count("engaged", "rung in that moment")
            return
        self.engaged[leg] = who
        self.watch.reach.count("engaged", "engaged")
        self.pbx.later(self.tape.span(1.0, 60.0), lambda: self._is_over(leg))

    def _is_over(self, leg: LegId) -> None:
        if self._silent:
            return
        if self._frozen:
            self.pbx.later(1.0, lambda: self._is_over(leg))
            return
        who = self.engaged.pop(leg)
        end: Event = self.tape.among(
            VolunteerReleased(leg=leg), VolunteerReleased(leg=leg, line=XINLI, talk_s=30.0), LegEnded(leg=leg)
        )
        self._step(end)
        hold(leg not in self.machine.board.seats.seat(who).legs, "who hung up is free", who)

    def _step(self, news: Event | Roster | None) -> None:
        super()._step(news)
        commands: list[Command] = self.commands[-1]
        for one in of(RingLeg, commands):
            hold(one.volunteer not in self.engaged.values(), "nobody rings who calls somebody back", one.volunteer)


STORIES = 30


@pytest.mark.parametrize("times", [1, pytest.param(6, marks=pytest.mark.thorough)])
def test_in_any_story_nobody_rings_who_calls_somebody_back(times: int) -> None:
    reach = Reach()
    for seed in range(times * STORIES):
        story = Busy(Random(seed).randbytes(TAPE_LENGTH))
        story.play()
        story.replay()
        reach.add(story.watch.reach)
    assert reach.counts["engaged"]["engaged"] > 50 * times, reach.table()
    assert reach.counts["engaged"]["rung in that moment"] > times, reach.table()


def rings_on(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(engagements, "engaged", lambda board, event: board.foreign.update({event.leg: event.volunteer}))


def is_never_free(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(engagements, "released", nothing)


def takes_who_is_rung(patch: pytest.MonkeyPatch) -> None:
    def engaged(board: Any, event: VolunteerEngaged) -> None:
        board.foreign[event.leg] = event.volunteer
        board.seats.adopt(event.volunteer, event.leg, board.now.mono_s, talking=True)

    patch.setattr(engagements, "engaged", engaged)


def the_stock_forgets_them(patch: pytest.MonkeyPatch) -> None:
    true = Busy.__init__

    def without(self: Busy, *arguments: Any) -> None:
        true(self, *arguments)
        del self.pbx.stock  # type: ignore[method-assign]

    patch.setattr(Busy, "__init__", without)


LATE = pytest.param(the_stock_forgets_them, marks=pytest.mark.thorough)


@pytest.mark.parametrize("bug", [rings_on, is_never_free, takes_who_is_rung, LATE])
def test_a_planted_bug_is_seen(bug: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    bug(monkeypatch)
    for seed in range(30 * STORIES):
        try:
            Busy(Random(seed).randbytes(TAPE_LENGTH)).play()
        except Broken:
            return
    pytest.fail(f"the bug lives: {bug.__name__}")

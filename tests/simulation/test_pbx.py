"""The machine in a virtual world: stories whose outcome is known beforehand."""

from dataclasses import replace
from typing import Any, ClassVar

import pytest

from hotline_agi.dispatch.commands import (
    Command,
    ConnectLeg,
    GuideCaller,
    HoldCaller,
    Music,
    NoticeKind,
    ReassignLeg,
    RingLeg,
    RingNotice,
)
from hotline_agi.dispatch.events import (
    CallArrived,
    CallerHeld,
    CallerRecognised,
    Event,
    LegAccepted,
    LegEnded,
    NoticeAnswered,
    RoundEnded,
    Step,
    TalkEnded,
)
from hotline_agi.dispatch.machine import Machine
from hotline_agi.roster.model import OverflowStep, Roster
from hotline_agi.simulation.crowd import Habits
from hotline_agi.simulation.pbx import play
from hotline_agi.simulation.seam import NODE
from hotline_agi.simulation.spans import always
from hotline_agi.simulation.truth import End, Played
from hotline_agi.terms.causes import Cause
from hotline_agi.terms.ids import CallId, LegId, VolunteerId
from hotline_agi.terms.instants import Now
from tests.dispatch.lines import DUTY_DOCTOR, NIGHT, NOON
from tests.simulation.scenes import STEADY, certain, line, mobile, played, ring, scene, shift, softphone

FAULTLESS = (0, 0, 0, 0)


def faults(world: Played) -> tuple[int, int, int, int]:
    return (world.double_rings, world.missed_joins, world.cut_talks, world.misreported)


def test_a_softphone_that_is_picked_up_has_the_caller_at_once() -> None:
    world = played(10.0, people=["lin"])
    (call,) = world.calls
    assert (call.end, call.volunteer) == (End.TALKED, "lin")
    assert call.wait_s == pytest.approx(5.0, abs=0.1)
    assert call.talk_s == pytest.approx(60.0, abs=0.1)
    assert faults(world) == FAULTLESS


def test_a_mobile_has_the_caller_when_the_key_is_pressed() -> None:
    (call,) = played(0.0, people=["lin"], endpoint=mobile).calls
    assert call.wait_s == pytest.approx(5.0 + 3.0, abs=0.1)


def test_all_ring_and_one_gets_the_caller() -> None:
    world = played(0.0)
    assert [ring.accepted for ring in world.rings].count(True) == 1
    assert len(world.rings) == 3
    assert faults(world) == FAULTLESS


@pytest.mark.parametrize("manner", [certain(accept=0.0, decline=1.0), certain(accept=0.0, busy=1.0)])
def test_nobody_who_will_not_is_talked_to(manner: object) -> None:
    world = played(0.0, phones=manner, habits=replace(STEADY, patience_s=always(100.0)))
    assert [call.end for call in world.calls] == [End.TOLD]
    assert not any(ring.accepted for ring in world.rings)
    assert faults(world) == FAULTLESS


def test_a_voicemail_talks_to_nobody() -> None:
    manner = certain(accept=0.0, voicemail=1.0, voicemail_after_s=always(2.0))
    world = played(0.0, people=["lin"], endpoint=mobile, mobiles=manner)
    assert [call.talks for call in world.calls] == [0]
    first, *_ = world.rings
    assert not first.accepted
    assert first.ended_s - first.rang_s == pytest.approx(2.0 + 12.0, abs=0.1)  # it hears the whole prompt
    assert faults(world) == FAULTLESS


def test_who_loses_patience_leaves_at_that_very_moment() -> None:
    world = played(0.0, phones=certain(accept=0.0), habits=replace(STEADY, patience_s=always(17.0)))
    (call,) = world.calls
    assert (call.end, call.wait_s) == (End.LEFT, 17.0)
    assert faults(world) == FAULTLESS


def test_patience_ends_with_the_talk() -> None:
    (call,) = played(0.0, habits=replace(STEADY, patience_s=always(20.0))).calls
    assert (call.end, call.talk_s) == (End.TALKED, pytest.approx(60.0, abs=0.1))


def test_who_reached_nobody_calls_again_and_every_attempt_is_a_call() -> None:
    habits = Habits(talk_s=always(60.0), patience_s=always(10.0), redial=0.999_999, redial_after_s=always(50.0))
    world = play(scene(0.0, people=["lin"], habits=habits, phones=certain(accept=0.3, accept_after_s=always(5.0))))
    assert [call.number for call in world.calls] == list(range(1, len(world.calls) + 1))
    assert len(world.calls) > 1
    assert [call.end for call in world.calls] == [End.LEFT] * (len(world.calls) - 1) + [End.TALKED]
    assert {call.person for call in world.calls} == {0}
    starts = [call.arrived_s for call in world.calls]
    assert starts[1] - starts[0] == pytest.approx(60.0)
    assert faults(world) == FAULTLESS


def test_a_message_is_left_where_nobody_comes() -> None:
    habits = replace(STEADY, message=1.0, message_s=always(40.0))
    world = played(0.0, phones=certain(accept=0.0), habits=habits)
    (call,) = world.calls
    assert call.end is End.MESSAGE
    assert call.wait_s > 40.0
    assert faults(world) == FAULTLESS


def test_a_closed_line_says_so() -> None:
    world = played(0.0, plan=line(opening=(NIGHT,)))
    assert [call.end for call in world.calls] == [End.TOLD]
    assert not world.rings
    assert faults(world) == FAULTLESS


def test_the_overflow_number_takes_whom_nobody_took() -> None:
    steps = (OverflowStep.TRANSFER, OverflowStep.MESSAGE)
    plan = line(ring_steps=(ring(None, 20.0),), shifts=(shift(["lin"], ()),), overflow=steps, transfer=DUTY_DOCTOR)
    lin = VolunteerId("lin")
    world = played(0.0, people=["lin"], plan=plan, accept_of={lin: 0.0})
    (call,) = world.calls
    assert (call.end, call.volunteer) == (End.TRANSFERRED, None)
    assert not call.met_volunteer
    assert faults(world) == FAULTLESS


@pytest.mark.parametrize(("at_once", "transferred"), [(1, 1), (2, 2), (5, 3)])
def test_the_overflow_number_is_busy_when_it_has_all_that_it_takes(at_once: int, transferred: int) -> None:
    steps = (OverflowStep.TRANSFER, OverflowStep.MESSAGE)
    plan = line(ring_steps=(ring(None, 20.0),), shifts=(shift(["lin"], ()),), overflow=steps, transfer=DUTY_DOCTOR)
    habits = replace(STEADY, message=1.0, message_s=always(10.0))
    one = scene(0.0, 1.0, 2.0, people=["lin"], plan=plan, habits=habits, accept_of={VolunteerId("lin"): 0.0})
    world = play(replace(one, staff=replace(one.staff, overflow_calls=at_once)))
    ends = [call.end for call in sorted(world.calls, key=lambda call: call.arrived_s)]
    assert ends == [End.TRANSFERRED] * transferred + [End.MESSAGE] * (3 - transferred)
    assert faults(world) == FAULTLESS


def test_the_overflow_number_takes_the_next_call_when_the_one_before_is_over() -> None:
    steps = (OverflowStep.TRANSFER, OverflowStep.MESSAGE)
    plan = line(ring_steps=(ring(None, 20.0),), shifts=(shift(["lin"], ()),), overflow=steps, transfer=DUTY_DOCTOR)
    world = played(0.0, 120.0, people=["lin"], plan=plan, accept_of={VolunteerId("lin"): 0.0})
    assert [call.end for call in world.calls] == [End.TRANSFERRED, End.TRANSFERRED]


def test_one_volunteer_serves_callers_one_after_the_other() -> None:
    world = played(0.0, 1.0, 2.0, people=["lin"])
    waits = [call.wait_s for call in sorted(world.calls, key=lambda call: call.arrived_s)]
    assert waits == pytest.approx([5.0, 4.0 + 60.0 + 5.0, 3.0 + 2 * 60.0 + 2 * 5.0], abs=0.3)
    assert faults(world) == FAULTLESS


def test_the_factor_of_the_hour_counts_when_it_rings() -> None:
    world = played(
        0.0,
        1000.0,
        people=["lin"],
        factor=lambda now_s: float(now_s > 500.0),
        habits=replace(STEADY, patience_s=always(20.0)),
    )
    assert [call.end for call in world.calls] == [End.LEFT, End.TALKED]


def test_the_same_seed_plays_the_same_world_and_another_one_another() -> None:
    wishes: dict[str, Any] = {"phones": certain(accept=0.4), "habits": Habits(patience_s=always(40.0))}
    times = [7.0 * n for n in range(12)]
    assert played(*times, seed="a", **wishes) == played(*times, seed="a", **wishes)
    assert played(*times, seed="a", **wishes) != played(*times, seed="b", **wishes)


class Scripted(Machine):
    """Says what a script tells it to: commands that today's machine may not use."""

    heard: ClassVar[list[Event]] = []

    def __init__(self, roster: Roster, *, boot: int, now: Now) -> None:
        super().__init__(roster, boot=boot, now=now)
        self.heard.clear()
        self.people = list(roster.volunteers.values())

    def handle_deadline(self, _: Now) -> list[Command]:
        return []

    def next_deadline(self) -> float | None:
        return None

    def handle(self, event: Event, _: Now) -> list[Command]:
        self.heard.append(event)
        return self.answer(event)

    def answer(self, event: Event) -> list[Command]:
        raise NotImplementedError

    def hold(self, call: CallId) -> HoldCaller:
        return HoldCaller(
            call=call, language="zh", music=Music.GREET, round_s=4, max_wait_s=600.0, overflow=(Step.GOODBYE,)
        )

    def ring(self, leg: str, call: CallId, n: int, ring_timeout_s: float = 25.0) -> RingLeg:
        who = self.people[n]
        return RingLeg(
            leg=LegId(leg),
            call=call,
            node=NODE,
            volunteer=who.id,
            endpoint=who.endpoints[0],
            language="zh",
            ring_timeout_s=ring_timeout_s,
        )


class HandsOver(Scripted):
    """The phone that rings for the first caller is handed to the second, who gets whoever picks it up."""

    def answer(self, event: Event) -> list[Command]:
        match event:
            case CallArrived(call=call) if call.endswith(".1"):
                return [self.hold(call), self.ring("leg-1", call, 0)]
            case CallArrived(call=call):
                return [self.hold(call), ReassignLeg(leg=LegId("leg-1"), call=call, node=event.node)]
            case RoundEnded(call=call):
                return [self.hold(call)]
            case LegAccepted(leg=leg):
                return [ConnectLeg(leg=leg, call=CallId("pbx1-1000000000.2"))]
            case TalkEnded(call=call):
                return [GuideCaller(call=call, language="zh", steps=(Step.GOODBYE,))]
            case _:
                return []


def test_a_phone_that_is_handed_over_rings_on_for_the_other_caller() -> None:
    first_leaves = replace(STEADY, patience_s=always(30.0))
    world = play(scene(0.0, 2.0, people=["lin"], habits=first_leaves), HandsOver)
    first, second = sorted(world.calls, key=lambda call: call.arrived_s)
    assert (first.end, second.end) == (End.LEFT, End.TALKED)
    assert second.wait_s == pytest.approx(3.0, abs=0.1)
    assert len(world.rings) == 1


class Reminds(Scripted):
    """Rings the volunteer with a notice when somebody arrives."""

    def answer(self, event: Event) -> list[Command]:
        match event:
            case CallArrived(call=call):
                who = self.people[0]
                notice = RingNotice(
                    leg=LegId("leg-9"),
                    node=event.node,
                    volunteer=who.id,
                    endpoint=who.endpoints[0],
                    kind=NoticeKind.READY,
                    language="zh",
                    ring_timeout_s=25.0,
                    from_at=NOON,
                    until_at=NOON,
                    zone="Asia/Shanghai",
                )
                return [self.hold(call), notice]
            case RoundEnded(call=call):
                return [self.hold(call)]
            case _:
                return []


@pytest.mark.parametrize("accept", [1.0, 0.0])
def test_a_notice_is_answered_or_rings_out_and_is_no_call(accept: float) -> None:
    world = play(
        scene(0.0, people=["lin"], habits=replace(STEADY, patience_s=always(60.0)), phones=certain(accept=accept)),
        Reminds,
    )
    (ring_,) = world.rings
    assert (ring_.is_notice, ring_.accepted) == (True, accept == 1.0)
    assert any(isinstance(event, NoticeAnswered) for event in Scripted.heard) is (accept == 1.0)
    (ended,) = (event for event in Scripted.heard if isinstance(event, LegEnded))
    assert ended.cause == (Cause.NORMAL_CLEARING if accept else Cause.NO_ANSWER)


class RingsTwice(Scripted):
    def answer(self, event: Event) -> list[Command]:
        match event:
            case CallArrived(call=call):
                return [self.hold(call), self.ring("leg-1", call, 0), self.ring("leg-2", call, 0)]
            case RoundEnded(call=call):
                return [self.hold(call)]
            case _:
                return []


def test_a_volunteer_who_is_rung_twice_is_counted_and_an_unanswered_leg_ends() -> None:
    world = play(scene(0.0, people=["lin"], habits=replace(STEADY, patience_s=always(60.0))), RingsTwice)
    assert world.double_rings == 1
    assert world.misreported == 1  # this machine writes no records
    assert all(not ring.accepted for ring in world.rings)


class Silent(Scripted):
    def answer(self, _: Event) -> list[Command]:
        return []


def test_a_machine_that_says_nothing_leaves_the_caller_to_the_dialplan() -> None:
    world = play(scene(0.0, people=["lin"]), Silent)
    assert [call.end for call in world.calls] == [End.SURVIVED]


class Forgets(Scripted):
    """Holds everybody and rings nobody; the dialplan's own deadline ends it."""

    def answer(self, event: Event) -> list[Command]:
        match event:
            case CallArrived(call=call) | RoundEnded(call=call):
                return [self.hold(call)]
            case _:
                return []


def test_the_dialplans_own_deadline_ends_a_wait_without_end() -> None:
    world = play(scene(0.0, people=["lin"]), Forgets)
    (call,) = world.calls
    assert call.end is End.LEFT
    assert 600.0 < call.wait_s < 620.0


def test_who_calls_is_known_with_the_second_question() -> None:
    play(scene(0.0, people=["lin"], habits=replace(STEADY, patience_s=always(30.0))), Forgets)
    kinds = [type(event) for event in Scripted.heard]
    assert kinds[:4] == [CallArrived, CallerHeld, CallerRecognised, RoundEnded]
    assert kinds.count(CallerRecognised) == 1


def test_softphones_and_mobiles_have_manners_of_their_own() -> None:
    never = certain(accept=0.0)
    wishes: dict[str, Any] = {"people": ["lin"], "habits": replace(STEADY, patience_s=always(20.0))}
    assert played(0.0, endpoint=softphone, mobiles=never, **wishes).calls[0].end is End.TALKED
    assert played(0.0, endpoint=mobile, mobiles=never, **wishes).calls[0].end is End.LEFT

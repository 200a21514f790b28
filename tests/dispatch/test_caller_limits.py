"""Limits of callers: stories by hand, and random days against a plain list of what was called and talked.

The truth is a list of calls, from which each answer is worked out anew; the machine keeps its own short memory.
Clocks step, the service restarts with what the journal would say, limits are lifted.
"""

from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random

import pytest

from hotline_agi.dispatch import caller_book, caller_limits, callers, departures, talks
from hotline_agi.dispatch.commands import Command, GuideCaller, HoldCaller, ListenToCaller, NoteFact, RingLeg
from hotline_agi.dispatch.events import (
    CallArrived,
    CallerHeld,
    CallerLeft,
    CallerListened,
    CallerRecognised,
    CallerSpoke,
    Event,
    LegAccepted,
    LegAnswered,
    LegEnded,
    LimitLifted,
    LinkLost,
    RoundEnded,
    Step,
    TalkStarted,
)
from hotline_agi.dispatch.machine import Machine
from hotline_agi.dispatch.memory import Memory, PastCaller
from hotline_agi.roster.model import CallerLimits, OverflowStep, SilentCalls
from hotline_agi.terms.causes import Cause
from hotline_agi.terms.facts import Fact
from hotline_agi.terms.ids import CallerToken, CallId
from hotline_agi.terms.instants import Now
from hotline_agi.terms.limits import Limit, detail, told
from tests.dispatch.desk import PBX1, of
from tests.dispatch.lines import NIGHT, NOON, XINLI, line, ring, roster, shift, with_transfer
from tests.planting import Planting, instead_of

ALICE, BOB = CallerToken("a" * 16), CallerToken("b" * 16)
STRICT = CallerLimits(
    talk_s_per_day=600.0,
    calls_per_hour=4,
    calls_at_once=2,
    anonymous_calls_per_hour=5,
    anonymous_at_once=2,
    waiting_at_once=6,
    silent=SilentCalls(calls=2, within_s=1800.0, cool_off_s=600.0, talk_s=30.0),
)
FREE = CallerLimits(
    talk_s_per_day=0.0,
    calls_per_hour=0,
    calls_at_once=0,
    anonymous_calls_per_hour=0,
    anonymous_at_once=0,
    waiting_at_once=0,
    silent=SilentCalls(calls=0),
)


class Hotline:
    """One machine with volunteers who answer when told to; its wall clock may be stepped."""

    def __init__(self, limits: CallerLimits = STRICT, memory: Memory = Memory(), now_s: float = 5e5, **changes: object):  # noqa: B008
        self.now_s, self.wall = now_s, NOON
        changes = {"ring_steps": (ring(1, 60.0),), "max_wait_s": 800.0, "wrap_up_s": 0.0} | changes
        people = shift([f"v{n}" for n in range(9)], [])
        self.roster = roster(line(limits=limits, shifts=(people,), **changes))
        self.machine = Machine(self.roster, boot=1, now=self.now, memory=memory)
        self.facts: list[NoteFact] = []
        self.rung: Counter[CallId] = Counter()
        self.calls = 0

    @property
    def now(self) -> Now:
        return Now(mono_s=self.now_s, at=self.wall)

    def take(self, event: Event) -> list[Command]:
        return self._said(self.machine.handle(event, self.now))

    def _said(self, commands: list[Command]) -> list[Command]:
        self.facts += of(NoteFact, commands)
        self.rung.update(leg.call for leg in of(RingLeg, commands))
        return commands

    def passes(self, seconds: float) -> None:
        """Time passes; deadlines are kept."""
        until_s = self.now_s + seconds
        while (due_s := self.machine.next_deadline()) is not None and due_s <= until_s:
            self._on(due_s - self.now_s)
            self._said(self.machine.handle_deadline(self.now))
        self._on(until_s - self.now_s)

    def _on(self, seconds: float) -> None:
        self.now_s += max(0.0, seconds)
        self.wall += timedelta(seconds=max(0.0, seconds))

    def arrives(self, who: CallerToken | None, *, flagged: bool = False) -> tuple[CallId, list[Command]]:
        self.calls += 1
        call = CallId(f"pbx1-1580875200.{self.calls}")
        event = CallArrived(call=call, line=XINLI, node=PBX1, caller=who, high_risk=flagged, withheld=who is None)
        return call, self.take(event)

    def leaves(self, call: CallId) -> None:
        self.take(CallerLeft(call=call))
        for leg in list(self.machine.board.legs):
            if self.machine.board.legs[leg].call.left:
                self.take(LegEnded(leg=leg, cause=Cause.NORMAL_CLEARING))

    def talks(self, call: CallId, talk_s: float, *, speaks: bool = True, listens: bool = True) -> None:
        """The caller of `call`, for whom something rings, talks for so long and hangs up."""
        self.take(CallerHeld(call=call))
        leg = next(iter(self.machine.board.calls[call].legs))
        self.take(LegAnswered(leg=leg))
        self.take(LegAccepted(leg=leg))
        said = self.take(TalkStarted(leg=leg))
        if of(ListenToCaller, said) and listens:
            self.take(CallerListened(call=call))
            if speaks:
                self.take(CallerSpoke(call=call))
        self.passes(talk_s)
        self.leaves(call)

    def met(self, call: CallId) -> str:
        """Which limit the call met."""
        found = [told(fact.detail)[0] for fact in self.facts if fact.call == call and fact.fact is Fact.LIMITED]
        return found[0] if found else ""


def steps_of(said: list[Command]) -> tuple[Step, ...]:
    (guided,) = of(GuideCaller, said)
    return guided.steps


def talked(hotline: Hotline, who: CallerToken, talk_s: float, **how: bool) -> None:
    call, _ = hotline.arrives(who)
    hotline.talks(call, talk_s, **how)


# ---- stories


def test_who_talked_for_long_hears_when_and_what_else() -> None:
    hotline = Hotline(overflow=(OverflowStep.TRANSFER, OverflowStep.MESSAGE, OverflowStep.DIRECTORY))
    for _ in range(3):
        talked(hotline, ALICE, 200.0)
        hotline.passes(3600.0)
    call, said = hotline.arrives(ALICE)
    assert steps_of(said) == (Step.TALKED_MUCH, Step.IN_A_DAY, Step.MESSAGE, Step.DIRECTORY, Step.GOODBYE)
    assert (hotline.met(call), hotline.rung[call]) == (Limit.TALK, 0)
    (fact,) = [fact for fact in hotline.facts if fact.fact is Fact.LIMITED]
    until = datetime.fromisoformat(told(fact.detail)[1])
    # the first talk of the three counts no more a day after it ended
    assert timedelta(hours=20) < until - hotline.wall < timedelta(hours=22)
    assert ALICE not in fact.detail
    hotline.leaves(call)
    _, said = hotline.arrives(BOB)
    assert of(HoldCaller, said)
    hotline.passes((until - hotline.wall).total_seconds() + 1.0)
    assert of(HoldCaller, hotline.arrives(ALICE)[1])


@pytest.mark.parametrize(
    ("ago_s", "step"),
    [
        (85_700.0, Step.IN_MINUTES),
        (83_000.0, Step.IN_AN_HOUR),
        (75_000.0, Step.IN_HOURS),
        (50_000.0, Step.IN_HALF_A_DAY),
        (20_000.0, Step.IN_A_DAY),
    ],
)
def test_when_is_never_too_early(ago_s: float, step: Step) -> None:
    ended_at = NOON - timedelta(seconds=ago_s)
    past = PastCaller(line=XINLI, caller=ALICE, arrived_at=ended_at, ended_at=ended_at, talk_s=700.0)
    hotline = Hotline(memory=Memory(callers=(past,)))
    assert steps_of(hotline.arrives(ALICE)[1])[1] is step


def test_a_talk_that_goes_on_is_never_cut() -> None:
    hotline = Hotline()
    talked(hotline, ALICE, 5000.0)
    assert [fact for fact in hotline.facts if fact.fact is Fact.LIMITED] == []


def test_the_third_call_at_once_rings_nobody_and_takes_no_place() -> None:
    hotline = Hotline()
    first, _ = hotline.arrives(ALICE)
    hotline.arrives(ALICE)
    third, said = hotline.arrives(ALICE)
    assert steps_of(said) == (Step.CALLS_ALREADY, Step.GOODBYE)
    assert (hotline.met(third), hotline.rung[third]) == (Limit.AT_ONCE, 0)
    assert third not in hotline.machine.board.waiting
    hotline.leaves(third)
    hotline.leaves(first)
    assert of(HoldCaller, hotline.arrives(ALICE)[1])


def test_a_limited_call_does_not_come_sooner_next_time_and_does_not_prolong_the_limit() -> None:
    hotline = Hotline()
    for _ in range(4):
        hotline.leaves(hotline.arrives(ALICE)[0])
        hotline.passes(60.0)
    board = hotline.machine.board
    board.tried.clear()
    for _ in range(50):
        call, said = hotline.arrives(ALICE)
        assert steps_of(said)[0] is Step.CALLED_OFTEN
        hotline.leaves(call)
        hotline.passes(60.0)
    assert ALICE not in board.tried
    hotline.passes(600.0)
    assert of(HoldCaller, hotline.arrives(ALICE)[1])


def test_all_withheld_numbers_share_their_limits() -> None:
    hotline = Hotline()
    calls = [hotline.arrives(None)[0] for _ in range(2)]
    call, said = hotline.arrives(None)
    assert steps_of(said) == (Step.WITHHELD, Step.MESSAGE, Step.DIRECTORY, Step.GOODBYE)
    assert hotline.met(call) == Limit.WITHHELD_AT_ONCE
    for one in (call, *calls):
        hotline.leaves(one)
    for _ in range(3):
        hotline.leaves(hotline.arrives(None)[0])
    call, said = hotline.arrives(None)
    assert steps_of(said)[:2] == (Step.WITHHELD, Step.IN_AN_HOUR)
    assert hotline.met(call) == Limit.WITHHELD
    assert of(HoldCaller, hotline.arrives(ALICE)[1])


def test_a_full_queue_takes_nobody_but_those_at_risk() -> None:
    hotline = Hotline()
    for n in range(6):
        hotline.arrives(CallerToken(f"{n:016}"))
    call, said = hotline.arrives(ALICE)
    assert steps_of(said) == (Step.CROWDED, Step.MESSAGE, Step.DIRECTORY, Step.GOODBYE)
    assert of(HoldCaller, hotline.arrives(ALICE, flagged=True)[1])
    assert hotline.met(call) == Limit.CROWDED


def test_who_is_flagged_has_no_limit() -> None:
    hotline = Hotline()
    for _ in range(2):
        talked(hotline, ALICE, 400.0, speaks=False)
    for _ in range(8):
        call, said = hotline.arrives(ALICE, flagged=True)
        assert of(HoldCaller, said)
        assert hotline.met(call) == ""


def test_an_old_dialplan_tells_nothing_and_limits_nobody() -> None:
    hotline = Hotline()
    for n in range(20):
        said = hotline.take(CallArrived(call=CallId(f"old.{n}"), line=XINLI, node=PBX1))
        assert of(HoldCaller, said)
        hotline.take(CallerRecognised(call=CallId(f"old.{n}"), caller=ALICE))


def test_zero_is_no_limit() -> None:
    hotline = Hotline(FREE)
    for _ in range(30):
        talked(hotline, ALICE, 3000.0, speaks=False)
    for who in [ALICE, None] * 30:
        assert of(HoldCaller, hotline.arrives(who)[1])


def test_a_limit_is_told_before_a_closed_line_would_transfer_the_call() -> None:
    limits = replace(STRICT, calls_at_once=1)
    closed = with_transfer(opening=(NIGHT,), limits=limits)
    machine = Machine(roster(closed), boot=1, now=Now(0.0, NOON))
    for n in range(3):
        event = CallArrived(call=CallId(f"c{n}"), line=XINLI, node=PBX1, caller=ALICE)
        said = machine.handle(event, Now(1.0, NOON))
        (guided,) = of(GuideCaller, said)
        assert guided.steps[0] is (Step.CLOSED if n == 0 else Step.CALLS_ALREADY)


# ---- silence


def silent_twice(hotline: Hotline) -> None:
    talked(hotline, BOB, 40.0)  # somebody is heard: there are ears
    talked(hotline, ALICE, 40.0, speaks=False)
    talked(hotline, ALICE, 40.0, speaks=False)


def test_who_is_silent_hears_kind_words_and_waits_behind_the_others() -> None:
    hotline = Hotline()
    silent_twice(hotline)
    call, said = hotline.arrives(ALICE)
    assert steps_of(said) == (Step.UNHEARD, Step.ROUND)
    assert hotline.met(call) == Limit.SILENT
    assert hotline.rung[call] == 0
    said = hotline.take(RoundEnded(call=call, line=XINLI, node=PBX1, waited_s=8.0))
    assert of(HoldCaller, said)
    assert hotline.rung[call] == 1
    hotline.passes(5.0)
    later, _ = hotline.arrives(BOB)
    waiting = [one.id for one in hotline.machine.board.waiting.of_line(XINLI, hotline.now_s)]
    assert waiting == [later, call]
    # flagged meanwhile: first again
    hotline.take(CallerRecognised(call=call, caller=ALICE, high_risk=True))
    assert [one.id for one in hotline.machine.board.waiting.of_line(XINLI, hotline.now_s)] == [call, later]


def test_the_cool_off_ends_and_a_sound_ends_the_count() -> None:
    hotline = Hotline()
    silent_twice(hotline)
    hotline.passes(601.0)
    assert of(HoldCaller, hotline.arrives(ALICE)[1])
    hotline = Hotline()
    talked(hotline, BOB, 40.0)
    talked(hotline, ALICE, 40.0, speaks=False)
    talked(hotline, ALICE, 40.0)
    talked(hotline, ALICE, 40.0, speaks=False)
    assert of(HoldCaller, hotline.arrives(ALICE)[1])


def test_silence_is_only_believed_where_somebody_is_heard() -> None:
    hotline = Hotline()
    for _ in range(3):  # no event of Asterisk ever says that somebody speaks
        talked(hotline, ALICE, 40.0, speaks=False)
    assert of(HoldCaller, hotline.arrives(ALICE)[1])
    hotline = Hotline()
    talked(hotline, BOB, 40.0)
    for how in ({"listens": False}, {"speaks": False}):
        talked(hotline, ALICE, 40.0, **how)
    talked(hotline, ALICE, 20.0, speaks=False)  # too short
    assert of(HoldCaller, hotline.arrives(ALICE)[1])


def test_a_gap_in_the_events_makes_nobody_silent() -> None:
    hotline = Hotline()
    talked(hotline, BOB, 40.0)
    for _ in range(2):
        call, _ = hotline.arrives(ALICE)
        hotline.take(CallerHeld(call=call))
        leg = next(iter(hotline.machine.board.calls[call].legs))
        for event in (LegAnswered(leg=leg), LegAccepted(leg=leg), TalkStarted(leg=leg), CallerListened(call=call)):
            hotline.take(event)
        hotline.take(LinkLost(node=PBX1))
        hotline.machine.board.settling.clear()
        hotline.passes(60.0)
        hotline.leaves(call)
    assert [fact for fact in hotline.facts if fact.fact is Fact.SILENT] == []


# ---- lifting, forgetting


def test_a_lifted_limit_is_gone_at_once() -> None:
    hotline = Hotline()
    talked(hotline, ALICE, 700.0)
    assert steps_of(hotline.arrives(ALICE)[1])[0] is Step.TALKED_MUCH
    hotline.take(LimitLifted(caller=ALICE))
    assert of(HoldCaller, hotline.arrives(ALICE)[1])


def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(caller_book, "KEPT", 50)
    hotline = Hotline(replace(STRICT, waiting_at_once=0))
    live, _ = hotline.arrives(BOB)
    hotline.arrives(BOB)
    for n in range(300):
        call, _ = hotline.arrives(CallerToken(f"{n:016}"))
        hotline.leaves(call)
    assert len(hotline.machine.board.callers.known) <= 50
    assert steps_of(hotline.arrives(BOB)[1])[0] is Step.CALLS_ALREADY  # who is there is not forgotten
    assert live in hotline.machine.board.calls


def test_what_a_fact_says_of_a_limit() -> None:
    assert told(detail(Limit.TALK, "2026-01-01T00:00:00+00:00")) == ("talk", "2026-01-01T00:00:00+00:00")
    assert told(detail(Limit.CROWDED, "")) == ("crowded", "")


# ---- random days


@dataclass
class Told:
    """What the truth knows of a call."""

    who: CallerToken | None
    arrived_s: float
    limited: bool
    live: bool = True
    ended_s: float | None = None
    talk_s: float = 0.0
    silent: bool = False
    forgiven: bool = False
    """A coordinator lifted the limits after it came."""
    talk_forgiven: bool = False
    unclear: bool = False
    """Nothing was heard in the talk, but it does not count as silent: it neither counts nor ends a count."""


class Day:
    """Plays a random day and holds each answer against the list of all calls."""

    def __init__(self, seed: int) -> None:
        self.dice = Random(seed)
        self.hotline = Hotline(self._limits(), now_s=self.dice.uniform(2e5, 1e6))
        self.told: dict[CallId, Told] = {}
        self.met: Counter[str] = Counter()

    def _limits(self) -> CallerLimits:
        silent = replace(STRICT.silent, calls=self.dice.choice((1, 2)))
        return replace(STRICT, talk_s_per_day=self.dice.choice((600.0, 0.0, 1500.0)), waiting_at_once=0, silent=silent)

    def play(self, moves: int = 60) -> Counter[str]:
        for _ in range(moves):
            act = self.dice.choice(
                ("call", "call", "call", "talk", "talk", "leave", "pass", "clock", "restart", "lift")
            )
            if act == "call":
                self._call()
            elif act == "talk":
                self._talk()
            elif act == "leave":
                self._leave()
            elif act == "pass":
                self.hotline.passes(self.dice.choice((1.0, 200.0, 1000.0, 4000.0, 30_000.0)))
                self._notice_ends()
            elif act == "clock" and self.dice.random() < 0.3:
                self.hotline.wall += timedelta(hours=self.dice.choice((-1, 1, -24)))
            elif act == "restart" and self.dice.random() < 0.2:
                self._restart()
            elif act == "lift" and self.dice.random() < 0.2:
                who = self.dice.choice((ALICE, BOB))
                self.hotline.take(LimitLifted(caller=who))
                for one in self.told.values():
                    if one.who == who:
                        one.forgiven, one.talk_forgiven = True, not one.live
        return self.met

    def _notice_ends(self) -> None:
        board = self.hotline.machine.board
        for call, one in self.told.items():
            if one.live and (call not in board.calls or board.calls[call].left):
                one.live, one.ended_s = False, self.hotline.now_s

    def _call(self) -> None:
        who = self.dice.choice((ALICE, ALICE, BOB, None))
        flagged = who is not None and self.dice.random() < 0.1
        expected = "" if flagged else self._expected(who)
        call, said = self.hotline.arrives(who, flagged=flagged)
        got = self.hotline.met(call)
        assert got == expected, (got, expected)
        limited = got not in ("", Limit.SILENT)
        assert bool(self.hotline.rung[call]) == (not got), "who is limited rings nobody"
        assert len(of(GuideCaller, said)) + len(of(HoldCaller, said)) == 1
        if limited:
            self.hotline.leaves(call)
        elif got:
            self.hotline.take(RoundEnded(call=call, line=XINLI, node=PBX1, waited_s=5.0))
        self.met[got or ("flagged" if flagged else "served")] += 1
        self.told[call] = Told(who, self.hotline.now_s, limited, live=not limited, ended_s=self.hotline.now_s)

    def _expected(self, who: CallerToken | None) -> str:
        now_s, limits = self.hotline.now_s, next(iter(self.hotline.roster.lines.values())).limits
        own = [one for one in self.told.values() if one.who == who and not one.limited]
        hour = [one for one in own if now_s - 3600.0 < one.arrived_s and not one.forgiven]
        live = sum(one.live for one in own)
        if who is None:
            if live >= limits.anonymous_at_once:
                return Limit.WITHHELD_AT_ONCE
            return Limit.WITHHELD if len(hour) >= limits.anonymous_calls_per_hour else ""
        if live >= limits.calls_at_once:
            return Limit.AT_ONCE
        if len(hour) >= limits.calls_per_hour:
            return Limit.CALLS
        ended = [one for one in own if one.talk_s and not one.talk_forgiven]
        day_s = sum(one.talk_s for one in ended if (one.ended_s or 0.0) > now_s - 86_400.0)
        if limits.talk_s_per_day and day_s >= limits.talk_s_per_day - 1e-6:
            return Limit.TALK
        ended.sort(key=lambda one: one.ended_s or 0.0)
        last = [one for one in ended if not one.unclear][-limits.silent.calls :]
        if len(last) == limits.silent.calls and all(one.silent for one in last):
            first_s, last_s = last[0].ended_s or 0.0, last[-1].ended_s or 0.0
            if last_s - first_s <= 1800.0 and now_s < last_s + 600.0:
                return Limit.SILENT
        return ""

    def _waiting(self) -> list[CallId]:
        board = self.hotline.machine.board
        return [call for call, one in self.told.items() if one.live and call in board.calls and board.calls[call].legs]

    def _talk(self) -> None:
        board = self.hotline.machine.board
        call = next((one.id for one in board.waiting.of_line(XINLI, self.hotline.now_s)), None)
        if call is None or call not in self._waiting():
            return  # whoever accepts gets the call that is served first
        one = self.told[call]
        speaks = self.dice.random() < 0.4
        heard_s = board.callers.heard_s
        talk_s = self.dice.choice((20.0, 40.0, 300.0))
        self.hotline.talks(call, talk_s, speaks=speaks)
        one.live, one.ended_s, one.talk_s = False, self.hotline.now_s, talk_s
        believed = heard_s >= self.hotline.now_s - 86_400.0
        one.silent = one.who is not None and not speaks and talk_s >= 30.0 and believed
        one.unclear = not speaks and not one.silent
        self._notice_ends()

    def _leave(self) -> None:
        waiting = self._waiting()
        if waiting:
            call = self.dice.choice(waiting)
            self.hotline.leaves(call)
            self.told[call].live, self.told[call].ended_s = False, self.hotline.now_s

    def _restart(self) -> None:
        """Everybody hangs up; a new machine begins with what the journal says."""
        for call, one in self.told.items():
            if one.live:
                self.hotline.leaves(call)
                one.live, one.ended_s = False, self.hotline.now_s
        now_s, wall = self.hotline.now_s, self.hotline.wall
        moved_s = self.dice.uniform(2e5, 1e6) - now_s  # the monotonic clock of another boot

        def at(mono_s: float) -> datetime:
            return wall + timedelta(seconds=mono_s - now_s)

        past = [
            PastCaller(
                line=XINLI,
                caller=one.who,
                arrived_at=at(one.arrived_s),
                ended_at=at(one.ended_s or one.arrived_s),
                talk_s=one.talk_s,
                silent=one.silent,
                limited=one.limited,
            )
            for one in sorted(self.told.values(), key=lambda one: one.ended_s or 0.0)
            if (one.ended_s or 0.0) > now_s - 86_400.0 and not one.forgiven
        ]
        old = self.hotline
        limits = next(iter(old.roster.lines.values())).limits
        self.hotline = Hotline(limits, Memory(callers=tuple(past)), now_s=now_s + moved_s)
        self.hotline.wall, self.hotline.calls = wall, old.calls
        self.hotline.machine = Machine(
            self.hotline.roster, boot=2, now=self.hotline.now, memory=Memory(callers=tuple(past))
        )
        for one in self.told.values():
            one.arrived_s += moved_s
            one.talk_forgiven = one.talk_forgiven or one.forgiven
            one.ended_s = None if one.ended_s is None else one.ended_s + moved_s
        self.met["restart"] += 1


def test_random_days_reach_every_limit_and_break_none() -> None:
    met: Counter[str] = Counter()
    for seed in range(120):
        met += Day(seed).play()
    print(met)
    for limit in (Limit.TALK, Limit.CALLS, Limit.AT_ONCE, Limit.WITHHELD, Limit.WITHHELD_AT_ONCE, Limit.SILENT):
        assert met[limit] >= 5, (limit, met)
    assert met["restart"] > 20
    assert met["flagged"] > 20


BUGS: dict[str, Planting] = {
    "flags do not count": instead_of(caller_limits, "judge", "call.high_risk or not", "not"),
    "one call too many at once": instead_of(caller_limits, "_named", "len(known.live) >=", "len(known.live) >"),
    "one call too many in an hour": instead_of(caller_limits, "_named", "len(known.calls) >=", "len(known.calls) >"),
    "limited calls prolong the limit": instead_of(
        caller_limits, "arrived", "if met is None or met.limit is Limit.SILENT:", "if True:"
    ),
    "the wall clock counts": instead_of(caller_book, "Callers.of", "found.forget(now_s)", "found.forget(now_s - 7200)"),
    "talks are never forgotten": instead_of(caller_book, "Known.forget", "now_s - DAY_S", "0"),
    "who left is still there": instead_of(caller_limits, "left", "if call.counted:", "if False:"),
    "talks are not counted": instead_of(caller_limits, "talked", "known.talks.append", "list().append"),
    "a sound does not end the count": instead_of(caller_limits, "talked", "talk.silent = False", "pass"),
    "short talks count as silent": instead_of(
        caller_limits, "talked", "believed and talk_s >= board.current_line(call).limits.silent.talk_s", "believed"
    ),
    "silence without ears": instead_of(
        caller_limits, "talked", "call.listening and board.callers.heard_s >= now_s - HEARD_WITHIN_S", "True"
    ),
    "silent callers are refused": instead_of(
        caller_limits, "arrived", "(Step.UNHEARD, Step.ROUND)", "(Step.UNHEARD, Step.GOODBYE)"
    ),
    "the cool-off has no end": instead_of(caller_limits, "_named", "now_s < last_s + silent.cool_off_s", "True"),
    "withheld calls count for each caller": instead_of(
        caller_limits, "_who", "call.line.id, call.caller", "call.line.id, call.caller or CallerToken(call.id)"
    ),
    "a restart forgets talks": instead_of(caller_limits, "recall", "talk_s=one.talk_s", "talk_s=0.0"),
    "a restart counts limited calls": instead_of(caller_limits, "recall", "if not one.limited:", "if True:"),
    "lifting forgets nothing": instead_of(caller_limits, "lifted", "token == caller", "False"),
    "told too early": instead_of(caller_limits, "_steps", "ahead_s <= most_s", "ahead_s <= 4 * most_s"),
    "limited callers come sooner": instead_of(callers, "_known", "call.caller = caller", "call.caller = None"),
    "silence makes nobody wait": instead_of(
        caller_limits, "arrived", "call.later_s, call.heard_why = LATER_S, True", "call.heard_why = True"
    ),
}
STORIES = [
    test for name, test in sorted(globals().items()) if name.startswith("test_") and not test.__code__.co_argcount
]


@pytest.mark.thorough
@pytest.mark.parametrize("bug", BUGS)
def test_a_planted_bug_is_found(bug: str, monkeypatch: pytest.MonkeyPatch) -> None:
    BUGS[bug](monkeypatch)
    for module in (departures, talks, callers):
        assert module.caller_limits is caller_limits
    with pytest.raises(Exception):  # noqa: B017  (a story may break in any way)
        test_when_is_never_too_early(75_000.0, Step.IN_HOURS)
        for story in STORIES:
            story()

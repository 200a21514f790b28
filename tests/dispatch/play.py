"""Plays one story: a machine, a fake PBX, the two streams between them, and a watch over both.

A story is a tape of bytes. Its first choices set the scene: the line, the callers, and what goes wrong.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from math import inf

from hotline_agi.dispatch.commands import (
    CancelLeg,
    CloseRecord,
    Command,
    FlagCaller,
    NoteCover,
    NoteFact,
    NoteLanguage,
    NoteReadiness,
    NoteVolunteer,
    OpenFollowUps,
    OpenRecord,
)
from hotline_agi.dispatch.events import (
    CallerHeld,
    CallerKeyed,
    CallerLeft,
    CallerRecognised,
    CoverAsked,
    DeviceChanged,
    Event,
    LegAnswered,
    LegEnded,
    LimitLifted,
    LinkLost,
    OwnSounds,
    RecordingPossible,
    SelfHelp,
    SoundsSeen,
    Step,
    StepReached,
    StockTaken,
    TalkStarted,
    VolunteerPaused,
    VolunteerResumed,
)
from hotline_agi.dispatch.machine import Machine
from hotline_agi.roster.model import (
    CallerLimits,
    CallerOrder,
    Limits,
    Line,
    LongWrapUp,
    Notes,
    Recording,
    RecordTalks,
    Rest,
    RingGroup,
    RingStep,
    Roster,
    SilentCalls,
    VolunteerOrder,
    Want,
)
from hotline_agi.roster.waiting_plan import NO_PLAN, Choice, Offer, WaitingPlan
from hotline_agi.terms.ids import CallerToken, CallId, EndpointId, LegId
from hotline_agi.terms.instants import Now
from tests.dispatch.desk import PBX1
from tests.dispatch.fake_pbx import FakePbx, Tape, Weather
from tests.dispatch.lines import (
    ERTONG,
    NIGHT,
    NOON,
    XINLI,
    line,
    mobile,
    person,
    ring,
    roster,
    shift,
    softphone,
    with_transfer,
)
from tests.dispatch.truth import Broken, hold
from tests.dispatch.watch import Reach, Watch

NOTES = (
    OpenRecord
    | NoteFact
    | CloseRecord
    | NoteVolunteer
    | NoteReadiness
    | NoteCover
    | FlagCaller
    | OpenFollowUps
    | NoteLanguage
)
"""For the journal, not for Asterisk."""
TAPE_LENGTH = 384
ADAPTIVE = RingStep(group=RingGroup.ON_SHIFT, count=None, for_s=60.0, adaptive=True)
WHO = ("aa", "bb", "")
"""Callers whose first question tells who they are; the last withholds their number."""
STRICT = CallerLimits(
    talk_s_per_day=70.0,
    calls_per_hour=3,
    calls_at_once=2,
    anonymous_calls_per_hour=2,
    anonymous_at_once=1,
    waiting_at_once=2,
    silent=SilentCalls(calls=1, within_s=3600.0, cool_off_s=600.0),
)
TELLING = WaitingPlan(tells_place=True)
CARING = WaitingPlan(
    offer=Offer(after_s=1.0, every_s=8.0, choices=tuple(Choice)),
    self_help=("breathing", "sleep"),
)
CHOOSING = replace(CARING, languages=("zh", "en"), remembers_language=True)
SOUNDS = SoundsSeen(
    own=tuple(
        OwnSounds(
            line=of,
            language=language,
            offers=True,
            self_help=(SelfHelp(id="breathing", length_s=9.0), SelfHelp(id="sleep", length_s=30.0)),
        )
        for of in (XINLI, ERTONG)
        for language in ("zh", "en")
    )
)
KEPT = ("lin", "wang", "bao", "zhao", "gu")
"""Whose phones, limits, languages and qualifications stay when the roster is swapped."""
START_S = 1.0
"""The service takes stock first, then lets the dialplan ask."""
MOST_STEPS = 20_000
SILENT_STEPS = 3_000
LONGEST_SILENCE_S = 2 * 86_400.0


@dataclass(frozen=True)
class Weathers:
    """What goes wrong in a story."""

    weather: Weather
    freezes: tuple[tuple[float, float], ...]
    gaps: tuple[tuple[float, float], ...]
    strays: bool
    silent_s: float
    """From here on the PBX says nothing and does nothing."""
    freeze_s: float
    """How long the service freezes in the worst instant: just when somebody asked."""
    gap_s: float
    """How long the link is down in the worst instant: just when something happened."""

    @property
    def gentle(self) -> bool:
        """Nothing is lost, though it may be late."""
        return self.careful and not (self.gaps or self.gap_s)

    @property
    def careful(self) -> bool:
        """Nothing is lost but in a gap, after which stock is taken; no event lies."""
        return not (self.strays or self.weather.lossy) and self.silent_s == inf

    @property
    def orderly(self) -> bool:
        return self.gentle and not (self.freezes or self.freeze_s or self.weather.slow or self.weather.haunted)


def draw_line(tape: Tape) -> Line:
    """A line of some shape; four people or fewer, so that they are short."""
    on_shift = tape.among(("lin", "wang", "zhao"), ("lin",), ("lin", "wang"), ("lin", "wang", "zhao", "chen"), ())
    backup = tape.among(("bao",), (), ("bao", "gu", "lin"))
    steps = tape.among(
        (ring(2), ring(None, 20.0), ring(None, 20.0, RingGroup.BACKUP)),
        (ring(1, 10.0), ring(2, 15.0), ring(1, 15.0, RingGroup.BACKUP)),
        (ring(None, 60.0),),
        (ring(1, 5.0),),
        (ADAPTIVE,),
        (ADAPTIVE, ring(None, 20.0, RingGroup.BACKUP)),
    )
    make = tape.among(line, with_transfer)
    found = make(
        ring_steps=steps,
        shifts=(shift(on_shift, backup),),
        max_wait_s=tape.among(120.0, 40.0),
        wrap_up_s=tape.among(30.0, 0.0, 5.0),
        opening=tape.among((), (), (), (), (), (), (NIGHT,)),
        ring_timeout_s=tape.among(25.0, 8.0),
        transfer_timeout_s=15.0,
        order=tape.among(*VolunteerOrder),
        callers=CallerOrder(yields_s=tape.among(0.0, 15.0), service_level_s=tape.among(30.0, 10.0)),
        wants=tape.among((), (), (), (Want(language="en", for_s=8.0),), (Want(qualification="crisis"),)),
        limits=tape.among(CallerLimits(), STRICT),
        rest=tape.among(None, Rest(missed=2, for_s=30.0), Rest(missed=1, for_s=300.0)),
        waiting=tape.among(NO_PLAN, CARING, TELLING, CHOOSING),
        long_wrap_up=tape.among(None, LongWrapUp(talk_s=60.0, wrap_up_s=90.0)),
        recording=tape.among(Recording(), Recording(talks=RecordTalks.CONSENT)),
    )
    # no choice of its own: which story a tape tells stays the same
    return replace(found, notes=Notes()) if found.wrap_up_s == 5.0 else found


def draw_roster(tape: Tape) -> Roster:
    first = draw_line(tape)
    lines = [first]
    if tape.one_in(4):
        second = draw_line(tape)
        lines.append(line(**{f: getattr(second, f) for f in ("ring_steps", "shifts", "max_wait_s")} | {"id": ERTONG}))
    people = [person("lin"), person("wang", mobile("wang")), person("bao", mobile("bao"))]
    people += [person("zhao", softphone("zhao")), person("gu", softphone("gu"))]
    limits = Limits(calls_per_shift=tape.among(None, 1, 2), talk_min_per_day=tape.among(None, 5))
    people[0] = replace(people[0], languages=("zh", "en"), limits=limits)
    people[1] = replace(people[1], qualifications=("crisis",), limits=Limits(talk_min_in_a_row=tape.among(None, 15)))
    people[2] = replace(people[2], languages=("zh", "en"), qualifications=("crisis",))
    return roster(*lines, people=people)


def draw_weathers(tape: Tape) -> Weathers:
    kind = tape.among("fair", "fair", "fair", "freeze", "gap", "lossy", "slow", "strays", "silent", "haunted", "storm")
    storm = kind == "storm"
    freeze_s = gap_s = 0.0
    freezes, gaps = [], []
    if kind == "freeze" or storm:
        for _ in range(tape.among(1, 2)):
            start_s = tape.span(START_S, 40.0)
            freezes.append((start_s, start_s + tape.among(1.0, 0.3, 3.5, 8.0)))
        freeze_s = tape.among(0.0, 0.5, 3.5, 8.0)
    if kind == "gap" or storm:
        start_s = tape.span(START_S, 40.0)
        gap_s = tape.among(0.0, 1.0, 5.0, 8.0, 25.0)
        gaps.append((start_s, start_s + tape.among(2.0, 0.1, 8.0, 25.0)))
    return Weathers(
        weather=Weather(
            lossy=kind == "lossy" or storm, slow=kind == "slow" or storm, haunted=kind == "haunted" or storm
        ),
        freezes=tuple(freezes),
        gaps=tuple(gaps),
        strays=kind == "strays" or storm,
        silent_s=tape.span(0.0, 90.0) if kind == "silent" else inf,
        freeze_s=freeze_s,
        gap_s=gap_s,
    )


class Story:
    """One story. `play` plays it to its end, or raises `Broken`."""

    pbx_kind: type[FakePbx] = FakePbx

    def __init__(self, tape: bytes, machine: Callable[..., Machine] = Machine) -> None:
        self.tape = Tape(tape)
        self.weathers = draw_weathers(self.tape)
        self.roster = self.first_roster = self.draw_roster()
        self.began_at = self._now(0.0)
        self.machine = machine(self.roster, boot=1, now=self.began_at)
        self.watch = Watch(
            self.machine,
            self.roster,
            orderly=self.weathers.orderly,
            gentle=self.weathers.gentle,
            careful=self.weathers.careful,
        )
        self.pbx = self.pbx_kind(self.tape, self.weathers.weather, self.watch, self._ami, self._agi)
        self.watch.pbx = self.pbx
        self.history: list[tuple[Event | Roster | None, Now]] = []
        self.commands: list[list[Command]] = []
        self._ami_free_s = 0.0
        self._frozen, self._froze_s = False, 0.0
        self._silent = False
        self._backlog: list[tuple[str, Event]] = []
        self._told: list[Event] = []
        """What may be told again, late."""

    def draw_roster(self) -> Roster:
        return draw_roster(self.tape)

    def play(self) -> Reach:
        self._set_scene()
        steps = 0
        while True:
            pbx_s = self.pbx.next_s() if not self._silent else None
            due_s = self.next_deadline()
            if pbx_s is None and due_s is None:
                break
            steps += 1
            hold(steps < (SILENT_STEPS if self._silent else MOST_STEPS), "no endless loop", steps)
            if due_s is not None and (pbx_s is None or due_s <= pbx_s):
                self.pbx.now_s = max(self.now_s, due_s)
                hold(self.now_s < LONGEST_SILENCE_S, "every call ends", "in bounded time")
                self._step(None)
            else:
                self.pbx.advance()
        self.watch.over()
        if self.watch.orderly:
            for caller in self.pbx.callers.values():
                self.watch.truth(caller)
        return self.watch.reach

    def next_deadline(self) -> float | None:
        """Of the machine, if it can keep it."""
        return self.machine.next_deadline() if not self._frozen else None

    @property
    def now_s(self) -> float:
        return self.pbx.now_s

    # ---- the scene

    def _set_scene(self) -> None:
        tape, pbx = self.tape, self.pbx
        lines = list(self.roster.lines)
        for n, volunteer in enumerate(self.roster.volunteers.values()):
            if tape.one_in(12):
                leg = LegId(f"leg-00000000{n:06x}")
                pbx.rang_before(leg, volunteer.id, volunteer.endpoints[0], up=tape.among(True, False))
        self._step(SOUNDS)
        self._take_stock()
        pbx.later(0.5, self._recording_possible)
        at_s = START_S
        known = tape.one_in(3)
        crowd = tape.one_in(5)
        for n in range(tape.among(8, 12) if crowd else tape.among(2, 3, 1, 4, 6)):
            call = CallId(f"pbx1-1580875200.{n:02}")
            at_s += tape.among(0.5, 1.0, 0.0) if crowd else tape.among(0.5, 10.0, 0.0, 30.0)
            waited_s = 20.0 if tape.one_in(8) else 0.0
            line_id = tape.among(*lines)
            who = tape.among(*WHO) if known else None
            flagged = bool(who) and tape.one_in(6)
            pbx.later(
                at_s,
                lambda c=call, i=line_id, w=waited_s, who=who, f=flagged: pbx.calls_in(  # type: ignore[misc]
                    c, i, waited_s=w, who=who, flagged=f
                ),
            )
        for start_s, until_s in self.weathers.freezes:
            pbx.later(start_s, self._freeze)
            pbx.later(until_s, self._thaw)
        for start_s, until_s in self.weathers.gaps:
            pbx.later(start_s, self._link_lost)
            pbx.later(until_s, self._link_back)
        if self.weathers.strays:
            for _ in range(6):
                pbx.later(tape.span(0.0, 60.0), self._stray)
        if self.weathers.silent_s < inf:
            pbx.later(self.weathers.silent_s, self._fall_silent)
        for _ in range(tape.among(0, 0, 2, 6)):
            pbx.later(tape.span(0.0, 90.0), self._somebody_acts)
        if tape.one_in(4):
            pbx.later(tape.span(0.0, 60.0), self._new_roster)
        if tape.one_in(4):
            pbx.later(tape.span(0.0, 60.0), self._take_stock)

    def _recording_possible(self) -> None:
        """The shell looks at its disks: by itself, whether or not Asterisk can be heard."""
        self._arrives("ami", RecordingPossible(possible=self.tape.among(True, True, True, False)))

    def _somebody_acts(self) -> None:
        """A volunteer pauses or comes back, a softphone goes or is used, a caller is recognised."""
        who = self.tape.among(*self.roster.volunteers)
        phone = EndpointId(f"sp-{who}")
        act = self.tape.among(
            "pauses", "resumes", "phone gone", "phone back", "other call", "caller", "caller", "cover", "lifted", "disk"
        )
        match act:
            case "disk":
                self._recording_possible()
            case "lifted":
                self._ami(LimitLifted(caller=CallerToken(self.tape.among(*WHO[:2]))))
            case "cover":
                self._ami(CoverAsked(volunteer=who))
            case "pauses":
                self._ami(VolunteerPaused(volunteer=who, for_s=self.tape.among(20.0, None, 0.0, 200.0)))
            case "resumes":
                self._ami(VolunteerResumed(volunteer=who))
            case "caller":
                there = [caller.id for caller in self.pbx.callers.values() if caller.is_there]
                if there:
                    token = CallerToken(self.tape.among("aa", "bb"))
                    self._ami(
                        CallerRecognised(
                            call=self.tape.among(*there), caller=token, high_risk=self.tape.among(False, True)
                        )
                    )
            case "other call":
                if not self.pbx.live_phones(who):
                    self._ami(DeviceChanged(node=PBX1, endpoint=phone, reachable=True, busy=True))
                    idle = DeviceChanged(node=PBX1, endpoint=phone, reachable=True, busy=False)
                    self.pbx.later(self.tape.span(1.0, 60.0), lambda: self._ami(idle))
            case _:
                self._ami(DeviceChanged(node=PBX1, endpoint=phone, reachable=act == "phone back", busy=False))

    def _new_roster(self) -> None:
        if self._frozen:
            self.pbx.later(1.0, self._new_roster)
            return
        new = draw_line(self.tape)
        lines = [new if i == XINLI else each for i, each in self.roster.lines.items()]
        self.roster = roster(*lines, people=[each for each in self.roster.volunteers.values() if each.id in KEPT])
        self.watch.roster_swapped(self.roster, self.now_s)
        self._step(self.roster)

    def _freeze(self) -> None:
        if not self._frozen:
            self._frozen, self._froze_s = True, self.now_s
        self.watch.reach.count("weather", "freeze")

    def _thaw(self) -> None:
        if not self._frozen:
            return
        self._frozen = False
        self.watch.thawed(self._froze_s, self.now_s)
        if not self.weathers.gentle and self.tape.one_in(2):
            self._step(None)  # against the contract: timers before the news that waits
        backlog, self._backlog = self._backlog, []
        streams = {name: [event for stream, event in backlog if stream == name] for name in ("ami", "agi")}
        while any(streams.values()):
            name = self.tape.among("ami", "agi")
            stream = streams[name] or streams["agi" if name == "ami" else "ami"]
            self._step(stream.pop(0))

    def _link_lost(self) -> None:
        self.pbx.link_is_up = False
        self.watch.reach.count("weather", "link lost")
        if not self._silent:
            self._send(LinkLost(node=PBX1), self._ami_delay())

    def _perhaps_gap(self, one_in: int) -> None:
        """The worst instants: something just happened, or is just to be stopped."""
        if self.weathers.gap_s and self.pbx.link_is_up and self.tape.one_in(one_in):
            self._link_lost()
            self.pbx.later(self.weathers.gap_s, self._link_back)

    def _link_back(self) -> None:
        if not self.pbx.link_is_up:
            self._take_stock()

    def _take_stock(self) -> None:
        """Ask for the stock; the answer comes in the stream, what happens meanwhile after it."""
        stock = self.pbx.stock(PBX1, self.now_s)
        self._send(stock, self._ami_delay())

    def _fall_silent(self) -> None:
        self._silent = True
        self.watch.reach.count("weather", "silence")

    def _stray(self) -> None:
        """Something late, doubled or unknown, on the stream of events."""
        call, leg = CallId("pbx1-1580875200.99"), LegId("leg-00000000ffffff")
        if self._told and not self.tape.one_in(4):
            self._ami(self._told[int(self.tape.span(0, len(self._told) - 1))])
            return
        unknown: tuple[Event, ...] = (
            LegEnded(leg=leg),
            CallerLeft(call=call),
            LegAnswered(leg=leg),
            TalkStarted(leg=leg),
            CallerKeyed(call=call, key="*"),
            StepReached(call=call, step=Step.DIRECTORY),
        )
        self._ami(self.tape.among(*unknown))

    # ---- the two streams

    def _ami_delay(self) -> float:
        return self.tape.span(0.0, 0.3) if self.weathers.weather.slow else self.tape.span(0.0, 0.015)

    def _ami(self, event: Event) -> None:
        """Events keep their order here. One may be doubled; in a gap they are lost."""
        self._perhaps_gap(24)
        if not self.pbx.link_is_up:
            return
        if self.weathers.weather.lossy and isinstance(event, LegEnded | CallerHeld) and self.tape.one_in(12):
            return
        self._send(event, self._ami_delay())
        if isinstance(event, LegEnded | CallerLeft | LegAnswered | TalkStarted):
            self._told.append(event)
            if self.tape.one_in(20):
                self._send(event, 0.0)

    def _send(self, event: Event, delay_s: float) -> None:
        self._ami_free_s = max(self._ami_free_s, self.now_s + delay_s)
        self.pbx.at(self._ami_free_s, lambda: self._arrives("ami", event))

    def _agi(self, event: Event) -> None:
        """Each question has a connection of its own."""
        delay_s = self.tape.span(0.0, 0.3) if self.weathers.weather.slow else self.tape.span(0.0, 0.015)
        if self.weathers.freeze_s and not self._frozen and self.tape.one_in(6):
            self.pbx.later(self.tape.span(0.0, 0.03), self._freeze)
            self.pbx.later(0.03 + self.weathers.freeze_s, self._thaw)
        self.pbx.later(delay_s, lambda: self._arrives("agi", event))

    def _arrives(self, stream: str, event: Event) -> None:
        if self._frozen:
            self._backlog.append((stream, event))
        else:
            self._step(event)

    # ---- the machine

    def _now(self, now_s: float) -> Now:
        return Now(mono_s=now_s, at=NOON + timedelta(seconds=now_s))

    def _step(self, news: Event | Roster | None) -> None:
        """One step of the machine; None: a deadline."""
        now = self._now(self.now_s)
        self.history.append((news, now))
        if news is not None and not isinstance(news, Roster):
            self.watch.told(news, self.now_s)
        try:
            commands = take(self.machine, news, now)
        except Exception as error:
            raise Broken("no sequence of events raises", repr(error)) from error
        self.commands.append(commands)
        if self._silent:
            self.watch.did(commands, self.now_s)
            return
        if isinstance(news, StockTaken):
            self.pbx.link_is_up = True  # not before: what is rung while stock is taken would be in no stock
        for command in commands:
            if isinstance(command, CancelLeg):
                self._perhaps_gap(6)
            if not isinstance(command, NOTES):
                self.pbx.carry_out(command)
        self.watch.did(commands, self.now_s)

    def replay(self, machine: Callable[..., Machine] = Machine) -> None:
        """The same news again, to a new machine: the same commands."""
        again = machine(self.first_roster, boot=1, now=self._now(0.0))
        for (news, now), commands in zip(self.history, self.commands, strict=True):
            hold(take(again, news, now) == commands, "replay gives the same commands", news)


def take(machine: Machine, news: Event | Roster | None, now: Now) -> list[Command]:
    match news:
        case None:
            return machine.handle_deadline(now)
        case Roster():
            return machine.use_roster(news, now)
        case _:
            return machine.handle(news, now)

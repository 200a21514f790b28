"""Stories in which the service dies at some event, and another one goes on from the journal and Asterisk's stock.

It dies after any step, with the step's commands carried out, or some of them; the journal has all, or lacks the last
100 ms. Meanwhile Asterisk, the callers and the phones go on. Questions of the dialplan wait for the next service (the
listening socket is kept), or are refused (it is not).
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from math import inf

from hotline_agi.dispatch.commands import (
    CloseRecord,
    Command,
    NoteCover,
    NoteFact,
    NoteReadiness,
    NoteVolunteer,
    OpenRecord,
)
from hotline_agi.dispatch.events import (
    CallArrived,
    CallerRecognised,
    DeviceChanged,
    Event,
    LegAccepted,
    RoundEnded,
    TalkEnded,
)
from hotline_agi.dispatch.machine import Machine
from hotline_agi.dispatch.memory import RESULTS, Memory, Noted, OpenCall, PastRing, PastTalk
from hotline_agi.dispatch.state import CallState, LegState
from hotline_agi.roster.model import Roster
from hotline_agi.terms.facts import Fact
from hotline_agi.terms.ids import CallId, EndpointId, LegId
from hotline_agi.terms.instants import Now
from hotline_agi.terms.outcomes import LegOutcome
from hotline_agi.terms.standing import VolunteerState
from tests.dispatch.desk import PBX1
from tests.dispatch.fake_pbx import Tape
from tests.dispatch.notice_desk import memory_of
from tests.dispatch.play import NOTES, SOUNDS, Story, Weathers, draw_weathers
from tests.dispatch.truth import hold
from tests.dispatch.watch import Journalled

LOST_S = 0.1
"""What a power cut takes."""
WAITS = ("held", "asking", "entering")
HANDED_OVER_S = 2.5
"""A service that is back within this was not missed: no caller falls into survival."""

Entry = tuple[float, Command]


def draw_restart_weathers(tape: Tape) -> Weathers:
    """Freezes, a silent Asterisk and lost hang-ups have their own stories."""
    weathers = draw_weathers(tape)
    weather = replace(weathers.weather, haunted=False)
    return replace(weathers, weather=weather, freezes=(), freeze_s=0.0, silent_s=inf)


class Restarts(Story):
    """See the module. `deaths` counts the services that died."""

    def __init__(self, tape: bytes, machine: Callable[..., Machine] = Machine) -> None:
        super().__init__(tape, machine)
        self.weathers = draw_restart_weathers(Tape(tape))
        self.pbx.weather = self.weathers.weather
        self.watch.orderly = False
        self._make = machine
        self._journal: list[Entry] = []
        self._devices: dict[EndpointId, DeviceChanged] = {}
        self._tokens: dict[CallId, CallerRecognised] = {}
        self._down = False
        self._questions: list[Event] = []
        self._dies_in = int(self.tape.span(1, 120))
        self._lives = self.tape.among(1, 1, 2, 3)
        self.deaths = 0
        self._swapped = False
        self._kept = True
        self._died_s = 0.0
        self._back_s = self._gone_s = -1.0
        """When a service was there again last; since when none has done anything."""

    # ---- the two streams

    def _arrives(self, stream: str, event: Event) -> None:
        if not self._down:
            if not (stream == "agi" and self.deaths and self._was_heard(event)):
                self._step(event)
        elif stream == "agi" and event not in self._questions:
            self._questions.append(event)

    def _was_heard(self, question: Event) -> bool:
        """Whether it was on its way when the service died, and has been asked again since."""
        match question:
            case CallArrived(call=call) | RoundEnded(call=call) | TalkEnded(call=call):
                return self.watch.calls[call].asked_s is not None
            case LegAccepted(leg=leg):
                return leg in self.watch.legs and self.watch.legs[leg].asked
            case _:
                return False

    def _take_stock(self) -> None:
        if not self._down:
            super()._take_stock()

    def _link_lost(self) -> None:
        if not self._down:
            super()._link_lost()

    def _new_roster(self) -> None:
        if self._down:
            self.pbx.later(1.0, self._new_roster)
        else:
            self._swapped = True
            super()._new_roster()

    # ---- life and death

    def next_deadline(self) -> float | None:
        return None if self._down else super().next_deadline()

    def _step(self, news: Event | Roster | None) -> None:
        if self._down:
            return
        if isinstance(news, DeviceChanged):
            self._devices[news.endpoint] = news
        if isinstance(news, CallerRecognised):
            self._tokens[news.call] = news
        super()._step(news)
        self._journal += [(self.now_s, command) for command in self.commands[-1] if isinstance(command, NOTES)]
        self._dies_in -= 1
        if self._dies_in <= 0 and not self.watch.blind and self.deaths < self._lives and self.now_s > 1.0:
            self._die()

    def _die(self) -> None:
        tape = self.tape
        self.deaths += 1
        self._down, self._died_s = True, self.now_s
        again = self._back_s == self.now_s  # it died in taking stock: as if none had come back
        if not again:
            self._gone_s = self.now_s
        kept = not tape.one_in(3)
        # without AMI nobody could have been served anyway
        self._kept = kept and self.pbx.link_is_up and (self._kept or not again)
        self._dies_in = int(tape.span(1, 120))
        self.before = {
            call.id: (call.arrived_s, self.machine.board.waiting.place(call, self.now_s))
            for call in self.machine.board.waiting.all()
        }
        self.rang = {
            leg.id
            for leg in self.machine.board.legs.values()
            if leg.state is LegState.RINGING and leg.call.state is CallState.WAITING and not leg.call.hanging_up
        }
        self.watch.reach.count("death", "socket kept" if self._kept else "port closed")
        for call in self.machine.board.calls.values():
            self.watch.reach.count("death while", call.state.name if not call.left else "left")
        self.pbx.link_is_up = self._kept
        if self._kept:
            self.pbx.ask_again()
        else:
            self.pbx.give_up()
        self.pbx.later(tape.among(0.4, 1.0, 2.0, 0.2, 8.0), self._come_back)

    def _come_back(self) -> None:
        pbx, tape = self.pbx, self.tape
        lossy = tape.one_in(3)
        journal = [entry for entry in self._journal if not lossy or entry[0] < self._died_s - LOST_S]
        self._journal = journal
        self.watch.reach.count("death", "the last 100 ms are lost" if lossy else "the journal is whole")
        now = self._now(self.now_s)
        memory = remembered(journal, now, self._tokens, self._died_s)
        self.machine = self._make(self.roster, boot=1 + self.deaths, now=now, memory=memory)
        opened = frozenset(entry.call for _, entry in journal if isinstance(entry, OpenRecord))
        closed = frozenset(entry.call for _, entry in journal if isinstance(entry, CloseRecord))
        self.watch.restarted(
            self.machine,
            Journalled(
                opened=opened,
                closed=closed,
                lossy=lossy,
                lost_since_s=self._died_s - LOST_S,
                new_roster=self._swapped,
            ),
        )
        self._down = False
        self.history.clear()
        self.commands.clear()
        self.first_roster, self.began_at, self.first_memory = self.roster, now, memory
        down_s, self._back_s = self.now_s - self._gone_s, self.now_s
        self.watch.blind = True
        self._step(SOUNDS)
        for device in self._devices.values():
            self._step(device)
        self.watch.blind = False
        rings = {phone.id for phone in pbx.phones.values() if phone.state == "ringing"} & self.rang
        stock = pbx.stock(PBX1, self.now_s)
        for caller in stock.callers:
            self.watch.reach.count("found", caller.where.value)
        self.known = {*self.roster.volunteers, None}
        self._step(stock)
        self._recording_possible()
        if not lossy:
            self._phones_ring_on(rings)
        self._places_are_kept(opened)
        self._talks_are_known()
        if self._kept and down_s < HANDED_OVER_S:
            for caller in pbx.callers.values():
                hold(caller.survived_s < self._gone_s, "a hand-over sends nobody into survival", caller.id)
            self.watch.reach.count("death", "handed over")
        questions, self._questions = self._questions, []
        for question in questions:
            if not self._down and pbx.is_open(question):
                self._step(question)

    def _phones_ring_on(self, rings: set[LegId]) -> None:
        board = self.machine.board
        for leg in rings:
            call = self.pbx.callers[self.pbx.phones[leg].swept_with]
            if call.state not in WAITS or self.pbx.phones[leg].command.volunteer not in self.known:
                continue
            self.watch.reach.count("death", "a phone rings on")
            there = leg in board.legs and board.legs[leg].state is LegState.RINGING
            over = call.id in board.calls and board.calls[call.id].state is not CallState.WAITING
            hold(there or over or board.legs.get(leg) is not None, "a phone that rings, rings on", leg)

    def _places_are_kept(self, opened: frozenset[CallId]) -> None:
        board = self.machine.board
        waits = [
            caller.id
            for caller in self.pbx.callers.values()
            if caller.id in self.before
            and (caller.state in WAITS or self.pbx.is_aside(caller))
            and caller.line in board.roster.lines
        ]
        for call in waits:
            ours = board.calls.get(call)
            if isinstance(self.pbx.callers[call].question, RoundEnded) or call in opened:
                hold(ours is not None, "who waits is known again at once", call)
            if ours is None:
                continue
            self.watch.reach.count("death", "somebody waits on")
            wrong_s = abs(ours.arrived_s - self.before[call][0])
            hold(wrong_s < (1e-3 if call in opened else 1.001), "waiting time is kept", (call, wrong_s))
            language = self.pbx.callers[call].language
            if language in ours.line.waiting.languages and not ours.choosing:  # else a new roster has no menu
                hold(language == ours.language, "the language is kept", (call, language))

    def _talks_are_known(self) -> None:
        board = self.machine.board
        for phone in self.pbx.phones.values():
            who = phone.command.volunteer
            if self.weathers.careful and phone.caller is not None and phone.caller.is_there and who is not None:
                self.watch.reach.count("death", "a talk goes on")
                hold(board.seats.is_taken(who), "who talks is known", who)
                hold(board.seats.seat(who).state is VolunteerState.TALKING, "who talks is known", who)

    def replay(self, machine: Callable[..., Machine] = Machine) -> None:
        """Of the last run."""
        memory = getattr(self, "first_memory", Memory())
        boot = 1 + self.deaths
        super().replay(lambda roster, **_: machine(roster, boot=boot, now=self.began_at, memory=memory))


def remembered(journal: list[Entry], now: Now, tokens: dict[CallId, CallerRecognised], died_s: float) -> Memory:
    """As `store/remembering.py` reads it."""

    def at(entry_s: float) -> Now:
        return Now(entry_s, now.at - timedelta(seconds=now.mono_s - entry_s))

    calls: dict[CallId, OpenCall] = {}
    closed: list[CloseRecord] = []
    states: dict[str, NoteVolunteer] = {}
    pauses: dict[str, NoteVolunteer] = {}
    for entry_s, command in journal:
        match command:
            case OpenRecord(call=call):
                known = calls.get(call)
                token = tokens.get(call)
                calls[call] = known or OpenCall(
                    call=call,
                    line=command.line,
                    node=command.node,
                    arrived_at=command.arrived_at,
                    caller=token.caller if token else None,
                    high_risk=token.high_risk if token else False,
                )
            case NoteFact(call=call) if call in calls and command.fact not in (Fact.CHOSE, Fact.SERVED):
                noted = Noted(
                    at=at(entry_s).at,
                    fact=command.fact,
                    leg=command.leg,
                    volunteer=command.volunteer,
                    detail=command.detail,
                )
                calls[call] = replace(calls[call], facts=(*calls[call].facts, noted))
            case CloseRecord(call=call):
                calls.pop(call, None)
                closed.append(command)
            case NoteVolunteer(volunteer=who, state=state):
                states[who] = command
                if list(VolunteerState).index(state) >= list(VolunteerState).index(VolunteerState.PAUSED):
                    pauses[who] = command
            case NoteReadiness() | NoteCover():
                pass
            case _:
                pass
    legs = sorted((leg for record in closed for leg in record.legs), key=lambda leg: leg.ended_at)
    lines = {leg.leg: record.line for record in closed for leg in record.legs}
    agreed = memory_of([command for _, command in journal])
    return Memory(
        legs=tuple(
            PastRing(
                endpoint=EndpointId(leg.endpoint_id),
                kind=leg.endpoint,  # type: ignore[arg-type]
                result=RESULTS[leg.outcome],
                rang_s=leg.rang_s,
                age_days=(now.at - leg.ended_at).total_seconds() / 86_400,
            )
            for leg in legs
            if leg.outcome in RESULTS and leg.volunteer is not None
        ),
        talks=tuple(
            PastTalk(
                volunteer=leg.volunteer,
                started_at=leg.ended_at - timedelta(seconds=leg.talk_s),
                ended_at=leg.ended_at,
                line=lines[leg.leg],
            )
            for leg in legs
            if leg.outcome is LegOutcome.TALKED and leg.volunteer is not None
        ),
        pauses=tuple(
            (note.volunteer, note.until_at)
            for note in pauses.values()
            if note.state is VolunteerState.PAUSED and (note.until_at is None or note.until_at > now.at)
        ),
        rests=tuple(
            (note.volunteer, note.until_at)
            for note in states.values()
            if note.state is VolunteerState.RESTING and note.until_at is not None and note.until_at > now.at
        ),
        missed=(),
        stand_ins=agreed.stand_ins,
        readiness=agreed.readiness,
        calls=tuple(sorted(calls.values(), key=lambda call: (call.arrived_at, call.call))),
        seen_until_at=at(died_s).at,
    )

"""What must hold in every story, whatever happens: checked against the fake PBX's truth and the machine's own words.

The watch keeps its own books of what the machine was told and what it said; it looks into the machine's memory only for
a call's state and for what must be bounded.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from hotline_agi.dispatch.answers import ASK_LIMIT_S
from hotline_agi.dispatch.asides import LIMIT_S, is_aside
from hotline_agi.dispatch.commands import (
    CancelLeg,
    CloseRecord,
    Command,
    ConnectLeg,
    DismissLeg,
    EndRound,
    Fact,
    FetchCaller,
    GuideCaller,
    HangUp,
    HoldCaller,
    NoteFact,
    NoteVolunteer,
    NoticeKind,
    OpenRecord,
    ReassignLeg,
    RefuseLeg,
    RingLeg,
    RingNotice,
)
from hotline_agi.dispatch.cover_requests import NEXT_SHIFT
from hotline_agi.dispatch.events import (
    CallArrived,
    CallbackAsked,
    CallerLeft,
    CallerSurviving,
    Event,
    HangupRequested,
    LegAccepted,
    LegEnded,
    NoticeAnswered,
    ResultGiven,
    RoundEnded,
    Step,
    StepReached,
    StockTaken,
    TalkEnded,
    TalkStarted,
    VolunteerResumed,
    Whereabouts,
    WrapUpDeclined,
)
from hotline_agi.dispatch.machine import Machine
from hotline_agi.dispatch.seats import Place
from hotline_agi.dispatch.state import Call, CallState
from hotline_agi.dispatch.switchboard import CALL_TIMERS, Timer
from hotline_agi.dispatch.talks import GHOST_S, TALK_FORGET_S, VERDICT_S
from hotline_agi.roster.duty import on_duty
from hotline_agi.roster.model import RingGroup, RingStep, Roster
from hotline_agi.terms.causes import Cause
from hotline_agi.terms.ids import CallId, LegId, VolunteerId
from hotline_agi.terms.outcomes import Outcome
from tests.dispatch.consent_book import ConsentBook
from tests.dispatch.fake_pbx import Caller, FakePbx, Phone
from tests.dispatch.people_book import PeopleBook, duty_of, fits, may_have, turn_of, who_is_served
from tests.dispatch.truth import hold

ACCEPT_ANSWER_S = 2.5
ORDER_S = 0.05


@dataclass
class CallBook:
    """What was said of one call."""

    opened: int = 0
    closed: int = 0
    in_journal: bool = False
    carried: bool = False
    """Its record was open when the service was started anew, which may open it again."""
    asked_s: float | None = None
    """Since when a question is open."""
    gone: bool = False
    """The machine was told that the caller left."""
    hanging_up: bool = False
    surviving: bool = False
    was_open: bool = True
    """The line, when the call was admitted."""
    outlived: bool = False
    """Its talk outlived the service that began it."""
    came_out: bool = False
    """The open question, or the last, is that of a caller who came out of a talk."""
    leaving: bool = False
    fetched: LegId | None = None
    """For whom they were told to come back from aside, for somebody who accepted."""
    told_place: int | None = None
    """The machine told the caller to go through the last steps."""
    connected: LegId | None = None
    declined: set[VolunteerId] = field(default_factory=set)
    rung_out: set[VolunteerId] = field(default_factory=set)
    """Whose legs ended while they belonged to this call."""
    rings_since_s: float = 0.0
    """Since when it is rung through; since when its wave runs."""
    wave_since_s: float = 0.0
    overflow_due_s: float = 0.0
    steps: tuple[RingStep, ...] = ()
    """As the roster had them when the wave began."""
    wave_count: int | None = None
    wave_legs: set[LegId] = field(default_factory=set)
    legs: set[LegId] = field(default_factory=set)
    state: CallState | None = None
    record: CloseRecord | None = None


@dataclass
class LegBook:
    """What was said of one leg."""

    call: CallId
    volunteer: VolunteerId | None
    picked_up: bool = False
    withdrawn: bool = False
    asked_s: float | None = None
    asked: bool = False
    connected: bool = False
    talked: bool = False
    no_rest: bool = False
    ended: bool = False


@dataclass(frozen=True)
class Journalled:
    """What of the records is on disk."""

    opened: frozenset[CallId]
    closed: frozenset[CallId]
    lossy: bool
    lost_since_s: float
    """If it is lossy."""
    new_roster: bool
    """Another one is in force than when some of them were written: it says how long people rest, and how much they
    talk."""


class Reach:
    """How often each thing was reached: a test that reaches nothing proves nothing."""

    def __init__(self) -> None:
        self.counts: dict[str, Counter[str]] = defaultdict(Counter)

    def count(self, kind: str, what: object) -> None:
        self.counts[kind][str(what)] += 1

    def add(self, other: "Reach") -> None:
        for kind, counts in other.counts.items():
            self.counts[kind].update(counts)

    def missed(self, expected: Mapping[str, Iterable[str]]) -> list[tuple[str, str]]:
        """What of `expected` (kind → what) was not reached."""
        return [(kind, what) for kind, wanted in expected.items() for what in wanted if not self.counts[kind][what]]

    def table(self) -> str:
        lines = []
        for kind, counts in sorted(self.counts.items()):
            lines.append(f"{kind}:")
            lines += [f"  {count:>8}  {what}" for what, count in sorted(counts.items())]
        return "\n".join(lines)


class Watch:
    """Watches one machine and one PBX."""

    def __init__(self, machine: Machine, roster: Roster, *, orderly: bool, gentle: bool, careful: bool) -> None:
        """`orderly`, `gentle`, `careful`: what the weather allows to be held; see `play.Weathers`."""
        self.machine, self.orderly, self.gentle, self.careful = machine, orderly, gentle, careful
        self._people = set(roster.volunteers)
        self._lines = set(roster.lines)
        self.pbx: FakePbx | None = None
        self.calls: dict[CallId, CallBook] = defaultdict(CallBook)
        self.legs: dict[LegId, LegBook] = {}
        self.results_told = 0
        self.resting_until_s: dict[VolunteerId, float] = {}
        self.reach = Reach()
        self.thawed_s = float("-inf")
        """Since when the service runs without a break: it cannot answer while it is frozen."""
        self._now_s = 0.0
        self.people = PeopleBook()
        self.consents = ConsentBook()
        self._expected: tuple[LegId, CallId | None] | None = None
        """Who accepts now, and which call should be theirs."""
        self.blind = False
        """The machine has not seen Asterisk's stock yet."""
        self._swapped_s = self._restarted_s = float("-inf")
        self._questions_unknown: set[LegId] = set()
        self._aside: set[CallId] = set()
        """Who was aside when the roster was swapped: its people are rung from their next round on."""

    def thawed(self, froze_s: float, now_s: float) -> None:
        """The service runs again; what it owes within some seconds it could not do meanwhile."""
        self.thawed_s = now_s
        self._swapped_s += now_s - froze_s

    def roster_swapped(self, roster: Roster, now_s: float) -> None:
        self._swapped_s = now_s
        self._aside = {call.id for call in self.machine.board.calls.values() if is_aside(call)}
        self._people |= set(roster.volunteers)

    # ---- the truth

    def joined(self, caller: Caller, phone: Phone) -> None:
        self.reach.count("truth", "joined")
        other = [p for p in self._phones() if p.caller is caller and p is not phone]
        hold(not other, "one winner at a time", caller.id)

    def rings(self, phone: Phone) -> None:
        volunteer = phone.command.volunteer
        if volunteer is not None:
            others = [p.id for p in self._phones() if p.is_live and p is not phone and p.command.volunteer == volunteer]
            assert self.pbx is not None
            others += [leg for leg, notice in self.pbx.notices.items() if notice.volunteer == volunteer]
            hold(not others, "one live leg per volunteer", (volunteer, phone.id, others))

    def tells(self, notice: RingNotice) -> None:
        assert self.pbx is not None
        self.reach.count("notice", notice.kind)
        others = [p.id for p in self._phones() if p.is_live and p.command.volunteer == notice.volunteer]
        others += [leg for leg, other in self.pbx.notices.items() if other.volunteer == notice.volunteer]
        hold(not others, "one live leg per volunteer", (notice.volunteer, notice.leg, others))

    def cut(self, phone: Phone) -> None:
        self.reach.count("truth", "talk cut by us")
        hold(not self.careful, "no talk is cut by us", phone.id)

    def missed(self, caller: Caller) -> None:
        hold(caller.state != "talking", "one winner at a time", caller.id)
        self.reach.count("truth", "caller missed by the winner")
        hold(not self.orderly, "a winner finds the caller in the holding bridge", (caller.id, caller.state))

    def _phones(self) -> list[Phone]:
        assert self.pbx is not None
        return list(self.pbx.phones.values())

    # ---- before and after each step

    def told(self, event: Event, now_s: float) -> None:
        """The machine is about to take `event`."""
        self._now_s, self._expected = now_s, None
        self.people.told(event, now_s, self.machine.board)
        self.consents.told(event)
        self.reach.count("event", type(event).__name__)
        match event:
            case CallbackAsked(call=call):
                ours = self.machine.board.calls.get(call)
                asks = ours is not None and not ours.left and ours.state in (CallState.WAITING, CallState.LEAVING)
                if asks and not self.calls[call].closed:
                    self.calls[call].asked_s = now_s
            case CallArrived(call=call) | RoundEnded(call=call) | TalkEnded(call=call):
                book = self.calls[call]
                ours = self.machine.board.calls.get(call)
                known = ours is not None or event.line in self._lines
                if not self.gentle and ours is not None and (ours.left or ours.state is CallState.SURVIVING):
                    known = False  # the machine did not hear of them for so long that it gave them up
                book.outlived = ours is None and isinstance(event, TalkEnded)
                if known and not (book.gone or book.surviving or book.closed):
                    book.asked_s = now_s
                    book.came_out = isinstance(event, TalkEnded) and ours is not None
                if not isinstance(event, CallArrived):
                    book.connected = None  # whoever it was, the talk is over
            case CallerLeft(call=call):
                self.calls[call].gone = True
                self.calls[call].asked_s = None
            case HangupRequested(party=party):
                self.calls[CallId(party)].hanging_up = True
            case CallerSurviving(call=call):
                self.calls[call].surviving = True
                self.calls[call].asked_s = None
            case StepReached(call=call, step=Step.DEADLINE):
                self.calls[call].leaving = self.calls[call].leaving or not self.calls[call].gone
            case LegAccepted(leg=leg):
                book_of_leg = self.legs.get(leg)
                if book_of_leg is None or book_of_leg.ended:
                    self._questions_unknown.add(leg)
                else:
                    hold(not book_of_leg.asked, "the fake asks once", leg)
                    book_of_leg.asked, book_of_leg.asked_s = True, now_s
                    if leg in self.machine.board.legs:
                        self._expected = leg, who_is_served(self.machine.board, leg, now_s)
            case TalkStarted(leg=leg):
                if leg in self.legs and self.legs[leg].connected and not self.legs[leg].withdrawn:
                    self.legs[leg].talked = True
            case WrapUpDeclined(leg=leg):
                if leg in self.legs:
                    self.legs[leg].no_rest = True
            case ResultGiven():
                self.results_told += 1
            case NoticeAnswered(leg=leg, agreed=True) if leg in self.machine.board.notices.live:
                notice = self.machine.board.notices.live[leg]
                if notice.kind is not NoticeKind.COVER and not notice.answered:
                    self.people.told(VolunteerResumed(volunteer=notice.volunteer), now_s, self.machine.board)
            case LegEnded(leg=leg, cause=cause):
                self._leg_ended(leg, cause)
            case StockTaken(calls=calls, legs=live, asked_s=asked_s):
                for caller in event.callers:
                    if caller.where is Whereabouts.SURVIVING:
                        self.calls[caller.call].surviving = True
                    if caller.where is Whereabouts.LEAVING and Step.ROUND not in (caller.step, *caller.steps):
                        self.calls[caller.call].leaving = True
                alive = {leg.leg for leg in live}
                for call, each in self.machine.board.calls.items():
                    if call not in calls and each.admitted_s < asked_s:
                        self.calls[call].gone, self.calls[call].asked_s = True, None
                for leg in [leg for leg in self.machine.board.legs if leg not in alive]:
                    if self.machine.board.legs[leg].rang_s < asked_s - 2.0:
                        self._leg_ended(leg, Cause.UNKNOWN)
                for leg in [leg for leg in self.machine.board.foreign if leg not in alive]:
                    self._leg_ended(leg, Cause.UNKNOWN)
            case _:
                pass

    def _leg_ended(self, leg: LegId, cause: int) -> None:
        book = self.legs.get(leg)
        if book is None or book.ended:
            return
        book.ended, book.asked_s = True, None
        call = self.calls[book.call]
        if call.connected == leg:
            call.connected = None
        if book.volunteer is None:
            return
        if cause == Cause.CALL_REJECTED and not book.withdrawn and not book.asked:
            call.declined.add(book.volunteer)
        if book.talked and leg in self.machine.board.legs:
            ours = self.machine.board.legs[leg]
            talk_s = ours.talked_s(self._now_s)
            longer = ours.call.line.long_wrap_up
            wraps = longer if longer is not None and talk_s >= longer.talk_s else None
            self.people.talked(book.volunteer, talk_s)
            if book.no_rest:
                return
            left_s = ours.talk_ended_s if ours.asks_after else None
            self.resting_until_s[book.volunteer] = (self._now_s if left_s is None else left_s) + (
                wraps or ours.call.line
            ).wrap_up_s

    def did(self, commands: list[Command], now_s: float) -> None:
        """The machine answered with `commands`."""
        self._now_s = now_s
        if self.blind:
            return
        self._adopted()
        for command in commands:
            self.reach.count("command", type(command).__name__)
            self.consents.said(command)
            self._said(command)
        hold(self.results_told == 0, "each result is written down once", self.results_told)
        self._states()
        self._answers_in_time()
        self._legs_are_wanted()
        self._no_ghosts()
        self._deadlines()
        self._groups()
        self._served()
        self._nobody_idle()

    def _adopted(self) -> None:
        """Legs that an earlier run rang, and that this machine took over."""
        for leg in self.machine.board.legs.values():
            if leg.id not in self.legs:
                self.legs[leg.id] = LegBook(
                    call=leg.call.id,
                    volunteer=leg.volunteer,
                    connected=leg.connected,
                    talked=leg.talked,
                    asked=leg.connected,
                )
                self.calls[leg.call.id].legs.add(leg.id)

    def restarted(self, machine: Machine, journal: "Journalled") -> None:
        """Another machine goes on from here; what the old one was told counts no more, what is in the journal does."""
        assert self.pbx is not None
        self.machine = machine
        self._questions_unknown.clear()
        self.consents.restarted(self.pbx.callers)
        for call, book in self.calls.items():
            book.opened, book.closed = int(call in journal.opened), int(call in journal.closed)
            book.carried = book.in_journal = book.opened > book.closed
            book.asked_s, book.came_out, book.leaving, book.state = None, False, False, None
            book.gone = book.hanging_up = book.surviving = False
            if book.connected is not None and self.pbx.phones[book.connected].state not in ("joining", "talking"):
                book.connected = None
        for leg, leg_book in self.legs.items():
            leg_book.asked_s, leg_book.asked, leg_book.withdrawn = None, leg_book.connected, False
            phone = self.pbx.phones[leg]
            if not (phone.is_live or leg_book.ended or leg_book.volunteer is None):
                self.calls[leg_book.call].rung_out.add(leg_book.volunteer)
            leg_book.ended = not phone.is_live
        self._restarted_s = self.pbx.now_s
        if journal.lossy or journal.new_roster:
            self.people.talks.clear()
            self.people.talk_s.clear()
            self.people.noted_state.clear()
            self.people.paused_until_s.clear()
            for each in self.calls.values():
                each.declined.clear()
            self.resting_until_s.clear()
        if journal.lossy:
            for each in self.calls.values():
                if each.wave_since_s >= journal.lost_since_s:  # which wave runs, and since when, is lost with it
                    each.wave_since_s = each.rings_since_s = float("-inf")

    def _served(self) -> None:
        """Who accepted got the call that is served first, and nobody was passed beyond the stated bound."""
        if self._expected is None:
            return
        leg_id, expected = self._expected
        self._expected = None
        leg = self.machine.board.legs.get(leg_id)
        got = leg.call if leg is not None and leg.call.winner is leg else None
        hold((got.id if got else None) == expected, "who is served first is served", (leg_id, got, expected))
        if got is None or leg is None:
            return
        order = got.policy
        bound_s = max(order.worth_s.values()) + order.yields_s
        for other in self.machine.board.calls.values():
            if other.id in self.machine.board.waiting and may_have(self.machine.board, other, leg):
                passed_s = got.arrived_s - other.arrived_s - other.later_s
                hold(passed_s <= bound_s, "nobody starves", (got.id, other.id))
                self.reach.count("truth", "somebody waits on")

    def _gives_up(self, call_id: CallId) -> None:
        """Before its plan and its waiting time are over a call gives up only when nobody is left who could come."""
        board, book = self.machine.board, self.calls[call_id]
        call = board.calls[call_id]
        steps = book.steps
        if not steps:
            return
        waited_s = self._now_s - book.rings_since_s
        if self._now_s - book.wave_since_s >= steps[-1].for_s - 0.1:
            return  # the time of the last step is up
        time_is_up = self._now_s >= book.overflow_due_s - 0.1
        if time_is_up or waited_s >= sum(step.for_s for step in steps) - 0.1 or call.failures > 1:
            return
        self.reach.count("truth", "gives up early")
        line = board.current_line(call)
        duty = duty_of(board, line)
        groups = {step.group for step in steps}
        on = [*duty.volunteers] if RingGroup.ON_SHIFT in groups else []
        on += duty.backup if RingGroup.BACKUP in groups else ()
        for volunteer in on:
            person = board.roster.volunteers.get(volunteer)
            away = board.seats.seat(volunteer).place is Place.AWAY
            spent = volunteer in book.declined or volunteer in book.rung_out or volunteer in call.declined
            spent = spent or any(leg.volunteer == volunteer for leg in call.legs.values())  # taken back, not gone yet
            if person is not None and line.may_ring(person) and not away and not spent:
                hold(False, "nobody is given up while somebody may come", (call_id, volunteer, waited_s))

    def _nobody_idle(self) -> None:
        """While a caller whose step rings everybody waits, nobody is free whom it may ring."""
        board = self.machine.board
        if board.settling or self._now_s - self._swapped_s < 5.0:
            return
        for call in board.calls.values():
            if not board.wants_people(call) or call.wave >= len(call.ring_steps):
                continue
            if call.id in self._aside and is_aside(call):
                continue
            self._aside.discard(call.id)
            step, line = call.ring_steps[call.wave], board.current_line(call)
            if step.count is not None or step.adaptive or line.wants:
                continue
            duty = duty_of(board, line)
            for volunteer in duty.volunteers if step.group is RingGroup.ON_SHIFT else duty.backup:
                free = board.seats.is_free(volunteer) and volunteer in board.roster.volunteers
                hold(
                    not free or volunteer in call.tried or volunteer in call.declined,
                    "nobody is idle while a caller could ring them",
                    (call.id, volunteer),
                )

    def _groups(self) -> None:
        """Each leg stands in the group of its call, and in no other."""
        board = self.machine.board
        grouped = [leg for call in board.calls.values() for leg in call.legs.values() if leg.call is call]
        hold(len(grouped) == len(board.legs), "ring groups are disjoint", len(board.legs))
        for call in board.calls.values():
            if call.id in board.waiting:
                wants = call.state is CallState.WAITING and not call.left and not call.hanging_up
                hold(wants, "who wants nobody does not stand in the queue", call.id)
            elif board.wants_people(call):
                hold(False, "who waits stands in the queue", call.id)

    def _said(self, command: Command) -> None:
        match command:
            case OpenRecord(call=call):
                book = self.calls[call]
                board, carried = self.machine.board, book.carried
                if carried:
                    book.carried, book.opened = False, 0
                    self._carried(book, board.calls[call])
                book.opened += 1
                hold(book.opened == 1 and not book.closed, "one record per call", call)
                book.was_open = (
                    (carried and book.was_open)
                    or book.outlived
                    or board.calls[call].answered_at is not None  # found in a talk: it came when the line was open
                    or on_duty(board.calls[call].line, board.now.at).is_open
                )
            case CloseRecord(call=call):
                book = self.calls[call]
                book.closed += 1
                book.record = command
                hold(book.opened == 1 and book.closed == 1, "one record per call", call)
                unended = [leg for leg in book.legs if not self.legs[leg].ended and not self.legs[leg].withdrawn]
                unended = [leg for leg in unended if leg not in self.machine.board.foreign]  # hears a last word
                line = self.machine.board.roster.lines.get(command.line)
                if line is None or line.transfer is None:  # the overflow number of a roster that is over is nobody's
                    unended = [leg for leg in unended if self.legs[leg].volunteer is not None]
                # likewise the overflow number, which keeps nobody busy and so is not remembered
                unended = [leg for leg in unended if self.legs[leg].volunteer is not None or not self._hears_word(leg)]
                hold(book.carried or not unended, "a record closes after its legs", unended)
                self.reach.count("call outcome", command.outcome.value)
                for leg in command.legs:
                    self.reach.count("leg outcome", leg.outcome.value)
            case NoteFact(call=call, fact=fact):
                if fact is Fact.RESULT:
                    self.results_told -= 1  # said of a call that may be over for long
                    hold(self.calls[call].opened == 1, "a result is of a call", call)
                else:
                    self._is_open(call, fact)
                if fact in (Fact.ADOPTED, Fact.RECONSTRUCTED):
                    marked = fact is Fact.RECONSTRUCTED
                    hold(marked is not self.calls[call].in_journal, "what was lost is marked", (call, fact))
                assert self.pbx is not None
                if fact is Fact.ACCEPTED and call in self.pbx.callers and self.pbx.is_aside(self.pbx.callers[call]):
                    self.calls[call].fetched = command.leg
                if fact is Fact.PLACE:
                    self._told_place(call, int(command.detail))
                if fact is Fact.TALK_STARTED:
                    self.calls[call].leaving = False
                self.reach.count("fact", fact.value)
                if fact is Fact.LEG_ENDED and command.volunteer is not None:
                    self.calls[call].rung_out.add(command.volunteer)
                if fact is Fact.OVERFLOW:
                    self._gives_up(call)
                if fact is Fact.WAVE:
                    hold(call in self.machine.board.calls, "a call's record is its last word", call)
                    book, ours = self.calls[call], self.machine.board.calls[call]
                    number = int(command.detail.split(":")[0])
                    book.wave_since_s, book.overflow_due_s = self._now_s, ours.overflow_due_s
                    book.steps, book.wave_count, book.wave_legs = (
                        ours.ring_steps,
                        ours.ring_steps[number - 1].count,
                        set(),
                    )
                    if number == 1:
                        book.rings_since_s, book.rung_out = self._now_s, set()
            case NoteVolunteer():
                self.people.noted(command)
                self.reach.count("volunteer state", command.state.value)
            case RingLeg():
                self._rings(command)
            case ReassignLeg():
                self._handed(command)
            case CancelLeg(leg=leg) | DismissLeg(leg=leg):
                self._withdraw(leg)
            case ConnectLeg(leg=leg, call=call):
                self._answered(leg)
                book = self.calls[call]
                hold(book.connected is None, "one winner at a time", (call, leg, book.connected))
                book.connected, book.fetched = leg, None
                self.legs[leg].connected = True
            case RefuseLeg(leg=leg):
                self._in_vain(leg)
                self._answered(leg)
                self._withdraw(leg)
            case HoldCaller(call=call):
                self._is_open(call, "HoldCaller")
                hold(self.calls[call].asked_s is not None, "every answer has a question", (call, "HoldCaller"))
                self.calls[call].asked_s, self.calls[call].leaving = None, False
            case GuideCaller(call=call, steps=steps):
                self._is_open(call, "GuideCaller")
                hold(self.calls[call].asked_s is not None, "every answer has a question", (call, "GuideCaller"))
                self.calls[call].asked_s = None
                self.calls[call].leaving = steps[-1] is not Step.ROUND
                self._sent_away(call, steps)
            case EndRound(call=call):
                self._is_open(call, "EndRound")
                self.calls[call].leaving = self.machine.board.calls[call].state is CallState.LEAVING
            case FetchCaller(call=call):
                self._is_open(call, "FetchCaller")
            case HangUp():
                pass

    def _in_vain(self, leg: LegId) -> None:
        """Somebody who accepted is refused."""
        book = self.calls[self.legs[leg].call] if leg in self.legs else None
        if book is not None and book.fetched == leg and not self.legs[leg].ended:
            lost = book.gone or book.hanging_up or book.surviving or not self.orderly
            hold(lost, "a caller who is aside is fetched in time", leg)
            book.fetched = None

    def _told_place(self, call: CallId, place: int) -> None:
        """What is announced is true, and never more than before."""
        board, book = self.machine.board, self.calls[call]
        ours = board.calls[call]
        queue = [one for one in board.calls.values() if one.line.id == ours.line.id and one.id in board.waiting]
        before = [one for one in queue if turn_of(one, self._now_s) < turn_of(ours, self._now_s)]
        hold(place == len(before), "a place in the queue is true", (call, place, len(before)))
        hold(book.told_place is None or place <= book.told_place, "a place in the queue never grows", call)
        book.told_place = place

    def _hears_word(self, leg: LegId) -> bool:
        assert self.pbx is not None
        return self.pbx.phones[leg].state in ("word", "gone")

    def _carried(self, book: CallBook, call: Call) -> None:
        """The ring plan of the roster in force goes on where the one before was."""
        book.steps = call.ring_steps
        if call.wave >= 0 and call.wave < len(call.ring_steps):
            book.wave_count = call.ring_steps[call.wave].count
            book.wave_legs &= {leg.id for leg in call.legs.values() if leg.wave == call.wave}
            book.overflow_due_s = call.overflow_due_s

    def _sent_away(self, call: CallId, steps: tuple[Step, ...]) -> None:
        """After a talk: goodbye to whom the volunteer said goodbye, and to nobody else."""
        assert self.pbx is not None
        caller = self.pbx.callers[call]
        if self.calls[call].came_out and self.orderly:
            said_goodbye = steps == (Step.GOODBYE,)
            hold(said_goodbye == caller.talk_ended_well, "who was cut off is not sent away", (call, steps))

    def _is_open(self, call: CallId, what: object) -> None:
        book = self.calls[call]
        hold(book.opened == 1 and not book.closed, "no word of a call outside its record", (call, what))

    def _rings(self, command: RingLeg) -> None:
        call, volunteer = self.calls[command.call], command.volunteer
        self.legs[command.leg] = LegBook(call=command.call, volunteer=volunteer)
        self._may_ring_for(command.call, command.leg)
        if volunteer is None:
            return
        detail = (command.call, command.leg, volunteer)
        wraps_until_s = self.resting_until_s.get(volunteer, 0.0)
        resumed_s = self.people.resumed_s.get(volunteer, float("-inf"))
        hold(
            wraps_until_s <= self._now_s + 1e-3 or resumed_s > wraps_until_s - 1e6, "nobody is rung in wrap-up", detail
        )
        self.people.may_ring(command, self._now_s, self.machine.board)
        self._counted(call, command.leg)

    def _handed(self, command: ReassignLeg) -> None:
        """A phone rings for another caller from now on; an accept that comes first hands it, too."""
        book = self.legs[command.leg]
        hold(not book.ended and not book.withdrawn, "only a phone that rings is handed on", command)
        hold(book.volunteer is not None, "the overflow number is not handed on", command)
        hold(not book.talked and not book.connected, "who talks is not handed on", command)
        self.calls[book.call].legs.discard(command.leg)
        self.calls[book.call].wave_legs.discard(command.leg)
        book.call = command.call
        self._may_ring_for(command.call, command.leg)
        if not book.asked:
            self._counted(self.calls[command.call], command.leg)

    def _may_ring_for(self, call_id: CallId, leg: LegId) -> None:
        call, volunteer = self.calls[call_id], self.legs[leg].volunteer
        self._is_open(call_id, "RingLeg")
        detail = (call_id, leg, volunteer)
        hold(not call.gone, "no phone rings for a caller who left", detail)
        hold(not call.hanging_up, "no phone rings for a caller who hangs up", detail)
        hold(not call.surviving, "no phone rings for a caller in survival", detail)
        hold(not call.leaving, "no phone rings for a caller who is leaving", detail)
        call.legs.add(leg)
        if volunteer is None:
            return
        board = self.machine.board
        duty = duty_of(board, board.current_line(board.calls[call_id]))
        hold(volunteer in (*duty.volunteers, *duty.backup), "only who is on duty is rung", detail)
        hold(call.was_open, "a closed line rings nobody", detail)
        hold(volunteer not in call.declined, "who declined is not asked again", detail)
        ours = board.calls[call_id]
        if ours.wave < len(ours.ring_steps):
            hold(
                fits(board, ours, board.roster.volunteers[volunteer]), "who is rung fulfils what the line wants", detail
            )

    def _counted(self, call: CallBook, leg: LegId) -> None:
        call.wave_legs.add(leg)
        ringing = [leg for leg in call.wave_legs if not self.legs[leg].ended and not self.legs[leg].withdrawn]
        hold(call.wave_count is None or len(ringing) <= call.wave_count, "a wave rings no more than its count", leg)

    def _withdraw(self, leg: LegId) -> None:
        if leg in self.legs:
            book = self.legs[leg]
            book.withdrawn = True
            if self.calls[book.call].connected == leg:
                self.calls[book.call].connected = None

    def _answered(self, leg: LegId) -> None:
        book = self.legs.get(leg)
        if book is not None and book.asked_s is not None:
            book.asked_s = None
        else:
            ended = book is not None and book.ended  # the stock may show the caller and the leg gone at once
            hold(ended or leg in self._questions_unknown, "every answer has a question", leg)
            self._questions_unknown.discard(leg)

    # ---- after each step

    def _states(self) -> None:
        for call in self.machine.board.calls.values():
            book = self.calls[call.id]
            if call.state is not book.state:
                before = book.state.name if book.state else "start"
                self.reach.count("state", call.state.name)
                self.reach.count("transition", f"{before} -> {call.state.name}")
                book.state = call.state

    def _answers_in_time(self) -> None:
        for call in self.machine.board.calls:
            asked_s = self.calls[call].asked_s
            if asked_s is not None:
                patience_s = VERDICT_S if self.calls[call].state is CallState.TALKING else 0.0
                waited_s = self._now_s - max(asked_s, self.thawed_s)
                hold(waited_s <= patience_s + 1e-6, "every question is answered in time", (call, waited_s))
        hold(not self._questions_unknown, "every accept is answered", self._questions_unknown)
        for leg in self.machine.board.legs:
            asked_s = self.legs[leg].asked_s
            if asked_s is not None:
                waited_s = self._now_s - max(asked_s, self.thawed_s)
                hold(waited_s <= ACCEPT_ANSWER_S, "every accept is answered", (leg, waited_s))

    def _legs_are_wanted(self) -> None:
        for phone in self._phones():
            if not phone.is_live or phone.id not in self.legs or phone.state in ("word", "asked"):
                continue
            if phone.state == "asking" and phone.id not in self.machine.board.legs:
                continue  # nobody's; its question is on the way, and refused
            book = self.legs[phone.id]
            if book.ended or book.withdrawn:
                continue
            call = self.machine.board.calls.get(book.call)
            # who talks, or was sent into the talk, ends it by themselves
            wanted = call is not None and (
                (call.state is CallState.WAITING and not call.left) or (book.asked and call.winner is not None)
            )
            hold(wanted or book.talked or book.connected, "no leg stays uncancelled", phone.id)

    def _no_ghosts(self) -> None:
        assert self.pbx is not None
        ours = self.machine.board
        callers, phones = self.pbx.callers.values(), self.pbx.phones.values()
        ghosts = [caller.haunts_since_s for caller in callers if caller.id in ours.calls and caller.is_there]
        ghosts += [phone.haunts_since_s for phone in phones if phone.id in ours.legs and phone.is_live]
        for since_s in ghosts:
            if since_s is not None and self.gentle and self.thawed_s < 0.0 and since_s > self._restarted_s:
                hold(self._now_s - since_s < GHOST_S + 1.0, "a lost hang-up is mended", since_s)

    def _deadlines(self) -> None:
        board = self.machine.board
        next_s = self.machine.next_deadline()
        for call in board.calls.values():
            timers = [kind for kind in CALL_TIMERS if board.deadlines.has((kind, call.id))]
            legs = all(board.deadlines.has((Timer.LEG, leg)) for leg in call.legs)
            if call.left:
                hold(legs, "every call has a deadline", (call.id, "left"))
            else:
                hold(timers, "every call has a deadline", (call.id, call.state))
            if call.state is CallState.WAITING and not call.left:
                hold(Timer.OVERFLOW in timers and Timer.ASK in timers, "every call has a deadline", (call.id, timers))
                last = call.transferring or call.wave + 1 >= len(call.ring_steps)
                hold(Timer.WAVE in timers or last, "every wave ends", call.id)
                hold(
                    next_s is not None and next_s <= self._now_s + (LIMIT_S if call.aside_told else ASK_LIMIT_S),
                    "every call has a deadline",
                    call.id,
                )
        longest_s = max(
            TALK_FORGET_S, NEXT_SHIFT.total_seconds()
        )  # a talk that is never heard of again; cover for a shift to come
        hold(next_s is None or next_s <= self._now_s + longest_s, "deadlines are bounded", next_s)
        due = board.deadlines._due
        hold(len(board.deadlines._heap) <= 65 + 2 * len(due), "deadlines are bounded", len(board.deadlines._heap))
        most = 8 * len(board.calls) + 2 * len(board.legs) + 4 * len(self._people)  # wakes, rests, requests
        hold(len(due) <= most, "deadlines are bounded", len(due))

    # ---- at the end

    def over(self) -> None:
        """Nothing is left to happen."""
        board = self.machine.board
        hold(not board.calls, "every call ends", list(board.calls))
        hold(not board.legs, "every leg ends", list(board.legs))
        hold(self.machine.next_deadline() is None, "every call ends", "a deadline remains")
        for call, book in self.calls.items():
            hold(book.opened == book.closed, "one record per call", call)

    def truth(self, caller: Caller) -> None:
        """In an orderly world the record says what truly happened."""
        hold(not caller.is_there, "every call ends", caller.id)
        hold(not (caller.took_back and caller.recordings), "what was taken back is removed", caller.id)
        hold(not caller.survived, "in an orderly world nobody needs to survive", caller.id)
        record = self.calls[caller.id].record
        if record is None:
            return
        talked = [Outcome.TRANSFERRED if volunteer is None else Outcome.TALKED for volunteer in caller.talked_with]
        if caller.left_message:
            expected = {Outcome.MESSAGE}
        elif caller.promised:
            expected = {Outcome.CALLBACK}
        elif talked:
            expected = {talked[-1]}
        else:
            expected = {Outcome.ABANDONED, Outcome.DIRECTORY}
        if caller.asked_callback and not caller.left_message:
            expected.add(Outcome.CALLBACK)  # they hung up, or somebody accepted, while it was being written
            if caller.stock_came_first:
                expected.add(Outcome.UNCERTAIN)
        hold(record.outcome in expected, "the record tells the truth", (caller.id, record.outcome, expected))

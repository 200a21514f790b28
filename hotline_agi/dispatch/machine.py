"""The machine that decides: `handle(event, now) -> commands`.

The contract with the shell:

- call `handle` for everything that happens, `handle_deadline` when `next_deadline` is due; both return commands, to be
  carried out in order; neither ever raises for anything the outside does;
- `now` never goes backwards in `mono_s`;
- after a pause, the news that waits in the streams is handed in before the deadlines that passed meanwhile (asyncio
  does so): else a talk whose beginning waits there would be taken for a failed join, and cut;
- `CallArrived`, `RoundEnded` and `TalkEnded` are questions, answered by exactly one `HoldCaller` or `GuideCaller`, at
  once but after `TalkEnded` (up to `talks.VERDICT_S` later); `LegAccepted` by exactly one `ConnectLeg` or `RefuseLeg`,
  at most `talks.HOLD_WAIT_S` later; `NoticeAnswered` by exactly one `AnswerNotice`, `HelperAnswered` by exactly one
  `AnswerHelper`, at once. A question that cannot be
  placed is not answered: the dialplan then serves the caller by itself;
- a question of a call that began before this machine was made is admitted as far as it says whose it is;
- a placed leg (`RingLeg`) is never placed again; what became of it comes back as `LegEnded`, or its deadline acts.

States and transitions stand in `state.py`.
"""

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from math import inf
from typing import assert_never

from hotline_agi.dispatch import (
    adoption,
    alarm_calls,
    answers,
    asides,
    caller_limits,
    callers,
    cover_requests,
    departures,
    engagements,
    help_recovery,
    legs,
    notices,
    overflow,
    people,
    recollection,
    recording,
    reminders,
    results,
    stock,
    supervision,
    talks,
    tongues,
    unseen,
    waves,
    wishes,
)
from hotline_agi.dispatch.admission import admit
from hotline_agi.dispatch.commands import Command, Fact
from hotline_agi.dispatch.events import (
    AlarmEnded,
    AlarmRaised,
    CallArrived,
    CallbackAsked,
    CallerHeld,
    CallerKeyed,
    CallerLeft,
    CallerListened,
    CallerRecognised,
    CallerSpoke,
    CallerSurviving,
    ContactAsked,
    CoverAsked,
    DeviceChanged,
    Event,
    HangupRequested,
    HelpAsked,
    HelperAnswered,
    LegAccepted,
    LegAnswered,
    LegEnded,
    LegKeyed,
    LimitLifted,
    LinkLost,
    MessageLeft,
    NoticeAnswered,
    RecordingPossible,
    ResultGiven,
    RoundEnded,
    SoundsSeen,
    Step,
    StepReached,
    StockTaken,
    TalkEnded,
    TalkStarted,
    VolunteerEngaged,
    VolunteerPaused,
    VolunteerReleased,
    VolunteerResumed,
    WrapUpDeclined,
)
from hotline_agi.dispatch.memory import NOTHING, Memory
from hotline_agi.dispatch.stand_ins import StandIn
from hotline_agi.dispatch.state import Call, CallState
from hotline_agi.dispatch.switchboard import (
    NOTICE_TIMERS,
    Switchboard,
    Timer,
)
from hotline_agi.roster.model import Roster
from hotline_agi.terms.ids import CallId, LegId, VolunteerId
from hotline_agi.terms.instants import Now
from hotline_agi.terms.outcomes import Outcome
from hotline_agi.terms.standing import VolunteerState

CallerEvent = (
    CallerHeld
    | CallerKeyed
    | CallerSurviving
    | CallerLeft
    | StepReached
    | MessageLeft
    | TalkEnded
    | CallerRecognised
    | CallerListened
    | CallerSpoke
    | CallbackAsked
)


class Machine:
    """All calls of all lines. One per controller."""

    def __init__(self, roster: Roster, *, boot: int, now: Now, memory: Memory = NOTHING) -> None:
        """`boot`: 32 bits that no earlier run used, for leg ids that none used either. `memory`: of earlier runs."""
        self._board = board = Switchboard(roster=roster, boot=boot, now=now)
        board.shift_changed = partial(people.duty_changed, board)
        recollection.recall(board, memory)
        reminders.replan(board)

    # ---- the seam

    def handle(self, event: Event, now: Now) -> list[Command]:
        """Take one event in."""
        board = self._board
        board.now, board.out = now, []
        self._take(event)
        return self._settled()

    def handle_deadline(self, now: Now) -> list[Command]:
        """Do what is due at `now`; harmless when nothing is."""
        board = self._board
        board.now, board.out = now, []
        for key in board.deadlines.take_due(now.mono_s):
            assert isinstance(key, tuple)
            self._due(*key)
            waves.settle(board)
        return self._settled()

    def _settled(self) -> list[Command]:
        """What follows from any step."""
        board = self._board
        waves.settle(board)
        if board.help.helps:
            supervision.settle(board)
        notices.make_way(board)
        return board.out

    def next_deadline(self) -> float | None:
        """Monotonic seconds of the next deadline; None while nothing waits."""
        return self._board.deadlines.next_s()

    def use_roster(self, roster: Roster, now: Now) -> list[Command]:
        """Swap the roster between two events. Running legs stay; each waiting call rings its people from its next round
        on, and follows its plan from its next wave on."""
        board = self._board
        board.now, board.out, board.roster = now, [], roster
        people.roster_changed(board)
        callers.policy_changed(board)
        reminders.replan(board)
        waves.settle(board)
        notices.make_way(board)
        return board.out

    def standing(self, volunteer: VolunteerId, now: Now) -> tuple[VolunteerState, datetime | None]:
        """Where `volunteer` stands, and until when, if that ends by itself. Changes nothing."""
        seat = self._board.seats.seat(volunteer)
        until_s = seat.until_s()
        return seat.state, now.when(until_s) if until_s < inf else None

    @property
    def stand_ins(self) -> tuple[StandIn, ...]:
        """Who takes whose place, as agreed by phone, in shifts that are not over."""
        return tuple(self._board.notices.stand_ins.values())

    @property
    def ignored(self) -> Mapping[str, int]:
        """How many events could not be placed, by name."""
        return self._board.ignored

    @property
    def board(self) -> Switchboard:
        """What the machine remembers: for tests, snapshots and the doctor to read, never to change."""
        return self._board

    # ---- events

    def _take(self, event: Event) -> None:
        board = self._board
        match event:
            case CallArrived() | RoundEnded():
                self._asked(event)
            case LinkLost(node=node):
                board.settling.add(node)
                board.lost_at.setdefault(node, board.now.at)
                caller_limits.deaf(board)
            case StockTaken():
                board.settling.add(event.node)
                for found in stock.missing(board, event):
                    self._take(found)
                notices.stock_taken(board, event)
                help_recovery.stock_taken(board, event)
                adoption.adopt(board, event)
                board.settling.discard(event.node)
                board.lost_at.pop(event.node, None)
                waves.fill_all(board)
            case LegAnswered() | LegAccepted() | TalkStarted() | LegEnded():
                legs.happened(board, event)
            case HangupRequested(party=party):
                if party in board.calls or party in board.legs:
                    talks.hangup_requested(board, party)
                elif party not in board.notices.live and party not in board.help.live:
                    board.depart(CallId(party))  # its `CallArrived` may still be on the way, on the other stream
                    board.ignore(event)
            case LimitLifted(caller=caller):
                caller_limits.lifted(board, caller)
            case DeviceChanged():
                people.device_changed(board, event)
            case VolunteerPaused(volunteer=volunteer, for_s=for_s) if volunteer in board.roster.volunteers:
                people.paused(board, volunteer, for_s)
            case VolunteerResumed(volunteer=volunteer) if volunteer in board.roster.volunteers:
                people.resumed(board, volunteer)
                notices.resumed(board, volunteer)
            case WrapUpDeclined(leg=leg_id) if leg_id in board.legs:
                people.wrap_up_declined(board, board.legs[leg_id])
            case WrapUpDeclined(leg=leg_id) if leg_id in board.foreign:
                people.wrap_up_over(board, board.foreign[leg_id])
            case ResultGiven():
                results.given(board, event)
            case CoverAsked(volunteer=volunteer) if cover_requests.asked_for(board, volunteer):
                pass
            case NoticeAnswered(leg=leg, agreed=agreed):
                said = notices.answered(board, leg, agreed)
                if said is not None:
                    self._take(said)
            case AlarmRaised():
                alarm_calls.raised(board, event)
            case SoundsSeen(own=own):
                board.sounds = {(one.line, one.language): one for one in own}
            case AlarmEnded():
                alarm_calls.ended(board, event)
            case RecordingPossible(possible=possible):
                board.can_record = possible
            case LegKeyed(leg=leg_id) if leg_id in board.legs:
                recording.ended_by_volunteer(board, board.legs[leg_id])
            case VolunteerEngaged():
                engagements.engaged(board, event)
            case VolunteerReleased():
                engagements.released(board, event)
            case HelpAsked(leg=leg) if supervision.asked(board, leg):
                pass
            case ContactAsked(leg=leg) if supervision.contact_asked(board, leg):
                pass
            case HelpAsked() | ContactAsked():
                board.ignore(event)
            case HelperAnswered(leg=leg, agreed=agreed):
                supervision.answered(board, leg, agreed)
            case LegKeyed() | WrapUpDeclined() | VolunteerPaused() | VolunteerResumed() | CoverAsked():
                board.ignore(event)
            case _:
                call = board.calls.get(event.call)
                if call is None:
                    self._of_unknown_call(event)
                elif call.left and not isinstance(event, MessageLeft | CallbackAsked):  # on disk after the hang-up
                    board.ignore(event)
                else:
                    self._of_call(call, event)

    def _asked(self, event: CallArrived | RoundEnded) -> None:
        board = self._board
        call = board.calls.get(event.call)
        if call is None:
            if event.line not in board.roster.lines or event.call in board.departed:
                board.ignore(event)
                return
            call = adoption.asked(board, event)
        if call is None:
            call = admit(board, event.call, event.line, event.node)
            call.asking = True
            if isinstance(event, CallArrived):
                callers.introduced(board, call, event)
                tongues.introduced(board, call, event.language)
            if isinstance(event, RoundEnded) or caller_limits.arrived(board, call):
                self._serve(call)
        elif call.left or call.state is CallState.SURVIVING:
            board.ignore(event)
            return
        else:
            call.held, call.asking = False, True
            self._came_back(call)
            waves.fill(board, call)
        answers.answer(board, call)

    def _serve(self, call: Call) -> None:
        if self._board.duty(call.line).is_open:
            waves.begin(self._board, call)
        else:
            overflow.begin(self._board, call, Step.CLOSED)

    def _came_back(self, call: Call) -> None:
        """The caller's round is over (or the steps that we told ended with "ask again")."""
        board = self._board
        asides.came_back(call)
        if call.state is CallState.TALKING:
            talks.came_out(board, call)
        elif call.state is CallState.LEAVING and call.steps_told:
            if call.heard_why:
                call.heard_why = False
                self._serve(call)
            elif call.rering:
                talks.ring_again(board, call)
            elif call.overflow_left:
                overflow.proceed(board, call)
            else:
                call.steps = (Step.GOODBYE,)

    def _of_call(self, call: Call, event: CallerEvent) -> None:
        board = self._board
        match event:
            case CallerHeld():
                call.held = True
                call.round_ends_s = board.now.mono_s + answers.ROUND_S
                if call.state is CallState.LEAVING and not call.steps_told:
                    answers.leave(board, call, call.steps)  # decided while the caller was on the way in
                talks.connect_if_held(board, call)
            case CallerKeyed(key=key):
                wishes.keyed(board, call, key)
            case CallerSurviving():
                if call.outcome is Outcome.UNCERTAIN:
                    call.outcome = None  # now it is known
                if call.state is not CallState.SURVIVING:
                    departures.surrender(board, call)
            case CallerLeft():
                departures.left(board, call)
            case StepReached(step=step):
                departures.reached(board, call, step)
            case MessageLeft():
                call.outcome = Outcome.MESSAGE
                board.note(call, Fact.MESSAGE_LEFT)
                board.deadlines.clear((Timer.MESSAGE, call.id))
                board.close_if_over(call)
            case TalkEnded():
                self._talk_ended(call, event)
            case CallerRecognised():
                callers.recognised(board, call, event)
            case CallerListened():
                call.listening = call.state is CallState.TALKING
            case CallbackAsked():
                wishes.callback_asked(board, call, event)
            case CallerSpoke():
                caller_limits.spoke(board, call)
            case _:
                assert_never(event)

    def _of_unknown_call(self, event: CallerEvent) -> None:
        board = self._board
        match event:
            case TalkEnded() if event.call not in board.departed:
                call = adoption.asked(board, event)
                if call is not None:
                    call.asking = True
                    talks.judge(board, call)
                    return
            case CallerSurviving(line=str(line), node=str(node)) if (
                line in board.roster.lines and event.call not in board.departed
            ):
                if adoption.asked(board, event) is None:
                    departures.surrender(board, admit(board, event.call, line, node))
                return
            case CallerLeft() | CallerSurviving():
                if isinstance(event, CallerLeft):
                    unseen.left(board, event.call)
                board.depart(event.call)  # its `CallArrived` may still be on the way, on the other stream
            case _:
                pass
        board.ignore(event)

    def _talk_ended(self, call: Call, event: TalkEnded) -> None:
        board = self._board
        if call.state is CallState.SURVIVING:
            board.ignore(event)
            return
        if call.state is CallState.CONNECTING and call.winner is not None and call.winner.connected:
            # the other stream, which says that the talk began, is late
            talks.talk_started(board, call.winner)
        call.held, call.asking = False, True
        if call.state is CallState.TALKING:
            talks.came_out(board, call)
        # else: a talk of which nothing was heard; the caller goes on where we believed them
        answers.answer(board, call)

    # ---- deadlines

    def _due(self, kind: Timer, key: str) -> None:
        board = self._board
        call = board.calls.get(CallId(key))
        leg = board.legs.get(LegId(key))
        match kind:
            case kind if kind in NOTICE_TIMERS:
                notices.due(board, kind, key)
            case Timer.HELP:
                supervision.due(board, LegId(key))
            case Timer.HELPER:
                supervision.overdue(board, LegId(key))
            case Timer.REST:
                people.woke(board, VolunteerId(key))
            case Timer.GHOST:
                talks.ghost(board, CallId(key))
            case Timer.LEG if leg is not None:
                legs.overdue(board, leg)
            case Timer.WAVE if call is not None:
                waves.wave_over(board, call)
            case Timer.OVERFLOW if call is not None:
                waves.give_up(board, call)
            case Timer.ASK if call is not None:
                call.outcome = call.outcome or Outcome.UNCERTAIN
                departures.surrender(board, call)
            case Timer.CONNECT if call is not None:
                talks.connect_failed(board, call)
            case Timer.LANGUAGE if call is not None:
                tongues.overdue(board, call)
            case Timer.VERDICT if call is not None:
                talks.judge(board, call)
                answers.answer(board, call)
            case Timer.MESSAGE if call is not None:
                board.close_if_over(call)
            case Timer.FORGET if call is not None:
                departures.forget(board, call)
            case _:
                pass

"""A day and two hours of a line with reminders, played from a tape of bytes: people who answer notices in every way,
calls that come and go, volunteers who check in, pause and ask for cover, links that break, rosters that change.

What must hold stands in `Day`'s checks, which keep their own books of what was said.
"""

import heapq
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, time, timedelta
from math import inf
from zoneinfo import ZoneInfo

from hotline_agi.dispatch.commands import (
    AlarmWord,
    AnswerNotice,
    CancelLeg,
    Command,
    ConnectLeg,
    CoverWord,
    NoteAlarm,
    NoteCover,
    NoteReadiness,
    NoticeKind,
    RingLeg,
    RingNotice,
)
from hotline_agi.dispatch.cover_requests import NEXT_SHIFT
from hotline_agi.dispatch.events import (
    AlarmEnded,
    AlarmRaised,
    CallArrived,
    CallerHeld,
    CallerLeft,
    CoverAsked,
    DeviceChanged,
    Event,
    LegAccepted,
    LegAnswered,
    LegEnded,
    LinkLost,
    LiveLeg,
    NoticeAnswered,
    StockTaken,
    TalkStarted,
    VolunteerPaused,
    VolunteerResumed,
)
from hotline_agi.dispatch.machine import Machine
from hotline_agi.dispatch.notice_legs import MOST_AT_ONCE
from hotline_agi.dispatch.reminders import MOST_RINGS
from hotline_agi.roster.duty import on_duty
from hotline_agi.roster.model import Line, Reminders, Rest, Roster
from hotline_agi.roster.plan import WeeklyHours
from hotline_agi.roster.timetable import Duty, occurrences
from hotline_agi.selfservice import shifts
from hotline_agi.selfservice.shifts import Rota
from hotline_agi.terms.causes import Cause
from hotline_agi.terms.ids import CallId, LegId, VolunteerId
from hotline_agi.terms.instants import Now
from hotline_agi.terms.standing import Readiness
from tests.dispatch.desk import PBX1
from tests.dispatch.fake_pbx import Tape
from tests.dispatch.lines import EVERY_DAY, NOON, XINLI, line, person, ring, roster
from tests.dispatch.notice_desk import memory_of, slot
from tests.dispatch.truth import hold
from tests.dispatch.watch import Reach

TAPE_LENGTH = 256
DAY_S = 26 * 3600.0
MOST_STEPS = 8_000
BEFORE_S, ASK_BACKUP_S = 1800.0, 600.0
PEOPLE = tuple("abcdefgh")
MOST_ALARM_RINGS = 3
HOURS = ((8, 14), (14, 18), (18, 24), (0, 8))
ZONE = ZoneInfo("Asia/Shanghai")
Place = tuple[str, datetime, VolunteerId]
"""Slot, its beginning, whose place."""


class Day:
    """One story. `play` plays it, or raises `Broken`."""

    def __init__(self, tape: bytes) -> None:
        self.tape = Tape(tape)
        self.now_s = 0.0
        self.reach = Reach()
        self.quiet = {who: self._draw_quiet() for who in PEOPLE}
        self.roster = self._draw_roster()
        self.swapped = False
        self.machine = Machine(self.roster, boot=1, now=self.now)
        self.link_is_up = False
        self._heap: list[tuple[float, int, Callable[[], None]]] = []
        self._ticket = 0
        # what lives
        self.legs: dict[LegId, VolunteerId] = {}
        self.up: set[LegId] = set()
        self.notices: dict[LegId, RingNotice] = {}
        self.cancelled: set[LegId] = set()
        self.calls: dict[CallId, str] = {}
        # what was said
        self.said: dict[Place, Readiness] = {}
        self.rings: Counter[Place] = Counter()
        self.taken: dict[Place, VolunteerId] = {}
        self.told: set[Place] = set()
        """For which somebody was found, or the coordinator was told."""
        self.notes: list[Command] = []
        self.alarms: dict[int, tuple[VolunteerId, ...]] = {}
        self.settled: set[int] = set()
        """Alarms that are over, or about which the last word was said."""
        self.alarm_rings: list[tuple[float, VolunteerId]] = []
        self.lost_links = 0

    @property
    def now(self) -> Now:
        return Now(mono_s=self.now_s, at=NOON + timedelta(seconds=self.now_s))

    # ---- the scene

    def _draw_quiet(self) -> tuple[WeeklyHours, ...]:
        if not self.tape.one_in(5):
            return ()
        start = self.tape.among(13, 17, 22, 7)
        hours = WeeklyHours(
            weekdays=EVERY_DAY, start=time(start, 0), until=time((start + self.tape.among(1, 2, 8)) % 24)
        )
        return (hours,)

    def _draw_line(self) -> Line:
        shifts = []
        for start, until in HOURS:
            first = int(self.tape.span(0, 7.9))
            on, behind = self.tape.among(1, 2, 3), self.tape.among(2, 1, 3, 0)
            names = [PEOPLE[(first + n) % len(PEOPLE)] for n in range(on + behind)]
            shifts.append(slot(f"from-{start}", start, until, " ".join(names[:on]), " ".join(names[on:])))
        return line(
            shifts=tuple(shifts),
            reminders=Reminders(before_s=BEFORE_S, ask_backup_s=ASK_BACKUP_S),
            rest=Rest(missed=2, for_s=600.0) if self.tape.one_in(2) else None,
            ring_steps=(ring(2, 30.0), ring(None, 60.0)),
        )

    def _draw_roster(self) -> Roster:
        people = [replace(person(who), quiet=self.quiet[who], zone=ZONE if self.quiet[who] else None) for who in PEOPLE]
        return roster(self._draw_line(), people=people)

    def play(self) -> Reach:
        tape = self.tape
        self.later(1.0, self._link_back)
        for n in range(tape.among(2, 0, 6)):
            self.later(self._some_time(), lambda n=n: self._calls(CallId(f"c-{n}")))  # type: ignore[misc]
        for _ in range(tape.among(3, 0, 8)):
            self.later(self._some_time(), self._somebody_acts)
        for _ in range(tape.among(0, 0, 1, 2)):
            self.later(self._some_time(), self._link_lost)
        for hour in range(1, 26):
            self.later(3600.0 * hour + 1.0, self._check_menu)  # in each slot, and a while after its beginning
        if tape.one_in(4):
            self.later(self._some_time(), self._new_roster)
        for number in range(1, tape.among(0, 2, 4) + 1):
            self.later(self._some_time(), lambda n=number: self._alarm(n))  # type: ignore[misc]
        steps = 0
        while True:
            due_s, next_s = self.machine.next_deadline() or inf, self._heap[0][0] if self._heap else inf
            if min(due_s, next_s) > DAY_S:
                break
            steps += 1
            hold(steps < MOST_STEPS, "no endless loop", steps)
            self.now_s = max(self.now_s, min(due_s, next_s))
            if due_s <= next_s:
                self._did(None, self.machine.handle_deadline(self.now))
            else:
                heapq.heappop(self._heap)[2]()
        self._over()
        return self.reach

    def later(self, at_s: float, act: Callable[[], None]) -> None:
        self._ticket += 1
        heapq.heappush(self._heap, (max(at_s, self.now_s), self._ticket, act))

    def _some_time(self) -> float:
        """Mostly around a change of shift."""
        change_s = self.tape.among(2, 6, 12, 20) * 3600.0
        return self.tape.among(change_s - self.tape.span(0.0, 2000.0), self.tape.span(2.0, DAY_S - 4000.0))

    # ---- what people do

    def _somebody_acts(self) -> None:
        who = VolunteerId(self.tape.among(*PEOPLE))
        event: Event = self.tape.among(
            CoverAsked(volunteer=who),
            VolunteerResumed(volunteer=who),
            VolunteerPaused(volunteer=who, for_s=self.tape.among(600.0, None)),
            DeviceChanged(node=PBX1, endpoint=person(who).endpoints[0].id, reachable=False, busy=False),
        )
        self._tell(event)

    def _alarm(self, number: int) -> None:
        """Something is wrong; perhaps it is over before anybody could be called."""
        first = int(self.tape.span(0, 7.9))
        people = tuple(VolunteerId(PEOPLE[(first + n) % len(PEOPLE)]) for n in range(self.tape.among(2, 1, 3)))
        self.alarms[number] = people
        self._tell(AlarmRaised(alarm=number, kind="disk", people=people, most_per_hour=MOST_ALARM_RINGS))
        if self.tape.one_in(3):
            self.later(self.now_s + self.tape.span(1.0, 200.0), lambda: self._alarm_over(number))

    def _alarm_over(self, number: int) -> None:
        self.reach.count("alarm", "over")
        self._tell(AlarmEnded(alarm=number))
        self.settled.add(number)

    def _calls(self, call: CallId) -> None:
        self._tell(CallArrived(call=call, line=XINLI, node=PBX1))
        self._tell(CallerHeld(call=call))
        self.calls[call] = "waits"
        self.later(self.now_s + self.tape.among(90.0, 5.0, 30.0), lambda: self._leaves(call))

    def _leaves(self, call: CallId) -> None:
        if self.calls.get(call) == "waits":
            del self.calls[call]
            self._tell(CallerLeft(call=call))

    def _rung(self, leg: LegId, ring_s: float) -> None:
        """A notice rings: what they do."""
        tape = self.tape
        after_s = self.now_s + tape.span(1.0, ring_s - 1.0)
        if tape.one_in(4):
            self.later(self.now_s + tape.span(0.1, ring_s), lambda: self._calls(CallId(f"c-{leg}")))
        way = tape.among("yes", "misses", "no", "voicemail", "declines", "unreachable", "lifts and hangs up")
        self.reach.count("a notice", way)
        match way:
            case "misses":
                self.later(self.now_s + ring_s, lambda: self._ends(leg, Cause.NO_ANSWER))
            case "declines":
                self.later(after_s, lambda: self._ends(leg, Cause.CALL_REJECTED))
            case "unreachable":
                self.later(self.now_s + 0.01, lambda: self._ends(leg, Cause.SUBSCRIBER_ABSENT))
            case _:
                self.later(after_s, lambda: self._lifts(leg, way))

    def _lifts(self, leg: LegId, way: str) -> None:
        if leg not in self.legs:
            return
        self.up.add(leg)
        self._tell(LegAnswered(leg=leg))
        heard_s = self.now_s + {"voicemail": 33.0, "lifts and hangs up": 1.0}.get(way, self.tape.span(3.0, 20.0))
        if way in ("yes", "no"):
            self.later(heard_s, lambda: self._presses(leg, way == "yes"))
            heard_s += 3.0
        self.later(heard_s, lambda: self._ends(leg, Cause.NORMAL_CLEARING))

    def _presses(self, leg: LegId, agreed: bool) -> None:
        if leg in self.legs:
            self._tell(NoticeAnswered(leg=leg, agreed=agreed))

    def _rung_for_call(self, rung: RingLeg) -> None:
        way = self.tape.among("misses", "accepts", "declines")
        if way == "accepts":
            self.later(self.now_s + 4.0, lambda: self._accepts(rung.leg))
        else:
            cause = Cause.NO_ANSWER if way == "misses" else Cause.CALL_REJECTED
            after_s = rung.ring_timeout_s if way == "misses" else 3.0
            self.later(self.now_s + after_s, lambda: self._ends(rung.leg, cause))

    def _accepts(self, leg: LegId) -> None:
        if leg in self.legs:
            self.up.add(leg)
            self._tell(LegAnswered(leg=leg))
            self._tell(LegAccepted(leg=leg))

    def _talks(self, leg: LegId, call: CallId) -> None:
        if leg not in self.legs or self.calls.get(call) != "waits":
            self._ends(leg, Cause.NORMAL_CLEARING)
            return
        self.calls[call] = "talks"
        self._tell(TalkStarted(leg=leg))
        self.later(self.now_s + 60.0, lambda: self._hangs_up(leg, call))

    def _hangs_up(self, leg: LegId, call: CallId) -> None:
        self._ends(leg, Cause.NORMAL_CLEARING)
        self.calls.pop(call, None)
        self._tell(CallerLeft(call=call))

    def _ends(self, leg: LegId, cause: int) -> None:
        if self.legs.pop(leg, None) is None:
            return
        self.up.discard(leg)
        notice = self.notices.pop(leg, None)
        rang_on = leg not in self.cancelled and cause != Cause.SUBSCRIBER_ABSENT
        if notice is not None and notice.kind is NoticeKind.READY and rang_on:
            self.rings[self._place(notice)] += 1
        self._tell(LegEnded(leg=leg, cause=cause))

    # ---- the link

    def _link_lost(self) -> None:
        self.link_is_up = False
        self.lost_links += 1
        self.reach.count("weather", "link lost")
        self._did(None, self.machine.handle(LinkLost(node=PBX1), self.now))
        self.later(self.now_s + self.tape.among(5.0, 60.0, 900.0), self._link_back)

    def _link_back(self) -> None:
        self.link_is_up = True
        alive = tuple(LiveLeg(leg=leg, volunteer=who, up=leg in self.up) for leg, who in self.legs.items())
        stock = StockTaken(node=PBX1, calls=frozenset(self.calls), legs=alive, asked_s=self.now_s)
        self._tell(stock)

    def _new_roster(self) -> None:
        self.swapped = True
        self.reach.count("weather", "new roster")
        self.roster = self._draw_roster()
        self._did(None, self.machine.use_roster(self.roster, self.now))

    # ---- the machine

    def _tell(self, event: Event) -> None:
        if isinstance(event, CoverAsked):
            self._asks_cover(event)
            return
        if self.link_is_up or not isinstance(event, LegAnswered | LegEnded | TalkStarted | CallerHeld | CallerLeft):
            self._did(event, self.machine.handle(event, self.now))

    def _did(self, event: Event | None, commands: list[Command]) -> None:
        if isinstance(event, NoticeAnswered):
            answers = [command for command in commands if isinstance(command, AnswerNotice)]
            hold([answer.leg for answer in answers] == [event.leg], "each key is answered once, at once")
            self.reach.count("reply", answers[0].reply)
        self.notes += [command for command in commands if isinstance(command, NoteReadiness | NoteCover)]
        for command in commands:
            self._check(event, command)
        self._check_memory()
        self._check_way()
        if isinstance(event, NoticeAnswered | CoverAsked | VolunteerResumed):
            self._check_menu()
            self._check_memory_of_a_restart()

    def _check(self, event: Event | None, command: Command) -> None:
        match command:
            case RingNotice():
                self._check_notice(command)
                self.notices[command.leg] = command
                self._begins(command.leg, command.volunteer)
                self._rung(command.leg, command.ring_timeout_s)
            case RingLeg(volunteer=str(who)):
                self._check_leg(VolunteerId(who))
                self._begins(command.leg, VolunteerId(who))
                self._rung_for_call(command)
            case CancelLeg(leg=leg) if leg in self.legs:
                self.cancelled.add(leg)
                if leg not in self.up or leg not in self.notices:
                    self.later(self.now_s + 0.02, lambda: self._ends(leg, Cause.NORMAL_CLEARING))
            case ConnectLeg(leg=leg, call=call):
                self.later(self.now_s + 0.01, lambda: self._talks(leg, call))
            case NoteReadiness():
                self._check_readiness(event, command)
                self.reach.count("readiness", command.readiness)
                self.said[(command.slot, command.from_at, command.volunteer)] = command.readiness
            case NoteCover():
                self._check_cover(event, command)
            case NoteAlarm():
                self._check_alarm(event, command)
            case _:
                pass

    def _asks_cover(self, event: CoverAsked) -> None:
        """As the menu does it: only who hears of a shift of theirs can ask for cover of it."""
        meant = shifts.running_or_next(self.rota, event.volunteer, self.now.at)
        promised = meant is not None and meant.start < self.now.at + NEXT_SHIFT
        before = self.machine.ignored["CoverAsked"]
        self._did(event, self.machine.handle(event, self.now))
        heard = self.machine.ignored["CoverAsked"] == before
        hold(heard == promised, "cover that is promised is looked for", event.volunteer)
        if heard and event.volunteer in {one.present for one in self.machine.stand_ins}:
            self.reach.count("cover", "a stand-in asks")

    @property
    def rota(self) -> Rota:
        """What the menu reads."""
        lines = tuple(self.roster.lines.values())
        return Rota(lines=lines, stand_ins=self.machine.stand_ins, people=self.roster.volunteers)

    def _check_way(self) -> None:
        """No notice rings somebody whom a call could use for which no phone rings: by a plain look at everything."""
        board = self.machine.board
        alone = [call for call in board.calls.values() if not call.legs and board.wants_people(call)]
        duty = self._duty_of(self.machine)
        for notice in board.notices.live.values() if alone else ():
            stopped = notice.withdrawn or notice.picked_up
            hold(stopped or notice.volunteer not in (*duty.volunteers, *duty.backup), "a notice makes way", notice.leg)

    def _check_menu(self) -> None:
        """What the menu says is what calls do."""
        rota, at = self.rota, self.now.at
        duty = self._duty_of(self.machine)
        hold(shifts.on_now(rota, at) == list(duty.volunteers), "the menu names whom calls ring")
        for who in PEOPLE:
            is_on = shifts.running(rota, VolunteerId(who), at) is not None
            hold(is_on or who not in duty.volunteers, "who is rung hears that they are on shift", who)
            hold(not is_on or who in (*duty.volunteers, *duty.quiet), "who is not rung does not", who)

    def _duty_of(self, machine: Machine) -> Duty:
        at, line = self.now.at, self.roster.lines[XINLI]
        return machine.board.notices.duty(XINLI, on_duty(line, at), at, self.roster.volunteers)

    def _check_memory_of_a_restart(self) -> None:
        """What a machine would know that began now, with the journal of this one."""
        if self.swapped:
            return
        new = Machine(self.roster, boot=2, now=self.now, memory=memory_of(self.notes))
        known, goes_on = self._duty_of(self.machine), self._duty_of(new)
        hold(set(known.volunteers) == set(goes_on.volunteers), "a restart changes nothing of who is on shift")
        for key, request in self.machine.board.notices.requests.items():
            if request.over or request.alarmed or request.until_at <= self.now.at:
                continue
            again = new.board.notices.requests.get(key)
            hold(again is not None and not again.over, "a restart goes on to look for cover", key)
        for key, request in new.board.notices.requests.items():
            if request.present is None and not request.over:
                hold(key in self.machine.board.notices.requests, "a restart looks for nobody who is not wanted", key)
        self.reach.count("weather", "restart")

    def _begins(self, leg: LegId, who: VolunteerId) -> None:
        hold(who not in self.legs.values(), "nobody is rung twice at once", who)
        hold(self.link_is_up, "nobody is rung over a dead link")
        self.legs[leg] = who

    # ---- what must hold

    def _place(self, notice: RingNotice) -> Place:
        (name,) = {
            one.shift.slot
            for one in occurrences(self.roster.lines[XINLI], notice.from_at, notice.from_at + timedelta(seconds=1))
        }
        return name, notice.from_at, notice.volunteer

    def _check_notice(self, notice: RingNotice) -> None:
        who, at = notice.volunteer, self.now.at
        local = at.astimezone(ZONE)
        if notice.kind is NoticeKind.ALARM:
            self._check_alarm_ring(who)
        for hours in self.quiet[who] if notice.kind is not NoticeKind.ALARM else ():
            begins, hour = hours.start.hour, local.hour
            length = (hours.until.hour - begins) % 24
            hold((hour - begins) % 24 >= length, "quiet hours are kept", (who, local))
        hold(len(self.notices) < MOST_AT_ONCE, "few notices ring together")
        board = self.machine.board
        if notice.kind is not NoticeKind.RESTING:
            duty = board.notices.duty(XINLI, on_duty(self.roster.lines[XINLI], at), at, self.roster.volunteers)
            waiting = [call for call in board.calls.values() if board.wants_people(call)]
            hold(not waiting or who not in (*duty.volunteers, *duty.backup), "calls come first", who)
        if notice.kind is not NoticeKind.READY:
            return
        before_s = (notice.from_at - at).total_seconds()
        hold(0.0 < before_s <= BEFORE_S + 0.001, "a reminder comes in its time", before_s)
        if not self.swapped:
            place = self._place(notice)
            hold(self.said.get(place) in (None, Readiness.ASKED), "who answered is left alone", place)
            hold(self.rings[place] < MOST_RINGS, "nobody is reminded more than twice", place)

    def _check_alarm_ring(self, who: VolunteerId) -> None:
        going_on = [people for number, people in self.alarms.items() if number not in self.settled]
        hold(any(who in people for people in going_on), "only who is named is called, and only while it lasts", who)
        self.alarm_rings.append((self.now_s, who))
        lately = [at_s for at_s, _ in self.alarm_rings if at_s > self.now_s - 3600.0]
        hold(len(lately) <= MOST_ALARM_RINGS, "few calls an hour", len(lately))

    def _check_alarm(self, event: Event | None, note: NoteAlarm) -> None:
        hold(note.alarm not in self.settled, "an alarm has one last word", note)
        self.settled.add(note.alarm)
        self.reach.count("alarm", note.word)
        if note.word is AlarmWord.ACKNOWLEDGED:
            said_so = isinstance(event, NoticeAnswered) and event.agreed
            hold(said_so and note.volunteer in self.alarms[note.alarm], "nobody owns an alarm who did not say so", note)

    def _check_readiness(self, event: Event | None, note: NoteReadiness) -> None:
        if note.readiness is Readiness.READY:
            said_so = isinstance(event, VolunteerResumed) or (isinstance(event, NoticeAnswered) and event.agreed)
            hold(said_so, "nobody is ready who did not say so", note.volunteer)
        elif note.readiness is Readiness.CANNOT:
            said_so = isinstance(event, NoticeAnswered) and not event.agreed
            hold(said_so, "nobody is out who did not say so", note.volunteer)

    def _check_cover(self, event: Event | None, note: NoteCover) -> None:
        place = (note.slot, note.from_at, note.absent)
        if note.word is not CoverWord.SETTLED:
            self.reach.count("cover", note.word)
            return
        self.told.add(place)
        self.reach.count("cover", "found" if note.present else "nobody")
        if note.present is None:
            return
        hold(place not in self.taken or self.swapped, "the first yes wins", place)
        hold(isinstance(event, NoticeAnswered) and event.agreed, "nobody stands in who did not say yes", note)
        hold(note.present not in self._present(note), "nobody stands in twice", note)
        self.taken[place] = note.present

    def _present(self, note: NoteCover) -> set[VolunteerId]:
        return {who for (name, from_at, _), who in self.taken.items() if (name, from_at) == (note.slot, note.from_at)}

    def _check_leg(self, who: VolunteerId) -> None:
        """Who is rung for a call is on shift, or stands in; not who said that they cannot come, or is replaced."""
        if self.swapped:
            return
        at = self.now.at
        (on,) = occurrences(self.roster.lines[XINLI], at, at + timedelta(microseconds=1))
        named = {place.who for place in on.places}
        here = {absent: present for (name, start, absent), present in self.taken.items() if start == on.start}
        said = self.said.get((on.shift.slot, on.start, who))
        if who in here.values():
            return
        hold(who in named, "who is rung is on shift", who)
        hold(said is not Readiness.CANNOT, "who cannot come is not rung", who)
        hold(who not in here or said is Readiness.READY, "whose place was taken is not rung", who)

    def _check_memory(self) -> None:
        book = self.machine.board.notices
        hold(len(book.live) <= MOST_AT_ONCE, "memory is bounded", "live")
        hold(len(book.alarm_calls) <= 4, "memory is bounded", "alarms")
        for kept in (book.reminders, book.requests, book.stand_ins):
            hold(len(kept) <= 2 * 5 * 6, "memory is bounded", len(kept))

    def _over(self) -> None:
        at, book = self.now.at, self.machine.board.notices
        late = timedelta(seconds=1200)
        for one in (*book.reminders.values(), *book.requests.values(), *book.stand_ins.values()):
            hold(one.until_at > at - late, "nothing is kept when the slot is over", one)
        hold(not book.alarm_calls, "each alarm's calls end", list(book.alarm_calls))
        hold(set(self.alarms) == self.settled, "each alarm has its last word", self.alarms)
        if self.swapped or self.lost_links:
            return
        for place, readiness in self.said.items():
            slot_is_long_on = place[1] < at - timedelta(seconds=7200)
            if readiness in (Readiness.SILENT, Readiness.CANNOT) and slot_is_long_on:
                hold(place in self.told, "of whoever is missing somebody is told", place)
            if slot_is_long_on:
                hold(readiness is not Readiness.ASKED, "each reminder ends", place)

"""The service: events into the machine, its commands out. The only owner of a timer.

    AMI, FastAGI ──► Node ──► step(event) ──► Machine ──► commands ──► Node, journal, log

Everything on a call's way runs synchronously in one turn of the event loop, so "test and set" is one; whatever may
block (disk, reading rosters) happens elsewhere. Start order: settings and roster, AMI, stock-taking, then the FastAGI
port: while that is closed, callers are served by the dialplan alone, so nothing is promised before it can be kept.
"""

import asyncio
import signal
import time
from collections import deque
from collections.abc import Coroutine
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import assert_never

from hotline_agi import census
from hotline_agi.asterisk.ami import AmiLink, AmiMessage
from hotline_agi.asterisk.dialling import TEST_ENDPOINT, Dialling, rung_by
from hotline_agi.asterisk.envelope import CALLBACK, Envelope, RefusalReason
from hotline_agi.asterisk.fastagi import FastAgiListener, bound
from hotline_agi.asterisk.node import (
    MESSAGE_HANDLER,
    NOTE_HANDLER,
    RECORDING_HANDLER,
    STORED_HANDLER,
    UNATTENDED_HANDLER,
    Node,
)
from hotline_agi.asterisk.service_menu import ServiceMenu
from hotline_agi.asterisk.survival import SurvivalPlan
from hotline_agi.asterisk.unattended import Unattended
from hotline_agi.dispatch.codec import News, RosterUsed
from hotline_agi.dispatch.commands import (
    AnswerHelper,
    AnswerNotice,
    CancelLeg,
    CloseRecord,
    Command,
    ConnectLeg,
    DismissLeg,
    EndRound,
    Fact,
    FetchCaller,
    FlagCaller,
    GuideCaller,
    HangUp,
    HoldCaller,
    ListenToCaller,
    MarkConsent,
    NoteAlarm,
    NoteCover,
    NoteFact,
    NoteLanguage,
    NoteReadiness,
    NoteVolunteer,
    OpenFollowUps,
    OpenRecord,
    OpenRoom,
    ReassignLeg,
    RefuseLeg,
    RingHelper,
    RingLeg,
    RingNotice,
    StopRecording,
    TellVolunteer,
)
from hotline_agi.dispatch.events import Event, LimitLifted
from hotline_agi.dispatch.machine import Machine
from hotline_agi.dispatch.memory import NOTHING, Memory
from hotline_agi.dispatch.replay import Beginning
from hotline_agi.errors import HotlineError
from hotline_agi.ledger import Ledger
from hotline_agi.log import logger
from hotline_agi.notify import keep, kept, notify
from hotline_agi.recognition import Recognition
from hotline_agi.roster import canary
from hotline_agi.roster.canary import with_canary
from hotline_agi.roster.duty import everybody
from hotline_agi.roster.model import RecordTalks, Roster, is_ours
from hotline_agi.rosters.following import Places, RosterFollower
from hotline_agi.selfservice.directory import Directory
from hotline_agi.selfservice.handover import Book
from hotline_agi.selfservice.state import Standing
from hotline_agi.service.alarms import Alarms
from hotline_agi.service.alone import Alone
from hotline_agi.service.callback_calls import CallbackCalls
from hotline_agi.service.callback_list import CallbackList
from hotline_agi.service.callbacks import Callbacks
from hotline_agi.service.canary import Canary
from hotline_agi.service.guard import Guard
from hotline_agi.service.lines import log_call, log_shift
from hotline_agi.service.liveness import ask_for_patience, feed_watchdog
from hotline_agi.service.note_files import NoteFiles
from hotline_agi.service.notes import Notes
from hotline_agi.service.playback import Playback
from hotline_agi.service.questions import Questions
from hotline_agi.service.recordings import Recordings
from hotline_agi.service.results import Results
from hotline_agi.service.upkeep import Upkeep
from hotline_agi.service.voicemail import Voicemail
from hotline_agi.service.watch import Sources, Watch
from hotline_agi.service.watchers import Watchers
from hotline_agi.service.weekly_mail import WeeklyMail
from hotline_agi.service.wish_desk import WishDesk
from hotline_agi.settings import Settings
from hotline_agi.store.follow_ups import overdue
from hotline_agi.store.past import JOURNAL, Past
from hotline_agi.terms import limits
from hotline_agi.terms.ids import CallId, EndpointId, LineId, VolunteerId
from hotline_agi.terms.instants import Now

HELP_FACTS = tuple(
    fact.value for fact in (Fact.HELP_ASKED, Fact.CONTACT_ASKED, Fact.HELPER_CAME, Fact.HELP_MISSED, Fact.MARKED)
)
"""Counted for the metrics."""
LATE_S, CATCH_UP_S = 0.25, 0.02
"""A deadline that is so late lets the event loop read its sockets for so long, before it counts."""
FASTAGI = "fastagi"
"""Name of the listening socket in the supervisor's store."""
FINISH_S = 0.5
"""For answers that are due when we are told to end; who gets none asks the next service."""
END_TIMEOUT_S = 2.0
"""For ending our tasks, and then for the journal's last records: whoever restarts us must not wait for ever."""


class Service:
    """One controller with one Asterisk. Make it with `prepared`, then await `run`."""

    @classmethod
    async def prepared(cls, settings: Settings) -> "Service":
        """A service that has read what can be read without Asterisk.

        :raises SetupError: if roster (the last good one, too), contacts, secret or journal are missing or wrong, or
            another service serves from the same folder.
        """
        secret, word = settings.ami_secret(), settings.fastagi_word()
        alone = await Alone.in_folder(settings.state)
        places = Places(
            rosters=settings.rosters,
            contacts=settings.contacts,
            contacts_key=settings.contacts_key,
            state=settings.state,
        )
        follower = RosterFollower(places, watch_s=settings.watch_rosters_s)
        # before the first reading: until there is a handler, a SIGHUP ends a process
        asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, follower.reload)
        patience = asyncio.create_task(ask_for_patience())
        try:
            roster = await follower.first()
            opening = partial(
                Past.of,
                settings.state,
                _boot(),
                ages=settings.keep,
                messages=settings.messages,
                recordings=settings.archive.shelves,
            )
            past = await asyncio.to_thread(opening)
            return cls(settings, secret, follower, roster, past, alone, word=word)
        finally:
            patience.cancel()

    def __init__(
        self,
        settings: Settings,
        secret: str,
        follower: RosterFollower,
        roster: Roster,
        past: Past,
        alone: Alone,
        *,
        word: str | None = None,
    ) -> None:
        self._settings, self._alone = settings, alone
        self._follower, self._roster = follower, roster
        follower.use = self._use_roster
        follower.committed = lambda: self._note_revision(self._now())
        self._journal = past.journal
        self._recognition = Recognition(past.key, self._journal)
        self._recognition.lifted = lambda caller: self.step(LimitLifted(caller=caller))
        self._loop_time = time.monotonic  # the clock of asyncio's default loop
        now = self._now()
        served = with_canary(roster)
        self._machine, memory = _machine(served, past, now)
        self._write_roster(now)
        self._journal.write_beginning(
            Beginning(boot=past.boot, now=now, roster=follower.digest, memory=memory), past.program
        )
        endpoint = settings.canary.endpoint
        dialling = Dialling(
            trunk=settings.trunk,
            caller_id=settings.caller_id,
            test_endpoint=f"PJSIP/{endpoint}" if endpoint else TEST_ENDPOINT,
            test_number=settings.canary.number,
        )
        self.guard = Guard(settings.state, limits=tuple(limit.value for limit in limits.Limit), help_facts=HELP_FACTS)
        self._envelope = Envelope(served, trunk=settings.trunk, rules=settings.dialling, refused=self.guard.refused)
        self._envelope.recall(past.legs, now.mono_s)
        self._results = Results(
            settings.state / JOURNAL,
            roster=lambda: self._roster,
            line_of_call=self._line_of_call,
            labels=self._labels,
            tell=self.step,
            chore=self._chore,
        )
        archive = settings.archive
        self.playback = Playback(archive, settings.state / JOURNAL, own_group=settings.recordings.playing is not None)
        self._notes = Notes(
            NoteFiles(archive, self.playback, chore=self._chore),
            journal=self._journal,
            journal_path=settings.state / JOURNAL,
            hears=self._hears,
            chore=self._chore,
        )
        self._node = Node(
            settings.node,
            dialling=dialling,
            envelope=self._envelope,
            report=self.step,
            line_of_number=self._line_of_number,
            volunteer_of_target=lambda target: rung_by(target, self._roster),
            user_event=self._user_event,
            after_talk=self._results.asked_after,
            notes_for=self._new_notes_for,
        )
        self._menu = ServiceMenu(
            now=self._now,
            tell=self.step,
            standing=self._standing,
            stand_ins=lambda: self._machine.stand_ins,
            book=Book(
                last_talk=self._results.last_talk,
                say_result=self._results.say,
                notes=self._notes.of,
                heard=self._notes.heard,
            ),
        )
        self._menu.use_directory(Directory.of(roster))
        self._link = AmiLink(
            host=settings.ami_host,
            port=settings.ami_port,
            user=settings.ami_user,
            secret=secret,
            on_event=self._heard,
            on_up=self._link_up,
            on_down=self._node.link_lost,
        )
        self._node.link = self._link
        self._survival = SurvivalPlan(self._link, dialling, lambda endpoint: not self._envelope.refusal(endpoint))
        self._unattended = Unattended(self._link)
        self._ledger = Ledger(
            self._unattended,
            journal=self._journal,
            journal_path=settings.state / JOURNAL,
            node=settings.node,
            line_of_number=self._line_of_number,
            kept=self._results.kept,
        )
        self._upkeep = Upkeep(
            self._survival,
            self._menu,
            self._envelope,
            sounds=settings.sounds,
            roster=lambda: self._roster,
            tell=self.step,
        )
        self._recordings = Recordings(
            archive,
            journal=self._journal,
            journal_path=settings.state / JOURNAL,
            line_of_number=self._line_of_number,
            tell=self.step,
            is_wanted=lambda: any(one.recording.talks is not RecordTalks.NO for one in self._roster.lines.values()),
        )
        self._voicemail = Voicemail(
            settings.messages,
            journal=self._journal,
            journal_path=settings.state / JOURNAL,
            line_of_number=self._line_of_number,
            tell=self.step,
            archive=archive,
            kept=self._recordings.kept,
        )
        self._canary = Canary(
            settings.canary,
            link=lambda: self._link,
            dialling=dialling,
            state=settings.state,
            sounds=settings.sounds,
            roster=lambda: self._roster,
            callers_wait=lambda: len(self._machine.board.waiting) > 0,
            plan_written=lambda: self._upkeep.plan_written,
        )
        watch = Watch(
            settings.alarms,
            settings.canary,
            Sources(
                machine=lambda: self._machine,
                roster=lambda: self._roster,
                link_is_up=lambda: self._link.is_up,
                plan_written=lambda: self._upkeep.plan_written,
                journal=self._journal.state,
                rosters=lambda: follower.status,
                canary=self._canary,
                recordings=lambda: self._recordings.trouble,
                callbacks=lambda: self._callback_list.backlog,
            ),
            folders={"state": settings.state, "messages": settings.messages} | archive.watched,
            certificates={"softphones": settings.softphone_tls.certificate},
            overdue=partial(_overdue, settings.state / JOURNAL),
        )
        self._alarms = Alarms(
            settings.alarms,
            watch,
            state=settings.state,
            now=self._now,
            tell=self.step,
            audit=self._journal.write_audit,
        )
        self.guard.alarm = self._refused_dialling
        self._callback_calls = CallbackCalls(link=lambda: self._link, trunk=settings.trunk, tell=self.step)
        self._callback_list = CallbackList(
            settings.state / JOURNAL, roster=lambda: self._roster, now=self._now, keep_days=settings.keep.work
        )
        self._callbacks = Callbacks(
            self._callback_list,
            self._callback_calls,
            messages=settings.messages,
            playback=self.playback,
            envelope=self._envelope,
            roster=lambda: self._roster,
            machine=lambda: self._machine,
            now=self._now,
            tell=self.step,
            boot=past.boot,
        )
        self._node.on_stock = self._callbacks.stock_taken
        self._watchers = Watchers(
            saw=(self._canary.saw, self._alarms.saw, self._callback_list.saw, self._results.saw),
            heard=(self._canary.on_message, self._callback_calls.on_message),
        )
        questions = Questions(
            node=self._node,
            menu=self._menu,
            voicemail=self._voicemail,
            wishes=WishDesk(
                node=self._node,
                journal=self._journal,
                envelope=self._envelope,
                line_of_number=self._line_of_number,
                is_ours=lambda number: is_ours(self._roster, number),
            ),
            journal=self._journal,
            recognition=self._recognition,
            tell=self.step,
            chore=self._chore,
            is_test=self._canary.expects,
            callbacks=self._callbacks,
            results=self._results,
            notes=self._notes,
        )
        self._listener = FastAgiListener(questions.asked, lambda why: logger.warning("fastagi", refused=why), word=word)
        self._kept = kept(FASTAGI)
        self._timer: asyncio.TimerHandle | None = None
        self._caught_up = False
        """Whether, of a late deadline, what came meanwhile was let in first."""
        self._events: deque[Event] = deque()
        self._carrying_out = False
        self._chores: set[asyncio.Task[None]] = set()
        self._listening = asyncio.Event()
        self._stop = asyncio.Event()

    # ---- the loop

    def step(self, event: Event) -> None:
        """Take one event in and carry its consequences out. Never raises for what the outside does.

        An event that a command gives rise to at once (a leg that cannot be placed) waits until all commands of this
        step are out: their order is the machine's.
        """
        self._events.append(event)
        if not self._carrying_out:
            self._drain()

    def _wake(self) -> None:
        self._timer = None
        now = self._now()
        due_s = self._machine.next_deadline()
        if due_s is not None and now.mono_s - due_s > LATE_S and not self._caught_up:
            # we stood still: what was waited for may be in a socket, and timers are run first after SIGCONT (epoll_wait
            # is interrupted by it, and what is left of its time is nothing)
            self._caught_up = True
            self._timer = asyncio.get_running_loop().call_later(CATCH_UP_S, self._wake)
            return
        self._caught_up = False
        self._carry_out(None, now, self._machine.handle_deadline(now))
        self._drain()

    def _drain(self) -> None:
        """Take in what waits, and what that gives rise to."""
        while self._events:
            event, now = self._events.popleft(), self._now()
            self._carry_out(event, now, self._machine.handle(event, now))

    def _carry_out(self, news: News | None, now: Now, commands: list[Command]) -> None:
        """Do what came of one step, and write the step down: what decides must be reproducible."""
        self._journal.write_step(news, now, commands)
        self._carrying_out = True
        try:
            self._do(commands)
        finally:
            self._carrying_out = False
        self._arm()
        self._watchers.saw(news, commands)

    def _do(self, commands: list[Command]) -> None:
        for command in commands:
            try:
                self._do_one(command)
            except Exception:  # a bug of ours in one command must not lose the others: phones would ring on
                logger.exception("a command was not carried out", command=type(command).__name__)

    def _do_one(self, command: Command) -> None:
        match command:
            case (
                RingLeg()
                | CancelLeg()
                | DismissLeg()
                | ConnectLeg()
                | RefuseLeg()
                | HoldCaller()
                | GuideCaller()
                | EndRound()
                | ListenToCaller()
                | HangUp()
                | ReassignLeg()
                | RingNotice()
                | AnswerNotice()
                | FetchCaller()
                | MarkConsent()
                | RingHelper()
                | AnswerHelper()
                | TellVolunteer()
                | OpenRoom()
            ):
                self._node.carry_out(command)
            case StopRecording():
                self._node.carry_out(command)
                self._recordings.stopped(command)
            case NoteReadiness() | NoteCover():
                log_shift(command)
                self._journal.write_agreement(command, datetime.now(UTC))
            case NoteFact(fact=fact) if fact.value in HELP_FACTS:
                self.guard.helped(fact.value)
                self._journal.write(command, datetime.now(UTC))
            case NoteFact(fact=Fact.LIMITED, call=call, detail=detail):
                limit, until = limits.told(detail)
                self.guard.limited(limit)
                logger.info("a caller met a limit", call=call, limit=limit, until=until or "other calls end")
                self._journal.write(command, datetime.now(UTC))
            case FlagCaller():
                logger.info("a call is marked as at high risk", call=command.call, line=command.line)
                self._recognition.flagged(command.caller)
                self._journal.write(command, datetime.now(UTC))
            case OpenRecord() | NoteFact() | NoteVolunteer() | OpenFollowUps():
                self._journal.write(command, datetime.now(UTC))
            case CloseRecord():
                self._journal.write(command, datetime.now(UTC))
                log_call(command)
            case NoteLanguage(caller=caller, language=language):
                self._recognition.chose(caller, language)
            case NoteAlarm():
                pass  # `Alarms` has seen it
            case _:
                assert_never(command)

    def _arm(self) -> None:
        """One timer for all deadlines."""
        due_s = self._machine.next_deadline()
        if self._timer is not None:
            if due_s is not None and self._timer.when() <= due_s:
                return  # it wakes early enough, and arms itself again
            self._timer.cancel()
            self._timer = None
        if due_s is not None:
            self._timer = asyncio.get_running_loop().call_at(due_s, self._wake)

    def _now(self) -> Now:
        return Now(self._loop_time(), datetime.now(UTC))

    # ---- life

    async def run(self) -> None:
        """Serve until SIGTERM or SIGINT.

        :raises SetupError: if the start fails for a reason that somebody must mend.
        """
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stop.set)
        loop.add_signal_handler(signal.SIGUSR1, self._canary.ask)
        loop.add_signal_handler(signal.SIGUSR2, self._tell_what_is_held)
        await self._upkeep.look_at_sounds()
        await self._callbacks.begin()
        await self._link.connect()
        tasks = [
            asyncio.create_task(self._link.run(), name="ami"),
            asyncio.create_task(self._upkeep.run(), name="survival plan"),
            asyncio.create_task(feed_watchdog(self._machine.next_deadline), name="watchdog"),
            asyncio.create_task(self._voicemail.adopt(), name="messages"),
            asyncio.create_task(self._recordings.run(), name="recordings"),
            asyncio.create_task(self.playback.run(), name="playing"),
            asyncio.create_task(self._notes.adopt(), name="notes"),
            asyncio.create_task(self._results.follow(), name="results"),
            asyncio.create_task(self._ledger.run(), name="ledger"),
            asyncio.create_task(self._follower.run(), name="rosters"),
            asyncio.create_task(self.guard.follow(), name="guard"),
            asyncio.create_task(self._recognition.follow(self._settings.state / JOURNAL), name="flags"),
            asyncio.create_task(self._canary.run(), name="test calls"),
            asyncio.create_task(self._alarms.run(), name="alarms"),
            asyncio.create_task(self._callback_list.run(), name="callbacks"),
            asyncio.create_task(WeeklyMail(self._settings, lambda: self._roster).run(), name="weekly report"),
        ]
        for task in tasks:
            task.add_done_callback(self._task_ended)
        try:
            await self._listen()
            await self._stop.wait()
        finally:
            await self._shut_down(tasks)

    async def _listen(self) -> None:
        """Open the FastAGI port once AMI is up and stock is taken."""
        await self._listening.wait()
        if self._stop.is_set():
            return
        sock = bound(self._settings.fastagi_host, self._settings.fastagi_port, self._kept)
        is_new, self._kept = sock is not self._kept, None
        port = await self._listener.start(sock)
        if is_new:
            keep(FASTAGI, sock)
        logger.info("ready", node=self._settings.node, fastagi_port=port, lines=len(self._roster.lines))
        notify("READY=1\nSTATUS=serving calls")

    async def _shut_down(self, tasks: list[asyncio.Task[None]]) -> None:
        notify("STOPPING=1")
        await self._listener.stop(FINISH_S)
        ending = {*tasks, *self._chores, *self._node.tasks}
        for task in ending:
            task.cancel()
        if ending:
            await asyncio.wait(ending, timeout=END_TIMEOUT_S)
        self._link.flush()
        self._link.hang_up()
        if self._timer is not None:
            self._timer.cancel()
        await asyncio.to_thread(self._journal.close, END_TIMEOUT_S)
        self._alone.release()
        logger.info("stopped")

    def _tell_what_is_held(self) -> None:
        logger.info("census", **census.of_process(), held=census.of_objects(self))

    def _task_ended(self, task: asyncio.Task[None]) -> None:
        """A task of ours never ends by itself: if one does, a supervisor starts us afresh."""
        if not task.cancelled() and not self._stop.is_set():
            logger.error("a task ended", task=task.get_name(), exc_info=task.exception())
            self._listening.set()
            self._stop.set()

    def _use_roster(self, roster: Roster) -> None:
        """Swap the roster, between two events: what calls do next follows the new one."""
        self._roster = roster
        served = with_canary(roster)
        self._envelope.use(served)
        now = self._now()
        self._write_roster(now)
        self._carry_out(RosterUsed(digest=self._follower.digest), now, self._machine.use_roster(served, now))
        self._upkeep.due.set()

    def _write_roster(self, now: Now) -> None:
        """Which roster decides from now on, and its texts."""
        follower = self._follower
        self._journal.write_roster(follower.digest, follower.texts)
        self._note_revision(now)

    def _note_revision(self, now: Now) -> None:
        origin = self._follower.origin
        if origin is not None:
            self._journal.write_revision(origin.digest, origin.revision, now.at, last_good_of=origin.last_good_of)

    def _chore(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._chores.add(task)
        task.add_done_callback(self._chore_ended)

    def _chore_ended(self, task: "asyncio.Task[None]") -> None:
        self._chores.discard(task)
        if not task.cancelled() and task.exception() is not None:
            logger.error("a chore failed", exc_info=task.exception())

    # ---- Asterisk

    async def _link_up(self) -> None:
        await self._node.take_devices()
        if self._node.fresh_for_s > 0:
            self._chore(self._look_at_devices_again())
        await self._node.take_stock()
        asyncio.get_running_loop().call_soon(self._node.postponed.link_is_up)  # by then the link counts as up
        self._upkeep.due.set()
        self._ledger.due.set()
        self._listening.set()

    async def _look_at_devices_again(self) -> None:
        """Once Asterisk has asked all its phones."""
        await asyncio.sleep(self._node.fresh_for_s)
        if self._link.is_up:
            await self._node.take_devices()

    def _refused_dialling(self, why: RefusalReason, endpoint: EndpointId) -> None:
        del why
        if endpoint != CALLBACK:  # what a caller typed as their number is no sign of a service that runs wild
            self._alarms.refused_dialling()

    def _standing(self, volunteer: VolunteerId) -> Standing:
        return self._machine.standing(volunteer, self._now())

    def _labels(self, language: str) -> frozenset[str]:
        return self._menu.labels(language)

    def _hears(self, uniqueid: str, note: str) -> VolunteerId | None:
        return self._menu.hears(uniqueid, note)

    def _line_of_call(self, call: CallId) -> LineId | None:
        found = self._machine.board.calls.get(call)
        return found.line.id if found is not None else None

    def _new_notes_for(self, volunteer: VolunteerId) -> int:
        kept = [line for line in self._roster.lines.values() if line.notes is not None]
        lines = [line for line in kept if volunteer in everybody(line)]
        return self._notes.new_for(lines, volunteer, datetime.now(UTC))

    def _heard(self, message: AmiMessage) -> None:
        self._node.on_message(message)
        self._watchers.heard(message)

    def _line_of_number(self, number: str) -> LineId | None:
        line = self._roster.line_of_number(number)
        if line is None and self._canary.expects(number):
            return canary.LINE
        return line.id if line else None

    def _user_event(self, message: AmiMessage) -> None:
        if message.get("UserEvent") == STORED_HANDLER:
            self._survival.on_stored(message)
        elif message.get("UserEvent") == UNATTENDED_HANDLER:
            self._unattended.on_message(message)
        elif message.get("UserEvent") == RECORDING_HANDLER:
            self._recordings.ended(str(message.get("File", "")))
        elif message.get("UserEvent") == NOTE_HANDLER:
            self._chore(self._notes.recorded(str(message.get("File", "")), None))
        elif message.get("UserEvent") == MESSAGE_HANDLER:
            self._chore(
                self._voicemail.recorded(CallId(str(message.get("Call", ""))), str(message.get("File", "")), None)
            )


def _machine(roster: Roster, past: Past, now: Now) -> tuple[Machine, Memory]:
    """A new machine with what it remembers; with nothing, where a mistake of ours makes it stumble over that."""
    try:
        return Machine(roster, boot=past.boot, now=now, memory=past.memory), past.memory
    except Exception:
        logger.exception("what is remembered of earlier runs is not used")
        return Machine(roster, boot=past.boot, now=now), NOTHING


def _overdue(journal: Path) -> dict[LineId, int] | None:
    """Of a journal that cannot be read nothing is known; there is an alarm about that."""
    try:
        return overdue(journal, datetime.now(UTC))
    except HotlineError:
        return None


def _boot() -> int:
    """32 bits that no other run of these eight years has: a restart may come within the same second."""
    return int(time.time() * 16) & 0xFFFF_FFFF

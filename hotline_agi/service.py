"""The service: events into the machine, its commands out. The only owner of a timer.

    AMI, FastAGI ──► Node ──► step(event) ──► Machine ──► commands ──► Node, journal, log

Everything on a call's way runs synchronously in one turn of the event loop, so "test and set" is one; whatever may
block (disk, reading rosters) happens elsewhere. Start order: settings and roster, AMI, stock-taking, then the FastAGI
port: while that is closed, callers are served by the dialplan alone, so nothing is promised before it can be kept.
"""

import asyncio
import contextlib
import signal
import time
from collections import deque
from collections.abc import Coroutine
from datetime import UTC, datetime
from pathlib import Path
from typing import assert_never

from hotline_agi import census
from hotline_agi.asterisk import recordings
from hotline_agi.asterisk.ami import AmiLink, AmiMessage
from hotline_agi.asterisk.fastagi import AgiSession, FastAgiListener
from hotline_agi.asterisk.node import CALLER_ROUTES, MESSAGE_HANDLER, STORED_HANDLER, Dialling, Node
from hotline_agi.asterisk.service_menu import ROUTE, ServiceMenu
from hotline_agi.asterisk.survival import REFRESH_S, SurvivalPlan
from hotline_agi.dispatch.codec import News, RosterUsed
from hotline_agi.dispatch.commands import (
    AnswerNotice,
    CancelLeg,
    CloseRecord,
    Command,
    ConnectLeg,
    CoverWord,
    DismissLeg,
    EndRound,
    GuideCaller,
    HangUp,
    HoldCaller,
    NoteCover,
    NoteFact,
    NoteReadiness,
    NoteVolunteer,
    OpenRecord,
    ReassignLeg,
    RefuseLeg,
    RingLeg,
    RingNotice,
)
from hotline_agi.dispatch.events import Event, MessageLeft
from hotline_agi.dispatch.machine import Machine
from hotline_agi.dispatch.memory import NOTHING, Memory
from hotline_agi.dispatch.replay import Beginning
from hotline_agi.errors import HotlineError, PbxError
from hotline_agi.log import logger
from hotline_agi.notify import notify, watchdog_s
from hotline_agi.prompts import present
from hotline_agi.recognition import Recognition
from hotline_agi.roster.model import Roster
from hotline_agi.rosters.following import Places, RosterFollower
from hotline_agi.selfservice.directory import Directory
from hotline_agi.selfservice.state import Standing
from hotline_agi.settings import Settings
from hotline_agi.store.past import JOURNAL, Past
from hotline_agi.store.reading import JournalReader
from hotline_agi.store.records import MessageRecord
from hotline_agi.terms.ids import CallId, LineId, VolunteerId
from hotline_agi.terms.instants import Now
from hotline_agi.terms.numbers import PhoneNumber

CALLER_ARGUMENT = 2
"""Where a question about a caller carries their number (from the second question on; see `hotline-number`)."""
RETRY_SURVIVAL_S = 10.0
ADOPT_EVERY_S = 300.0
DISK_TIMEOUT_S = 2.0
"""For looking at one recording, while its caller waits for "thank you"."""
PATIENCE_EVERY_S = 5.0
LATE_S = 2.0
"""A deadline that is this late says that the loop hangs: then the watchdog is not fed."""


class Service:
    """One controller with one Asterisk. Make it with `prepared`, then await `run`."""

    @classmethod
    async def prepared(cls, settings: Settings) -> "Service":
        """A service that has read what can be read without Asterisk.

        :raises SetupError: if roster (the last good one, too), contacts, secret or journal are missing or wrong.
        """
        secret = settings.ami_secret()
        places = Places(
            rosters=settings.rosters,
            contacts=settings.contacts,
            contacts_key=settings.contacts_key,
            state=settings.state,
        )
        follower = RosterFollower(places, watch_s=settings.watch_rosters_s)
        # before the first reading: until there is a handler, a SIGHUP ends a process
        asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, follower.reload)
        patience = asyncio.create_task(_ask_for_patience())
        try:
            roster = await follower.first()
            past = await asyncio.to_thread(Past.of, settings.state, _boot())
            return cls(settings, secret, follower, roster, past)
        finally:
            patience.cancel()

    def __init__(self, settings: Settings, secret: str, follower: RosterFollower, roster: Roster, past: Past) -> None:
        self._settings = settings
        self._follower, self._roster = follower, roster
        follower.use = self._use_roster
        self._journal = past.journal
        self._recognition = Recognition(past.key, self._journal)
        self._loop_time = time.monotonic  # the clock of asyncio's default loop
        now = self._now()
        self._machine, memory = _machine(roster, past, now)
        self._journal.write_roster(follower.digest, follower.texts)
        self._journal.write_beginning(
            Beginning(boot=past.boot, now=now, roster=follower.digest, memory=memory), past.program
        )
        dialling = Dialling(trunk=settings.trunk, caller_id=settings.caller_id)
        self._node = Node(
            settings.node,
            dialling=dialling,
            report=self.step,
            line_of_number=self._line_of_number,
            user_event=self._user_event,
        )
        self._menu = ServiceMenu(
            now=self._now, tell=self.step, standing=self._standing, stand_ins=lambda: self._machine.stand_ins
        )
        self._menu.use_directory(Directory.of(roster))
        self._link = AmiLink(
            host=settings.ami_host,
            port=settings.ami_port,
            user=settings.ami_user,
            secret=secret,
            on_event=self._node.on_message,
            on_up=self._link_up,
            on_down=self._node.link_lost,
        )
        self._node.link = self._link
        self._survival = SurvivalPlan(self._link, dialling)
        self._survival_due = asyncio.Event()
        self._listener = FastAgiListener(self._asked, lambda why: logger.warning("fastagi", refused=why))
        self._timer: asyncio.TimerHandle | None = None
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
                | HangUp()
                | ReassignLeg()
                | RingNotice()
                | AnswerNotice()
            ):
                self._node.carry_out(command)
            case NoteReadiness() | NoteCover():
                _log_shift(command)
                self._journal.write_agreement(command, datetime.now(UTC))
            case OpenRecord() | NoteFact() | NoteVolunteer():
                self._journal.write(command, datetime.now(UTC))
            case CloseRecord():
                self._journal.write(command, datetime.now(UTC))
                _log_call(command)
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
        loop.add_signal_handler(signal.SIGUSR1, self._tell_what_is_held)
        await self._link.connect()
        tasks = [
            asyncio.create_task(self._link.run(), name="ami"),
            asyncio.create_task(self._keep_survival_plan(), name="survival plan"),
            asyncio.create_task(self._feed_watchdog(), name="watchdog"),
            asyncio.create_task(self._adopt_recordings(), name="recordings"),
            asyncio.create_task(self._follower.run(), name="rosters"),
            asyncio.create_task(self._recognition.follow(self._settings.state / JOURNAL), name="flags"),
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
        port = await self._listener.start(self._settings.fastagi_host, self._settings.fastagi_port)
        logger.info("ready", node=self._settings.node, fastagi_port=port, lines=len(self._roster.lines))
        notify("READY=1\nSTATUS=serving calls")

    async def _shut_down(self, tasks: list[asyncio.Task[None]]) -> None:
        notify("STOPPING=1")
        await self._listener.stop()
        ending = {*tasks, *self._chores}
        for task in ending:
            task.cancel()
        if ending:
            await asyncio.wait(ending, timeout=DISK_TIMEOUT_S)  # bounded: whoever restarts us must not wait for ever
        self._link.hang_up()
        if self._timer is not None:
            self._timer.cancel()
        await asyncio.to_thread(self._journal.close, DISK_TIMEOUT_S)
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
        now = self._now()
        self._journal.write_roster(self._follower.digest, self._follower.texts)
        self._carry_out(RosterUsed(digest=self._follower.digest), now, self._machine.use_roster(roster, now))
        self._survival_due.set()

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
        self._survival_due.set()
        self._listening.set()

    async def _look_at_devices_again(self) -> None:
        """Once Asterisk has asked all its phones."""
        await asyncio.sleep(self._node.fresh_for_s)
        if self._link.is_up:
            await self._node.take_devices()

    def _asked(self, session: AgiSession) -> None:
        request = session.request
        assert request is not None
        if request.route == "ping":
            session.reply("ok")
            return
        if request.route == ROUTE or (request.route == "arrive" and self._menu.is_service_number(request.argument(0))):
            self._ask_menu(session)
            return
        number: PhoneNumber | None = None
        with contextlib.suppress(ValueError):  # withheld numbers are no numbers
            number = PhoneNumber(request.argument(CALLER_ARGUMENT))
            self._journal.write_number(CallId(request.uniqueid), number)
        if request.route == "number":
            session.reply("ok")
        elif request.route == "message":
            self._chore(self._recorded(CallId(request.uniqueid), request.argument(0), session))
        else:
            self._node.on_question(session)
            if number is not None and request.route in CALLER_ROUTES:  # by now the machine knows the call
                for event in self._recognition.of(CallId(request.uniqueid), number):
                    self.step(event)

    def _ask_menu(self, session: AgiSession) -> None:
        """A volunteer dialled the service number. Without an answer the dialplan says so kindly and ends the call."""
        request = session.request
        assert request is not None
        reply = self._menu.answer(request) if request.route == ROUTE else "ok:service"
        if reply is None:
            session.refuse()
        else:
            session.reply(reply)

    def _standing(self, volunteer: VolunteerId) -> Standing:
        return self._machine.standing(volunteer, self._now())

    async def _refresh_menu(self) -> None:
        """What the menu knows of people and prompts: off a call's way, since both take their time."""
        found = await asyncio.to_thread(present.look, self._settings.sounds)
        self._menu.use_prompts(found.languages, found.names)
        self._menu.use_directory(await asyncio.to_thread(Directory.of, self._roster))

    def _line_of_number(self, number: str) -> LineId | None:
        line = self._roster.line_of_number(number)
        return line.id if line else None

    def _user_event(self, message: AmiMessage) -> None:
        if message.get("UserEvent") == STORED_HANDLER:
            self._survival.on_stored(message)
        elif message.get("UserEvent") == MESSAGE_HANDLER:
            self._chore(self._recorded(CallId(str(message.get("Call", ""))), str(message.get("File", "")), None))

    async def _keep_survival_plan(self) -> None:
        """Write the plan when the roster changes, when Asterisk comes back, and every hour; then, too, somebody may
        have built or recorded prompts."""
        wait_s = 0.0
        while True:
            # not wait_for: Python 3.11's swallows a cancellation that comes together with the result
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(wait_s or None):
                    await self._survival_due.wait()
            self._survival_due.clear()
            await self._refresh_menu()
            try:
                rows = await self._survival.write(self._roster, datetime.now(UTC))
                logger.info("survival plan written", rows=rows)
                wait_s = REFRESH_S
            except PbxError as error:
                logger.error("the survival plan was not written", trouble=str(error))
                wait_s = RETRY_SURVIVAL_S

    # ---- messages

    async def _recorded(self, call: CallId, name: str, session: AgiSession | None) -> None:
        """A caller finished a recording (or hung up in it): keep it or not, and say so while they listen."""
        try:
            async with asyncio.timeout(DISK_TIMEOUT_S):
                found = await asyncio.to_thread(recordings.keep_or_drop, self._settings.messages, name)
        except (TimeoutError, OSError) as error:
            logger.error("a recording could not be looked at", call=call, trouble=type(error).__name__)
            if session is not None:
                session.refuse()  # the dialplan judges by its clock; the file stays and is found later
            return
        if found is not None:
            self._keep(found)
            self.step(MessageLeft(call=call))
        if session is not None:
            session.reply("ok:kept" if found else "ok:short")

    def _keep(self, found: recordings.Recorded) -> None:
        line = self._line_of_number(found.did) or self._line_of_number(f"+{found.did}")
        self._journal.write_message(
            MessageRecord(
                call=found.call,
                line=line or LineId("unknown"),
                file=f"{found.name}.wav",
                length_s=found.length_s,
                recorded_at=found.recorded_at,
            )
        )

    async def _adopt_recordings(self) -> None:
        """Messages that were left while no service ran, or whose end was missed."""
        while True:
            try:
                known = await asyncio.to_thread(_known_recordings, self._settings.state / JOURNAL)
                for found in await asyncio.to_thread(recordings.left_alone, self._settings.messages, known):
                    self._keep(found)
                    logger.info("a message was left while the service was away", call=found.call)
            except (HotlineError, OSError) as error:
                logger.error("the messages folder was not looked through", trouble=str(error))
            await asyncio.sleep(ADOPT_EVERY_S)

    # ---- watchdog

    async def _feed_watchdog(self) -> None:
        """Tell systemd that the loop turns and keeps its deadlines; a loop that does not is killed and started anew."""
        every_s = (watchdog_s() or 5.0) / 3
        while True:
            due_s = self._machine.next_deadline()
            if due_s is None or self._loop_time() - due_s < LATE_S:
                notify("WATCHDOG=1")
            else:
                logger.error("deadlines are not kept; the watchdog is not fed")
            await asyncio.sleep(every_s)


async def _ask_for_patience() -> None:
    """Tell a supervisor that a start with a big roster, or in the middle of a checkout, goes on."""
    while True:
        await asyncio.sleep(PATIENCE_EVERY_S)
        notify(f"EXTEND_TIMEOUT_USEC={int(3e6 * PATIENCE_EVERY_S)}\nSTATUS=reading the rosters")


def _known_recordings(journal: Path) -> frozenset[str]:
    """Names, without ending, of the messages that are in the journal. Blocks on disk."""
    with JournalReader.open(journal) as reader:
        return frozenset(Path(file).stem for file in reader.message_files())


def _machine(roster: Roster, past: Past, now: Now) -> tuple[Machine, Memory]:
    """A new machine with what it remembers; with nothing, where a mistake of ours makes it stumble over that."""
    try:
        return Machine(roster, boot=past.boot, now=now, memory=past.memory), past.memory
    except Exception:
        logger.exception("what is remembered of earlier runs is not used")
        return Machine(roster, boot=past.boot, now=now), NOTHING


def _boot() -> int:
    """32 bits that no other run of these eight years has: a restart may come within the same second."""
    return int(time.time() * 16) & 0xFFFF_FFFF


def _log_shift(note: NoteReadiness | NoteCover) -> None:
    """One line for whatever is agreed, refused or open of a shift; a warning where a coordinator must act."""
    place = {"line": note.line, "slot": note.slot, "from_at": note.from_at.isoformat()}
    if isinstance(note, NoteReadiness):
        logger.info("shift", volunteer=note.volunteer, readiness=note.readiness.value, **place)
    elif note.word is CoverWord.ASKING:
        logger.info("cover wanted", absent=note.absent, **place)
    elif note.word is CoverWord.COMES:
        logger.info("comes after all", absent=note.absent, present=note.present, **place)
    elif note.present is not None:
        logger.info("cover found", absent=note.absent, present=note.present, **place)
    else:
        logger.warning("nobody of the backup agreed to cover", absent=note.absent, **place)


def _log_call(record: CloseRecord) -> None:
    """The one canonical line per call."""
    logger.info(
        "call",
        call=record.call,
        line=record.line,
        outcome=record.outcome.value,
        volunteer=record.volunteer,
        wait_s=record.wait_s,
        talk_s=record.talk_s,
        rang=len(record.legs),
        legs=",".join(f"{leg.volunteer or 'overflow'}:{leg.outcome.value}" for leg in record.legs),
    )

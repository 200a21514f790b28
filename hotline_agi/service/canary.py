"""Test calls (canary): on schedule, before slots, and when somebody asks (SIGUSR1; `hotline canary`).

A test call is a call: the dialplan asks, the machine decides, a record is made. What is its own is the line
(`roster/canary.py`), how it is placed, and that somebody watches. None is placed while callers wait, and one through
the trunk gives way to a caller who comes. Nothing of it stays: both its ends have a clock of their own in the dialplan,
and the caller's end is hung up here, whatever came of it.
"""

import asyncio
import secrets
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hotline_agi import canary_status
from hotline_agi.alarms.conditions import CanaryNews
from hotline_agi.alarms.trial import HINTS, Result, Stage, Trial, Verdict, next_due
from hotline_agi.asterisk.ami import AmiLink, AmiMessage
from hotline_agi.asterisk.dialling import Dialling
from hotline_agi.canary_settings import CanarySettings, Through
from hotline_agi.canary_status import CanaryStatus
from hotline_agi.dispatch.codec import News
from hotline_agi.dispatch.commands import CloseRecord, Command, RingLeg
from hotline_agi.dispatch.events import (
    CallArrived,
    CallerHeld,
    CallerSurviving,
    LegAccepted,
    LegAnswered,
    LegEnded,
    TalkStarted,
)
from hotline_agi.errors import PbxError
from hotline_agi.log import logger
from hotline_agi.prompts.catalogue import PROMPTS, TONES
from hotline_agi.prompts.collection import State, inventory
from hotline_agi.roster import canary
from hotline_agi.roster.model import Roster
from hotline_agi.roster.timetable import occurrences
from hotline_agi.terms.ids import CallId, LegId

CALLERS_HEAR = frozenset(one.id for one in (*PROMPTS, *TONES))
LOOK_EVERY_S = 15.0
RETRY_S = 60.0
"""After one that could not be placed for callers who wait, or that gave way."""
LAST_WORDS_S = 0.3
"""One fault shows in several places; the earliest on the call's way is told, though it may be heard of last."""
END_S = 5.0
"""For the call to be over and its record to be closed, once both sides have heard each other."""
DISK_TIMEOUT_S = 5.0
LOOK_AHEAD = timedelta(hours=25)
PLAN_EVERY_S = 0.2
SETTLE_S = 20.0
"""After a start phones register again and the survival plan is written."""


class Canary:
    """Keep `run` running; give it the machine's steps (`saw`) and Asterisk's events (`on_message`)."""

    def __init__(
        self,
        settings: CanarySettings,
        *,
        link: Callable[[], AmiLink],
        dialling: Dialling,
        state: Path,
        sounds: Path,
        roster: Callable[[], Roster],
        callers_wait: Callable[[], bool],
        plan_written: Callable[[], bool],
    ) -> None:
        self._settings, self._dialling = settings, dialling
        self._link, self._roster = link, roster
        self._path, self._sounds = state / canary_status.NAME, sounds
        self._callers_wait, self._plan_written = callers_wait, plan_written
        self._began_at, self._began_s = datetime.now(UTC), time.monotonic()
        before = canary_status.read(self._path)
        self.status = CanaryStatus(
            last=before.last if before else None,
            last_good_at=before.last_good_at if before else None,
            failures=before.failures if before else 0,
            asked_ns=0,
        )
        self._asked = asyncio.Event()
        self._moved = asyncio.Event()
        self._trial: Trial | None = None
        self._ticket = self._channel = ""
        """The digits that are sent, and the caller's end as Asterisk knows it."""
        self._call: CallId | None = None
        self._leg: LegId | None = None
        self._gives_way = False
        self._hung_up = False
        """By us: what comes after that says nothing."""

    # ---- what others call

    def ask(self) -> None:
        """Place one as soon as may be."""
        self._asked.set()

    def expects(self, number: str) -> bool:
        """Whether a call to `number` is the test call that is under way (a roster's own number never is)."""
        return self._trial is not None and number.removeprefix("+") == self._settings.number.removeprefix("+")

    def news(self) -> CanaryNews:
        last = self.status.last
        return CanaryNews(
            failures=self.status.failures,
            stopped_at=f"{last.stopped_at}: {last.why}" if last is not None and last.stopped_at else "",
            last_good_at=self.status.last_good_at,
            since=self._began_at,
        )

    def saw(self, news: News | None, commands: Sequence[Command]) -> None:
        """One step of the machine. Costs nothing while no test call is under way."""
        trial = self._trial
        if trial is None:
            return
        now_s = time.monotonic()
        self._take_news(trial, news, now_s)
        for command in commands:
            if isinstance(command, RingLeg) and command.call == self._call:
                self._leg = command.leg
                trial.reach(Stage.RANG, now_s)
            elif isinstance(command, CloseRecord) and command.call == self._call:
                trial.reach(Stage.ENDED, now_s)
                self._moved.set()

    def _take_news(self, trial: Trial, news: News | None, now_s: float) -> None:
        match news:
            case CallArrived(line=line, call=call) if line == canary.LINE and self._call is None:
                self._call = call
                trial.reach(Stage.PLACED, now_s)
                trial.reach(Stage.ARRIVED, now_s)
            case CallArrived() if self._settings.through is Through.TRUNK:
                self._gives_way = True
                self._moved.set()
            case CallerHeld(call=call) if call == self._call:
                trial.reach(Stage.HELD, now_s)
            case CallerSurviving(call=call) if call == self._call:
                self._fail(Stage.HELD, "the dialplan did not take the service's answer")
            case LegAnswered(leg=leg) if leg == self._leg:
                trial.reach(Stage.PICKED_UP, now_s)
            case LegAccepted(leg=leg) if leg == self._leg:
                trial.reach(Stage.ACCEPTED, now_s)
            case TalkStarted(leg=leg) if leg == self._leg:
                trial.reach(Stage.JOINED, now_s)
            case LegEnded(leg=leg) if leg == self._leg and not (Stage.HEARD_BACK in trial.reached or self._hung_up):
                later = (Stage.PICKED_UP, Stage.ACCEPTED, Stage.JOINED, Stage.HEARD, Stage.HEARD_BACK)
                self._fail(next(stage for stage in later if stage not in trial.reached), "")
            case _:
                return
        self._moved.set()

    def on_message(self, message: AmiMessage) -> None:
        """One event of Asterisk."""
        trial = self._trial
        if trial is None:
            return
        now_s = time.monotonic()
        if message.get("UserEvent") == "HotlineCanary" and message.get("Ticket") == self._ticket:
            match message.get("Said"):
                case "began" if message.get("Played") == "SUCCESS":
                    trial.reach(Stage.HEARS, now_s)
                case "began":
                    self._fail(Stage.HEARS, "Asterisk finds no prompts: see `sounds`, and hotline prompts build")
                case "heard":
                    trial.reach(Stage.HEARD, now_s)
                case "heard-back":
                    trial.reach(Stage.HEARD_BACK, now_s)
                case "survived":
                    trial.reach(Stage.PLACED, now_s)
                    self._fail(Stage.ARRIVED, "")
        elif message["Event"] == "OriginateResponse" and message.get("Uniqueid") == self._channel:
            if message.get("Response") == "Success":
                trial.reach(Stage.PLACED, now_s)
            else:
                self._fail(self._next_stage(trial), "")
        elif message["Event"] == "Hangup" and message.get("Uniqueid") == self._channel:
            if Stage.HEARD_BACK not in trial.reached and not self._hung_up:
                cause = message.get("Cause", "?")
                stage = self._next_stage(trial)
                self._fail(stage, f"{HINTS[stage]} (the call was ended, cause {cause})")
        else:
            return
        self._moved.set()

    def _fail(self, stage: Stage, why: str) -> None:
        """`why` empty: the stage's own hint. What was reached already has not failed."""
        if self._trial is not None:
            self._trial.fail(stage, why)

    @staticmethod
    def _next_stage(trial: Trial) -> Stage:
        return next((stage for stage in Stage if stage not in trial.reached), Stage.ENDED)

    # ---- the task

    async def run(self) -> None:
        """Never ends by itself."""
        await self._write()  # so that whoever asks knows that somebody listens
        with suppress(TimeoutError):
            async with asyncio.timeout(SETTLE_S):
                await self._asked.wait()
        while True:
            wait_s = self._due_in_s()
            with suppress(TimeoutError):
                async with asyncio.timeout(min(LOOK_EVERY_S, wait_s)):
                    await self._asked.wait()
            if not self._asked.is_set() and self._due_in_s() > 0:
                continue
            self._asked.clear()
            try:
                await self._until_plan_is_written()
                await self.place()
            except Exception:  # a bug of ours in a test must not end the service
                logger.exception("a test call broke")
                self._trial = None
                await asyncio.sleep(RETRY_S)

    async def _until_plan_is_written(self) -> None:
        """Who asks right after a start is not told that there is no plan yet."""
        for _ in range(round(SETTLE_S / PLAN_EVERY_S)):
            if self._plan_written() or not self._link().is_up or time.monotonic() > self._began_s + SETTLE_S:
                return
            await asyncio.sleep(PLAN_EVERY_S)

    def _due_in_s(self) -> float:
        settings, now = self._settings, datetime.now(UTC)
        last = self.status.last
        if last is not None and last.verdict is Verdict.GAVE_WAY and now - last.at < timedelta(seconds=RETRY_S):
            return RETRY_S
        before = timedelta(minutes=settings.before_slot_min) if settings.before_slot_min else None
        counted = last.at if last is not None and last.verdict is not Verdict.GAVE_WAY else None
        due_at = next_due(
            counted,
            self._starts(now) if before else (),
            now,
            every=timedelta(minutes=settings.every_min) if settings.every_min else None,
            before=before,
        )
        return LOOK_EVERY_S if due_at is None else max(0.0, (due_at - now).total_seconds())

    def _starts(self, now: datetime) -> list[datetime]:
        lines = self._roster().lines.values()
        return [one.start for line in lines for one in occurrences(line, now, now + LOOK_AHEAD) if one.start > now]

    async def place(self) -> Result:
        """Place one, and wait what comes of it."""
        asked_ns = time.monotonic_ns()
        self._ticket = f"{secrets.randbelow(10_000):04d}"
        self._channel = f"canary-{secrets.token_hex(6)}-1"  # no call has the id of one before
        self._call = self._leg = None
        self._gives_way = self._hung_up = False
        settings = self._settings
        trial = Trial(time.monotonic(), datetime.now(UTC), settings.through.value, settings.within_s)
        if self._callers_wait():
            result = trial.result(gave_way=True)
        else:
            self._trial = trial
            try:
                trouble = await self._trouble()
                if trouble:
                    trial.fail(Stage.READY, trouble)
                else:
                    trial.reach(Stage.READY, time.monotonic())
                    await self._carry_out(trial)
                result = trial.result(gave_way=self._gives_way)
            finally:
                self._trial = None
        await self._note(result, asked_ns)
        return result

    async def _trouble(self) -> str:
        """Why none can be placed; empty: it can."""
        if not self._link().is_up:
            return f"no AMI: {self._link().trouble}"
        if self._roster().line_of_number(self._settings.number) is not None:
            return "canary.number belongs to a line of the roster: it needs a number of its own"
        if not self._plan_written():
            return "the survival plan was not written: without it a test call might ring people"
        lacking = await asyncio.to_thread(self._lacking_prompts)
        return f"prompts are missing: {', '.join(lacking[:5])}" if lacking else ""

    def _lacking_prompts(self) -> list[str]:
        """Of those that a caller hears, in the languages of the lines. Blocks on disk."""
        languages = {line.language for line in self._roster().lines.values()}
        return sorted(
            f"{one.language}/{one.id}"
            for one in inventory(self._sounds)
            if one.id in CALLERS_HEAR and one.language in languages and one.state is State.MISSING
        )

    async def _carry_out(self, trial: Trial) -> None:
        """Place it and wait until it is over, or time is up; then see that nothing of it is left."""
        settings = self._settings
        ends_s = trial.began_s + settings.within_s
        try:
            self._originate()
            await self._until(lambda: trial.is_over or Stage.HEARD_BACK in trial.reached or self._gives_way, ends_s)
            if trial.failed_at is not None:
                await asyncio.sleep(LAST_WORDS_S)
        except PbxError as error:
            trial.fail(Stage.PLACED, str(error))
        finally:
            self._hung_up = True
            with suppress(PbxError):
                self._link().send((("Action", "Hangup"), ("Channel", self._channel), ("Cause", "16")))
        if self._call is not None:
            await self._until(lambda: Stage.ENDED in trial.reached, time.monotonic() + END_S)

    def _originate(self) -> None:
        settings, trunk = self._settings, self._settings.through is Through.TRUNK
        language = next((line.language for line in self._roster().lines.values()), "zh")
        target = (
            f"PJSIP/{settings.dialled}@{self._dialling.trunk}" if trunk else f"Local/{settings.number}@hotline-in/n"
        )
        # of a Local channel both halves have an id of ours; none may be the beginning of another
        other = () if trunk else (("OtherChannelId", f"{self._channel[:-1]}2"),)
        self._link().send(
            (
                ("Action", "Originate"),
                ("Channel", target),
                ("ChannelId", self._channel),
                *other,
                ("Context", "hotline-canary"),
                ("Exten", "2"),
                ("Priority", "1"),
                ("Timeout", str(round(settings.within_s * 1000))),
                ("CallerID", self._dialling.caller_id),
                ("Async", "true"),
                ("Variable", f"HOTLINE_CANARY={self._ticket}"),
                ("Variable", f"CHANNEL(language)={language}"),
            ),
            self._originated,
        )

    def _originated(self, answer: AmiMessage | None) -> None:
        if answer is None or answer.get("Response") == "Error":
            reason = "the AMI link broke" if answer is None else str(answer.get("Message", "refused"))
            is_old = "xtension does not exist" in reason  # main/manager.c, action_originate
            self._fail(Stage.PLACED, HINTS[Stage.HEARS] if is_old else f"Asterisk did not place it: {reason}")
            self._moved.set()

    async def _until(self, done: Callable[[], bool], ends_s: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(max(0.0, ends_s - time.monotonic())):
                while not done():
                    self._moved.clear()
                    await self._moved.wait()

    async def _note(self, result: Result, asked_ns: int) -> None:
        status = self.status
        failures = status.failures
        if result.verdict is not Verdict.GAVE_WAY:
            failures = 0 if result.verdict is Verdict.GOOD else failures + 1
        self.status = CanaryStatus(
            last=result,
            last_good_at=result.at if result.verdict is Verdict.GOOD else status.last_good_at,
            failures=failures,
            asked_ns=asked_ns,
        )
        say = logger.error if result.verdict is Verdict.FAILED else logger.info
        steps = {stage.value: took for stage, took in result.took_s.items()}
        say(
            "canary",
            verdict=result.verdict.value,
            stopped_at=result.stopped_at.value if result.stopped_at else None,
            why=result.why or None,
            took_s=steps,
        )
        await self._write()

    async def _write(self) -> None:
        try:
            async with asyncio.timeout(DISK_TIMEOUT_S):
                await asyncio.to_thread(canary_status.write, self._path, self.status)
        except (TimeoutError, OSError) as error:
            logger.error("what came of a test call was not written", trouble=str(error) or "the disk does not answer")

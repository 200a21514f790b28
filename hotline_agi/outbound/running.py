"""A campaign that runs: who is due is rung, as fast as the trunk and the rules allow, until nobody is.

    the journal ──due──► Dialler.decide ──► the journal: "placed" ──► Originate ──► Asterisk
        ▲                                                                              │
        └───── what became of it ◄── Dialler.ended ◄── Hangup, or what was pressed ◄───┘

"Placed" is on the disk before Asterisk hears of it, and an end before anybody is rung again. Killed at any moment, a
campaign goes on where it was: what is up goes on being asked, what has ended meanwhile is closed, and nobody is rung
twice for one attempt.
"""

import asyncio
import secrets
import signal
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hotline_agi import rosters
from hotline_agi.asterisk.ami import AmiLink
from hotline_agi.asterisk.fastagi import FastAgiListener, bound
from hotline_agi.asterisk.outbound_calls import PREFIX, OutboundCalls, TrunkUse
from hotline_agi.campaign.calling_hours import opens_at
from hotline_agi.campaign.dialler import Callee, Dialler, Verdict, View, verdict
from hotline_agi.campaign.model import Outcome
from hotline_agi.campaign.pacing import HOUR_S, Hold
from hotline_agi.errors import HotlineError, LinkLost, SetupError
from hotline_agi.log import logger
from hotline_agi.outbound.desk import Desk, DiskTrouble
from hotline_agi.outbound.interview import Conversation, Interview
from hotline_agi.outbound.preparation import Prepared
from hotline_agi.roster.duty import on_duty
from hotline_agi.service.alone import Alone
from hotline_agi.settings import Settings
from hotline_agi.store.callers import CallerKey
from hotline_agi.store.campaign_calls import OVER, PAUSED, RUNNING, STOPPED, Placing, Tally
from hotline_agi.store.past import JOURNAL
from hotline_agi.terms.instants import Now

LOCK = "campaign.lock"
LOOK_EVERY_S = 1.0
"""So soon a `pause` counts, and somebody who is due is found."""
STOCK_EVERY_S = 15.0
GONE_S = 10.0
"""A call that Asterisk does not know, so long after it was placed, has ended without our hearing of it."""
ROSTER_EVERY_S = 300.0
TELL_EVERY_S = 1.0
FINISH_S = 120.0
"""Whoever is told to end lets calls that are up come to their end for so long."""
DISK_RETRY_S = 1.0


@dataclass(slots=True, kw_only=True)
class Progress:
    """What is shown while it runs."""

    tally: Tally
    under_way: int = 0
    hold: Hold | None = None
    opens_at: datetime | None = None
    """Outside the hours: when it goes on."""
    attempts: Counter[Outcome] = field(default_factory=Counter)
    """That ended since the start."""


@dataclass(slots=True)
class _Flight:
    conversation: Conversation
    callee: Callee
    placed_s: float


class CampaignRun:
    """One run of a campaign. Make it, then await `run`."""

    def __init__(
        self, prepared: Prepared, settings: Settings, *, show: Callable[[Progress], None] = lambda _: None
    ) -> None:
        """:raises SetupError: if campaigns are not enabled, or a secret cannot be read."""
        self._prepared, self._campaign, self._settings = prepared, prepared.campaign, settings
        self._show = show
        own = settings.campaigns
        trunk = own.trunk or settings.trunk
        host = f"[{settings.fastagi_host}]" if ":" in settings.fastagi_host else settings.fastagi_host
        use = TrunkUse(
            endpoint=trunk,
            endpoints=frozenset({trunk, settings.trunk}),
            caller_id=f"<{prepared.did}>",
            agi=f"agi://{host}:{own.port}",
        )
        self._calls = OutboundCalls(
            use, rules=prepared.rules, home=prepared.home, ended=self._hung_up, changed=self._wake
        )
        self._link = AmiLink(
            host=settings.ami_host,
            port=settings.ami_port,
            user=own.user,
            secret=settings.campaign_secret(),
            on_event=self._calls.on_message,
            on_up=self._link_up,
            on_down=self._wake,
        )
        self._calls.link = self._link
        self._desk = Desk(settings.state / JOURNAL, self._campaign.id, CallerKey.of(settings.state))
        self._interview = Interview(
            self._campaign, prepared.did, self._desk, find=self._conversation, leaves=self._helped
        )
        self._word = settings.fastagi_word()
        self._dialler = Dialler.of(self._campaign, own.limits)
        self._flights: dict[str, _Flight] = {}
        self._moved = asyncio.Event()
        self._closings: asyncio.Queue[tuple[_Flight, Verdict]] = asyncio.Queue()
        self._told_to_end = 0
        self._volunteers = True
        self._next_due_s = self._state_due_s = self._tell_due_s = 0.0
        self._attempts: Counter[Outcome] = Counter()

    async def run(self) -> str:
        """Ring until nobody is to be rung any more, somebody stops the campaign, or SIGTERM; the state it is left in.

        :raises SetupError: if it cannot begin for a reason that somebody must mend.
        """
        alone = await Alone.in_folder(self._settings.state, lock=LOCK, what="hotline campaign run")
        listener = FastAgiListener(
            self._interview.asked, lambda why: logger.warning("fastagi", refused=why), word=self._word
        )
        tasks: list[asyncio.Task[None]] = []
        try:
            await self._desk.open()
            await self._begin()
            await listener.start(bound(self._settings.fastagi_host, self._settings.campaigns.port))
            await self._link.connect()
            self._heed_signals()
            chores = (self._link.run(), self._close_attempts(), self._take_stock(), self._follow_roster())
            tasks = [asyncio.create_task(chore) for chore in chores]
            return await self._ring_all(tasks)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            self._link.hang_up()
            await listener.stop()
            await self._desk.close()
            alone.release()

    # ---- beginning

    async def _begin(self) -> None:
        """What was left open by the run before is under way until Asterisk is asked."""
        now = datetime.now(UTC)
        state = await self._desk.ask(lambda calls: calls.state())
        if state == STOPPED:
            raise SetupError(
                f"the campaign was stopped: `hotline campaign resume {self._campaign.id}` lets it go on; then run it"
            )
        if state != PAUSED:
            await self._desk.ask(lambda calls: calls.change_state(RUNNING, now))
        placed = await self._desk.ask(lambda calls: calls.placed_since(now, timedelta(seconds=HOUR_S)))
        self._dialler.pacing.recall(time.monotonic() - ago_s for ago_s in placed)
        for one in await self._desk.ask(lambda calls: calls.open_attempts()):
            conversation = Conversation(
                attempt=one.attempt,
                person=one.person,
                language=one.language,
                answered=one.answered,
                pressed=one.answered,
                outcome=one.outcome,
            )
            callee = Callee(person=one.person, attempts=one.attempts)
            self._dialler.adopt(callee)
            self._flights[one.attempt] = _Flight(conversation, callee, float("-inf"))
        if self._flights:
            logger.info("calls of a run before are looked for", calls=len(self._flights))
        await self._look_at_roster()

    def _heed_signals(self) -> None:
        def end() -> None:
            self._told_to_end += 1
            self._wake()

        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, end)

    async def _link_up(self) -> None:
        await self._settle(await self._calls.take_stock())
        self._wake()

    # ---- the loop

    async def _ring_all(self, tasks: list[asyncio.Task[None]]) -> str:
        ends_s, state = float("inf"), PAUSED
        while True:
            for task in tasks:
                if task.done():
                    task.result()  # a bug of ours, or no link: never silently without it
            self._moved.clear()
            wait_s = LOOK_EVERY_S
            try:
                state = await self._look_at_state(state)
                wait_s = await self._ring(state)
                await self._tell()
                if self._told_to_end:
                    ends_s = min(ends_s, time.monotonic() + FINISH_S)
                idle = not self._flights and self._closings.empty()
                if self._told_to_end > 1 or time.monotonic() > ends_s or (idle and self._told_to_end):
                    return state
                if idle and state == STOPPED:
                    return state
                if idle and await self._desk.ask(lambda calls: calls.next_due()) is None:
                    await self._desk.ask(lambda calls: calls.change_state(OVER, datetime.now(UTC)))
                    self._tell_due_s = 0.0
                    await self._tell()
                    return OVER
            except DiskTrouble as error:
                logger.error("the journal of the campaign", trouble=str(error))
                await asyncio.sleep(DISK_RETRY_S)
            with suppress(TimeoutError):
                async with asyncio.timeout(wait_s):
                    await self._moved.wait()

    async def _look_at_state(self, before: str) -> str:
        """What the commands say; `before` for a moment: placing looks once more."""
        now_s = time.monotonic()
        if now_s < self._state_due_s:
            return before
        self._state_due_s = now_s + LOOK_EVERY_S
        return await self._desk.ask(lambda calls: calls.state())

    async def _ring(self, state: str) -> float:
        """Place what may be placed now; how long nothing more can be, in seconds, if nothing happens."""
        now = self._now()
        if self._dialler.wants and now.mono_s >= self._next_due_s:
            wants, known = self._dialler.wants, self._dialler.at_hand
            due = await self._desk.ask(lambda calls: calls.due(now.at, wants, known))
            self._dialler.offer(due)
            self._next_due_s = now.mono_s + (0.0 if len(due) == wants else LOOK_EVERY_S)
        now = self._now()
        view = View(
            traffic=self._calls.traffic(self._flights),
            link_is_up=self._link.is_up,
            volunteers=self._volunteers,
            paused=state != RUNNING or self._told_to_end > 0,
            stopped=state == STOPPED,
        )
        chosen = self._dialler.decide(view, now)
        if chosen:
            await self._place(chosen, now)
        return max(0.02, min(LOOK_EVERY_S, self._dialler.pacing.next_s(now.mono_s) - now.mono_s))

    async def _place(self, chosen: list[Callee], now: Now) -> None:
        """Write down that they are placed, then place them."""
        pairs = [(one, f"{PREFIX}{secrets.token_hex(7)}") for one in chosen]
        try:
            placings = await self._desk.ask(lambda calls: calls.place(pairs, now.at))
        except DiskTrouble:
            # perhaps it was written all the same: then the next start finds them open, and closes them
            for one, _ in pairs:
                self._dialler.dropped(one.person)
            raise
        may = {placing.attempt: placing for placing in placings}
        for one, attempt in pairs:
            if attempt in may:
                self._originate(one, may[attempt], now)
            else:
                self._dialler.dropped(one.person)

    def _originate(self, one: Callee, placing: Placing, now: Now) -> None:
        conversation = Conversation(attempt=placing.attempt, person=one.person, language=placing.language)
        self._flights[placing.attempt] = _Flight(conversation, one, now.mono_s)
        try:
            refusal = self._calls.place(placing.attempt, placing.number, self._campaign.ring_s)
        except LinkLost:
            self._over(placing.attempt, Outcome.CONGESTED)
            return
        if refusal is not None:
            logger.error("a call of a campaign was not placed", why=refusal.value)
            self._over(placing.attempt, Outcome.REFUSED)

    # ---- ends

    def _hung_up(self, attempt: str, told: Outcome) -> None:
        flight = self._flights.get(attempt)
        if flight is not None:
            self._over(attempt, flight.conversation.ended_as(told))

    def _helped(self, conversation: Conversation) -> None:
        """From here on they are a caller of the line."""
        logger.info("somebody asked for help and is put through", campaign=self._campaign.id)
        self._over(conversation.attempt, Outcome.HELPED)

    def _over(self, attempt: str, outcome: Outcome) -> None:
        flight = self._flights.pop(attempt, None)
        if flight is None:
            return
        now = self._now()
        found = self._dialler.ended(flight.callee.person, outcome, now) or verdict(
            self._campaign, outcome, flight.callee.attempts, now.at
        )
        self._attempts[outcome] += 1
        self._closings.put_nowait((flight, found))
        self._wake()

    async def _close_attempts(self) -> None:
        """Write ends down, in order; what the disk does not take is tried again, for nobody may be rung before."""
        while True:
            flight, found = await self._closings.get()
            one = flight.conversation
            while True:
                try:
                    await self._desk.ask(lambda calls: calls.over(one.attempt, one.person, found, datetime.now(UTC)))  # noqa: B023
                    break
                except DiskTrouble as error:
                    logger.error("the end of a call is not written down yet", trouble=str(error))
                    await asyncio.sleep(DISK_RETRY_S)
            self._wake()

    async def _settle(self, alive: frozenset[str]) -> None:
        """Close what Asterisk does not know any more."""
        now_s = time.monotonic()
        for attempt, flight in list(self._flights.items()):
            if attempt not in alive and now_s - flight.placed_s > GONE_S:
                self._over(attempt, flight.conversation.ended_as(Outcome.LOST))

    async def _take_stock(self) -> None:
        while True:
            await asyncio.sleep(STOCK_EVERY_S)
            if self._link.is_up:
                with suppress(HotlineError):
                    await self._settle(await self._calls.take_stock())

    def _conversation(self, attempt: str) -> Conversation | None:
        flight = self._flights.get(attempt)
        return flight.conversation if flight is not None else None

    # ---- who could help

    async def _follow_roster(self) -> None:
        while True:
            await asyncio.sleep(ROSTER_EVERY_S)
            await self._look_at_roster()

    async def _look_at_roster(self) -> None:
        """A roster that cannot be read changes nothing: the service serves the last good one."""

        def look(folder: Path) -> bool:
            line = rosters.load(folder, None).roster.lines.get(self._campaign.line)
            duty = on_duty(line, datetime.now(UTC)) if line is not None else None
            return bool(duty and (duty.volunteers or duty.backup))

        with suppress(HotlineError):
            self._volunteers = await asyncio.to_thread(look, self._settings.rosters)

    # ---- showing

    async def _tell(self) -> None:
        began_s = time.monotonic()
        if began_s < self._tell_due_s:
            return
        tally = await self._desk.ask(lambda calls: calls.tally())
        took_s = time.monotonic() - began_s  # of a list of millions seconds
        self._tell_due_s = began_s + max(TELL_EVERY_S, 50 * took_s)
        hold = self._dialler.hold
        opens = opens_at(self._campaign.hours, datetime.now(UTC)) if hold is Hold.HOURS else None
        self._show(
            Progress(tally=tally, under_way=len(self._flights), hold=hold, opens_at=opens, attempts=self._attempts)
        )

    def _wake(self) -> None:
        self._moved.set()

    def _now(self) -> Now:
        return Now(time.monotonic(), datetime.now(UTC))

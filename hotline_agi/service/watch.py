"""What is wrong now, as conditions: of the machine, the link, journal, rosters, disks, certificates and the clock.

What takes its time (disks, the coming slots) is looked at in threads, in a task of its own; until that was done once,
its kinds are not judged.
"""

import asyncio
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from hotline_agi.alarm_settings import AlarmSettings
from hotline_agi.alarms import conditions
from hotline_agi.alarms.conditions import Backlog, SlotGap, Staffing
from hotline_agi.alarms.counts import Recent
from hotline_agi.alarms.kinds import Condition, Kind
from hotline_agi.canary_settings import CanarySettings
from hotline_agi.dispatch.codec import News
from hotline_agi.dispatch.commands import CloseRecord, Command
from hotline_agi.dispatch.events import CallerSurviving
from hotline_agi.dispatch.machine import Machine
from hotline_agi.log import logger
from hotline_agi.roster import canary
from hotline_agi.roster.model import Roster
from hotline_agi.rosters.status import Status
from hotline_agi.service import watching
from hotline_agi.service.canary import Canary
from hotline_agi.service.errand import Errand
from hotline_agi.store.condition import JournalState
from hotline_agi.terms.ids import LineId
from hotline_agi.terms.instants import Now
from hotline_agi.terms.outcomes import Outcome
from hotline_agi.timekeeping import ClockWatch

LOOK_AHEAD_EVERY_S = 60.0
DISK_EVERY_S = 30.0
THREAD_TIMEOUT_S = 20.0
GAVE_UP_AT_ONCE_S = 10.0
"""Who hangs up sooner has not been let down."""
EXPIRES_SOON = timedelta(days=14)
STARTS_KEPT = 50

Found = dict[Kind, list[Condition]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """Where the facts are."""

    machine: Callable[[], Machine]
    roster: Callable[[], Roster]
    link_is_up: Callable[[], bool]
    plan_written: Callable[[], bool]
    journal: Callable[[], JournalState]
    rosters: Callable[[], Status]
    canary: Canary
    recordings: Callable[[], str | None]
    callbacks: Callable[[], Sequence[Backlog]] = tuple


class Watch:
    """Give it the machine's steps (`saw`), keep `run` running, and ask it (`found`)."""

    def __init__(
        self,
        settings: AlarmSettings,
        canary_settings: CanarySettings,
        sources: Sources,
        *,
        folders: dict[str, Path],
        certificates: dict[str, Path],
        overdue: Callable[[], dict[LineId, int] | None] = dict,
    ) -> None:
        """
        :param folders: whose disks are watched, by name.
        :param overdue: how many follow-ups of each line are overdue; None: not known. May block.
        :param certificates: which may expire, by name; those that are not there are left out.
        """
        self._settings, self._canary_settings, self._sources = settings, canary_settings, sources
        self._folders, self._certificates = folders, certificates
        self._within_s = settings.thresholds.within_min * 60.0
        self._nobody: dict[LineId, Recent] = {}
        self._uncertain: dict[LineId, Recent] = {}
        self._survived = Recent(self._within_s)
        self._refused_dialling = Recent(self._within_s)
        self._clock = ClockWatch()
        self._down_since_s: float | None = None
        self.starts: tuple[datetime, ...] = ()
        """When the service was started, the latest times."""
        self._gaps: list[SlotGap] | None = None
        self._daily: dict[LineId, tuple[date, frozenset[tuple[str, datetime]]]] = {}
        """Of each line: the day of its last look ahead, and which gaps it told."""
        self._overdue, self._follow_ups = overdue, dict[LineId, int]()
        self._free: dict[str, int] = {}
        self._expiries: dict[str, datetime] = {}

    def begin(self, starts: Sequence[datetime]) -> None:
        """`starts`: of earlier runs."""
        self.starts = (*starts[-STARTS_KEPT:], datetime.now(UTC))

    # ---- what others tell

    def saw(self, news: News | None, commands: Sequence[Command]) -> None:
        """One step of the machine."""
        now_s = time.monotonic()
        if isinstance(news, CallerSurviving):
            self._survived.add(now_s)
        for command in commands:
            if isinstance(command, CloseRecord) and command.line != canary.LINE:
                self._count(command, now_s)

    def refused_dialling(self, times: int) -> None:
        self._refused_dialling.add(time.monotonic(), times)

    def _count(self, record: CloseRecord, now_s: float) -> None:
        if record.outcome is Outcome.UNCERTAIN:
            self._uncertain.setdefault(record.line, Recent(self._within_s)).add(now_s)
        elif (
            record.outcome in (Outcome.ABANDONED, Outcome.DIRECTORY)
            and record.wait_s >= GAVE_UP_AT_ONCE_S
            and record.answered_at is None
        ):
            self._nobody.setdefault(record.line, Recent(self._within_s)).add(now_s)

    # ---- what is wrong

    def found(self, now: Now) -> Found:
        """What is wrong now, of the kinds that can be judged."""
        staffing = list(watching.staffing(self._sources.machine(), self._sources.roster(), now))
        return self._of_calls(staffing, now) | self._of_people(staffing, now) | self._of_machinery(now)

    def _of_calls(self, staffing: Sequence[Staffing], now: Now) -> Found:
        limits, machine = self._settings.thresholds, self._sources.machine()
        found: Found = {kind: [] for kind in (Kind.WAITING, Kind.LOST)}
        for one in staffing:
            longest_s = watching.longest_wait_s(machine, one.line, now)
            found[Kind.WAITING] += conditions.waiting(one.line, longest_s, limits.wait_s, one.coordinators)
            nobody, lost = (_count_of(counts, one.line, now) for counts in (self._nobody, self._uncertain))
            found[Kind.LOST] += conditions.lost(one.line, nobody, lost, limits.lost, self._within_s)
        found[Kind.SURVIVAL] = [*conditions.survived(self._survived.count(now.mono_s), self._within_s)]
        refused = self._refused_dialling.count(now.mono_s)
        found[Kind.CALLBACKS] = [one for line in self._sources.callbacks() for one in conditions.callbacks(line)]
        found[Kind.DIAL_REFUSED] = [*conditions.dial_refused(refused, self._within_s)]
        return found | self._of_test_calls(now.at)

    def _of_people(self, staffing: Sequence[Staffing], now: Now) -> Found:
        found: Found = {}
        if self._sources.link_is_up():  # without the link nothing is known of phones
            found[Kind.NOBODY] = [one for line in staffing for one in conditions.nobody(line)]
        if self._gaps is not None:
            soon = timedelta(minutes=self._settings.thresholds.before_min)
            found[Kind.NEXT_SLOT] = [
                *conditions.short_slots(self._gaps, now.at, soon),
                *conditions.short_day(list(self._told_today(self._gaps, now.at))),
            ]
        return found

    def _of_machinery(self, now: Now) -> Found:
        limits, sources = self._settings.thresholds, self._sources
        journal, clock = sources.journal(), self._clock.look(now.mono_s, now.at.timestamp())
        within = timedelta(minutes=limits.starts_within_min)
        starts = sum(now.at - at < within for at in self.starts)
        found: Found = {
            Kind.LINK: [*conditions.link(self._down_s(now), limits.link_s)],
            Kind.JOURNAL: [
                *conditions.journal(trouble=journal.trouble, spooled=journal.spooled, lost_records=journal.lost)
            ],
            Kind.CLOCK: [*conditions.clock(synchronised=clock.synchronised is not False, jump_s=clock.jump_s)],
            Kind.RECORDINGS: [*conditions.recordings(sources.recordings())],
            Kind.FOLLOW_UPS: [*conditions.follow_ups(self._follow_ups)],
            Kind.RESTARTS: [*conditions.restarts(starts, limits.starts, within.total_seconds())],
        }
        if sources.link_is_up():  # without it no plan can be written
            found[Kind.PLAN] = [*conditions.plan(written=sources.plan_written())]
        if self._free:
            least = limits.disk_mb * 1024**2
            found[Kind.DISK] = [one for name, free in self._free.items() for one in conditions.disk(name, free, least)]
            found[Kind.CERTIFICATE] = [
                one
                for name, at in self._expiries.items()
                for one in conditions.certificate(name, at, now.at, EXPIRES_SOON)
            ]
        return found | self._of_rosters()

    def _of_rosters(self) -> Found:
        status = self._sources.rosters()
        refused_since = status.refused.since if status.refused else None
        last_good_of = status.in_force.last_good_of if status.in_force else ""
        return _parted(conditions.roster(refused_since, last_good_of), Kind.ROSTER, Kind.LAST_GOOD)

    def _of_test_calls(self, now: datetime) -> Found:
        settings = self._canary_settings
        overdue = timedelta(minutes=2 * settings.every_min + 5) if settings.every_min else None
        found = conditions.canary(self._sources.canary.news(), now, settings.failures, overdue)
        # whoever places one by hand reads what comes of it
        return _parted(found if settings.is_scheduled else iter(()), Kind.CANARY, Kind.CANARY_OVERDUE)

    def _down_s(self, now: Now) -> float:
        if self._sources.link_is_up():
            self._down_since_s = None
            return 0.0
        if self._down_since_s is None:
            self._down_since_s = now.mono_s
        return now.mono_s - self._down_since_s

    def _told_today(self, gaps: Sequence[SlotGap], now: datetime) -> Iterator[SlotGap]:
        """The gaps that the daily look ahead of each line told, as far as they are still there."""
        for line in self._sources.roster().lines.values():
            local, told = now.astimezone(line.zone), self._daily.get(line.id)
            if local.hour >= self._settings.thresholds.daily_at_h and (told is None or told[0] != local.date()):
                keys = frozenset((gap.slot, gap.from_at) for gap in gaps if gap.line == line.id)
                self._daily[line.id] = local.date(), keys
        for gap in gaps:
            if gap.line in self._daily and (gap.slot, gap.from_at) in self._daily[gap.line][1] and gap.from_at > now:
                yield gap

    # ---- what takes its time

    async def run(self) -> None:
        """Look at disks, certificates and the coming slots. Never ends by itself."""
        disks: Errand[Any] = Errand("disks", THREAD_TIMEOUT_S)
        ahead: Errand[list[SlotGap]] = Errand("rosters ahead", THREAD_TIMEOUT_S)
        ahead_s = 0.0
        while True:
            try:
                self._free = await disks.run(partial(watching.free_bytes, self._folders)) or self._free
                if time.monotonic() >= ahead_s:
                    ahead_s = time.monotonic() + LOOK_AHEAD_EVERY_S
                    roster, agreed = self._sources.roster(), self._sources.machine().stand_ins
                    gaps = await ahead.run(partial(watching.gaps_ahead, roster, agreed, datetime.now(UTC)))
                    self._gaps = self._gaps if gaps is None else gaps
                    found = await disks.run(partial(watching.expiries, self._certificates))
                    self._expiries = self._expiries if found is None else found
                    late = await disks.run(self._overdue)
                    self._follow_ups = self._follow_ups if late is None else late
            except Exception:  # a bug of ours in watching must not end the service
                logger.exception("disks or the coming slots were not looked at")
            await asyncio.sleep(DISK_EVERY_S)


def _count_of(counts: dict[LineId, Recent], line: LineId, now: Now) -> int:
    return counts[line].count(now.mono_s) if line in counts else 0


def _parted(found: Iterator[Condition], *kinds: Kind) -> Found:
    """By kind; those of which nothing was found, too: they were judged."""
    parted: Found = {kind: [] for kind in kinds}
    for one in found:
        parted[one.kind].append(one)
    return parted

"""One run: callers come as drawn, faults strike as scheduled, and then everything is looked at."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from itertools import count

from hotline_agi.dispatch.replay import replay
from hotline_agi.store.reading import JournalReader
from hotline_agi.store.tape import PastRosters, beginning_of, lines_of, runs
from tests.chaos.evidence import Evidence
from tests.chaos.house import House
from tests.chaos.people import CallerPlan
from tests.chaos.schedule import Blow
from tests.chaos.strike import Striker
from tests.e2e.hotline import leaks_of

DRAINS_S = 180.0
"""Longer than any caller stays."""
QUIET_S = 40.0
"""Until the last channel is gone: a phone that vanished is waited for by SIP for 32 s."""
CLOSED_S = 20.0
LOOKS_EVERY_S = 5.0
TELLS_EVERY_LOOKS = 6


@dataclass(slots=True, kw_only=True)
class Played:
    """A run that is over."""

    evidence: Evidence
    took_s: float
    most_late_s: float
    """Of the phones' timer."""
    in_vain_s: list[float]
    state_files: list[str]
    """In the state folder, when the service had ended and nobody had looked into the journal yet."""
    unproved: list[str]


async def play(
    house: House,
    plans: Sequence[CallerPlan],
    blows: Sequence[Blow],
    *,
    tell: Callable[[str], None] = print,
    meanwhile: Callable[[float], None] | None = None,
    afterwards: Callable[[], Awaitable[None]] | None = None,
    replays: bool = True,
    closed_s: float = CLOSED_S,
) -> Played:
    """From the first caller to the last trace of them; the service is stopped afterwards.

    :param meanwhile: called every `LOOKS_EVERY_S` with the seconds since the beginning.
    :param afterwards: awaited when all is quiet, before the service is stopped.
    """
    began = time.monotonic()
    striker = Striker(house)
    striking = asyncio.create_task(striker.play(blows, began))
    watching = asyncio.create_task(_watch(house, plans, began, tell, meanwhile))
    try:
        for plan in plans:
            await asyncio.sleep(began + plan.arrives_s - time.monotonic())
            house.town.call(plan)
        await striking
        silent = await house.town.until_silent(DRAINS_S)
    finally:
        watching.cancel()
    took_s = time.monotonic() - began
    left = [] if silent else ["phones still ring or talk long after the last caller came"]
    left += await _left_in_asterisk(house)
    await _until_closed(house, closed_s)
    if afterwards is not None:
        await afterwards()
    status = await house.stop_service()
    state_files = sorted(path.name for path in house.stage.state.iterdir())
    if status:
        left.append(f"the service ended with status {status}")
    left += [f"a number in {leak}" for leak in leaks_of(house.stage)]
    left += [f"the service stumbled: {line}" for line in house.stumbles()]
    evidence = Evidence(
        calls=house.town.all_calls(),
        rings=house.town.all_rings(),
        faults=striker.faults,
        blind=striker.blind(),
        records=house.records(),
        channels=house.channels(),
        off_shift=striker.off_shift(),
        left=left,
    )
    return Played(
        evidence=evidence,
        took_s=took_s,
        most_late_s=house.town.ears.most_late_s,
        in_vain_s=house.town.in_vain,
        state_files=state_files,
        unproved=unproved(house) if replays else [],
    )


async def warm_up(house: House, plans: Sequence[CallerPlan]) -> None:
    """Some calls while all is well, to their end."""
    began = time.monotonic()
    for plan in plans:
        await asyncio.sleep(began + plan.arrives_s - time.monotonic())
        house.town.call(plan)
    await house.town.until_silent(DRAINS_S)
    await house.stage.until_quiet(QUIET_S)


async def _watch(
    house: House,
    plans: Sequence[CallerPlan],
    began: float,
    tell: Callable[[str], None],
    meanwhile: Callable[[float], None] | None,
) -> None:
    for look in count(1):
        await asyncio.sleep(LOOKS_EVERY_S)
        now_s = time.monotonic() - began
        if meanwhile is not None:
            meanwhile(now_s)
        if look % TELLS_EVERY_LOOKS == 0:
            calls, town = sum(plan.arrives_s <= now_s for plan in plans), house.town
            tell(f"{now_s:6.0f} s: {calls} calls came, {town.live_calls} are up, {len(town.rings)} rings so far")


async def _left_in_asterisk(house: House) -> list[str]:
    left = []
    try:
        await house.stage.until_quiet(QUIET_S)
    except TimeoutError:
        left.append("channels left in Asterisk:\n" + await house.stage.pbx.ask("core show channels concise"))
    bridges = (await house.stage.pbx.ask("bridge show all")).splitlines()[1:]
    if bridges:
        left.append("bridges left in Asterisk:\n" + "\n".join(bridges))
    return left


async def _until_closed(house: House, timeout_s: float) -> None:
    """The last records are written; what stays open is seen by the judge."""
    until = time.monotonic() + timeout_s
    while time.monotonic() < until and any(record.outcome is None for record in house.records()):
        await asyncio.sleep(0.3)


def unproved(house: House) -> list[str]:
    """Runs of the service whose commands do not follow from what the journal says that they were told."""
    with JournalReader.open(house.stage.state / "journal.sqlite") as journal:
        reports = {
            run.run: replay(beginning_of(journal, run.run), lines_of(journal, run.run), PastRosters(journal))
            for run in runs(journal)
        }
    return [f"{run}: {report}" for run, report in reports.items() if not report.proved]

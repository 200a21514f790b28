"""`waiting`: 500 callers wait at once on a real Asterisk, with nearly nobody to be rung: is every round in time?

A caller waits in rounds of four seconds; after each the dialplan asks the service what next, and helps itself when no
answer comes within its guard. Whoever listens to Asterisk's events sees the caller leave the holding bridge and come
back: that time outside is what asking cost. Five volunteers take whoever comes first, so people are matched meanwhile.
"""

import asyncio
import sys
import time
from contextlib import suppress
from pathlib import Path

from hotline_agi.dispatch.answers import ROUND_S
from hotline_agi.lab.behaviour import ring_then_answer
from hotline_agi.lab.call import PhoneCall
from hotline_agi.lab.pbx import cpu_seconds
from hotline_agi.lab.phone import SipPeer
from hotline_agi.lab.stage import PASSWORD, Stage, open_stage
from tests.bench import systems
from tests.bench.busyness import Busyness
from tests.bench.figures import Findings, Goal, median, percentile, plain, table
from tests.bench.rounds import Round, Watched, watched
from tests.bench.systems import PRODUCT, Group

WAITING = 500
SPARE = 30
"""More come, since some are served before the others are all there."""
CALLS_PER_S = 25.0
HELD_S = 40.0
TALK_S = 20.0
LATE_S = 1.0
"""A round is late when the caller is back in the bridge more than this after the round's end."""
SETTLE_S = 60.0


def run() -> Findings:
    return asyncio.run(_run())


async def _run() -> Findings:
    group = Group(0)
    async with open_stage(
        files=systems.roster([group]),
        contacts="contacts: {}\n...\n",
        softphones=group.accounts,
        rtp_timeout_s=0,
    ) as stage:
        await stage.start_service()
        phones = await SipPeer.open(traced=False)
        phones.on_invite = ring_then_answer(1.0, hang_up_after_s=TALK_S, media=False)
        callers = await SipPeer.open(host=stage.carrier.address[0], traced=False)
        try:
            for account in group.accounts:
                await phones.register(server=stage.server, user=account, password=PASSWORD)
            async with _Watcher(stage) as watcher:
                return await _held(stage, callers, group.did(PRODUCT), watcher)
        finally:
            await callers.close()
            await phones.close()


class _Watcher:
    """The listener's process."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._printed: Path = stage.folder / "rounds.txt"

    async def __aenter__(self) -> "_Watcher":
        site = self._stage.pbx.site
        with self._printed.open("wb") as out:
            self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "tests.bench.rounds", str(site.ami_port), site.ami_secret), stdout=out
            )
        return self

    async def __aexit__(self, *_: object) -> None:
        with suppress(ProcessLookupError):
            self._process.kill()
        await self._process.wait()

    def watched(self) -> Watched:
        assert self._process.returncode is None, "the listener ended"
        lines = self._printed.read_text().splitlines(keepends=True)
        return watched(line for line in lines if line.endswith("\n"))


async def _held(stage: Stage, peer: SipPeer, did: str, watcher: _Watcher) -> Findings:
    """Let them all come, wait, and look at what they went through."""
    print(f"{WAITING + SPARE} callers come, {plain(CALLS_PER_S)} a second …", flush=True)
    calls = await _arrive(stage, peer, did)
    began, service_s, asterisk_s = time.monotonic(), cpu_seconds(stage.service_pid), stage.pbx.cpu_s()
    waiting = sum(call.ended_at is None for call in calls)
    busyness = Busyness()
    watching = asyncio.create_task(busyness.watch())
    print(f"{waiting} are in the line, for {plain(HELD_S)} s …", flush=True)
    await asyncio.sleep(HELD_S)
    watching.cancel()
    ended = time.monotonic()
    cpu = {
        "service_cpu": round((cpu_seconds(stage.service_pid) - service_s) / (ended - began), 3),
        "asterisk_cpu": round((stage.pbx.cpu_s() - asterisk_s) / (ended - began), 3),
    }
    held = sum(call.ended_at is None for call in calls)
    seen = watcher.watched()
    overdue = seen.overdue(ended, round_s=ROUND_S, late_s=LATE_S)
    print(f"{held} are there still; {busyness}\n", flush=True)
    for call in calls:
        call.hang_up()
    await stage.until_quiet(SETTLE_S)
    all_of_them = [one for one in seen.rounds if one.back_at >= began]
    return _findings(
        all_of_them,
        {"waiting_first": waiting, "waiting_last": held, "survived": len(seen.survived), "overdue": overdue}
        | cpu
        | busyness.figures(),
        [call.answered_at - call.invited_at for call in calls if call.answered_at is not None],
        refused=sum(call.answered_at is None for call in calls),
    )


async def _arrive(stage: Stage, peer: SipPeer, did: str) -> list[PhoneCall]:
    began, calls = time.monotonic(), []
    for number in range(WAITING + SPARE):
        await asyncio.sleep(began + number / CALLS_PER_S - time.monotonic())
        calls.append(peer.invite(server=stage.server, user=did, from_user=f"07700{900000 + number}", media=False))
    await asyncio.sleep(1.0)
    return calls


def _findings(rounds: list[Round], figures: dict[str, object], answers_s: list[float], *, refused: int) -> Findings:
    outside_ms = [1e3 * one.outside_s for one in rounds]
    late_ms = [1e3 * max(0.0, one.lasted_s - ROUND_S) for one in rounds]
    late = sum(one > 1e3 * LATE_S for one in late_ms)
    findings = Findings("waiting", figures={"rounds": len(rounds), "late_rounds": late, "refused": refused} | figures)
    rows = []
    for name, title, values in (
        ("asking", "out of the bridge to ask, ms", outside_ms),
        ("late", f"entry to entry beyond {ROUND_S} s, ms", late_ms),
        ("arrival", "INVITE → answered, ms", [1e3 * one for one in answers_s]),
    ):
        three = {"p50_ms": median(values), "p99_ms": percentile(values, 0.99), "max_ms": max(values, default=0.0)}
        findings.figures[name] = {key: round(value, 1) for key, value in three.items()}
        rows.append([title, *(plain(value) for value in three.values())])
    print(table([f"{len(rounds)} rounds", "p50", "p99", "max"], rows))
    print(f"CPU: service {findings.figures['service_cpu']}, Asterisk {findings.figures['asterisk_cpu']} of one core")
    findings.goals = [
        Goal("callers waiting at once, to the end", float(str(figures["waiting_last"])), WAITING, at_least=True),
        Goal("late rounds", late, 0),
        Goal("callers whose round never ended", float(str(figures["overdue"])), 0),
        Goal("callers whom the dialplan took over", float(str(figures["survived"])), 0),
    ]
    return findings

"""One cell, played: a call is brought to its stage, the fault strikes, people go on, and everything is looked at."""

import asyncio
import contextlib
import time
import wave
from pathlib import Path

from hotline_agi.lab.call import PhoneCall
from hotline_agi.lab.wire import CallFailed
from tests.e2e.hearing import HZ, heard
from tests.e2e.hotline import talk, until
from tests.faults import bounds
from tests.faults.cell import Cell
from tests.faults.evidence import Evidence, Heard, NextCall, Originated, Seen
from tests.faults.faults import FAULTS
from tests.faults.faults.fault import Fault, NotStruck
from tests.faults.records import records_of
from tests.faults.scene import MOBILE, SOFTPHONE, Needs, Scene, open_scene
from tests.faults.stages import STAGES
from tests.faults.stages.call_stage import CallStage, release_or_lose

LOOKS_S = 0.1
TALKS_S = 2.5
SPEAKS_S = 5.0
STOPS_WITHIN_S = 40.0
"""So long phones are watched after the call: longer than any bound, as long as one of them rings."""
SERVES_WITHIN_S = 25.0


async def play(cell: Cell, seed: int) -> Evidence:
    """What was seen of the cell.

    :raises NotStruck: if the fault missed its stage, or could not be seen to strike: then the cell does not count.
    """
    stage, fault = STAGES[cell.stage], FAULTS[cell.fault]
    story: _Story | None = None
    try:
        async with open_scene(stage.needs | fault.needs | Needs(), seed) as scene:
            story = _Story(scene, stage, fault)
            await story.play()
    except AssertionError as error:  # what `open_hotline` looks at when all is over: leaks, and the replay
        if story is None or story.evidence is None:
            raise
        story.trouble.append(str(error).split("\n")[0][:300])
    assert story is not None
    return story.told()


class _Story:
    def __init__(self, scene: Scene, stage: CallStage, fault: Fault) -> None:
        self._scene, self._stage, self._fault = scene, stage, fault
        self.trouble: list[str] = []
        self.evidence: dict[str, object] | None = None
        self._began = time.monotonic()
        self._struck = self._healed_at = 0.0
        self._serving_at: float | None = None
        self._spoke: list[tuple[float, float]] = []

    def told(self) -> Evidence:
        assert self.evidence is not None
        lasted_s = time.monotonic() - self._began
        return Evidence(**(self.evidence | {"trouble": tuple(self.trouble), "lasted_s": round(lasted_s, 1)}))  # type: ignore[arg-type]

    async def play(self) -> None:
        scene, fault = self._scene, self._fault
        await fault.prepare(scene)
        reached = await self._stage.reach(scene)
        if trouble := self._stage.holds(scene):
            raise NotStruck(f"the call was not at the stage: {trouble}")
        self._struck = scene.struck_at = time.monotonic()
        struck = await fault.strike(scene)
        took_s = time.monotonic() - self._struck
        holding = asyncio.create_task(self._pass_later())
        course = asyncio.create_task(self._course())
        await self._stage.go_on(scene)
        scene.take_up_again()
        await self._live()
        await self._until_phones_rest()
        scene.call_over.set()
        await course
        holding.cancel()
        if self._serving_at is None:
            self.trouble.append(f"the service did not serve within {SERVES_WITHIN_S:g} s")
        healed_s = self._since(self._healed_at)
        after = await self._aftermath()
        proof = fault.proof(scene)
        assert scene.caller is not None
        self.evidence = {
            "stage": self._stage.name,
            "fault": fault.name,
            "seed": scene.seed,
            "reached": reached,
            "struck": f"{struck}; {proof}" if proof else struck,
            "took_s": round(took_s, 4),
            "healed_s": healed_s,
            "pbx_died_s": None if scene.stopped_pbx_at is None else self._since(scene.stopped_pbx_at),
            "caller_left": scene.caller_left,
            "spoke": tuple(self._spoke),
            "vanished": tuple(sorted(scene.out_of_service)) if "vanish" in fault.name else (),
            **after,
        }

    # ---- the fault

    async def _course(self) -> None:
        if self._fault.outlasts_call:
            await self._scene.call_over.wait()
        began_at = time.monotonic()
        await self._fault.course(self._scene)
        self._healed_at = began_at if self._fault.is_recovery else time.monotonic()
        self._scene.healed.set()
        with contextlib.suppress(AssertionError):
            self._serving_at = await self._scene.service.until_serving(SERVES_WITHIN_S)

    async def _pass_later(self) -> None:
        """An answer that a frozen service has not given yet comes when it wakes up, or never."""
        scene = self._scene
        while scene.held is not None and scene.held.reached.is_set():
            if not scene.service.is_frozen and self._stage.needs.gate and not self._stage.at_once:
                release_or_lose(scene)
            await asyncio.sleep(0.05)

    # ---- the call

    async def _live(self) -> None:
        """The caller talks, or leaves a message, or hears what there is. A talk is ended when the fault is over."""
        scene, caller = self._scene, self._scene.caller
        assert caller is not None
        until_at = self._struck + bounds.WHOLE_S
        talks_since: float | None = None
        has_talked = speaking = False
        if self._stage.name == "recording":
            speaking = True
            self._speak(caller, self._struck - 1.0)
        while caller.ended_at is None and time.monotonic() < until_at:
            now = time.monotonic()
            if (found := scene.talker()) is not None:
                talks_since = talks_since or now
                if now - talks_since > TALKS_S and self._may_end():
                    found[1].hang_up()
                    has_talked = True
            else:
                talks_since = None
                if not speaking and self._hears(caller, "beep"):
                    speaking = True
                    self._speak(caller, now)
                if has_talked and self._hears(caller, "ended"):
                    scene.leave()
            await asyncio.sleep(LOOKS_S)

    def _hears(self, caller: PhoneCall, name: str) -> bool:
        return caller.stream is not None and caller.hears(HZ[name], 0.3)

    def _may_end(self) -> bool:
        """Talks last until the fault is over, and the service back."""
        scene = self._scene
        if self._fault.outlasts_call or time.monotonic() - self._struck > 60.0:
            return True
        return scene.healed.is_set() and (scene.service.is_serving() or time.monotonic() - self._struck > 40.0)

    def _speak(self, caller: PhoneCall, since: float) -> None:
        def end() -> None:
            self._scene.press("#")
            caller.play()  # and says nothing more
            self._spoke.append((self._since(since), self._since(time.monotonic())))

        caller.later(max(0.0, since + SPEAKS_S - time.monotonic()), end)

    async def _until_phones_rest(self) -> None:
        """Watch phones until none has a call, or for long enough to say that it is wrong."""
        with contextlib.suppress(AssertionError):
            await until(lambda: not self._scene.anybody_is_rung(), STOPS_WITHIN_S, "phones rest")

    # ---- afterwards

    async def _aftermath(self) -> dict[str, object]:
        scene = self._scene
        serving_s = None if self._serving_at is None else round(max(0.0, self._serving_at - self._healed_at), 3)
        channels = await self._until_quiet()
        await self._until_closed()
        records = records_of(scene.hotline.stage.state / "journal.sqlite", self.trouble)
        # before the next call, so that its phones are not among them
        people = list(scene.people.values())
        phones = tuple(self._seen(person.name, call) for person in people for call in person.calls)
        assert scene.caller is not None
        caller = self._seen("caller", scene.caller)
        originated = self._originated()
        following = await self._next_call(frozenset(record.call for record in records))
        return {
            "serving_s": serving_s,
            "channels_left": channels,
            "records": records,
            "phones": phones,
            "caller": caller,
            "originated": originated,
            "surviving_s": tuple(
                self._since(float(event["at"]))
                for event in scene.events
                if event.get("UserEvent") == "HotlineSurviving"
            ),
            "timed_out": scene.hotline.stage.pbx.log().count("lack of audio RTP activity"),
            "kept_files": tuple(map(_length_s, scene.hotline.stage.pbx.messages.glob("*.wav"))),
            "next_call": following,
        }

    async def _until_quiet(self) -> int:
        pbx, until_at = self._scene.hotline.stage.pbx, time.monotonic() + bounds.QUIET_S
        while (count := await pbx.channels()) and time.monotonic() < until_at:
            await asyncio.sleep(0.2)
        return count

    async def _until_closed(self) -> None:
        path, until_at = self._scene.hotline.stage.state / "journal.sqlite", time.monotonic() + bounds.CLOSED_S
        while time.monotonic() < until_at:
            found = records_of(path, [])
            if found and all(record.outcome for record in found):
                return
            await asyncio.sleep(0.2)

    async def _next_call(self, known: frozenset[str]) -> NextCall:
        scene = self._scene
        name = MOBILE if SOFTPHONE in scene.out_of_service else SOFTPHONE
        person, before = scene.people[name], {one: len(scene.people[one].calls) for one in scene.people}
        rang_s, talked, trouble = None, False, ""
        caller = scene.dial_next()
        try:
            leg = await person.until_rung(5.0, before[name] + 1)
            first = [
                one.calls[before[who]].invited_at for who, one in scene.people.items() if len(one.calls) > before[who]
            ]
            rang_s = round(min(first) - caller.invited_at, 3)
            await leg.until_answered(4.0)
            if name == MOBILE:
                await leg.until_hears(HZ["second caller"], 5.0)
            await talk(caller, leg, person, "second caller")
            talked = True
            leg.hang_up()
            await caller.until_ended(6.0)
        except (CallFailed, AssertionError) as error:
            trouble = str(error).split("\n")[0]
            caller.hang_up()
        path, records = scene.hotline.stage.state / "journal.sqlite", ()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(5.0):
                while not records or not all(record.outcome for record in records):
                    records = tuple(one for one in records_of(path, []) if one.call not in known)
                    await asyncio.sleep(0.1)
        await self._until_quiet()
        return NextCall(rang_s=rang_s, talked=talked, records=records, trouble=trouble)

    # ---- as data

    def _since(self, at: float) -> float:
        return round(at - self._struck, 3)

    def _maybe(self, at: float | None) -> float | None:
        return None if at is None else self._since(at)

    def _seen(self, who: str, call: PhoneCall) -> Seen:
        return Seen(
            who=who,
            invited_s=self._since(call.invited_at),
            ringing_s=self._maybe(call.ringing_at),
            answered_s=self._maybe(call.answered_at),
            ended_s=self._maybe(call.ended_at),
            end=call.end_reason,
            heard=tuple(
                Heard(name=one.name, began_s=self._since(one.began_at), ended_s=self._since(one.ended_at))
                for one in heard(call)
            ),
        )

    def _originated(self) -> tuple[Originated, ...]:
        """Channels of legs, with the phone that each rang: the channel's name says which."""
        return tuple(
            Originated(leg=event["Uniqueid"], who=_who(event["Channel"]), at_s=self._since(float(event["at"])))
            for event in self._scene.events
            if event.get("Event") == "Newchannel"
        )


def _who(channel: str) -> str:
    """`PJSIP/s01-00000003` is a softphone's, `PJSIP/trunk-…` the mobile's."""
    name = channel.partition("/")[2].rpartition("-")[0]
    return MOBILE if name == "trunk" else name


def _length_s(path: Path) -> float:
    try:
        with wave.open(str(path), "rb") as file:
            return file.getnframes() / file.getframerate()
    except (OSError, EOFError, wave.Error):
        return 0.0

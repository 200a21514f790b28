"""The world of one cell: a hotline on a real Asterisk, its people, and everything that a fault may take hold of."""

import asyncio
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hotline_agi.lab import rtp
from hotline_agi.lab.behaviour import Behaviour, Carrier
from hotline_agi.lab.call import PhoneCall
from hotline_agi.lab.pbx import free_port
from hotline_agi.lab.phone import SipPeer
from hotline_agi.lab.stage import PASSWORD, Stage
from tests.e2e.cable import Cable, laid
from tests.e2e.hearing import HZ
from tests.e2e.hotline import Hotline, Person, open_hotline
from tests.e2e.scenery import Scenery, mobile_of
from tests.e2e.witness import Event, Witness, witness
from tests.faults.bounds import RING_TIMEOUT_S, RTP_TIMEOUT_S
from tests.faults.clock import Clock, stepped
from tests.faults.gate import Gate, Held, gated
from tests.faults.relay import Relay, Weather
from tests.faults.serving import Serving

KEPT_S = 150.0
"""All that a story hears is kept: longer than `bounds.WHOLE_S`."""
SMALL_DISK_KB = 2048
USUAL_RTP_TIMEOUT_S = 30
"""Of asterisk-conf/hotline/pjsip.conf."""
MOBILE, SOFTPHONE, SILENT = "m01", "s02", "s01"
"""Who accepts with 1; who picks up when nobody did for a while; whose phone only rings."""
THINKS_S = 1.5
PRESSES_S = 0.9
PATIENT_S = 8.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Needs:
    """What must stand between the parts before the service starts."""

    gate: bool = False
    cable: bool = False
    clock: bool = False
    small_disk: bool = False
    supervised: bool = False
    relay: bool = False
    relay_media: bool = False
    wrap_up_s: int = 0
    quick_rtp_timeout: bool = False
    """A phone that is gone is noticed after `RTP_TIMEOUT_S`, not after the usual 30 s."""

    def __or__(self, other: "Needs") -> "Needs":
        return Needs(
            **{name: max(getattr(self, name), getattr(other, name)) for name in Needs.__slots__}  # type: ignore[arg-type]
        )


@dataclass(kw_only=True)
class Scene:
    """See `open_scene`."""

    hotline: Hotline
    service: Serving
    seed: int
    gate: Gate | None = None
    cable: Cable | None = None
    clock: Clock | None = None
    weather: Weather | None = None
    relays: dict[str, Relay] = field(default_factory=dict)
    caller: PhoneCall | None = None
    struck_at: float | None = None
    healed: asyncio.Event = field(default_factory=asyncio.Event)
    call_over: asyncio.Event = field(default_factory=asyncio.Event)
    held: Held | None = None
    next_call: bool = False
    caller_left: bool = False
    """The caller hung up by choice."""
    pressed_at: dict[str, float] = field(default_factory=dict)
    """Key → when the caller pressed it last."""
    stopped_pbx_at: float | None = None
    out_of_service: set[str] = field(default_factory=set)
    """People whose phone the fault took."""
    kept: dict[str, Any] = field(default_factory=dict)
    """What a fault keeps from its strike to its end."""
    witnesses: list[Witness] = field(default_factory=list)
    _stack: AsyncExitStack = field(default_factory=AsyncExitStack)

    @property
    def people(self) -> dict[str, Person]:
        return self.hotline.people

    @property
    def events(self) -> list[Event]:
        return [event for one in self.witnesses for event in one.events]

    @property
    def first_leg(self) -> PhoneCall:
        """The mobile's first call: the one that the stages are about."""
        return self.people[MOBILE].calls[0]

    @property
    def dialled_before_strike(self) -> bool:
        return self.caller is not None and self.struck_at is not None and self.caller.invited_at < self.struck_at

    def dial(self) -> PhoneCall:
        """The caller rings the hotline."""
        self.caller = self._call("caller")
        return self.caller

    def dial_next(self) -> PhoneCall:
        self.next_call = True
        return self._call("second caller")

    def _call(self, who: str) -> PhoneCall:
        """Through the relay, if the trunk has one."""
        relay = self.relays.get("trunk")
        if relay is None:
            return self.hotline.caller(who)
        stage = self.hotline.stage
        number = {"caller": "07700900999", "second caller": "07700900998"}[who]
        call = stage.carrier.call(relay.near, "01632960100", from_user=number, tone_hz=HZ[who])
        self.hotline.callers.append(call)
        return call

    def press(self, key: str) -> None:
        assert self.caller is not None
        self.pressed_at[key] = time.monotonic()
        self.caller.press(key)

    def leave(self) -> None:
        """The caller hangs up by choice."""
        assert self.caller is not None
        self.caller_left = True
        self.caller.hang_up()

    def talker(self) -> tuple[Person, PhoneCall] | None:
        """With whom the caller talks now: each hears the other, by content."""
        caller = self.caller
        if caller is None or caller.ended_at is not None or caller.stream is None:
            return None
        for person in self.people.values():
            for leg in person.calls:
                if leg.answered_at is None or leg.ended_at is not None or leg.stream is None:
                    continue
                if caller.hears(person.hz, 0.3) and leg.hears(HZ["caller"], 0.3):
                    return person, leg
        return None

    # ---- the people

    def anybody_is_rung(self) -> bool:
        """Whether a phone that still lives has a call."""
        return any(person.is_rung for name, person in self.people.items() if name not in self.out_of_service)

    def mobile_acts(self, call: PhoneCall) -> None:
        """Before the fault the mobile rings until the stage says otherwise; afterwards its owner takes every call."""
        call.ring()
        if self.next_call and SOFTPHONE not in self.out_of_service:
            return
        if self.struck_at is not None:
            self.accept(call, THINKS_S)

    def softphone_acts(self, call: PhoneCall) -> None:
        call.ring()
        if self.next_call:
            call.later(0.3, lambda: call.answer(HZ[SOFTPHONE]))
        else:
            call.later(PATIENT_S, lambda: call.answer(HZ[SOFTPHONE]))

    def accept(self, call: PhoneCall, after_s: float) -> None:
        """Pick up and press 1, so long after now."""
        call.later(after_s, lambda: call.answer(HZ[MOBILE]))
        call.later(after_s + PRESSES_S, lambda: press_if_up(call))

    def take_up_again(self) -> None:
        """After the fault the owner of the mobile goes on as people do: takes what rings."""
        if MOBILE in self.out_of_service:
            return
        for call in self.people[MOBILE].calls:
            if call.ended_at is None and call.answered_at is None and not call.ignored:
                self.accept(call, THINKS_S)

    # ---- Asterisk

    async def watch(self) -> None:
        """Log in as a witness, also after a restart of Asterisk."""
        self.witnesses.append(await self._stack.enter_async_context(witness(self.hotline.stage)))

    async def restart_pbx(self) -> None:
        """Asterisk is there again; phones register anew."""
        stage = self.hotline.stage
        await stage.pbx.start()
        await self.watch()
        await self.register_anew()

    async def register_anew(self) -> None:
        stage = self.hotline.stage
        for name, phone in stage.phones.items():
            if name not in self.out_of_service:
                await phone.register(server=self.server_of(name), user=name, password=PASSWORD)

    def server_of(self, name: str) -> tuple[str, int]:
        relay = self.relays.get(name)
        return relay.near if relay is not None else self.hotline.stage.server

    async def softphone(self, name: str, behaviour: Behaviour) -> None:
        stage = self.hotline.stage
        person = self.people[name] = Person(name, behaviour)
        if name not in self.relays:
            await stage.softphone(name, person)
            return
        peer = stage.phones[name] = await SipPeer.open()
        peer.on_invite = person
        await peer.register(server=self.relays[name].near, user=name, password=PASSWORD)


def press_if_up(call: PhoneCall, key: str = "1") -> None:
    if call.ended_at is None and call.answered_at is not None:
        call.press(key)


def scenery(needs: Needs) -> Scenery:
    return Scenery(
        softphones=2,
        mobiles=1,
        ring="[{ring: everybody, for_s: 60}]",
        ring_timeout_s=RING_TIMEOUT_S,
        max_wait_s=60,
        wrap_up_s=needs.wrap_up_s,
    )


@asynccontextmanager
async def open_scene(needs: Needs, seed: int) -> AsyncIterator[Scene]:
    """A hotline with a silent softphone, a patient softphone and a mobile, its service serving; all gone afterwards."""
    kept, rtp.KEPT_S = rtp.KEPT_S, KEPT_S
    try:
        async with AsyncExitStack() as stack:
            yield await _opened(needs, seed, stack)
    finally:
        rtp.KEPT_S = kept


async def _opened(needs: Needs, seed: int, stack: AsyncExitStack) -> Scene:
    weather = Weather(seed)
    carrier = await _RelayedCarrier.open() if needs.relay else None
    clock = stack.enter_context(stepped(_folder(stack))) if needs.clock else None
    disk = _SmallDisk()
    stack.callback(disk.take_away)  # last of all: the journal is looked at when the hotline ends
    hotline = await stack.enter_async_context(
        open_hotline(
            scenery(needs),
            service=False,
            rtp_timeout_s=RTP_TIMEOUT_S if needs.quick_rtp_timeout else USUAL_RTP_TIMEOUT_S,
            carrier=carrier,
        )
    )
    rtp.KEPT_S = KEPT_S  # `open_hotline` has its own
    scene = Scene(hotline=hotline, service=Serving(hotline.stage, supervised=needs.supervised), seed=seed)
    scene.clock, scene.weather = clock, weather
    if needs.small_disk:
        disk.lay(hotline.stage)
    if needs.gate:
        scene.gate = await stack.enter_async_context(gated(hotline))
    if needs.cable:
        scene.cable = await stack.enter_async_context(laid(hotline))
    stack.push_async_callback(hotline.stage.stop_service)  # before its cables are taken away
    if needs.relay:
        _lay_relays(scene, carrier, media=needs.relay_media, stack=stack)
    stack.push_async_exit(scene._stack)
    await scene.service.start()
    await scene.watch()
    await scene.softphone(SILENT, PhoneCall.ring)
    await scene.softphone(SOFTPHONE, scene.softphone_acts)
    scene.people[MOBILE] = person = Person(MOBILE, scene.mobile_acts)
    hotline.stage.mobile(mobile_of(1), person)
    return scene


class _RelayedCarrier(Carrier):
    """The telephone network behind a relay: its own address is not the one that Asterisk knows."""

    far: tuple[str, int] = ("127.0.0.10", 0)

    @classmethod
    async def open(cls, *, host: str = "127.0.0.11", port: int = 0, traced: bool = True) -> "_RelayedCarrier":

        carrier = cls(await SipPeer.open(host=host, port=port, traced=traced))
        carrier.far = ("127.0.0.10", free_port(socket.SOCK_DGRAM, "127.0.0.10"))
        return carrier

    @property
    def address(self) -> tuple[str, int]:
        return self.far


def _lay_relays(scene: Scene, carrier: Carrier | None, *, media: bool, stack: AsyncExitStack) -> None:
    assert carrier is not None and scene.weather is not None
    stage = scene.hotline.stage
    trunk = Relay(scene.weather, stage.server, far_host="127.0.0.10", far_port=carrier.address[1], media=media)
    trunk.phone = carrier.peer.address
    scene.relays["trunk"] = trunk
    for name in (SILENT, SOFTPHONE):
        scene.relays[name] = Relay(scene.weather, stage.server, far_host="127.0.0.1", media=media)
    for relay in scene.relays.values():
        stack.callback(relay.close)


def _folder(stack: AsyncExitStack) -> Path:

    return Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="hotline-clock-")))


class _SmallDisk:
    """A tmpfs in place of the service's state folder."""

    def __init__(self) -> None:
        self._stage: Stage | None = None

    def lay(self, stage: Stage) -> None:
        stage.state.mkdir(parents=True, exist_ok=True)
        options = f"size={SMALL_DISK_KB}k"
        subprocess.run(["mount", "-t", "tmpfs", "-o", options, "hotline-faults", str(stage.state)], check=True)
        self._stage = stage

    def take_away(self) -> None:
        if self._stage is not None:
            subprocess.run(["umount", "--lazy", str(self._stage.state)], check=False)
            shutil.rmtree(self._stage.folder, ignore_errors=True)


Act = Callable[[Scene], Awaitable[str]]
"""Does something and says what was seen of it."""

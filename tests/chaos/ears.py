"""What hundreds of phones behind one socket hear and say, judged by content and for next to nothing.

A packet is its call's by the port that it comes from. Prompts are tones (`tests.e2e.hearing`), so the sign changes
within its 20 ms tell which sentence it is. A voice is a packet with a number in it, sent until the other side has heard
it.
"""

import asyncio
import struct
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from hotline_agi.lab.call import PhoneCall
from hotline_agi.lab.tone import FRAME_S, Codec, tone_frames
from hotline_agi.lab.wire import Address
from tests.bench.phones import MAGIC, LightPeer
from tests.chaos.evidence import Sound
from tests.e2e.hearing import PROMPT_HZ

SURE_FRAMES = 3
"""Fewer frames in a row are the border between two sounds."""
VOICE_FRAMES = 800
"""For so long a voice is repeated, if nobody hears it (16 s): as long as a volunteer waits for the caller."""
READ_AT_ONCE = 512
_SIGNS = bytes([0] * 128 + [1] * 128)
"""The highest bit of either law of G.711 is the sign."""
_SILENT = {Codec.PCMA: (0xD5, 0x55), Codec.PCMU: (0xFF, 0x7F)}
_NAMES = {round(hz / 25): name for name, hz in PROMPT_HZ.items()}
"""Sign changes in a frame → prompt."""
SPEECH_HZ = 2100
_SPEECH = next(iter(tone_frames(SPEECH_HZ, Codec.PCMA))), next(iter(tone_frames(SPEECH_HZ, Codec.PCMU)))
_HUSH = {Codec.PCMA: b"\xd5" * 160, Codec.PCMU: b"\xff" * 160}


def name_of(payload: bytes, codec: int) -> str:
    """Which prompt a frame holds; "" for silence, "?" for anything else."""
    quiet = _SILENT.get(Codec(codec) if codec in (0, 8) else Codec.PCMA, ())
    if sum(payload.count(octet) for octet in quiet) > 120:
        return ""
    signs = payload.translate(_SIGNS)
    changes = signs.count(b"\x00\x01") + signs.count(b"\x01\x00")
    for near in (changes, changes - 1, changes + 1):
        if (name := _NAMES.get(near)) is not None:
            return name
    return "?"


class Party:
    """One call of a phone, as far as sound goes."""

    def __init__(self, call: PhoneCall, on_sound: Callable[[str], None], on_voice: Callable[[int], None]) -> None:
        """`on_sound` gets the name of a prompt once it is sure, `on_voice` the number of a voice, the first time."""
        self.call = call
        self._on_sound, self._on_voice = on_sound, on_voice
        self._runs: list[list[float]] = []
        self._names: list[str] = []
        self._frames = 0
        self._voice = -1

    def hear(self, payload: bytes, codec: int, now: float) -> None:
        if payload.startswith(MAGIC):
            voice = int(payload[len(MAGIC) : len(MAGIC) + 8])
            self._run("voice", now)
            if voice != self._voice:
                self._voice = voice
                self._on_voice(voice)
            return
        name = name_of(payload, codec)
        self._run(name, now)
        if self._frames == SURE_FRAMES:
            self._on_sound(name)

    def heard(self) -> tuple[Sound, ...]:
        """All so far, without the borders between two sounds."""
        return tuple(
            Sound(name=name, began=began, ended=ended)
            for name, (began, ended, frames) in zip(self._names, self._runs, strict=True)
            if frames >= SURE_FRAMES or name == "voice"
        )

    def _run(self, name: str, now: float) -> None:
        if self._names and self._names[-1] == name and now - self._runs[-1][1] < 0.5:
            self._runs[-1][1] = now + FRAME_S
            self._runs[-1][2] += 1
            self._frames = int(self._runs[-1][2])
            return
        if self._runs and self._runs[-1][2] < SURE_FRAMES and self._names[-1] != "voice":
            self._names.pop()
            self._runs.pop()
        self._names.append(name)
        self._runs.append([now, now + FRAME_S, 1])
        self._frames = 1


@dataclass(slots=True)
class _Saying:
    party: Party
    peer: LightPeer
    frames_left: int
    number: int | None
    """Of a voice; None for speech into a recording."""
    loud: bool
    done: Callable[[], None] | None = None
    """Called when all was said."""
    packet: int = 0


class Ears:
    """The sound of all phones of some peers; one timer speaks for them all."""

    def __init__(self, peers: list[LightPeer]) -> None:
        self._loop = asyncio.get_running_loop()
        self._peers = peers
        self._parties: dict[PhoneCall, Party] = {}
        self._of_source: dict[Address, Party] = {}
        self._saying: dict[tuple[Party, int | None], _Saying] = {}
        self._due_s = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self.most_late_s = 0.0
        """How late the timer was at worst: then the phones were slow, not the PBX."""
        for peer in peers:
            self._loop.add_reader(peer.ears, self._read, peer)

    def listen(self, party: Party) -> None:
        self._parties[party.call] = party

    def over(self, party: Party) -> None:
        """Its call ended."""
        self._parties.pop(party.call, None)
        for source in [source for source, known in self._of_source.items() if known is party]:
            del self._of_source[source]

    def say(self, peer: LightPeer, party: Party, number: int) -> None:
        """Repeat a voice until `hush`, for `VOICE_FRAMES` at most."""
        self._begin(_Saying(party, peer, VOICE_FRAMES, number, loud=True))

    def speak(
        self, peer: LightPeer, party: Party, for_s: float, *, loud: bool, done: Callable[[], None] | None = None
    ) -> None:
        """Speak, or breathe, into a recording: that many frames, however late the timer is. Then call `done`."""
        self._begin(_Saying(party, peer, round(for_s / FRAME_S), None, loud=loud, done=done))

    def hush(self, party: Party, number: int | None) -> float:
        """Stop; for how long it was said (seconds)."""
        saying = self._saying.pop((party, number), None)
        return saying.packet * FRAME_S if saying is not None else 0.0

    def close(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        for peer in self._peers:
            self._loop.remove_reader(peer.ears)
            peer.ears.close()

    # ---- saying

    def _begin(self, saying: _Saying) -> None:
        self._saying[saying.party, saying.number] = saying
        if self._timer is None:
            self._due_s = self._loop.time()
            self._tick()

    def _tick(self) -> None:
        now = self._loop.time()
        self.most_late_s = max(self.most_late_s, now - self._due_s)
        for key, saying in list(self._saying.items()):
            if saying.party.call.ended_at is not None:
                self._saying.pop(key, None)
            elif saying.frames_left:
                self._send(saying)
            elif saying.done is not None:
                saying.done()
            else:
                self._saying.pop(key, None)
        if not self._saying:
            self._timer = None
            return
        self._due_s = max(self._due_s + FRAME_S, now)
        self._timer = self._loop.call_at(self._due_s, self._tick)

    def _send(self, saying: _Saying) -> None:
        stream = saying.party.call.stream
        if stream is None or (remote := stream.remote) is None:
            return
        saying.frames_left -= 1
        saying.packet += 1
        if saying.number is not None:
            payload = (MAGIC + b"%08d" % saying.number).ljust(160, b"\xd5")
        else:
            payload = _SPEECH[remote.codec is Codec.PCMU] if saying.loud else _HUSH[remote.codec]
        ssrc = 0x4000_0000 + (id(saying.party) & 0xFFFF_FFF)
        header = struct.pack("!BBHII", 0x80, remote.codec, saying.packet & 0xFFFF, saying.packet * 160, ssrc)
        with suppress(OSError):
            saying.peer.ears.sendto(header + payload, remote.address)

    # ---- hearing

    def _read(self, peer: LightPeer) -> None:
        now = time.monotonic()
        for _ in range(READ_AT_ONCE):
            try:
                datagram, source = peer.ears.recvfrom(2048)
            except OSError:
                return
            codec = datagram[1] & 0x7F if len(datagram) > 12 else 255
            if codec not in (0, 8):
                continue
            party = self._of_source.get(source) or self._find(source)
            if party is not None:
                party.hear(datagram[12:], codec, now)

    def _find(self, source: Address) -> Party | None:
        for call, party in self._parties.items():
            stream = call.stream
            if stream is not None and stream.remote is not None and stream.remote.address == source:
                self._of_source[source] = party
                return party
        return None

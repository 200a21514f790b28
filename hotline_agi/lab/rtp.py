"""The audio of one call: real RTP (RFC 3550) with G.711 (RFC 3551) and keys as telephone events (RFC 4733).

One ticker per event loop drives all streams on an absolute schedule: a late tick is made up for at once, so neither
the number of packets nor their timestamps drift from the clock.
"""

import asyncio
import socket
import struct
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import chain, count
from typing import TYPE_CHECKING, ClassVar, NamedTuple
from weakref import WeakKeyDictionary

from hotline_agi.lab.sip import Media
from hotline_agi.lab.tone import (
    FRAME_S,
    FRAME_SAMPLES,
    QUIET_RMS,
    Codec,
    Sound,
    decode,
    loudness,
    purity,
    silence,
    silent_frame,
)

if TYPE_CHECKING:
    from hotline_agi.lab.srtp import Cipher

KEPT_S = 4.0
"""How much received audio is kept."""

KEYS = "0123456789*#ABCD"
"""Index is the event code (RFC 4733 table 3)."""

KEY_FRAMES = 5
"""A key lasts 100 ms; ITU-T Q.24 asks a receiver for 40 ms or less."""

PAUSE_FRAMES = 3
"""60 ms between two keys; ITU-T Q.24 asks for 40 ms or less."""

MATCHING_FRAMES = 3
"""A tone counts as heard after 60 ms of it: one frame of speech or music may look like any tone."""

MATCHING_PURITY = 0.7
"""A lone tone through G.711 has 0.99 or more; two tones of one loudness mixed have 0.5 each."""

MOST_LATE_TICKS = 25
"""A process that stood still for longer than 0.5 s leaves a gap instead of a burst of old audio."""

_HEADER = struct.Struct("!BBHII")
_EVENT = struct.Struct("!BBH")
_SSRC = count(0x10000000)


class Packet(NamedTuple):
    """A received packet of audio or of a key."""

    at: float
    """When we read it, in `time.monotonic` seconds."""
    payload_type: int
    marker: bool
    sequence: int
    timestamp: int
    payload: bytes


class Ticker:
    """Calls each stream every 20 ms, for as long as there are streams."""

    _of_loops: ClassVar[WeakKeyDictionary[asyncio.AbstractEventLoop, "Ticker"]] = WeakKeyDictionary()

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._streams: dict[RtpStream, None] = {}
        self._epoch = loop.time()
        self._next = 1
        self._timer: asyncio.TimerHandle | None = None

    @classmethod
    def shared(cls) -> "Ticker":
        """The one of the running loop."""
        loop = asyncio.get_running_loop()
        if (ticker := cls._of_loops.get(loop)) is None:
            ticker = cls._of_loops[loop] = cls(loop)
        return ticker

    def add(self, stream: "RtpStream") -> None:
        self._streams[stream] = None
        if self._timer is None:
            self._next = int((self._loop.time() - self._epoch) / FRAME_S) + 1
            self._arm()

    def remove(self, stream: "RtpStream") -> None:
        self._streams.pop(stream, None)
        if not self._streams and self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _arm(self) -> None:
        self._timer = self._loop.call_at(self._epoch + self._next * FRAME_S, self._tick)

    def _tick(self) -> None:
        self._timer = None
        due = int((self._loop.time() - self._epoch) / FRAME_S + 1e-6)
        for number in range(max(self._next, due - MOST_LATE_TICKS), due + 1):
            for stream in list(self._streams):
                stream.tick(number)
        self._next = due + 1
        if self._streams and self._timer is None:
            self._arm()


class RtpStream:
    """One call's socket, what it plays and what it heard.

    A stream without voice sends keys only, from a socket it does not own, and hears nothing: for load tests.
    """

    def __init__(self, host: str, *, shared: socket.socket | None = None, encrypted: bool = False) -> None:
        """`encrypted`: packets are SRTP, and what is not is not heard."""
        self.voice = shared is None
        self._loop = asyncio.get_running_loop()
        self._ticker = Ticker.shared()
        self._socket = _even_port(host) if shared is None else shared
        self.port: int = self._socket.getsockname()[1]
        self.remote: Media | None = None
        self.heard: deque[Packet] = deque(maxlen=round(KEPT_S / FRAME_S))
        self.keys_heard: deque[Packet] = deque(maxlen=64)
        self.received = 0
        self.sent = 0
        self.unreadable = 0
        """Packets that were not encrypted with the key that was agreed."""
        self._cipher = _new_cipher() if encrypted else None
        self.on_audio: Callable[[], None] | None = None
        self._sound: Sound = silence()
        self._frames: Iterator[bytes] = iter(())
        self._silence = b""
        self._keys: deque[Iterator[tuple[tuple[bool, bool, int], ...]]] = deque()
        self._key_began = 0
        self._key_code = 0
        self._sequence = 0
        self._ssrc = next(_SSRC)
        self._closed = False
        if self.voice:
            self._loop.add_reader(self._socket, self._read)

    def connect(self, media: Media) -> None:
        """Send to there from now on; called again after a re-INVITE, which does not start the sound anew."""
        if self._closed:
            return
        if self.remote is None or self.remote.codec is not media.codec:
            self._frames, self._silence = self._sound(media.codec), silent_frame(media.codec)
        self.remote = media
        if self._cipher is not None and media.key:
            self._cipher.use_key(media.key)
        if self.voice or self._keys:
            self._ticker.add(self)

    @property
    def key(self) -> str:
        """Our SRTP key for the description; empty without encryption."""
        return self._cipher.key if self._cipher is not None else ""

    def play(self, *sounds: Sound) -> None:
        """Play these one after the other, instead of what plays now, then silence."""
        self._sound = lambda codec: chain.from_iterable(sound(codec) for sound in sounds)
        if self.remote is not None:
            self._frames = self._sound(self.remote.codec)

    def press(self, keys: str) -> None:
        """Queue keys; they are sent one after the other, as soon as the stream is connected."""
        for key in keys:
            self._keys.append(self._strokes(KEYS.index(key)))
        if self.remote is not None and not self._closed:
            self._ticker.add(self)

    def close(self) -> None:
        """Send and hear no more; what was heard stays."""
        if self._closed:
            return
        self._closed = True
        self._ticker.remove(self)
        if self.voice:
            self._loop.remove_reader(self._socket)
            self._socket.close()

    # --- sending

    def tick(self, number: int) -> None:
        """Send what is due in the 20 ms slot `number` of the loop's ticker."""
        if (media := self.remote) is None:
            return
        timestamp = number * FRAME_SAMPLES & 0xFFFFFFFF
        if self._keys:
            self._send_key(media, timestamp)
        elif not self.voice:
            self._ticker.remove(self)
        elif media.direction in ("sendrecv", "recvonly"):
            self._send(media, media.codec, timestamp, next(self._frames, self._silence))

    def _strokes(self, code: int) -> Iterator[tuple[tuple[bool, bool, int], ...]]:
        """Per tick the packets of a key as (first, end, duration); start and end go thrice against loss (RFC 4733).

        The marker is set on the first packet of the event alone, as section 2.5.1.1 wants it.
        """
        self._key_code = code
        yield (True, False, FRAME_SAMPLES), (False, False, FRAME_SAMPLES), (False, False, FRAME_SAMPLES)
        for frame in range(2, KEY_FRAMES):
            yield ((False, False, frame * FRAME_SAMPLES),)
        yield ((False, True, KEY_FRAMES * FRAME_SAMPLES),) * 3
        for _ in range(PAUSE_FRAMES):
            yield ()

    def _send_key(self, media: Media, timestamp: int) -> None:
        if media.event_payload is None or (packets := next(self._keys[0], None)) is None:
            self._keys.popleft()
            return
        for first, end, duration in packets:
            if first:
                self._key_began = timestamp  # all packets of an event carry the time when it began
            event = _EVENT.pack(self._key_code, (0x80 if end else 0) | 10, duration)  # volume -10 dBm0
            self._send(media, media.event_payload | (0x80 if first else 0), self._key_began, event)

    def _send(self, media: Media, payload_type: int, timestamp: int, payload: bytes) -> None:
        self._sequence = self._sequence + 1 & 0xFFFF
        self.sent += 1
        packet = _HEADER.pack(0x80, payload_type, self._sequence, timestamp, self._ssrc) + payload
        if self._cipher is not None:
            packet = self._cipher.seal(packet)
        with suppress(OSError):  # a full buffer or a port that is closed again loses a packet, as any network does
            self._socket.sendto(packet, media.address)

    # --- hearing

    def _read(self) -> None:
        now = time.monotonic()
        while True:
            try:
                datagram = self._socket.recv(2048)
            except OSError:  # nothing more to read, or the answer to a packet that we sent to a closed port
                return
            self._take(datagram, now)

    def _take(self, datagram: bytes, now: float) -> None:
        """Keep a packet of G.711 or of a key; RTCP (a neighbour's port + 1 may be ours) and all else is passed over."""
        if len(datagram) < 12 or datagram[0] & 0xC0 != 0x80:
            return
        if self._cipher is not None:
            try:
                datagram = self._cipher.open(datagram)
            except ValueError:
                self.unreadable += 1
                return
        bits, kind, sequence, timestamp, _ = _HEADER.unpack_from(datagram)
        start = 12 + 4 * (bits & 15)
        if bits & 0x10:
            start += 4 + 4 * int.from_bytes(datagram[start + 2 : start + 4])
        end = len(datagram) - (datagram[-1] if bits & 0x20 else 0)
        packet = Packet(now, kind & 0x7F, kind >= 0x80, sequence, timestamp, datagram[start:end])
        if packet.payload_type in (Codec.PCMA, Codec.PCMU):
            self.received += 1
            self.heard.append(packet)
            if self.on_audio is not None:
                self.on_audio()
        elif self.remote is not None and packet.payload_type == self.remote.event_payload:
            self.keys_heard.append(packet)

    def samples(self, since: float) -> list[int]:
        """All audio that came after `since` and is still kept."""
        parts = (decode(packet.payload, Codec(packet.payload_type)) for packet in self.heard if packet.at > since)
        return list(chain.from_iterable(parts))

    def first_after(self, mark: float) -> float | None:
        """When the first packet after `mark` came that is still kept."""
        return next((packet.at for packet in self.heard if packet.at > mark), None)

    def first_match(self, hz: int, since: float, least: float = MATCHING_PURITY) -> float | None:
        """When the tone began after `since`: arrival of the first of `MATCHING_FRAMES` frames in a row that hold it."""
        run: list[float] = []
        for packet in self.heard:
            if packet.at <= since:
                continue
            if purity(decode(packet.payload, Codec(packet.payload_type)), hz) < least:
                run.clear()
                continue
            run.append(packet.at)
            if len(run) == MATCHING_FRAMES:
                return run[0]
        return None

    def loudness(self, since: float) -> float:
        """Root mean square of what came after `since`; under `QUIET_RMS` a person would hear nothing."""
        return loudness(self.samples(since))

    def is_quiet(self, since: float) -> bool:
        """Whether nothing, or nothing loud enough to hear, came after `since`."""
        return self.loudness(since) < QUIET_RMS


def _new_cipher() -> "Cipher":
    from hotline_agi.lab.srtp import Cipher  # a library that only phones with SRTP need

    return Cipher()


def _even_port(host: str) -> socket.socket:
    """A free port that is even: RTCP goes to the odd one above it (RFC 3550 section 11)."""
    for _ in range(64):
        found = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        found.setblocking(False)
        found.bind((host, 0))
        if found.getsockname()[1] % 2 == 0:
            return found
        found.close()
    raise OSError(f"no free even UDP port on {host}")

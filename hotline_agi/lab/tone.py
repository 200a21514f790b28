"""Sound as numbers: G.711 both ways, tones to send, and the answer to "which tone is in this audio?".

Every simulated phone speaks with its own tone, so a test knows by *content* who hears whom; that packets arrive proves
nothing, hold music is packets too. Choose tones that are no musical notes (1010 Hz, not 440 Hz) where hold music plays.
"""

import math
import wave
from bisect import bisect
from collections.abc import Callable, Iterator, Sequence
from enum import IntEnum
from functools import cache
from itertools import cycle, islice, pairwise
from pathlib import Path

SAMPLE_RATE_HZ = 8000
FRAME_SAMPLES = 160
FRAME_S = FRAME_SAMPLES / SAMPLE_RATE_HZ
"""20 ms, the default packetisation of G.711 (RFC 3551 section 4.2)."""

AMPLITUDE = 8000
"""Peak of a sent tone: 12 dB below full scale, so that three of them mixed do not clip."""

QUIET_RMS = 100.0
"""Below this a frame is silence, whatever its spectrum; G.711's own quantisation noise stays under 10."""


class Codec(IntEnum):
    """The two laws of ITU-T G.711, by their static RTP payload number (RFC 3551 table 4)."""

    PCMU = 0
    PCMA = 8


Sound = Callable[[Codec], Iterator[bytes]]
"""Something to play: given the codec of the call, the frames of 20 ms to send, perhaps without end."""


def _expand_a_law(code: int) -> int:
    """One A-law octet as a 16-bit sample (G.711 table 1a; even bits are inverted on the wire)."""
    code ^= 0x55
    segment = code >> 4 & 7
    size = (code & 15) << 4
    size = size + 8 if segment == 0 else size + 0x108 << segment - 1
    return size if code & 0x80 else -size


def _expand_mu_law(code: int) -> int:
    """One µ-law octet as a 16-bit sample (G.711 table 2a; all bits are inverted, the bias is 33 of 14 bits)."""
    code ^= 0xFF
    size = (((code & 15) << 3) + 0x84 << (code >> 4 & 7)) - 0x84
    return -size if code & 0x80 else size


_EXPANDED = {
    Codec.PCMA: tuple(map(_expand_a_law, range(256))),
    Codec.PCMU: tuple(map(_expand_mu_law, range(256))),
}


@cache
def _compressed(codec: Codec) -> bytes:
    """For each 14-bit sample, offset by 8192, the code whose value is nearest (G.711 decides at midpoints)."""
    codes = {value: code for code, value in enumerate(_EXPANDED[codec])}  # of µ-law's two zeros the last, 0xFF, is kept
    values = sorted(codes)
    middles = [(low + high) / 2 for low, high in pairwise(values)]
    return bytes(codes[values[bisect(middles, sample * 4)]] for sample in range(-8192, 8192))


def encode(samples: Sequence[int], codec: Codec) -> bytes:
    """16-bit samples as G.711."""
    table = _compressed(codec)
    return bytes([table[(sample >> 2) + 8192] for sample in samples])


def decode(payload: bytes, codec: Codec) -> list[int]:
    """G.711 as 16-bit samples."""
    table = _EXPANDED[codec]
    return [table[code] for code in payload]


@cache
def silent_frame(codec: Codec) -> bytes:
    """20 ms of nothing."""
    return encode([0] * FRAME_SAMPLES, codec)


@cache
def tone_frames(hz: int, codec: Codec, amplitude: int = AMPLITUDE) -> tuple[bytes, ...]:
    """Frames of a sine to repeat without a click: the shortest run of whole periods and whole frames."""
    count = math.lcm(SAMPLE_RATE_HZ // math.gcd(hz, SAMPLE_RATE_HZ), FRAME_SAMPLES)
    step = 2 * math.pi * hz / SAMPLE_RATE_HZ
    coded = encode([round(amplitude * math.sin(step * n)) for n in range(count)], codec)
    return tuple(coded[at : at + FRAME_SAMPLES] for at in range(0, count, FRAME_SAMPLES))


def _lasting(frames: Iterator[bytes], duration_s: float | None) -> Iterator[bytes]:
    return frames if duration_s is None else islice(frames, round(duration_s / FRAME_S))


def tone(hz: int, duration_s: float | None = None, *, amplitude: int = AMPLITUDE) -> Sound:
    """A sine of `hz`, for ever or for a while."""
    return lambda codec: _lasting(cycle(tone_frames(hz, codec, amplitude)), duration_s)


def silence(duration_s: float | None = None) -> Sound:
    """Packets that hold nothing to hear, as a phone in a quiet room sends them."""
    return lambda codec: _lasting(cycle((silent_frame(codec),)), duration_s)


def recording(path: Path) -> Sound:
    """A wav file, once.

    :raises ValueError: if it is not 8 kHz mono 16 bit.
    """
    with wave.open(str(path), "rb") as file:
        if (file.getframerate(), file.getnchannels(), file.getsampwidth()) != (SAMPLE_RATE_HZ, 1, 2):
            raise ValueError(f"{path}: a recording must be 8 kHz, mono, 16 bit")
        octets = file.readframes(file.getnframes())
    samples = [int.from_bytes(octets[at : at + 2], "little", signed=True) for at in range(0, len(octets), 2)]
    samples += [0] * (-len(samples) % FRAME_SAMPLES)

    def frames(codec: Codec) -> Iterator[bytes]:
        for at in range(0, len(samples), FRAME_SAMPLES):
            yield encode(samples[at : at + FRAME_SAMPLES], codec)

    return frames


def loudness(samples: Sequence[int]) -> float:
    """Root mean square, 0 to 32767; a tone of `AMPLITUDE` has 5657."""
    return math.sqrt(sum(sample * sample for sample in samples) / len(samples)) if samples else 0.0


def purity(samples: Sequence[int], hz: float) -> float:
    """How much of the power is in a sine of `hz`: 1 for that tone alone, near 0 without it, 0 for silence (Goertzel).

    The resolution is 8000 / len(samples) Hz: tones that one 20 ms frame shall tell apart lie 100 Hz apart or more.
    """
    energy = sum(sample * sample for sample in samples)
    if energy <= QUIET_RMS * QUIET_RMS * len(samples):
        return 0.0
    factor = 2 * math.cos(2 * math.pi * hz / SAMPLE_RATE_HZ)
    last = before = 0.0
    for sample in samples:
        last, before = sample + factor * last - before, last
    power = last * last + before * before - factor * last * before
    return min(1.0, 2 * power / (len(samples) * energy))


def purities(samples: Sequence[int], frequencies: Sequence[int]) -> dict[int, float]:
    """`purity` for each of several tones."""
    return {hz: purity(samples, hz) for hz in frequencies}

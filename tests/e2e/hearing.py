"""Who heard what, and when: every prompt, the music, and every person is a tone of its own.

The prompts of these tests are tones instead of speech, so that a story can say by content which sentence was heard.
Neighbours lie 100 Hz apart, which one frame of 20 ms tells apart.
"""

import wave
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from hotline_agi.lab.behaviour import GREETING_HZ
from hotline_agi.lab.call import PhoneCall
from hotline_agi.lab.tone import QUIET_RMS, SAMPLE_RATE_HZ, Codec, decode, loudness, purity, tone_frames
from hotline_agi.prompts.catalogue import HOLD_CLASSES, HOLD_NOTICES, PROMPTS, TONES
from hotline_agi.prompts.recording_phrases import RECORDING_PHRASES

PROMPT_HZ = {
    "music": 300,
    "greeting": 400,
    "comfort": 500,
    "again": 700,
    "closed": 800,
    "nobody": 900,
    "beep": 1000,
    "message": 1100,
    "message-kept": 1200,
    "message-short": 1300,
    "directory": 1400,
    "goodbye": 1500,
    "ended": 1600,
    "accept": 1700,
    "taken": 1800,
    "caller-gone": 1900,
    "not-now": 2000,
    "rest": 3200,
    "ready": 3300,
    "recording-notice": 600,
    "recording-agreed": 3100,
    "recording-revoked": 3500,
    "recorded": 3600,
}
PERSON_HZ = {
    "caller": 2100,
    "s01": 2200,
    "s02": 2300,
    "s03": 2400,
    "s04": 2500,
    "m01": 2600,
    "m02": 2700,
    "m03": 2800,
    "overflow": 2900,
    "second caller": 3000,
}
HZ = PROMPT_HZ | PERSON_HZ | {"voicemail": GREETING_HZ}
_NAMES = {hz: name for name, hz in HZ.items()}

PROMPT_S = 0.8
"""Long enough to be told apart from a click, short enough for a story."""
LENGTHS_S = {"beep": 0.25, "accept": 0.6, "message": 0.6, "music": 20.0}
BLUR_S = 0.06
"""Shorter than this is the border between two sounds, or one lost frame."""


@dataclass(frozen=True, slots=True)
class Sounding:
    """A stretch of one sound, in `time.monotonic` seconds."""

    name: str
    """A key of `HZ`; "" is silence, "?" anything else."""
    began_at: float
    ended_at: float

    @property
    def length_s(self) -> float:
        return self.ended_at - self.began_at


def heard(call: PhoneCall, since: float = 0.0) -> list[Sounding]:
    """What the phone heard, in order, without the blurs between two sounds."""
    if call.stream is None:
        return []
    runs: list[Sounding] = []
    for packet in call.stream.heard:
        if packet.at <= since:
            continue
        name = _name(decode(packet.payload, Codec(packet.payload_type)))
        if runs and runs[-1].name == name:
            runs[-1] = Sounding(name, runs[-1].began_at, packet.at + 0.02)
        else:
            runs.append(Sounding(name, packet.at, packet.at + 0.02))
    return list(_joined(run for run in runs if run.length_s > BLUR_S))


def sounds(call: PhoneCall, since: float = 0.0) -> list[str]:
    """The names of what was heard, in order; silence left out, repetitions only when something lay between."""
    names = [run.name for run in heard(call, since) if run.name]
    return [name for n, name in enumerate(names) if n == 0 or names[n - 1] != name]


def longest_gap_s(call: PhoneCall, since: float, until: float) -> float:
    """The longest time without a packet of audio between two instants."""
    assert call.stream is not None
    times = [since, *(packet.at for packet in call.stream.heard if since < packet.at < until), until]
    return max(later - earlier for earlier, later in pairwise(times))


def silence_s(call: PhoneCall, since: float, until: float) -> float:
    """The longest stretch without anything to hear between two instants; no packets are silence too."""
    marks = [since]
    for run in heard(call, since):
        if run.name and run.began_at < until:
            marks += [run.began_at, min(run.ended_at, until)]
    marks.append(until)
    return max(later - earlier for earlier, later in zip(marks[::2], marks[1::2], strict=True))


def _joined(runs: Iterator[Sounding]) -> Iterator[Sounding]:
    last: Sounding | None = None
    for run in runs:
        if last is not None and run.name == last.name and run.began_at - last.ended_at < 2 * BLUR_S:
            last = Sounding(last.name, last.began_at, run.ended_at)
            continue
        if last is not None:
            yield last
        last = run
    if last is not None:
        yield last


def _name(samples: list[int]) -> str:
    """Which tone a frame holds. Zero crossings say about where to look, Goertzel decides."""
    if loudness(samples) < QUIET_RMS:
        return ""
    crossings = sum((one < 0) != (other < 0) for one, other in pairwise(samples))
    near_hz = crossings * SAMPLE_RATE_HZ / (2 * (len(samples) - 1))
    for hz, name in _NAMES.items():
        if abs(hz - near_hz) < 120 and purity(samples, hz) > 0.9:
            return name
    return "?"


def write_prompts(folder: Path) -> None:
    """A folder of sounds as `hotline prompts build` makes it, with tones for sentences."""
    speech = [prompt.id for prompt in (*PROMPTS, *RECORDING_PHRASES)] + [tone.id for tone in TONES]
    for language in ("en", "zh"):
        sentences = folder / language / "hotline"
        sentences.mkdir(parents=True)
        for name in speech:
            _write_tone(sentences / f"{name}.wav", name)
        for music, prompt in HOLD_CLASSES.items():
            piece = folder / language / f"hotline-{music}"
            piece.mkdir()
            said = [one for one in (prompt, HOLD_NOTICES.get(music)) if one is not None]
            for number, one in enumerate([*said, "music"], 1 if said else 2):
                _write_tone(piece / f"{number}-{one}.wav", one)


def _write_tone(path: Path, name: str) -> None:
    write_tone(path, PROMPT_HZ.get(name, 3400), LENGTHS_S.get(name, PROMPT_S))


def write_tone(path: Path, hz: int, length_s: float) -> None:
    """A sound file that Asterisk plays, with one tone in it."""
    frames = tone_frames(hz, Codec.PCMA)
    samples = array("h", [sample for frame in frames for sample in decode(frame, Codec.PCMA)])
    count = round(length_s * SAMPLE_RATE_HZ)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(SAMPLE_RATE_HZ)
        file.writeframes((samples * (count // len(samples) + 1))[:count].tobytes())

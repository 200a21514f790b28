"""G.711 against known octets, and tones that are told apart."""

import math
import wave
from itertools import islice
from pathlib import Path

import pytest

from hotline_agi.lab import tone
from hotline_agi.lab.tone import Codec


@pytest.mark.parametrize(
    ("codec", "code", "sample"),
    [
        (Codec.PCMA, 0xD5, 8),
        (Codec.PCMA, 0x55, -8),
        (Codec.PCMA, 0xAA, 32256),
        (Codec.PCMA, 0x2A, -32256),
        (Codec.PCMU, 0xFF, 0),
        (Codec.PCMU, 0x7F, 0),
        (Codec.PCMU, 0x80, 32124),
        (Codec.PCMU, 0x00, -32124),
    ],
)
def test_known_octets(codec: Codec, code: int, sample: int) -> None:
    assert tone.decode(bytes([code]), codec) == [sample]


@pytest.mark.parametrize("codec", list(Codec))
def test_every_octet_survives_and_every_sample_stays_near(codec: Codec) -> None:
    octets = bytes(code for code in range(256) if (codec, code) != (Codec.PCMU, 0x7F))  # µ-law has two zeros
    assert tone.encode(tone.decode(octets, codec), codec) == octets
    samples = list(range(-32768, 32768, 7))
    for before, after in zip(samples, tone.decode(tone.encode(samples, codec), codec), strict=True):
        assert abs(before - after) <= max(16, abs(before) / 16 if abs(before) < 32000 else 800)


@pytest.mark.parametrize("codec", list(Codec))
@pytest.mark.parametrize("hz", [350, 440, 697, 1010, 1633, 2999])
def test_a_tone_repeats_without_a_click_and_is_recognised(codec: Codec, hz: int) -> None:
    frames = tone.tone_frames(hz, codec)
    assert {len(frame) for frame in frames} == {tone.FRAME_SAMPLES}
    samples = tone.decode(b"".join(frames + frames), codec)
    assert tone.purity(samples, hz) > 0.99
    for frame in frames:
        assert tone.purity(tone.decode(frame, codec), hz) > 0.9
        assert tone.purity(tone.decode(frame, codec), hz + 150) < 0.2
    assert tone.loudness(samples) == pytest.approx(tone.AMPLITUDE / math.sqrt(2), rel=0.02)


def test_two_tones_share_the_power_and_silence_has_none() -> None:
    one, two = (tone.decode(b"".join(tone.tone_frames(hz, Codec.PCMA)[:5]), Codec.PCMA) for hz in (500, 1200))
    mixed = [a + b for a, b in zip(one, two, strict=True)]
    found = tone.purities(mixed, (500, 1200, 2000))
    assert found[500] == pytest.approx(0.5, abs=0.02)
    assert found[1200] == pytest.approx(0.5, abs=0.02)
    assert found[2000] < 0.01
    assert tone.purity(tone.decode(tone.silent_frame(Codec.PCMA), Codec.PCMA), 500) == 0
    assert tone.loudness([]) == 0


def test_sounds_last_as_long_as_they_say() -> None:
    assert len(list(tone.tone(1010, 0.1)(Codec.PCMA))) == 5
    assert len(list(tone.silence(1)(Codec.PCMU))) == 50
    assert len(list(islice(tone.tone(1010)(Codec.PCMA), 500))) == 500


def _write(path: Path, rate: int, samples: list[int]) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(b"".join(sample.to_bytes(2, "little", signed=True) for sample in samples))
    return path


def test_a_recording_is_played_whole_and_padded(tmp_path: Path) -> None:
    path = _write(tmp_path / "a.wav", 8000, [round(8000 * math.sin(n * math.pi / 4)) for n in range(1000)])
    frames = list(tone.recording(path)(Codec.PCMU))
    assert {len(frame) for frame in frames} == {160}
    assert len(frames) == 7
    assert tone.purity(tone.decode(b"".join(frames[:6]), Codec.PCMU), 1000) > 0.99
    with pytest.raises(ValueError, match="8 kHz"):
        tone.recording(_write(tmp_path / "b.wav", 16000, [0]))

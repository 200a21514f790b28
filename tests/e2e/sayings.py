"""What the menu said, word for word: each prompt of the menu is a code of three tones instead of speech.

There are more prompts than tones that a frame of 20 ms tells apart, so each is a marker and two digits in base 20.
"""

import wave
from array import array
from collections.abc import Iterable
from pathlib import Path

from hotline_agi.lab.call import PhoneCall
from hotline_agi.lab.tone import (
    QUIET_RMS,
    SAMPLE_RATE_HZ,
    Codec,
    decode,
    loudness,
    purity,
    silent_frame,
    tone_frames,
)
from hotline_agi.prompts.phrases import PHRASES
from tests.e2e.hearing import HZ
from tests.e2e.hotline import until

MARKER_HZ = 3300
TAKEN_HZ = {HZ[name] for name in ("beep", "caller", "s01", "s02")}
"""Stories wait for these tones by their pitch alone; in a word they would be heard too early."""
DIGITS_HZ = tuple(hz for hz in range(400, 2800, 100) if hz not in TAKEN_HZ)
TONE_FRAMES = 3
PAUSE_FRAMES = 2
PURE = 0.9
PEOPLE = tuple(f"{kind}{n:02d}" for kind in "smv" for n in range(1, 7))
CAMPAIGN_TEXTS = tuple(f"campaign-test-{name}" for name in ("opening", "keys", "sleep", "worries", "closing"))
WORDS = (*(phrase.id for phrase in PHRASES), *(f"name-{who}" for who in PEOPLE), *CAMPAIGN_TEXTS)
assert len(WORDS) <= len(DIGITS_HZ) ** 2


def write_sayings(folder: Path, named: Iterable[str] = (), *, times: int = 1) -> None:
    """Put codes where `hotline prompts build` puts sentences; names only of those who are `named`.

    Each is said so many `times`: a story that need not count them is then deaf to no hiccup of a busy machine.
    """
    names = {f"name-{who}" for who in named}
    for language in ("en", "zh"):
        for number, word in enumerate(WORDS):
            if not word.startswith("name-") or word in names:
                _write(folder / language / "hotline" / f"{word}.wav", number, times)


def _write(path: Path, number: int, times: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    tones = (MARKER_HZ, *(DIGITS_HZ[digit] for digit in divmod(number, len(DIGITS_HZ))))
    frames = [
        tone_frames(hz, Codec.PCMA)[n % len(tone_frames(hz, Codec.PCMA))] for hz in tones for n in range(TONE_FRAMES)
    ]
    frames = (frames + [silent_frame(Codec.PCMA)] * PAUSE_FRAMES) * times
    samples = array("h", [sample for frame in frames for sample in decode(frame, Codec.PCMA)])
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(SAMPLE_RATE_HZ)
        file.writeframes(samples.tobytes())


class Ear:
    """Somebody who listens to the menu: all `words` so far, in order."""

    def __init__(self, call: PhoneCall) -> None:
        self._call, self._heard_at = call, 0.0
        self._code: list[list[int]] = []
        self._markers = 0
        """How many of its frames are the marker."""
        self._words: list[str] = []
        self._told = 0

    @property
    def words(self) -> list[str]:
        heard = list(self._call.stream.heard) if self._call.stream else []
        # packets that a busy machine reads in one go came at the same instant
        new = [packet for packet in heard if packet.at > self._heard_at]
        for packet in new:
            self._take(decode(packet.payload, Codec(packet.payload_type)))
        self._heard_at = new[-1].at if new else self._heard_at
        return self._words

    def _take(self, frame: list[int]) -> None:
        """A code is as many frames in a row as its three tones last; one that a key cut short is dropped."""
        if purity(frame, MARKER_HZ) >= PURE:
            # after a digit another word begins; of markers in a row the last ones are its own
            self._code = [*self._code[1 - TONE_FRAMES :], frame] if len(self._code) <= self._markers else [frame]
            self._markers = len(self._code)
            return
        # the first frame after a silence may be lost, or half silent
        if self._markers < TONE_FRAMES - 1 or loudness(frame) < QUIET_RMS:
            self._code, self._markers = [], 0
            return
        self._code.append(frame)
        if len(self._code) == self._markers + 2 * TONE_FRAMES:
            middle = self._code[self._markers + 1], self._code[self._markers + TONE_FRAMES + 1]
            digits = [max(range(len(DIGITS_HZ)), key=lambda n: purity(one, DIGITS_HZ[n])) for one in middle]
            if all(purity(one, DIGITS_HZ[digit]) >= PURE for one, digit in zip(middle, digits, strict=True)):
                number = digits[0] * len(DIGITS_HZ) + digits[1]
                if number < len(WORDS):  # else it was another sound of the story
                    self._words.append(WORDS[number])
            self._code, self._markers = [], 0

    async def until(self, word: str, timeout_s: float = 8.0) -> list[str]:
        """Wait until the word was said once more since the last `until`; all words since then, it included."""
        start = self._told
        await until(lambda: word in self.words[start:], timeout_s, f"{word} (heard: {self.words[start:]})")
        self._told = self.words.index(word, start) + 1
        return self.words[start : self._told]

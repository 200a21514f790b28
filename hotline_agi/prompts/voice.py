"""Text → WAV as Asterisk plays it without transcoding: 8 kHz, mono, 16 bit.

The voice is espeak-ng's: plainly a machine, understandable, free, and there without a network. It stands in until the
hospital has recorded its own. sox brings everything to one loudness, and puts a short silence in front, because the
first tenths of a second are lost while a phone's audio path opens.
"""

import shutil
import subprocess
import tempfile
import wave
from pathlib import Path

from hotline_agi.errors import SetupError
from hotline_agi.prompts.catalogue import Prompt, Tone
from hotline_agi.terms.languages import Language

RATE_HZ = 8000
SAMPLE_BYTES = 2
LEAD_S = 0.3
TAIL_S = 0.2

VOICES = {
    # Voice `cmn` of 1.51 reads 热 as the English words "re four" (espeak-ng issues 1236, 499); this one reads Chinese
    # characters and pinyin. About four characters a second, as a calm person speaks.
    Language.ZH: ("-v", "cmn-latn-pinyin", "-s", "175", "-p", "45"),
    # Slower than espeak-ng's 175 words a minute: people in distress listen badly, and so do bad lines.
    Language.EN: ("-v", "en-gb", "-s", "145", "-p", "45", "-g", "2"),
}
READINGS = {
    # The voice reads character by character: words whose reading or tone depends on their neighbours are told to it.
    "重新": " chong2 xin1 ",
    "地方": " di4 fang1 ",
    "不是": " bu2 shi4 ",
    "不要": " bu2 yao4 ",
    "一个": " yi2 ge5 ",
    "不会": " bu2 hui4 ",
    "休息一下": " xiu1 xi5 yi2 xia4 ",
    "一位": " yi2 wei4 ",
    "一段": " yi2 duan4 ",
    "不用": " bu2 yong4 ",
    "一次": " yi2 ci4 ",
    "这一班": " zhe4 yi4 ban1 ",
    "下一班": " xia4 yi4 ban1 ",
    "还没有": " hai2 mei2 you3 ",
    "任何": " ren4 he2 ",
    "答应": " da1 ying5 ",
    "凌晨": " ling2 chen2 ",
    "登录": " deng1 lu4 ",
    "一二零": " yao1 er4 ling2 ",  # one is said yāo in the numbers of telephones
    "一一零": " yao1 yao1 ling2 ",
    "一二三五六": " yao1 er4 san1 wu3 liu4 ",
}
WAV = ("-r", str(RATE_HZ), "-c", "1", "-b", str(8 * SAMPLE_BYTES), "-e", "signed-integer", "-t", "wav")
EVEN_LOUDNESS = ("highpass", "150", "compand", "0.02,0.2", "6:-70,-60,-20", "-5", "-90", "0.1", "norm", "-3")
MUSIC_LOUDNESS = ("norm", "-6")  # below the voice: who waits must not be startled by it
CHORD = "synth 8 sine 220 synth 8 sine mix 277.18 synth 8 sine mix 329.63 fade t 3 8 3"
"""Stands in for hold music where no piece is at hand: a soft A major chord that swells and fades, 8 s."""

TOOL_TIMEOUT_S = 60.0
"""One text takes a tenth of a second, a piece of music two. A minute is a machine that does not work."""

PART_LEAD_S = 0.02
PART_TAIL_S = 0.04
PART_TRIM = ("silence", "1", "0.01", "0.5%", "reverse", "silence", "1", "0.01", "0.5%", "reverse")
"""The silence that espeak-ng puts around a text would stand in the middle of a sentence."""

RECIPE = repr((VOICES, READINGS, WAV, LEAD_S, TAIL_S, EVEN_LOUDNESS, MUSIC_LOUDNESS, CHORD))
"""Changes when anything about the sound does: files made by another recipe are made again."""
PART_RECIPE = repr((RECIPE, PART_LEAD_S, PART_TAIL_S, PART_TRIM))
"""Likewise, for parts of sentences."""


def speak(prompt: Prompt, language: Language, target: Path) -> None:
    """Write the prompt in one language to `target`. Raises SetupError if espeak-ng or sox is missing or fails."""
    with tempfile.TemporaryDirectory(prefix="hotline-voice-") as folder:
        raw = Path(folder) / "raw.wav"  # a file: through a pipe espeak-ng cannot write the length into the header
        _run("espeak-ng", *VOICES[language], "-w", str(raw), "--stdin", text=as_read(prompt.text(language)))
        # -D: no random dither, so the same text is the same file; room is made first so that nothing clips.
        pads = ("pad", str(LEAD_S), str(TAIL_S))
        part = (*PART_TRIM, "pad", str(PART_LEAD_S), str(PART_TAIL_S))
        trimmed = ("rate", str(RATE_HZ), *EVEN_LOUDNESS, *(part if prompt.is_part else pads))
        _run("sox", "-D", "-V1", "-v", "0.9", str(raw), *WAV, str(target), *trimmed)


def as_read(text: str) -> str:
    """The text with the readings that the voice would get wrong spelled out in pinyin."""
    for word, pinyin in READINGS.items():
        text = text.replace(word, pinyin)
    return text


def sound(tone: Tone, target: Path) -> None:
    """Write a tone with soft edges to `target`. Raises SetupError if sox is missing or fails."""
    shape = f"synth {tone.duration_s} sine {tone.frequency_hz} fade 0.01 {tone.duration_s} 0.01 norm -6".split()
    _run("sox", "-D", "-V1", "-n", *WAV, str(target), *shape)


def music(source: Path | None, target: Path) -> None:
    """Write the piece `source`, or a quiet chord if there is none, to `target`. Raises SetupError."""
    if source is not None:
        _run("sox", "-D", "-V1", str(source), *WAV, str(target), "rate", str(RATE_HZ), *MUSIC_LOUDNESS)
        return
    _run("sox", "-D", "-V1", "-n", *WAV, str(target), *CHORD.split(), *MUSIC_LOUDNESS)


def is_playable(path: Path) -> bool:
    """Whether Asterisk plays the file. It refuses any other rate in a ``.wav``, and the caller then hears silence."""
    try:
        with wave.open(str(path), "rb") as file:
            shape = (file.getframerate(), file.getnchannels(), file.getsampwidth())
            return shape == (RATE_HZ, 1, SAMPLE_BYTES) and file.getnframes() > 0
    except (OSError, EOFError, wave.Error):
        return False


def _run(tool: str, *arguments: str, text: str = "") -> None:
    if shutil.which(tool) is None:
        raise SetupError(f"{tool} is missing: run `make setup`, or install the package {tool}")
    try:
        subprocess.run([tool, *arguments], input=text.encode(), capture_output=True, timeout=TOOL_TIMEOUT_S, check=True)
    except subprocess.TimeoutExpired as error:
        raise SetupError(
            f"{tool} did not finish within {TOOL_TIMEOUT_S:.0f} s: try again on a less busy machine"
        ) from error
    except subprocess.CalledProcessError as error:
        said = error.stderr.decode(errors="replace").strip().splitlines()
        raise SetupError(f"{tool} failed ({said[-1] if said else 'without a word'}): check its installation") from error

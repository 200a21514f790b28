"""The sounds of one line in one language: its own recordings, and hold-music classes put together for it.

```text
FOLDER/zh_xinli/hotline/greeting.wav              its own, if there is one (Asterisk falls back from zh_xinli to zh)
FOLDER/zh_xinli/hotline/self-help-breathing.wav
FOLDER/zh_xinli/hotline-greet/01-greeting.wav     → ../hotline/greeting.wav, or ../../zh/hotline/greeting.wav
FOLDER/zh_xinli/hotline-greet/02-music.wav        → ../../music/hold.wav
```

Links are ours and made anew by each build; files are the hospital's and stay.
"""

import wave
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from hotline_agi.dispatch.commands import Music, help_music, place_music
from hotline_agi.dispatch.events import OwnSounds, SelfHelp
from hotline_agi.prompts.catalogue import Prompt
from hotline_agi.prompts.waiting_phrases import MOST_PLACE
from hotline_agi.roster.model import Line
from hotline_agi.roster.waiting_plan import NO_PLAN, Choice, EmergencyPlace
from hotline_agi.selfservice.speech import telephone

MUSIC = Path("../../music/hold.wav")
SELF_HELP = "self-help-"
TWINS = {Music.COMFORT_ODD: Music.COMFORT, Music.OFFER_ODD: Music.OFFER, Music.OFFER_WITHHELD_ODD: Music.OFFER_WITHHELD}
"""Classes that are another one under a second name: a class that did not change would be resumed, not begun again."""
_Saying = tuple[str, str]
"""A language, and a prompt's id."""


@dataclass(frozen=True, slots=True)
class Class:
    """One hold-music class of Asterisk."""

    name: str
    """E.g. ``offer2``."""
    place: str
    """E.g. ``zh_xinli``."""
    music: str
    """Whose folder it plays, e.g. ``offer``."""


def languages_of(line: Line) -> tuple[str, ...]:
    return line.waiting.languages or (line.language,)


def folder_of(folder: Path, line: Line, language: str) -> Path:
    return folder / f"{language}_{line.id}"


def has_own(folder: Path, line: Line) -> bool:
    """Whether `line` needs sounds of its own: by what it says, or because somebody recorded some."""
    return line.waiting != NO_PLAN or any(
        (folder_of(folder, line, language) / "hotline").is_dir() for language in languages_of(line)
    )


def self_help_prompts(line: Line) -> tuple[Prompt, ...]:
    """What `line` needs recorded; nobody can speak that for it."""
    when = "a caller of {} chose to listen to it while phones ring"
    return tuple(
        Prompt(id=f"{SELF_HELP}{one}", zh="", en="", when=when.format(line.id)) for one in line.waiting.self_help
    )


def classes(line: Line, language: str, is_own: Callable[[str], bool]) -> Mapping[str, tuple[_Saying, ...]]:
    """The hold-music classes of `line`, without their twins: what is said in each before the music.

    :param is_own: whether the line has a recording of its own of a prompt.
    """
    plan = line.waiting
    said: dict[str, tuple[str, ...]] = {
        Music.GREET: _greeting(line, language, is_own),
        Music.GREET_NOTICE: (*_greeting(line, language, is_own), "recording-notice"),
        Music.RECORDING_AGREED: ("recording-agreed",),
        Music.RECORDING_REVOKED: ("recording-revoked",),
        Music.COMFORT: ("comfort",),
        Music.AGAIN: ("again",),
        Music.WAIT: (),
        Music.DIRECTORY: ("directory",),
        **{place_music(place): (f"place-{place}",) for place in range(MOST_PLACE + 1)},
    }
    if plan.offer is not None:
        said[Music.OFFER] = _offer(line, language, plan.offer.choices)
        choices = tuple(choice for choice in plan.offer.choices if choice is not Choice.CALLBACK)
        said[Music.OFFER_WITHHELD] = _offer(line, language, choices)
    several: tuple[str, ...] = ("self-help-more",) if len(plan.self_help) > 1 else ()
    for one in plan.self_help:
        if is_own(f"{SELF_HELP}{one}"):
            said[help_music(one)] = (*several, f"{SELF_HELP}{one}", "self-help-over")
    found: dict[str, tuple[_Saying, ...]] = {
        name: tuple((language, prompt) for prompt in prompts) for name, prompts in said.items()
    }
    if plan.languages:
        found[Music.LANGUAGES] = tuple(
            (each, prompt) for key, each in enumerate(plan.languages, 1) for prompt in (f"choose-{each}", f"n-{key}")
        )
    return found


def _greeting(line: Line, language: str, is_own: Callable[[str], bool]) -> tuple[str, ...]:
    emergency = line.waiting.emergency
    again = ("choose-again",) if line.waiting.languages else ()
    if emergency is None or EmergencyPlace.GREETING not in emergency.said_in:
        return ("greeting", *again)
    welcome = "greeting" if is_own("greeting") else "greeting-short"
    return (welcome, *_emergency(line, language), *again)


def _offer(line: Line, language: str, choices: Iterable[Choice]) -> tuple[str, ...]:
    emergency = line.waiting.emergency
    is_said = emergency is not None and EmergencyPlace.OFFER in emergency.said_in
    return ("offer", *(f"offer-{choice}" for choice in choices), *(_emergency(line, language) if is_said else ()))


def _emergency(line: Line, language: str) -> Iterator[str]:
    emergency = line.waiting.emergency
    assert emergency is not None
    yield "emergency"
    for number, digits in enumerate(emergency.numbers):
        if number and number == len(emergency.numbers) - 1:
            yield "or"
        yield from telephone(digits, language)


# ---- on disk


def link(folder: Path, lines: Iterable[Line]) -> tuple[Class, ...]:
    """Put the classes of `lines` together; returns all of them. Blocks on disk.

    :raises OSError: if the folder cannot be written.
    """
    found: list[Class] = []
    for line in lines:
        if not has_own(folder, line):
            continue
        for language in languages_of(line):
            place = folder_of(folder, line, language)
            made = classes(line, language, lambda prompt, place=place: _is_own(place, prompt))  # type: ignore[misc]
            for music, sayings in made.items():
                _link_class(place, music, sayings, language)
            _remove_others(place, made)
            twins = [(twin, music) for twin, music in TWINS.items() if music in made]
            found += [Class(name, place.name, music) for name, music in (*zip(made, made, strict=True), *twins)]
    return tuple(found)


def _is_own(place: Path, prompt: str) -> bool:
    return (place / "hotline" / f"{prompt}.wav").is_file()


def _link_class(place: Path, music: str, sayings: tuple[_Saying, ...], language: str) -> None:
    hold = place / f"hotline-{music}"
    hold.mkdir(parents=True, exist_ok=True)
    _unlink(hold)
    targets = [
        Path("../hotline") / f"{prompt}.wav"
        if spoken == language and _is_own(place, prompt)
        else Path("../..") / spoken / "hotline" / f"{prompt}.wav"
        for spoken, prompt in sayings
    ]
    for number, target in enumerate((*targets, MUSIC), start=1):
        (hold / f"{number:02}-{target.name}").symlink_to(target)


def _unlink(hold: Path) -> None:
    for entry in hold.iterdir():
        if entry.is_symlink():
            entry.unlink()


def _remove_others(place: Path, made: Mapping[str, object]) -> None:
    """Classes that the line had before; what somebody else put there stays."""
    for hold in place.glob("hotline-*"):
        if hold.name.removeprefix("hotline-") not in made:
            _unlink(hold)
            if not any(hold.iterdir()):
                hold.rmdir()


def classes_text(found: Iterable[Class]) -> str:
    """The configuration of those classes, for ``site/musiconhold-lines.conf``."""
    told = ["; made by `hotline prompts build --classes`: hold-music classes of lines with sounds of their own\n"]
    told += [
        f"\n[hotline-{one.name}-{one.place}]\nmode = files\n"
        f"directory = sounds/{one.place}/hotline-{one.music}\nsort = alpha\n"
        for one in found
    ]
    return "".join(told)


def own_sounds(folder: Path, lines: Iterable[Line]) -> tuple[OwnSounds, ...]:
    """What can be heard of `lines`, as it lies on disk. Blocks on disk; never raises."""
    return tuple(
        found
        for line in lines
        for language in languages_of(line)
        if (found := _own(folder_of(folder, line, language), line, language)) is not None
    )


def _own(place: Path, line: Line, language: str) -> OwnSounds | None:
    if not (place / f"hotline-{Music.GREET}").is_dir():
        return None
    lengths = {
        one: _length_s(place / "hotline" / f"{SELF_HELP}{one}.wav")
        for one in line.waiting.self_help
        if (place / f"hotline-{help_music(one)}").is_dir()
    }
    return OwnSounds(
        line=line.id,
        language=language,
        offers=(place / f"hotline-{Music.OFFER}").is_dir(),
        self_help=tuple(SelfHelp(id=one, length_s=length_s) for one, length_s in lengths.items() if length_s),
    )


def _length_s(path: Path) -> float | None:
    try:
        with wave.open(str(path), "rb") as sound:
            return round(sound.getnframes() / sound.getframerate(), 1)
    except (OSError, EOFError, wave.Error, ZeroDivisionError, RuntimeError):
        return None


def missing(folder: Path, line: Line) -> tuple[str, ...]:
    """What `line` promises and nobody would hear, in words for the doctor. Blocks on disk."""
    told: list[str] = []
    if line.waiting == NO_PLAN:
        return ()
    for language in languages_of(line):
        place = folder_of(folder, line, language)
        told += [
            f"{place.name}/hotline/{SELF_HELP}{one}.wav"
            for one in line.waiting.self_help
            if not _is_own(place, f"{SELF_HELP}{one}")
        ]
        wanted = {Music.GREET, *((Music.OFFER,) if line.waiting.offer else ())}
        wanted |= {Music.LANGUAGES} if line.waiting.languages else set()
        told += sorted(f"{place.name}/hotline-{music}" for music in wanted if not (place / f"hotline-{music}").is_dir())
    return tuple(told)

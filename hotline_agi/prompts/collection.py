"""A folder of sound files as Asterisk reads it, made and kept up to date from the catalogue.

```text
FOLDER/<language>/hotline/<id>.wav              Playback(hotline/<id>) in the channel's language
FOLDER/<language>/hotline/name-<volunteer>.wav  a volunteer's name, for the menu of the service number
FOLDER/<language>/hotline/label-<line>-<result>.wav  a line's own result of talks
FOLDER/<language>/hotline-greet/1-greeting.wav  → ../hotline/greeting.wav   hold music, sort=alpha: prompt, then music
FOLDER/<language>/hotline-greet/2-music.wav     → ../../music/hold.wav
FOLDER/music/hold.wav
FOLDER/hotline-prompts.json                     what we made
```

A hospital records its own prompts by putting files in these places. A file is ours only if its SHA-256 is in
``hotline-prompts.json``; every other file is a recording of theirs and is never written to. What we make is entered
there *before* it is moved into place: a run that is killed between the two cannot disown a file of ours.
"""

import hashlib
import json
import os
import tempfile
from collections.abc import Callable, Iterator, Sequence, Set
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import partial
from pathlib import Path

from hotline_agi.cache import Say, cache_root, locked, made_once, recipe_key
from hotline_agi.errors import SetupError
from hotline_agi.prompts import line_sounds, voice
from hotline_agi.prompts.catalogue import HOLD_CLASSES, HOLD_NOTICES, PROMPTS, TONES, Prompt
from hotline_agi.prompts.labels import is_label
from hotline_agi.prompts.names import Names, name_prompt, voice_of, whose
from hotline_agi.prompts.phrases import PHRASES
from hotline_agi.roster.model import Line
from hotline_agi.terms.languages import Language

MANIFEST = "hotline-prompts.json"
MUSIC = Path("music/hold.wav")
WORKERS = 4

Made = dict[str, dict[str, str]]
"""Path below the folder → SHA-256 of a file that we made there → key of what it was made from."""


class State(StrEnum):
    GENERATED = "generated"
    OUTDATED = "outdated"
    """Ours, but the catalogue says something else now: the next build makes it again."""
    OWN = "own recording"
    UNPLAYABLE = "own recording, not playable"
    """Not 8 kHz, mono, 16 bit: Asterisk would play silence. ``sox theirs.wav -r 8000 -c 1 -b 16 <path>`` mends it."""
    MISSING = "missing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """One file of the folder, for the list of what to record."""

    id: str
    language: str
    """``zh`` or ``en``; empty for the hold music, which all languages share."""
    text: str
    """What to say; empty for tones and music."""
    when: str
    path: Path
    state: State

    def as_json(self) -> dict[str, str]:
        return {
            "id": self.id, "language": self.language, "text": self.text, "when": self.when,
            "path": str(self.path), "state": self.state.value,
        }  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Build:
    """What a build did."""

    folder: Path
    made: tuple[Path, ...]
    own: tuple[Path, ...]
    """Recordings of the hospital: left as they are."""
    classes: tuple[line_sounds.Class, ...] = ()
    """Hold-music classes of lines with sounds of their own: Asterisk must be told of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Item:
    id: str
    language: str
    text: str
    when: str
    place: Path
    """Below the folder."""
    key: str
    write: Callable[[Path], None]


def inventory(
    folder: Path,
    music: Path | None = None,
    names: Names | None = None,
    *,
    lines: Sequence[Line] = (),
    more: Sequence[Prompt] = (),
) -> tuple[Recording, ...]:
    """Every file that callers and volunteers may hear from `folder`, with its state.

    `music` is the piece for the hold music; with `names` the volunteers' spoken names are in it, with `lines` what
    these have recorded of their own, or need to, and `more` prompts.
    """
    made = _read(folder)
    own = tuple(one for line in lines for one in _own_of(folder, line))
    return own + tuple(
        Recording(
            id=item.id, language=item.language, text=item.text, when=item.when,
            path=folder / item.place, state=_state(folder, item, made),
        )
        for item in _items(music, names, more)
    )  # fmt: skip


def build(
    folder: Path,
    music: Path | None = None,
    say: Say = lambda _: None,
    *,
    names: Names | None = None,
    lines: Sequence[Line] = (),
    more: Sequence[Prompt] = (),
) -> Build:
    """Make what is missing or outdated in `folder`, which is created if need be.

    `music` is the piece for the hold music in any format that sox reads; None makes a quiet chord. With `names` these
    are spoken too, and names that we spoke of others are removed; `more` is spoken besides. For `lines` with sounds of
    their own these are put together (`line_sounds.py`). Raises SetupError if espeak-ng or sox is missing or the folder
    cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with locked(folder, say):
            if names is not None:
                _forget_others(folder, names, {one.id for one in more})
            made = _build(folder, music, say, names, more)
            return replace(made, classes=line_sounds.link(folder, lines))
    except (PermissionError, FileExistsError, NotADirectoryError) as error:
        raise SetupError(
            f"{error.filename or folder} cannot be written: choose a folder that this user owns"
        ) from error


def shared_sounds(music: Path | None, say: Say = lambda _: None) -> Path:
    """The folder for development in this user's cache, made once. Raises SetupError."""
    keys = [f"{item.place}={item.key}" for item in _items(music)]
    place = cache_root() / f"sounds-{recipe_key(*keys, repr((HOLD_CLASSES, HOLD_NOTICES)), 'layout 1')}"

    def make(part: Path) -> None:
        build(part, music, say)

    return made_once(place, make, say=say)


def _own_of(folder: Path, line: Line) -> Iterator[Recording]:
    """Recordings of `line` alone: those that nobody can speak for it, and those that it has in the place of ours."""
    for language in line_sounds.languages_of(line):
        place = line_sounds.folder_of(folder, line, language)
        needed = {prompt.id: prompt for prompt in line_sounds.self_help_prompts(line)}
        common = {prompt.id: prompt for prompt in (*PROMPTS, *PHRASES)}
        there = {path.stem for path in (place / "hotline").glob("*.wav")}
        for name in (*needed, *sorted(there - needed.keys())):
            prompt, path = needed.get(name) or common.get(name), place / "hotline" / f"{name}.wav"
            playable = State.OWN if voice.is_playable(path) else State.UNPLAYABLE
            yield Recording(
                id=name, language=place.name, path=path, state=playable if name in there else State.MISSING,
                text=prompt.text(Language(language)) if prompt is not None else "",
                when=prompt.when if prompt is not None else "never: no prompt is called so",
            )  # fmt: skip


def _build(
    folder: Path, music: Path | None, say: Say, names: Names | None = None, more: Sequence[Prompt] = ()
) -> Build:
    made = _read(folder)
    states = {item: _state(folder, item, made) for item in _items(music, names, more)}
    wanted = [item for item, state in states.items() if state in (State.MISSING, State.OUTDATED)]
    if wanted:
        say(f"making {len(wanted)} sound files with espeak-ng and sox …")
        _make(folder, wanted, made)
    _link(folder)
    own = tuple(folder / item.place for item, state in states.items() if state in (State.OWN, State.UNPLAYABLE))
    return Build(folder=folder, made=tuple(folder / item.place for item in wanted), own=own)


def _make(folder: Path, wanted: list[_Item], made: Made) -> None:
    with tempfile.TemporaryDirectory(prefix=".part-", dir=folder) as parts:  # the same disk: a move is one step
        drafts = [(item, Path(parts) / f"{number}.wav") for number, item in enumerate(wanted)]
        with ThreadPoolExecutor(WORKERS) as workers:
            list(workers.map(lambda draft: draft[0].write(draft[1]), drafts))
        for item, draft in drafts:
            made.setdefault(str(item.place), {})[_sha256(draft)] = item.key
        _write(folder, made)
        for item, draft in drafts:
            if _state(folder, item, made) in (State.MISSING, State.OUTDATED):  # nobody put a recording there meanwhile
                _move(draft, folder / item.place)


def _forget_others(folder: Path, names: Names, more: Set[str]) -> None:
    """Remove what we spoke of people and of lines' own results that are not among these; a recording of their own
    stays."""
    made = _read(folder)
    gone = [place for place in made if (who := whose(Path(place).stem)) is not None and who not in names]
    gone += [place for place in made if is_label(stem := Path(place).stem) and stem not in more]
    for place in gone:
        path = folder / place
        if path.is_file() and _sha256(path) in made[place]:
            path.unlink()
        del made[place]
    if gone:
        _write(folder, made)


def _move(draft: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    draft.chmod(0o644)  # Asterisk reads it as another user
    draft.replace(target)


def _link(folder: Path) -> None:
    """Make the hold-music folders. An entry that is there stays: it may be a piece of the hospital's."""
    for language in Language:
        for name, prompt in HOLD_CLASSES.items():
            hold = folder / language / f"hotline-{name}"
            hold.mkdir(parents=True, exist_ok=True)
            said = (one for one in (prompt, HOLD_NOTICES.get(name)) if one is not None)
            entries = [(f"{one}.wav", Path("../hotline") / f"{one}.wav") for one in said]
            entries.append(("music.wav", Path("../..") / MUSIC))
            for number, (entry, target) in enumerate(entries, start=1):
                link = hold / f"{number}-{entry}"
                if not os.path.lexists(link):
                    link.symlink_to(target)


def _items(music: Path | None, names: Names | None = None, more: Sequence[Prompt] = ()) -> Iterator[_Item]:
    for language in Language:
        for prompt in (*PROMPTS, *PHRASES, *more):
            if prompt.text(language):
                yield _spoken(prompt, language, language)
        for who, name in (names or {}).items():
            yield _spoken(name_prompt(who, name), language, voice_of(name))
        for tone in TONES:
            yield _Item(
                id=tone.id, language=language.value, text="", when=tone.when,
                place=Path(language.value, "hotline", f"{tone.id}.wav"),
                key=recipe_key(voice.RECIPE, repr(tone)),
                write=partial(voice.sound, tone),
            )  # fmt: skip
    yield _Item(
        id="hold", language="", text="", when="between the prompts while the caller waits", place=MUSIC,
        key=recipe_key(voice.RECIPE, music.name if music else "chord"),
        write=partial(voice.music, music),
    )  # fmt: skip


def _spoken(prompt: Prompt, language: Language, speaker: Language) -> _Item:
    """A text for those who listen in `language`, read by the voice of `speaker`."""
    recipe = voice.PART_RECIPE if prompt.is_part else voice.RECIPE
    return _Item(
        id=prompt.id, language=language.value, text=prompt.text(language), when=prompt.when,
        place=Path(language.value, "hotline", f"{prompt.id}.wav"),
        key=recipe_key(recipe, speaker.value, prompt.text(language)),
        write=partial(voice.speak, prompt, speaker),
    )  # fmt: skip


def _state(folder: Path, item: _Item, made: Made) -> State:
    path = folder / item.place
    if not path.exists():
        return State.MISSING
    key = made.get(str(item.place), {}).get(_sha256(path))
    if key is None:
        return State.OWN if voice.is_playable(path) else State.UNPLAYABLE
    return State.GENERATED if key == item.key else State.OUTDATED


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _read(folder: Path) -> Made:
    """The manifest; empty if there is none. Raises SetupError if it is damaged, rather than disown or overwrite."""
    path = folder / MANIFEST
    try:
        files: Made = json.loads(path.read_text(encoding="utf-8"))["files"]
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise SetupError(
            f"{path} is damaged: remove it to keep all present files as own recordings, or remove the folder to make "
            "all prompts anew"
        ) from error
    return files


def _write(folder: Path, made: Made) -> None:
    text = json.dumps({"files": made}, indent=1, sort_keys=True) + "\n"
    draft = folder / f".{MANIFEST}.part"
    draft.write_text(text, encoding="utf-8")
    draft.replace(folder / MANIFEST)

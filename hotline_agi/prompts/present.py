"""Which of the menu's prompts are there to be heard. Blocks on disk: never on a call's way."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from hotline_agi.prompts.labels import is_label
from hotline_agi.prompts.names import whose
from hotline_agi.prompts.phrases import PHRASES
from hotline_agi.terms.ids import VolunteerId
from hotline_agi.terms.languages import Language


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptsPresent:
    """What a sounds folder holds, by language."""

    languages: frozenset[str] = frozenset(Language)
    """Those in which every sentence of the menu can be said."""
    names: Mapping[str, frozenset[VolunteerId]] = field(default_factory=dict)
    """Whose names can be said."""
    labels: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Which prompts for lines' own results there are."""


def look(folder: Path) -> PromptsPresent:
    """Look into Asterisk's sounds folder, in all formats that Asterisk plays: a file counts by its name alone.

    A folder that cannot be read is taken for whole but for the names: a service without the right to look must not
    make the menu silent.
    """
    found: dict[str, frozenset[str]] = {}
    for language in Language:
        try:
            found[language] = frozenset(path.stem for path in (folder / language / "hotline").iterdir())
        except OSError:
            found[language] = frozenset()
    whole = {
        language
        for language in Language
        if all(phrase.id in found[language] for phrase in PHRASES if phrase.text(language))
    }
    return PromptsPresent(
        languages=frozenset(whole or Language),
        names={
            language: frozenset(who for prompt in there if (who := whose(prompt)) is not None)
            for language, there in found.items()
        },
        labels={language: frozenset(filter(is_label, there)) for language, there in found.items()},
    )

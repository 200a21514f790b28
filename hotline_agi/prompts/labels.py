"""Names of a line's own results of talks as spoken prompts: ``label-<line>-<result>``, in each language's folder."""

from collections.abc import Mapping

from hotline_agi.prompts.catalogue import Prompt
from hotline_agi.roster.model import Roster
from hotline_agi.terms.languages import Language

PREFIX = "label-"

Labels = Mapping[str, Mapping[str, str]]
"""By prompt id: the texts by language."""


def labels_of(roster: Roster) -> Labels:
    """All that the lines of a roster name themselves."""
    return {
        f"{PREFIX}{line.id}-{one.id}": one.name
        for line in roster.lines.values()
        for one in line.results.list
        if one.is_own
    }


def label_prompt(prompt: str, texts: Mapping[str, str]) -> Prompt:
    return Prompt(
        id=prompt, zh=texts[Language.ZH], en=texts[Language.EN], when="a result of a talk, before its key", is_part=True
    )


def is_label(prompt: str) -> bool:
    return prompt.startswith(PREFIX)

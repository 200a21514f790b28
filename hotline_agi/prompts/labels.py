"""Names of a line's own results of talks as spoken prompts: ``label-<line>-<result>``, in each language's folder."""

from hotline_agi.prompts.catalogue import Prompt
from hotline_agi.roster.model import Roster
from hotline_agi.terms.languages import Language

PREFIX = "label-"


def label_prompts(roster: Roster) -> tuple[Prompt, ...]:
    """All that the lines of a roster name themselves."""
    return tuple(
        Prompt(
            id=f"{PREFIX}{line.id}-{one.id}",
            zh=one.name[Language.ZH],
            en=one.name[Language.EN],
            when="a result of a talk, before its key",
            is_part=True,
        )
        for line in roster.lines.values()
        for one in line.results.list
        if one.is_own
    )


def is_label(prompt: str) -> bool:
    return prompt.startswith(PREFIX)

"""Volunteers' names as spoken prompts: ``name-<volunteer id>``, in each language's folder."""

import re
from collections.abc import Mapping

from hotline_agi.prompts.catalogue import Prompt
from hotline_agi.terms.ids import VolunteerId, is_id
from hotline_agi.terms.languages import Language

PREFIX = "name-"
_HAN = re.compile(r"[\u3400-\u9fff]")

Names = Mapping[VolunteerId, str]
"""How each volunteer is called."""


def name_prompt(who: VolunteerId, name: str) -> Prompt:
    return Prompt(id=PREFIX + who, zh=name, en=name, when="a volunteer's name in the menu", is_part=True)


def voice_of(name: str) -> Language:
    """Who can read the name: an English voice reads Chinese characters as "Chinese letter", whoever listens."""
    return Language.ZH if _HAN.search(name) else Language.EN


def whose(prompt: str) -> VolunteerId | None:
    """The volunteer whose name a prompt id stands for; None for other prompts."""
    who = prompt.removeprefix(PREFIX)
    return VolunteerId(who) if prompt.startswith(PREFIX) and is_id(who) else None

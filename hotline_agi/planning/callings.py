"""What somebody typed for a person → who is meant: their id, or their name if nobody else has it."""

import re
from collections.abc import Iterable
from itertools import islice

from hotline_agi.errors import SetupError
from hotline_agi.roster.fields import nearest
from hotline_agi.roster.model import Roster
from hotline_agi.terms.ids import ID_PATTERN, VolunteerId

_WORD = re.compile(rf"(?<![a-z0-9-]){ID_PATTERN.pattern}(?![a-z0-9-])")


def person_called(roster: Roster, text: str) -> VolunteerId:
    """The person of this id or display name.

    :raises SetupError: if there is nobody, or more than one of this name; with those who may be meant.
    """
    if VolunteerId(text) in roster.volunteers:
        return VolunteerId(text)
    bearers = [one.id for one in roster.volunteers.values() if one.name == text.strip()]
    if len(bearers) == 1:
        return bearers[0]
    if bearers:
        raise SetupError(f"{text!r} is the name of several: say which by id: {', '.join(bearers)}")
    hint = nearest(text, [*roster.volunteers, *(one.name for one in roster.volunteers.values())])
    raise SetupError(f"there is no volunteer {text!r}: {hint or 'people.yaml lists their ids and names'}")


def names_in(texts: Iterable[str], roster: Roster, most: int = 20) -> list[str]:
    """``p002 刘洋``: what the first `most` people are called whose ids stand in `texts`, in the order of the texts."""
    words = (word for text in texts for word in _WORD.findall(text))
    people = (roster.volunteers.get(VolunteerId(word)) for word in dict.fromkeys(words))
    return [f"{one.id} {one.name}" for one in islice((one for one in people if one), most) if one.name != one.id]

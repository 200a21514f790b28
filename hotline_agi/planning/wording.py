"""People, days and reasons in words, Chinese and English, for the texts that coordinators read."""

from collections import Counter
from datetime import date, datetime
from unicodedata import east_asian_width

from hotline_agi.roster.model import Roster
from hotline_agi.roster.precedence import Basis
from hotline_agi.terms.ids import VolunteerId
from hotline_agi.terms.languages import Language

WEEKDAYS: dict[Language, tuple[str, ...]] = {
    Language.ZH: ("周一", "周二", "周三", "周四", "周五", "周六", "周日"),
    Language.EN: ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
}
NOBODY = {Language.ZH: "无", Language.EN: "nobody"}
BASIS: dict[Language, dict[Basis, str]] = {
    Language.ZH: {
        Basis.SWAP: "代 {other} 的班",
        Basis.STAND_IN: "顶替缺勤的 {other}",
        Basis.EXTRA: "加班",
        Basis.SICK: "病假",
        Basis.AWAY: "请假",
    },
    Language.EN: {
        Basis.SWAP: "swapped with {other}",
        Basis.STAND_IN: "stands in for {other}",
        Basis.EXTRA: "extra",
        Basis.SICK: "sick",
        Basis.AWAY: "away",
    },
}
"""What is not as the plan says; the other bases need no words."""


class Names:
    """What people are called in a text: by name, if its reader can read that; else, or if two share it, with the id."""

    def __init__(self, roster: Roster, language: Language) -> None:
        self.language = language
        self._people = roster.volunteers
        self._bearers = Counter(person.name for person in roster.volunteers.values())

    def __call__(self, who: VolunteerId) -> str:
        person = self._people.get(who)
        if person is None:
            return who
        if self.language is Language.EN and any(east_asian_width(character) in "WF" for character in person.name):
            return who
        return person.name if self._bearers[person.name] == 1 else f"{person.name} ({who})"

    def list(self, people: tuple[VolunteerId, ...]) -> str:
        """All of them in one line; "nobody" if there are none."""
        comma = "、" if self.language is Language.ZH else ", "
        return comma.join(map(self, people)) or NOBODY[self.language]

    def why(self, basis: Basis, other: VolunteerId | None) -> str:
        """Why somebody is in a place or lost it; empty if the plan says so."""
        phrase = BASIS[self.language].get(basis, "")
        return phrase.format(other=self(other) if other is not None else NOBODY[self.language])


def day_in_words(day: date, language: Language) -> str:
    """``Mon 11-23``, ``11-23 周一``."""
    weekday = WEEKDAYS[language][day.weekday()]
    return f"{day:%m-%d} {weekday}" if language is Language.ZH else f"{weekday} {day:%m-%d}"


def moment(local: datetime, language: Language) -> str:
    """``Mon 2026-11-23 12:00``, ``2026-11-23 周一 12:00``."""
    weekday = WEEKDAYS[language][local.weekday()]
    day = f"{local:%Y-%m-%d} {weekday}" if language is Language.ZH else f"{weekday} {local:%Y-%m-%d}"
    return f"{day} {time_of_day(local)}"


def time_of_day(local: datetime) -> str:
    """``02:30``; with its offset, ``02:30+01:00``, where the clock shows it twice on that day."""
    twice = local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()
    return local.isoformat(timespec="minutes")[len("2026-11-23T") :] if twice else f"{local:%H:%M}"


def stretch(start: datetime, end: datetime, language: Language) -> str:
    """Two local instants: ``Mon 2026-11-23 22:00-02:00``; the second with its day unless it ends within a day."""
    near = (end.replace(tzinfo=None) - start.replace(tzinfo=None)).total_seconds() <= 24 * 3600
    return f"{moment(start, language)}{'-' + time_of_day(end) if near else ' - ' + moment(end, language)}"

"""Random rosters for the laws of planning: two lines that share their people, around a clock change."""

from dataclasses import replace
from datetime import date, datetime
from random import Random
from zoneinfo import ZoneInfo

from hotline_agi.roster.model import Endpoint, EndpointKind, Line, Roster, Volunteer, Want
from hotline_agi.roster.plan import Need
from hotline_agi.terms.ids import EndpointId, LineId
from tests.roster.story import PEOPLE, Story

SOFTPHONE = Endpoint(id=EndpointId("sp"), kind=EndpointKind.SOFTPHONE, pjsip_name="sp", confirm=False)


class World:
    """`roster` has the lines `one` and `other`; the first changes its clock near `start`."""

    def __init__(self, seed: int, days: int = 4) -> None:
        story = Story(seed, days)
        random = Random(seed)
        self.start: datetime = story.start
        self.days = days
        self.zone = ZoneInfo(story.zone)
        self.first: date = story.start.astimezone(self.zone).date()
        self.one = _needy(story.line, random)
        self.other = replace(
            _needy(Story(seed + 1_000_000, days).line, random), id=LineId("other"), zone=self.zone, language="en"
        )
        people = {
            who: Volunteer(
                id=who,
                name=who.title(),
                languages=random.choice((("zh",), ("zh", "en"))),
                qualifications=random.choice(((), ("crisis",))),
                endpoints=random.choice(((), (SOFTPHONE,), (SOFTPHONE,))),
            )
            for who in PEOPLE
        }
        self.roster = Roster(lines={self.one.id: self.one, self.other.id: self.other}, volunteers=people)


def _needy(line: Line, random: Random) -> Line:
    """Slots that need this and that."""
    shifts = (
        replace(
            shift,
            need=Need(
                people=tuple(random.choice((0, 1, 1, 2, 3)) for _ in range(7)),
                languages=random.choice(({}, {}, {"en": 1})),
                qualifications=random.choice(({}, {}, {"crisis": 1})),
            ),
        )
        for shift in line.shifts
    )
    wants = random.choice(((), (Want(language="en"),), (Want(qualification="crisis"), Want(language="en", for_s=20.0))))
    return replace(line, shifts=tuple(shifts), wants=wants)

"""A small hotline for the menu's tests: people with PINs, a clock, and a machine that believes what it is told."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

from hotline_agi.dispatch.events import CoverAsked, Event, VolunteerPaused, VolunteerResumed
from hotline_agi.dispatch.stand_ins import StandIn
from hotline_agi.roster.model import Roster
from hotline_agi.selfservice.directory import Directory
from hotline_agi.selfservice.lockout import Lockout
from hotline_agi.selfservice.menu import Conversation, Outside, Saying
from hotline_agi.selfservice.state import Standing
from hotline_agi.terms.ids import CallerToken, VolunteerId
from hotline_agi.terms.instants import Now
from hotline_agi.terms.numbers import Pin
from hotline_agi.terms.standing import VolunteerState
from tests.dispatch.lines import BACKUP, line, person, roster, shift

LIN, WANG, ZHAO, BAO = (VolunteerId(who) for who in ("lin", "wang", "zhao", "bao"))
NINE = datetime(2020, 2, 5, 1, 0, tzinfo=UTC)
"""A Wednesday morning at nine in Wuhan: lin and wang are on shift until two."""
MORNING, EVENING = (time(8), time(14)), (time(18, 30), time(0))
FREE = (VolunteerState.AVAILABLE, None)


class CountingPin(Pin):
    """Counts how often it was compared."""

    __slots__ = ()
    looks = 0

    def matches(self, text: str) -> bool:
        CountingPin.looks += 1
        return super().matches(text)


PINS = {LIN: "271828", WANG: "31415926", BAO: "1414213562"}


def world(**changes: object) -> Roster:
    """lin and wang serve mornings, zhao evenings (of Saturday and Sunday), bao is the backup of mornings."""
    morning = shift(("lin", "wang"), ("bao",), slot="morning", start=MORNING[0], until=MORNING[1])
    evening = shift(("zhao",), (), slot="evening", start=EVENING[0], until=EVENING[1], weekdays=(5, 6))
    people = {who: person(who) for who in ("lin", "wang", "zhao", *BACKUP)}
    people["lin"] = replace(people["lin"], languages=("en", "zh"))
    for who, pin in PINS.items():
        people[who] = replace(people[who], pin=CountingPin(pin))
    return roster(line(shifts=(morning, evening), **changes), people=people.values())


class House:
    """The outside of all conversations, with a clock that is turned by hand."""

    def __init__(self, known: Roster | None = None) -> None:
        self.roster = known or world()
        self.at = NINE
        self.lockout = Lockout()
        self.standings: dict[VolunteerId, Standing] = {}
        self.stand_ins: list[StandIn] = []
        self.events: list[Event] = []
        self.names = {"zh": frozenset(self.roster.volunteers), "en": frozenset({LIN, WANG})}
        self.languages = frozenset({"zh", "en"})

    @property
    def now_s(self) -> float:
        return 1e6 + (self.at - NINE).total_seconds()

    def wait(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)
        for who, (_, until_at) in list(self.standings.items()):
            if until_at is not None and until_at <= self.at:
                del self.standings[who]

    def outside(self) -> Outside:
        return Outside(
            directory=Directory.of(self.roster),
            line=next(iter(self.roster.lines.values())),
            now=Now(self.now_s, self.at),
            standing=lambda who: self.standings.get(who, FREE),
            stand_ins=lambda: self.stand_ins,
            tell=self.tell,
            lockout=self.lockout,
            languages=self.languages,
            names=self.names,
        )

    def tell(self, event: Event) -> None:
        self.events.append(event)
        match event:
            case VolunteerPaused(volunteer=who, for_s=for_s):
                until_at = None if for_s is None else self.at + timedelta(seconds=for_s)
                self.standings[who] = (VolunteerState.PAUSED, until_at)
            case VolunteerResumed(volunteer=who):
                self.standings.pop(who, None)
            case CoverAsked():
                pass
            case _:
                raise AssertionError(event)


class Call:
    """One call to the service number, from a telephone of somebody known or of nobody."""

    def __init__(self, house: House, who: str | None = None, telephone: str = "box") -> None:
        self.house = house
        self.conversation = Conversation(who=VolunteerId(who) if who else None, caller=CallerToken(telephone))
        self.said: list[Saying] = [self.conversation.begin(house.outside())]

    def press(self, *keys: str | None) -> list[str]:
        """Press, one question after the other; the words of the last answer."""
        for one in keys:
            self.said.append(self.conversation.pressed(self.house.outside(), one))
        return self.words

    @property
    def words(self) -> list[str]:
        return list(self.said[-1].words)

    @property
    def is_over(self) -> bool:
        return self.said[-1].is_last

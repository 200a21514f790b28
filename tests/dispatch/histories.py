"""Histories of machines as lines, with rosters that know nobody's number."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from hotline_agi.dispatch.codec import News, RosterUsed
from hotline_agi.dispatch.commands import Command
from hotline_agi.dispatch.memory import NOTHING
from hotline_agi.dispatch.replay import Beginning, Step, line_of
from hotline_agi.roster.model import Endpoint, Roster
from hotline_agi.terms.instants import Now
from tests.dispatch.play import Story


@dataclass(frozen=True)
class History:
    beginning: Beginning
    lines: list[str]
    rosters: dict[str, Roster]


def history_of(story: Story) -> History:
    """What a story that was played would stand in a journal as."""
    rosters = {"r0": blind(story.first_roster)}
    lines = []
    for number, ((news, now), commands) in enumerate(zip(story.history, story.commands, strict=True), start=1):
        told: News | None
        if isinstance(news, Roster):
            digest = f"r{len(rosters)}"
            rosters[digest] = blind(news)
            told = RosterUsed(digest=digest)
        else:
            told = news
        lines.append(_line(number, told, now, commands))
    beginning = Beginning(boot=1, now=story.began_at, roster="r0", memory=NOTHING)
    return History(beginning, lines, rosters)


def _line(number: int, news: News | None, now: Now, commands: Iterable[Command]) -> str:
    return line_of(Step(number=number, news=news, now=now, commands=tuple(commands)))


def blind(roster: Roster) -> Roster:
    """The roster as one reads it without contacts."""
    return Roster(
        lines={
            line.id: replace(line, transfer=_blind(line.transfer) if line.transfer else None)
            for line in roster.lines.values()
        },
        volunteers={
            one.id: replace(one, endpoints=tuple(map(_blind, one.endpoints)), pin=None)
            for one in roster.volunteers.values()
        },
    )


def _blind(endpoint: Endpoint) -> Endpoint:
    return replace(endpoint, number=None)

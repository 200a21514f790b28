"""A machine's history as lines of text, and the proof that the same history gives the same commands, byte for byte.

    mono_s TAB at TAB news TAB commands
    81234.518 	2026-02-05T04:00:00.120503+00:00	{"is":"CallArrived",…}	[{"is":"OpenRecord",…},…]

The news is ``null`` where a deadline was due. What a machine does depends on these lines, on how it began (`Beginning`)
and on the texts of the rosters, and on nothing else: no clock, no random number, no number of a person, no order in
which Python happens to hash.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from hotline_agi.dispatch.codec import News, RosterUsed, all_to_json, news_of, to_json
from hotline_agi.dispatch.commands import Command
from hotline_agi.dispatch.machine import Machine
from hotline_agi.dispatch.memory import Memory
from hotline_agi.roster.model import Roster
from hotline_agi.terms.instants import Now

DEADLINE = "null"


@dataclass(frozen=True, slots=True, kw_only=True)
class Beginning:
    """How a machine was made."""

    boot: int
    now: Now
    roster: str
    """The digest of its texts."""
    memory: Memory


@dataclass(frozen=True, slots=True)
class Step:
    """One step that a machine took."""

    number: int
    """From 1."""
    news: News | None
    """None: a deadline was due."""
    now: Now
    commands: Sequence[Command]


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One line, read back; the commands stay text, for they are compared and not carried out."""

    news: News | None
    now: Now
    commands: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """The first step at which the replay did something else."""

    number: int
    at: datetime
    news: str
    recorded: str
    replayed: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a replay found."""

    steps: int
    """So many gave the same commands."""
    commands: int
    difference: Difference | None = None
    trouble: str = ""
    """Why the replay could not go on after `steps`, in a sentence; empty: it came to the end."""

    @property
    def proved(self) -> bool:
        return self.difference is None and not self.trouble


def line_of(step: Step) -> str:
    """One line, without a line feed."""
    news = DEADLINE if step.news is None else to_json(step.news)
    return f"{step.now.mono_s!r}\t{step.now.at.isoformat()}\t{news}\t{all_to_json(step.commands)}"


def told_by(line: str) -> Told:
    """The inverse of `line_of`.

    :raises ValueError: if the line is not one of this version.
    """
    mono_s, at, news, commands = line.split("\t")
    return Told(
        news=None if news == DEADLINE else news_of(news),
        now=Now(float(mono_s), datetime.fromisoformat(at)),
        commands=commands,
    )


def replay(
    beginning: Beginning,
    lines: Iterable[str],
    roster_of: Callable[[str], Roster],
    machine: Callable[..., Machine] = Machine,
) -> Report:
    """Let a new machine live through `lines`, and compare what it wants done.

    :param roster_of: the roster of a digest, without anybody's number; it may raise LookupError with a sentence.
    """
    steps = commands = 0
    try:
        again = machine(roster_of(beginning.roster), boot=beginning.boot, now=beginning.now, memory=beginning.memory)
        for line in lines:
            told = told_by(line)
            done = _done(again, told, roster_of)
            if done != told.commands:
                news = line.split("\t")[2]
                difference = Difference(
                    number=steps + 1, at=told.now.at, news=news, recorded=told.commands, replayed=done
                )
                return Report(steps=steps, commands=commands, difference=difference)
            steps += 1
            commands += len(json.loads(done))
    except LookupError as error:
        return Report(steps=steps, commands=commands, trouble=str(error.args[0]))
    except ValueError as error:
        return Report(steps=steps, commands=commands, trouble=f"step {steps + 1} cannot be read: {error}")
    return Report(steps=steps, commands=commands)


def _done(machine: Machine, told: Told, roster_of: Callable[[str], Roster]) -> str:
    """What the machine wants done at one step, as text; a machine that raises has done something else, too."""
    news = told.news
    roster = roster_of(news.digest) if isinstance(news, RosterUsed) else None
    try:
        match news:
            case None:
                return all_to_json(machine.handle_deadline(told.now))
            case RosterUsed():
                assert roster is not None
                return all_to_json(machine.use_roster(roster, told.now))
            case _:
                return all_to_json(machine.handle(news, told.now))
    except Exception as error:
        return f"{type(error).__name__} was raised"

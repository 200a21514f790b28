"""The seam to the machine in virtual time: events are told at an instant of the agenda, commands carried out."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from hotline_agi.dispatch.commands import Command
from hotline_agi.dispatch.events import Event
from hotline_agi.dispatch.machine import Machine
from hotline_agi.roster.model import Roster
from hotline_agi.simulation.agenda import Agenda
from hotline_agi.terms.ids import NodeId
from hotline_agi.terms.instants import Now

NODE = NodeId("pbx1")
MOMENT_S = 0.005
"""What Asterisk takes for small things: to make a channel ring, to join two, to hang up."""
GUARD_S = 3.0
"""How long the dialplan waits for an answer of the machine."""


class Seam:
    """One machine, and who carries out its commands, by their type; a type without anybody is let pass.

    Whoever carries out a command only makes plans, so that no event is told within another.
    """

    def __init__(self, agenda: Agenda, roster: Roster, begins_at: datetime, machine: Callable[..., Machine]) -> None:
        self.agenda = agenda
        self._begins_at = begins_at
        self._machine = machine(roster, boot=1, now=self._now())
        self.carry: dict[type[Command], Callable[[Any], None]] = {}
        self.steps = 0

    def tell(self, event: Event) -> None:
        self.steps += 1
        self._do(self._machine.handle(event, self._now()))

    def next_deadline(self) -> float | None:
        return self._machine.next_deadline()

    def deadline(self, due_s: float) -> None:
        """Let the machine do what is due."""
        self.agenda.now_s = max(self.agenda.now_s, due_s)
        self.steps += 1
        self._do(self._machine.handle_deadline(self._now()))

    def _now(self) -> Now:
        now_s = self.agenda.now_s
        return Now(now_s, self._begins_at + timedelta(seconds=now_s))

    def _do(self, commands: list[Command]) -> None:
        for command in commands:
            carry = self.carry.get(type(command))
            if carry is not None:
                carry(command)

"""A service that stood still (SIGSTOP, a suspended machine) reads what came meanwhile before its deadlines count."""

import asyncio
import socket
from types import SimpleNamespace
from typing import Any, cast

from hotline_agi.service import loop as service_loop
from hotline_agi.service.loop import Service
from hotline_agi.service.watchers import Watchers


class Desk:
    """A service without anything around it but one deadline; writes down what it does."""

    def __init__(self, due_s: float) -> None:
        self.did: list[str] = []
        self.due_s: float | None = due_s
        self.service = Service.__new__(Service)
        service = cast(Any, self.service)
        service._machine = SimpleNamespace(next_deadline=lambda: self.due_s, handle_deadline=self._deadline)
        service._journal = SimpleNamespace(write_step=lambda *_: None)
        service._loop_time = asyncio.get_running_loop().time
        service._watchers = Watchers(saw=(), heard=())
        service._events, service._carrying_out, service._timer, service._caught_up = [], False, None, False

    def _deadline(self, _: object) -> list[object]:
        self.did.append("deadline")
        self.due_s = None
        return []

    def event(self) -> None:
        self.did.append("event")


def test_a_late_deadline_lets_in_what_came_meanwhile() -> None:
    async def story() -> None:
        loop = asyncio.get_running_loop()
        desk = Desk(loop.time() - 20.0)
        here, there = socket.socketpair()
        with here, there:
            loop.add_reader(here, lambda: (here.recv(1), desk.event()))
            there.send(b"x")
            desk.service._wake()  # as the loop does after SIGCONT: timers first
            assert desk.did == []
            async with asyncio.timeout(2.0):
                while "deadline" not in desk.did:
                    await asyncio.sleep(service_loop.CATCH_UP_S)
            loop.remove_reader(here)
        assert desk.did == ["event", "deadline"]

    asyncio.run(story())


def test_a_deadline_in_time_counts_at_once() -> None:
    async def story() -> None:
        desk = Desk(asyncio.get_running_loop().time())
        desk.service._wake()
        assert desk.did == ["deadline"]

    asyncio.run(story())

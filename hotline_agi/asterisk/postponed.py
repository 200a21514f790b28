"""Questions that wait a moment for the AMI link: one that was lost just now may be back before the guard is over."""

import asyncio
import time
from collections.abc import Callable
from math import inf

from hotline_agi.asterisk.fastagi import AgiSession

LINK_WAIT_S = 2.3
"""So long after the link was lost a question waits for it: below the dialplan's guard of 3 s, and our own 2.5 s; the
third attempt to connect comes 1.75 s after the loss, give or take a fifth."""


class Postponed:
    """`ask` gets each question again when the link is up; `refuse` those that waited in vain."""

    def __init__(self, ask: Callable[[AgiSession], None], refuse: Callable[[AgiSession], None]) -> None:
        self._ask, self._refuse = ask, refuse
        self._timers: dict[AgiSession, asyncio.TimerHandle] = {}
        self._lost_s = -inf

    def link_lost(self) -> None:
        self._lost_s = time.monotonic()

    def take(self, session: AgiSession) -> None:
        """There is no link now. Without one nobody can be rung: after a while the dialplan's own plan is better than
        silence."""
        patience_s = self._lost_s + LINK_WAIT_S - time.monotonic()
        if patience_s <= 0:
            self._refuse(session)
            return
        self._timers[session] = asyncio.get_running_loop().call_later(patience_s, self._in_vain, session)
        session.on_closed = self._forget

    def link_is_up(self) -> None:
        """Whoever asked meanwhile is answered."""
        for session in list(self._timers):
            self._forget(session)
            self._ask(session)

    def _in_vain(self, session: AgiSession) -> None:
        self._forget(session)
        self._refuse(session)

    def _forget(self, session: AgiSession) -> None:
        session.on_closed = None
        timer = self._timers.pop(session, None)
        if timer is not None:
            timer.cancel()

"""How often wrong PINs may be tried from telephones that nobody knows.

Six digits are a million: at `MOST_OF_ALL` tries an hour somebody who guesses finds one of a hundred PINs after 500
hours on average. Who is known by their number or endpoint needs no PIN and is never locked out.

A restart of the service forgets this, on purpose: nobody outside can bring one about, and each gives `MOST_OF_ALL`
tries more, where 480 a day are allowed anyway; to remember it, numbers of strangers would have to be kept on disk.
"""

from collections import deque

from hotline_agi.terms.ids import CallerToken

WINDOW_S = 3600.0
MOST_OF_ONE = 5
MOST_OF_ALL = 20


class Lockout:
    """Remembers wrong PINs of one hour: `MOST_OF_ALL` of them at most, since then none is taken any more."""

    def __init__(self) -> None:
        self._wrong: deque[tuple[float, CallerToken]] = deque()
        self._locked: dict[CallerToken, float] = {}
        """Until when, in monotonic seconds."""
        self._all_locked_until_s = 0.0

    def may_try(self, caller: CallerToken, now_s: float) -> bool:
        """Whether a PIN of this caller is looked at now."""
        self._forget(now_s)
        return now_s >= self._all_locked_until_s and caller not in self._locked

    def wrong(self, caller: CallerToken, now_s: float) -> None:
        """A PIN of this caller was looked at and was nobody's."""
        self._forget(now_s)
        self._wrong.append((now_s, caller))
        if sum(who == caller for _, who in self._wrong) >= MOST_OF_ONE:
            self._locked[caller] = now_s + WINDOW_S
        if len(self._wrong) >= MOST_OF_ALL:
            self._all_locked_until_s = now_s + WINDOW_S

    def _forget(self, now_s: float) -> None:
        while self._wrong and self._wrong[0][0] <= now_s - WINDOW_S:
            self._wrong.popleft()
        for caller in [caller for caller, until_s in self._locked.items() if until_s <= now_s]:
            del self._locked[caller]

    def __len__(self) -> int:
        """How many things are remembered."""
        return len(self._wrong) + len(self._locked)

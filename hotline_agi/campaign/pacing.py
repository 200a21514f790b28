"""How many calls may be placed now. The hotline comes first: what is left of the trunk, less a reserve for callers and
for volunteers' mobiles, is a campaign's; and while somebody waits on a line, nothing is placed at all.
"""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

HOUR_S = 3600.0
CONGESTED_IN_A_ROW = 4
"""So many calls for which the trunk had no room: it is full, or down, and more would only keep it so."""
CONGESTED_FIRST_S, CONGESTED_MOST_S = 30.0, 600.0
BURST = 1.0
"""Calls that may be placed at once after a while without any."""


class Hold(StrEnum):
    """Why nothing is placed now; the first that holds."""

    STOPPED = "stopped"
    PAUSED = "paused"
    HOURS = "outside the hours"
    LINK = "no link to Asterisk"
    STAFF = "nobody on shift"
    CALLERS = "callers wait"
    CONGESTED = "the trunk refuses calls"
    PER_HOUR = "calls per hour"
    CHANNELS = "channels of the campaign"
    TRUNK = "the trunk is in use"
    RATE = "calls per second"
    NOBODY_DUE = "nobody is due"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Of the settings; a campaign may ask for less."""

    channels: int
    """Calls of campaigns at once."""
    trunk_channels: int
    """Of the trunk, as the carrier gives them."""
    reserve: int
    """So many stay free for the hotline."""
    calls_per_second: float
    calls_per_hour: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Traffic:
    """What Asterisk has on the trunk."""

    in_use: int
    """Channels of the trunk, whoever's."""
    ours_seen: int
    """Those of them that are calls of the campaign."""
    callers_wait: int
    """Callers in a holding bridge."""


@dataclass(slots=True)
class Pacing:
    """Counts what was placed. Instants are monotonic seconds."""

    limits: Limits
    _allowance: float = BURST
    _refilled_s: float | None = None
    _hour: deque[float] = field(default_factory=deque)
    _congested: int = 0
    _held_until_s: float = float("-inf")

    def recall(self, placed_s: Iterable[float]) -> None:
        """Calls of before the start: a restart is no way round the limit of an hour."""
        self._hour.extend(sorted(placed_s))

    def room(self, traffic: Traffic, in_flight: int, now_s: float) -> tuple[int, Hold | None]:
        """How many may be placed now, and if none, why.

        :param in_flight: calls that were placed and are not over; some may have no channel yet.
        """
        self._refill(now_s)
        if traffic.callers_wait > 0:
            return 0, Hold.CALLERS
        if now_s < self._held_until_s:
            return 0, Hold.CONGESTED
        unseen = max(0, in_flight - traffic.ours_seen)
        rooms = {
            Hold.PER_HOUR: self.limits.calls_per_hour - len(self._hour),
            Hold.CHANNELS: self.limits.channels - in_flight,
            Hold.TRUNK: self.limits.trunk_channels - self.limits.reserve - traffic.in_use - unseen,
            Hold.RATE: int(self._allowance + 1e-9),
        }
        why = min(rooms, key=lambda one: rooms[one])
        return (rooms[why], None) if rooms[why] > 0 else (0, next(one for one in rooms if rooms[one] <= 0))

    def placed(self, now_s: float) -> None:
        self._allowance -= 1.0
        self._hour.append(now_s)

    def ended(self, *, congested: bool, now_s: float) -> None:
        """A call is over; `congested`: the trunk had no room for it."""
        if not congested:
            self._congested = 0
            return
        self._congested += 1
        beyond = self._congested - CONGESTED_IN_A_ROW
        if beyond >= 0 and now_s >= self._held_until_s:
            self._held_until_s = now_s + min(CONGESTED_MOST_S, CONGESTED_FIRST_S * 2.0 ** min(beyond, 10))

    def next_s(self, now_s: float) -> float:
        """When another call may be due at the soonest."""
        missing = max(0.0, 1.0 - self._allowance)
        return max(now_s + missing / self.limits.calls_per_second, self._held_until_s)

    def _refill(self, now_s: float) -> None:
        since_s = self._refilled_s if self._refilled_s is not None else now_s
        self._allowance = min(BURST, self._allowance + max(0.0, now_s - since_s) * self.limits.calls_per_second)
        self._refilled_s = now_s
        while self._hour and self._hour[0] <= now_s - HOUR_S:
            self._hour.popleft()

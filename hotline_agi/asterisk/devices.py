"""Which softphones can be rung: Asterisk's device states → `DeviceChanged`. Pure; remembers what was said last.

What Asterisk 22 does with the device state of a PJSIP endpoint, as measured with this project's `pjsip.conf`
(`qualify_frequency` 30 s, `qualify_timeout` 3 s, `device_state_busy_at` 1):

- a phone that registers is NOT_INUSE within 10 ms, one that unregisters UNAVAILABLE likewise;
- a phone that vanishes without a word becomes UNAVAILABLE at the next OPTIONS that it does not answer: after 3 to 33 s;
  as soon as it registers again it is NOT_INUSE, though its old contact is still listed;
- from the INVITE of any call through this Asterisk, ours or the phone's own, it is BUSY until that channel is gone. A
  talk on another account of the same app is not seen: the phone says so itself, with 486;
- every configured endpoint is in the list from Asterisk's start on, UNAVAILABLE until its phone registers;
- after a restart Asterisk knows the contacts that it had, and can ring them, but calls them UNAVAILABLE until it has
  asked them: each at some time within `qualify_frequency`. So for `FRESH_S` after a start UNAVAILABLE is believed only
  of phones that were heard of since.

The list needs the write class `call`, the events the read class `call`: both of which the service has anyway.
"""

import re
from collections.abc import Iterable, Iterator
from math import inf

from hotline_agi.asterisk.ami import AmiMessage
from hotline_agi.dispatch.events import DeviceChanged
from hotline_agi.terms.ids import ID_PATTERN, EndpointId, NodeId

FRESH_S = 45.0
"""`qualify_frequency` and `qualify_timeout` of `pjsip.conf`, and some."""
STATES_KEPT = 10_000
"""Endpoints whose state is remembered; beyond, memory begins anew and a state is told once more than needed."""

_SAME_START_S = 5.0
_DEVICE = re.compile(rf"PJSIP/({ID_PATTERN.pattern})")
_REACHABLE_BUSY = {
    "NOT_INUSE": (True, False),
    "UNAVAILABLE": (False, False),
    "INVALID": (False, False),
    "INUSE": (True, True),
    "BUSY": (True, True),
    "RINGING": (True, True),
    "RINGINUSE": (True, True),
    "ONHOLD": (True, True),
}
"""States by their names in AMI (`main/devicestate.c`). UNKNOWN says nothing, so nothing is told of it."""


class Devices:
    """The softphones of one Asterisk."""

    def __init__(self, node: NodeId) -> None:
        self._node = node
        self._told: dict[EndpointId, tuple[bool, bool]] = {}
        self._heard: set[EndpointId] = set()
        """Reachable at some time since Asterisk was started."""
        self._started_s = -inf

    def started(self, at_s: float) -> None:
        """Asterisk says since when it runs (monotonic seconds, give or take one)."""
        if abs(at_s - self._started_s) > _SAME_START_S:
            self._started_s = at_s
            self._heard.clear()

    def fresh_for_s(self, now_s: float) -> float:
        """How long Asterisk may still not have asked all its phones: seconds; 0 once it has."""
        return max(0.0, self._started_s + FRESH_S - now_s)

    def changed(self, message: AmiMessage, now_s: float) -> Iterator[DeviceChanged]:
        """What one ``DeviceStateChange`` tells that was not told before; nothing for what is no softphone's state."""
        device = _DEVICE.fullmatch(str(message.get("Device", "")))
        state = _REACHABLE_BUSY.get(str(message.get("State", "")))
        if device is None or state is None:
            return
        endpoint, (reachable, busy) = EndpointId(device[1]), state
        if reachable:
            if len(self._heard) < STATES_KEPT:
                self._heard.add(endpoint)
        elif endpoint not in self._heard and self.fresh_for_s(now_s) > 0:
            return
        if self._told.get(endpoint) == state:
            return
        if len(self._told) >= STATES_KEPT:
            self._told.clear()
        self._told[endpoint] = state
        yield DeviceChanged(node=self._node, endpoint=endpoint, reachable=reachable, busy=busy)

    def listed(self, rows: Iterable[AmiMessage], now_s: float) -> Iterator[DeviceChanged]:
        """What a whole list tells after a gap: of every softphone, whether it changed or not."""
        before, self._told = self._told, {}
        for row in rows:
            yield from self.changed(row, now_s)
        if self.fresh_for_s(now_s) > 0:  # a talk or a silence from before the start is over, whatever comes next
            for endpoint in sorted(before.keys() - self._told.keys()):
                self._told[endpoint] = (True, False)
                yield DeviceChanged(node=self._node, endpoint=endpoint, reachable=True, busy=False)

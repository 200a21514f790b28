"""Which softphones can be rung: Asterisk's device states → `DeviceChanged`. Pure; remembers what was said last.

What Asterisk 22 does with the device state of a PJSIP endpoint, as measured with this project's `pjsip.conf`
(`qualify_frequency` 30 s, `qualify_timeout` 3 s, `device_state_busy_at` 1):

- a phone that registers is NOT_INUSE within 10 ms, one that unregisters UNAVAILABLE likewise;
- a phone that vanishes without a word becomes UNAVAILABLE at the next OPTIONS that it does not answer: after 3 to 33 s;
  as soon as it registers again it is NOT_INUSE, though its old contact is still listed;
- from the INVITE of any call through this Asterisk, ours or the phone's own, it is BUSY until that channel is gone. A
  talk on another account of the same app is not seen: the phone says so itself, with 486;
- every configured endpoint is in the list from Asterisk's start on, UNAVAILABLE until its phone registers.

The list needs the write class `call`, the events the read class `call`: both of which the service has anyway.
"""

import re
from collections.abc import Iterable, Iterator

from hotline_agi.asterisk.ami import AmiMessage
from hotline_agi.dispatch.events import DeviceChanged
from hotline_agi.terms.ids import ID_PATTERN, EndpointId, NodeId

STATES_KEPT = 10_000
"""Endpoints whose state is remembered; beyond, memory begins anew and a state is told once more than needed."""

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

    def changed(self, message: AmiMessage) -> Iterator[DeviceChanged]:
        """What one ``DeviceStateChange`` tells that was not told before; nothing for what is no softphone's state."""
        device = _DEVICE.fullmatch(str(message.get("Device", "")))
        state = _REACHABLE_BUSY.get(str(message.get("State", "")))
        if device is None or state is None:
            return
        endpoint = EndpointId(device[1])
        if self._told.get(endpoint) == state:
            return
        if len(self._told) >= STATES_KEPT:
            self._told.clear()
        self._told[endpoint] = state
        reachable, busy = state
        yield DeviceChanged(node=self._node, endpoint=endpoint, reachable=reachable, busy=busy)

    def listed(self, rows: Iterable[AmiMessage]) -> Iterator[DeviceChanged]:
        """What a whole list tells after a gap: of every softphone, whether it changed or not."""
        self._told.clear()
        for row in rows:
            yield from self.changed(row)

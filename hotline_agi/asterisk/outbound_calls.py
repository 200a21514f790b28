"""Calls of campaigns in one Asterisk: placed by `Originate`, followed until they are over, and how busy the trunk is.

Nothing is sent twice: a call whose `Originate` was not answered is as good as placed, and what became of it is learned
from its `Hangup`, or from taking stock.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from hotline_agi.asterisk.ami import AmiLink, AmiMessage
from hotline_agi.asterisk.dial_rules import DialRules
from hotline_agi.asterisk.envelope import RefusalReason, refusal_of
from hotline_agi.campaign.model import Outcome
from hotline_agi.campaign.pacing import Traffic
from hotline_agi.log import logger
from hotline_agi.terms.causes import Cause
from hotline_agi.terms.numbers import PhoneNumber

PREFIX = "camp-"
"""The ids of our channels begin so; `hotline-campaigns` in hotline/manager.conf and an event filter of the service rely
on it."""
STOCK_TIMEOUT_S = 5.0
_ATTEMPT = re.compile(r"camp-[0-9a-f]{14}")
_BUSY = frozenset({Cause.USER_BUSY, Cause.CALL_REJECTED})
_CONGESTED = frozenset({Cause.CONGESTION, Cause.FAILURE, Cause.CHANNEL_UNAVAIL, 41, 42, 47})
"""Q.850: 41 temporary failure, 42 switching equipment congestion, 47 resource unavailable."""
_UNREACHABLE = frozenset({Cause.UNALLOCATED, 2, 3, Cause.SUBSCRIBER_ABSENT, 22, Cause.DESTINATION_OUT_OF_ORDER, 28})
"""Q.850: 2 and 3 no route, 22 number changed, 28 invalid number format."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrunkUse:
    """Where people are rung, and what is shown there."""

    endpoint: str
    """PJSIP endpoint over which they are rung."""
    endpoints: frozenset[str]
    """All that use up the carrier's channels, that one included."""
    caller_id: str
    """E.g. ``"Hotline" <02787654321>``."""
    agi: str
    """``agi://HOST:PORT`` of the campaign's questions."""


class OutboundCalls:
    """Give its `on_message` the link's events. `ended` hears of the end of each call that was never answered, and of
    the hang-up of others, by the id of the attempt."""

    def __init__(
        self,
        use: TrunkUse,
        *,
        rules: DialRules,
        home: str | None,
        ended: Callable[[str, Outcome], None],
        changed: Callable[[], None],
    ) -> None:
        """`changed` hears that there may be more room, or less."""
        self.link: AmiLink | None = None
        self._use, self._rules, self._home = use, rules, home
        self._ended, self._changed = ended, changed
        self._names = tuple(f"PJSIP/{endpoint}-" for endpoint in use.endpoints)
        self._channels: set[str] = set()
        """Unique ids of the trunk's channels."""
        self._waiting: set[str] = set()
        """Of callers in a holding bridge."""

    # ---- placing

    def place(self, attempt: str, number: PhoneNumber, ring_s: int) -> RefusalReason | None:
        """Ring `number` now, or say why it must not be rung. What becomes of it is told by `ended`.

        :raises LinkLost: if there is no link: it was certainly not placed.
        """
        refusal = refusal_of(number, self._rules, self._home)
        if refusal is not None:
            return refusal
        assert self.link is not None

        def heard(answer: AmiMessage | None) -> None:
            if answer is not None and answer.get("Response") == "Error":
                logger.error("asterisk did not place a campaign's call", why=str(answer.get("Message", "")))
                self._ended(attempt, Outcome.CONGESTED)

        self.link.send(
            (
                ("Action", "Originate"),
                ("Channel", f"PJSIP/{number.reveal()}@{self._use.endpoint}"),
                ("ChannelId", attempt),
                ("Context", "hotline-campaign"),
                ("Exten", "call"),
                ("Priority", "1"),
                ("Timeout", str(ring_s * 1000)),
                ("CallerID", self._use.caller_id),
                ("Async", "true"),
                ("Variable", f"HOTLINE_CAMPAIGN_AGI={self._use.agi}"),
            ),
            heard,
        )
        return None

    # ---- following

    def on_message(self, message: AmiMessage) -> None:
        """One AMI event."""
        uniqueid, name = str(message.get("Uniqueid", "")), str(message.get("Channel", ""))
        match message["Event"]:
            case "Newchannel" if name.startswith(self._names):
                self._channels.add(uniqueid)
            case "Hangup":
                self._channels.discard(uniqueid)
                self._waiting.discard(uniqueid)
                if is_attempt(uniqueid):
                    self._ended(uniqueid, outcome_of(str(message.get("Cause", ""))))
                self._changed()
            case "OriginateResponse" if is_attempt(uniqueid) and message.get("Response") != "Success":
                # with a channel, its Hangup has the cause
                if uniqueid not in self._channels:
                    self._ended(uniqueid, Outcome.CONGESTED)
            case "BridgeEnter":
                self._waiting.add(uniqueid)
            case "BridgeLeave":
                self._waiting.discard(uniqueid)
                self._changed()
            case _:
                return

    async def take_stock(self) -> frozenset[str]:
        """Count anew; the attempts that are up or ring.

        :raises PbxError: if Asterisk does not answer; `LinkLost` if the link broke.
        """
        assert self.link is not None
        rows: list[AmiMessage] = []
        await self.link.request(
            (("Action", "Status"),), timeout_s=STOCK_TIMEOUT_S, rows=rows, heard=lambda: self._count(rows)
        )
        return frozenset(uniqueid for row in rows if is_attempt(uniqueid := str(row.get("Uniqueid", ""))))

    def _count(self, rows: Iterable[AmiMessage]) -> None:
        rows = list(rows)
        self._channels = {
            str(row.get("Uniqueid", "")) for row in rows if str(row.get("Channel", "")).startswith(self._names)
        }
        bridges: dict[str, int] = {}
        for row in rows:
            bridge = str(row.get("BridgeID", ""))
            bridges[bridge] = bridges.get(bridge, 0) + 1
        # who waits is alone in a bridge of their own; in a talk there are two
        self._waiting = {
            str(row.get("Uniqueid", ""))
            for row in rows
            if row.get("Context") == "hotline" and row.get("Exten") == "hold"
            and row.get("BridgeID") and bridges[str(row.get("BridgeID"))] == 1
        }  # fmt: skip

    def traffic(self, attempts: Iterable[str]) -> Traffic:
        """How busy the trunk is; `attempts`: those that are under way."""
        seen = sum(attempt in self._channels for attempt in attempts)
        return Traffic(in_use=len(self._channels), ours_seen=seen, callers_wait=len(self._waiting))


def is_attempt(uniqueid: str) -> bool:
    return _ATTEMPT.fullmatch(uniqueid) is not None


def outcome_of(cause: str) -> Outcome:
    """Of a call that nobody answered, by its Q.850 cause."""
    number = int(cause) if cause.isdecimal() else 0
    if number in _BUSY:
        return Outcome.BUSY
    if number in _CONGESTED:
        return Outcome.CONGESTED
    if number in _UNREACHABLE:
        return Outcome.UNREACHABLE
    return Outcome.NO_ANSWER

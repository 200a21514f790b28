"""Calls that the dialplan served while nobody else could, and results of talks that nobody took: it wrote them down in
AstDB, here they are asked for.

`hotline-db` in asterisk-conf/hotline/extensions.conf tells them, a handful at a time, and forgets those that are kept.
"""

import asyncio
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from hotline_agi.asterisk.ami import AmiLink, AmiMessage
from hotline_agi.errors import PbxError
from hotline_agi.terms.ids import ID_PATTERN, CallId, LegId, LineId, VolunteerId

TELL_TIMEOUT_S = 5.0
AT_ONCE = 12
"""Calls that the dialplan tells at once; so many ids of 20 bytes are a short line of AMI."""
_ROW = re.compile(r"([0-9]{1,12}):(\+?[0-9]{1,16}):([0-9]{0,12})")
_CALL = re.compile(r"[-a-z0-9.]{1,80}")
_RESULT = re.compile(rf"([0-9]{{1,12}}):([-a-z0-9.]{{1,80}}):({ID_PATTERN.pattern}):({ID_PATTERN.pattern}):([0-9])")
_RESULT_KEY = re.compile(r"r-([-a-z0-9.]{1,64})-[0-9]{1,3}")


@dataclass(frozen=True, slots=True, kw_only=True)
class UnattendedCall:
    call: CallId
    did: str
    """The number that was dialled: a line's own, no person's."""
    arrived_at: datetime
    ended_at: datetime | None
    """None: Asterisk ended in the middle of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptResult:
    """The key of a result that a volunteer pressed after a talk while no service listened."""

    key_of_row: CallId
    """By which it is forgotten."""
    said_at: datetime
    call: CallId
    line: LineId
    volunteer: VolunteerId
    leg: LegId
    key: str


class Unattended:
    """What one Asterisk wrote down."""

    def __init__(self, link: AmiLink) -> None:
        self.due = asyncio.Event()
        """Set when such a call has ended just now."""
        self._link = link
        self._ticket = ""
        self._told: list[UnattendedCall | KeptResult] = []
        self._done: asyncio.Future[None] | None = None

    def on_message(self, message: AmiMessage) -> None:
        """A word of the dialplan; a forged or strange one is passed over."""
        ticket = str(message.get("Ticket", ""))
        if not ticket:
            self.due.set()
        elif ticket == self._ticket:
            key, row = str(message.get("Call", "")), str(message.get("Row", ""))
            found = call_of(key, row) or result_of(key, row)
            if found is not None and len(self._told) < AT_ONCE:
                self._told.append(found)
            if "Told" in message and self._done is not None and not self._done.done():
                self._done.set_result(None)

    async def ask(self, forget: Sequence[CallId]) -> list[UnattendedCall | KeptResult]:
        """Have `forget` (at most `AT_ONCE`) forgotten, and return the next ones.

        :raises PbxError: if Asterisk does not tell them in time; nothing is lost by that, but what was forgotten.
        """
        self._ticket, self._told = secrets.token_hex(8), []
        self._done = asyncio.get_running_loop().create_future()
        self._link.send(
            (
                ("Action", "Originate"),
                ("Channel", "Local/unattended@hotline-db/n"),
                ("Application", "Wait"),
                ("Data", "1"),
                ("Async", "true"),
                ("Variable", f"HOTLINE_TICKET={self._ticket}"),
                ("Variable", f"HOTLINE_FORGET={'/'.join(forget)}"),
            )
        )
        try:
            async with asyncio.timeout(TELL_TIMEOUT_S):
                await self._done
        except TimeoutError:
            raise PbxError(
                "the dialplan did not tell of the calls that it served alone: is hotline/extensions.conf loaded?"
            ) from None
        finally:
            self._ticket = ""
        return self._told


def call_of(call: str, row: str) -> UnattendedCall | None:
    """One row of AstDB; None for what is none."""
    found = _ROW.fullmatch(row)
    if found is None or _CALL.fullmatch(call) is None:
        return None
    arrived, did, ended = found.groups()
    return UnattendedCall(
        call=CallId(call), did=did, arrived_at=_instant(arrived), ended_at=_instant(ended) if ended else None
    )


def result_of(key: str, row: str) -> KeptResult | None:
    """One row of AstDB; None for what is none."""
    found, leg = _RESULT.fullmatch(row), _RESULT_KEY.fullmatch(key)
    if found is None or leg is None:
        return None
    said, call, line, volunteer, digit = found.groups()
    return KeptResult(
        key_of_row=CallId(key),
        said_at=_instant(said),
        call=CallId(call),
        line=LineId(line),
        volunteer=VolunteerId(volunteer),
        leg=LegId(leg[1]),
        key=digit,
    )


def _instant(epoch: str) -> datetime:
    return datetime.fromtimestamp(int(epoch), UTC)

"""Callers who want to be called back: asked where by the dialplan's questions, and told "yes" when it is on disk."""

import asyncio
import re
import time
from collections.abc import Callable
from datetime import UTC, datetime

from hotline_agi.asterisk.envelope import Envelope
from hotline_agi.asterisk.fastagi import AgiSession
from hotline_agi.asterisk.node import Node
from hotline_agi.dispatch.events import CallbackAsked
from hotline_agi.log import logger
from hotline_agi.selfservice.wish_dialog import Ask, GoBack, Keep, Unfit, next_of
from hotline_agi.store.journal import Journal
from hotline_agi.store.records import CallbackRecord
from hotline_agi.terms.ids import CallId, LineId
from hotline_agi.terms.numbers import PhoneNumber

ROUTE = "wish"
ON_DISK_S = 1.8
"""So long a caller waits for the disk: below the answer's 2.5 s."""
LOOK_EVERY_S = 0.02
_KEYS = re.compile(r"[0-9s]{0,20}")
"""The dialplan writes ``*`` as ``s``, which no AGI argument holds."""
_LANGUAGE = re.compile(r"[a-z]{2,3}(_[a-z0-9-]{1,32})?")


class WishDesk:
    """Answers the questions of ``hotline-wish``. Holds nothing of a caller: all of it stands in the question."""

    def __init__(
        self,
        *,
        node: Node,
        journal: Journal,
        envelope: Envelope,
        line_of_number: Callable[[str], LineId | None],
        is_ours: Callable[[PhoneNumber], bool],
    ) -> None:
        """`is_ours`: whether a number is one that the hotline itself answers."""
        self._node, self._journal, self._envelope = node, journal, envelope
        self._line_of_number, self._is_ours = line_of_number, is_ours

    async def asked(self, session: AgiSession, own: PhoneNumber | None) -> None:
        """One question of a caller who calls from `own`; without an answer the dialplan serves them by itself."""
        request = session.request
        assert request is not None
        did, stage, _, keys, typed, language = (request.argument(n) for n in range(6))
        line = self._line_of_number(did)
        if line is None or not (_KEYS.fullmatch(keys) and _KEYS.fullmatch(typed) and _LANGUAGE.fullmatch(language)):
            session.refuse()
            return
        found = next_of(
            stage,
            keys.replace("s", "*"),
            typed.replace("s", "*"),
            own=own,
            language=language.partition("_")[0],
            judge=self._judge,
        )
        if isinstance(found, Keep):
            await self._keep(session, CallId(request.uniqueid), line, found, language)
        elif found is None:
            session.refuse()
        else:
            session.reply(reply_text(found, language))

    def _judge(self, number: PhoneNumber) -> Unfit | None:
        return Unfit.OURS if self._is_ours(number) else self._envelope.unfit(number)

    async def _keep(self, session: AgiSession, call: CallId, line: LineId, keep: Keep, language: str) -> None:
        record = CallbackRecord(call=call, line=line, number=keep.number, asked_at=datetime.now(UTC))
        is_on_disk = self._journal.write_callback(record)
        give_up_s = time.monotonic() + ON_DISK_S
        while not is_on_disk():
            if time.monotonic() >= give_up_s:
                logger.error("a callback that was asked for is not on disk in time", call=call)
                session.reply(reply_text(GoBack(words=("callback-not-noted",)), language))
                return
            await asyncio.sleep(LOOK_EVERY_S)
        logger.info("a caller wants to be called back", call=call, line=line)
        self._node.on_callback(session, CallbackAsked(call=call, here=keep.here))


def reply_text(found: Ask | GoBack, language: str) -> str:
    """See ``hotline-wish`` in asterisk-conf/hotline/extensions-waiting.conf."""
    words = "+".join(found.words)
    if isinstance(found, GoBack):
        return f"ok:back:{language}:{words}"
    return f"ok:ask:{language}:{found.stage}:{found.most_keys}:{found.wait_s}:{words}"

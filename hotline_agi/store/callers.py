"""Who calls, without saying who: the key that makes tokens of numbers, and the flags that coordinators put on them.

A token is a keyed hash: without the key file nobody can try numbers, so the key stays in the state folder, readable by
the service alone, and leaves no journal. Who deletes it makes all tokens and flags of before mean nobody.
"""

import hashlib
import hmac
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection, delete, select

from hotline_agi.errors import HotlineError
from hotline_agi.log import logger
from hotline_agi.store.audit import deed_row
from hotline_agi.store.dialect import adding
from hotline_agi.store.names import KEY
from hotline_agi.store.opening import beside
from hotline_agi.store.reading import JournalReader
from hotline_agi.store.records import FLAG_DAYS as FLAG_DAYS
from hotline_agi.store.records import store
from hotline_agi.store.schema import CALLER_TOKEN, FLAGGED, to_text
from hotline_agi.terms.ids import CallerToken
from hotline_agi.terms.numbers import PhoneNumber

KEY_BYTES = 32
TOKEN_DIGITS = 16
LAST_DIGITS = 9
"""``+44 7700 900999``, ``0044…`` and ``07700 900999`` are one caller: their last nine digits are the same. Numbers of
two countries could be, too; a day has a thousand callers, so that is one chance in a million."""
WHY_UNKNOWN = "the number was withheld or is deleted by now"


class WhoIsUnknown(HotlineError):
    """A call came without a number, or so long ago that it is deleted."""


class CallerKey:
    """Makes tokens. One per service."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    @classmethod
    def of(cls, state: Path) -> "CallerKey":
        """The key in the folder `state`, made if there is none. Blocks on disk.

        Never raises: where it can neither be read nor made, one of this run alone is used, and that is logged.
        """
        path = state / KEY
        try:
            with suppress(FileNotFoundError):
                key = path.read_bytes()
                if len(key) == KEY_BYTES:
                    return cls(key)
                logger.error("the key of callers is damaged; flags of before mean nobody now")
                path.unlink()
            return cls(_made(path))
        except OSError as error:
            logger.error(
                "the key of callers cannot be kept; flags and repeated calls are not known", why=error.strerror
            )
            return cls(secrets.token_bytes(KEY_BYTES))

    def token(self, number: PhoneNumber) -> CallerToken:
        """The same for each spelling of a number."""
        digits = number.reveal().lstrip("+")[-LAST_DIGITS:]
        return CallerToken(hmac.new(self._key, digits.encode(), hashlib.sha256).hexdigest()[:TOKEN_DIGITS])

    def exact(self, full: str) -> str:
        """For a number with + and country code. Of a list of millions the last nine digits alone are not enough:
        13800000001 and 15800000001 have the same."""
        return hmac.new(self._key, f"exact {full}".encode(), hashlib.sha256).hexdigest()[:TOKEN_DIGITS]

    @property
    def mark(self) -> str:
        """What tells this key from another, for tokens that must not come to mean nobody unnoticed."""
        return hmac.new(self._key, b"mark", hashlib.sha256).hexdigest()[:TOKEN_DIGITS]


def _made(path: Path) -> bytes:
    """A new key on disk, in one piece; that of another service if it was faster."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f"{KEY}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    try:
        os.write(descriptor, secrets.token_bytes(KEY_BYTES))
        os.fsync(descriptor)
        with suppress(FileExistsError):
            os.link(draft, path)
    finally:
        os.close(descriptor)
        draft.unlink()
    return path.read_bytes()


# ---- flags


def flagged(path: Path, now: datetime) -> frozenset[CallerToken]:
    """Whom the journal at `path` has flagged as at high risk. Blocks on disk.

    :raises SetupError: if it cannot be read.
    """
    with JournalReader.open(path, busy_s=0.5) as reader:
        rows = reader.ask(select(FLAGGED.c.token).where(FLAGGED.c.expires_at > to_text(now)))
    return frozenset(CallerToken(row["token"]) for row in rows)


def flag(path: Path, call_id: str, *, on: bool, who: str, now: datetime) -> str:
    """Flag the caller of a call as at high risk for `FLAG_DAYS`, or no longer; returns the call's id in full.

    :param call_id: in full, or a beginning that only one call has.
    :param who: the user of this machine who does it; it stands in the audit.
    :raises CallNotFound: if no call or several calls are meant; `WhoIsUnknown` if its caller is not known.
    :raises SetupError: if the journal cannot be written.
    """
    with caller_of(path, call_id) as (connection, call, token):
        if on:
            until = {"at": to_text(now), "expires_at": to_text(now + timedelta(days=FLAG_DAYS))}
            flagging = adding(FLAGGED).on_conflict_do_update(index_elements=["token"], set_=until)
            connection.execute(flagging, {"token": token, **until})
        else:
            connection.execute(delete(FLAGGED).where(FLAGGED.c.token == token))
        did = "flagged high risk" if on else "took the flag off"
        store(connection, [deed_row(now, who, did, call)])
    return call


@contextmanager
def caller_of(path: Path, call_id: str, *, besides: str = "") -> Iterator[tuple[Connection, str, str]]:
    """A transaction in the journal at `path` about whoever called: with the call's id in full, and the token.

    :param call_id: in full, or a beginning that only one call has.
    :param besides: what else is said where the caller is not known.
    :raises CallNotFound: if no call or several calls are meant; `WhoIsUnknown` if its caller is not known.
    :raises SetupError: if the journal cannot be written.
    """
    with JournalReader.open(path) as reader:
        call = reader.call(call_id).call.call
    with beside(path) as connection, connection.begin():
        token = connection.scalar(select(CALLER_TOKEN.c.token).where(CALLER_TOKEN.c.call == call))
        if token is None:
            raise WhoIsUnknown(f"who called in {call} is not known: {WHY_UNKNOWN}{besides}")
        yield connection, call, token

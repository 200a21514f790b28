"""SRTP (RFC 3711) with keys in the session description (RFC 4568), for simulated phones. The only file that imports
pylibsrtp; it is imported when a phone encrypts, so that demo and benchmark go without.
"""

import base64
import secrets

from pylibsrtp import Error, Policy, Session

SUITE = "AES_CM_128_HMAC_SHA1_80"
KEY_BYTES = 30
"""Master key of 16 and master salt of 14 bytes (RFC 4568 section 6.1)."""


class Unreadable(ValueError):
    """A packet that was not encrypted with the key that was agreed."""


class Cipher:
    """Both directions of one stream."""

    def __init__(self) -> None:
        self._own = secrets.token_bytes(KEY_BYTES)
        self._out = Session(Policy(key=self._own, ssrc_type=Policy.SSRC_ANY_OUTBOUND))
        self._in: Session | None = None
        self._theirs = ""

    @property
    def key(self) -> str:
        """Ours, as ``inline:`` has it."""
        return base64.b64encode(self._own).decode()

    def use_key(self, key: str) -> None:
        """The other side's key, as ``inline:`` has it; repeated in each description of a call."""
        if key != self._theirs:
            self._theirs = key
            self._in = Session(Policy(key=base64.b64decode(key), ssrc_type=Policy.SSRC_ANY_INBOUND))

    def seal(self, packet: bytes) -> bytes:
        """RTP to SRTP."""
        return bytes(self._out.protect(packet))

    def open(self, packet: bytes) -> bytes:
        """SRTP to RTP.

        :raises Unreadable: if it was not sealed with the other side's key.
        """
        if self._in is None:
            raise Unreadable
        try:
            return bytes(self._in.unprotect(packet))
        except Error as error:
            raise Unreadable from error

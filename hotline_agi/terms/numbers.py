"""Telephone numbers that redact themselves.

A caller's or a volunteer's number must appear in no log, topic, metric or error. That is kept by construction: whatever
formats a `PhoneNumber` (``str``, ``repr``, f-string, a logger, a traceback with locals) gets ``[number]``; only an
explicit `reveal()` yields the digits, and those places are few enough to read.
"""

import hmac
import re

_PATTERN = re.compile(r"\+?[0-9]{3,15}")
_PIN = re.compile(r"[0-9]{6,10}")
_SEPARATORS = re.compile(r"[ ()./-]")


class PhoneNumber:
    """A number that may be dialled: an optional ``+`` and 3 to 15 digits (E.164 allows 15; 3 for short codes)."""

    __slots__ = ("_digits",)

    def __init__(self, text: str) -> None:
        """Read `text`; blanks, dots, dashes, slashes and brackets are dropped.

        :raises ValueError: if what remains is no number. The message never holds the text.
        """
        digits = _SEPARATORS.sub("", text)
        if _PATTERN.fullmatch(digits) is None:
            raise ValueError("not a telephone number: 3 to 15 digits, optionally with + in front")
        self._digits = digits

    def reveal(self) -> str:
        """The digits, for the dial string or the coordinator's eyes; never for a log."""
        return self._digits

    def __repr__(self) -> str:
        return "[number]"

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        return format("[number]", spec)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, PhoneNumber) and self._digits == other._digits

    def __hash__(self) -> int:
        return hash(self._digits)

    def __reduce__(self) -> str:
        raise TypeError("a PhoneNumber is not pickled: it would leave the redaction behind")


class Pin:
    """A volunteer's secret digits for the service number, 6 to 10 of them; redacts itself like `PhoneNumber`."""

    __slots__ = ("_digits",)

    def __init__(self, text: str) -> None:
        """:raises ValueError: if `text` is no PIN. The message never holds the text."""
        if _PIN.fullmatch(text) is None:
            raise ValueError("not a PIN: 6 to 10 digits")
        self._digits = text

    def reveal(self) -> str:
        """The digits, for the pipe from the process that reads rosters; never for a log."""
        return self._digits

    def matches(self, text: str) -> bool:
        """Whether `text` is this PIN; takes as long if it is not."""
        return hmac.compare_digest(self._digits.encode(), text.encode())

    def __repr__(self) -> str:
        return "[pin]"

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        return format("[pin]", spec)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Pin) and self._digits == other._digits

    def __hash__(self) -> int:
        return hash(self._digits)

    def __reduce__(self) -> str:
        raise TypeError("a Pin is not pickled: it would leave the redaction behind")

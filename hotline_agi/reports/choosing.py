"""What the machine notes of its choices, read back: whom it rang, why not others, and which call it served.

    order=longest-idle;want=2;rang=lin wang;resting=chen@2026-02-05T03:10Z;language=bao;spare=gu;others=12

Fields are parted by ``;``, ids by blanks; behind ``@`` stands until when. Keys are those of `Reason`; a reader passes
over what it does not know, so that a newer machine may say more.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from hotline_agi.terms.ids import CallId, VolunteerId


class Reason(StrEnum):
    """Why somebody was not rung. The first ones are the values of `VolunteerState`, with hyphens for blanks."""

    TALKING = "talking"
    RINGING = "ringing"
    PAUSED = "paused"
    OVER_LIMIT = "over-limit"
    RESTING = "resting"
    WRAP_UP = "wrap-up"
    UNREACHABLE = "unreachable"
    IN_OTHER_CALL = "in-another-call"
    SPARE = "spare"
    """They could have been rung, and were not needed."""
    LANGUAGE = "language"
    QUALIFICATION = "qualification"
    DECLINED = "declined"
    """They said no to this call."""
    RUNG_BEFORE = "rung-before"
    """For this call, as often as the plan allows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """Somebody who was not rung."""

    volunteer: VolunteerId
    reason: Reason
    until_at: datetime | None = None
    """Aware; None: not known, or it has no end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Whom a wave rang as it began, or grew."""

    order: str = ""
    """A `roster.model.VolunteerOrder`, or a word of a newer version."""
    want: str = ""
    """How many were wanted: ``2``, ``everybody``, or of an adaptive step ``95% within 12 s``; empty: not known."""
    rang: tuple[VolunteerId, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    speaks: str = ""
    """The code of the language that those lack who are left out for it; empty: not known."""
    place: int | None = None
    """Where in the queue the call stood then, if others waited; from 1."""
    others: int = 0
    """So many more were not rung, of whom no reason is noted."""
    freed: VolunteerId | None = None
    """Who came free just then and is rung for this call, because the fewest phones rang for it; the rest is empty."""

    @classmethod
    def of(cls, detail: str) -> "Choice":
        """Read a note; what cannot be read is passed over."""
        fields = _fields(detail)
        return cls(
            order=fields.get("order", ""),
            want=fields.get("want", ""),
            rang=tuple(map(VolunteerId, fields.get("rang", "").split())),
            left_out=tuple(_left_out(fields)),
            speaks=fields.get("speaks", ""),
            place=_count(fields.get("place", "")),
            others=_count(fields.get("others", "")) or 0,
            freed=VolunteerId(fields["freed"]) if fields.get("freed") else None,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Handing:
    """A phone that rang went from one call to another: exactly one of both is another call, unless the note is torn."""

    from_call: CallId | None = None
    to_call: CallId | None = None

    @classmethod
    def of(cls, detail: str) -> "Handing":
        fields = _fields(detail)
        from_call, to_call = fields.get("from"), fields.get("to")
        return cls(from_call=CallId(from_call) if from_call else None, to_call=CallId(to_call) if to_call else None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Serving:
    """Where in the queue a call stood when it got its volunteer."""

    place: int | None = None
    """From 1; None: not known."""
    caller_class: str = ""
    """A `roster.model.CallerClass` that put it before others; empty: none did."""

    @classmethod
    def of(cls, detail: str) -> "Serving":
        fields = _fields(detail)
        return cls(place=_count(fields.get("place", "")), caller_class=fields.get("class", ""))


def _fields(detail: str) -> dict[str, str]:
    parts = (part.partition("=") for part in detail.split(";"))
    return {key.strip(): value.strip() for key, sign, value in parts if sign}


def _left_out(fields: dict[str, str]) -> Iterator[LeftOut]:
    for reason in Reason:
        for one in fields.get(reason.value, "").split():
            volunteer, _, until = one.partition("@")
            if volunteer:
                yield LeftOut(volunteer=VolunteerId(volunteer), reason=reason, until_at=_instant(until))


def _count(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None


def _instant(text: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return at if at.tzinfo is not None else at.replace(tzinfo=UTC)

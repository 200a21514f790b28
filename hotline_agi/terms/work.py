"""What is owed to callers whom nobody has talked to: the words for entries of the list of work and their history."""

from enum import StrEnum


class WorkKind(StrEnum):
    """Why somebody is to be called back. Of several calls of one caller the first of these counts."""

    CALLBACK = "callback"
    """They asked for it."""
    MESSAGE = "message"
    """They left a message."""
    MISSED = "missed"
    """They reached nobody, and the line's policy says that they are called back."""


class WorkState(StrEnum):
    OPEN = "open"
    CLAIMED = "claimed"
    """Somebody has it, until their lease ends."""
    ESCALATED = "escalated"
    """The coordinator is to see to it."""
    DONE = "done"
    CLOSED = "closed by itself"
    """The caller got through meanwhile."""


UNFINISHED = (WorkState.OPEN, WorkState.CLAIMED, WorkState.ESCALATED)


class WorkOutcome(StrEnum):
    """What came of it, as whoever did it says."""

    REACHED = "reached"
    NO_ANSWER = "no-answer"
    WRONG_NUMBER = "wrong-number"
    REFUSED = "refused"
    """They want no call."""
    REFERRED = "referred"
    """Somebody else helps them."""
    NOT_NEEDED = "not-needed"
    """What they left asks for no call."""


class AttemptEnd(StrEnum):
    """How one call to a caller ended."""

    TALKED = "talked"
    BUSY = "busy"
    NO_ANSWER = "no answer"
    NOT_CONFIRMED = "picked up, no key"
    """Somebody else, or a voicemail: nothing was said."""
    VOLUNTEER_LEFT = "volunteer left"
    FAILED = "failed"
    UNSEEN = "not seen"
    """The service, or its link to Asterisk, was away."""


class WorkDeed(StrEnum):
    """What an entry's history tells."""

    OPENED = "opened"
    JOINED = "another call"
    CLAIMED = "claimed"
    GIVEN_BACK = "given back"
    LAPSED = "lease over"
    DIALLED = "dialled"
    ATTEMPT_ENDED = "attempt ended"
    DONE = "done"
    ESCALATED = "escalated"
    CLOSED = "closed by itself"

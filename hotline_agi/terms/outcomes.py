"""How a call can end. Each call provably reaches exactly one of these (promise 1)."""

from enum import StrEnum


class Outcome(StrEnum):
    """The end of a call, as the journal, `hotline calls` and the reports name it."""

    TALKED = "talked"
    """Talked to a volunteer."""
    TRANSFERRED = "transferred"
    """Was put through to the overflow number."""
    MESSAGE = "message"
    """Left a message that was kept."""
    CALLBACK = "callback"
    """Asked to be called back; where to is on disk."""
    DIRECTORY = "directory"
    """Heard where else to turn."""
    ABANDONED = "abandoned"
    """Hung up by choice while waiting."""
    SURVIVED = "survived"
    """The dialplan took over because the service could not answer; what happened then stands in Asterisk's records."""
    UNCERTAIN = "uncertain"
    """The service lost sight of the call (restart or lost AMI link); reconciled later, never guessed."""


REACHED_SOMEBODY = (Outcome.TALKED, Outcome.TRANSFERRED)
"""The caller talked to somebody."""


class LegOutcome(StrEnum):
    """How one ringing of one volunteer ended."""

    TALKED = "talked"
    NO_ANSWER = "no answer"
    BUSY = "busy"
    DECLINED = "declined"
    UNREACHABLE = "unreachable"
    NOT_ACCEPTED = "picked up, not accepted"
    ELSEWHERE = "answered elsewhere"
    CALLER_LEFT = "caller left"
    WITHDRAWN = "withdrawn"
    FAILED = "failed"
    UNCERTAIN = "uncertain"
    """It rang, or was picked up; how it ended was not seen (the service was away)."""

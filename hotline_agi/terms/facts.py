"""What the timeline of a call tells: the machine notes it, the journal keeps it, the reports put it into words."""

from enum import StrEnum


class Fact(StrEnum):
    """What a call's timeline tells, in order of a call's life."""

    ARRIVED = "arrived"
    ADOPTED = "adopted"
    """A service that started, or was linked again, found the call alive. Its detail may say where: ``waiting``,
    ``talking``, ``recording``…"""
    UNCERTAIN = "uncertain"
    """What became of the call for a while is not known. Its detail says why, in a word of `reports.words.UNCERTAIN`."""
    RECONSTRUCTED = "reconstructed"
    """What is told here was taken from Asterisk afterwards: the journal missed it. Its detail says what."""
    CLOSED = "closed"
    CHOSE = "chose"
    """Whom the machine rang for a call, and why not others."""
    RANG = "rang"
    HANDED = "handed"
    """A phone that rings was handed from one call to another."""
    PICKED_UP = "picked up"
    ACCEPTED = "accepted"
    SERVED = "served"
    """Where in the queue the call stood when it got its volunteer."""
    REFUSED = "refused"
    TALK_STARTED = "talk started"
    TALK_ENDED = "talk ended"
    TALK_FAILED = "talk failed"
    LEG_ENDED = "leg ended"
    WAVE = "wave"
    OVERFLOW = "overflow"
    ASKED_MESSAGE = "asked for message"
    STEP = "step"
    MESSAGE_LEFT = "message left"
    SURVIVING = "surviving"
    CALLER_LEFT = "caller left"

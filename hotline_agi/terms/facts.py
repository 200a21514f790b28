"""What the timeline of a call tells: the machine notes it, the journal keeps it, the reports put it into words."""

from enum import StrEnum


class Fact(StrEnum):
    """What a call's timeline tells, in order of a call's life."""

    ARRIVED = "arrived"
    ADOPTED = "adopted"
    CLOSED = "closed"
    RANG = "rang"
    PICKED_UP = "picked up"
    ACCEPTED = "accepted"
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

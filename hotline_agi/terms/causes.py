"""Why a channel ended: hang-up causes of ITU-T Q.850 as Asterisk uses them (include/asterisk/causes.h)."""

from enum import IntEnum


class Cause(IntEnum):
    """The Q.850 causes that the service names; any other number may arrive and is handled as a failure."""

    UNKNOWN = 0
    UNALLOCATED = 1
    NORMAL_CLEARING = 16
    USER_BUSY = 17
    NO_USER_RESPONSE = 18
    NO_ANSWER = 19
    SUBSCRIBER_ABSENT = 20
    CALL_REJECTED = 21
    ANSWERED_ELSEWHERE = 26
    DESTINATION_OUT_OF_ORDER = 27
    NORMAL_UNSPECIFIED = 31
    CONGESTION = 34
    FAILURE = 38
    CHANNEL_UNAVAIL = 44
    INTERWORKING = 127


NORMAL_END = frozenset({Cause.NORMAL_CLEARING, Cause.NORMAL_UNSPECIFIED})
"""A person hung up. With any other cause in a talk the volunteer's side failed, and the caller must not be cut off."""
UNREACHABLE = frozenset(
    {
        Cause.UNALLOCATED,
        Cause.SUBSCRIBER_ABSENT,
        Cause.DESTINATION_OUT_OF_ORDER,
        Cause.CONGESTION,
        Cause.CHANNEL_UNAVAIL,
        Cause.FAILURE,
    }
)
"""No phone rang: another one of the same person is worth trying at once."""

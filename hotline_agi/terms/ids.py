"""Names of things. All are text; the types keep one kind from being passed for another."""

import re
from typing import NewType

LineId = NewType("LineId", str)
VolunteerId = NewType("VolunteerId", str)
EndpointId = NewType("EndpointId", str)
NodeId = NewType("NodeId", str)
"""One Asterisk. Every call and leg carries its node, so that one controller can drive several."""
CallId = NewType("CallId", str)
"""The caller's side: the Asterisk uniqueid of the caller's channel, e.g. ``pbx1-1771000000.42``."""
LegId = NewType("LegId", str)
"""One ringing of one volunteer: the ``ChannelId`` that we give Asterisk, of fixed length (Asterisk finds channels by
*prefix* of name or uniqueid, so no id may be the beginning of another)."""
CallerToken = NewType("CallerToken", str)
"""Who calls, without saying who: a keyed hash of the caller's number. The same number gives the same token."""

ID_PATTERN = re.compile(r"[a-z][a-z0-9-]{0,31}")
"""Ids that people write in rosters: they end up in AMI values, AstDB keys and dialplan variables, so the alphabet
holds nothing that any of those could read as syntax."""


def is_id(text: str) -> bool:
    """Whether `text` may be a line's, volunteer's or endpoint's id."""
    return ID_PATTERN.fullmatch(text) is not None

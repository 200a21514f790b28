"""The service: events into the machine, its commands out.

- ``loop``       the one loop, and the only owner of a timer
- ``alone``      one service per state folder
- ``questions``  what the dialplan asks, and who answers
- ``voicemail``  recordings that callers left: kept or not, and found again
- ``liveness``   the watchdog is fed while deadlines are kept
- ``lines``      the one log line per call, and per agreement about a shift
"""

from hotline_agi.service.loop import Service

__all__ = ["Service"]

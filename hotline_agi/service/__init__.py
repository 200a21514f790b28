"""The service: events into the machine, its commands out.

- ``loop``       the one loop, and the only owner of a timer
- ``alone``      one service per state folder
- ``questions``  what the dialplan asks, and who answers
- ``voicemail``  recordings that callers left: kept or not, and found again
- ``upkeep``     the survival plan in Asterisk, and what the menu knows, are kept up to date
- ``guard``      what was not dialled, and limits that were met, are counted
- ``canary``     test calls
- ``watch``      what is wrong now (``watching``: from which facts); ``alarms`` sees to it that somebody is told
- ``errand``     work that may block for ever
- ``liveness``   the watchdog is fed while deadlines are kept
- ``lines``      the one log line per call, and per agreement about a shift
"""

from hotline_agi.service.loop import Service

__all__ = ["Service"]

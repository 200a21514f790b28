"""How long anything may last in a cell, each with where it is promised."""

GUARD_S = 3.0
"""HOTLINE_GUARD_S (asterisk-conf/site/globals.conf): so long the dialplan waits for an answer of the service."""
SILENCE_S = GUARD_S + 1.0
"""Caller: the longest stretch without anything to hear after the answer. Music stops while a question to the service is
open; then the next sentence begins."""
RECORD_SILENCE_S = 12.0
"""HOTLINE_SILENCE_S (asterisk-conf/site/globals.conf): so much silence ends a message, should no key do."""
RTP_TIMEOUT_S = 4
"""`rtp_timeout` of the story's endpoints (30 in asterisk-conf): a phone that is gone is noticed by it."""
LOST_PHONE_SILENCE_S = RTP_TIMEOUT_S + 2.0
"""Caller: whose volunteer's phone vanished. Asterisk looks once a second or so, then the sentence begins."""

STOPS_S = 1.0
"""Phones: so long one may ring on when there is nothing to answer (DESIGN.md promise 2; README, "When something
breaks")."""
DEAD_STOPS_S = 6.0
"""Phones: the same where the service died before it could stop them. The promise for a killed service (README: phones
ring again within 6 s) is the time after which the dialplan alone has everything in hand."""
FROZEN_STOPS_S = 8.0
"""Phones: the same where the service is frozen (README: survival within 8 s)."""
RING_TIMEOUT_S = 20
"""Phones: the same where AMI is away: `ring_timeout_s` of the story's line. Then Asterisk itself ends the ringing that
nobody can take back (the Timeout of its Originate)."""
DOUBLED_S = 0.5
"""Phones: so long one may show two calls, the old one being taken back while the new one comes."""

KILLED_RINGS_S = 6.0
"""From SIGKILL until phones ring again for who waits (README, "When something breaks")."""
FROZEN_RINGS_S = 8.0
"""From SIGSTOP until then (README)."""

RESTART_SERVES_S = 8.0
"""From the fault (or from when it was over) until the service serves again; its supervisor kills a frozen one after 5 s
(`supervisor.WATCHDOG_S`) and starts it within `PAUSE_S`; the start takes 1.4 s."""
AMI_SERVES_S = 8.0
"""From when AMI is there again: the back-off's longest pause of 5 s (`ami.RETRY_MOST_S`), a fifth on top, a login.
A half-open link is noticed by our own ping within 10 s (ASTERISK.md 2.3)."""
HALF_OPEN_SERVES_S = 10.0 + AMI_SERVES_S
PBX_SERVES_S = 5.0 + AMI_SERVES_S
"""From the end of Asterisk: it is up within 5 s (ASTERISK.md 1.3, G6)."""
AT_ONCE_S = 1.0
"""What was never away serves at once."""

NEXT_RINGS_S = 1.0
"""The call after the fault: INVITE in until the first phone rings (ASTERISK.md G3: 0.5 s; cells run side by side)."""
QUIET_S = 10.0
"""After the call: no channel left (ASTERISK.md 4.1, "0 leaked channels after 10 s")."""
CLOSED_S = 10.0
"""After that: no record open."""
WHOLE_S = 110.0
"""No story is longer: `max_wait_s` of 60 s, the steps of an overflow, the fault's 30 s. Else it is an endless loop."""
WRITTEN_S = 0.1
"""What is older than this at a SIGKILL is on disk (issue 5; tests/store/test_journal.py)."""

"""What became of one call, by what its phone saw. Pure.

The first that fits:

    talked       heard a volunteer, and one of the two hung up, or the volunteer's phone vanished
    transferred  the same with the overflow number
    message      heard “kept”, or hung up after more than 2 s of speech into a recording
    directory    heard where else to turn
    hung up      by choice, while waiting
    crashed      the PBX was killed under it
    lost         everything else: refused, no answer, sent away without a word, cut off in a talk for good, no end
"""

from enum import StrEnum
from itertools import pairwise

from tests.chaos.evidence import CallSeen

MESSAGE_S = 2.2
"""Longer speech is a message; the service keeps what is longer than 2 s."""


class End(StrEnum):
    TALKED = "talked"
    TRANSFERRED = "transferred"
    MESSAGE = "message"
    DIRECTORY = "directory"
    HUNG_UP = "hung up"
    CRASHED = "crashed"
    LOST = "lost"


def end_of(call: CallSeen) -> End:
    """What became of it."""
    if call.talks and call.talks[-1].ended_by != "pbx":
        # who was cut off and got through again is judged by the last talk; the cut is counted on its own
        return End.TRANSFERRED if call.talks[-1].volunteer == "overflow" else End.TALKED
    if call.crashed:
        return End.CRASHED
    if call.ended is None:
        return End.LOST
    if left_message(call):
        return End.MESSAGE
    if call.has_heard("directory"):
        return End.DIRECTORY
    if call.hung_up is not None:
        return End.HUNG_UP
    return End.LOST


def left_message(call: CallSeen) -> bool:
    """Also after a talk: who was cut off, or of whom nobody knew whether they were, may have ended there."""
    return call.has_heard("message-kept") or (call.hung_up is not None and call.spoke_s > MESSAGE_S)


def is_good(call: CallSeen) -> bool:
    return end_of(call) is not End.LOST


def wait_s(call: CallSeen) -> float | None:
    """From the INVITE to a human; None: there was none."""
    return call.talks[0].began - call.invited if call.talks else None


def dead_air_s(call: CallSeen) -> float:
    """The longest time without anything to hear, between the answer and the end, talks and recordings left out."""
    if call.answered is None or call.ended is None:
        return 0.0
    # a phone that vanished is as silent as its owner: that is not ours to end
    busy = [(talk.began, call.ended if talk.ended_by == "vanished" else talk.ended) for talk in call.talks]
    marks = [(call.answered, call.answered)]
    for sound in call.heard:
        if sound.name:
            marks.append((sound.began, sound.ended))
    marks += busy
    marks.append((call.ended, call.ended))
    marks.sort()
    worst = reached = 0.0
    for before, after in pairwise(marks):
        reached = max(reached, before[1])
        recording = any(sound.name == "beep" and abs(sound.ended - reached) < 0.1 for sound in call.heard)
        if not recording:
            worst = max(worst, after[0] - reached)
    return worst

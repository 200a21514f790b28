"""No machine fails: the caller leaves, and phones say no or are picked up by a mailbox."""

from dataclasses import replace

from hotline_agi.lab.behaviour import busy, decline, voicemail
from tests.faults.cell import End, Expectation
from tests.faults.faults.fault import (
    ACCEPT_PROMPT,
    ACCEPTING,
    ARRIVING,
    BEFORE,
    BRIDGING,
    GREETING,
    RECORDING,
    RINGING,
    TALKING,
    Fault,
    NotStruck,
    usual,
)
from tests.faults.scene import MOBILE, Scene


async def _leave(scene: Scene) -> str:
    scene.leave()
    assert scene.caller is not None
    return f"the caller sent {'BYE' if scene.caller.answered_at else 'CANCEL'}"


def _left(stage: str) -> Expectation:
    expects = usual(stage)
    if stage == TALKING:
        return expects
    if stage == RECORDING:  # 1 s is too short to be kept
        return replace(expects, ends=frozenset({End.LEFT, End.MESSAGE}))
    return replace(expects, ends=frozenset({End.LEFT, End.TALKED}))


async def _busy(scene: Scene) -> str:
    scene.people[MOBILE].behaviour = busy()
    return "from now on the mobile answers 486"


async def _declines(scene: Scene) -> str:
    """What rings is pushed away; later calls too."""
    person = scene.people[MOBILE]
    person.behaviour = decline(0.5)
    for call in person.calls:
        call.reject(603)
    return f"603 to {len(person.calls)} call, and to later ones"


async def _mailbox(scene: Scene) -> str:
    person = scene.people[MOBILE]
    person.behaviour = voicemail(0.3)
    ringing = [call for call in person.calls if call.ended_at is None and call.answered_at is None]
    for call in ringing:
        voicemail(0.0)(call)
    if person.calls and not ringing:
        raise NotStruck("the mobile does not ring")
    return "a voicemail picks up the mobile, now and later"


async def _nobody_takes_it_up(scene: Scene) -> None:
    scene.out_of_service.add(MOBILE)


FAULTS = (
    Fault(
        name="caller leaves",
        words="the caller sends CANCEL or BYE",
        strike=_leave,
        expects=_left,
        stages=(ARRIVING, GREETING, RINGING, ACCEPT_PROMPT, ACCEPTING, BRIDGING, TALKING, RECORDING),
    ),
    Fault(
        name="mobile busy",
        words="the mobile is in another talk (486)",
        strike=_busy,
        prepare=_nobody_takes_it_up,
        stages=(BEFORE,),
    ),
    Fault(
        name="mobile declines",
        words="the mobile's owner pushes the call away (603)",
        strike=_declines,
        prepare=_nobody_takes_it_up,
        stages=(BEFORE, GREETING, RINGING),
    ),
    Fault(
        name="voicemail",
        words="the mobile's voicemail picks up, and never presses 1",
        strike=_mailbox,
        prepare=_nobody_takes_it_up,
        stages=(BEFORE, GREETING, RINGING),
    ),
)

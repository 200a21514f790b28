"""A phone that is gone without a word, and a network that loses and delays."""

import asyncio
from dataclasses import replace

from hotline_agi.lab.behaviour import dead
from tests.faults import bounds
from tests.faults.cell import Expectation
from tests.faults.faults.fault import (
    ACCEPT_PROMPT,
    ACCEPTING,
    ARRIVING,
    BEFORE,
    BRIDGING,
    JUST_HUNG_UP,
    RECORDING,
    RINGING,
    TALKING,
    WRAP_UP,
    Fault,
    usual,
)
from tests.faults.flood import Flood
from tests.faults.scene import MOBILE, SOFTPHONE, Needs, Scene

LASTS_S = 20.0
FLOOD_S, FLOOD_PER_S = 10.0, 500
LOSS, JITTER_S = 0.3, 0.3
RETRANSMITS_S = 4.0
"""SIP repeats after 0.5, 1.5 and 3.5 s (RFC 3261 T1): of a hundred messages one is lost four times at 30 %."""


async def _mobile_vanishes(scene: Scene) -> str:
    """The phone that the stage is about: no BYE, no answer to anything, no audio."""
    person = scene.people[MOBILE]
    person.behaviour = dead()
    scene.out_of_service.add(MOBILE)
    for call in person.calls:
        call.ignore()
        call.abandon()
    return f"the mobile is dead, with {len(person.calls)} call on it"


async def _softphone_vanishes(scene: Scene) -> str:
    scene.hotline.stage.phones[SOFTPHONE].vanish()
    scene.out_of_service.add(SOFTPHONE)
    return "the softphone's sockets are closed; Asterisk believes it registered"


async def _worsen(scene: Scene) -> str:
    assert scene.weather is not None
    scene.weather.loss, scene.weather.jitter_s = LOSS, JITTER_S
    scene.weather.passed = scene.weather.lost = 0
    return f"{LOSS:.0%} of all packets are lost, the others late by up to {1000 * JITTER_S:.0f} ms"


async def _better(scene: Scene) -> None:
    assert scene.weather is not None
    await asyncio.sleep(LASTS_S)
    scene.kept["weather"] = (scene.weather.passed, scene.weather.lost)
    scene.weather.loss, scene.weather.jitter_s = 0.0, 0.0


async def _flood(scene: Scene) -> str:
    """Strangers: INVITE and REGISTER in turn, for accounts that are and are not there."""
    flood = scene.kept["flood"] = Flood(scene.hotline.stage.server)
    flood.start()
    await asyncio.sleep(0.1)
    return f"{FLOOD_PER_S} requests a second from a stranger"


async def _ebb(scene: Scene) -> None:
    await asyncio.sleep(FLOOD_S)
    scene.kept["flood"].stop()


def _flooded(scene: Scene) -> str:
    return f"{scene.kept['flood'].sent} were sent"


def _counted(scene: Scene) -> str:
    passed, lost = scene.kept["weather"]
    return f"{lost} of {passed + lost} packets were lost"


def _vanished(stage: str) -> Expectation:
    expects = usual(stage)
    return replace(
        expects, silence_s=bounds.LOST_PHONE_SILENCE_S, cuts=True, why="the volunteer's phone itself is what fails"
    )


def _bad_network(stage: str) -> Expectation:
    expects = usual(stage)
    return replace(
        expects,
        silence_s=bounds.SILENCE_S + RETRANSMITS_S,
        stops_s=bounds.STOPS_S + RETRANSMITS_S,
        why="messages that were lost are repeated after 0.5, 1.5 and 3.5 s",
    )


FAULTS = (
    Fault(
        name="mobile vanishes",
        words="the mobile that rings or talks is dead without BYE",
        strike=_mobile_vanishes,
        expects=_vanished,
        stages=(RINGING, ACCEPT_PROMPT, ACCEPTING, BRIDGING, TALKING, WRAP_UP),
        needs=Needs(quick_rtp_timeout=True),
    ),
    Fault(
        name="softphone vanishes",
        words="a softphone that rings is dead without a word",
        strike=_softphone_vanishes,
        expects=_vanished,
        stages=(BEFORE, ARRIVING, RINGING, JUST_HUNG_UP),
    ),
    Fault(
        name="flood",
        words="500 INVITE and REGISTER a second from a stranger, for 10 s",
        strike=_flood,
        course=_ebb,
        stages=(BEFORE, ARRIVING, RINGING, ACCEPTING, TALKING),
        proof=_flooded,
    ),
    Fault(
        name="bad network, SIP",
        words="30 % loss and 300 ms jitter on all SIP for 20 s",
        strike=_worsen,
        course=_better,
        expects=_bad_network,
        stages=(BEFORE, ARRIVING, RINGING, ACCEPT_PROMPT, ACCEPTING, BRIDGING, TALKING, RECORDING, JUST_HUNG_UP),
        needs=Needs(relay=True),
        proof=_counted,
    ),
    Fault(
        name="bad network, SIP and RTP",
        words="30 % loss and 300 ms jitter on all SIP and RTP for 20 s",
        strike=_worsen,
        course=_better,
        expects=_bad_network,
        stages=(BEFORE, RINGING, TALKING, RECORDING),
        needs=Needs(relay=True, relay_media=True),
        proof=_counted,
    ),
)

"""The line of test calls: a machine serves it beside the roster's own, so that a test call takes a real call's way.

Its ids begin with a digit, which no id in a roster may: it can meet no line, volunteer or endpoint of somebody's. It is
open around the clock, its one volunteer is an answering machine (`ENDPOINT` is dialled as the settings say), and there
is nothing in it that waits, rests or overflows: a test call that is not joined ends.
"""

from dataclasses import replace
from datetime import time
from zoneinfo import ZoneInfo

from hotline_agi.roster.model import (
    Endpoint,
    EndpointKind,
    Line,
    RingGroup,
    RingStep,
    Roster,
    Volunteer,
)
from hotline_agi.roster.plan import Shift, weekly
from hotline_agi.terms.ids import EndpointId, LineId, VolunteerId
from hotline_agi.terms.languages import Language

LINE = LineId("0-canary")
VOLUNTEER = VolunteerId("0-canary")
ENDPOINT = EndpointId("0-canary")
MAX_WAIT_S = 30.0


def with_canary(roster: Roster) -> Roster:
    """`roster` as a machine has it: with the line of test calls. The same roster gives the same."""
    line = next(iter(roster.lines.values()), None)
    language = line.language if line is not None else Language.ZH
    endpoint = Endpoint(id=ENDPOINT, kind=EndpointKind.SOFTPHONE, pjsip_name=ENDPOINT, confirm=True)
    volunteer = Volunteer(id=VOLUNTEER, name="canary", languages=(language,), endpoints=(endpoint,))
    return replace(
        roster,
        lines={**roster.lines, LINE: _line(language)},
        volunteers={**roster.volunteers, VOLUNTEER: volunteer},
    )


def _line(language: str) -> Line:
    always = weekly(dict.fromkeys(range(7), (VOLUNTEER,)))
    return Line(
        id=LINE,
        name={"zh": "测试", "en": "Canary"},
        zone=ZoneInfo("UTC"),
        numbers=(),
        language=language,
        opening=(),
        ring_steps=(RingStep(group=RingGroup.ON_SHIFT, count=None, for_s=MAX_WAIT_S),),
        ring_timeout_s=MAX_WAIT_S,
        max_wait_s=MAX_WAIT_S,
        comfort_every_s=MAX_WAIT_S,
        wrap_up_s=0.0,
        overflow=(),
        closed=(),
        transfer=None,
        transfer_timeout_s=0.0,
        shifts=(Shift(slot="always", start=time(0), until=time(0), people=always),),
    )

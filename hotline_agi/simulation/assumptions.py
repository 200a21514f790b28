"""What a simulation takes for granted of people, because no roster says it; every one of these can be set."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from hotline_agi.roster.model import EndpointKind
from hotline_agi.simulation.crowd import Habits
from hotline_agi.simulation.spans import lognormal, uniform
from hotline_agi.simulation.staff import Manner, Staff
from hotline_agi.terms.languages import Language

NIGHT_FROM, NIGHT_UNTIL = 22, 6
"""Hours of the line's wall clock in which the night factor counts."""

CALLERS = Habits(
    talk_s=lognormal(900.0, 0.7),
    patience_s=lognormal(180.0, 1.0),
    redial=0.3,
    redial_after_s=uniform(60.0, 900.0),
    message=0.3,
    message_s=uniform(15.0, 90.0),
)
"""Talks last lognormally, as those of call centres do (Brown et al., "Statistical Analysis of a Telephone Call Center",
JASA 2005); the figures are guesses of ours."""
SOFTPHONE = Manner(accept=0.5, decline=0.05, busy=0.02, unreachable=0.05)
MOBILE = Manner(accept=0.45, decline=0.05, busy=0.02, unreachable=0.03, voicemail=0.2)
"""Guesses of ours too: compare with `hotline calls` of your own line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Assumptions:
    callers: Habits = CALLERS
    phones: Mapping[EndpointKind, Manner] = field(
        default_factory=lambda: {EndpointKind.SOFTPHONE: SOFTPHONE, EndpointKind.MOBILE: MOBILE}
    )
    night: float = 0.8
    """At night the chance of an accept is multiplied with this."""
    overflow_calls: int = 1
    """So many calls at a time the overflow number takes."""

    def staff(self, seed: str, zone: ZoneInfo, begins_at: datetime) -> Staff:
        factor = None if self.night == 1.0 else Nights(zone, begins_at, self.night)
        return Staff(manners=self.phones, seed=seed, factor=factor, overflow_calls=self.overflow_calls)


@dataclass(frozen=True, slots=True)
class Nights:
    """The factor of an instant, in seconds since `begins_at`."""

    zone: ZoneInfo
    begins_at: datetime
    factor: float

    def __call__(self, now_s: float) -> float:
        hour = (self.begins_at + timedelta(seconds=now_s)).astimezone(self.zone).hour
        return self.factor if hour >= NIGHT_FROM or hour < NIGHT_UNTIL else 1.0


def in_words(assumed: Assumptions, language: Language) -> list[str]:
    """What was assumed, a sentence each."""
    callers = assumed.callers
    if language is Language.ZH:
        text = "假定：通话时长 {}；等待耐心 {}；未接通后再拨 {:.0%}（隔 {}）；留言 {:.0%}"
    else:
        text = "assumed: talks {}; patience {}; who reaches nobody calls again with {:.0%} (after {}), "
        text += "leaves a message with {:.0%}"
    said = [
        text.format(
            callers.talk_s.in_words(language),
            callers.patience_s.in_words(language),
            callers.redial,
            callers.redial_after_s.in_words(language),
            callers.message,
        ),
    ]
    for kind, manner in assumed.phones.items():
        shares = (manner.accept, manner.voicemail, manner.decline, manner.busy, manner.unreachable)
        if language is Language.ZH:
            text = "每次响铃接受 {:.0%}（{} 后），语音信箱 {:.0%}，拒接 {:.0%}，占线 {:.0%}，联系不上 {:.0%}"
            name = {"softphone": "软电话", "mobile": "手机"}[kind]
            said.append(f"{name}：{text.format(shares[0], manner.accept_after_s.in_words(language), *shares[1:])}")
        else:
            text = "a ring is accepted with {:.0%} (after {}), voicemail {:.0%}, declined {:.0%}, busy {:.0%}, "
            text += "unreachable {:.0%}"
            said.append(f"{kind}: {text.format(shares[0], manner.accept_after_s.in_words(language), *shares[1:])}")
    if assumed.night != 1.0:
        hours = f"{NIGHT_FROM:02}:00-{NIGHT_UNTIL:02}:00"
        said.append(
            f"夜间 {hours}：接受的概率乘以 {assumed.night:g}"
            if language is Language.ZH
            else f"at night, {hours}: accepts times {assumed.night:g}"
        )
    at_once = assumed.overflow_calls
    said.append(
        f"转接号码（如果有）同时只能接 {at_once} 个电话；占线时进入 `overflow` 的下一步"
        if language is Language.ZH
        else f"the overflow number, if there is one, takes {at_once} call{'s' if at_once > 1 else ''} at a time; "
        "who finds it busy goes on to the next step of `overflow`"
    )
    return said

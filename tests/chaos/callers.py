"""A caller, from the INVITE to the end of the call."""

import time
from functools import partial

from hotline_agi.lab.call import PhoneCall
from tests.bench.phones import LightPeer
from tests.chaos.ears import Party
from tests.chaos.evidence import CallSeen
from tests.chaos.people import CallerPlan, Does, Wish
from tests.chaos.volunteers import Talking, Voices

STAR_AGAIN_S = 3.0
"""Who pressed the star and hears nothing of it presses it again."""
LEFT_ALONE_S = 3.0
"""A caller whose volunteer vanished hangs up so long after their talk should have ended."""
BREATHES_S = 15.0
"""Into a recording, for who says nothing; longer than the silence that ends it."""
ENDLESS_S = 150.0
"""A caller who is still on the line after this has met no end; they hang up, and the call counts as lost."""


class Caller:
    """One call, from the INVITE to its end."""

    def __init__(self, voices: Voices, peer: LightPeer, plan: CallerPlan, call: PhoneCall) -> None:
        self.peer, self.plan, self.call = peer, plan, call
        self.party = Party(call, self._on_sound, self._on_voice)
        self.talks: list[Talking] = []
        self.hung_up: float | None = None
        self.spoke_s = 0.0
        self.crashed = False
        self._voices = voices
        self._speaks_since: float | None = None
        voices.ears.listen(self.party)
        call.later(ENDLESS_S, call.hang_up)
        if plan.wish is Wish.LEAVE:
            # from the INVITE on: some leave before they are answered
            call.later(plan.after_s, self._leave)
        elif plan.wish is Wish.MESSAGE:
            call.later(plan.after_s, self._press_star)

    @property
    def talking(self) -> Talking | None:
        return self.talks[-1] if self.talks and self.talks[-1].ended is None else None

    def hang_up(self) -> None:
        """Of the caller's own will."""
        if self.call.ended_at is None and self.hung_up is None:
            self.hung_up = time.monotonic()
            self._stop_speaking()
            self.call.hang_up()

    def over(self) -> None:
        self._stop_speaking()
        self._voices.ears.over(self.party)

    def seen(self, *, good: bool = False) -> CallSeen:
        call = self.call
        return CallSeen(
            number=self.plan.number,
            line=self.plan.line,
            wish=self.plan.wish,
            sip_id=call.call_id,
            invited=call.invited_at,
            answered=call.answered_at,
            ended=call.ended_at,
            end_reason=call.end_reason,
            status=call.status,
            hung_up=self.hung_up,
            spoke_s=self.spoke_s,
            crashed=self.crashed,
            heard=self.party.heard(),
            talks=tuple(talk.seen() for talk in self.talks),
            ladder="" if good else call.ladder(),
        )

    # ---- what they do

    def _leave(self) -> None:
        if not self.talks and self._speaks_since is None:
            self.hang_up()

    def _press_star(self) -> None:
        if self.talks or self._has_heard("message"):
            return
        if self.call.answered_at is not None:
            self.call.press("*")
        self.call.later(STAR_AGAIN_S, self._press_star)

    def _has_heard(self, name: str) -> bool:
        return any(sound.name == name for sound in self.party.heard())

    def _on_sound(self, name: str) -> None:
        if name == "beep" and self._speaks_since is None:
            self._speaks_since = time.monotonic()
            if self.plan.speaks_s:
                speaks_s, end = self.plan.speaks_s, self._end_message
                self._voices.ears.speak(self.peer, self.party, speaks_s, loud=True, done=end)
            else:
                self._breathe()
        elif name in ("message-kept", "message-short"):
            self._stop_speaking()

    def _end_message(self) -> None:
        self._stop_speaking()
        if self.plan.ends_by_key:
            self.call.press("#")
            self._breathe()
        else:
            self.hang_up()

    def _breathe(self) -> None:
        """A recording is not over before frames say so: a phone that sent nothing would hold it up."""
        self._voices.ears.speak(self.peer, self.party, BREATHES_S, loud=False)

    def _stop_speaking(self) -> None:
        if self._speaks_since is not None:
            said_s = self._voices.ears.hush(self.party, None)
            if self.plan.speaks_s and not self.spoke_s:
                self.spoke_s = said_s

    def _on_voice(self, number: int) -> None:
        leg = self._voices.of(number)
        if leg is None or self.call.ended_at is not None:
            return
        now = time.monotonic()
        self._voices.ears.hush(leg.party, number)
        talk = Talking(self.party, leg, now)
        self.talks.append(talk)
        leg.talk = talk
        self._voices.ears.say(self.peer, self.party, number)  # until the volunteer has heard it
        talk_s = self.plan.talk_s
        if leg.reaction.does is Does.VANISHES_TALKING:
            leg.call.later(talk_s / 2, leg.vanish)
            self.call.later(talk_s + LEFT_ALONE_S, partial(self._end_talk, talk))
        elif self.plan.hangs_up_first:
            self.call.later(talk_s, partial(self._end_talk, talk))
        else:
            leg.call.later(talk_s, leg.hang_up)
            self.call.later(talk_s + ENDLESS_S / 2, partial(self._end_talk, talk))

    def _end_talk(self, talk: Talking) -> None:
        if talk is self.talks[-1]:
            self.hang_up()

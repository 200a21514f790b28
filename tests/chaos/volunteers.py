"""A call to a volunteer's phone, and the talk that it may become."""

import time
from functools import partial

from hotline_agi.lab.call import PhoneCall
from tests.bench.phones import LightPeer
from tests.chaos.ears import Ears, Party
from tests.chaos.evidence import EndedBy, RingSeen, Talk
from tests.chaos.people import Does, Reaction

PICKS_UP_FIRST_S = 0.7
"""A mobile is picked up so long before the key 1 is pressed."""
KEY_LASTS_S = 0.2
MAILBOX_HOLDS_S = 20.0
WAITS_FOR_S = 15.0
"""A volunteer who accepted and hears nobody hangs up."""


class Voices:
    """Which number speaks on which ring, so that who hears it knows whom they hear."""

    def __init__(self, ears: Ears) -> None:
        self.ears = ears
        self._speaking: dict[int, Ringing] = {}
        self._numbers = 0

    def begin(self, ring: "Ringing") -> int:
        """`ring` speaks from now on, until it is heard; its number."""
        self._numbers += 1
        self._speaking[self._numbers] = ring
        self.ears.listen(ring.party)
        self.ears.say(ring.peer, ring.party, self._numbers)
        return self._numbers

    def end(self, number: int) -> None:
        self._speaking.pop(number, None)

    def of(self, number: int) -> "Ringing | None":
        return self._speaking.get(number)


class Talking:
    """A caller and a volunteer hear each other."""

    def __init__(self, caller: Party, leg: "Ringing", began: float) -> None:
        self.caller, self.leg, self.began = caller, leg, began
        self.ended: float | None = None
        self.ended_by: EndedBy = "pbx"
        self.two_way = False

    def end(self, by: EndedBy) -> None:
        if self.ended is None:
            self.ended, self.ended_by = time.monotonic(), by

    def seen(self) -> Talk:
        return Talk(
            volunteer=self.leg.volunteer,
            began=self.began,
            ended=self.ended if self.ended is not None else time.monotonic(),
            ended_by=self.ended_by,
            two_way=self.two_way,
        )


class Ringing:
    """One call to a volunteer's phone."""

    def __init__(self, voices: Voices, peer: LightPeer, volunteer: str, line: int | None, call: PhoneCall) -> None:
        self.call, self.peer, self.volunteer, self.line = call, peer, volunteer, line
        self.reaction = Reaction(does=Does.ACCEPTS, after_s=1.0)
        self.party = Party(call, lambda _: None, self._on_voice)
        self.talk: Talking | None = None
        self.hung_up = False
        self.vanished = False
        self.accepted: float | None = None
        self.alone = True
        self._voices = voices
        self._number = 0

    def act(self, reaction: Reaction) -> None:
        self.reaction = reaction
        call, after_s = self.call, reaction.after_s
        match reaction.does:
            case Does.IS_BUSY:
                call.reject(486)
            case Does.DEAD:
                call.ignore()
                call.later(MAILBOX_HOLDS_S, call.abandon)
            case Does.DECLINES:
                call.ring()
                call.later(after_s, partial(call.reject, 603))
            case Does.RINGS_ON:
                call.ring()
            case Does.MAILBOX:
                call.ring()
                call.later(after_s, partial(call.answer, media=False))
                call.later(after_s + MAILBOX_HOLDS_S, self.hang_up)
            case Does.VANISHES_RINGING:
                call.ring()
                call.later(after_s, self.vanish)
            case Does.ACCEPTS | Does.VANISHES_TALKING:
                call.ring()
                self._pick_up(after_s)

    def hang_up(self) -> None:
        if self.call.ended_at is None:
            self.hung_up = True
            self.call.hang_up()

    def vanish(self) -> None:
        """No power any more: nothing is sent, nothing is answered."""
        if self.call.ended_at is None:
            self.vanished = True
            self.call.ignore()
            if self.talk is not None:
                self.talk.end("vanished")
            self.call.abandon()

    def over(self) -> None:
        self._voices.ears.over(self.party)
        self._voices.end(self._number)

    def seen(self, until: float) -> RingSeen:
        """As long as it disturbs: until it is answered for good, refused or stopped."""
        call = self.call
        ended = call.ended_at if call.ended_at is not None else until
        how = self.reaction.does.value
        if self.accepted is not None:
            ended, how = self.accepted, "accepted"
        elif self.reaction.does is Does.DEAD:
            ended = call.invited_at  # it makes no sound
        elif self.reaction.does is Does.MAILBOX and call.answered_at is not None:
            ended = call.answered_at
        elif call.end_reason == "cancelled":
            how = "cancelled"
        return RingSeen(
            volunteer=self.volunteer, line=self.line, began=call.invited_at, ended=ended, how=how, alone=self.alone
        )

    @property
    def in_vain(self) -> float | None:
        """Seconds between an accept and the end of a call that brought no caller."""
        if self.accepted is None or self.talk is not None or self.call.ended_at is None:
            return None
        return self.call.ended_at - self.accepted

    def _pick_up(self, after_s: float) -> None:
        call = self.call
        if self.volunteer.startswith("m"):
            call.later(after_s, partial(call.answer, media=False))
            call.later(after_s + PICKS_UP_FIRST_S, self._press)
        else:
            call.later(after_s, self._answer)
        call.later(after_s + PICKS_UP_FIRST_S + WAITS_FOR_S, self._give_up)

    def _answer(self) -> None:
        self.call.answer(media=False)
        self._speak()

    def _press(self) -> None:
        self.call.press("1")
        self.call.later(KEY_LASTS_S, self._speak)

    def _speak(self) -> None:
        self.accepted = self.accepted or time.monotonic()
        self._number = self._voices.begin(self)

    def _give_up(self) -> None:
        if self.talk is None:
            self.hang_up()

    def _on_voice(self, number: int) -> None:
        if self.talk is not None and number == self._number:
            self.talk.two_way = True
            self._voices.ears.hush(self.talk.caller, number)

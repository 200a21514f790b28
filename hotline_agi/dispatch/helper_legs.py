"""The legs of those who help in talks: rung, told, answered, taken back. Who is rung when: `supervision.py`."""

from hotline_agi.dispatch.commands import (
    AnswerHelper,
    CancelLeg,
    CancelReason,
    DismissLeg,
    Fact,
    HelperWord,
    HelpWord,
    RingHelper,
    TellVolunteer,
)
from hotline_agi.dispatch.help_book import Help, Helper
from hotline_agi.dispatch.notice_legs import language_of, next_endpoint
from hotline_agi.dispatch.switchboard import CANCEL_GRACE_S, PROMPT_LIMIT_S, RING_GRACE_S, Switchboard, Timer
from hotline_agi.roster.model import Endpoint
from hotline_agi.terms.helping import HelperRole
from hotline_agi.terms.ids import LegId, VolunteerId


def may_ring(board: Switchboard, who: VolunteerId) -> bool:
    seat = board.seats.seat(who)
    return (
        not seat.legs
        and not seat.elsewhere
        and seat.paused_until_s <= board.now.mono_s
        and next_endpoint(board, who, 0) is not None
    )


def ring_person(board: Switchboard, help_: Help, who: VolunteerId, role: HelperRole, ring_s: float, nth: int) -> bool:
    """Ring the first endpoint of theirs from the `nth` on that can be reached; False: there is none."""
    reached = next_endpoint(board, who, nth)
    if reached is None:
        return False
    person = board.roster.volunteers[who]
    ring(board, help_, role, person.endpoints[reached], language_of(person, help_.call.line), ring_s, who, nth=reached)
    return True


def ring(
    board: Switchboard,
    help_: Help,
    role: HelperRole,
    endpoint: Endpoint,
    language: str,
    ring_s: float,
    who: VolunteerId | None,
    *,
    nth: int,
) -> None:
    helper = Helper(
        leg=board.new_leg_id(),
        node=help_.call.node,
        talk=help_.talk,
        role=role,
        volunteer=who,
        nth_endpoint=nth,
        rang_s=board.now.mono_s,
    )
    board.help.live[helper.leg] = helper
    if who is not None:
        board.seats.take(who, helper.leg, board.now.mono_s)
    board.set_timer(Timer.HELPER, helper.leg, ring_s + RING_GRACE_S)
    board.out.append(
        RingHelper(
            leg=helper.leg,
            node=helper.node,
            talk=help_.talk,
            role=role,
            volunteer=who,
            endpoint=endpoint,
            language=language,
            ring_timeout_s=ring_s,
        )
    )
    board.note(help_.call, Fact.HELPER_RANG, volunteer=who, detail=role.value)


def sits(board: Switchboard, helper: Helper) -> None:
    """Whoever is there is in a talk, as far as others are concerned."""
    if helper.volunteer is not None:
        seat = board.seats.seat(helper.volunteer)
        seat.talking = True
        board.seats.settle(seat, board.now.mono_s)


def withdraw(board: Switchboard, helper: Helper, reason: CancelReason) -> None:
    """Silently while it rings, with a word once it was picked up."""
    if helper.withdrawn:
        return
    helper.withdrawn = True
    command = DismissLeg if helper.picked_up else CancelLeg
    board.set_timer(Timer.HELPER, helper.leg, PROMPT_LIMIT_S if helper.picked_up else CANCEL_GRACE_S)
    board.out.append(command(leg=helper.leg, node=helper.node, reason=reason))


def there(board: Switchboard, talk: LegId, role: HelperRole) -> list[Helper]:
    return [one for one in board.help.of(talk, role) if one.is_there]


def tell(board: Switchboard, help_: Help, word: HelpWord) -> None:
    board.out.append(TellVolunteer(leg=help_.talk, node=help_.call.node, word=word, language=help_.call.line.language))


def answer(board: Switchboard, leg: LegId, word: HelperWord) -> None:
    board.out.append(AnswerHelper(leg=leg, word=word))

"""Help in talks after a gap of the link or a restart: who rings or is there goes on, who was looked for still is."""

from hotline_agi.dispatch import supervision
from hotline_agi.dispatch.events import LegAnswered, LegStage, LiveLeg, StockTaken
from hotline_agi.dispatch.help_book import Helper
from hotline_agi.dispatch.state import Call
from hotline_agi.dispatch.stock import MAKING_S
from hotline_agi.dispatch.switchboard import PROMPT_LIMIT_S, Switchboard, Timer
from hotline_agi.terms.causes import Cause
from hotline_agi.terms.helping import HelperRole


def stock_taken(board: Switchboard, stock: StockTaken) -> None:
    """Helpers in that Asterisk who ended unseen are gone; who was picked up unseen, was."""
    alive = {leg.leg: leg for leg in stock.legs}
    for helper in [one for one in board.help.live.values() if one.node == stock.node]:
        found = alive.get(helper.leg)
        if found is not None:
            helper.cancel_repeats = 0
            if found.up:
                supervision.of_leg(board, LegAnswered(leg=helper.leg))
        elif helper.rang_s < stock.asked_s - MAKING_S:
            supervision.ended(board, helper, Cause.UNKNOWN)
    for help_ in board.help.helps.values():
        if help_.seeks and not board.help.of(help_.talk, HelperRole.SUPERVISOR):
            board.set_timer(Timer.HELP, help_.talk, 0.0)  # who waited for the link waits no longer


def adopt(board: Switchboard, found: LiveLeg) -> bool:
    """A helper of a talk that this machine took over goes on. False: it is nobody's."""
    leg = supervision.talking(board, found.talk) if found.talk is not None else None
    if leg is None or found.role is None:
        return False
    if found.volunteer is not None and board.seats.is_taken(found.volunteer):
        return False
    help_ = supervision.help_of(board, leg)
    supervision.mark(board, leg)  # that is noted already, if the note came to the disk
    role, is_there = found.role, found.stage is LegStage.HELPING
    if is_there and role is HelperRole.SUPERVISOR and supervision.there(board, help_.talk, role):
        return False
    helper = Helper(
        leg=found.leg,
        node=leg.node,
        talk=leg.id,
        role=role,
        volunteer=found.volunteer,
        nth_endpoint=0,
        rang_s=board.now.mono_s - found.age_s,
        picked_up=found.up,
        is_there=is_there,
    )
    board.help.live[helper.leg] = helper
    if found.volunteer is not None:
        board.seats.adopt(found.volunteer, helper.leg, board.now.mono_s, talking=is_there)
    help_.has_room = help_.has_room or (is_there and (role is HelperRole.CONTACT or found.in_room))
    if not is_there:
        board.set_timer(Timer.HELPER, helper.leg, PROMPT_LIMIT_S)
    return True


def resume(board: Switchboard, call: Call, *, asked: bool) -> None:
    """A supervisor was looked for in `call` when the run before ended; if none is there, that goes on.

    `asked`: so it was noted. Who is rung for it proves it as well: a kill takes the last notes with it.
    """
    leg = call.winner
    if leg is None or supervision.talking(board, leg.id) is None:
        return
    ringing = board.help.of(leg.id, HelperRole.SUPERVISOR)
    if not any(one.is_there for one in ringing) and (asked or ringing):
        help_ = supervision.help_of(board, leg)
        help_.seeks, help_.rounds = True, 1
        rung = {one.volunteer for one in ringing}
        help_.to_ring = [who for who in supervision.supervisors(board, help_) if who not in rung]
        found = supervision.policy(board, call)
        board.set_timer(Timer.HELP, help_.talk, found.ring_s if ringing and found is not None else 0.0)

"""Why these people were rung and others were not: said in the call's facts at the moment of the choice.

A fact's detail is ``key=value`` fields, separated by ``;``: ids separated by blanks, with ``@`` and an instant where
the reason ends by itself. It is bounded: of more than `MOST_TOLD` people the rest is only counted.

    order=longest-idle;want=2;rang=lin wang;resting=chen@2026-02-05T03:10Z;language=bao;spare=gu
"""

from itertools import islice
from math import inf

from hotline_agi.dispatch import groups
from hotline_agi.dispatch.commands import Fact
from hotline_agi.dispatch.pools import unmet
from hotline_agi.dispatch.state import Call
from hotline_agi.dispatch.switchboard import Switchboard
from hotline_agi.dispatch.waiting import caller_class
from hotline_agi.roster.model import RingGroup
from hotline_agi.terms.ids import VolunteerId
from hotline_agi.terms.standing import VolunteerState

MOST_TOLD = 32


def note(board: Switchboard, call: Call, rung: list[VolunteerId]) -> None:
    """`rung` were chosen for `call` just now."""
    step = call.ring_steps[call.wave] if call.wave < len(call.ring_steps) else None
    if step is None:
        return
    line = board.current_line(call)
    duty = board.duty(line)
    on = duty.volunteers if step.group is RingGroup.ON_SHIFT else duty.backup
    ringing = {leg.volunteer for leg in call.legs.values()}
    passed: dict[str, list[str]] = {}
    for volunteer in islice(on, MOST_TOLD):
        if volunteer not in ringing and volunteer not in rung:
            reason, until = _reason(board, call, volunteer)
            passed.setdefault(reason, []).append(f"{volunteer}{until}")
    fields = [f"order={line.order}", f"want={_wanted(call)}", f"rang={' '.join(rung)}"]
    if call.id in board.waiting and len(board.waiting) > 1:
        fields.append(f"place={board.waiting.place(call, board.now.mono_s) + 1}")
    fields += [f"{reason}={' '.join(people)}" for reason, people in passed.items()]
    spoken = [want.language for want in groups.wants(board, call) if want.language]
    if "language" in passed and spoken:
        fields.append(f"speaks={spoken[0]}")
    if len(on) > MOST_TOLD:
        fields.append(f"others={len(on) - MOST_TOLD}")
    board.note(call, Fact.CHOSE, detail=";".join(fields))


def note_freed(board: Switchboard, call: Call, volunteer: VolunteerId) -> None:
    """`volunteer` came free and is rung for `call`, whose group was the smallest."""
    board.note(call, Fact.CHOSE, volunteer=volunteer, detail=f"freed={volunteer}")


def note_served(board: Switchboard, call: Call) -> None:
    """`call`, which still stands in the queue, gets its volunteer: say at which place it stood, if others wait."""
    if call.id in board.waiting and len(board.waiting) > 1:
        place = board.waiting.place(call, board.now.mono_s) + 1
        found = caller_class(call)
        board.note(call, Fact.SERVED, detail=f"place={place}" + (f";class={found}" if found else ""))


def _wanted(call: Call) -> str:
    step = call.ring_steps[call.wave]
    if step.adaptive:
        return f"{call.line.adaptive.chance:.0%} within {call.line.adaptive.within_s:g} s"
    return "everybody" if step.count is None else str(step.count)


def _reason(board: Switchboard, call: Call, volunteer: VolunteerId) -> tuple[str, str]:
    """Why `volunteer` was not rung, and until when that is so."""
    if volunteer in call.declined:
        return "declined", ""
    person = board.roster.volunteers.get(volunteer)
    missing = unmet(person, groups.wants(board, call)) if person is not None else None
    if missing is not None:
        return ("language" if missing.language else "qualification"), ""
    seat = board.seats.seat(volunteer)
    if seat.state is VolunteerState.AVAILABLE:
        return ("rung-before" if volunteer in call.tried else "spare"), ""
    until_s = seat.until_s()
    until = ""
    if until_s < inf:
        until = f"@{board.now.when(until_s):%Y-%m-%dT%H:%MZ}"
    return seat.state.value.replace(" ", "-"), until

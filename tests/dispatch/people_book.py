"""The watch's own books of volunteers, and its own, naive answer to who is served first."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from math import inf

from hotline_agi.dispatch.commands import NoteVolunteer, RingLeg
from hotline_agi.dispatch.events import DeviceChanged, Event, VolunteerPaused, VolunteerResumed
from hotline_agi.dispatch.seats import Place
from hotline_agi.dispatch.state import Call, CallState, Leg
from hotline_agi.dispatch.switchboard import Switchboard
from hotline_agi.dispatch.waves import SPARE_S
from hotline_agi.roster.duty import on_duty
from hotline_agi.roster.model import CallerClass, Line, RingGroup, Volunteer, Want
from hotline_agi.roster.timetable import Duty
from hotline_agi.terms.ids import CallId, EndpointId, LegId, VolunteerId
from hotline_agi.terms.standing import VolunteerState
from tests.dispatch.truth import hold


@dataclass
class PeopleBook:
    """What the machine was told of volunteers, and said of them."""

    paused_until_s: dict[VolunteerId, float] = field(default_factory=dict)
    resumed_s: dict[VolunteerId, float] = field(default_factory=dict)
    gone: set[EndpointId] = field(default_factory=set)
    used: set[EndpointId] = field(default_factory=set)
    talks: Counter[VolunteerId] = field(default_factory=Counter)
    talk_s: dict[VolunteerId, float] = field(default_factory=lambda: defaultdict(float))
    noted_state: dict[VolunteerId, VolunteerState] = field(default_factory=dict)

    def told(self, event: Event, now_s: float, board: Switchboard) -> None:
        match event:
            case VolunteerPaused(volunteer=volunteer, for_s=for_s) if volunteer in board.roster.volunteers:
                self.paused_until_s[volunteer] = inf if for_s is None else now_s + for_s
            case VolunteerResumed(volunteer=volunteer) if volunteer in board.roster.volunteers:
                self.paused_until_s.pop(volunteer, None)
                self.resumed_s[volunteer] = now_s
            case DeviceChanged(endpoint=endpoint, reachable=reachable, busy=busy):
                (self.gone.discard if reachable else self.gone.add)(endpoint)
                (self.used.add if busy else self.used.discard)(endpoint)
            case _:
                pass

    def talked(self, volunteer: VolunteerId, talk_s: float) -> None:
        self.talks[volunteer] += 1
        self.talk_s[volunteer] += talk_s

    def noted(self, note: NoteVolunteer) -> None:
        self.noted_state[note.volunteer] = note.state

    def may_ring(self, command: RingLeg, now_s: float, board: Switchboard) -> None:
        """Hold what a ring of a volunteer must respect."""
        volunteer = command.volunteer
        assert volunteer is not None
        detail = (command.call, volunteer)
        hold(self.paused_until_s.get(volunteer, -inf) <= now_s + 1e-3, "nobody is rung while paused", detail)
        if command.endpoint.id in self.gone:
            hold(_last_resort(board, command.call), "no softphone is rung that is gone", (detail, command.endpoint.id))
        phones = {endpoint.id for endpoint in board.roster.volunteers[volunteer].endpoints}
        hold(not phones & self.used, "nobody is rung in a call of their own", detail)
        if self.noted_state.get(volunteer) is VolunteerState.RESTING:
            call = board.calls[command.call]
            others = [leg for leg in call.legs.values() if leg.cancelled is None and leg.rang_s < now_s]
            waits = now_s - call.rings_since_s >= SPARE_S or _last_resort(board, command.call)
            hold(waits and not others, "nobody is rung while they rest", detail)
        limits = board.roster.volunteers[volunteer].limits
        calls, minutes = limits.calls_per_shift, limits.talk_min_per_day
        hold(calls is None or self.talks[volunteer] < calls, "limits are kept", detail)
        hold(minutes is None or self.talk_s[volunteer] < 60 * minutes, "limits are kept", detail)
        noted = self.noted_state.get(volunteer)
        hold(noted is not VolunteerState.OVER_LIMIT, "limits are kept", (detail, "said so itself"))


def duty_of(board: Switchboard, line: Line) -> Duty:
    """Who is on duty by the roster, with those who agreed to stand in (`test_notice_days.py` watches these)."""
    at = board.now.at
    return board.notices.duty(line.id, on_duty(line, at), at, board.roster.volunteers)


def _last_resort(board: Switchboard, call_id: CallId) -> bool:
    """Whether nobody was left for `call_id` who could be rung in the usual way."""
    call = board.calls[call_id]
    duty = duty_of(board, board.current_line(call))
    group = duty.volunteers if call.ring_steps[call.wave].group is RingGroup.ON_SHIFT else duty.backup
    return not any(
        board.seats.is_free(who) and who not in call.tried and who not in call.declined and fits(board, call, person)
        for who in group
        if (person := board.roster.volunteers.get(who)) is not None
    )


def may_have(board: Switchboard, call: Call, leg: Leg) -> bool:
    """Whether the volunteer of `leg` may serve `call`, looked up from the roster itself."""
    if leg.volunteer is None or leg.volunteer in call.declined or leg.language != call.line.language:
        return False
    line = board.current_line(call)
    duty = duty_of(board, line)
    groups = {step.group for step in call.ring_steps[: call.wave + 1]}
    on = [*duty.volunteers] if RingGroup.ON_SHIFT in groups else []
    on += duty.backup if RingGroup.BACKUP in groups else ()
    person = board.roster.volunteers.get(leg.volunteer)
    if leg.volunteer not in on or person is None:
        return False
    return fits(board, call, person)


def away(board: Switchboard) -> frozenset[VolunteerId]:
    """Who cannot be waited for now."""
    return frozenset(who for who in board.roster.volunteers if board.seats.seat(who).place is Place.AWAY)


def fits(board: Switchboard, call: Call, person: Volunteer, came: frozenset[VolunteerId] = frozenset()) -> bool:
    """Whether `person` fulfils what the line wants now. A preference lapses with time, and where nobody of the step's
    group who meets it is left: rings for the call, or could. `came`: who was away when the others were chosen."""
    line = board.current_line(call)
    waited_s = board.now.mono_s - call.arrived_s
    menu = line.waiting.languages
    wishes = [
        want for want in line.wants if want.language not in menu or call.choosing or want.language == call.language
    ]
    wants = [want for want in wishes if want.for_s is None or waited_s < want.for_s]
    duty = duty_of(board, line)
    group = duty.volunteers if call.ring_steps[call.wave].group is RingGroup.ON_SHIFT else duty.backup
    now_s = board.now.mono_s  # who is handed over in the same step comes after whoever is looked at
    ringing = {leg.volunteer for leg in call.legs.values() if leg.cancelled is None and leg.handed_s != now_s}
    # who came free in this step, and is rung, was not there when the others were chosen
    just_rung = {leg.volunteer for leg in board.legs.values() if leg.rang_s == now_s and leg.call is not call}
    left = (
        who in ringing
        or (board.seats.seat(who).place is not Place.AWAY and who not in call.declined and who not in call.tried)
        for who in group
        if who not in just_rung | came and (one := board.roster.volunteers.get(who)) is not None and _meets(one, wants)
    )
    if not any(left):
        wants = [want for want in wants if want.for_s is None]
    return _meets(person, wants)


def _meets(person: Volunteer, wants: list[Want]) -> bool:
    return all(
        (not want.language or want.language in person.languages)
        and (not want.qualification or want.qualification in person.qualifications)
        for want in wants
    )


def who_is_served(board: Switchboard, leg_id: LegId, now_s: float) -> CallId | None:
    """Of all calls that may have the volunteer who accepts now, the one whose turn it is; before the machine
    decides.
    """
    leg = board.legs[leg_id]
    if leg.cancelled is not None or leg.call.winner is leg:
        return leg.call.id if leg.call.winner is leg else None
    board_now, board.now = board.now, type(board.now)(now_s, board.now.at)
    try:
        calls = [call for call in board.calls.values() if _wants(board, call, leg)]
    finally:
        board.now = board_now
    best = min(calls, key=lambda call: turn_of(call, now_s), default=None)
    return best.id if best else None


def _wants(board: Switchboard, call: Call, leg: Leg) -> bool:
    there = call.state is CallState.WAITING and not call.left and not call.hanging_up
    if call is leg.call or not there:
        return there
    return not call.transferring and call.node not in board.settling and may_have(board, call, leg)


def turn_of(call: Call, now_s: float) -> tuple[int, float, int]:
    order = call.policy
    worth_s = [0.0]
    worth_s += [order.worth_s[CallerClass.HIGH_RISK]] if call.high_risk else []
    worth_s += [order.worth_s[CallerClass.CUT_OFF]] if call.urgent else []
    worth_s += [order.worth_s[CallerClass.ASKED_FOR_HELP]] if call.asked_for_help else []
    worth_s += [order.worth_s[CallerClass.TRIED_AGAIN]] if call.tried_before else []
    waits_s = now_s - call.arrived_s - call.later_s + max(worth_s)
    part = 0
    if order.yields_s > 0 and waits_s < order.service_level_s + order.yields_s:
        part = 1 if waits_s < order.service_level_s else 2
    return part, -waits_s, call.order

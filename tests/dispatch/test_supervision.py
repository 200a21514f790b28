"""A volunteer asks for help in a talk: who is rung, who comes, and how all of it ends with the talk."""

from dataclasses import replace
from datetime import time

import pytest

from hotline_agi.dispatch.commands import (
    AnswerHelper,
    CancelLeg,
    CancelReason,
    CloseRecord,
    Command,
    DismissLeg,
    Fact,
    FlagCaller,
    HelperWord,
    HelpWord,
    NoteFact,
    OpenFollowUps,
    OpenRoom,
    RingHelper,
    TellVolunteer,
)
from hotline_agi.dispatch.events import (
    CallArrived,
    CallerHeld,
    CallerRecognised,
    ContactAsked,
    HelpAsked,
    HelperAnswered,
    LegAnswered,
    LegEnded,
    LegStage,
    LinkLost,
    LiveCall,
    LiveLeg,
    StockTaken,
    VolunteerPaused,
    Whereabouts,
)
from hotline_agi.dispatch.machine import Machine
from hotline_agi.dispatch.memory import Memory, Noted, OpenCall
from hotline_agi.dispatch.supervision import AGAIN_S
from hotline_agi.roster.model import Endpoint, EndpointKind, HighRisk, Roster
from hotline_agi.roster.plan import WeeklyHours
from hotline_agi.terms.causes import Cause
from hotline_agi.terms.helping import HelperRole
from hotline_agi.terms.ids import CallerToken, CallId, EndpointId, LegId, VolunteerId
from hotline_agi.terms.numbers import PhoneNumber
from tests.dispatch.desk import PBX1, Desk, facts, of
from tests.dispatch.lines import EVERY_DAY, XINLI, line, person, ring, roster, shift

DUTY = Endpoint(
    id=EndpointId("xinli-emergency"), kind=EndpointKind.MOBILE, number=PhoneNumber("01632960777"), confirm=True
)
RISK = HighRisk(
    supervisors=(VolunteerId("sun"), VolunteerId("qian")), ring_s=20.0, contact=DUTY, follow_ups_h=(24, 168)
)
TOKEN = CallerToken("aa")


def house(risk: HighRisk = RISK, **of_line: object) -> Roster:
    """lin is on shift alone; zhao coordinates the slot, sun and qian are supervisors of the line."""
    slot = shift(["lin"], [], coordinator=VolunteerId("zhao"))
    risky = line(high_risk=risk, shifts=(slot,), ring_steps=(ring(None, 60.0),), **of_line)
    return roster(risky, people=[person(who) for who in ("zhao", "sun", "qian", "li")])


class HelpDesk(Desk):
    def __init__(self, of: Roster | None = None, *, caller: CallerToken | None = TOKEN) -> None:
        super().__init__(of or house())
        self.take(CallArrived(call=CallId("c1"), line=XINLI, node=PBX1, caller=caller))
        self.take(CallerHeld(call=CallId("c1")))
        self.talks("lin")

    def asks_for_help(self) -> list[Command]:
        return self.take(HelpAsked(leg=self.leg("lin")))

    def helper(self, who: str | None) -> LegId:
        return next(c.leg for c in reversed(self.log) if isinstance(c, RingHelper) and c.volunteer == who)

    def lifts(self, who: str | None) -> list[Command]:
        return self.take(LegAnswered(leg=self.helper(who)))

    def presses(self, who: str | None, agreed: bool = True) -> list[Command]:
        return self.lifts(who) + self.take(HelperAnswered(leg=self.helper(who), agreed=agreed))

    def gone(self, who: str | None, cause: int = Cause.NO_ANSWER) -> list[Command]:
        return self.take(LegEnded(leg=self.helper(who), cause=cause))


def helpers(said: list[Command]) -> list[str | None]:
    return [ring.volunteer for ring in of(RingHelper, said)]


def words(said: list[Command]) -> list[HelpWord]:
    return [told.word for told in of(TellVolunteer, said)]


def replies(said: list[Command]) -> list[HelperWord]:
    return [told.word for told in of(AnswerHelper, said)]


@pytest.fixture
def desk() -> HelpDesk:
    return HelpDesk()


def test_the_coordinator_of_the_slot_is_rung_first_and_the_volunteer_hears_so(desk: HelpDesk) -> None:
    said = desk.asks_for_help()
    (rung,) = of(RingHelper, said)
    assert (rung.volunteer, rung.talk, rung.role, rung.ring_timeout_s) == (
        "zhao", desk.leg("lin"), HelperRole.SUPERVISOR, 20.0,
    )  # fmt: skip
    assert words(said) == [HelpWord.CALLED]


def test_who_does_not_accept_in_time_is_followed_by_the_next(desk: HelpDesk) -> None:
    desk.asks_for_help()
    said = desk.passes(20.0)
    assert [cancel.leg for cancel in of(CancelLeg, said)] == [desk.helper("zhao")]
    assert helpers(said) == ["sun"]
    desk.gone("zhao")
    assert helpers(desk.passes(20.0)) == ["qian"]


def test_who_hears_the_prompt_may_still_accept_while_the_next_is_rung(desk: HelpDesk) -> None:
    desk.asks_for_help()
    desk.lifts("zhao")
    said = desk.passes(20.0)
    assert not of(CancelLeg, said) and helpers(said) == ["sun"]
    said = desk.take(HelperAnswered(leg=desk.helper("zhao"), agreed=True))
    assert replies(said) == [HelperWord.LISTEN]
    (cancel,) = of(CancelLeg, said)
    assert (cancel.leg, cancel.reason) == (desk.helper("sun"), CancelReason.ELSEWHERE)
    assert words(said) == [HelpWord.HERE]


def test_the_second_who_accepts_is_told_that_somebody_is_there(desk: HelpDesk) -> None:
    desk.asks_for_help()
    desk.lifts("zhao")
    desk.passes(20.0)
    desk.lifts("sun")
    desk.take(HelperAnswered(leg=desk.helper("zhao"), agreed=True))
    said = desk.take(HelperAnswered(leg=desk.helper("sun"), agreed=True))
    assert replies(said) == [HelperWord.TAKEN]


def test_who_cannot_is_followed_at_once_and_not_rung_again(desk: HelpDesk) -> None:
    desk.asks_for_help()
    said = desk.presses("zhao", False)
    assert replies(said) == [HelperWord.OTHERS]
    assert helpers(said) == ["sun"]
    desk.gone("zhao")
    rung = desk.passes(300.0)
    assert "zhao" not in helpers(rung)


def test_who_is_busy_or_unreachable_is_followed_at_once(desk: HelpDesk) -> None:
    desk.asks_for_help()
    assert helpers(desk.gone("zhao", Cause.USER_BUSY)) == ["sun"]
    said = desk.gone("sun", Cause.SUBSCRIBER_ABSENT)
    assert helpers(said) == ["sun"], "by their other phone"
    assert of(RingHelper, said)[0].endpoint.kind is EndpointKind.MOBILE


def test_after_two_rounds_the_volunteer_hears_that_nobody_can_be_reached_and_may_ask_again(desk: HelpDesk) -> None:
    said = desk.asks_for_help()
    for _ in range(10):
        for helper in list(desk.machine.board.help.live):
            said += desk.take(LegEnded(leg=helper, cause=Cause.NO_ANSWER))
        said += desk.passes(AGAIN_S + 0.1)
    assert helpers(said) == ["zhao", "sun", "qian"] * 2
    assert words(said) == [HelpWord.CALLED, HelpWord.NOBODY]
    assert Fact.HELP_MISSED in facts(said)
    assert helpers(desk.asks_for_help()) == ["zhao"]


@pytest.mark.parametrize("why", ["pauses", "talks", "quiet"])
def test_who_cannot_be_rung_is_passed_over(why: str) -> None:
    people = house()
    always = WeeklyHours(weekdays=EVERY_DAY, start=time(0), until=time(0))
    if why == "quiet":
        quiet = replace(people.volunteers[VolunteerId("zhao")], quiet=(always,), zone=people.lines[XINLI].zone)
        people = Roster(lines=people.lines, volunteers={**people.volunteers, quiet.id: quiet})
    desk = HelpDesk(people)
    if why == "pauses":
        desk.take(VolunteerPaused(volunteer=VolunteerId("zhao"), for_s=None))
    if why == "talks":
        desk.machine.board.seats.adopt(VolunteerId("zhao"), LegId("leg-other"), desk.now_s)
    assert helpers(desk.asks_for_help()) == ["sun"]
    if why == "quiet":
        desk.gone("sun", Cause.USER_BUSY)
        said = desk.gone("qian", Cause.USER_BUSY)
        assert helpers(said) == ["zhao"], "woken where nobody else comes"


def test_asking_twice_rings_nobody_twice(desk: HelpDesk) -> None:
    desk.asks_for_help()
    assert helpers(desk.asks_for_help()) == []
    desk.presses("zhao")
    said = desk.asks_for_help()
    assert (helpers(said), words(said)) == ([], [HelpWord.HERE])


def test_the_call_is_marked_and_its_caller_flagged_once(desk: HelpDesk) -> None:
    (flag,) = of(FlagCaller, desk.asks_for_help())
    assert (flag.call, flag.caller, flag.volunteer, flag.line) == ("c1", TOKEN, "lin", XINLI)
    assert not of(FlagCaller, desk.asks_for_help())
    assert desk.call("c1").high_risk


def test_of_a_withheld_number_only_the_call_is_marked_until_it_is_known() -> None:
    desk = HelpDesk(caller=None)
    assert [flag.caller for flag in of(FlagCaller, desk.asks_for_help())] == [None]
    said = desk.take(CallerRecognised(call=CallId("c1"), caller=TOKEN))
    assert [flag.caller for flag in of(FlagCaller, said)] == [TOKEN]
    assert desk.call("c1").high_risk, "what somebody else does not know of them counts no less"


@pytest.mark.parametrize("end", ["the volunteer hangs up", "the caller hangs up", "the volunteer's phone dies"])
def test_with_the_talk_all_of_it_ends(desk: HelpDesk, end: str) -> None:
    desk.asks_for_help()
    desk.presses("zhao")
    said = desk.take(ContactAsked(leg=desk.leg("lin")))
    assert helpers(said) == [None]
    if end == "the caller hangs up":
        said = desk.leaves("c1")
    else:
        cause = Cause.CHANNEL_UNAVAIL if "dies" in end else Cause.NORMAL_CLEARING
        said = desk.ends("lin", cause)
    assert [gone.leg for gone in of(DismissLeg, said)] == [desk.helper("zhao")]
    assert [gone.leg for gone in of(CancelLeg, said)] == [desk.helper(None)]
    assert all(gone.reason is CancelReason.CALLER_LEFT for gone in (*of(DismissLeg, said), *of(CancelLeg, said)))
    desk.gone("zhao", Cause.NORMAL_CLEARING)
    desk.gone(None)
    assert not desk.machine.board.help.live and not desk.machine.board.help.helps
    assert desk.machine.board.seats.is_free(VolunteerId("zhao"))


def test_a_helper_who_does_not_go_is_hung_up_and_at_last_believed_gone(desk: HelpDesk) -> None:
    desk.asks_for_help()
    desk.presses("zhao")
    desk.leaves("c1")
    said = desk.passes(120.0)
    assert {cancel.leg for cancel in of(CancelLeg, said)} >= {desk.helper("zhao")}
    assert not desk.machine.board.help.live


def test_a_supervisor_who_hangs_up_leaves_the_talk_alone(desk: HelpDesk) -> None:
    desk.asks_for_help()
    desk.presses("zhao")
    said = desk.gone("zhao", Cause.NORMAL_CLEARING)
    assert words(said) == [HelpWord.LEFT]
    assert helpers(said) == [] and Fact.HELPER_LEFT in facts(said)
    assert helpers(desk.asks_for_help()) == ["zhao"], "they may be called again"


def test_the_contact_joins_and_the_supervisor_with_them(desk: HelpDesk) -> None:
    desk.asks_for_help()
    desk.presses("zhao")
    (rung,) = of(RingHelper, desk.take(ContactAsked(leg=desk.helper("zhao"))))
    assert (rung.volunteer, rung.endpoint, rung.role) == (None, DUTY, HelperRole.CONTACT)
    said = desk.presses(None)
    assert replies(said) == [HelperWord.ROOM]
    (room,) = of(OpenRoom, said)
    assert (room.talk, room.listener) == (desk.leg("lin"), desk.helper("zhao"))
    desk.gone("zhao", Cause.NORMAL_CLEARING)
    desk.asks_for_help()
    assert replies(desk.presses("zhao")) == [HelperWord.ROOM], "whoever comes later comes into the room"
    desk.gone(None, Cause.NORMAL_CLEARING)
    desk.take(ContactAsked(leg=desk.leg("lin")))
    assert not of(OpenRoom, desk.presses(None)), "there is one room"


def test_a_contact_of_the_roster_is_rung_by_their_phones_and_a_missing_one_is_told() -> None:
    desk = HelpDesk(house(replace(RISK, contact=None, contact_person=VolunteerId("li"))))
    said = desk.take(ContactAsked(leg=desk.leg("lin")))
    assert (helpers(said), words(said)) == (["li"], [HelpWord.CONTACT_CALLED])
    assert helpers(desk.gone("li", Cause.SUBSCRIBER_ABSENT)) == ["li"]
    assert words(desk.gone("li", Cause.NO_ANSWER)) == [HelpWord.CONTACT_NOBODY]
    nobody = HelpDesk(house(replace(RISK, contact=None)))
    assert words(nobody.take(ContactAsked(leg=nobody.leg("lin")))) == [HelpWord.CONTACT_NOBODY]


def test_without_supervisors_or_out_of_a_talk_the_keys_do_nothing(desk: HelpDesk) -> None:
    plain = HelpDesk(roster(line(shifts=(shift(["lin"], []),), ring_steps=(ring(None, 60.0),))))
    assert plain.asks_for_help() == [] and plain.ignored(HelpAsked) == 1
    assert desk.take(HelpAsked(leg=LegId("leg-of-nobody"))) == []
    desk.leaves("c1")
    assert desk.asks_for_help() == []
    assert replies(desk.take(HelperAnswered(leg=LegId("leg-x"), agreed=True))) == [HelperWord.OVER]


def test_the_volunteer_who_asks_is_not_rung_for_their_own_talk() -> None:
    desk = HelpDesk(house(replace(RISK, supervisors=(VolunteerId("lin"), VolunteerId("sun")))))
    desk.asks_for_help()
    assert helpers(desk.gone("zhao", Cause.USER_BUSY)) == ["sun"]


def test_follow_ups_are_opened_before_the_record_closes(desk: HelpDesk) -> None:
    desk.asks_for_help()
    desk.gone("zhao", Cause.USER_BUSY)
    desk.leaves("c1")
    said = desk.ends("lin")
    (opened,) = of(OpenFollowUps, said)
    assert (opened.call, opened.volunteer, opened.after_h) == ("c1", "lin", (24, 168))
    assert opened.ended_at == desk.record("c1").ended_at
    assert isinstance(said[-1], CloseRecord)


# ---- a gap, a restart


def live(desk: HelpDesk, *legs: LiveLeg) -> StockTaken:
    """Asterisk's stock: the talk of c1, and these."""
    talk = LiveLeg(
        leg=desk.leg("lin"),
        volunteer=VolunteerId("lin"),
        up=True,
        talking=True,
        call=CallId("c1"),
        stage=LegStage.TALKING,
        endpoint=EndpointId("sp-lin"),
    )
    caller = LiveCall(
        call=CallId("c1"), line=XINLI, where=Whereabouts.TALKING, leg=desk.leg("lin"), talked_s=60.0, waited_s=0.0
    )
    return StockTaken(node=PBX1, calls=frozenset({CallId("c1")}), callers=(caller,), legs=(talk, *legs))


def found(who: str, leg: LegId, stage: LegStage, talk: LegId, **more: bool) -> LiveLeg:
    up = stage is not LegStage.RINGING
    role = HelperRole.SUPERVISOR
    return LiveLeg(leg=leg, volunteer=VolunteerId(who), up=up, stage=stage, talk=talk, role=role, age_s=5.0, **more)


def test_a_helper_who_went_in_a_gap_is_followed(desk: HelpDesk) -> None:
    desk.asks_for_help()
    desk.take(LinkLost(node=PBX1))
    desk.now_s += 10.0
    assert helpers(desk.take(live(desk)) + desk.passes(0.1)) == ["sun"]


class Restarted(HelpDesk):
    """The service was killed in the talk; another machine goes on, with what the journal has."""

    def __init__(self, before: HelpDesk, *, notes: bool = True) -> None:
        self.now_s, self.log, self._rounds = before.now_s + 1.0, list(before.log), {}
        noted = tuple(
            Noted(at=before.now.at, fact=note.fact, leg=note.leg, volunteer=note.volunteer, detail=note.detail)
            for note in of(NoteFact, before.log)
        )
        past = OpenCall(call=CallId("c1"), line=XINLI, node=PBX1, arrived_at=before.now.at, caller=TOKEN)
        memory = Memory(calls=(replace(past, facts=noted if notes else noted[:8]),))
        self.machine = Machine(house(), boot=0x5E3A0001, now=self.now, memory=memory)


def test_after_a_restart_who_listens_listens_on_and_who_rings_rings_on(desk: HelpDesk) -> None:
    desk.asks_for_help()
    ringing = Restarted(desk)
    said = ringing.take(live(ringing, found("zhao", desk.helper("zhao"), LegStage.RINGING, desk.leg("lin"))))
    assert helpers(said) == [] and not of(CancelLeg, said)
    assert replies(ringing.presses("zhao")) == [HelperWord.LISTEN]
    listens = Restarted(ringing)
    said = listens.take(live(listens, found("zhao", desk.helper("zhao"), LegStage.HELPING, desk.leg("lin"))))
    assert helpers(said) == [] and not of(DismissLeg, said)
    assert helpers(listens.take(ContactAsked(leg=desk.helper("zhao")))) == [None]
    assert [gone.leg for gone in of(DismissLeg, listens.leaves("c1"))] == [desk.helper("zhao")]
    assert of(OpenFollowUps, listens.ends("lin")), "the mark outlives the service"


def test_after_a_restart_somebody_is_looked_for_again_where_nobody_rings_any_more(desk: HelpDesk) -> None:
    desk.asks_for_help()
    after = Restarted(desk)
    assert helpers(after.take(live(after)) + after.passes(0.1)) == ["zhao"]


def test_who_is_rung_proves_that_help_was_asked_for_though_the_note_was_lost(desk: HelpDesk) -> None:
    desk.asks_for_help()
    after = Restarted(desk, notes=False)
    said = after.take(live(after, found("zhao", desk.helper("zhao"), LegStage.RINGING, desk.leg("lin"))))
    assert of(FlagCaller, said)
    assert helpers(after.gone("zhao", Cause.USER_BUSY)) == ["sun"]


def test_a_record_of_a_marked_call_whose_end_nobody_saw_opens_follow_ups_too(desk: HelpDesk) -> None:
    desk.asks_for_help()
    after = Restarted(desk)
    said = after.take(StockTaken(node=PBX1, calls=frozenset(), legs=()))
    assert [opened.after_h for opened in of(OpenFollowUps, said)] == [(24, 168)]


def test_a_helper_of_a_talk_that_is_gone_is_taken_back_while_it_rings(desk: HelpDesk) -> None:
    desk.asks_for_help()
    after = Restarted(desk)
    ringing = found("zhao", desk.helper("zhao"), LegStage.RINGING, desk.leg("lin"))
    said = after.take(StockTaken(node=PBX1, calls=frozenset(), legs=(ringing,)))
    assert [cancel.leg for cancel in of(CancelLeg, said)] == [desk.helper("zhao")]

"""What holds in every story: played against the fake PBX, judged by the watch; and what is reached that way.

To look at one story: ``Story(tape)`` of `play.py` with the tape that a failure prints, then its `history`, `commands`.
"""

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hotline_agi.dispatch.commands import (
    CloseRecord,
    Command,
    Fact,
    NoteAlarm,
    NoteFact,
    NoteReadiness,
    NoticeKind,
    OpenRecord,
)
from hotline_agi.dispatch.events import (
    AlarmEnded,
    AlarmRaised,
    CallArrived,
    CallbackAsked,
    CallerHeld,
    CallerKeyed,
    CallerLeft,
    CallerListened,
    CallerRecognised,
    CallerSpoke,
    CallerSurviving,
    ContactAsked,
    Event,
    HangupRequested,
    HelpAsked,
    HelperAnswered,
    LegAccepted,
    LegAnswered,
    LegEnded,
    LegStage,
    LimitLifted,
    LiveLeg,
    MessageLeft,
    ResultGiven,
    RoundEnded,
    Step,
    StepReached,
    StockTaken,
    TalkEnded,
    TalkStarted,
    VolunteerEngaged,
    VolunteerReleased,
)
from hotline_agi.dispatch.state import CallState
from hotline_agi.roster.model import CallerLimits, HighRisk, OverflowStep
from hotline_agi.terms.helping import HelperRole
from hotline_agi.terms.ids import CallerToken, CallId, LegId, LineId, VolunteerId
from hotline_agi.terms.outcomes import LegOutcome, Outcome
from hotline_agi.terms.standing import VolunteerState
from tests.dispatch.desk import PBX1, Desk
from tests.dispatch.help_story import HELP_COMMANDS, HELP_EVENTS, HELP_FACTS
from tests.dispatch.lines import ERTONG, XINLI, line, roster, shift, with_transfer
from tests.dispatch.play import CHOOSING, SOUNDS, TAPE_LENGTH, Story
from tests.dispatch.watch import Reach

STORIES, ENOUGH = 4000, 1000
"""So many stories at most must reach everything; so many are played in any case."""
TAPES = st.binary(min_size=TAPE_LENGTH, max_size=TAPE_LENGTH)


@settings(max_examples=400, deadline=None)
@given(TAPES)
def test_every_story_ends_well(tape: bytes) -> None:
    story = Story(tape)
    story.play()
    story.replay()


# ---- reach

ELSEWHERE = (AlarmRaised, AlarmEnded, VolunteerEngaged, VolunteerReleased, *HELP_EVENTS)
EXPECTED = {
    "state": [state.name for state in CallState],
    "transition": [
        "start -> WAITING",
        "start -> LEAVING",
        "WAITING -> CONNECTING",
        "WAITING -> LEAVING",
        "WAITING -> SURVIVING",
        "CONNECTING -> TALKING",
        "CONNECTING -> WAITING",
        "CONNECTING -> LEAVING",
        "CONNECTING -> SURVIVING",
        "TALKING -> LEAVING",
        "TALKING -> WAITING",
        "LEAVING -> WAITING",
        "LEAVING -> SURVIVING",
    ],
    # alarms: test_alarm_calls.py; reminders need another day: test_notice_days.py
    # help in talks: test_help_stories.py; who calls somebody back: test_engagements.py
    "event": [kind.__name__ for kind in Event.__args__ if kind not in ELSEWHERE],
    "command": [kind.__name__ for kind in Command.__args__ if kind not in (NoteReadiness, NoteAlarm, *HELP_COMMANDS)],
    "notice": [NoticeKind.COVER, NoticeKind.RESTING],
    # what only a journal knows: test_restarts.py
    "fact": [fact.value for fact in Fact if fact not in (Fact.ADOPTED, *HELP_FACTS)],
    "leg outcome": [outcome.value for outcome in LegOutcome if outcome is not LegOutcome.UNCERTAIN],
    "call outcome": [outcome.value for outcome in Outcome],
    "weather": ["freeze", "link lost", "silence"],
    "truth": ["joined", "caller missed by the winner", "somebody waits on", "gives up early"],
    "volunteer state": [state.value for state in VolunteerState if state is not VolunteerState.TALKING],
}


@pytest.mark.thorough
def test_the_stories_reach_everything() -> None:
    reach = Reach()
    for seed in range(STORIES):
        reach.add(Story(Random(seed).randbytes(TAPE_LENGTH)).play())
        if seed + 1 >= ENOUGH and not reach.missed(EXPECTED):
            break
    print(f"\nreached in {seed + 1} stories\n{reach.table()}")
    assert not reach.missed(EXPECTED)


# ---- garbage: any event, of any call or leg, at any time

CALLS = [CallId(f"c{n}") for n in range(3)]
LEGS = [LegId(f"leg-5e3a0000{n:06x}") for n in range(1, 9)]
ROSTER = roster(
    with_transfer(
        shifts=(shift(["lin", "wang"], ["bao"]),),
        max_wait_s=40.0,
        waiting=CHOOSING,
        high_risk=HighRisk(supervisors=(VolunteerId("bao"), VolunteerId("wang")), contact_person=VolunteerId("lin")),
    ),
    line(
        id=ERTONG,
        shifts=(shift(["lin"], []),),
        overflow=(OverflowStep.DIRECTORY,),
        limits=CallerLimits(calls_per_hour=2, calls_at_once=1, anonymous_at_once=1, waiting_at_once=1),
    ),
)
call = st.sampled_from(CALLS)
leg = st.sampled_from(LEGS)
line_id = st.sampled_from([XINLI, ERTONG, LineId("nosuch")])
live_leg = st.builds(
    LiveLeg,
    leg=leg,
    volunteer=st.sampled_from([None, VolunteerId("lin"), VolunteerId("nosuch")]),
    up=st.booleans(),
    talking=st.booleans(),
    talk=st.one_of(st.none(), leg),
    role=st.sampled_from([None, *HelperRole]),
    stage=st.sampled_from([None, LegStage.HELPING, LegStage.RINGING]),
)
garbage: st.SearchStrategy[Event] = st.one_of(
    st.builds(
        CallArrived,
        call=call,
        line=line_id,
        node=st.just(PBX1),
        caller=st.sampled_from([None, CallerToken("aa"), CallerToken("bb")]),
        high_risk=st.booleans(),
        withheld=st.booleans(),
        asked_for_help=st.booleans(),
    ),
    *(st.builds(kind, call=call) for kind in (CallerListened, CallerSpoke)),
    st.builds(CallerRecognised, call=call, caller=st.just(CallerToken("aa")), high_risk=st.booleans()),
    st.just(LimitLifted(caller=CallerToken("aa"))),
    st.builds(
        ResultGiven,
        call=call,
        line=line_id,
        result=st.just("prank"),
        leg=leg,
        counts=st.sampled_from([None, True, False]),
        caller=st.sampled_from([None, CallerToken("aa")]),
    ),
    st.builds(RoundEnded, call=call, line=line_id, node=st.just(PBX1), waited_s=st.sampled_from([0.0, 9.0])),
    *(st.builds(kind, call=call) for kind in (CallerHeld, CallerLeft, CallerSurviving, MessageLeft, TalkEnded)),
    st.builds(CallerKeyed, call=call, key=st.sampled_from("*5#1346")),
    st.builds(StepReached, call=call, step=st.sampled_from(Step)),
    st.builds(CallbackAsked, call=call, here=st.booleans()),
    st.just(SOUNDS),
    *(st.builds(kind, leg=leg) for kind in (LegAnswered, LegAccepted, TalkStarted, HelpAsked, ContactAsked)),
    st.builds(HelperAnswered, leg=leg, agreed=st.booleans()),
    st.builds(VolunteerEngaged, volunteer=st.sampled_from([VolunteerId("lin"), VolunteerId("nosuch")]), leg=leg),
    st.builds(VolunteerReleased, leg=leg, line=line_id, talk_s=st.sampled_from([0.0, 9.0])),
    st.builds(LegEnded, leg=leg, cause=st.sampled_from([0, 16, 17, 20, 21, 44, 9999])),
    st.builds(HangupRequested, party=st.one_of(call, leg)),
    st.builds(
        StockTaken, node=st.just(PBX1), calls=st.frozensets(call), legs=st.lists(live_leg, max_size=2).map(tuple)
    ),
)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(st.sampled_from([0.0, 0.01, 1.0, 5.0, 30.0]), garbage), max_size=60))
def test_no_garbage_raises_and_every_record_closes(events: list[tuple[float, Event]]) -> None:
    desk = Desk(ROSTER)
    for after_s, event in events:
        desk.is_silent_for(after_s)
        desk.take(event)
        for each in desk.machine.board.calls.values():
            due_s = desk.machine.next_deadline()
            assert due_s is not None, each.id
            assert due_s <= desk.now_s + 86_400.0
    desk.is_silent_for(100_000.0)
    assert desk.machine.next_deadline() is None
    assert not desk.machine.board.calls
    assert not desk.machine.board.legs
    for each_call in CALLS:
        words = [c for c in desk.log if isinstance(c, OpenRecord | CloseRecord | NoteFact) and c.call == each_call]
        words = [c for c in words if not isinstance(c, NoteFact) or c.fact is not Fact.RESULT]  # may come for days
        assert [type(c) for c in words if not isinstance(c, NoteFact)] in ([], [OpenRecord, CloseRecord])
        assert not words or isinstance(words[-1], CloseRecord)

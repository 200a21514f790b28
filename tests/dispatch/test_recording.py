"""Notice, consent, and what ends a recording, told step by step; random stories: `test_machine_properties.py`."""

from typing import Any

import pytest

from hotline_agi.dispatch import recording, wishes
from hotline_agi.dispatch.commands import (
    ConnectLeg,
    EndRound,
    Fact,
    HoldCaller,
    MarkConsent,
    Music,
    NoteFact,
    StopRecording,
)
from hotline_agi.dispatch.events import (
    LegAccepted,
    LegAnswered,
    LegKeyed,
    LegStage,
    LiveCall,
    LiveLeg,
    OwnSounds,
    RecordingPossible,
    SoundsSeen,
    Step,
    StockTaken,
    Whereabouts,
)
from hotline_agi.dispatch.state import Call, Leg
from hotline_agi.dispatch.switchboard import Switchboard
from hotline_agi.roster.model import Recording, RecordTalks
from hotline_agi.roster.waiting_plan import KEYS, Choice, Offer, WaitingPlan
from hotline_agi.terms.ids import CallId, LegId, VolunteerId
from tests.dispatch.desk import DOCTOR, PBX1, Desk, of, told
from tests.dispatch.lines import XINLI, line, ring, roster, with_transfer
from tests.dispatch.planting import Planting, hunt

RECORDS = Recording(talks=RecordTalks.CONSENT)
CALL = CallId("c1")


def a_desk(*, possible: bool = True, **changes: Any) -> Desk:
    desk = Desk(roster(line(recording=RECORDS, **changes)))
    if possible:
        desk.take(RecordingPossible(possible=True))
    return desk


def music(said: list[Any]) -> Music:
    [hold] = of(HoldCaller, said)
    return hold.music


def facts(desk: Desk) -> list[Fact]:
    return [one.fact for one in of(NoteFact, desk.log) if "record" in one.fact]


def test_the_notice_stands_behind_the_greeting_and_a_key_says_so():
    desk = a_desk()
    assert music(desk.arrives("c1")) is Music.GREET_NOTICE
    desk.held("c1")
    said = desk.keys("c1", "8")
    assert of(MarkConsent, said) == [MarkConsent(call=CALL, node=PBX1, agreed=True)]
    assert of(EndRound, said)  # to hear what came of it, at once
    assert music(desk.asks("c1")) is Music.RECORDING_AGREED
    desk.held("c1")
    assert desk.keys("c1", "8") == []
    said = desk.talks("lin")
    assert [one.records for one in of(ConnectLeg, desk.log)] == [True]
    assert facts(desk) == [Fact.RECORDING_AGREED, Fact.RECORDING_STARTED]


def test_a_digit_of_something_else_is_no_consent():
    """Outside of the holding bridge callers type numbers: to be called back, say."""
    desk = a_desk()
    desk.waits("c1")
    desk.asks("c1")
    assert desk.keys("c1", "8") == []
    assert not desk.call("c1").consents


@pytest.mark.parametrize("accepted", [False, True])
def test_a_digit_of_a_number_takes_nothing_back(accepted: bool):
    """Whoever types where to be called back may type a 9; it counts again once they are back among those who wait."""
    offer = Offer(after_s=20.0, every_s=60.0, choices=tuple(Choice))
    desk = a_desk(waiting=WaitingPlan(offer=offer), ring_steps=(ring(None, 300.0),), ring_timeout_s=300.0)
    desk.take(SoundsSeen(own=(OwnSounds(line=XINLI, language="zh", offers=True),)))
    desk.waits("c1")
    desk.keys("c1", "8")
    desk.asks("c1")
    desk.held("c1")
    desk.passes(25.0)
    desk.keys("c1", KEYS[Choice.OTHER_NUMBER])
    assert told(desk.asks("c1")) == (Step.CALLBACK_OTHER, Step.ROUND)
    if accepted:
        desk.picks_up("lin")
        desk.accepts("lin")
    assert desk.keys("c1", "9") == []
    assert desk.call("c1").consents
    desk.asks("c1")
    desk.held("c1")
    said = desk.keys("c1", "9")
    assert of(MarkConsent, said) == [MarkConsent(call=CALL, node=PBX1, agreed=False)]


def test_without_the_key_nothing_is_recorded():
    desk = a_desk()
    desk.waits("c1")
    desk.keys("c1", "7")  # ends the sentence
    desk.asks("c1")
    desk.held("c1")
    desk.talks("lin")
    assert [one.records for one in of(ConnectLeg, desk.log)] == [False]
    assert facts(desk) == []
    assert desk.keys("c1", "8") == []  # too late: a talk that has begun is recorded from its beginning or not at all


@pytest.mark.parametrize("why", ["cannot", "does not record"])
def test_nobody_is_asked_in_vain(why: str):
    desk = a_desk(possible=False) if why == "cannot" else Desk(roster(line()))
    assert music(desk.arrives("c1")) is Music.GREET
    desk.held("c1")
    assert of(EndRound, desk.keys("c1", "8")), "it ends the sentence, as any key"
    desk.asks("c1")
    desk.held("c1")
    desk.talks("lin")
    assert [one.records for one in of(ConnectLeg, desk.log)] == [False]
    assert facts(desk) == []


def test_what_became_impossible_meanwhile_is_not_recorded():
    desk = a_desk()
    desk.waits("c1")
    desk.keys("c1", "8")
    desk.asks("c1")
    desk.held("c1")
    desk.take(RecordingPossible(possible=False))
    desk.talks("lin")
    assert [one.records for one in of(ConnectLeg, desk.log)] == [False]


def test_who_accepts_while_the_caller_hears_of_it_waits_for_the_bridge():
    """The caller is on the way to ask: a join now would find nobody in the holding bridge."""
    desk = a_desk()
    desk.waits("c1")
    desk.picks_up("lin")
    desk.keys("c1", "8")
    assert of(ConnectLeg, desk.accepts("lin")) == []
    desk.asks("c1")
    [joined] = of(ConnectLeg, desk.held("c1"))
    assert joined.records


def test_a_key_while_the_join_is_under_way_comes_too_late():
    desk = a_desk()
    desk.waits("c1")
    desk.picks_up("lin")
    assert of(ConnectLeg, desk.accepts("lin"))
    assert desk.keys("c1", "8") == []


def test_who_takes_it_back_while_waiting_is_not_recorded():
    desk = a_desk()
    desk.waits("c1")
    desk.keys("c1", "8")
    desk.asks("c1")
    desk.held("c1")
    said = desk.keys("c1", "9")
    assert of(MarkConsent, said) == [MarkConsent(call=CALL, node=PBX1, agreed=False)]
    assert of(StopRecording, said) == []
    assert music(desk.asks("c1")) is Music.RECORDING_REVOKED
    desk.held("c1")
    desk.talks("lin")
    assert [one.records for one in of(ConnectLeg, desk.log)] == [False]


def _talks_recorded(desk: Desk) -> None:
    desk.waits("c1")
    desk.keys("c1", "8")
    desk.asks("c1")
    desk.held("c1")
    desk.talks("lin")


def test_who_takes_it_back_in_the_talk_has_it_removed():
    desk = a_desk()
    _talks_recorded(desk)
    said = desk.keys("c1", "9")
    assert of(StopRecording, said) == [StopRecording(call=CALL, node=PBX1, leg=desk.leg("lin"), erase=True)]
    assert of(EndRound, said) == []
    assert desk.keys("c1", "9") == []
    assert facts(desk)[-1] is Fact.RECORDING_REVOKED


def test_a_volunteer_ends_it_and_what_there_is_stays():
    desk = a_desk()
    _talks_recorded(desk)
    said = desk.take(LegKeyed(leg=desk.leg("lin")))
    assert of(StopRecording, said) == [StopRecording(call=CALL, node=PBX1, leg=desk.leg("lin"), erase=False)]
    assert of(MarkConsent, said)[0].agreed is False
    assert desk.take(LegKeyed(leg=desk.leg("lin"))) == []
    assert desk.take(LegKeyed(leg=LegId("leg-00000000000000"))) == []


def test_a_transfer_is_not_recorded():
    desk = Desk(roster(with_transfer(recording=RECORDS, shifts=())))
    desk.take(RecordingPossible(possible=True))
    desk.waits("c1")
    desk.keys("c1", "8")
    desk.asks("c1")
    desk.held("c1")
    desk.talks(DOCTOR)
    assert [one.records for one in of(ConnectLeg, desk.log)] == [False]


@pytest.mark.parametrize("talking", [False, True])
def test_a_new_service_finds_the_consent_on_the_channel(talking: bool):
    desk = a_desk()
    leg = LegId("leg-00000001000001")
    live = LiveCall(
        call=CALL,
        line=XINLI,
        where=Whereabouts.TALKING if talking else Whereabouts.HELD,
        held_s=None if talking else 1.0,
        leg=leg if talking else None,
        talked_s=5.0 if talking else None,
        consents=True,
    )
    stage = LegStage.TALKING if talking else LegStage.RINGING
    phone = LiveLeg(
        leg=leg, volunteer=VolunteerId("lin"), up=talking, talking=talking, call=CALL, stage=stage, age_s=6.0
    )
    desk.take(StockTaken(node=PBX1, calls=frozenset({CALL}), callers=(live,), legs=(phone,)))
    if talking:
        [stopped] = of(StopRecording, desk.keys("c1", "9"))
        assert (stopped.leg, stopped.erase) == (leg, True)
    else:
        desk.take(LegAnswered(leg=leg))
        desk.take(LegAccepted(leg=leg))
        assert [one.records for one in of(ConnectLeg, desk.log)] == [True]


# ---- bugs that the stories must see


def everybody_is_recorded(patch: pytest.MonkeyPatch) -> None:
    def wanted(board: Switchboard, call: Call, leg: Leg) -> bool:
        return board.can_record

    patch.setattr(recording, "wanted", wanted)


def a_key_before_the_notice_counts(patch: pytest.MonkeyPatch) -> None:
    def keyed(board: Switchboard, call: Call, key: str) -> None:
        call.told_of_recording = True
        real(board, call, key)

    real = wishes.keyed
    patch.setattr(wishes, "keyed", keyed)


def what_is_taken_back_stays(patch: pytest.MonkeyPatch) -> None:
    def stop(board: Switchboard, call: Call, leg: Leg | None, *, erase: bool) -> None:
        real(board, call, leg, erase=False)

    real = recording._stop
    patch.setattr(recording, "_stop", stop)


def who_hears_of_it_is_joined_at_once(patch: pytest.MonkeyPatch) -> None:
    def say(board: Switchboard, call: Call, music: Music) -> None:
        held = call.held
        real(board, call, music)
        call.held = held

    real = recording._say
    patch.setattr(recording, "_say", say)


def it_is_recorded_on_a_full_disk(patch: pytest.MonkeyPatch) -> None:
    def wanted(board: Switchboard, call: Call, leg: Leg) -> bool:
        return call.consents

    patch.setattr(recording, "wanted", wanted)


BUGS: list[Planting] = [
    everybody_is_recorded,
    a_key_before_the_notice_counts,
    what_is_taken_back_stays,
    who_hears_of_it_is_joined_at_once,
    it_is_recorded_on_a_full_disk,
]


@pytest.mark.thorough
@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.__name__)
def test_a_planted_bug_is_killed(bug: Planting, monkeypatch: pytest.MonkeyPatch) -> None:
    hunt(bug, monkeypatch)

"""What a caller who waits hears and presses: language, place, offer, and what becomes of each choice."""

from dataclasses import replace

import pytest

from hotline_agi.dispatch.asides import LIMIT_S
from hotline_agi.dispatch.commands import (
    Command,
    ConnectLeg,
    EndRound,
    Fact,
    FetchCaller,
    GuideCaller,
    HoldCaller,
    MarkConsent,
    Music,
    NoteFact,
    NoteLanguage,
)
from hotline_agi.dispatch.events import (
    CallArrived,
    CallbackAsked,
    CallerRecognised,
    LiveCall,
    OwnSounds,
    RecordingPossible,
    SelfHelp,
    SoundsSeen,
    Step,
    StockTaken,
    Whereabouts,
)
from hotline_agi.dispatch.state import CallState
from hotline_agi.roster.model import CallerOrder, Line, Recording, RecordTalks, Want
from hotline_agi.roster.waiting_plan import Choice, Offer, WaitingPlan
from hotline_agi.terms.ids import CallerToken, CallId
from hotline_agi.terms.outcomes import Outcome
from tests.dispatch.desk import PBX1, Desk, facts, of, rung, taken_back, told
from tests.dispatch.lines import ERTONG, XINLI, line, person, ring, roster, shift

ALICE = CallerToken("aa")
OFFER = Offer(after_s=20.0, every_s=60.0, choices=tuple(Choice))
PLAN = WaitingPlan(offer=OFFER, self_help=("breathing", "sleep"))
MENU = replace(PLAN, languages=("zh", "en"), remembers_language=True)
HELP = (SelfHelp(id="breathing", length_s=40.0), SelfHelp(id="sleep", length_s=40.0))


def own(of_line: str = XINLI) -> tuple[OwnSounds, ...]:
    return tuple(OwnSounds(line=of_line, language=one, offers=True, self_help=HELP) for one in ("zh", "en"))  # type: ignore[arg-type]


def desk_of(plan: WaitingPlan = PLAN, *, sounds: bool = True, **changes: object) -> Desk:
    usual: dict[str, object] = {
        "ring_steps": (ring(None, 300.0),),
        "max_wait_s": 600.0,
        "ring_timeout_s": 600.0,
        "shifts": (shift(["lin"], []),),
    }
    desk = Desk(roster(line(waiting=plan, **(usual | changes))))
    if sounds:
        desk.take(SoundsSeen(own=own()))
    return desk


def calls_in(desk: Desk, call: str = "c1", caller: CallerToken | None = ALICE, language: str = "") -> list[Command]:
    said = desk.take(CallArrived(call=CallId(call), line=XINLI, node=PBX1, caller=caller, language=language))
    desk.now_s += 0.05
    return said + desk.held(call)


def heard(said: list[Command]) -> list[str]:
    """Each class once, in order."""
    musics = [command.music for command in of(HoldCaller, said)]
    return [str(music) for n, music in enumerate(musics) if n == 0 or musics[n - 1] != music]


def keys(desk: Desk, key: str, call: str = "c1") -> list[Command]:
    """Presses, is let out of the round, asks, and is in the bridge again, if they are told so."""
    said = desk.keys(call, key)
    if of(EndRound, said):
        said += desk.asks(call)
        if of(HoldCaller, said):
            said += desk.held(call)
    return said


def wishes(said: list[Command]) -> list[str]:
    return [note.detail for note in of(NoteFact, said) if note.fact is Fact.WISHED]


def offered(plan: WaitingPlan = PLAN, caller: CallerToken | None = ALICE, **changes: object) -> Desk:
    desk = desk_of(plan, **changes)
    calls_in(desk, caller=caller)
    said = desk.passes(24.0)
    assert heard(said)[-1] in (Music.OFFER, Music.OFFER_WITHHELD)
    return desk


# ---- skipping, comfort, place


@pytest.mark.parametrize("key", ["1", "7", "0", "#"])
def test_any_key_ends_the_sentence_and_the_music_goes_on(key: str) -> None:
    desk = desk_of(WaitingPlan())
    calls_in(desk)
    assert heard(keys(desk, key)) == [Music.WAIT]
    assert not of(EndRound, desk.keys("c1", key)), "there is nothing to skip in music"
    assert Music.COMFORT in heard(desk.passes(40.0)), "comfort comes all the same"


def test_a_line_without_offers_says_what_it_said_before() -> None:
    desk = desk_of(WaitingPlan())
    said = calls_in(desk) + desk.passes(100.0)
    assert heard(said) == [Music.GREET, Music.COMFORT, Music.COMFORT_ODD, Music.COMFORT]
    assert {command.language for command in of(HoldCaller, said)} == {"zh_xinli"}


def test_the_place_is_said_when_it_is_certain_and_never_grows() -> None:
    desk = desk_of(WaitingPlan(tells_place=True))
    for call in ("c1", "c2", "c3"):
        calls_in(desk, call, caller=None)
    said = desk.passes(36.0)
    places = [(note.call, note.detail) for note in of(NoteFact, said) if note.fact is Fact.PLACE]
    assert places == [("c1", "0"), ("c2", "1"), ("c3", "2")]
    calls_in(desk, "c4", caller=None)
    desk.take(CallerRecognised(call=CallId("c4"), caller=ALICE, high_risk=True))  # passes all of them
    said = desk.passes(100.0)
    grown = [note for note in of(NoteFact, said) if note.fact is Fact.PLACE and note.call in ("c1", "c2", "c3")]
    assert grown == []
    desk.leaves("c4")
    desk.leaves("c2")
    said = desk.passes(100.0)
    later = {note.call: note.detail for note in of(NoteFact, said) if note.fact is Fact.PLACE}
    assert later["c3"] == "1"


def test_no_place_is_said_where_people_of_the_line_serve_others_first() -> None:
    plan = WaitingPlan(tells_place=True)
    patient = line(waiting=plan, ring_steps=(ring(None, 300.0),), max_wait_s=600.0, ring_timeout_s=600.0)
    lines = [replace(patient, id=one, shifts=(shift(["lin"], []),)) for one in (XINLI, ERTONG)]
    desk = Desk(roster(*lines))
    desk.waits("other", ERTONG)
    desk.waits("c1", XINLI)
    said = desk.passes(60.0)
    assert {note.call for note in of(NoteFact, said) if note.fact is Fact.PLACE} == {"other"}


def test_no_place_is_said_where_the_order_changes_while_they_wait() -> None:
    desk = desk_of(WaitingPlan(tells_place=True), callers=CallerOrder(yields_s=20.0))
    calls_in(desk)
    assert Fact.PLACE not in facts(desk.passes(100.0))


# ---- language


def test_phones_ring_while_the_language_is_chosen_and_it_is_remembered() -> None:
    desk = desk_of(MENU)
    said = calls_in(desk)
    assert rung(said) == ["lin"] and heard(said) == [Music.LANGUAGES]
    said = keys(desk, "2")
    assert of(NoteLanguage, said) == [NoteLanguage(call=CallId("c1"), caller=ALICE, language="en")]
    assert [(hold.music, hold.language) for hold in of(HoldCaller, said)] == [(Music.GREET, "en_xinli")]
    assert heard(keys(desk, "#")) == [Music.LANGUAGES], "they may choose again"
    assert heard(calls_in(desk, "c2", language="en")) == [Music.GREET], "it was remembered"
    assert desk.call("c2").language == "en"


def test_who_presses_nothing_gets_the_lines_own_language() -> None:
    desk = desk_of(MENU)
    calls_in(desk, caller=None)
    desk.keys("c1", "7")
    said = desk.passes(12.5)
    assert of(EndRound, said) and heard(desk.asks("c1")) == [Music.GREET]
    assert (desk.call("c1").language, desk.call("c1").choosing) == ("zh", False)


def test_without_sounds_of_its_own_a_line_asks_and_offers_nothing() -> None:
    desk = desk_of(MENU, sounds=False)
    said = calls_in(desk) + desk.passes(100.0)
    assert set(heard(said)) == {Music.GREET, Music.COMFORT, Music.COMFORT_ODD}
    assert {command.language for command in of(HoldCaller, said)} == {"zh"}


def _of_two_tongues(for_s: float | None) -> Desk:
    people = [
        replace(person("lin"), languages=("zh",)),
        replace(person("wang"), languages=("en",)),
        replace(person("zhao"), languages=("zh", "en")),
    ]
    plan: Line = line(
        waiting=MENU,
        wants=(Want(language="en", for_s=for_s), Want(language="zh", for_s=for_s)),
        ring_steps=(ring(None, 300.0),),
        max_wait_s=600.0,
        ring_timeout_s=600.0,
        shifts=(shift(["lin", "wang", "zhao"], []),),
    )
    desk = Desk(roster(plan, people=people))
    desk.take(SoundsSeen(own=own()))
    return desk


@pytest.mark.parametrize("for_s", [None, 60.0])
def test_nobody_wrong_is_rung_while_the_caller_chooses(for_s: float | None) -> None:
    desk = _of_two_tongues(for_s)
    assert rung(calls_in(desk)) == ["zhao"], "who is right whatever they choose"
    assert rung(keys(desk, "2")) == ["wang"]


def test_a_caller_who_chooses_does_not_run_out_of_people() -> None:
    desk = _of_two_tongues(None)
    known = desk.machine.board.roster
    zhao = replace(person("zhao"), languages=("zh",))
    desk.reads(replace(known, volunteers={**known.volunteers, zhao.id: zhao}))
    said = calls_in(desk) + desk.passes(8.0)
    assert rung(said) == [] and desk.state("c1") is CallState.WAITING
    assert rung(keys(desk, "2")) == ["wang"]


# ---- the offer


def test_the_offer_comes_in_time_and_again() -> None:
    desk = desk_of()
    said = calls_in(desk) + desk.passes(150.0)
    assert heard(said) == [Music.GREET, Music.OFFER, Music.COMFORT, Music.OFFER, Music.COMFORT, Music.OFFER]
    often = offered(replace(PLAN, offer=replace(OFFER, every_s=20.0)))
    assert heard(often.passes(40.0)) == [Music.OFFER, Music.OFFER_ODD, Music.OFFER], "one that stays is not begun again"


def test_who_withholds_their_number_is_not_offered_to_be_called_at_it() -> None:
    desk = offered(caller=None)
    assert heard(keys(desk, "3")) == [Music.WAIT] and desk.call("c1").aside is None


def test_keys_of_choices_count_in_the_offer_alone() -> None:
    desk = desk_of()
    calls_in(desk)
    assert told(keys(desk, "4")) is None and wishes(desk.log) == []


def test_a_choice_that_the_line_does_not_offer_is_none() -> None:
    desk = offered(replace(PLAN, offer=replace(OFFER, choices=(Choice.WAIT,))))
    assert heard(keys(desk, "4")) == [Music.WAIT] and wishes(desk.log) == []


def test_a_message_gives_the_place_up() -> None:
    desk = offered()
    desk.keys("c1", "2")
    assert told(desk.asks("c1")) == (Step.MESSAGE, Step.DIRECTORY, Step.GOODBYE)
    assert taken_back(desk.log)


def test_self_help_is_heard_to_its_end_and_the_next_one_by_key() -> None:
    desk = offered()
    assert heard(keys(desk, "5")) == ["help-breathing"]
    assert heard(keys(desk, "5")) == ["help-sleep"]
    assert heard(desk.passes(30.0)) == ["help-sleep"], "no comfort into it"
    assert heard(desk.passes(30.0))[-1] != "help-sleep"
    assert wishes(desk.log) == ["self-help breathing", "self-help sleep"]
    assert len(rung(desk.log)) == 1 and not taken_back(desk.log), "phones ring on"


def test_who_accepts_during_self_help_gets_the_caller_at_once() -> None:
    desk = offered()
    keys(desk, "5")
    desk.picks_up("lin")
    assert of(ConnectLeg, desk.accepts("lin"))


def test_where_else_to_turn_is_heard_in_the_queue() -> None:
    desk = offered()
    assert heard(keys(desk, "6")) == [Music.DIRECTORY]
    assert desk.state("c1") is CallState.WAITING


# ---- callbacks


def goes_aside(key: str = "4") -> Desk:
    desk = offered()
    said = keys(desk, key)
    step = Step.CALLBACK_OTHER if key == "4" else Step.CALLBACK_HERE
    assert told(said) == (step, Step.ROUND)
    desk.reaches("c1", step)
    return desk


def confirms(desk: Desk) -> list[Command]:
    return desk.take(CallbackAsked(call=CallId("c1"), here=False))


def test_a_callback_ends_the_call_well() -> None:
    desk = goes_aside()
    assert not taken_back(desk.log), "phones ring on while they type"
    said = confirms(desk)
    assert told(said) == (Step.CALLBACK_KEPT, Step.GOODBYE)
    assert taken_back(said)
    desk.leaves("c1")
    desk.ends("lin")
    assert desk.record("c1").outcome is Outcome.CALLBACK


def test_digits_of_a_number_take_no_consent_back() -> None:
    desk = desk_of(recording=Recording(talks=RecordTalks.CONSENT))
    desk.take(RecordingPossible(possible=True))
    calls_in(desk)
    assert heard(keys(desk, "8")) == [Music.RECORDING_AGREED]
    assert heard(desk.passes(24.0))[-1] == Music.OFFER
    keys(desk, "4")
    desk.reaches("c1", Step.CALLBACK_OTHER)
    for digit in "0189":
        assert not of(MarkConsent, desk.keys("c1", digit))
    assert desk.call("c1").consents
    desk.asks("c1")
    desk.held("c1")
    assert of(MarkConsent, desk.keys("c1", "9"))


def test_what_came_of_the_key_is_said_before_an_offer_that_is_due() -> None:
    desk = desk_of(recording=Recording(talks=RecordTalks.CONSENT))
    desk.take(RecordingPossible(possible=True))
    calls_in(desk)
    desk.passes(18.0)
    desk.now_s += 3.0
    assert heard(keys(desk, "8")) == [Music.RECORDING_AGREED]


def test_comfort_cuts_no_notice_short() -> None:
    desk = desk_of(replace(PLAN, offer=None), recording=Recording(talks=RecordTalks.CONSENT), comfort_every_s=10.0)
    desk.take(RecordingPossible(possible=True))
    assert heard(calls_in(desk)) == [Music.GREET_NOTICE]
    assert heard(desk.passes(36.0)) == [Music.GREET_NOTICE]
    assert Music.COMFORT in heard(desk.passes(8.0))


def test_who_comes_back_waits_on_at_the_same_place() -> None:
    desk = goes_aside("3")
    calls_in(desk, "c2", caller=None)
    said = desk.asks("c1")
    assert heard(said) == [Music.WAIT]
    desk.held("c1")
    assert [call.id for call in desk.machine.board.waiting.of_line(XINLI, desk.now_s)] == ["c1", "c2"]


def test_who_accepts_meanwhile_gets_the_caller_out_of_it() -> None:
    desk = goes_aside()
    desk.picks_up("lin")
    said = desk.accepts("lin")
    assert of(FetchCaller, said) and not of(ConnectLeg, said)
    assert heard(desk.asks("c1"))
    assert of(ConnectLeg, desk.held("c1"))


def test_who_accepted_is_faster_than_a_callback_that_is_being_written() -> None:
    desk = goes_aside()
    desk.picks_up("lin")
    desk.accepts("lin")
    assert not of(GuideCaller, confirms(desk))
    desk.asks("c1")
    desk.held("c1")
    desk.joins("lin")
    desk.ends("lin")
    desk.comes_out("c1")
    desk.leaves("c1")
    assert desk.record("c1").outcome is Outcome.TALKED
    assert Fact.CALLBACK_ASKED in facts(desk.log)


def test_who_hangs_up_after_the_key_is_called_back() -> None:
    desk = goes_aside()
    desk.leaves("c1")
    confirms(desk)
    desk.ends("lin")
    assert desk.record("c1").outcome is Outcome.CALLBACK


def test_the_waiting_may_end_while_they_type() -> None:
    desk = offered(max_wait_s=30.0)
    keys(desk, "4")
    desk.is_silent_for(20.0)
    assert desk.state("c1") is CallState.LEAVING
    assert told(confirms(desk)) == (Step.CALLBACK_KEPT, Step.GOODBYE)


def test_who_never_comes_back_is_not_rung_for_for_ever() -> None:
    desk = goes_aside()
    desk.is_silent_for(LIMIT_S + 1.0)
    assert desk.state("c1") is CallState.SURVIVING
    assert taken_back(desk.log)


def test_a_restart_finds_them_aside() -> None:
    desk = desk_of()
    live = LiveCall(
        call=CallId("c1"),
        line=XINLI,
        where=Whereabouts.LEAVING,
        waited_s=40.0,
        step=Step.CALLBACK_OTHER,
        steps=(Step.ROUND,),
        language="zh",
    )
    desk.take(StockTaken(node=PBX1, calls=frozenset({live.call}), callers=(live,), legs=()))
    assert desk.state("c1") is CallState.WAITING and rung(desk.log) == ["lin"]
    desk.picks_up("lin")
    assert of(FetchCaller, desk.accepts("lin"))

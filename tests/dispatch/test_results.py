"""What volunteers say of talks that are over: noted, counted for limits, and no longer rest for it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from hotline_agi.dispatch import caller_limits, departures, machine, people, results, talks
from hotline_agi.dispatch.commands import CancelLeg, ConnectLeg, Fact, NoteFact, OpenFollowUps
from hotline_agi.dispatch.events import LimitLifted, ResultGiven, Step, WrapUpDeclined
from hotline_agi.dispatch.memory import Memory, PastCaller
from hotline_agi.dispatch.results import AFTER_TALK_S
from hotline_agi.roster.model import HighRisk, Notes, SilentCalls, TalkResults
from hotline_agi.roster.results_fields import KNOWN
from hotline_agi.terms import results as terms
from hotline_agi.terms.ids import CallerToken, CallId, VolunteerId
from hotline_agi.terms.limits import Limit
from hotline_agi.terms.results import Said
from hotline_agi.terms.standing import VolunteerState
from tests.dispatch.desk import Desk, of, rung
from tests.dispatch.lines import XINLI, line, ring, roster, shift
from tests.dispatch.test_caller_limits import ALICE, FREE, Hotline, steps_of
from tests.planting import Planting, instead_of

LIN = VolunteerId("lin")
ASKS = {"notes": Notes(), "results": TalkResults(ask=True, list=tuple(KNOWN.values()))}
TWO_SILENT = replace(FREE, silent=SilentCalls(calls=2, within_s=3600.0, cool_off_s=600.0, talk_s=30.0))


def desk_of(wrap_up_s: float = 30.0, **changes: object) -> Desk:
    return Desk(
        roster(line(wrap_up_s=wrap_up_s, ring_steps=(ring(None, 300.0),), shifts=(shift(["lin"], []),), **changes))
    )


def after_talk(desk: Desk, talk_s: float = 100.0) -> None:
    """The caller hung up first; lin is still on the line."""
    desk.waits("c1")
    desk.talks("lin")
    desk.passes(talk_s)
    desk.leaves("c1")


def words(said: list[object]) -> list[str]:
    return [note.detail for note in said if isinstance(note, NoteFact) and note.fact is Fact.RESULT]


# ---- the leg


def test_a_line_that_asks_says_so_with_the_talk() -> None:
    for changes, asks in ((ASKS, XINLI), ({}, None), ({"notes": Notes(ask=False)}, None), ({"notes": Notes()}, XINLI)):
        desk = desk_of(**changes)
        desk.waits("c1")
        (connect,) = of(ConnectLeg, desk.picks_up("lin") + desk.accepts("lin"))
        assert (connect.asks, connect.language) == (asks, "zh" if asks else "")


def test_a_note_of_a_minute_is_not_cut_and_makes_no_rest_longer() -> None:
    desk = desk_of(**ASKS)
    after_talk(desk)
    assert not of(CancelLeg, desk.passes(80.0))
    desk.ends("lin")
    assert desk.record("c1").talk_s == 100.0 and desk.record("c1").legs[0].talk_s == 100.0
    desk.waits("c2")
    assert rung(desk.log).count("lin") == 2, "their rest was over while they spoke"


def test_the_rest_counts_from_the_end_of_the_talk() -> None:
    desk = desk_of(wrap_up_s=30.0, **ASKS)
    after_talk(desk)
    desk.passes(10.0)
    desk.ends("lin")
    assert desk.machine.standing(LIN, desk.now)[0] is VolunteerState.WRAP_UP
    desk.passes(19.0)
    assert desk.machine.standing(LIN, desk.now)[0] is VolunteerState.WRAP_UP
    desk.passes(2.0)
    assert desk.machine.standing(LIN, desk.now)[0] is VolunteerState.AVAILABLE


def test_a_line_that_asks_nothing_rests_as_before() -> None:
    desk = desk_of(wrap_up_s=30.0)
    after_talk(desk)
    desk.passes(10.0)
    desk.ends("lin")
    desk.passes(29.0)
    assert desk.machine.standing(LIN, desk.now)[0] is VolunteerState.WRAP_UP


def test_a_leg_that_never_ends_after_the_talk_is_taken_back() -> None:
    desk = desk_of(**ASKS)
    after_talk(desk)
    assert not of(CancelLeg, desk.passes(AFTER_TALK_S - 1.0))
    assert of(CancelLeg, desk.passes(2.0))


def test_one_still_needs_no_rest() -> None:
    desk = desk_of(wrap_up_s=300.0, **ASKS)
    after_talk(desk)
    desk.take(WrapUpDeclined(leg=desk.leg("lin")))
    desk.ends("lin")
    assert desk.machine.standing(LIN, desk.now)[0] is VolunteerState.AVAILABLE


# ---- the word


def given(call: str, result: str, **more: object) -> ResultGiven:
    return ResultGiven(call=CallId(call), line=XINLI, result=result, volunteer=LIN, **more)  # type: ignore[arg-type]


def test_each_word_is_noted_whenever_it_comes() -> None:
    desk = desk_of(**ASKS)
    after_talk(desk)
    assert words(desk.take(given("c1", "referred", leg=desk.leg("lin")))) == ["referred"]
    desk.ends("lin")
    assert words(desk.take(given("c1", "silent", counts=True))) == ["silent;counts=yes"]
    desk.passes(80_000.0)
    assert words(desk.take(given("c1", "resolved", counts=False, by="gao;x"))) == ["resolved;counts=no;by=gao,x"]
    assert words(desk.take(given("c1", "resolved", is_noted=True))) == []


def test_a_serious_word_opens_follow_ups_as_the_key_in_the_talk_does() -> None:
    serious = ASKS | {"results": replace(ASKS["results"], flag=frozenset({"high-risk"}))}  # type: ignore[type-var]
    risk = HighRisk(supervisors=(LIN,), follow_ups_h=(24, 168))
    desk = desk_of(high_risk=risk, **serious)
    after_talk(desk)
    # before the record closes: the call is marked, and whoever restarts the service knows; no other word does that
    assert not of(OpenFollowUps, desk.take(given("c1", "referred")))
    said = desk.take(given("c1", "high-risk")) + desk.take(given("c1", "high-risk"))
    assert [note.fact for note in of(NoteFact, said)].count(Fact.MARKED) == 1
    assert not of(OpenFollowUps, said)
    (opened,) = of(OpenFollowUps, desk.ends("lin"))
    assert (opened.call, opened.volunteer, opened.after_h) == ("c1", LIN, (24, 168))
    # long after: from the end of the call on, if that is known
    desk.passes(7_200.0)
    (opened,) = of(OpenFollowUps, desk.take(given("c1", "high-risk")))
    assert opened.ended_at == desk.now.at
    ended_at = desk.now.at - timedelta(hours=2)
    (opened,) = of(OpenFollowUps, desk.take(given("c1", "high-risk", ended_at=ended_at)))
    assert (opened.call, opened.line, opened.ended_at) == ("c1", XINLI, ended_at)
    assert not of(OpenFollowUps, desk.take(given("c1", "prank")))
    assert not of(OpenFollowUps, desk.take(given("c1", "high-risk", is_noted=True))), "the command opened them"
    # a line whose roster has no `high_risk`, or one without follow-ups
    for changes in ({}, {"high_risk": replace(risk, follow_ups_h=())}):
        desk = desk_of(**changes, **serious)
        after_talk(desk)
        assert not of(OpenFollowUps, desk.take(given("c1", "high-risk")) + desk.ends("lin"))


@pytest.mark.parametrize(
    "said", [Said(result="a"), Said(result="b", counts=True), Said(result="c", counts=False, by="x y")]
)
def test_a_word_is_read_as_it_was_written(said: Said) -> None:
    assert terms.told(terms.detail(said)) == said


# ---- limits


def one_call(hotline: Hotline, *, speaks: bool = True, result: str = "", counts: bool | None = None) -> CallId:
    call, _ = hotline.arrives(ALICE)
    hotline.talks(call, 60.0, speaks=speaks)
    if result:
        hotline.take(ResultGiven(call=call, line=XINLI, result=result, counts=counts, caller=ALICE))
    hotline.passes(10.0)
    return call


def arrives(hotline: Hotline) -> tuple[str, tuple[Step, ...] | None]:
    call, said = hotline.arrives(ALICE)
    met = hotline.met(call)
    steps = steps_of(said) if met and not hotline.rung[call] else None
    return met, steps


def test_pranks_count_as_silent_calls_where_that_is_wanted() -> None:
    hotline = Hotline(TWO_SILENT)
    for _ in range(2):
        one_call(hotline, result="prank", counts=True)
    call, _ = hotline.arrives(ALICE)
    assert hotline.met(call) == Limit.SILENT
    assert hotline.rung[call], "nobody tells a prankster of their microphone; they wait behind the others"
    assert hotline.machine.board.calls[call].later_s == caller_limits.LATER_S


def test_silence_by_a_volunteers_word_is_told_as_silence() -> None:
    hotline = Hotline(TWO_SILENT)
    for _ in range(2):
        one_call(hotline, result="silent", counts=True)
    assert arrives(hotline) == (Limit.SILENT, (Step.UNHEARD, Step.ROUND))


def test_words_that_do_not_count_change_nothing() -> None:
    hotline = Hotline(TWO_SILENT)
    for _ in range(3):
        one_call(hotline, result="prank")
    assert arrives(hotline)[0] == ""
    hotline = Hotline(TWO_SILENT)
    one_call(hotline)  # somebody is heard at all
    for _ in range(2):
        one_call(hotline, speaks=False, result="resolved")
    assert arrives(hotline)[0] == Limit.SILENT


def test_the_last_word_counts_and_is_believed_before_our_ears() -> None:
    hotline = Hotline(TWO_SILENT)
    one_call(hotline)
    one_call(hotline, speaks=False)
    call = one_call(hotline, speaks=False, result="resolved", counts=False)
    assert arrives(hotline)[0] == ""
    hotline = Hotline(TWO_SILENT)
    one_call(hotline, result="prank", counts=True)
    call = one_call(hotline, result="prank", counts=True)
    hotline.take(ResultGiven(call=call, line=XINLI, result="resolved", counts=False, caller=ALICE))
    assert arrives(hotline)[0] == ""


def test_a_word_that_comes_before_the_news_of_the_hang_up_counts() -> None:
    hotline = Hotline(TWO_SILENT)
    one_call(hotline, result="prank", counts=True)
    call, _ = hotline.arrives(ALICE)
    leave = hotline.leaves

    def leaves(gone: CallId) -> None:
        hotline.take(ResultGiven(call=gone, line=XINLI, result="prank", counts=True))
        leave(gone)

    hotline.leaves = leaves  # type: ignore[method-assign]
    hotline.talks(call, 60.0)
    hotline.leaves = leave  # type: ignore[method-assign]
    hotline.passes(5.0)
    assert arrives(hotline)[0] == Limit.SILENT


def test_lifting_and_other_callers() -> None:
    hotline = Hotline(TWO_SILENT)
    for _ in range(2):
        one_call(hotline, result="prank", counts=True)
    call, _ = hotline.arrives(CallerToken("b0b"))
    assert hotline.met(call) == ""
    hotline.take(LimitLifted(caller=ALICE))
    assert arrives(hotline)[0] == ""


def test_a_restart_remembers_what_was_said() -> None:
    wall = Hotline().wall

    def past(n: int, **how: object) -> PastCaller:
        at = wall - timedelta(minutes=30 - n)
        return PastCaller(
            line=XINLI, caller=ALICE, arrived_at=at, ended_at=at, talk_s=60.0, call=CallId(f"p{n}"), **how
        )  # type: ignore[arg-type]

    pranks = tuple(past(n, silent=True, result="prank") for n in (1, 25))
    hotline = Hotline(TWO_SILENT, Memory(callers=pranks))
    call, _ = hotline.arrives(ALICE)
    assert (hotline.met(call), bool(hotline.rung[call])) == (Limit.SILENT, True)
    hotline = Hotline(TWO_SILENT, Memory(callers=pranks))
    hotline.take(ResultGiven(call=CallId("p25"), line=XINLI, result="referred", counts=False, caller=ALICE))
    assert arrives(hotline)[0] == ""


BUGS: dict[str, Planting] = {
    "a note is cut after half a minute": instead_of(
        departures, "left", "results.AFTER_TALK_S if winner.asks_after else PROMPT_LIMIT_S", "PROMPT_LIMIT_S"
    ),
    "nothing ends who is asked": instead_of(results, "asks", "line.notes is not None and line.notes.ask", "True"),
    "speaking makes the rest longer": instead_of(
        people, "leg_gone", "leg.asks_after and leg.talk_ended_s is not None", "False"
    ),
    "all rests begin with the end of the talk": instead_of(people, "leg_gone", "leg.asks_after and ", ""),
    "a word is noted twice": instead_of(results, "given", "if not event.is_noted:", "if True:"),
    "a serious word is only a word": instead_of(results, "_mark_if_serious", "not in line.results.flag", "is not None"),
    "every word is serious": instead_of(results, "_mark_if_serious", " or event.result not in line.results.flag", ""),
    "a word of a living call is followed up twice": instead_of(
        results, "_mark_if_serious", "elif not call.marked:", "elif True:"
    ),
    "follow-ups count from the word": instead_of(results, "_mark_if_serious", "event.ended_at or ", ""),
    "a command is followed up again": instead_of(results, "_mark_if_serious", "if not event.is_noted:", "if True:"),
    "only living calls count": instead_of(results, "given", "caller_limits.judged(board, event)", "None"),
    "an early word is lost": instead_of(results, "given", "event.result, event.counts", '"", None'),
    "every word counts": instead_of(caller_limits, "judged", "event.counts is None or ", ""),
    "the first word counts": instead_of(caller_limits, "judged", "talk.call == event.call", "talk.silent is not True"),
    "ears are believed first": instead_of(caller_limits, "talked", "if call.said_silent is not None:", "if False:"),
    "pranksters hear of microphones": instead_of(
        caller_limits, "_named", 'last.result not in ("", results.SILENT)', "False"
    ),
    "nobody hears of microphones": instead_of(
        caller_limits, "_named", 'last.result not in ("", results.SILENT)', "True"
    ),
    "pranksters do not wait": instead_of(
        caller_limits, "arrived", "call.later_s = LATER_S\n        return True", "return True"
    ),
    "a restart forgets who said it": instead_of(caller_limits, "recall", "result=one.result", 'result=""'),
    "a restart forgets which call it was": instead_of(caller_limits, "recall", "call=one.call", "call=None"),
    "nobody is asked": instead_of(
        talks, "connect_if_held", "leg.volunteer is not None and results", "False and results"
    ),
}
STORIES = [
    test for name, test in sorted(globals().items()) if name.startswith("test_") and not test.__code__.co_argcount
]


@pytest.mark.parametrize("bug", BUGS)
def test_a_planted_bug_is_found(bug: str, monkeypatch: pytest.MonkeyPatch) -> None:
    BUGS[bug](monkeypatch)
    assert machine.results is results
    with pytest.raises(Exception):  # noqa: B017  (a story may break in any way)
        for story in STORIES:
            story()

"""The judge must find whatever is bad: good evidence passes, and each bug that is planted in it is named."""

import json
from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.faults import bounds
from tests.faults.cell import End, Expectation
from tests.faults.evidence import Evidence, Heard, NextCall, Originated, Record, Seen, from_data, talks, to_data
from tests.faults.judge import judge

USUAL = Expectation()
RECORD = Record(
    call="pbx1-1.1",
    outcome="talked",
    volunteer="m01",
    facts=("arrived", "rang m01 mobile", "talk started m01"),
    rang=("leg-a", "leg-b"),
    legs={"leg-a": "talked", "leg-b": "answered elsewhere"},
)
CALLER = Seen(
    who="caller",
    invited_s=-1.0,
    answered_s=-0.99,
    ended_s=6.0,
    end="bye-in",
    heard=(
        Heard(name="greeting", began_s=-0.97, ended_s=-0.2),
        Heard(name="music", began_s=-0.2, ended_s=2.6),
        Heard(name="m01", began_s=2.7, ended_s=5.2),
        Heard(name="goodbye", began_s=5.2, ended_s=6.0),
    ),
)
WINNER = Seen(
    who="m01",
    invited_s=-0.99,
    ringing_s=-0.99,
    answered_s=1.5,
    ended_s=5.2,
    end="bye-out",
    heard=(Heard(name="accept", began_s=1.5, ended_s=2.1), Heard(name="caller", began_s=2.6, ended_s=5.2)),
)
LOSER = Seen(who="s01", invited_s=-0.99, ringing_s=-0.99, ended_s=2.61, end="cancelled")
GOOD = Evidence(
    stage="ringing",
    fault="sigkill",
    seed=1,
    reached="all phones ring",
    struck="it was struck",
    took_s=0.01,
    healed_s=3.0,
    caller=CALLER,
    phones=(LOSER, WINNER),
    originated=(Originated(leg="leg-a", who="m01", at_s=-0.99), Originated(leg="leg-b", who="s01", at_s=-0.99)),
    records=(RECORD,),
    serving_s=0.2,
    next_call=NextCall(rang_s=0.01, talked=True, records=(replace(RECORD, call="pbx1-2.2"),)),
)


def record(**changed: object) -> Evidence:
    return replace(GOOD, records=(replace(RECORD, **changed),))


def caller(**changed: object) -> Evidence:
    return replace(GOOD, caller=replace(CALLER, **changed))


def phones(*seen: Seen) -> Evidence:
    return replace(GOOD, phones=seen)


def rules(evidence: Evidence, expects: Expectation = USUAL) -> set[str]:
    return {finding.rule for finding in judge(evidence, expects).findings}


def test_a_good_cell_is_good() -> None:
    verdict = judge(GOOD, USUAL)
    assert verdict.findings == ()
    assert (verdict.end, verdict.outcome) == (End.TALKED, "talked")
    assert verdict.figures.wrong_ring_s < 0.1
    assert verdict.figures.answered_after_s == 2.7
    (talk,) = talks(GOOD)
    assert (talk.who, talk.began_s, talk.ended_s, talk.by) == ("m01", 2.7, 5.2, "volunteer")


def test_evidence_survives_its_journey() -> None:
    told = replace(GOOD, spoke=((1.0, 2.0),), trouble=("a",), surviving_s=(0.5,), kept_files=(3.0,), vanished=("m01",))
    assert from_data(json.loads(json.dumps(to_data(told)))) == told


SILENT = (CALLER.heard[0], replace(CALLER.heard[1], ended_s=-0.1), *CALLER.heard[2:])
AGAIN = replace(LOSER, invited_s=2.0, ringing_s=2.0, ended_s=4.5)
PLANTED: dict[str, tuple[str, Evidence]] = {
    "the caller is sent away without a word": (
        "end",
        replace(GOOD, caller=replace(CALLER, heard=CALLER.heard[:2], ended_s=2.6), phones=(LOSER,)),
    ),
    "the caller waits for ever": ("end", caller(ended_s=None, end=None)),
    "the caller waits too long": ("end", caller(ended_s=bounds.WHOLE_S + 1)),
    "the caller is recorded in place of a talk": (
        "end",
        replace(
            GOOD, phones=(LOSER,), caller=replace(CALLER, heard=(Heard(name="message-kept", began_s=1, ended_s=2),))
        ),
    ),
    "music stops": ("silence", replace(GOOD, caller=replace(CALLER, answered_s=-8.0))),
    "nothing is to be heard before the end": ("silence", caller(ended_s=6.0 + bounds.SILENCE_S + 0.1)),
    "a phone rings on after the talk began": (
        "ringing",
        phones(replace(LOSER, ended_s=2.7 + bounds.STOPS_S + 0.1), WINNER),
    ),
    "a phone rings on after the caller left": (
        "ringing",
        replace(
            GOOD,
            caller=replace(CALLER, heard=CALLER.heard[:2], ended_s=0.0, end="bye-out"),
            caller_left=True,
            phones=(replace(LOSER, ended_s=1.1),),
        ),
    ),
    "a phone is rung for nobody": ("ringing", phones(LOSER, WINNER, replace(LOSER, invited_s=3.0, ended_s=4.5))),
    "a phone never stops": ("ringing", phones(replace(LOSER, ended_s=None, end=None), WINNER)),
    "somebody is rung in a talk": (
        "ringing",
        phones(LOSER, WINNER, replace(WINNER, invited_s=4.0, answered_s=None, ended_s=4.2, end="cancelled", heard=())),
    ),
    "a phone shows two calls": ("ringing", phones(LOSER, replace(AGAIN, ended_s=2.65), WINNER)),
    "the talk is cut": ("cut", phones(LOSER, replace(WINNER, end="bye-in"))),
    "no record": ("journal", replace(GOOD, records=())),
    "two records": ("journal", replace(GOOD, records=(RECORD, replace(RECORD, call="pbx1-1.3")))),
    "the record stays open": ("journal", record(outcome="")),
    "another outcome": ("journal", record(outcome="abandoned")),
    "another volunteer": ("journal", record(volunteer="s01")),
    "uncertain, though all was to be seen": ("journal", record(outcome="uncertain", facts=("reconstructed",))),
    "a leg is missing": ("journal", record(rang=("leg-a",), legs={"leg-a": "talked"})),
    "a channel is left": ("after", replace(GOOD, channels_left=1)),
    "the service does not come back": ("after", replace(GOOD, serving_s=None)),
    "the service comes back late": ("after", replace(GOOD, serving_s=bounds.AT_ONCE_S + 0.1)),
    "the next call was never made": ("after", replace(GOOD, next_call=None)),
    "the next call rings late": (
        "after",
        replace(GOOD, next_call=NextCall(rang_s=bounds.NEXT_RINGS_S + 0.1, talked=True, records=(RECORD,))),
    ),
    "the next call is no talk": (
        "after",
        replace(GOOD, next_call=NextCall(rang_s=0.1, talked=False, trouble="nobody heard anybody")),
    ),
    "the next call is not in the journal": ("after", replace(GOOD, next_call=NextCall(rang_s=0.1, talked=True))),
    "a number leaked": ("story", replace(GOOD, trouble=("service.log: a number",))),
}


@pytest.mark.parametrize(("rule", "evidence"), PLANTED.values(), ids=PLANTED)
def test_what_is_bad_is_found(rule: str, evidence: Evidence) -> None:
    assert rule in rules(evidence)


BETTER: dict[str, tuple[Evidence, Callable[[Expectation], Expectation]]] = {
    "a blind service may say survived, with its fact": (
        record(outcome="survived", volunteer=None, facts=("arrived", "surviving")),
        lambda expects: replace(expects, blind=True),
    ),
    "a killed service stops no phone at once": (
        phones(replace(LOSER, ended_s=5.0), WINNER),
        lambda expects: replace(expects, stops_s=bounds.DEAD_STOPS_S),
    ),
    "a phone that vanished cuts its talk": (
        phones(LOSER, replace(WINNER, end="bye-in")),
        lambda expects: replace(expects, cuts=True),
    ),
}


@pytest.mark.parametrize(("evidence", "weaker"), BETTER.values(), ids=BETTER)
def test_what_an_expectation_allows_is_good_with_it_alone(
    evidence: Evidence, weaker: Callable[[Expectation], Expectation]
) -> None:
    assert rules(evidence) != set()
    assert rules(evidence, weaker(USUAL)) == set()


def test_survived_needs_its_fact() -> None:
    blind = replace(USUAL, blind=True)
    assert rules(record(outcome="survived", facts=("arrived",)), blind) == {"journal"}
    assert rules(record(outcome="abandoned", facts=("surviving",)), blind) == {"journal"}


def test_what_the_caller_says_is_no_silence() -> None:
    """Of a message of 10 s the caller hears nothing, rightly; the same without a recording is silence."""
    heard = (Heard(name="beep", began_s=0.0, ended_s=0.3), Heard(name="message-kept", began_s=10.3, ended_s=11.0))
    message = replace(
        GOOD,
        caller=replace(CALLER, answered_s=0.0, ended_s=11.0, heard=heard),
        phones=(replace(LOSER, ended_s=0.1),),
        originated=(),
        records=(replace(RECORD, outcome="message", volunteer=None),),
    )
    expects = replace(USUAL, ends=frozenset({End.MESSAGE}))
    assert rules(message, expects) == {"silence"}
    assert rules(replace(message, spoke=((0.3, 10.2),)), expects) == set()


def test_a_call_that_asterisk_lost_is_lost_by_asterisk_alone() -> None:
    lost = replace(
        GOOD,
        caller=replace(CALLER, heard=CALLER.heard[:2], ended_s=1.0, end="bye-out"),
        phones=(replace(LOSER, ended_s=1.0),),
        records=(replace(RECORD, outcome="uncertain", volunteer=None, facts=("unseen what=the end",)),),
    )
    allowed = replace(USUAL, ends=USUAL.ends | {End.LOST}, blind=True, silence_s=bounds.WHOLE_S)
    assert judge(replace(lost, pbx_died_s=0.0), allowed).end is End.LOST
    assert rules(replace(lost, pbx_died_s=0.0), allowed) == set()
    assert "end" in rules(lost, allowed), "without a dead Asterisk nobody may be lost"


def test_a_call_is_timed_out_by_asterisk_alone() -> None:
    cut = replace(
        GOOD,
        caller=replace(CALLER, heard=CALLER.heard[:2], ended_s=0.1),
        phones=(replace(LOSER, ended_s=0.2),),
        records=(replace(RECORD, outcome="abandoned", volunteer=None),),
    )
    allowed = replace(USUAL, ends=USUAL.ends | {End.TIMED_OUT})
    verdict = judge(replace(cut, timed_out=1), allowed)
    assert verdict.is_good and verdict.is_lost
    assert "end" in rules(cut, allowed), "Asterisk's log says nothing of it"
    assert "end" in rules(replace(cut, timed_out=1)), "the clock was not stepped"
    assert not judge(GOOD, USUAL).is_lost


def test_a_join_of_milliseconds_may_be_called_a_talk() -> None:
    left = replace(
        GOOD,
        caller=replace(CALLER, heard=CALLER.heard[:1], ended_s=0.05, end="bye-out"),
        caller_left=True,
        phones=(replace(LOSER, ended_s=0.06), replace(WINNER, answered_s=-0.5, ended_s=0.06, heard=())),
    )
    expects = replace(USUAL, ends=frozenset({End.LEFT, End.TALKED}))
    assert rules(left, expects) == set()
    assert rules(replace(left, records=(replace(RECORD, facts=("arrived",)),)), expects) == {"journal"}


def test_only_what_a_killed_service_had_no_time_to_write_may_be_missing() -> None:
    def missing(at_s: float) -> Evidence:
        lost = replace(GOOD, originated=(replace(GOOD.originated[0], at_s=at_s),))
        return replace(lost, records=(replace(RECORD, rang=(), legs={}),))

    killed = replace(USUAL, unwritten_s=bounds.WRITTEN_S)
    assert rules(missing(-0.05), killed) == set()
    assert rules(missing(-0.05)) == {"journal"}
    assert rules(missing(-0.11), killed) == {"journal"}
    assert rules(missing(0.01), killed) == {"journal"}

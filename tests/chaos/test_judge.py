"""The judge of chaos and soak, before evidence that is as it should be, and before evidence with a fault planted."""

from dataclasses import replace

import pytest

from tests.chaos.ends import End, dead_air_s, end_of
from tests.chaos.evidence import CallSeen, Evidence, FaultSeen, Record, RingSeen, Sound, Talk
from tests.chaos.judge import judge, lost_bound
from tests.chaos.people import Wish
from tests.chaos.spans import Spans

BOUND_S = 15.0


def sounds(*runs: tuple[str, float, float]) -> tuple[Sound, ...]:
    return tuple(Sound(name=name, began=began, ended=ended) for name, began, ended in runs)


TALKED = CallSeen(
    number=0,
    line=0,
    wish=Wish.TALK,
    sip_id="a",
    invited=100.0,
    answered=100.1,
    ended=107.0,
    end_reason="bye-in",
    status=200,
    heard=sounds(
        ("greeting", 100.1, 101.0), ("music", 101.0, 102.0), ("voice", 102.0, 102.1), ("goodbye", 106.0, 107.0)
    ),
    talks=(Talk(volunteer="s00-1", began=102.0, ended=106.0, ended_by="volunteer", two_way=True),),
)
LEFT = CallSeen(
    number=1,
    line=1,
    wish=Wish.LEAVE,
    sip_id="b",
    invited=110.0,
    answered=110.1,
    ended=112.0,
    end_reason="bye-out",
    status=200,
    hung_up=112.0,
    heard=sounds(("greeting", 110.1, 111.0), ("music", 111.0, 112.0)),
)
MESSAGE = CallSeen(
    number=2,
    line=0,
    wish=Wish.MESSAGE,
    sip_id="c",
    invited=120.0,
    answered=120.1,
    ended=130.0,
    end_reason="bye-in",
    status=200,
    spoke_s=3.0,
    heard=sounds(
        ("greeting", 120.1, 122.0),
        ("message", 122.0, 123.0),
        ("beep", 123.0, 123.3),
        ("message-kept", 128.0, 129.0),
        ("goodbye", 129.0, 130.0),
    ),
)
GOOD = Evidence(
    calls=(TALKED, LEFT, MESSAGE),
    rings=(
        RingSeen(volunteer="s00-1", line=0, began=100.0, ended=102.0, how="accepted"),
        RingSeen(volunteer="s00-2", line=0, began=100.0, ended=102.1, how="cancelled"),
        RingSeen(volunteer="s01-1", line=1, began=110.0, ended=112.1, how="cancelled"),
    ),
    faults=(FaultSeen(kind="service SIGKILL", began=200.0, ended=200.0),),
    blind=((200.0, 203.0),),
    records=(
        Record(call="x-a", line="line00", outcome="talked", volunteer="s00-1", wait_s=2.0, talk_s=4.0),
        Record(call="x-b", line="line01", outcome="abandoned", volunteer=None, wait_s=2.0, talk_s=0.0),
        Record(call="x-c", line="line00", outcome="message", volunteer=None, wait_s=2.0, talk_s=0.0, messages=1),
    ),
    channels={"a": "x-a", "b": "x-b", "c": "x-c"},
)


def with_call(number: int, **changes: object) -> Evidence:
    calls = list(GOOD.calls)
    calls[number] = replace(calls[number], **changes)
    return replace(GOOD, calls=tuple(calls))


def with_record(number: int, **changes: object) -> Evidence:
    records = list(GOOD.records)
    records[number] = replace(records[number], **changes)
    return replace(GOOD, records=tuple(records))


def with_ring(began: float, ended: float, line: int = 1) -> Evidence:
    ring = RingSeen(volunteer="s01-2", line=line, began=began, ended=ended, how="cancelled")
    return replace(GOOD, rings=(*GOOD.rings, ring))


def test_what_is_as_it_should_be_passes():
    verdict = judge(GOOD, ring_bound_s=BOUND_S)
    assert verdict.failures == []
    assert verdict.ends == {End.TALKED: 1, End.HUNG_UP: 1, End.MESSAGE: 1}
    assert verdict.exact == 3
    assert verdict.waits_s == [2.0]
    assert verdict.nobody_s == pytest.approx(0.1)


CUT = Talk(volunteer="s00-1", began=102.0, ended=104.0, ended_by="pbx", two_way=True)
PLANTED = {
    "refused": with_call(1, answered=None, hung_up=None, status=503, end_reason="rejected", heard=()),
    "no answer": with_call(1, answered=None, hung_up=None, status=408, end_reason="failed", heard=()),
    "sent away without a word": with_call(1, hung_up=None, end_reason="bye-in"),
    "no end": with_call(1, hung_up=None, ended=None, end_reason=None),
    "cut off for good": with_call(0, talks=(CUT,)),
    "cut off and through again": with_call(0, talks=(CUT, *TALKED.talks)),
    "a long silence": with_call(0, heard=TALKED.heard[:1], ended=120.0, talks=()),
    "a message refused": with_call(
        2, heard=(*MESSAGE.heard[:3], Sound(name="message-short", began=127.0, ended=128.0))
    ),
    "no record": replace(GOOD, records=GOOD.records[1:]),
    "a record too many": replace(
        GOOD, records=(*GOOD.records, Record(call="x-z", line="", outcome="talked", volunteer=None, wait_s=0, talk_s=0))
    ),
    "two records": replace(GOOD, records=(*GOOD.records, GOOD.records[0])),
    "an open record": with_record(0, outcome=None),
    "another outcome": with_record(0, outcome="abandoned"),
    "a talk that was none": with_record(1, outcome="talked", talk_s=20.0),
    "uncertain without a fault": with_record(0, outcome="uncertain"),
    "another volunteer": with_record(0, volunteer="s00-2"),
    "another wait": with_record(0, wait_s=9.0),
    "a message that is not there": with_record(2, messages=0),
    "rings on when nobody waits": with_ring(110.0, 115.0),
    "rings when nobody called": with_ring(150.0, 153.0),
    "rings after the talk began": with_ring(100.0, 105.0, line=0),
    "rings for ever in a fault": with_ring(190.0, 210.0),
    "rung off shift": replace(GOOD, off_shift={"s01-1": ((109.0, 130.0),)}),
    "something is left": replace(GOOD, left=("a channel",)),
}


@pytest.mark.parametrize("evidence", PLANTED.values(), ids=PLANTED.keys())
def test_a_planted_fault_is_found(evidence):
    assert judge(evidence, ring_bound_s=BOUND_S).failures


BLIND = replace(GOOD, blind=((101.0, 104.0),))


@pytest.mark.parametrize("outcome", ["uncertain", "survived"])
def test_a_record_may_say_that_it_does_not_know_when_the_service_was_blind(outcome):
    verdict = judge(replace(BLIND, records=with_record(0, outcome=outcome).records), ring_bound_s=BOUND_S)
    assert verdict.failures == []
    assert verdict.marked == {outcome: 1}


def test_a_record_may_be_missing_when_the_service_was_blind():
    for began, all_along in ((99.0, 1), (103.5, 0)):
        evidence = replace(GOOD, blind=((began, 105.0),), records=GOOD.records[1:])
        verdict = judge(evidence, ring_bound_s=BOUND_S)
        assert (verdict.failures, verdict.missing_blind, verdict.missing_partly) == ([], all_along, 1 - all_along)


def test_a_record_is_never_wrong_even_when_the_service_was_blind():
    assert judge(replace(BLIND, records=with_record(0, outcome="abandoned").records), ring_bound_s=BOUND_S).wrong


def test_who_is_up_when_the_pbx_dies_is_not_lost_by_us():
    crashed = replace(LEFT, hung_up=None, end_reason="failed", crashed=True)
    assert end_of(crashed) is End.CRASHED
    evidence = replace(GOOD, calls=(TALKED, crashed, MESSAGE), blind=((105.0, 118.0),))
    verdict = judge(replace(evidence, records=with_record(1, outcome="uncertain").records), ring_bound_s=BOUND_S)
    assert (verdict.failures, verdict.marked) == ([], {"uncertain": 1})


def test_talks_and_recordings_are_no_silence():
    assert dead_air_s(TALKED) < 0.1
    assert dead_air_s(MESSAGE) < 0.1
    assert dead_air_s(replace(TALKED, talks=(), heard=TALKED.heard[:2])) == pytest.approx(5.0)


def test_spans():
    spans = Spans.of([(5.0, 6.0), (1.0, 3.0), (2.0, 4.0)])
    assert (spans.starts, spans.ends) == ([1.0, 5.0], [4.0, 6.0])
    assert spans.touch(3.5, 4.5)
    assert spans.touch(0.0, 1.0)
    assert not spans.touch(4.5, 4.8)
    assert not spans.touch(7.0, 9.0)
    assert spans.longest_outside(0.0, 10.0) == (4.0, 6.0)
    assert spans.longest_outside(2.0, 5.5) == (1.0, 4.0)
    assert spans.longest_outside(2.0, 3.0) == (0.0, 2.0)


def test_the_bound_of_lost_calls():
    assert lost_bound(3000, 0) == pytest.approx(0.001)
    assert 1 / 3000 < lost_bound(3000, 1) < 0.003
    assert lost_bound(0, 0) == 1.0

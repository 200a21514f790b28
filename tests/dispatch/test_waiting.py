"""In which order callers are served."""

from contextlib import closing

from hypothesis import given
from hypothesis import strategies as st

from hotline_agi.dispatch.events import CallerRecognised
from hotline_agi.dispatch.waiting import ByGroup, Turn, turn
from hotline_agi.roster.model import CallerClass, CallerOrder
from hotline_agi.terms.causes import Cause
from hotline_agi.terms.ids import CallerToken, CallId
from tests.dispatch.desk import Desk
from tests.dispatch.lines import XINLI, line, ring, roster, shift

ALICE = CallerToken("a1")


def desk_of(callers: CallerOrder | None = None, **changes: object) -> Desk:
    """Lin alone is on shift; who waits stands in one queue."""
    plan = line(
        ring_steps=(ring(None, 300.0),),
        max_wait_s=900.0,
        ring_timeout_s=900.0,
        wrap_up_s=0.0,
        shifts=(shift(["lin"], []),),
        callers=callers or CallerOrder(),
        **changes,
    )
    return Desk(roster(plan))


def queue(desk: Desk) -> list[str]:
    return [call.id for call in desk.machine.board.waiting.of_line(XINLI, desk.now_s)]


def recognise(desk: Desk, call: str, *, high_risk: bool = False, caller: CallerToken = ALICE) -> None:
    desk.take(CallerRecognised(call=CallId(call), caller=caller, high_risk=high_risk))


def test_who_waits_longest_is_served_first() -> None:
    desk = desk_of()
    for call in ("c1", "c2", "c3"):
        desk.waits(call)
    assert queue(desk) == ["c1", "c2", "c3"]


def test_a_flagged_caller_passes_those_who_came_a_while_before() -> None:
    desk = desk_of(CallerOrder(worth_s={CallerClass.HIGH_RISK: 60.0}))
    desk.waits("c1")
    desk.passes(70.0)
    desk.waits("c2")
    desk.waits("c3")
    recognise(desk, "c3", high_risk=True)
    # c1 has waited longer than a flag is worth: nobody starves
    assert queue(desk) == ["c1", "c3", "c2"]


def test_who_reached_nobody_a_short_while_ago_comes_sooner() -> None:
    desk = desk_of()
    desk.waits("c1")
    recognise(desk, "c1")
    desk.leaves("c1")
    desk.ends("lin", Cause.NORMAL_CLEARING)
    desk.passes(1200.0)
    desk.waits("c2")
    desk.waits("c3")
    recognise(desk, "c3")
    assert queue(desk) == ["c3", "c2"]


def test_who_reached_nobody_long_ago_waits_as_anybody() -> None:
    desk = desk_of()
    desk.waits("c1")
    recognise(desk, "c1")
    desk.leaves("c1")
    desk.ends("lin", Cause.NORMAL_CLEARING)
    desk.passes(1900.0)
    desk.waits("c2")
    desk.waits("c3")
    recognise(desk, "c3")
    assert queue(desk) == ["c2", "c3"]


def test_who_talked_has_reached_somebody() -> None:
    desk = desk_of()
    desk.waits("c1")
    recognise(desk, "c1")
    desk.talks("lin")
    desk.ends("lin")
    desk.comes_out("c1")
    desk.leaves("c1")
    desk.waits("c2")
    desk.waits("c3")
    recognise(desk, "c3")
    assert queue(desk) == ["c2", "c3"]


def test_who_was_cut_off_stands_before_all_who_came_later() -> None:
    desk = desk_of()
    desk.waits("c1")
    desk.talks("lin")
    desk.waits("c2")
    desk.ends("lin", Cause.CHANNEL_UNAVAIL)
    desk.comes_out("c1")
    desk.held("c1")
    assert queue(desk) == ["c1", "c2"]


def test_who_is_late_yields_for_a_while() -> None:
    desk = desk_of(CallerOrder(service_level_s=30.0, yields_s=15.0))
    desk.waits("c1")
    desk.passes(20.0)
    desk.waits("c2")
    assert queue(desk) == ["c1", "c2"]
    desk.passes(12.0)  # c1 has waited 32 s, c2 12 s
    assert queue(desk) == ["c2", "c1"]
    assert turn(desk.call("c1"), desk.now_s) is Turn.LATE
    desk.passes(14.0)  # 46 s
    assert queue(desk) == ["c1", "c2"]


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 5)), max_size=60))
def test_the_smallest_group_comes_first(marks: list[tuple[int, int]]) -> None:
    desk = desk_of()
    for n in range(10):
        desk.waits(f"c{n}")
    groups, sizes = ByGroup(largest=False), {}
    for n, size in marks:
        if size == 5:
            groups.drop(desk.call(f"c{n}"))
            sizes.pop(n, None)
        else:
            groups.mark(desk.call(f"c{n}"), size)
            sizes[n] = size
        expected = [f"c{n}" for n, _ in sorted(sizes.items(), key=lambda item: (item[1], item[0]))]
        for _ in range(2):  # looking changes nothing
            with closing(groups.in_order()) as found:
                assert [call.id for call in found] == expected

"""Deadlines of many things, one timer for all."""

from hotline_agi.dispatch.deadlines import Deadlines


def test_the_first_due_comes_first() -> None:
    deadlines = Deadlines()
    deadlines.set("late", 30.0)
    deadlines.set("early", 10.0)
    assert deadlines.next_s() == 10.0
    assert list(deadlines.take_due(30.0)) == ["early", "late"]
    assert deadlines.next_s() is None


def test_nothing_is_due_before_its_time() -> None:
    deadlines = Deadlines()
    deadlines.set("a", 10.0)
    assert list(deadlines.take_due(9.999)) == []
    assert deadlines.has("a")


def test_setting_again_moves() -> None:
    deadlines = Deadlines()
    deadlines.set("a", 10.0)
    deadlines.set("a", 20.0)
    assert list(deadlines.take_due(15.0)) == []
    deadlines.set("a", 5.0)
    assert deadlines.next_s() == 5.0
    assert list(deadlines.take_due(30.0)) == ["a"]


def test_cleared_is_due_no_more() -> None:
    deadlines = Deadlines()
    deadlines.set("a", 10.0)
    deadlines.clear("a")
    deadlines.clear("never set")
    assert deadlines.next_s() is None
    assert not deadlines.has("a")
    assert list(deadlines.take_due(99.0)) == []


def test_set_clear_and_set_to_the_same_instant_is_due_once() -> None:
    deadlines = Deadlines()
    deadlines.set("a", 10.0)
    deadlines.clear("a")
    deadlines.set("a", 10.0)
    assert list(deadlines.take_due(10.0)) == ["a"]


def test_what_is_set_while_taking_counts_too() -> None:
    deadlines = Deadlines()
    deadlines.set("a", 10.0)
    taken = []
    for key in deadlines.take_due(10.0):
        taken.append(key)
        if key == "a":
            deadlines.set("b", 10.0)
    assert taken == ["a", "b"]


def test_the_heap_stays_bounded_by_what_is_set() -> None:
    deadlines = Deadlines()
    for n in range(10_000):
        deadlines.set("a", float(n))
        deadlines.set(n, float(n))
        deadlines.clear(n)
    assert len(deadlines._heap) <= 64 + 2 * 2 + 1
    assert list(deadlines.take_due(1e9)) == ["a"]


def test_asking_for_the_next_one_changes_no_order() -> None:
    """Found by a replay: a cleared entry that was still in the heap came to life again when its key was set anew."""
    orders = []
    for asks in (True, False):
        deadlines = Deadlines()
        deadlines.set("wang", 20.0)
        deadlines.clear("wang")
        if asks:
            deadlines.next_s()
        deadlines.set("bao", 20.0)
        deadlines.set("wang", 20.0)
        orders.append(list(deadlines.take_due(20.0)))
    assert orders == [["bao", "wang"], ["bao", "wang"]]

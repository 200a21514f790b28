"""The books of the soak, before counts that are as they should be, and before counts with a leak planted."""

from dataclasses import replace

import pytest

from tests.chaos.books import Counts, Rows, Sample, growth, miscounted, surplus

BEFORE = Counts(fds=20, threads=4, locks=1, tasks=9, held={"Switchboard.devices": 60, "Seats._seats": 90})
AFTER = replace(BEFORE, held={"Switchboard.devices": 60, "Seats._seats": 96, "Switchboard.departed": 4096})
LEAKS = {
    "a descriptor": replace(AFTER, fds=21),
    "a descriptor too few": replace(AFTER, fds=19),
    "a task": replace(AFTER, tasks=10),
    "a lock": replace(AFTER, locks=2),
    "threads": replace(AFTER, threads=14),
    "a dictionary": replace(AFTER, held={**(AFTER.held or {}), "Translator.callers": 13}),
    "a bound": replace(AFTER, held={**(AFTER.held or {}), "Switchboard.departed": 4097}),
}


def test_what_is_as_before_passes():
    assert surplus("it", BEFORE, AFTER, spare_threads=6) == []
    assert surplus("it", BEFORE, replace(AFTER, threads=10), spare_threads=6) == []


@pytest.mark.parametrize("after", LEAKS.values(), ids=LEAKS.keys())
def test_a_planted_leak_is_found(after):
    assert len(surplus("it", BEFORE, after, spare_threads=6)) == 1


def samples(grow_kib: float, *, pid: int = 7, count: int = 100) -> list[Sample]:
    return [Sample(at_s=5.0 * n, pid=pid, kib=round(50_000 + grow_kib * n + 300 * (n % 3))) for n in range(count)]


def test_growth():
    assert growth(samples(0), since_s=50.0) == pytest.approx(0.0, abs=0.01)
    assert growth(samples(100), since_s=50.0) == pytest.approx(0.15, abs=0.02)
    assert growth(samples(-100), since_s=50.0) < 0


def test_growth_is_that_of_the_last_process_after_the_warm_up():
    jump = [replace(sample, kib=30_000) for sample in samples(0)[:20]] + samples(0)[20:]
    assert growth(jump, since_s=100.0) == pytest.approx(0.0, abs=0.01)
    assert growth(samples(0, pid=6) + samples(0)[50:], since_s=0.0) == pytest.approx(0.0, abs=0.01)
    assert growth(samples(0)[:3], since_s=0.0) is None
    assert growth([], since_s=0.0) is None


ROWS = Rows(
    calls=frozenset({"p-1", "p-2"}),
    facts={"p-1": ("arrived", "rang", "leg ended", "caller left"), "p-2": ("arrived", "caller left")},
    legs={"p-1": 1},
    messages=frozenset({"1_2_p-2.wav"}),
    numbers=frozenset({"p-1"}),
    tokens=frozenset({"p-1"}),
    runs=3,
    counts={"call": 2, "roster_text": 1},
)
TERMS = {
    "files": frozenset({"1_2_p-2.wav"}),
    "known": frozenset({"p-1", "p-2", "p-3"}),
    "whole": frozenset({"p-1", "p-2"}),
    "starts": 4,
    "ready": 3,
    "rosters": 1,
}
WRONG = {
    "a fact of nobody": replace(ROWS, facts={**ROWS.facts, "p-3": ("arrived",)}),
    "a leg of nobody": replace(ROWS, legs={"p-1": 1, "p-3": 1}),
    "a number of nobody": replace(ROWS, numbers=frozenset({"p-1", "p-9"})),
    "a leg too few": replace(ROWS, legs={}),
    "arrived twice": replace(ROWS, facts={**ROWS.facts, "p-2": ("arrived", "arrived", "caller left")}),
    "never left": replace(ROWS, facts={**ROWS.facts, "p-2": ("arrived",)}),
    "a message without a file": replace(ROWS, messages=frozenset({"1_2_p-2.wav", "1_2_p-1.wav"})),
    "a file without a message": replace(ROWS, messages=frozenset()),
    "a run too many": replace(ROWS, runs=5),
    "a run too few": replace(ROWS, runs=2),
    "a roster too many": replace(ROWS, counts={"roster_text": 2}),
    "a pause of nobody": replace(ROWS, counts={"roster_text": 1, "volunteer_state": 1}),
}


def test_rows_that_agree_pass():
    assert miscounted(ROWS, **TERMS) == []
    assert miscounted(replace(ROWS, tokens=frozenset({"p-3"})), **TERMS) == []
    assert miscounted(replace(ROWS, messages=frozenset()), **{**TERMS, "whole": frozenset({"p-1"})}) == []


@pytest.mark.parametrize("rows", WRONG.values(), ids=WRONG.keys())
def test_planted_rows_are_found(rows):
    assert len(miscounted(rows, **TERMS)) == 1

"""The loads in which this product is measured, and its goals."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from hotline_agi.roster.model import EndpointKind
from hotline_agi.simulation.__main__ import main
from hotline_agi.simulation.comparison import HOTLINE, RINGALL, RRMEMORY, SYSTEMS, compare, goals, worlds
from hotline_agi.simulation.figures import Figures
from hotline_agi.simulation.loads import VOLUNTEERS, Load, scene

FIGURES = Figures(
    calls=100,
    answered=1.0,
    within=1.0,
    within_error=0.0,
    mean_wait_s=10.0,
    p90_wait_s=20.0,
    waits_s=1000.0,
    rings=1000,
    rings_per_answered=10.0,
    least_talks=1.0,
    most_talks=3.0,
    double_rings=0,
    endless=0,
    wrong=0,
)


@pytest.mark.parametrize(
    ("load", "calls", "span_s"),
    [
        (Load.LIGHT, 60, 3600.0),
        (Load.MEDIUM, 120, 960.0),
        (Load.SURGE, 40, 10.0),
        (Load.OVERLOAD, 200, 240.0),
        (Load.MIXED, 120, 960.0),
    ],
)
def test_a_load_has_its_calls_in_its_time(load: Load, calls: int, span_s: float) -> None:
    one = scene(load, 1)
    assert len(one.crowd.first_s) == calls
    assert one.crowd.first_s[0] >= 0.0 and one.crowd.first_s[-1] <= span_s
    assert len(one.volunteers) == VOLUNTEERS
    kinds = [who.endpoints[0].kind for who in one.roster.volunteers.values()]
    assert kinds.count(EndpointKind.MOBILE) == (15 if load is Load.MIXED else 0)


def test_every_system_meets_the_same_callers() -> None:
    played = {system: worlds(Load.SURGE, system, [1])[0] for system in SYSTEMS}
    talks = {
        system: sorted(round(call.talk_s, 3) for call in world.calls if call.talks) for system, world in played.items()
    }
    assert len(talks[RINGALL]) == 40
    assert talks[RRMEMORY] == talks[RINGALL]
    arrivals = {tuple(sorted(call.arrived_s for call in world.calls)) for world in played.values()}
    assert len(arrivals) == 1


def judged(of: Mapping[str, Figures], load: Load = Load.LIGHT) -> dict[str, bool]:
    return {goal.name: goal.is_met for goal in goals({load: of})}


def test_goals_are_judged_by_their_bounds() -> None:
    good = replace(FIGURES, within=0.99, rings=350, mean_wait_s=16.0, waits_s=700.0)
    found = {HOTLINE: good, RINGALL: FIGURES, RRMEMORY: FIGURES}
    assert all(judged(found).values())
    for bad in (
        replace(good, within=0.98),
        replace(good, rings=351),
        replace(good, mean_wait_s=16.1),
        replace(good, double_rings=1),
        replace(good, endless=1),
        replace(good, wrong=1),
    ):
        assert list(judged(found | {HOTLINE: bad}).values()).count(False) == 1


def test_all_loads_together_weigh_by_calls_or_alike() -> None:
    many, few = replace(FIGURES, calls=900, waits_s=9000.0), replace(FIGURES, calls=100, waits_s=5000.0)
    found = {
        Load.LIGHT: {HOTLINE: many, RINGALL: many, RRMEMORY: many},
        Load.SURGE: {HOTLINE: replace(few, waits_s=2000.0), RINGALL: few, RRMEMORY: replace(few, waits_s=9000.0)},
    }
    together = {goal.name.split(",")[1].split(":")[0]: goal.ratio for goal in goals(found) if "together" in goal.name}
    assert together == {
        " every call alike": pytest.approx(11_000 / 14_000),
        " every load alike": pytest.approx((10 + 20) / (10 + 50)),
    }


def test_a_surge_is_judged_against_both_queues() -> None:
    found = {
        HOTLINE: replace(FIGURES, within=0.55, waits_s=500.0),
        RINGALL: replace(FIGURES, within=0.2),
        RRMEMORY: replace(FIGURES, within=0.5),
    }
    assert all(judged(found, Load.SURGE).values())
    assert not all(judged(found | {RRMEMORY: replace(FIGURES, within=0.51)}, Load.SURGE).values())
    assert not all(judged(found | {RINGALL: replace(FIGURES, within=0.23)}, Load.SURGE).values())


def test_the_queues_do_what_an_early_simulation_said() -> None:
    # share within 30 s, mean wait, rings per answered call, as the issue has them: ringall is right when it is quiet,
    # one at a time in the surge
    found = compare([Load.SURGE], [1, 2, 3])[Load.SURGE]
    assert found[RINGALL].within == pytest.approx(0.18, abs=0.04)
    assert found[RINGALL].mean_wait_s == pytest.approx(75.0, rel=0.15)
    assert found[RRMEMORY].within == pytest.approx(0.49, abs=0.08)
    assert found[RRMEMORY].mean_wait_s == pytest.approx(42.0, rel=0.2)
    assert found[RRMEMORY].rings_per_answered == pytest.approx(2.4, abs=0.3)


def test_the_table_has_three_systems_and_the_goals(capsys: pytest.CaptureFixture[str]) -> None:
    status = main(["--load", "surge", "--runs", "1", "--seed", "3"])
    out = capsys.readouterr().out
    assert status in (0, 1)
    assert [line.split()[1] for line in out.splitlines() if line.startswith("surge ")][:3] == list(SYSTEMS)
    assert "surge: within 30 s / rrmemory" in out
    assert ("MISSED" in out) is (status == 1)

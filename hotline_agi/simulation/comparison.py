"""This product against Asterisk's queues in the same worlds, and how far the goals are met."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from hotline_agi.dispatch.machine import Machine
from hotline_agi.roster.model import Line
from hotline_agi.simulation.figures import Figures, figures
from hotline_agi.simulation.loads import Load, scene
from hotline_agi.simulation.pbx import play
from hotline_agi.simulation.queues import QueueSettings, Strategy, play_queue
from hotline_agi.simulation.truth import Played

HOTLINE = "hotline"
RINGALL, RRMEMORY = Strategy.RINGALL.value, Strategy.RRMEMORY.value
SYSTEMS = (RINGALL, RRMEMORY, HOTLINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """One thing to reach; `least` or `most` is the bound of `ratio`."""

    name: str
    ratio: float
    least: float | None = None
    most: float | None = None

    @property
    def is_met(self) -> bool:
        return (self.least is None or self.ratio >= self.least) and (self.most is None or self.ratio <= self.most)


def worlds(
    load: Load,
    system: str,
    seeds: Sequence[int],
    *,
    line: Line | None = None,
    machine: Callable[..., Machine] = Machine,
) -> list[Played]:
    """Play `load` once per seed."""
    if system == HOTLINE:
        return [play(scene(load, seed, line), machine) for seed in seeds]
    settings = QueueSettings(strategy=Strategy(system))
    return [play_queue(scene(load, seed, line), settings) for seed in seeds]


def compare(
    loads: Sequence[Load], seeds: Sequence[int], *, line: Line | None = None, machine: Callable[..., Machine] = Machine
) -> dict[Load, dict[str, Figures]]:
    """The figures of each load and system, each over all seeds."""
    return {
        load: {system: figures(worlds(load, system, seeds, line=line, machine=machine)) for system in SYSTEMS}
        for load in loads
    }


def goals(found: Mapping[Load, Mapping[str, Figures]]) -> list[Goal]:
    """The goals of issue 4 as far as their loads were played; that over all loads is for those that were."""
    out: list[Goal] = []
    for load, of in found.items():
        ours, all_, turns = of[HOTLINE], of[RINGALL], of[RRMEMORY]
        if load in (Load.LIGHT, Load.MEDIUM):
            out += [
                Goal(name=f"{load}: within 30 s / ringall", ratio=_ratio(ours.within, all_.within), least=0.99),
                Goal(name=f"{load}: rings / ringall", ratio=_ratio(ours.rings, all_.rings), most=0.35),
                Goal(name=f"{load}: mean wait / ringall", ratio=_ratio(ours.mean_wait_s, all_.mean_wait_s), most=1.6),
            ]
        if load is Load.SURGE:
            out += [
                Goal(name=f"{load}: within 30 s / rrmemory", ratio=_ratio(ours.within, turns.within), least=1.1),
                Goal(name=f"{load}: within 30 s / ringall", ratio=_ratio(ours.within, all_.within), least=2.5),
            ]
    for how, mean_s in (("every call alike", _by_call(found)), ("every load alike", _by_load(found))):
        ratio = _ratio(mean_s(HOTLINE), min(mean_s(RINGALL), mean_s(RRMEMORY)))
        out.append(Goal(name=f"all loads together, {how}: mean wait / better queue", ratio=ratio, most=0.7))
    faults = sum(of[HOTLINE].double_rings + of[HOTLINE].endless + of[HOTLINE].wrong for of in found.values())
    out.append(Goal(name="double rings, endless and wrongly told calls", ratio=float(faults), most=0.0))
    return out


def _by_call(found: Mapping[Load, Mapping[str, Figures]]) -> Callable[[str], float]:
    """The mean wait of all calls."""
    return lambda system: _ratio(
        sum(of[system].waits_s for of in found.values()), sum(of[system].calls for of in found.values())
    )


def _by_load(found: Mapping[Load, Mapping[str, Figures]]) -> Callable[[str], float]:
    """The mean of the loads' mean waits: else the load with the most calls and the longest queue decides alone."""
    return lambda system: sum(of[system].waits_s / of[system].calls for of in found.values()) / len(found)


def _ratio(one: float, other: float) -> float:
    return one / other if other else float("inf")

"""The wall clock is stepped by an hour, for the service and Asterisk alike."""

from collections.abc import Awaitable, Callable
from dataclasses import replace

from tests.faults import bounds
from tests.faults.cell import End, Expectation
from tests.faults.faults.fault import ACCEPTING, BRIDGING, RECORDING, UNDECIDED, Fault, NotStruck, also, usual
from tests.faults.scene import Needs, Scene

HOUR_S = 3600.0


def _step(by_s: float) -> Callable[[Scene], Awaitable[str]]:
    async def strike(scene: Scene) -> str:
        clock = scene.clock
        assert clock is not None
        pids = {"Asterisk": scene.hotline.stage.pbx.pid, "the service": scene.service.pid}
        if deaf := [name for name, pid in pids.items() if not clock.is_in(pid)]:
            raise NotStruck(f"{deaf} go by another clock")
        clock.step(by_s)
        return f"the wall clock of both went {by_s:+.0f} s"

    return strike


def _forward(stage: str) -> Expectation:
    """Asterisk measures a ring, and our dialplan the longest wait, by the wall clock."""
    expects = usual(stage)
    if stage in (*UNDECIDED, ACCEPTING, BRIDGING):
        return replace(
            expects,
            ends=also(expects, End.MESSAGE, End.DIRECTORY, End.TIMED_OUT),
            blind=True,
            why="an hour passed: for the dialplan the longest wait is over, for Asterisk an hour without audio",
        )
    # a recording has a longest length, too, and what is short is not kept
    return replace(
        expects,
        ends=also(expects, End.TIMED_OUT, *([End.DIRECTORY] if stage == RECORDING else [])),
        blind=True,
        cuts=True,
        why="Asterisk measures an hour without audio",
    )


def _back(stage: str) -> Expectation:
    expects = replace(usual(stage), blind=True)
    if stage == RECORDING:
        return replace(
            expects,
            silence_s=bounds.RECORD_SILENCE_S + bounds.SILENCE_S,
            why="Asterisk times keys by the wall clock: on a channel that had one, none counts for an hour",
        )
    return expects


async def _renew(scene: Scene) -> None:
    """Asterisk forgets registrations when the clock says so; each app registers anew after some minutes of its own."""
    await scene.register_anew()


FAULTS = (
    Fault(
        name="clock +1 h",
        words="the wall clock jumps an hour ahead",
        strike=_step(HOUR_S),
        course=_renew,
        outlasts_call=True,
        expects=_forward,
        needs=Needs(clock=True),
    ),
    Fault(
        name="clock -1 h",
        words="the wall clock jumps an hour back",
        strike=_step(-HOUR_S),
        expects=_back,
        needs=Needs(clock=True),
    ),
)

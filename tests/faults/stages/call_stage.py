"""What a stage is: how a call gets there, that it is there, and how it goes on afterwards."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from tests.faults.scene import Needs, Scene


async def nothing(scene: Scene) -> None:
    """The call goes on by itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallStage:
    name: str
    words: str
    reach: Callable[[Scene], Awaitable[str]]
    """Brings the call there and returns what was seen of that; the fault strikes right behind it."""
    holds: Callable[[Scene], str]
    """"" while the call is at this stage, else what is different; asked directly before the strike."""
    go_on: Callable[[Scene], Awaitable[None]] = nothing
    """What people do after the fault struck."""
    needs: Needs = field(default_factory=Needs)
    at_once: bool = False
    """The strike may take no time: it must fall into milliseconds."""


def waits(scene: Scene) -> str:
    """The caller is there and talks to nobody."""
    caller = scene.caller
    if caller is None or caller.ended_at is not None:
        return "the caller is gone"
    return "the caller talks already" if scene.talker() else ""


def release_or_lose(scene: Scene) -> None:
    """The answer in flight passes if the service lives; a killed one says nothing more, a frozen one says it later."""
    held = scene.held
    assert held is not None
    if scene.service.is_frozen:
        return  # `play` calls again when the fault is over
    if scene.service.is_dead:
        held.lose()
    else:
        held.release()

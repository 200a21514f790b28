"""Whether the machine's clock is right: the kernel's own word (adjtimex(2)), and steps that the service sees itself."""

import ctypes
from collections.abc import Callable
from dataclasses import dataclass

STA_UNSYNC = 0x0040
"""linux/timex.h: nobody (chrony, ntpd, systemd-timesyncd) says that the clock is synchronised."""
TIMEX_BYTES = 208
"""Of struct timex on 64-bit Linux; a bigger buffer is harmless."""
STATUS_AT = 40
"""Offset of `int status`: modes (4, padded to 8), offset, freq, maxerror, esterror (8 each)."""
STEP_S = 2.0
"""What the wall clock gains or loses between two looks against the monotonic one: slewing does 0.5 ms a second."""
KEPT_S = 900.0
"""A step is told for so long."""


def kernel_status() -> int | None:
    """The status bits of the kernel's clock; None where it may not be asked (a sandbox) or does not say."""
    buffer = ctypes.create_string_buffer(TIMEX_BYTES * 2)  # modes = 0: nothing is set
    try:
        if ctypes.CDLL(None, use_errno=True).adjtimex(buffer) < 0:
            return None
    except (OSError, AttributeError):
        return None
    return int.from_bytes(buffer.raw[STATUS_AT : STATUS_AT + 4], "little", signed=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockState:
    synchronised: bool | None
    """None: nobody says."""
    jump_s: float
    """How far the wall clock was stepped lately; 0: it was not."""


class ClockWatch:
    """Give it both clocks with each look."""

    def __init__(self, status: Callable[[], int | None] = kernel_status) -> None:
        self._status = status
        self._offset_s: float | None = None
        self._jump_s, self._jumped_s = 0.0, float("-inf")

    def look(self, mono_s: float, wall_s: float) -> ClockState:
        """:param wall_s: seconds since 1970."""
        offset_s = wall_s - mono_s
        if self._offset_s is not None and abs(offset_s - self._offset_s) > STEP_S:
            self._jump_s, self._jumped_s = offset_s - self._offset_s, mono_s
        self._offset_s = offset_s
        status = self._status()
        return ClockState(
            synchronised=None if status is None else not status & STA_UNSYNC,
            jump_s=self._jump_s if mono_s - self._jumped_s < KEPT_S else 0.0,
        )

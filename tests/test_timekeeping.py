"""The clock as the kernel and the service see it."""

import ctypes

from hotline_agi import timekeeping
from hotline_agi.timekeeping import KEPT_S, STA_UNSYNC, ClockWatch, kernel_status


class Timex(ctypes.Structure):
    """The beginning of struct timex, as linux/timex.h has it."""

    _fields_ = (
        ("modes", ctypes.c_uint),
        ("offset", ctypes.c_long),
        ("freq", ctypes.c_long),
        ("maxerror", ctypes.c_long),
        ("esterror", ctypes.c_long),
        ("status", ctypes.c_int),
    )


def test_the_status_is_read_where_it_stands():
    assert Timex.status.offset == timekeeping.STATUS_AT  # type: ignore[attr-defined]
    assert isinstance(kernel_status(), int)


def test_it_is_as_the_kernel_says():
    for status, synchronised in ((0, True), (STA_UNSYNC, False), (STA_UNSYNC | 1, False), (1, True), (None, None)):
        assert ClockWatch(lambda known=status: known).look(0.0, 100.0).synchronised is synchronised


def test_a_step_is_told_for_a_while_and_a_slew_is_none():
    watch = ClockWatch(lambda: 0)
    wall_s = 1_000_000.0
    assert [watch.look(n, wall_s + n * 1.0005).jump_s for n in range(0, 3000, 5)] == [0.0] * 600
    assert round(watch.look(3000.0, wall_s + 3000 + 3600).jump_s) == 3599
    assert round(watch.look(3000.0 + KEPT_S - 1, wall_s + 3000 + KEPT_S - 1 + 3600).jump_s) == 3599
    assert watch.look(3000.0 + KEPT_S, wall_s + 3000 + KEPT_S + 3600).jump_s == 0.0
    assert round(watch.look(5000.0, wall_s + 5000).jump_s) == -3600

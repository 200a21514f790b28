"""Times that are drawn: as they are written, and as they come."""

from math import inf
from random import Random
from statistics import fmean, median

import pytest

from hotline_agi.simulation.spans import (
    FOR_EVER,
    Span,
    always,
    exponential,
    lognormal,
    parse_span,
    uniform,
)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("always:20s", always(20.0)),
        ("always:0", always(0.0)),
        ("uniform:3s,15s", uniform(3.0, 15.0)),
        ("uniform: 3, 1m", uniform(3.0, 60.0)),
        ("exponential:4m", exponential(240.0)),
        ("lognormal:0.25h,0.8", lognormal(900.0, 0.8)),
        ("never", FOR_EVER),
    ],
)
def test_what_is_written_is_meant(text: str, meant: Span) -> None:
    assert parse_span(text) == meant


@pytest.mark.parametrize(
    "text",
    [
        "",
        "20",
        "exponential",
        "exponential:0",
        "exponential:-1",
        "exponential:1e9",
        "uniform:15s,3s",
        "uniform:3s",
        "lognormal:5m",
        "lognormal:0,1",
        "lognormal:5m,99",
        "always:1234567890",
        "gamma:1,2",
        "always:nan",
    ],
)
def test_what_is_no_time_is_refused_with_the_forms(text: str) -> None:
    with pytest.raises(ValueError, match="write always:20s"):
        parse_span(text)


@pytest.mark.parametrize("span", [always(7.0), uniform(3.0, 15.0), exponential(120.0), lognormal(60.0, 0.7)])
def test_draws_have_the_mean_that_the_distribution_has(span: Span) -> None:
    chance = Random(1)
    drawn = [span.draw(chance) for _ in range(20_000)]
    assert min(drawn) >= 0.0
    assert fmean(drawn) == pytest.approx(span.mean_s, rel=0.03)


def test_half_of_lognormal_draws_are_below_its_median() -> None:
    chance = Random(2)
    assert median(lognormal(60.0, 0.7).draw(chance) for _ in range(20_000)) == pytest.approx(60.0, rel=0.03)


def test_who_never_loses_patience_waits_for_ever() -> None:
    assert FOR_EVER.draw(Random(1)) == inf

"""What experience says of phones."""

from random import Random

import pytest

from hotline_agi.dispatch.acceptance import (
    HALF_LIFE_S,
    LEAST_RING_S,
    PRIOR_RATE,
    Acceptance,
    log_miss,
)
from hotline_agi.roster.model import Endpoint, EndpointKind
from hotline_agi.terms.ids import EndpointId
from tests.dispatch.lines import mobile, softphone

LIN, WANG = softphone("lin"), softphone("wang")


def learn(
    model: Acceptance, endpoint: Endpoint, rang_s: float, *, accepted: bool, whole: bool = True, at_s: float = 0.0
) -> None:
    model.learn(endpoint.id, endpoint.kind, rang_s, at_s, accepted=accepted, whole=whole)


def lived(rate: float, rings: int, *, cut_s: float | None = None, seed: int = 1) -> Acceptance:
    """A model after `rings` rings that are accepted with `rate`, 3 to 15 s after they began; perhaps cut short."""
    model, chance = Acceptance(), Random(seed)
    for n in range(rings):
        endpoint = softphone(f"v{n % 10}")
        delay_s = chance.uniform(3.0, 15.0) if chance.random() < rate else 99.0
        ends_s = min(25.0, chance.uniform(0.0, cut_s) if cut_s else 25.0)
        learn(model, endpoint, min(delay_s, ends_s), accepted=delay_s <= ends_s, whole=ends_s == 25.0)
    return model


def test_before_anything_was_seen_the_prior_speaks() -> None:
    model = Acceptance()
    assert model.rate(LIN) == pytest.approx(PRIOR_RATE, abs=0.01)
    assert model.chance(LIN, 60.0) == pytest.approx(PRIOR_RATE, abs=0.01)
    assert model.chance(LIN, 2.0) < 0.01


@pytest.mark.parametrize("rate", [0.1, 0.4, 0.8])
def test_the_rate_of_a_kind_is_learned(rate: float) -> None:
    assert lived(rate, 400).rate(softphone("new")) == pytest.approx(rate, abs=0.07)


@pytest.mark.parametrize("rate", [0.2, 0.4, 0.8])
def test_rings_that_were_cut_short_do_not_count_as_misses(rate: float) -> None:
    """Somebody else was faster in most of them: a share of accepts ÷ rings would say a fraction of the truth."""
    assert lived(rate, 3000, cut_s=20.0).rate(softphone("new")) == pytest.approx(rate, abs=0.07)


def test_the_delay_is_learned_and_a_hopeless_phone_is_given_up() -> None:
    model = lived(0.4, 600)
    assert model.ring_s(LIN, 60.0) == pytest.approx(15.0, abs=1.5)
    assert model.chance(LIN, 60.0, rang_s=16.0) < 0.03


def test_nobody_stops_ringing_too_soon_and_none_rings_longer_than_the_roster_says() -> None:
    quick = Acceptance()
    for n in range(400):
        learn(quick, softphone(f"v{n % 10}"), 1.0 if n % 2 else 25.0, accepted=n % 2 == 1)
    assert quick.ring_s(LIN, 60.0) == LEAST_RING_S
    assert lived(0.4, 600).ring_s(LIN, 12.0) == 12.0


def test_who_never_accepts_is_told_from_the_others_soon() -> None:
    model = lived(0.6, 100)
    for _ in range(10):
        learn(model, LIN, 25.0, accepted=False)
    assert model.rate(LIN) < 0.25 < model.rate(WANG)


def test_mobiles_and_softphones_are_learned_apart() -> None:
    model = lived(0.9, 300)
    assert model.rate(mobile("lin")) == pytest.approx(PRIOR_RATE, abs=0.01)
    assert mobile("lin").kind is EndpointKind.MOBILE


def test_what_was_learned_fades_over_weeks() -> None:
    model = Acceptance()
    for _ in range(200):
        learn(model, LIN, 25.0, accepted=False)
    low = model.rate(softphone("new"))
    for at_s in (8 * HALF_LIFE_S, 8 * HALF_LIFE_S + 1.0):
        learn(model, WANG, 5.0, accepted=True, at_s=at_s)
    for n in range(7):
        learn(model, WANG, 5.0, accepted=True, at_s=8 * HALF_LIFE_S + 2.0 + n)
    assert low < 0.1 < 0.3 < model.rate(softphone("new"))


def test_chances_are_chances() -> None:
    model = lived(0.5, 200)
    for endpoint in (LIN, softphone("v1"), Endpoint(id=EndpointId("m"), kind=EndpointKind.MOBILE, confirm=True)):
        for rang_s in (0.0, 0.5, 3.0, 14.9, 40.0, 100.0):
            found = [model.chance(endpoint, within_s, rang_s) for within_s in (0.0, 1.0, 5.0, 12.0, 100.0)]
            assert found == sorted(found)
            assert 0.0 <= found[0] <= found[-1] < 1.0
    assert log_miss(1.0) > float("-inf")

"""What is told of legs that were not dialled, and of limits that were met."""

import asyncio
from pathlib import Path

import pytest

from hotline_agi.asterisk.envelope import RefusalReason
from hotline_agi.service import guard as guard_module
from hotline_agi.service.guard import Guard
from hotline_agi.terms.ids import EndpointId
from hotline_agi.terms.limits import Limit

ENDPOINT = EndpointId("zq-mobile")


def test_refusals_are_counted_told_and_written(tmp_path: Path) -> None:
    guard = Guard(tmp_path, limits=tuple(limit.value for limit in Limit))
    told: list[tuple[RefusalReason, EndpointId]] = []
    guard.alarm = lambda reason, endpoint: told.append((reason, endpoint))
    for _ in range(3):
        guard.refused(RefusalReason.PREMIUM, ENDPOINT)
    guard.limited("calls")
    assert guard.refusals == {RefusalReason.PREMIUM: 3}
    assert told == [(RefusalReason.PREMIUM, ENDPOINT)] * 3

    async def written() -> str:
        task = asyncio.create_task(guard.follow())
        while not (tmp_path / "guard.prom").exists():
            await asyncio.sleep(0.01)
        task.cancel()
        return (tmp_path / "guard.prom").read_text()

    text = asyncio.run(asyncio.wait_for(written(), 5))
    assert 'hotline_dial_refusals_total{reason="premium"} 3.0' in text
    assert 'hotline_dial_refusals_total{reason="emergency"} 0.0' in text
    assert 'hotline_limited_calls_total{limit="calls"} 1.0' in text
    assert "zq" not in text


def test_a_storm_of_refusals_is_logged_now_and_then(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[int] = []
    monkeypatch.setattr(guard_module.logger, "error", lambda _event, **what: said.append(what["times"]))
    guard = Guard(tmp_path)
    for _ in range(1000):
        guard.refused(RefusalReason.LEGS_PER_HOUR, ENDPOINT)
    assert said == [1, 2, 4, 8, 16, 32, 64, 128, 256, 512]

"""Who looks on cannot cost anybody an event."""

from typing import Any

from hotline_agi.service.watchers import Watchers


def stumbles(*_: Any) -> None:
    raise KeyError("a bug")


def test_one_that_stumbles_costs_the_others_nothing() -> None:
    steps: list[object] = []
    messages: list[object] = []
    watchers = Watchers(saw=(stumbles, lambda *step: steps.append(step)), heard=(stumbles, messages.append))
    watchers.saw(None, [])
    watchers.heard({"Event": "Hangup"})
    assert steps == [(None, [])] and messages == [{"Event": "Hangup"}]

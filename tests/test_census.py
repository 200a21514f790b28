"""The census counts what objects of ours hold, wherever they hold it."""

import asyncio
from collections import deque
from dataclasses import dataclass, field

from hotline_agi import census


@dataclass(slots=True)
class Slotted:
    many: dict[str, object] = field(default_factory=dict)
    back: object = None


class Plain:
    def __init__(self) -> None:
        self.waits: deque[int] = deque([1, 2, 3])
        self.others = [Slotted(many={"a": 1}), Slotted(many={"b": 2, "c": 3})]
        self.empty: set[int] = set()
        self.text = "not counted"


Slotted.__module__ = Plain.__module__ = "hotline_agi.invented"


def test_containers_are_counted_by_class_and_attribute():
    root = Plain()
    root.others[0].back = root  # a ring ends
    root.others[1].many["d"] = Slotted(many={"e": 5})
    assert census.of_objects(root) == {
        "Plain": 1,
        "Plain.others": 2,
        "Plain.waits": 3,
        "Slotted": 3,
        "Slotted.many": 5,
    }


def test_what_grows_is_seen():
    root = Plain()
    before = census.of_objects(root)
    root.others[0].many |= {str(number): number for number in range(100)}
    after = census.of_objects(root)
    assert {name: after[name] - before[name] for name in after if after[name] != before[name]} == {"Slotted.many": 100}


def test_the_process():
    async def look() -> dict[str, int]:
        return census.of_process()

    found = asyncio.run(look())
    assert found["tasks"] == 1
    assert found["threads"] >= 1
    assert 3 <= found["fds"] < 1000
    assert 1000 < found["rss_kib"] < 10_000_000

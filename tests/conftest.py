"""The order in which several workers take the tests."""

import os
from itertools import islice

import pytest


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests with an Asterisk wait, all others compute: spread the former among the latter, so that at any time most
    workers wait and one or two compute. (Each worker begins with a stretch of its own.)"""
    if "PYTEST_XDIST_WORKER" not in os.environ:
        return
    waiting = [item for item in items if item.get_closest_marker("asterisk") is not None]
    computing = [item for item in items if item.get_closest_marker("asterisk") is None]
    if waiting and computing:
        items[:] = spread(waiting, computing)


def spread(few: list[pytest.Item], many: list[pytest.Item]) -> list[pytest.Item]:
    """All of both, each in its order, the one evenly among the other."""
    rest, mixed = iter(many), list[pytest.Item]()
    for number, one in enumerate(few, start=1):
        mixed.append(one)
        mixed += islice(rest, number * len(many) // len(few) - (number - 1) * len(many) // len(few))
    return mixed

"""What holds for all tests: the order in which several workers take them, and that a busy machine breaks none."""

import os
from itertools import islice

import pytest
from hypothesis import settings

# else an example that takes 0.2 s of a clock that others share is an error; `timeout` of pyproject.toml bounds a test
settings.register_profile("hotline", deadline=None)
settings.load_profile("hotline")


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

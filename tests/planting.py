"""Bugs that are planted to see whether a test notices them."""

from collections.abc import Callable, Iterable
from inspect import getsource
from types import ModuleType
from typing import Any

import pytest

Planting = Callable[[pytest.MonkeyPatch], None]


def instead_of(module: ModuleType, name: str, old: str, new: str, *, users: Iterable[ModuleType] = ()) -> Planting:
    """The function `name` of a module (``Class.method`` and a property too), with `old` in its source replaced by
    `new`; also for those of `users` who imported it by name."""

    def plant(patch: pytest.MonkeyPatch) -> None:
        owner, _, own_name = name.rpartition(".")
        where = getattr(module, owner) if owner else module
        known = getattr(where, own_name)
        lines = getsource(known.fget if isinstance(known, property) else known).splitlines()
        indent = len(lines[0]) - len(lines[0].lstrip())
        source = "\n".join(line[indent:] for line in lines)
        assert source.count(old) == 1, f"{old!r} stands {source.count(old)} times in {name}"
        namespace: dict[str, Any] = {}
        exec(compile(source.replace(old, new), f"<{name}, planted>", "exec"), module.__dict__, namespace)
        real = getattr(where, own_name)
        patch.setattr(where, own_name, namespace[own_name])
        for user in users:
            if getattr(user, own_name, None) is real:
                patch.setattr(user, own_name, namespace[own_name])

    return plant

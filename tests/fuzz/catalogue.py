"""All targets: which parser, how many of the inputs, how long one may be. Imports nothing of the product, so that a
session can have its modules instrumented when it imports them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from random import Random
from typing import Any

CORPUS = Path(__file__).with_name("corpus")
RECORDED = Path(__file__).with_name("recorded")
"""What a real Asterisk said in a call, see `recording.py`."""
BETWEEN = b"\x1e"
CORPUS_BYTES = 2 * 1024 * 1024
LIMIT_MS = 100.0
"""Of processor time, for any input."""
MEMORY_LIMIT_MIB = 64
"""By which one input may raise the peak of the process."""


def recorded(name: str) -> list[bytes]:
    """The pieces of a recording; line ends as they came."""
    return (RECORDED / name).read_bytes().split(BETWEEN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One parser. Its module has `seeds()`, `mutated(content, dice)` and `judge(content)`: whatever that raises is a
    finding."""

    name: str
    module: str
    """Below tests.fuzz."""
    covers: tuple[str, ...]
    """Modules whose branches guide the search."""
    inputs: int
    """Of a whole run."""
    most_bytes: int

    def _loaded(self) -> Any:
        return import_module(f"tests.fuzz.{self.module}")

    def seeds(self) -> list[bytes]:
        return [one[: self.most_bytes] for one in self._loaded().seeds()]

    @property
    def judge(self) -> Callable[[bytes], None]:
        found: Callable[[bytes], None] = self._loaded().judge
        return found

    @property
    def mutated(self) -> Callable[[bytes, Random], bytes]:
        found: Callable[[bytes, Random], bytes] = self._loaded().mutated
        return found

    def corpus(self) -> Sequence[Path]:
        return sorted((CORPUS / self.name).glob("*"))


def _target(name: str, inputs: int, most_bytes: int, *covers: str) -> Target:
    return Target(name=name, module=name.replace("-", "_"), covers=tuple(covers), inputs=inputs, most_bytes=most_bytes)


TARGETS = (
    _target("agi-header", 200_000, 20_000, "hotline_agi.asterisk.agi"),
    _target("agi-session", 80_000, 20_000, "hotline_agi.asterisk.fastagi", "hotline_agi.asterisk.agi"),
    _target(
        "ami-events",
        120_000,
        20_000,
        "hotline_agi.asterisk.ami",
        "hotline_agi.asterisk.messages",
        "hotline_agi.asterisk.devices",
        "hotline_agi.asterisk.node",
        "panoramisk.message",
        "panoramisk.utils",
    ),
    _target("ami-flood", 400, 3_000_000, "hotline_agi.asterisk.ami", "panoramisk.message"),
    _target("ami-actions", 140_000, 8_000, "hotline_agi.asterisk.wire"),
    _target("spool-lines", 110_000, 20_000, "hotline_agi.store.records"),
    _target(
        "packed-history",
        107_600,
        40_000,
        "hotline_agi.dispatch.codec",
        "hotline_agi.dispatch.replay",
        "hotline_agi.terms.packing",
        "hotline_agi.roster.texts",
    ),
    _target("menu-questions", 50_000, 2_000, "hotline_agi.asterisk.service_menu", "hotline_agi.selfservice"),
    _target("recordings", 50_000, 4_000, "hotline_agi.asterisk.recordings"),
    _target(
        "environment", 30_000, 8_000, "hotline_agi.notify", "hotline_agi.store.callers", "hotline_agi.rosters.status"
    ),
    _target(
        "typed-values",
        30_000,
        8_000,
        "hotline_agi.terms.numbers",
        "hotline_agi.roster.values",
        "hotline_agi.roster.pins",
    ),
    _target("contacts-file", 30_000, 20_000, "hotline_agi.roster"),
    _target("settings-file", 20_000, 20_000, "hotline_agi.settings", "hotline_agi.roster.document"),
    _target("roster-files", 10_000, 20_000, "hotline_agi.roster"),
    _target("survival-rows", 4_000, 20_000, "hotline_agi.asterisk.survival", "hotline_agi.roster.duty"),
    _target("csv-sheets", 8_000, 20_000, "hotline_agi.coordination.csv_file", "hotline_agi.planning.sheets"),
    _target(
        "xlsx-sheets",
        10_000,
        60_000,
        "hotline_agi.coordination.workbook",
        "hotline_agi.planning.sheets",
        "openpyxl.reader",
        "openpyxl.worksheet._reader",
    ),
)
BY_NAME = {target.name: target for target in TARGETS}

"""What Prometheus may know of the service. The only file that imports prometheus_client.

Written as a text file, which the textfile collector of node_exporter takes. Labels name no person and no number.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path

import prometheus_client
from prometheus_client import CollectorRegistry, Counter, Gauge, Summary

prometheus_client.disable_created_metrics()  # type: ignore[no-untyped-call]

NAME = "metrics.prom"
ALARMS_NAME = "alarms.prom"
GUARD_NAME = "guard.prom"
"""Files of their own: each has one writer."""
RESULTS = ("taken", "unchanged", "refused", "restored")


class GuardMetrics:
    """Of what was not dialled, of callers who met a limit, and of help in talks."""

    def __init__(self, *, reasons: Iterable[str], limits: Iterable[str], help_facts: Iterable[str] = ()) -> None:
        """The values that the labels may have: all series begin at 0, so that a rate() sees the first one."""
        self._registry = CollectorRegistry()
        self._refused = Counter(
            "hotline_dial_refusals", "Legs that were not dialled, by reason.", ["reason"], registry=self._registry
        )
        self._limited = Counter(
            "hotline_limited_calls", "Calls that met a limit of callers, by limit.", ["limit"], registry=self._registry
        )
        self._helped = Counter(
            "hotline_help_in_talks",
            "What volunteers asked for in talks, and what came of it, by fact.",
            ["fact"],
            registry=self._registry,
        )
        for fact in help_facts:
            self._helped.labels(fact)
        for reason in reasons:
            self._refused.labels(reason)
        for limit in limits:
            self._limited.labels(limit)

    def refused(self, reason: str) -> None:
        self._refused.labels(reason).inc()

    def limited(self, limit: str) -> None:
        self._limited.labels(limit).inc()

    def helped(self, fact: str) -> None:
        self._helped.labels(fact).inc()

    def write(self, folder: Path) -> None:
        """Put the file in place of the old one. Blocks on disk.

        :raises OSError: if it cannot be written.
        """
        _write(self._registry, folder / GUARD_NAME)


class AlarmMetrics:
    """Of alarms."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._on = Gauge("hotline_alarm", "1 while an alarm of this kind is on.", ["kind"], registry=self._registry)

    def set(self, on: Mapping[str, bool]) -> None:
        for kind, is_on in on.items():
            self._on.labels(kind).set(is_on)

    def write(self, folder: Path) -> None:
        """Put the file in place of the old one. Blocks on disk.

        :raises OSError: if it cannot be written.
        """
        _write(self._registry, folder / ALARMS_NAME)


class RosterMetrics:
    """Of reading rosters."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._loads = Counter(
            "hotline_roster_loads",
            "Readings of the rosters, by result; restored: the last good one was taken at a start.",
            ["result"],
            registry=self._registry,
        )
        for result in RESULTS:  # so that a rate() sees the first one
            self._loads.labels(result)
        self._load_seconds = Summary(
            "hotline_roster_load_seconds", "How long readings took, refused ones too.", registry=self._registry
        )
        self._loaded_at = self._gauge(
            "hotline_roster_loaded_timestamp_seconds", "When the roster in force was taken in, in seconds since 1970."
        )
        self._refused = self._gauge(
            "hotline_roster_refused", "1 while the rosters folder holds what was refused, so that an older one serves."
        )
        self._restored = self._gauge(
            "hotline_roster_last_good", "1 while the roster in force is the one that was kept aside."
        )
        self._lines = self._gauge("hotline_roster_lines", "Lines of the roster in force.")
        self._volunteers = self._gauge("hotline_roster_volunteers", "Volunteers of the roster in force.")

    def _gauge(self, name: str, text: str) -> Gauge:
        return Gauge(name, text, registry=self._registry)

    def read(self, result: str, took_s: float) -> None:
        """A reading ended; `result` is one of `RESULTS`."""
        self._loads.labels(result).inc()
        self._load_seconds.observe(took_s)
        self._refused.set(result in ("refused", "restored"))

    def in_force(self, *, since: datetime, lines: int, volunteers: int, last_good: bool) -> None:
        self._loaded_at.set(since.timestamp())
        self._lines.set(lines)
        self._volunteers.set(volunteers)
        self._restored.set(last_good)

    def write(self, folder: Path) -> None:
        """Put the file in place of the old one. Blocks on disk.

        :raises OSError: if it cannot be written.
        """
        _write(self._registry, folder / NAME)


def _write(registry: CollectorRegistry, path: Path) -> None:
    prometheus_client.write_to_textfile(str(path), registry)
    path.chmod(0o640)

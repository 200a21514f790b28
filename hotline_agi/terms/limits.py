"""Limits that a caller may meet: the machine notes them, the journal keeps them, reports and metrics name them."""

from enum import StrEnum


class Limit(StrEnum):
    """Also the label of the metric."""

    TALK = "talk"
    """So many minutes of talk in 24 hours."""
    CALLS = "calls"
    """So many calls in an hour."""
    AT_ONCE = "at-once"
    """So many calls at the same time."""
    WITHHELD = "withheld"
    """So many calls in an hour of all who withhold their number."""
    WITHHELD_AT_ONCE = "withheld-at-once"
    CROWDED = "crowded"
    """So many wait on the line."""
    SILENT = "silent"
    """Several talks without a sound: waits behind the others for a while."""


WITHHELD = "withheld"
"""Detail of a `Fact.ARRIVED` whose caller withholds their number."""


def detail(limit: Limit, until: str) -> str:
    """What a `Fact.LIMITED` says of it; `until` in ISO 8601, empty where it ends with other calls."""
    return f"{limit} until={until}" if until else str(limit)


def told(text: str) -> tuple[str, str]:
    """The inverse of `detail`: the limit's name, until when."""
    name, _, until = text.partition(" until=")
    return name, until

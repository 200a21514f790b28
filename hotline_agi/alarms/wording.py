"""A digest as words, for a mail in Chinese and English, and as JSON for a program."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from hotline_agi.alarms.book import Alarm, Digest
from hotline_agi.alarms.kinds import Grade

VERSION = 1
"""Of the JSON."""


def subject_of(digest: Digest, name: str) -> str:
    """One line; `name` says which hotline."""
    critical = sum(one.condition.grade is Grade.CRITICAL for one in digest.new)
    parts = [
        *([f"{len(digest.new)} new" + (f" ({critical} critical)" if critical else "")] if digest.new else []),
        *([f"{len(digest.over) + len(digest.passed)} over"] if digest.over or digest.passed else []),
        *([f"{len(digest.still)} last"] if digest.still else []),
    ]
    kinds = sorted({one.condition.kind.value for one in digest.alarms})
    return f"[{name}] {', '.join(parts)}: {', '.join(kinds)}"


def text_of(digest: Digest, *, names: bool) -> str:
    """The whole message; with `names` also who it is about, by their ids in the roster."""
    blocks = [
        ("新警报 · New", digest.new, _since),
        ("已恢复 · Over", (*digest.over, *digest.passed), _lasted),
        ("仍在持续 · Still on", digest.still, _since),
    ]
    lines: list[str] = []
    for title, alarms, when in blocks:
        if alarms:
            lines += [title, ""]
            for alarm in alarms:
                lines += [*_told(alarm, when(alarm, digest.at), names), ""]
    if digest.others:
        lines += [f"另有 {digest.others} 个警报仍在持续 · {digest.others} more are on: hotline alarms", ""]
    return "\n".join(lines)


def _told(alarm: Alarm, when: str, names: bool) -> Iterator[str]:
    found = alarm.condition
    mark = "!!" if found.grade is Grade.CRITICAL else "! "
    yield f"{mark} {found.zh}"
    yield f"   {found.en}"
    yield f"   {when}"
    if names and found.people:
        yield "   " + ", ".join(f"{who} ({how})" for who, how in found.people)
    if names and found.coordinators and alarm.is_on:
        yield f"   协调员 · coordinator: {', '.join(found.coordinators)}"
    if alarm.owner is not None and alarm.is_on:
        yield f"   {alarm.owner} 已知悉 · acknowledged by {alarm.owner}" if names else "   已有人知悉 · acknowledged"


def _since(alarm: Alarm, now: datetime) -> str:
    return f"since {_at(alarm.since)}, {lasted(now - alarm.since)}"


def _lasted(alarm: Alarm, now: datetime) -> str:
    over_at = alarm.over_at or now
    return f"over since {_at(over_at)}, lasted {lasted(over_at - alarm.since)}"


def _at(instant: datetime) -> str:
    return f"{instant.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def lasted(span: timedelta) -> str:
    """``45 s``, ``12 min``, ``3 h 05 min``."""
    seconds = max(0, round(span.total_seconds()))
    if seconds < 120:
        return f"{seconds} s"
    minutes = seconds // 60
    return f"{minutes} min" if minutes < 120 else f"{minutes // 60} h {minutes % 60:02d} min"


def json_of(digest: Digest, name: str) -> dict[str, Any]:
    """What a webhook is sent. No person is named in it."""
    return {
        "version": VERSION,
        "hotline": name,
        "at": digest.at.isoformat(),
        "new": [alarm_json(one) for one in digest.new],
        "over": [alarm_json(one) for one in (*digest.over, *digest.passed)],
        "still": [alarm_json(one) for one in digest.still],
        "others": digest.others,
    }


def alarm_json(alarm: Alarm) -> dict[str, Any]:
    found = alarm.condition
    return {
        "number": alarm.number,
        "kind": found.kind.value,
        "subject": found.subject,
        "grade": found.grade.value,
        "en": found.en,
        "zh": found.zh,
        "since": alarm.since.isoformat(),
        "over_at": alarm.over_at.isoformat() if alarm.over_at else None,
        "acknowledged": alarm.owner is not None,
    }

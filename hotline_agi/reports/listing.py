"""Calls as rows of a table for people and as plain values for programs; and the instants that people type."""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, time, timedelta, tzinfo

from hotline_agi.reports.past import CallHistory, PastCall, PastMessage, PastRevision
from hotline_agi.reports.timeline import timeline
from hotline_agi.reports.words import limit_text, outcome_text, result_text
from hotline_agi.terms.ids import CallId, LineId
from hotline_agi.terms.languages import Language
from hotline_agi.terms.numbers import PhoneNumber

Json = dict[str, object]

_CALL_COLUMNS = {
    Language.EN: ("Call", "Line", "Arrived", "Waited", "Talked", "Volunteer", "Outcome", "Messages"),
    Language.ZH: ("来电", "热线", "到达", "等待", "通话", "志愿者", "结果", "留言"),
}
_LIMIT_COLUMNS = {
    Language.EN: ("Call", "Line", "Limit", "Until (UTC)"),
    Language.ZH: ("来电", "热线", "限制", "到（UTC）"),
}
_MESSAGE_COLUMNS = {Language.EN: ("File", "Length", "Recorded"), Language.ZH: ("文件", "时长", "录制")}
_ROSTER = {
    Language.EN: "Roster {name} decided, in force since {since}",
    Language.ZH: "依据的排班版本：{name}，自 {since} 起生效",
}
_LAST_GOOD = {
    Language.EN: " (the last good one, of {of}: the folder's was refused)",
    Language.ZH: "（最后一份有效的排班，来自 {of}：文件夹中的被拒绝）",
}
_THEN = {Language.EN: "; from {since} on {name}", Language.ZH: "；自 {since} 起为 {name}"}
_AGO = re.compile(r"(\d{1,6})([mhd])")
_UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}


def call_columns(language: Language = Language.EN) -> tuple[str, ...]:
    """The heads of `call_rows`."""
    return _CALL_COLUMNS[language]


def call_rows(calls: Iterable[PastCall], zone: tzinfo, language: Language = Language.EN) -> list[tuple[str, ...]]:
    """One row per call, times by the wall clock of `zone`."""
    return [
        (
            call.call,
            call.line,
            f"{call.arrived_at.astimezone(zone):%Y-%m-%d %H:%M:%S}",
            length_text(call.wait_s),
            length_text(call.talk_s) if call.talk_s else "",
            call.volunteer or "",
            outcome_text(call.outcome, language) + (f" · {result_text(call.result, language)}" if call.result else ""),
            str(call.messages) if call.messages else "",
        )
        for call in calls
    ]


def message_columns(language: Language = Language.EN) -> tuple[str, ...]:
    """The heads of `message_rows`."""
    return _MESSAGE_COLUMNS[language]


def message_rows(messages: Iterable[PastMessage], zone: tzinfo) -> list[tuple[str, ...]]:
    """One row per message, times by the wall clock of `zone`."""
    return [
        (message.file, length_text(message.length_s), f"{message.recorded_at.astimezone(zone):%Y-%m-%d %H:%M:%S}")
        for message in messages
    ]


def limit_columns(language: Language = Language.EN) -> tuple[str, ...]:
    """The headings for `limit_row`."""
    return _LIMIT_COLUMNS[language]


def limit_row(call: CallId, line: LineId, limit: str, until_at: datetime, language: Language) -> tuple[str, ...]:
    """A limit of the caller of `call` that is in force; times in UTC."""
    return call, line, limit_text(limit, language), f"{until_at:%Y-%m-%d %H:%M}"


def length_text(seconds: float | None) -> str:
    """``4.2 s``, ``3:05``, ``1:02:03``; empty for None."""
    if seconds is None:
        return ""
    if seconds < 60:
        return f"{int(seconds * 10) / 10:.1f} s"  # cut off, not rounded up to 60.0
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def call_json(call: PastCall) -> Json:
    """One call of the list, for programs: instants in UTC, lengths in seconds, enumerations by their value."""
    return {
        "call": call.call,
        "line": call.line,
        "node": call.node,
        "arrived_at": _instant(call.arrived_at),
        "answered_at": _instant(call.answered_at),
        "ended_at": _instant(call.ended_at),
        "wait_s": call.wait_s,
        "talk_s": call.talk_s,
        "outcome": call.outcome.value if call.outcome else None,
        "volunteer": call.volunteer,
        "messages": call.messages,
        "result": call.result,
    }


CSV_COLUMNS = (
    "call",
    "line",
    "node",
    "arrived_at",
    "answered_at",
    "ended_at",
    "wait_s",
    "talk_s",
    "outcome",
    "volunteer",
    "messages",
    "roster",
    "result",
)
"""Stable: columns are added at the end only."""


def csv_rows(calls: Iterable[PastCall], revisions: Sequence[PastRevision]) -> Iterator[tuple[str, ...]]:
    """A row per call under `CSV_COLUMNS`: instants in UTC, lengths in seconds.

    :param revisions: of the roster, in the order in which they came into force.
    """
    for call in calls:
        told = {**call_json(call), "roster": roster_of(call, revisions)}
        yield tuple("" if told[column] is None else str(told[column]) for column in CSV_COLUMNS)


def roster_of(call: PastCall, revisions: Sequence[PastRevision]) -> str | None:
    """The name of the roster that was in force when the call arrived; None: not known."""
    before = bisect_right(revisions, call.arrived_at, key=lambda one: one.at)
    return revisions[before - 1].name if before else None


def revision_text(revisions: Sequence[PastRevision], zone: tzinfo, language: Language = Language.EN) -> str:
    """Which rosters decided: one sentence; empty if it is not known."""
    if not revisions:
        return ""
    first, *others = revisions
    text = _ROSTER[language].format(name=first.name, since=_clock(first.at, zone))
    if first.last_good_of is not None:
        text += _LAST_GOOD[language].format(of=_clock(first.last_good_of, zone))
    for one in others:
        text += _THEN[language].format(name=one.name, since=_clock(one.at, zone))
    return text


def _clock(at: datetime, zone: tzinfo) -> str:
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M:%S}"


def revision_json(one: PastRevision) -> Json:
    return {
        "at": _instant(one.at),
        "digest": one.digest,
        "revision": one.revision or None,
        "modified": one.modified,
        "last_good_of": _instant(one.last_good_of),
    }


def history_json(history: CallHistory, language: Language = Language.EN, number: PhoneNumber | None = None) -> Json:
    """All about one call, for programs. `number` only where a person asked to see it: then it stands here in clear."""
    told = {
        **call_json(history.call),
        "messages": [
            {"file": message.file, "length_s": message.length_s, "recorded_at": _instant(message.recorded_at)}
            for message in history.messages
        ],
        "legs": [
            {
                "leg": leg.leg,
                "volunteer": leg.volunteer,
                "endpoint": leg.endpoint,
                "endpoint_id": leg.endpoint_id,
                "rang_s": leg.rang_s,
                "talk_s": leg.talk_s,
                "wave": leg.wave,
                "rang_at": _instant(leg.rang_at),
                "ended_at": _instant(leg.ended_at),
                "outcome": leg.outcome.value,
            }
            for leg in history.legs
        ],
        "facts": [
            {
                "at": _instant(fact.at),
                "fact": fact.fact.value,
                "leg": fact.leg,
                "volunteer": fact.volunteer,
                "detail": fact.detail,
            }
            for fact in history.facts
        ],
        "rosters": [revision_json(one) for one in history.revisions],
        "timeline": [
            {"at": _instant(moment.at), "offset_s": moment.offset_s, "text": moment.text}
            for moment in timeline(history, language)
        ],
    }
    return told if number is None else {**told, "number": number.reveal()}


def parse_since(text: str, now: datetime, zone: tzinfo) -> datetime:
    """An instant as a person types it: ``2026-07-01``, ``2026-07-01 18:00``, ``18:00``, ``today``, ``90m``, ``7d``…

    `now` is aware; dates and times of day are meant in `zone`. The answer is in UTC.

    :raises ValueError: with half a sentence that says what may be written.
    """
    word = text.strip().lower()
    today = now.astimezone(zone).date()
    try:
        if ago := _AGO.fullmatch(word):
            return (now - int(ago[1]) * _UNITS[ago[2]]).astimezone(UTC)
        if word in ("today", "yesterday"):
            day = today if word == "today" else today - timedelta(days=1)
            return datetime.combine(day, time(), zone).astimezone(UTC)
        if re.fullmatch(r"\d{1,2}:\d\d", word):
            return datetime.combine(today, time.fromisoformat(word.zfill(5)), zone).astimezone(UTC)
        at = datetime.fromisoformat(word.upper())
        return (at if at.tzinfo else at.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError(
            f"{text!r} is no instant: write a date (2026-07-01), a date and time (2026-07-01 18:00), a time of today "
            "(18:00), today, yesterday, or how long ago (90m, 12h, 7d)"
        ) from None


def _instant(at: datetime | None) -> str | None:
    return None if at is None else at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")

"""Where volunteers stand by the journal: rows for people, plain values for programs."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Any

from hotline_agi.terms.ids import VolunteerId
from hotline_agi.terms.languages import Language
from hotline_agi.terms.standing import Readiness, VolunteerState

Json = dict[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class PastState:
    """The newest state of one volunteer that was noted."""

    volunteer: VolunteerId
    at: datetime
    state: VolunteerState
    until_at: datetime | None
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PastAgreement:
    """What somebody said of a shift by phone."""

    at: datetime
    until_at: datetime
    is_stand_in: bool
    told: Mapping[str, Any]


STATE_COLUMNS = {
    Language.EN: ("Volunteer", "Name", "State", "Since", "Until", "Note"),
    Language.ZH: ("志愿者", "姓名", "状态", "起始", "至", "备注"),
}
AGREEMENT_COLUMNS = {
    Language.EN: ("Line", "Slot", "From", "Until", "Volunteer", "Said"),
    Language.ZH: ("热线", "班次", "起始", "至", "志愿者", "答复"),
}
STATES: dict[Language, dict[VolunteerState, str]] = {
    Language.EN: {state: state.value for state in VolunteerState},
    Language.ZH: {
        VolunteerState.TALKING: "通话中",
        VolunteerState.RINGING: "振铃中",
        VolunteerState.PAUSED: "暂停接听",
        VolunteerState.OVER_LIMIT: "已达上限",
        VolunteerState.RESTING: "连续未接后休息",
        VolunteerState.WRAP_UP: "话后整理",
        VolunteerState.UNREACHABLE: "无法接通",
        VolunteerState.IN_OTHER_CALL: "私人通话中",
        VolunteerState.AVAILABLE: "可接听",
    },
}
READINESS: dict[Language, dict[str, str]] = {
    Language.EN: {
        Readiness.ASKED: "asked, no answer yet",
        Readiness.READY: "is ready",
        Readiness.CANNOT: "cannot come",
        Readiness.SILENT: "did not answer",
    },
    Language.ZH: {
        Readiness.ASKED: "已询问，尚无答复",
        Readiness.READY: "已确认到岗",
        Readiness.CANNOT: "不能来",
        Readiness.SILENT: "未答复",
    },
}
STANDS_IN = {Language.EN: "stands in for {absent}", Language.ZH: "代替 {absent}"}
NOBODY_STANDS_IN = {Language.EN: "nobody stands in for {absent}", Language.ZH: "无人代替 {absent}"}
COVER_WORDS = {
    "asking": {Language.EN: "somebody is asked to stand in for {absent}", Language.ZH: "正在找人代替 {absent}"},
    "comes": {Language.EN: "{absent} comes after all", Language.ZH: "{absent} 仍然会来"},
}
"""By `CoverWord`, what says more than whether somebody stands in."""


def state_rows(
    states: Iterable[PastState], names: Mapping[VolunteerId, str], zone: tzinfo, language: Language
) -> list[tuple[str, ...]]:
    """One row per volunteer, times by the wall clock of `zone`."""
    return [
        (
            one.volunteer,
            names.get(one.volunteer, ""),
            STATES[language][one.state],
            _clock(one.at, zone),
            _clock(one.until_at, zone) if one.until_at else "",
            READINESS[language].get(one.detail, one.detail),
        )
        for one in states
    ]


def agreement_rows(agreements: Iterable[PastAgreement], zone: tzinfo, language: Language) -> list[tuple[str, ...]]:
    """One row per place in a shift that somebody said something of; what is not told stays empty."""
    return [
        (
            _word(one.told, "line"),
            _word(one.told, "slot"),
            _clock(_instant(one.told.get("from_at")), zone),
            _clock(one.until_at, zone),
            _word(one.told, "present") if one.is_stand_in else _word(one.told, "volunteer"),
            _said(one, language),
        )
        for one in agreements
    ]


def state_json(one: PastState, names: Mapping[VolunteerId, str]) -> Json:
    return {
        "volunteer": one.volunteer,
        "name": names.get(one.volunteer),
        "state": one.state.value,
        "at": one.at.astimezone(UTC).isoformat(),
        "until_at": one.until_at.astimezone(UTC).isoformat() if one.until_at else None,
        "detail": one.detail,
    }


def agreement_json(one: PastAgreement) -> Json:
    return {
        "kind": "stand-in" if one.is_stand_in else "readiness",
        "at": one.at.astimezone(UTC).isoformat(),
        "until_at": one.until_at.astimezone(UTC).isoformat(),
        **{key: value for key, value in one.told.items() if key not in ("is", "until_at")},
    }


def _said(one: PastAgreement, language: Language) -> str:
    if one.is_stand_in:
        settled = STANDS_IN if one.told.get("present") else NOBODY_STANDS_IN
        phrase = COVER_WORDS.get(_word(one.told, "word"), settled)
        return phrase[language].format(absent=_word(one.told, "absent"))
    word = _word(one.told, "readiness")
    return READINESS[language].get(word, word)


def _word(told: Mapping[str, Any], key: str) -> str:
    return str(told.get(key) or "")


def _instant(text: object) -> datetime | None:
    try:
        return datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None


def _clock(at: datetime | None, zone: tzinfo) -> str:
    return "" if at is None else f"{at.astimezone(zone):%m-%d %H:%M}"

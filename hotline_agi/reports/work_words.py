"""The list of callbacks in words: states, reasons, and what was done, in Chinese and English."""

from enum import StrEnum
from typing import TypeVar

from hotline_agi.reports.past import PastDeed
from hotline_agi.terms.languages import Language
from hotline_agi.terms.work import AttemptEnd, WorkDeed, WorkKind, WorkOutcome, WorkState

K = TypeVar("K", bound=StrEnum)

KINDS = {
    Language.EN: {
        WorkKind.CALLBACK: "asked for a call",
        WorkKind.MESSAGE: "left a message",
        WorkKind.MISSED: "reached nobody",
    },
    Language.ZH: {WorkKind.CALLBACK: "要求回电", WorkKind.MESSAGE: "留言", WorkKind.MISSED: "未接通"},
}
STATES = {
    Language.EN: {
        WorkState.OPEN: "open",
        WorkState.CLAIMED: "claimed",
        WorkState.ESCALATED: "with the coordinator",
        WorkState.DONE: "done",
        WorkState.CLOSED: "closed by itself",
    },
    Language.ZH: {
        WorkState.OPEN: "待处理",
        WorkState.CLAIMED: "已领取",
        WorkState.ESCALATED: "转协调员",
        WorkState.DONE: "完成",
        WorkState.CLOSED: "自动结束",
    },
}
OUTCOMES = {
    Language.EN: {
        WorkOutcome.REACHED: "reached",
        WorkOutcome.NO_ANSWER: "no answer",
        WorkOutcome.WRONG_NUMBER: "wrong number",
        WorkOutcome.REFUSED: "wants no call",
        WorkOutcome.REFERRED: "referred",
        WorkOutcome.NOT_NEEDED: "no call needed",
    },
    Language.ZH: {
        WorkOutcome.REACHED: "已接通",
        WorkOutcome.NO_ANSWER: "无人接听",
        WorkOutcome.WRONG_NUMBER: "号码不对",
        WorkOutcome.REFUSED: "不愿通话",
        WorkOutcome.REFERRED: "已转介",
        WorkOutcome.NOT_NEEDED: "不需回电",
    },
}
ENDS = {
    Language.EN: {
        AttemptEnd.TALKED: "they talked",
        AttemptEnd.BUSY: "busy",
        AttemptEnd.NO_ANSWER: "nobody answered",
        AttemptEnd.NOT_CONFIRMED: "picked up, and no key was pressed",
        AttemptEnd.VOLUNTEER_LEFT: "the volunteer hung up before",
        AttemptEnd.FAILED: "it could not be placed",
        AttemptEnd.UNSEEN: "nobody saw what came of it",
    },
    Language.ZH: {
        AttemptEnd.TALKED: "已通话",
        AttemptEnd.BUSY: "占线",
        AttemptEnd.NO_ANSWER: "无人接听",
        AttemptEnd.NOT_CONFIRMED: "接起但未按键",
        AttemptEnd.VOLUNTEER_LEFT: "志愿者先挂机",
        AttemptEnd.FAILED: "没有拨出",
        AttemptEnd.UNSEEN: "结果不明",
    },
}
_DEEDS = {
    Language.EN: {
        WorkDeed.OPENED: "Callback: on the list ({kind})",
        WorkDeed.JOINED: "Callback: the caller called again ({detail})",
        WorkDeed.CLAIMED: "Callback: {who} took it",
        WorkDeed.GIVEN_BACK: "Callback: {who} gave it back{detail}",
        WorkDeed.LAPSED: "Callback: {who} had it for too long, it is open again",
        WorkDeed.DIALLED: "Callback: the caller was called for {who}",
        WorkDeed.ATTEMPT_ENDED: "Callback: {end}",
        WorkDeed.DONE: "Callback: done by {who}: {outcome}",
        WorkDeed.ESCALATED: "Callback: with the coordinator{by}{detail}",
        WorkDeed.CLOSED: "Callback: the caller got through; closed by itself",
    },
    Language.ZH: {
        WorkDeed.OPENED: "回电：列入清单（{kind}）",
        WorkDeed.JOINED: "回电：来电者再次来电（{detail}）",
        WorkDeed.CLAIMED: "回电：{who} 领取",
        WorkDeed.GIVEN_BACK: "回电：{who} 交还{detail}",
        WorkDeed.LAPSED: "回电：{who} 超时未处理，重新开放",
        WorkDeed.DIALLED: "回电：为 {who} 拨打来电者",
        WorkDeed.ATTEMPT_ENDED: "回电：{end}",
        WorkDeed.DONE: "回电：由 {who} 完成：{outcome}",
        WorkDeed.ESCALATED: "回电：转协调员{by}{detail}",
        WorkDeed.CLOSED: "回电：来电者已经接通热线，自动结束",
    },
}
_LATER = {Language.EN: ", for later", Language.ZH: "，稍后再打"}
_BY = {Language.EN: " by {who}", Language.ZH: "（{who}）"}
_FOR = {Language.EN: " ({s:.0f} s)", Language.ZH: "（{s:.0f} 秒）"}


def deed_text(deed: PastDeed, language: Language = Language.EN) -> str:
    """One thing that was done, as a sentence."""
    who, detail = deed.who or "", deed.detail
    values = {"who": who, "kind": "", "end": "", "outcome": "", "by": "", "detail": f": {detail}" if detail else ""}
    match deed.deed:
        case WorkDeed.OPENED:
            values["kind"] = _named(WorkKind, KINDS[language], detail)
        case WorkDeed.JOINED:
            values["detail"] = detail
        case WorkDeed.GIVEN_BACK if detail == "later":
            values["detail"] = _LATER[language]
        case WorkDeed.ATTEMPT_ENDED:
            end, _, talk_s = detail.partition(";")
            lasted = _FOR[language].format(s=float(talk_s)) if talk_s.isdecimal() and int(talk_s) else ""
            values["end"] = _named(AttemptEnd, ENDS[language], end) + lasted
        case WorkDeed.DONE:
            outcome, _, note = detail.partition(": ")
            values["outcome"] = _named(WorkOutcome, OUTCOMES[language], outcome) + (f" – {note}" if note else "")
        case WorkDeed.ESCALATED:
            values["by"] = _BY[language].format(who=who) if who else ""
        case _:
            pass
    return _DEEDS[language][deed.deed].format(**values)


def _named(kind: type[K], words: dict[K, str], told: str) -> str:
    """Of a word that a newer version wrote, the word itself."""
    return words[kind(told)] if told in list(kind) else told

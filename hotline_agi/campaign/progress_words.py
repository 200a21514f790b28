"""How far a campaign is, in words."""

from collections.abc import Mapping
from datetime import datetime

from hotline_agi.campaign.model import Outcome
from hotline_agi.campaign.pacing import Hold
from hotline_agi.terms.languages import Language

_ZH_HOLDS = {
    Hold.STOPPED: "已停止",
    Hold.PAUSED: "已暂停",
    Hold.HOURS: "不在外呼时间内",
    Hold.LINK: "与 Asterisk 的连接中断",
    Hold.STAFF: "没有志愿者值班",
    Hold.CALLERS: "有来电者在等候，暂缓外呼",
    Hold.CONGESTED: "中继线拒绝呼叫",
    Hold.PER_HOUR: "已达每小时上限",
    Hold.CHANNELS: "已达外呼路数上限",
    Hold.TRUNK: "中继线已占用",
    Hold.RATE: "",
    Hold.NOBODY_DUE: "暂无到时间的人",
}
_ZH_OUTCOMES = {
    Outcome.COMPLETED: "完成",
    Outcome.PARTIAL: "中途结束",
    Outcome.HELPED: "转接志愿者",
    Outcome.DECLINED: "不再致电",
    Outcome.NO_KEY: "接通但没有按键",
    Outcome.BUSY: "忙",
    Outcome.NO_ANSWER: "无人接听",
    Outcome.UNREACHABLE: "无法接通",
    Outcome.CONGESTED: "中继线拥塞",
    Outcome.LOST: "结果未知",
    Outcome.REFUSED: "不允许拨打",
}
_STATES = {
    "new": ("has a list and was not run yet", "已有名单，尚未开始"),
    "running": ("running", "进行中"),
    "paused": ("paused", "已暂停"),
    "stopped": ("stopped", "已停止"),
    "over": ("over: nobody is to be rung any more", "结束：名单已全部处理"),
}


def outcome_word(language: Language, outcome: str) -> str:
    return _ZH_OUTCOMES.get(Outcome(outcome), outcome) if outcome and language is Language.ZH else outcome


def state_word(language: Language, state: str) -> str:
    return _STATES.get(state, (state, state))[language is Language.ZH]


def news(
    language: Language, hold: Hold | None, under_way: int, outcomes: Mapping[str, int], opens: datetime | None
) -> str:
    """One line: how many calls are up, what came of the others, and why nothing is placed.

    :param opens: when it goes on, on the wall clock of the campaign.
    """
    zh = language is Language.ZH
    parts = [f"通话中 {under_way}" if zh else f"{under_way} up"]
    parts += [f"{outcome_word(language, one)} {many}" for one, many in sorted(outcomes.items()) if one]
    if hold not in (None, Hold.RATE, Hold.CHANNELS):
        why = _ZH_HOLDS[hold] if zh else hold.value
        if opens is not None:
            why += f"，{opens:%m-%d %H:%M} 继续" if zh else f", goes on {opens:%m-%d %H:%M}"
        parts.append(f"[{why}]")
    return "；".join(parts) if zh else ", ".join(parts)

"""The machine's choices in plain words, in English and Chinese."""

import re

from hotline_agi.reports.choosing import Choice, Handing, Reason, Serving
from hotline_agi.reports.words import Phrase, listed
from hotline_agi.terms.languages import Language

CHOSEN: dict[Language, Phrase] = {
    Language.EN: ("{who} was chosen{because}{wanted}", "{who} were chosen{because}{wanted}"),
    Language.ZH: "选定 {who}{because}{wanted}",
}
NOBODY = {Language.EN: "Nobody could be chosen{wanted}", Language.ZH: "没有可选的人{wanted}"}
WANTED = {Language.EN: " ({want} wanted)", Language.ZH: "（需要 {want} 人）"}
EVERYBODY = {Language.EN: " (everybody was wanted)", Language.ZH: "（需要所有人）"}
ENOUGH = {
    Language.EN: " (as few as are enough for an accept within {within_s} s, with a chance of {chance} %)",
    Language.ZH: "（人数够用即可：{within_s} 秒内接听的概率 {chance}%）",
}
FREED = {
    Language.EN: "{who} came free and was chosen, because the fewest phones rang for this call",
    Language.ZH: "{who} 有空，选定接本次来电：为其振铃的电话最少",
}
BECAUSE = {Language.EN: ", because {order}", Language.ZH: "：{order}"}
ORDERS: dict[Language, dict[str, str]] = {
    Language.EN: {
        "longest-idle": "longest idle",
        "least-talk": "fewest minutes of talk in this shift",
        "round-robin": "next in turn",
        "fixed": "first in the order of the roster",
    },
    Language.ZH: {
        "longest-idle": "空闲最久",
        "least-talk": "本班通话分钟最少",
        "round-robin": "轮到",
        "fixed": "在排班表中靠前",
    },
}
"""By `roster.model.VolunteerOrder`; a test holds the two together."""

LEFT_OUT: dict[Language, dict[Reason, Phrase]] = {
    Language.EN: {
        Reason.TALKING: ("{who} was talking to another caller", "{who} were talking to other callers"),
        Reason.RINGING: ("{who}'s phone rang already", "The phones of {who} rang already"),
        Reason.PAUSED: ("{who} had paused{until}", "{who} had paused{until}"),
        Reason.OVER_LIMIT: ("{who} had reached a limit{until}", "{who} had reached a limit{until}"),
        Reason.RESTING: (
            "{who} was resting{until} after missed calls",
            "{who} were resting{until} after missed calls",
        ),
        Reason.WRAP_UP: ("{who} was in wrap-up{until}", "{who} were in wrap-up{until}"),
        Reason.UNREACHABLE: "{who} could not be reached: no phone of theirs is registered",
        Reason.IN_OTHER_CALL: ("{who} was in a private call", "{who} were in private calls"),
        Reason.SPARE: ("{who} was free and was not needed", "{who} were free and were not needed"),
        Reason.LANGUAGE: ("{who} does not speak {language}", "{who} do not speak {language}"),
        Reason.QUALIFICATION: (
            "{who} does not have the qualification that this line wants",
            "{who} do not have the qualification that this line wants",
        ),
        Reason.DECLINED: "{who} declined this call",
        Reason.RUNG_BEFORE: ("{who} was rung for this call before", "{who} were rung for this call before"),
    },
    Language.ZH: {
        Reason.TALKING: "{who} 正在与其他来电者通话",
        Reason.RINGING: "{who} 的电话已在振铃",
        Reason.PAUSED: "{who} 已暂停接听{until}",
        Reason.OVER_LIMIT: "{who} 已达到上限{until}",
        Reason.RESTING: "{who} 因连续未接在休息{until}",
        Reason.WRAP_UP: "{who} 正在做话后整理{until}",
        Reason.UNREACHABLE: "{who} 无法接通：没有已注册的电话",
        Reason.IN_OTHER_CALL: "{who} 正在通私人电话",
        Reason.SPARE: "{who} 空闲，但不需要",
        Reason.LANGUAGE: "{who} 不会说{language}",
        Reason.QUALIFICATION: "{who} 不具备本热线要求的资质",
        Reason.DECLINED: "{who} 已拒接本次来电",
        Reason.RUNG_BEFORE: "{who} 此前已为本次来电呼叫过",
    },
}
UNTIL = {Language.EN: " until {time}", Language.ZH: "（至 {time}）"}
OTHERS: dict[Language, Phrase] = {
    Language.EN: ("{others} other was not rung", "{others} others were not rung"),
    Language.ZH: "另有 {others} 人未呼叫",
}
MORE = {Language.EN: "{more} more", Language.ZH: "另外 {more} 人"}
"""Of one reason, beyond those who are named."""
SPOKEN: dict[Language, dict[str, str]] = {
    Language.EN: {"zh": "Chinese", "en": "English", "": "the language of this line"},
    Language.ZH: {"zh": "中文", "en": "英语", "": "本热线的语言"},
}
"""By the code of a language; empty: not known."""

HANDED_FROM = {
    Language.EN: "{who}'s phone rang for call {call}, and rings on for this one",
    Language.ZH: "{who} 的电话原为来电 {call} 振铃，转为本次来电继续振铃",
}
HANDED_TO = {
    Language.EN: "{who}'s phone rings on for call {call}",
    Language.ZH: "{who} 的电话转为来电 {call} 继续振铃",
}
HANDED = {Language.EN: "{who}'s phone was handed over", Language.ZH: "{who} 的电话被转交"}

SERVED = {
    Language.EN: "This call was number {place} of those waiting",
    Language.ZH: "本次来电在等待队列中排第 {place} 位",
}
SERVED_SOMEWHERE = {Language.EN: "This call was served", Language.ZH: "本次来电得到接待"}
CLASSES: dict[Language, dict[str, str]] = {
    Language.EN: {
        "high-risk": ", put forward because the caller is flagged as at high risk",
        "cut-off": ", put forward because the caller's talk was cut off",
        "asked-for-help": ", put forward because the caller asked for help when a campaign rang them",
        "tried-again": ", put forward because the caller reached nobody a short while ago",
    },
    Language.ZH: {
        "high-risk": "，因标记为高风险而提前",
        "cut-off": "，因通话曾意外中断而提前",
        "asked-for-help": "，因在外呼中求助而提前",
        "tried-again": "，因不久前来电无人接听而提前",
    },
}
"""By `roster.model.CallerClass`; a test holds the two together."""
NO_REASONS = {
    Language.EN: "No reasons were noted for this call.",
    Language.ZH: "本次来电没有记录选人的原因。",
}

_ADAPTIVE = re.compile(r"(?P<chance>[0-9]+)% within (?P<within_s>[0-9.]+) s")


def form(phrase: Phrase, count: int) -> str:
    """The form of a phrase for one, or for several."""
    return phrase if isinstance(phrase, str) else phrase[count != 1]


def chosen_text(choice: Choice, language: Language) -> str:
    """Who was chosen, and by what order."""
    if choice.freed is not None:
        return FREED[language].format(who=choice.freed)
    wanted = _wanted_text(choice, language)
    if not choice.rang:
        return NOBODY[language].format(wanted=wanted)
    order = ORDERS[language].get(choice.order, choice.order)
    return form(CHOSEN[language], len(choice.rang)).format(
        who=listed([*choice.rang], language),
        because=BECAUSE[language].format(order=order) if order else "",
        wanted=wanted,
    )


def _wanted_text(choice: Choice, language: Language) -> str:
    if choice.want == "everybody":
        return EVERYBODY[language]
    if enough := _ADAPTIVE.fullmatch(choice.want):
        return ENOUGH[language].format(chance=enough["chance"], within_s=enough["within_s"])
    if choice.want in ("", str(len(choice.rang))):
        return ""
    return WANTED[language].format(want=choice.want)


def handed_text(handing: Handing, who: str, language: Language) -> str:
    if handing.from_call is not None:
        return HANDED_FROM[language].format(who=who, call=handing.from_call)
    if handing.to_call is not None:
        return HANDED_TO[language].format(who=who, call=handing.to_call)
    return HANDED[language].format(who=who)


def served_text(serving: Serving, language: Language) -> str:
    text = SERVED_SOMEWHERE[language] if serving.place is None else SERVED[language].format(place=serving.place)
    return text + CLASSES[language].get(serving.caller_class, "")

"""What a coordinator reads, in English and Chinese: one phrase per fact, per end of a leg, per end of a call.

``{who}`` is a list of volunteers; a phrase that changes with their number is given twice, for one and for several.
"""

from hotline_agi.terms.facts import Fact
from hotline_agi.terms.helping import HelperRole
from hotline_agi.terms.languages import Language
from hotline_agi.terms.limits import Limit
from hotline_agi.terms.outcomes import LegOutcome, Outcome

Phrase = str | tuple[str, str]
"""One form, or one for a single volunteer and one for several."""

FACTS: dict[Language, dict[Fact, Phrase]] = {
    Language.EN: {
        Fact.ARRIVED: "The call arrived",
        Fact.LIMITED: "{limited}",
        Fact.SILENT: "Nothing was heard of the caller",
        Fact.ADOPTED: "The restarted service found the call {where} and went on with it",
        Fact.RECONSTRUCTED: "The restarted service found the call {where}; what was written of it before is lost",
        Fact.UNSEEN: "Not seen while the service was away: {unseen}",
        Fact.CLOSED: "The line is closed at this hour",
        Fact.CHOSE: "{chosen}",
        Fact.HANDED: "{handed}",
        Fact.SERVED: "{served}",
        Fact.RANG: "Rang {who}",
        Fact.PICKED_UP: ("{who}'s phone was picked up", "The phones of {who} were picked up"),
        Fact.ACCEPTED: "{who} accepted",
        Fact.REFUSED: "{who} accepted when there was nothing left to take",
        Fact.TALK_STARTED: "Caller and {who} hear each other",
        Fact.HELP_ASKED: "{who} asked for a supervisor",
        Fact.MARKED: "{who} marked the call as at high risk",
        Fact.CONTACT_ASKED: "{who} asked for the emergency contact",
        Fact.HELPER_RANG: "{helper} was rung",
        Fact.HELPER_CAME: "{helper} came into the talk",
        Fact.HELPER_LEFT: "{helper} left the talk",
        Fact.HELP_MISSED: "{helper} could not be reached",
        Fact.TALK_ENDED: "The conversation ended",
        Fact.TALK_FAILED: "The connection to {who} was lost; the caller was not cut off",
        Fact.LEG_ENDED: "{who}: {detail}",
        Fact.WAVE: "Ring step {step}: {group}",
        Fact.OVERFLOW: "Nobody took the call: the overflow begins",
        Fact.ASKED_MESSAGE: "The caller asked to leave a message",
        Fact.LANGUAGE: "{told}",
        Fact.PLACE: "{told}",
        Fact.OFFERED: "The caller heard what they may choose while they wait",
        Fact.WISHED: "{told}",
        Fact.CALLBACK_ASKED: "It is noted that the caller is to be called back at {told}",
        Fact.STEP: "{step_text}",
        Fact.MESSAGE_LEFT: "The caller's message was kept",
        Fact.RECORDING_AGREED: "The caller agreed to a recording",
        Fact.RECORDING_REVOKED: "The caller took back the agreement: what was recorded is removed",
        Fact.RECORDING_STARTED: "The talk with {who} is recorded",
        Fact.RECORDING_STOPPED: "{who} ended the recording",
        Fact.SURVIVING: "The service did not answer: Asterisk serves the caller by its own plan",
        Fact.CALLER_LEFT: "The caller hung up",
        Fact.RESULT: "{who} noted the result of the talk: {result}",
    },
    Language.ZH: {
        Fact.ARRIVED: "来电到达",
        Fact.LIMITED: "{limited}",
        Fact.SILENT: "来电者一方没有声音",
        Fact.ADOPTED: "服务重启后发现来电{where}，并接管",
        Fact.RECONSTRUCTED: "服务重启后发现来电{where}；此前的记录已丢失",
        Fact.UNSEEN: "服务中断期间未能看到：{unseen}",
        Fact.CLOSED: "热线此时不在服务时间",
        Fact.CHOSE: "{chosen}",
        Fact.HANDED: "{handed}",
        Fact.SERVED: "{served}",
        Fact.RANG: "呼叫 {who}",
        Fact.PICKED_UP: "{who} 的电话被接起",
        Fact.ACCEPTED: "{who} 确认接听",
        Fact.REFUSED: "{who} 确认接听时，来电已不可接",
        Fact.TALK_STARTED: "来电者与 {who} 接通",
        Fact.HELP_ASKED: "{who} 请求督导支援",
        Fact.MARKED: "{who} 将来电标记为高危",
        Fact.CONTACT_ASKED: "{who} 请求紧急联系人加入",
        Fact.HELPER_RANG: "呼叫{helper}",
        Fact.HELPER_CAME: "{helper}加入通话",
        Fact.HELPER_LEFT: "{helper}离开通话",
        Fact.HELP_MISSED: "联系不上{helper}",
        Fact.TALK_ENDED: "通话结束",
        Fact.TALK_FAILED: "与 {who} 的连接中断；来电者未被挂断",
        Fact.LEG_ENDED: "{who}：{detail}",
        Fact.WAVE: "第 {step} 轮呼叫：{group}",
        Fact.OVERFLOW: "无人接听：转入后续安排",
        Fact.ASKED_MESSAGE: "来电者要求留言",
        Fact.LANGUAGE: "{told}",
        Fact.PLACE: "{told}",
        Fact.OFFERED: "告知来电者等候时可以选择什么",
        Fact.WISHED: "{told}",
        Fact.CALLBACK_ASKED: "已记下：回电{told}",
        Fact.STEP: "{step_text}",
        Fact.MESSAGE_LEFT: "来电者的留言已保存",
        Fact.RECORDING_AGREED: "来电者同意录音",
        Fact.RECORDING_REVOKED: "来电者撤回同意：已有录音删除",
        Fact.RECORDING_STARTED: "与 {who} 的通话开始录音",
        Fact.RECORDING_STOPPED: "{who} 结束录音",
        Fact.SURVIVING: "服务未响应：由 Asterisk 按自带预案接待来电者",
        Fact.CALLER_LEFT: "来电者挂机",
        Fact.RESULT: "{who} 记下通话结果：{result}",
    },
}

_RESULTS = {
    Language.EN: {
        "resolved": "resolved", "referred": "referred", "silent": "silent", "prank": "prank", "high-risk": "high risk",
    },
    Language.ZH: {
        "resolved": "已解决", "referred": "已转介", "silent": "无声", "prank": "骚扰", "high-risk": "高危",
    },
}  # fmt: skip


def result_text(result: str, language: Language) -> str:
    """What was said of a talk; a line's own result by its id."""
    return _RESULTS[language].get(result, result)


TALK_CUT_SHORT = {
    Language.EN: "The conversation ended: the caller hung up",
    Language.ZH: "通话结束：来电者挂机",
}
"""`Fact.CALLER_LEFT` during a talk."""
LET_GO = {Language.EN: "The call was ended after the goodbye", Language.ZH: "道别后来电结束"}
"""`Fact.CALLER_LEFT` after the goodbye."""

LEGS: dict[Language, dict[LegOutcome, Phrase]] = {
    Language.EN: {
        LegOutcome.TALKED: ("{who} is off the line", "{who} are off the line"),
        LegOutcome.NO_ANSWER: "{who} did not answer",
        LegOutcome.BUSY: ("{who} was busy", "{who} were busy"),
        LegOutcome.DECLINED: "{who} declined",
        LegOutcome.UNREACHABLE: "{who} could not be reached",
        LegOutcome.NOT_ACCEPTED: (
            "{who}'s phone was picked up, nobody pressed 1",
            "The phones of {who} were picked up, nobody pressed 1",
        ),
        LegOutcome.ELSEWHERE: "{who} stopped ringing: answered elsewhere",
        LegOutcome.CALLER_LEFT: "{who} stopped ringing: the caller left",
        LegOutcome.WITHDRAWN: "{who} stopped ringing: taken back",
        LegOutcome.FAILED: "The connection to {who} failed",
        LegOutcome.UNCERTAIN: "{who}: how the ringing ended was not seen",
    },
    Language.ZH: {
        LegOutcome.TALKED: "{who} 已离线",
        LegOutcome.NO_ANSWER: "{who} 未接听",
        LegOutcome.BUSY: "{who} 占线",
        LegOutcome.DECLINED: "{who} 拒接",
        LegOutcome.UNREACHABLE: "{who} 无法接通",
        LegOutcome.NOT_ACCEPTED: "{who} 的电话被接起，但无人按 1",
        LegOutcome.ELSEWHERE: "{who} 停止振铃：已由他人接听",
        LegOutcome.CALLER_LEFT: "{who} 停止振铃：来电者已离开",
        LegOutcome.WITHDRAWN: "{who} 停止振铃：已撤回",
        LegOutcome.FAILED: "与 {who} 的连接失败",
        LegOutcome.UNCERTAIN: "{who}：未能看到振铃如何结束",
    },
}

LEGS_IN_HAND: dict[Language, dict[LegOutcome, Phrase]] = {
    Language.EN: {
        LegOutcome.ELSEWHERE: ("{who}'s phone was let go: answered elsewhere", "{who} were let go: answered elsewhere"),
        LegOutcome.CALLER_LEFT: ("{who}'s phone was let go: the caller left", "{who} were let go: the caller left"),
        LegOutcome.WITHDRAWN: ("{who}'s phone was let go: taken back", "{who} were let go: taken back"),
    },
    Language.ZH: {
        LegOutcome.ELSEWHERE: "{who} 的电话被释放：已由他人接听",
        LegOutcome.CALLER_LEFT: "{who} 的电话被释放：来电者已离开",
        LegOutcome.WITHDRAWN: "{who} 的电话被释放：已撤回",
    },
}
"""The same for a phone that had been picked up: it did not ring any more."""

OUTCOMES: dict[Language, dict[Outcome, str]] = {
    Language.EN: {
        Outcome.TALKED: "talked to a volunteer",
        Outcome.TRANSFERRED: "put through to the overflow number",
        Outcome.MESSAGE: "left a message",
        Outcome.CALLBACK: "asked to be called back",
        Outcome.DIRECTORY: "heard where else to turn",
        Outcome.ABANDONED: "hung up while waiting",
        Outcome.SURVIVED: "served by Asterisk alone",
        Outcome.UNCERTAIN: "uncertain: the service lost sight of the call",
    },
    Language.ZH: {
        Outcome.TALKED: "与志愿者通话",
        Outcome.TRANSFERRED: "转接至备用号码",
        Outcome.MESSAGE: "留言",
        Outcome.CALLBACK: "要求回电",
        Outcome.DIRECTORY: "收听了其他求助渠道",
        Outcome.ABANDONED: "等待中挂机",
        Outcome.SURVIVED: "由 Asterisk 独立接待",
        Outcome.UNCERTAIN: "不确定：服务失去了对来电的跟踪",
    },
}
NOT_OVER = {Language.EN: "not over, or its end was not seen", Language.ZH: "尚未结束，或未见结束"}
ENDED = {Language.EN: "Outcome: {outcome}", Language.ZH: "结果：{outcome}"}

LIMITS: dict[Language, dict[Limit, str]] = {
    Language.EN: {
        Limit.TALK: "The caller has talked for as long as a day allows",
        Limit.CALLS: "The caller has called as often as an hour allows",
        Limit.AT_ONCE: "The caller has other calls on the line",
        Limit.WITHHELD: "Too many calls with withheld numbers came within an hour",
        Limit.WITHHELD_AT_ONCE: "Too many calls with withheld numbers are on the line",
        Limit.CROWDED: "The queue of the line is full",
        Limit.SILENT: "Several talks were silent, or noted as such: the caller waits behind the others",
    },
    Language.ZH: {
        Limit.TALK: "来电者一天内的通话已达上限",
        Limit.CALLS: "来电者一小时内的来电已达上限",
        Limit.AT_ONCE: "来电者已有其他电话在线上",
        Limit.WITHHELD: "一小时内隐藏号码的来电太多",
        Limit.WITHHELD_AT_ONCE: "线上隐藏号码的来电太多",
        Limit.CROWDED: "热线的队伍已满",
        Limit.SILENT: "多次通话没有声音（或被记为如此）：排在其他来电之后",
    },
}
UNTIL = {Language.EN: "{limited}, until {until} UTC", Language.ZH: "{limited}，到 {until}（UTC）为止"}


def limit_text(name: str, language: Language) -> str:
    """The words for a limit; its name, if it is one of a newer version."""
    return LIMITS[language][Limit(name)] if name in frozenset(Limit) else name


STEPS: dict[Language, dict[str, str]] = {
    Language.EN: {
        "closed": "The caller hears that the line is closed",
        "nobody": "The caller hears that nobody is free",
        "message": "The caller is asked for a message",
        "directory": "The caller hears where else to turn",
        "goodbye": "The caller hears the goodbye",
        "ended": "The caller hears that the talk is over, or to hold on if it was cut off",
        "round": "The caller goes on waiting",
        "callbackhere": "The caller is asked whether to be called back at this number",
        "callbackother": "The caller is asked for another number",
        "callbackkept": "The caller hears that they will be called back",
        "talkedmuch": "The caller hears that we have talked for long, and asks for a pause",
        "calledoften": "The caller hears that they have called many times",
        "callsalready": "The caller hears that other calls of theirs are on the line",
        "withheld": "The caller hears that too many calls with hidden numbers come in",
        "crowded": "The caller hears that the queue is full",
        "unheard": "The caller hears that nothing was heard of them in earlier calls",
        "inminutes": "The caller hears: again in a quarter of an hour",
        "inanhour": "The caller hears: again in an hour",
        "inhours": "The caller hears: again in four hours",
        "inhalfaday": "The caller hears: again in half a day",
        "inaday": "The caller hears: again tomorrow at this time",
        "deadline": "Asterisk ended the waiting by its own deadline",
    },
    Language.ZH: {
        "closed": "向来电者播放：不在服务时间",
        "nobody": "向来电者播放：暂时无人可接",
        "message": "请来电者留言",
        "directory": "向来电者播放其他求助渠道",
        "goodbye": "向来电者道别",
        "ended": "向来电者播放：通话已结束，如属中断请勿挂机",
        "round": "来电者继续等待",
        "callbackhere": "询问来电者：是否回电本号码",
        "callbackother": "请来电者输入其他号码",
        "callbackkept": "向来电者播放：会给您回电",
        "talkedmuch": "向来电者播放：已经聊了很久，请先休息",
        "calledoften": "向来电者播放：已经打来很多次",
        "callsalready": "向来电者播放：该号码已有几个电话在线上",
        "withheld": "向来电者播放：隐藏号码的来电太多",
        "crowded": "向来电者播放：队伍已满",
        "unheard": "向来电者播放：前几次来电没有声音",
        "inminutes": "向来电者播放：请过一刻钟再打来",
        "inanhour": "向来电者播放：请过一个小时再打来",
        "inhours": "向来电者播放：请过四个小时再打来",
        "inhalfaday": "向来电者播放：请过半天再打来",
        "inaday": "向来电者播放：请明天这个时候再打来",
        "deadline": "Asterisk 按自身时限结束了等待",
    },
}
"""By `dispatch.events.Step`, which stands above this package; a test holds the two together."""

WHERE: dict[Language, dict[str, str]] = {
    Language.EN: {
        "": "waiting",
        "arriving": "arriving",
        "asking": "waiting",
        "held": "waiting",
        "out of talk": "at the end of a conversation",
        "talking": "in a conversation",
        "leaving": "in Asterisk's last steps",
        "surviving": "served by Asterisk",
    },
    Language.ZH: {
        "": "正在等待",
        "arriving": "刚刚到达",
        "asking": "正在等待",
        "held": "正在等待",
        "out of talk": "刚结束通话",
        "talking": "正在通话",
        "leaving": "正在听最后的提示",
        "surviving": "正由 Asterisk 接待",
    },
}
"""By `dispatch.events.Whereabouts`; "": of versions before 0.4."""
UNSEEN: dict[Language, dict[str, str]] = {
    Language.EN: {
        "the end": "how the call ended",
        "the record": "the last of what happened",
        "a hang-up": "whether the caller hung up, or Asterisk ended",
        "a leg": "how {who} stopped ringing",
        "a pick-up": "when {who} picked up",
        "a talk": "when the conversation with {who} began",
        "a step": "when the caller went on",
    },
    Language.ZH: {
        "the end": "来电如何结束",
        "the record": "最后发生了什么",
        "a hang-up": "来电者挂机，还是 Asterisk 中断",
        "a leg": "{who} 如何停止振铃",
        "a pick-up": "{who} 何时接起",
        "a talk": "与 {who} 的通话何时开始",
        "a step": "来电者何时转入下一步",
    },
}
"""By `what` in the detail of `Fact.UNSEEN`."""
SINCE = {Language.EN: " (since {since})", Language.ZH: "（自 {since} 起）"}
RANG_THEN = {Language.EN: "; then rang: {who}", Language.ZH: "；当时正在振铃：{who}"}

GROUPS: dict[Language, dict[str, str]] = {
    Language.EN: {"on-shift": "the volunteers on shift", "backup": "the backup volunteers"},
    Language.ZH: {"on-shift": "当班志愿者", "backup": "后备志愿者"},
}
"""By `roster.model.RingGroup`; a test holds the two together."""
KINDS: dict[Language, dict[str, str]] = {
    Language.EN: {"softphone": "softphone", "mobile": "mobile"},
    Language.ZH: {"softphone": "软电话", "mobile": "手机"},
}
"""By `roster.model.EndpointKind`; a test holds the two together."""

OVERFLOW_NUMBER = {Language.EN: "the overflow number", Language.ZH: "备用号码"}
BRACKETS = {Language.EN: " ({})", Language.ZH: "（{}）"}
COMMA = {Language.EN: ", ", Language.ZH: "、"}
AND = {Language.EN: " and ", Language.ZH: " 和 "}


def listed(names: list[str], language: Language) -> str:
    """``v01, v02 and v07``."""
    if len(names) < 2:
        return "".join(names)
    text = COMMA[language].join(names[:-1]) + AND[language] + names[-1]
    return text.replace("） ", "）")  # a blank stands between Chinese and Latin letters, not after a wide bracket


def outcome_text(outcome: Outcome | None, language: Language = Language.EN) -> str:
    """How the call ended; None: it is not over."""
    return NOT_OVER[language] if outcome is None else OUTCOMES[language][outcome]


_HELPERS = {
    Language.EN: ("a supervisor", "the emergency contact", "{helper} ({who})"),
    Language.ZH: ("督导", "紧急联系人", "{helper}（{who}）"),
}


def helper(detail: str, volunteer: str | None, language: Language) -> str:
    """Who was rung for a talk: ``a supervisor (chen-jing)``."""
    supervisor, contact, named = _HELPERS[language]
    found = contact if detail == HelperRole.CONTACT.value else supervisor
    return named.format(helper=found, who=volunteer) if volunteer else found

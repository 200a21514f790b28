"""Names and formulas of the report, in English and Chinese. A formula stands beside its figure wherever it is shown."""

from collections.abc import Mapping
from typing import NamedTuple

from hotline_agi.reports.period.calls import Part
from hotline_agi.reports.words import OUTCOMES
from hotline_agi.terms.languages import Language
from hotline_agi.terms.outcomes import Outcome
from hotline_agi.terms.standing import VolunteerState


class Text(NamedTuple):
    """The same in both languages."""

    en: str
    zh: str

    def to(self, language: Language) -> str:
        return self.zh if language is Language.ZH else self.en

    def filled(self, **values: object) -> "Text":
        """With `values` in the places of ``{name}``; a value that is a `Text` in its own language."""
        return Text(
            *(
                self.to(one).format(**{k: v.to(one) if isinstance(v, Text) else v for k, v in values.items()})
                for one in (Language.EN, Language.ZH)
            )
        )


def same(text: object) -> Text:
    """What reads alike in both."""
    return Text(str(text), str(text))


def outcome_name(outcome: Outcome) -> Text:
    return Text(OUTCOMES[Language.EN][outcome], OUTCOMES[Language.ZH][outcome])


TITLE = Text("Hotline report", "热线报告")
MADE = Text("Made {at}", "生成于 {at}")
PARTS: Mapping[Part, Text] = {
    Part.OFFERED: Text("Offered", "有效来电"),
    Part.CLOSED: Text("Came while the line was closed", "非服务时间来电"),
    Part.LIMITED: Text("Met a limit of callers", "触发来电限制"),
    Part.UNKNOWN: Text("Not known what became of it", "去向不明"),
    Part.OPEN: Text("Not over, or its end was not seen", "未结束，或未见结束"),
}
PART_MEANS: Mapping[Part, Text] = {
    Part.OFFERED: Text(
        "somebody could have answered; every share below is of these", "可以有人接听；以下比例均以此为基数"
    ),
    Part.CLOSED: Text("outside the opening hours, nobody was rung", "在服务时间之外，未振铃"),
    Part.LIMITED: Text(
        "the caller was told why and when to call again, nobody was rung", "已告知来电者原因及何时再打，未振铃"
    ),
    Part.UNKNOWN: Text(
        "Asterisk served it without the service, or the service lost sight of it; who talked is not known",
        "由 Asterisk 单独处理，或服务未能看到全程；是否有人接听不得而知",
    ),
    Part.OPEN: Text("when this report was made", "截至本报告生成时"),
}

ARRIVED = Text("Arrived", "全部来电")
ARRIVED_MEANS = Text(
    "all calls of the line but test calls; the sum of the parts below", "除测试电话外的全部来电；等于以下各项之和"
)
WENT = Text("{outcome}", "{outcome}")
ANSWERED = Text("Answered", "接通")
ANSWERED_MEANS = Text(
    "a volunteer talked to the caller; share: answered ÷ (offered − short abandons)",
    "志愿者与来电者通话；比例：接通 ÷（有效来电 − 短放弃）",
)
TRANSFERRED = Text("Put through to the overflow number", "转接至备用号码")
TRANSFERRED_MEANS = Text(
    "talked there and to no volunteer; not counted as answered", "在备用号码通话，未与志愿者通话；不计入接通"
)
ABANDONED = Text("Abandoned", "放弃")
ABANDONED_MEANS = Text("hung up while waiting; share: abandoned ÷ offered", "等待中挂机；比例：放弃 ÷ 有效来电")
SHORT = Text("Of these, short abandons", "其中短放弃")
SHORT_MEANS = Text(
    "hung up after less than {short} s: misdialled, or gave nobody a chance (ICMI 2002 counts 5 s)",
    "不足 {short} 秒即挂机：拨错或来不及接听（ICMI 2002 取 5 秒）",
)
LOST = Text("Abandoned without short ones", "放弃（不含短放弃）")
LOST_MEANS = Text("share: (abandoned − short) ÷ (offered − short)", "比例：（放弃 − 短放弃）÷（有效来电 − 短放弃）")
OTHER_MEANS = Text("share of offered", "占有效来电的比例")
LEVEL = Text("Answered within {s} s", "{s} 秒内接通")
LEVEL_MEANS = Text(
    "service level: answered within {s} s of arrival ÷ (offered − short abandons){standard}",
    "服务水平：到达后 {s} 秒内接通 ÷（有效来电 − 短放弃）{standard}",
)
STANDARDS: Mapping[int, Text] = {
    15: Text("; NENA-STA-020.1-2020 wants 90 % for emergency calls", "；NENA-STA-020.1-2020 对紧急呼叫要求 90%"),
    20: Text("; NENA-STA-020.1-2020 wants 95 %", "；NENA-STA-020.1-2020 要求 95%"),
    30: same(""),
    60: same(""),
}
WAIT = Text("Wait until answered", "接通前等待")
WAIT_MEANS = Text(
    "of answered calls, from arrival (greeting included) to the first talk; mean = ASA; pN: N % waited no longer "
    "(nearest rank)",
    "接通来电从到达（含问候语）至通话开始；平均值即 ASA；pN：N% 的来电等待不超过此值（最近秩法）",
)
ABANDONED_WAIT = Text("Wait until abandoned", "放弃前等待")
ABANDONED_WAIT_MEANS = Text(
    "of abandoned calls without short ones, from arrival to hanging up", "放弃来电（不含短放弃）从到达至挂机"
)
TALK = Text("Talk", "通话时长")
TALK_MEANS = Text("of answered calls, all talks of a call together", "接通来电的通话，同一来电的多次通话合计")
TALK_SUM = Text("Talk, all together", "通话总时长")
RINGS = Text("Rings per answered call", "每次接通的振铃数")
RINGS_MEANS = Text("rings of volunteers' phones for offered calls ÷ answered", "为有效来电振铃的志愿者电话次数 ÷ 接通")
MESSAGES = Text("Messages", "留言")
MESSAGES_MEANS = Text(
    "kept messages of offered callers, whatever else became of their call", "有效来电者留下并保存的留言"
)
FAILED = Text("Talks that a line cut", "线路中断的通话")
FAILED_MEANS = Text("the connection failed; the caller was rung through again", "连接中断；来电者重新排队")
PARTLY = Text("Seen in part", "部分可见")
PARTLY_MEANS = Text(
    "offered calls of which something happened while the service was away: their times are the least that is known",
    "部分过程发生在服务中断期间的有效来电：其时长为已知的最小值",
)
TESTS = Text("Test calls", "测试电话")
TESTS_MEANS = Text("of the canary; they count nowhere else", "系统自测；不计入任何其他数字")
LIMITS = Text("Limits that callers met", "触发的限制")

MAIN = Text("Calls", "来电")
BY_HOUR = Text("By hour of the day", "按小时")
BY_WEEKDAY = Text("By weekday", "按星期")
BY_DAY = Text("By day", "按日")
WEEK_MAP = Text("Offered calls by weekday and hour", "有效来电：星期与小时")
WAVES = Text("By ring step", "按振铃步骤")
WAVES_MEANS = Text(
    "Calls: offered calls for which a phone of this step rang. Answered: of these, whose first talk was on a phone of "
    "this step; share: answered ÷ calls. A phone belongs to the step in which it began to ring.",
    "来电：本步骤有电话为其振铃的有效来电。接通：其中首次通话由本步骤的电话接起；比例：接通 ÷ 来电。"
    "电话归属其开始振铃的步骤。",
)
PEOPLE = Text("By volunteer", "按志愿者")
PEOPLE_MEANS = Text(
    "Accept rate: accepts ÷ (accepts + missed + declined). Accept: picked up the app or pressed 1, also when "
    "another was faster. Missed: rang out, or was picked up without a key 1. Stopped: answered elsewhere, the "
    "caller left, or taken back; it says nothing of the volunteer. Nights: with two hours or more on shift between "
    "00:00 and 05:00, by the roster. On shift and away: hours while the line was open.",
    "接听率：接听 ÷（接听 + 漏接 + 拒接）。接听：接起软电话或按 1，含被他人抢先的。"
    "漏接：响铃至超时，或接起未按 1。停止：已由他人接听、来电者挂机或撤回，与志愿者无关。"
    "夜班：按排班表，00:00 至 05:00 之间值班两小时及以上。"
    "值班与不在：热线开放期间的小时数。",
)
MISSED = Text("Callers who reached nobody", "未能接通的来电者")
MISSED_MEANS = Text(
    "Missed: offered, no short abandon, and talked to nobody. Known until {until}. Who called is told by a keyed hash "
    "of the number, which is deleted by age; a withheld number has none.",
    "未接通：有效来电、非短放弃、且未与任何人通话。截至 {until}。"
    "来电者以号码的加密散列识别，到期删除；隐藏号码者无法识别。",
)
MISSED_ROWS = {
    "missed": Text("Missed calls", "未接通来电"),
    "called_back": Text("Called back and reached", "已回电并接通"),
    "got_through": Text("Called again and talked to somebody", "再次来电并接通"),
    "never": Text("Never called back, and never got through", "从未回电，也未再接通"),
    "never_people": Text("Callers behind these", "涉及来电者人数"),
    "unknown": Text("Not called back, and who called is not known", "未回电，来电者身份不明"),
}
COVERAGE = Text("Coverage: promised and delivered", "值班：计划与实际")
COVERAGE_MEANS = Text(
    "Promised: on shift by the roster in force at the moment, while the line is open; backup people are not. "
    "Delivered: of these, and of who stood in by phone, whoever could be rung as far as the service noted: not "
    "paused, resting, over a limit, without a phone that can be reached, nor said that they cannot come. Whether "
    "somebody sat by the phone it cannot tell (accept rates do), nor whether a mobile was switched off. Delivered "
    "÷ promised: person-hours, only while the service saw it.",
    "计划：热线开放期间按当时生效的排班表在班的人；不含后备。实际：其中（及电话顶班者）据服务记录"
    "可以振铃的人：未暂停、未因连续未接而休息、未超上限、有可接通的电话、未表示不能来。"
    "是否守在电话旁无从得知（见接听率），手机是否关机亦然。"
    "实际 ÷ 计划：人·小时，仅计服务可见的时段。",
)
COVERAGE_ROWS = {
    "open_h": Text("Line open, roster known (hours)", "热线开放且排班已知（小时）"),
    "no_roster_h": Text("Roster of the time not known (hours)", "当时排班未知（小时）"),
    "promised_h": Text("Promised (person-hours)", "计划（人·小时）"),
    "seen_h": Text("Of these seen by the service (person-hours)", "其中服务可见（人·小时）"),
    "delivered_h": Text("Delivered (person-hours)", "实际（人·小时）"),
    "delivered_share": Text("Delivered ÷ promised, as far as seen", "实际 ÷ 计划（可见部分）"),
    "stood_in_h": Text("Stood in by phone (person-hours)", "电话顶班（人·小时）"),
    "nobody_promised_h": Text("Nobody on shift (hours)", "无人排班（小时）"),
    "nobody_there_h": Text("Somebody promised, nobody could be rung (hours)", "有排班但无人可振铃（小时）"),
    "few_promised_h": Text("Fewer on shift than the slots need (hours)", "排班少于最低人数（小时）"),
    "few_there_h": Text("Fewer could be rung than the slots need (hours)", "可振铃者少于最低人数（小时）"),
}
AWAY = {
    VolunteerState.PAUSED.value: Text("Not there: paused (person-hours)", "不在：暂停（人·小时）"),
    VolunteerState.OVER_LIMIT.value: Text("Not there: over a limit (person-hours)", "不在：已达上限（人·小时）"),
    VolunteerState.RESTING.value: Text(
        "Not there: resting after missed rings (person-hours)", "不在：连续未接后休息（人·小时）"
    ),
    VolunteerState.UNREACHABLE.value: Text(
        "Not there: no phone reachable (person-hours)", "不在：电话无法接通（人·小时）"
    ),
    "cannot": Text("Not there: said they cannot come (person-hours)", "不在：表示不能来（人·小时）"),
}
OVERVIEW = Text("All lines", "全部热线")
WEEKDAYS = (
    Text("Mon", "周一"),
    Text("Tue", "周二"),
    Text("Wed", "周三"),
    Text("Thu", "周四"),
    Text("Fri", "周五"),
    Text("Sat", "周六"),
    Text("Sun", "周日"),
)
OVERFLOW_WAVE = Text("overflow number", "备用号码")
COMPARED = Text(
    "Before: the period of the same length, {period}. Change: of the share in points, else of the value.",
    "上期：之前同样长的时段，{period}。变化：有比例的为比例之差（百分点），否则为数值的变化。",
)
SOURCES = Text(
    "All figures are counted from the journal of calls; `hotline report` gives the same again.",
    "全部数字均由来电日志统计；再次运行 `hotline report` 结果相同。",
)

COLUMNS = {
    "figure": Text("Figure", "指标"),
    "value": Text("Value", "数值"),
    "share": Text("Share", "比例"),
    "before": Text("Before", "上期"),
    "change": Text("Change", "变化"),
    "formula": Text("What it is", "说明"),
    "hour": Text("Hour", "小时"),
    "weekday": Text("Weekday", "星期"),
    "day": Text("Day", "日期"),
    "line": Text("Line", "热线"),
    "offered": Text("Offered", "有效来电"),
    "answered": Text("Answered", "接通"),
    "answered_share": Text("Answered %", "接通率"),
    "abandoned": Text("Abandoned", "放弃"),
    "lost": Text("Abandoned*", "放弃*"),
    "within": Text("In 30 s", "30 秒内"),
    "p90": Text("Wait p90", "等待 p90"),
    "promised": Text("Promised", "计划人数"),
    "delivered": Text("Delivered", "实际人数"),
    "step": Text("Step", "步骤"),
    "calls": Text("Calls", "来电"),
    "rings": Text("Rings", "振铃"),
    "p50_ring": Text("Ring p50", "振铃 p50"),
    "volunteer": Text("Volunteer", "志愿者"),
    "rate": Text("Accept rate", "接听率"),
    "accepts": Text("Accepts", "接听"),
    "talks": Text("Talks", "通话"),
    "missed": Text("Missed", "漏接"),
    "declined": Text("Declined", "拒接"),
    "unreached": Text("Not reached", "未接通"),
    "stopped": Text("Stopped", "停止"),
    "minutes": Text("Minutes", "分钟"),
    "nights": Text("Nights", "夜班"),
    "on_shift": Text("On shift h", "值班 h"),
    "away": Text("Away h", "不在 h"),
}
WITHOUT_SHORT = Text("* without short abandons", "* 不含短放弃")
BY_TIME_MEANS = Text(
    "Times of the line's wall clock ({zone}); calls by when they arrived. In 30 s: answered within 30 s ÷ (offered − "
    "short abandons). Promised and delivered: people on average while the line is open.",
    "按热线当地时间（{zone}），以来电到达时刻计。30 秒内：30 秒内接通 ÷（有效来电 − 短放弃）。"
    "计划与实际人数：热线开放期间的平均值。",
)

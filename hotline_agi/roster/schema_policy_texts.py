"""What editors say of the fields of a line that the matching of calls goes by; see `schema_texts.py`."""

from hotline_agi.roster.schema_texts import Text

POLICY_TEXTS = {
    "line/adaptive": Text(
        "Adaptive ringing · 自适应响铃",
        "How many a step `ring: adaptive` rings: the fewest whose chance that somebody accepts is good enough, by what "
        "was seen of each phone.",
        "`ring: adaptive` 一步响几部电话：按每部电话以往的接听情况，取足够有把握的最少人数。",
        [{"chance_percent": 97, "within_s": 12, "share_percent": 32}],
    ),
    "chance_percent": Text(
        "Chance in percent · 把握（百分数）", "That somebody accepts in time.", "有人及时接听的把握。"
    ),
    "adaptive/within_s": Text(
        "Within so many seconds · 几秒之内", "In this time somebody should accept.", "应在此时间内有人接听。"
    ),
    "share_percent": Text(
        "Largest share in percent · 最大比例（百分数）",
        "At most this share of those who could be rung rings for one call at first; two at least. Default: 32.",
        "一通来电起初最多给可响铃者中的这一比例响铃，至少两人。默认 32。",
    ),
    "line/order": Text(
        "Order of volunteers · 志愿者的次序",
        "Who rings first: longest-idle (not rung for the longest time), least-talk (fewest minutes of talk in this "
        "shift), round-robin (each in turn, in the order of the roster), fixed (always in that order).",
        "谁先响铃：longest-idle（最久未响铃）、least-talk（本班通话最少）、round-robin（按班表轮流）、fixed（总按班表的次序）。",
    ),
    "line/wants": Text(
        "What callers want · 来电者的要求",
        "Only volunteers who have it are rung: for the first seconds, or always. A language or a qualification each.",
        "只给符合的志愿者响铃：起初几秒，或一直如此。每条写一种语言或一项资质。",
        [[{"language": "en", "for_s": 20}, {"qualification": "crisis"}]],
    ),
    "wants/[]": Text("Want · 要求", "A language or a qualification, one of the two.", "语言或资质，二者之一。"),
    "wants/[]/language": Text("Language · 语言", "Two or three letters.", "两三个字母。", ["en", "yue"]),
    "wants/[]/qualification": Text(
        "Qualification · 资质", "An id of people.yaml.", "people.yaml 里的编号。", ["crisis"]
    ),
    "wants/[]/for_s": Text(
        "For so many seconds · 几秒之内",
        "After that others are rung too. Left out: others never are.",
        "之后也给其他人响铃。不写则一直只给符合的人响铃。",
    ),
    "line/callers": Text(
        "Order of callers · 来电者的次序",
        "Who waits longest is served first; each of these counts as having waited so many seconds longer.",
        "等得最久的先接通；下列来电者算多等了这么多秒。",
        [{"high-risk": 900, "cut-off": 600, "tried-again": 120, "tried_within_min": 30}],
    ),
    "high-risk": Text(
        "Seconds for high risk · 高危", "Flagged by somebody who talked to them.", "曾被通话的志愿者标记。"
    ),
    "cut-off": Text(
        "Seconds for a talk that was cut · 通话中断", "Through no fault of the caller's.", "并非来电者挂断。"
    ),
    "asked-for-help": Text(
        "Seconds for help in a campaign · 外呼中求助",
        "A campaign rang them, and they pressed the key for help.",
        "在外呼中按键请求帮助。",
    ),
    "tried-again": Text(
        "Seconds for trying again · 再次来电", "Called a short while ago and reached nobody.", "不久前来电没有接通。"
    ),
    "service_level_s": Text(
        "Service level in seconds · 服务水平（秒）",
        "Within this a call should be answered; counts for yields_s.",
        "来电应在此时间内接通；与 yields_s 一起用。",
    ),
    "yields_s": Text(
        "Yields for so many seconds · 让先（秒）",
        "Who is past the service level lets those pass who are not, for so long at most: in a surge more callers are "
        "answered in time, and the mean wait is the same. 0: never (the default).",
        "已超过服务水平的来电最多让还来得及的来电先接这么多秒：高峰时更多人及时接通，平均等待不变。0 为从不（默认）。",
    ),
    "tried_within_min": Text(
        "Minutes for trying again · 再次来电的期限（分钟）",
        "So long an earlier try counts.",
        "之前的来电在这么久之内算数。",
    ),
    "long_wrap_up": Text(
        "Rest after a long talk · 长谈之后的休息",
        "Longer than wrap_up_s.",
        "比 wrap_up_s 更长的休息。",
        [{"talk_min": 20, "wrap_up_s": 120}],
    ),
    "talk_min": Text("Minutes of a long talk · 长谈的分钟数", "From so many on it is long.", "从这么久起算长谈。"),
    "line/rest": Text(
        "Rest after missed rings · 未接后的休息",
        "Who misses rings in a row is not rung for a while, unless nobody else could be.",
        "连续未接的人暂时不响铃，除非没有别人可响。",
        [{"missed": 4, "for_min": 30}],
    ),
    "missed": Text("Missed rings in a row · 连续未接次数", "So many.", "达到这么多次。"),
    "for_min": Text(
        "Minutes of rest · 休息分钟数", "A call to the service number ends it.", "拨打服务号码可提前结束。"
    ),
    "line/abuse": Text(
        "Limits of callers · 对来电者的限制",
        "What one caller, or all with withheld numbers, may take of the line. 0: no limit. The defaults only touch "
        "abuse; who is flagged as at high risk has none.",
        "同一来电者、或所有隐藏号码的来电，最多占用多少。写 0 不限制。默认值只针对滥用；标记为高危的来电不受限制。",
        [{"talk_min_per_day": 180, "calls_per_hour": 60, "silent": {"calls": 3, "within_min": 60, "cool_off_min": 10}}],
    ),
    "abuse/talk_min_per_day": Text(
        "Minutes of talk in 24 hours · 24 小时内通话分钟数",
        "Of one caller; a talk that goes on is never cut.",
        "同一来电者；正在进行的通话不会被切断。",
    ),
    "calls_per_hour": Text("Calls in an hour · 每小时来电数", "Of one caller.", "同一来电者。"),
    "calls_at_once": Text(
        "Calls at once · 同时来电数",
        "Of one caller; further ones are told so kindly and ring nobody.",
        "同一来电者；再多的会听到说明，不再响铃。",
    ),
    "anonymous_calls_per_hour": Text(
        "Withheld calls in an hour · 每小时隐藏号码来电数", "All of them together.", "所有隐藏号码合计。"
    ),
    "anonymous_at_once": Text(
        "Withheld calls at once · 同时的隐藏号码来电数", "All of them together.", "所有隐藏号码合计。"
    ),
    "waiting_at_once": Text(
        "Calls that wait at once · 同时等候的来电数",
        "Of the line; who comes then is offered to leave a message.",
        "整条热线；再来的请其留言。",
    ),
    "silent": Text(
        "Silent calls · 无声来电",
        "Who makes no sound in so many talks comes later in the queue for a while, and hears why.",
        "多次接通后一直没有声音的来电，一段时间内排到后面，并会听到说明。",
    ),
    "silent/calls": Text("So many · 次数", "0: never.", "写 0 即不用。"),
    "within_min": Text("Within so many minutes · 几分钟之内", "They count so long.", "在这么久之内算数。"),
    "talk_s": Text(
        "Seconds of talk · 通话秒数",
        "Only talks of at least so long count: somebody may need a while before they can speak.",
        "至少这么长的通话才算：有的来电者需要一会儿才能开口。",
    ),
    "cool_off_min": Text("Minutes of coming later · 排后几分钟", "After the last of them.", "从最后一次起算。"),
    "line/recording": Text(
        "Recording of talks · 通话录音",
        "Off unless written here. consent: the caller hears a notice behind the greeting and presses 8, or is not "
        "recorded; 9 takes it back. Needs `recordings` in the settings of the service.",
        "不写则不录音。consent：来电者在问候语之后听到说明，按 8 才录音，按 9 撤回。服务设置里须有 recordings。",
        [{"talks": "consent"}],
    ),
    "talks": Text("Talks · 通话", "no (the default) or consent.", "no（默认）或 consent。", ["consent"]),
    "line/callbacks": Text(
        "Callbacks · 回电",
        "Volunteers take the next caller from their menu (key 6) and are connected. Without this section messages and "
        "requests are listed by `hotline callbacks`, and nobody is called from the menu.",
        "志愿者在语音菜单按 6 领取下一位需要回电的来电者并接通。"
        "不写这一节，留言和回电请求只列在 `hotline callbacks` 里。",
        [{"missed": "consented", "lease_min": 20, "overdue_h": 4, "attempts": 3, "retry_after_min": 60}],
    ),
    "callbacks/missed": Text(
        "Missed calls · 未接来电",
        "Whether callers who reached nobody are called back: no, yes, or consented (who once asked to be called back).",
        "没有接通的来电者是否也回电：no 否、yes 是、consented 只限曾要求回电的人。",
    ),
    "callbacks/lease_min": Text(
        "Minutes of a claim · 领取保留分钟数",
        "Then somebody else may take it.",
        "到时没有处理，别人可以领取。",
    ),
    "callbacks/overdue_h": Text(
        "Overdue after so many hours · 几小时后算逾期", "The coordinator is told.", "会通知协调员。"
    ),
    "callbacks/attempts": Text(
        "Tries · 次数", "After so many in vain it is the coordinator's.", "都没打通的转给协调员。"
    ),
    "callbacks/retry_after_min": Text(
        "Minutes between tries · 两次之间的分钟数", "Nothing dials by itself.", "系统不会自动拨打。"
    ),
    "callbacks/from": Text("Calls from · 最早", "In the line's time zone.", "按热线所在时区。"),
    "callbacks/until": Text("Calls until · 最晚", "The same as from: at all hours.", "与 from 相同则不限时间。"),
    "callbacks/shared_phones": Text(
        "Shared phones · 共用电话",
        "assume: whoever answers hears nothing that says who calls until they press a key. no: the hotline says its "
        "name first. A key is wanted in either case, so nothing is left on a voicemail.",
        "assume（假定共用）：接电话的人按键以前，听不出是谁打来的。no：先报热线名称。两种都要按键才接通，不会在语音信箱留言。",
    ),
    "callbacks/number": Text(
        "Number that is shown · 显示的号码",
        "One of the line's numbers; left out: the first.",
        "热线号码之一；不写用第一个。",
    ),
    "line/remind": Text(
        "Call before the shift · 班前提醒电话",
        "Are you ready? Backup people are asked to stand in for whoever does not say so.",
        "班前打电话确认；没有确认的，请后备顶替。",
        [{"before_min": 15, "ask_backup_min": 8}],
    ),
    "before_min": Text("Minutes before the shift · 班前分钟数", "When they are called.", "何时打电话。"),
    "ask_backup_min": Text(
        "Minutes before the shift for the backup · 班前几分钟找后备",
        "Fewer than before_min.",
        "要少于 before_min。",
    ),
}

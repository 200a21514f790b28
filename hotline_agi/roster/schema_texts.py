"""What editors say of the fields of lines, people and contacts; of the others: `schema_duty_texts.py`.

Texts are in English and Chinese. One belongs to every place whose path ends like its own; of several the longest
counts. A path begins with a slash and the kind of file; in it ``[]`` is an item of a list and ``{}`` an entry of a
table: ``/line/ring/[]/for_s``. Every field has a text, and every text a field (held by the tests). What a field accepts
is not said here but asked of the readers (`schema.py`).
"""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Text:
    title: str
    """Both languages, English first."""
    en: str
    zh: str
    examples: list[Any] = field(default_factory=list)
    """As an editor reads them."""


_LINE = {
    "/line": Text(
        "Line · 热线",
        "A hotline: its numbers, its hours, how it rings. The folder's name is its id.",
        "一条热线：号码、开放时间、响铃方式。文件夹名就是热线编号。",
    ),
    "line/name": Text("Name · 名称", "Shown to people, in both languages.", "显示给人看的名称，两种语言。"),
    "line/name/zh": Text("Chinese name · 中文名", "One line, 1-80 characters.", "一行，1 至 80 个字符。"),
    "line/name/en": Text("English name · 英文名", "One line, 1-80 characters.", "一行，1 至 80 个字符。"),
    "line/time_zone": Text(
        "Time zone · 时区",
        "Of all times in this folder: an IANA name, never an offset such as +08:00.",
        "本文件夹中所有时间的时区：IANA 时区名，不写 +08:00 这样的偏移。",
    ),
    "line/numbers": Text(
        "Numbers · 号码",
        "What callers dial, as the trunk delivers it: 3-15 digits, optional +. In quotes if it begins with 0 or +.",
        "来电者拨打的号码，与中继送来的写法一致：3 至 15 位数字，可加 +。",
        [["+441632960100", "01632960100"]],
    ),
    "line/numbers/[]": Text("Number · 号码", "3-15 digits, optional +.", "3 至 15 位数字，可加 +。"),
    "line/language": Text("Language of the prompts · 提示音语言", "zh or en.", "zh 或 en。"),
    "line/opening": Text(
        "Opening hours · 开放时间",
        "When calls are taken: always, or a list of hours.",
        "什么时候接听来电：always（全天），或开放时间的列表。",
        [[{"days": "mon-fri", "from": "08:00", "until": "20:00"}]],
    ),
    "line/ring": Text(
        "Ring plan · 响铃方案",
        "Each step rings more phones, beside those that ring already.",
        "每一步在已响的电话之外再加人。",
    ),
    "ring/[]/ring": Text(
        "Whom to ring · 给谁响铃",
        "A number of people on shift (1-50); adaptive: as few of them as are likely enough; everybody on shift; or "
        "backup as well.",
        "本班的几个人（1 至 50）、adaptive（估计够用的最少人数）、everybody（本班所有人），或 backup（再加后备）。",
        ["adaptive", "everybody", "backup", 3],
    ),
    "ring/[]/for_s": Text(
        "Seconds until the next step · 到下一步的秒数", "A number, without a unit.", "只写数字，不写单位。"
    ),
    "line/ring_plans": Text(
        "Ring plans at certain hours · 分时段响铃方案",
        "Other plans than `ring`, by name, each with its hours. No two for the same hour.",
        "某些时段用的其他方案，每个有名字和时段；同一时刻只能有一个。",
        [
            {
                "night": {
                    "hours": [{"days": "daily", "from": "22:00", "until": "06:00"}],
                    "ring": [{"ring": 1, "for_s": 20}],
                }
            }
        ],
    ),
    "ring_plans/{}": Text("Ring plan · 响铃方案", "For its hours only.", "只在它的时段使用。"),
    "ring_plans/{}/hours": Text(
        "Hours of the plan · 方案的时段", "When this plan is used instead of `ring`.", "什么时候用它代替 `ring`。"
    ),
    "ring_plans/{}/ring": Text("Steps · 步骤", "As in `ring`.", "写法同 `ring`。"),
    "ring_timeout_s": Text(
        "Seconds that one phone rings · 一部电话响几秒",
        "At most; below your carriers' voicemail.",
        "最多响多久；要短于运营商转入语音信箱的时间。",
    ),
    "max_wait_s": Text("Seconds that a caller waits · 来电者等几秒", "At most.", "最多等多久。"),
    "comfort_every_s": Text("Seconds between comfort prompts · 安慰语间隔秒数", "While waiting.", "等待期间。"),
    "wrap_up_s": Text("Seconds of rest after a talk · 通话后休息秒数", "Of a volunteer.", "志愿者的休息时间。"),
    "overflow": Text(
        "When nobody accepts · 没人接时",
        "In order; end it with message or directory.",
        "依次做什么；以 message 或 directory 结尾。",
    ),
    "closed": Text(
        "Outside the opening hours · 开放时间之外",
        "In order; end it with message or directory.",
        "依次做什么；以 message 或 directory 结尾。",
    ),
    "line/transfer": Text(
        "Transfer · 转接",
        "Whom `transfer` calls. The number itself stands in the contacts file.",
        "`transfer` 转给谁。号码写在 contacts 文件里。",
        [{"contact": "switchboard"}],
    ),
    "transfer/contact": Text("Contact · 联系人", "An id in the contacts file.", "contacts 文件中的编号。"),
    "transfer/timeout_s": Text("Seconds that it rings · 响几秒", "At most.", "最多响多久。"),
    "transfer/confirm": Text(
        "Must press 1 · 须按 1", "Whether a human there must accept.", "对方是否须按 1 才算接受。"
    ),
    "service_numbers": Text(
        "Service numbers · 服务号码",
        "What volunteers dial for the spoken menu, as the trunk delivers it; not a number that callers dial. Lines may "
        "share one.",
        "志愿者拨打以使用语音菜单的号码，与中继送来的写法一致；不能是来电者拨打的号码。几条热线可共用。",
        [["01632960180"]],
    ),
    "service_numbers/[]": Text("Number · 号码", "3-15 digits, optional +.", "3 至 15 位数字，可加 +。"),
}

_HOURS = {
    "days": Text(
        "Days of the week · 星期几",
        "One (mon), a range (mon-fri), several (sat, sun), or daily.",
        "一天（mon）、一段（mon-fri）、几天（sat, sun）或每天（daily）。",
    ),
    "from": Text("Begin · 开始", "HH:MM, local time of the line.", "HH:MM，热线当地时间。", ["08:00", "22:00"]),
    "until": Text(
        "End · 结束",
        "HH:MM. At or before `from` it is on the next day; 24:00 is midnight.",
        "HH:MM。不晚于 from 即为次日；24:00 是午夜。",
        ["20:00", "06:00", "24:00"],
    ),
}

_PEOPLE = {
    "/people": Text(
        "People · 志愿者",
        "The volunteers and how to reach them; no numbers here.",
        "志愿者和接听方式；这里不写号码。",
    ),
    "volunteers": Text("Volunteers · 志愿者", "One block each, by id.", "每人一段，先写编号。"),
    "volunteers/{}": Text(
        "Volunteer · 志愿者",
        "The id is what shifts and the contacts file use.",
        "编号供班次和 contacts 文件使用。",
    ),
    "volunteers/{}/name": Text("Name · 姓名", "1-80 characters.", "1 至 80 个字符。"),
    "volunteers/{}/languages": Text(
        "Languages · 语言",
        "Two or three letters each; default: the line's language.",
        "每种两三个字母；默认为热线的语言。",
        [["zh", "en"]],
    ),
    "volunteers/{}/endpoints": Text(
        "Endpoints · 接听方式",
        "In order of preference: a SIP account, the mobile whose number stands in the contacts file.",
        "按优先顺序：SIP 软电话账号，或手机（号码写在 contacts 文件里）。",
        [[{"softphone": "v01"}, "mobile"]],
    ),
    "endpoints/[]": Text("Endpoint · 接听方式", "`softphone: v01` or `mobile`.", "`softphone: v01` 或 `mobile`。"),
    "softphone": Text(
        "Softphone · 软电话", "The name of the SIP account; picking up accepts.", "SIP 账号名；接起即接受。", ["v01"]
    ),
    "softphone/name": Text("SIP account · SIP 账号", "Its name.", "账号名。"),
    "softphone/confirm": Text(
        "Must press 1 · 须按 1", "For a phone that others may pick up.", "别人也可能接起的电话用 yes。"
    ),
    "mobile": Text(
        "Mobile · 手机",
        "Its number stands in the contacts file under the person's id.",
        "号码在 contacts 文件里，编号相同。",
    ),
    "mobile/confirm": Text(
        "Must press 1 · 须按 1",
        "no: picking up accepts (only without voicemail!).",
        "no 表示接起即接受（仅限没有语音信箱的电话！）。",
    ),
    "volunteers/{}/qualifications": Text(
        "Qualifications · 资质",
        "Ids of your own choice, which shifts may need.",
        "自定的编号，班次可以要求。",
        [["crisis"]],
    ),
    "limits": Text("Limits · 上限", "How much is asked of this person at most.", "对此人最多的要求。"),
    "calls_per_shift": Text("Calls per shift · 每班通话数", "At most.", "最多几次。"),
    "talk_min_per_day": Text("Talk minutes per day · 每天通话分钟数", "At most.", "最多几分钟。"),
    "talk_min_in_a_row": Text(
        "Talk minutes in a row · 连续通话分钟数",
        "After so many without a break of 15 minutes they get one.",
        "连续通话这么久（中间没有歇满 15 分钟），就安排休息。",
    ),
    "rest_after_night_h": Text(
        "Hours of rest after a night · 夜班后休息小时数", "Before the next shift.", "到下一班之前至少。"
    ),
    "quiet": Text(
        "Quiet hours · 免打扰时间",
        "No phone of theirs rings then, whatever the shifts say; in this line's time zone.",
        "这些时间不给此人响铃，不论班次如何；按本热线的时区。",
        [[{"days": "sat, sun", "from": "22:00", "until": "08:00"}]],
    ),
    "quiet/[]/days": Text("Days of the week · 星期几", "Left out: daily.", "不写即每天。"),
}

_CONTACTS = {
    "/contacts": Text(
        "Contacts · 号码", "The numbers and PINs of persons. Never in git.", "个人号码和密码。不进 git。"
    ),
    "/contacts/contacts": Text(
        "Contacts · 号码",
        "One line `<id>: <number>` each: a person's id, or whom `transfer` names.",
        "每行 `编号: 号码`：志愿者编号，或 transfer 的对象。",
    ),
    "contacts/{}": Text("Number · 号码", "3-15 digits, optional +.", "3 至 15 位数字，可加 +。"),
    "pins": Text(
        "PINs · 密码",
        "With it a volunteer is let in by the service number from any telephone. One line `<id>: <PIN>` each.",
        "志愿者从任何电话拨打服务号码时用的密码。每行 `编号: 密码`。",
    ),
    "pins/{}": Text(
        "PIN · 密码",
        "6-10 digits, in quotes; another one for everybody; not all the same and not one after another.",
        "6 至 10 位数字，写在引号里；每人不同；不能全部相同或依次递增递减。",
    ),
}

LINE_TEXTS = {**_HOURS, **_LINE, **_PEOPLE, **_CONTACTS}

"""The words of rosters in spreadsheets, Chinese and English: headings, slots, days off, notes below the table."""

import re
from enum import StrEnum

from hotline_agi.planning.sheets.cells import key_of


class Heading(StrEnum):
    """What a column is for."""

    DAY = "date"
    WEEKDAY = "weekday"
    SLOT = "slot"
    START = "from"
    UNTIL = "until"
    HOURS = "hours"
    NAMES = "names"
    BACKUP = "backup"
    NOTE = "note"
    ID = "id"
    TELEPHONE = "telephone"
    TOTAL = "total"
    NUMBER = "row number"


_HEADINGS = {
    Heading.DAY: "日期 值班日期 排班日期 上班日期 日子 date day dutydate shiftdate",
    Heading.WEEKDAY: "星期 周 周几 星期几 礼拜 weekday dayofweek dow",
    Heading.SLOT: "班次 班别 班种 班 值班班次 时段班次 slot shift shiftname duty",
    Heading.START: "开始 开始时间 起 上班 上班时间 起始时间 from start starts starttime begin",
    Heading.UNTIL: "结束 结束时间 止 下班 下班时间 终止时间 until to end ends endtime till",
    Heading.HOURS: "时段 时间 值班时间 值班时段 班次时间 hours time times period",
    Heading.NAMES: "姓名 名字 值班人员 值班人 值班者 值班员 志愿者 志愿者姓名 人员 人员名单 接线员 咨询员 当班人员 "
    "当班 name names volunteer volunteers people person staff onduty onshift who",
    Heading.BACKUP: "后备 备班 备班人员 后备人员 候补 替补 备勤 二线 backup backups standby reserve oncall",
    Heading.NOTE: "备注 说明 注 附注 note notes remark remarks comment comments",
    Heading.ID: "编号 工号 代号 志愿者编号 人员编号 id ids code personid volunteerid",
    Heading.TELEPHONE: "电话 手机 手机号 手机号码 电话号码 联系电话 联系方式 号码 值班电话 "
    "phone phones telephone tel mobile cell number phonenumber mobilenumber contact contacts",
    Heading.TOTAL: "合计 总计 小计 班数 总班数 工时 total totals sum count hourstotal",
    Heading.NUMBER: "序号 序 no no. nr # 行号",
}
_BY_KEY = {key_of(word): heading for heading, words in _HEADINGS.items() for word in words.split()}

_SLOTS = {
    "night": "夜 夜间 夜里",
    "deep-night": "深夜 后夜 凌晨",
    "early": "早 清晨 早晨",
    "morning": "上午",
    "noon": "午 中午 中",
    "afternoon": "下午",
    "evening": "晚 晚间 傍晚",
    "late": "晚 晚间",
    "day": "白 白天 日",
}
"""What slots with these ids are usually called; the first word is used where a roster is shown in Chinese."""

FREE = frozenset(
    key_of(word)
    for word in (
        *("休", "休息", "空", "假", "无", "年假", "年休", "病假", "事假", "公休", "调休", "补休", "请假", "轮休"),
        *("休假", "产假", "陪产假", "婚假", "丧假", "探亲假"),
        *("off", "free", "none", "leave", "-", "--", "—", "–", "―", "0", ".", "/"),
    )
)
"""In a cell for slots: none. Ticks, circles and crosses are not among them: here they mean off, there on."""
OFF = "off"
"""The slot of a code that means none: ``--code ○=off``."""
NOBODY = frozenset(
    key_of(word)
    for word in (
        *("无", "无人", "空", "空缺", "缺", "缺人", "暂缺", "待定", "休"),
        *("nobody", "none", "vacant", "tba", "tbd", "-", "--", "—", "–", "/"),
    )
)
"""In a cell for names."""

NOBODYS_ROW = frozenset(map(key_of, ("无人", "nobody")))
"""In the place of a name: the slots of this row take place with nobody."""

BACKUP_WORDS = frozenset(map(key_of, ("后备", "备班", "backup", "standby")))

BACKUP_MARKS = ("(备)", "(后备)", "(备班)", "(backup)", "(b)", "*")
"""Behind a name or slot: as backup. Compared after NFKC, so that ``（备）`` is one of them."""

_BELOW = re.compile(
    r"注|备注|说明|附|制表|制定|审核|审批|批准|填表|值班电话|联系电话|合计|总计|小计|人数|班次[:：]|班次说明|图例"
    r"|note|legend|remark|total|sum\b|count\b|prepared|approved|slots?\s*[:：]|contact",
    re.IGNORECASE,
)


def heading_of(text: str) -> Heading | None:
    """What a column with this heading is for. Known too: ``姓名2``, ``值班人员（主）``, ``Date:``, ``班次 / Shift``."""
    plain = re.sub(r"[(（\[【].*", "", text)
    parts = (plain, *re.split(r"[/\s|]+", plain))
    return next((heading for part in parts if (heading := _heading(part))), None)


_COUNTING = "0123456789一二三四五六七八九十"


def _heading(text: str) -> Heading | None:
    key = re.sub(r"[_-]", "", key_of(text).rstrip(":：*"))
    return _BY_KEY.get(key) or _BY_KEY.get(key.rstrip(_COUNTING))


def slot_words(slot: str) -> tuple[str, ...]:
    return tuple(_SLOTS.get(slot, "").split())


def is_below_table(text: str) -> bool:
    """Whether a row that begins so is no person's and no slot's: a total, a note, a signature."""
    return _BELOW.match(text.strip()) is not None

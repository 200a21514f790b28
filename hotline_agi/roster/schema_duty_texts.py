"""What editors say of the fields of shifts, special days, months and covers; see `schema_texts.py`."""

from hotline_agi.roster.schema_texts import Text

_SHIFTS = {
    "/shifts": Text("Shifts · 班次", "The shifts of the week.", "每周班次。"),
    "/shifts/shifts": Text("Slots · 班次", "One block each, by the slot's name.", "每班一段，先写班次名。"),
    "shifts/{}": Text("Slot · 班次", "It belongs to the day on which it starts.", "班次属于它开始的那一天。"),
    "shifts/{}/people": Text(
        "Who rings first · 先响铃的人",
        "A list (the same every day), a table by days, or a rotation (turn_days, since, turns). [] is nobody.",
        "名单（每天一样）、按星期的表，或轮班（turn_days、since、turns）。[] 表示没有人。",
        [["chen-jing", "wang-lei"], {"mon-fri": ["chen-jing"], "sat, sun": []}],
    ),
    "shifts/{}/backup": Text(
        "Backup · 后备",
        "Rung by a step `ring: backup`; written as `people`.",
        "由 `ring: backup` 一步响铃；写法同 people。",
    ),
    "turn_days": Text(
        "Days of one turn · 每轮天数", "7 is A/B weeks, 1 changes every day.", "7 是隔周轮换，1 是每天轮换。", [7]
    ),
    "since": Text(
        "First day of the first turn · 第一轮的第一天",
        "A date; the turns run backwards before it.",
        "日期；之前的日子按同样的次序倒推。",
        ["2026-02-02"],
    ),
    "turns": Text(
        "Turns · 轮次", "Each a list of people or a table by days.", "每轮是名单，或按星期的表。", [[["a", "b"], ["c"]]]
    ),
    "min": Text(
        "Smallest head count · 最少人数",
        "A number, or a table by days. Below it the check warns.",
        "一个数，或按星期的表。不足时检查会提醒。",
        [2, {"mon-fri": 2, "sat, sun": 1}],
    ),
    "need": Text(
        "Needs · 要求",
        "What some of those on shift must have.",
        "本班中一些人必须具备的条件。",
        [{"languages": {"en": 1}}],
    ),
    "need/languages": Text("Languages · 语言", "How many must speak what.", "至少几人会说什么。", [{"en": 1}]),
    "need/qualifications": Text(
        "Qualifications · 资质", "How many must have what.", "至少几人有什么资质。", [{"crisis": 1}]
    ),
    "coordinator": Text(
        "Coordinator · 协调员", "A person's id: whom this slot turns to.", "志愿者编号：本班有事找谁。"
    ),
}

_DAYS = {
    "/days": Text("Special days · 特殊日", "Days that are not like their weekday.", "与平时不同的日子。"),
    "special_days": Text(
        "Special days · 特殊日",
        "A date, a range (2026-02-16..2026-02-20), or without year for every year (12-25, 12-24..12-26).",
        "日期、一段日期（2026-02-16..2026-02-20），或不写年份表示每年（12-25、12-24..12-26）。",
    ),
    "special_days/{}": Text("Special day · 特殊日", "What is not said is as on other days.", "没写的照旧。"),
    "special_days/{}/name": Text("Name · 名称", "Shown to people.", "显示给人看。", ["春节"]),
    "like": Text(
        "Like a weekday · 按星期几",
        "The weekday whose people, hours and needs it has.",
        "人员、开放时间和要求都按这一天。",
    ),
    "special_days/{}/opening": Text(
        "Opening hours · 开放时间",
        "closed, always, or a list of hours.",
        "closed（不开放）、always（全天），或时段的列表。",
        [[{"from": "09:00", "until": "12:00"}]],
    ),
    "special_days/{}/people": Text(
        "Who rings first, by slot · 各班先响铃的人",
        "Slots not named are as usual.",
        "没写的班次照旧。",
        [{"night": ["a"]}],
    ),
    "special_days/{}/backup": Text(
        "Backup, by slot · 各班后备", "Slots not named are as usual.", "没写的班次照旧。", [{"night": ["d"]}]
    ),
}

_MONTH = {
    "/month": Text("Month roster · 月度排班", "Who is in which slot, day by day.", "逐日写明每班有谁。"),
    "month/people": Text(
        "Who rings first · 先响铃的人",
        "A table of slots for each date of this month; what is not named is as in shifts.yaml.",
        "本月每个日期一行班次表；没写的按 shifts.yaml。",
        [{"2026-02-01": {"night": ["a", "b"]}}],
    ),
    "month/backup": Text("Backup · 后备", "Written as `people`.", "写法同 people。"),
}

_COVERS = {
    "/covers": Text("Covers · 临时变动", "Swaps, absences and extra people.", "换班、请假和加人。"),
    "/covers/covers": Text(
        "Covers · 临时变动",
        "A list. Absences hold on all lines.",
        "一个列表。请假对所有热线有效。",
        [
            [{"swap": ["a", "b"], "date": "2026-02-14", "slot": "night"}],
            [{"sick": "a", "from": "2026-02-14", "until": "2026-02-16", "instead": "b"}],
            [{"extra": ["c", "d"], "date": "2026-02-14", "slot": "night", "as": "backup"}],
        ],
    ),
    "swap": Text("Swap · 换班", "[a, b]: b stands where a stood.", "[a, b]：由 b 顶替 a。", [["a", "b"]]),
    "date": Text("Date · 日期", "The day on which the slot starts.", "班次开始的那一天。", ["2026-02-14"]),
    "slot": Text("Slot · 班次", "Its name in shifts.yaml.", "shifts.yaml 中的班次名。"),
    "back": Text(
        "In return · 换回",
        "a takes b's place there.",
        "a 顶替 b 的那一班。",
        [{"date": "2026-02-16", "slot": "evening"}],
    ),
    "sick": Text("Sick · 病假", "A person's id.", "志愿者编号。"),
    "away": Text("Away · 事假", "A person's id.", "志愿者编号。"),
    "covers/[]/from": Text(
        "First day · 第一天",
        "A date: shifts that start on it are meant. With a time: from that instant on.",
        "日期：指当天开始的班次。带时刻：从那一刻起。",
        ["2026-02-14", "2026-02-14 03:00"],
    ),
    "covers/[]/until": Text(
        "Last day · 最后一天",
        "Included; left out: the same day. With a time: until that instant.",
        "包括当天；不写即同一天。带时刻：到那一刻为止。",
        ["2026-02-16", "2026-02-16 12:00"],
    ),
    "instead": Text("Instead · 由谁顶替", "A person's id; on this line only.", "志愿者编号；只对本热线有效。"),
    "extra": Text("Extra · 加人", "Who is there beside the others.", "在原有的人之外再加谁。", [["c", "d"]]),
    "as": Text("As · 作为", "on-shift or backup.", "on-shift（值班）或 backup（后备）。"),
    "note": Text("Note · 备注", "For people; one line.", "给人看的一行备注。"),
}

DUTY_TEXTS = {**_SHIFTS, **_DAYS, **_MONTH, **_COVERS}

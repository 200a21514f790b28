"""What editors say of `results` and `notes` of a line; see `schema_texts.py`."""

from hotline_agi.roster.schema_texts import Text

RESULTS_TEXTS = {
    "line/results": Text(
        "Results of talks · 通话结果",
        "What a volunteer may say of a talk by one key: after it, if the caller hung up first, or in the menu (key 7).",
        "志愿者可以用一个按键记下通话结果：来电者先挂机时当场按，或在菜单按 7 补记。",
        [
            {
                "ask": "yes",
                "list": ["resolved", "referred", "silent", "prank", "high-risk"],
                "count": ["silent", "prank"],
            }
        ],
    ),
    "results/ask": Text(
        "Ask after a talk · 通话后询问",
        "no: only the menu takes results. Default: yes.",
        "写 no 只在菜单里记。默认 yes。",
    ),
    "results/list": Text(
        "Which results · 有哪些结果",
        "Usual ones by their word, own ones with a name that is spoken. Keys 2 to 8 and 0.",
        "常用的只写词，自定义的写名称（会念出来）。按键 2 至 8 和 0。",
        [["resolved", "referred", {"id": "called-back", "name": {"zh": "已回电", "en": "called back"}, "key": 7}]],
    ),
    "list/[]": Text(
        "Result · 结果", "A usual one, or one of your own.", "常用的，或自定义的。", ["resolved", "high-risk"]
    ),
    "list/[]/id": Text("Id · 编号", "Small letters, digits, hyphens.", "小写字母、数字、连字符。", ["called-back"]),
    "list/[]/name": Text("Name · 名称", "It is spoken: keep it short.", "会念出来，请简短。"),
    "list/[]/name/zh": Text("Chinese name · 中文名", "As it is spoken.", "按所写的念。", ["已回电"]),
    "list/[]/name/en": Text("English name · 英文名", "As it is spoken.", "按所写的念。", ["called back"]),
    "list/[]/key": Text(
        "Key · 按键", "2 to 8 or 0. Left out: the first that is free.", "2 至 8 或 0。不写则取第一个空着的。"
    ),
    "results/count": Text(
        "Results that count · 计入限制的结果",
        "They count as silent calls do (`abuse: {silent: …}`). Default: none, they stand in the record only.",
        "像无声来电一样计入 `abuse: {silent: …}`。默认都不计，只作记录。",
        [["silent", "prank"]],
    ),
    "count/[]": Text("Result · 结果", "The id of one of the list.", "列表中的编号。"),
    "results/flag": Text(
        "Results that flag · 标记高危的结果",
        "They mark the caller as `hotline calls flag` does. Default: high-risk.",
        "像 `hotline calls flag` 一样标记来电者。默认 high-risk。",
        [["high-risk"]],
    ),
    "flag/[]": Text("Result · 结果", "The id of one of the list.", "列表中的编号。"),
    "menu_h": Text(
        "Hours for the menu · 菜单补记的期限（小时）",
        "So long after a talk the menu takes its result. Default: 12.",
        "通话后这么久之内可以在菜单补记。默认 12。",
    ),
    "line/notes": Text(
        "Notes for the next shift · 交班口述",
        "A volunteer may leave a spoken note of up to a minute: after a talk (key 9) or in the menu (key 8).",
        "志愿者可以给下一班留一段最长一分钟的口述：通话后按 9，或在菜单按 8。",
        [{"ask": "yes", "for_h": 24}],
    ),
    "notes/ask": Text(
        "Ask after a talk · 通话后询问",
        "no: only the menu takes notes. Default: yes.",
        "写 no 只在菜单里留。默认 yes。",
    ),
    "for_h": Text(
        "Hours · 小时数", "So long the menu plays a note. Default: 24.", "菜单播放这么久之内的口述。默认 24。"
    ),
}

"""What editors say of the fields about what a caller meets while they wait; see `schema_texts.py`."""

from hotline_agi.roster.schema_texts import Text

WAITING_TEXTS = {
    "line/languages": Text(
        "Languages to choose from · 可选语言",
        "The caller chooses one by key, in this order from 1, and hears it from then on. Left out: no menu. "
        "A language in `wants` is then what those want who chose it.",
        "来电者按键选择，按此次序从 1 开始，之后都用该语言。"
        "不写则没有语言菜单。`wants` 里的语言只对选了它的来电者有效。",
        [["zh", "en"]],
    ),
    "line/languages/[]": Text("Language · 语言", "One that there are prompts in.", "须有该语言的提示音。"),
    "remember_language": Text(
        "Remember the language · 记住语言",
        "Who called before is greeted in the language that they chose. Kept as a keyed hash, as long as numbers are.",
        "再次来电时直接用上次选的语言。只保存号码的加密摘要，保存期限与号码相同。",
    ),
    "place_in_queue": Text(
        "Place in the queue · 排队位置",
        "Whether callers hear how many wait before them. Never said when it is not certain, or has grown.",
        "是否告诉来电者前面还有几位。不确定、或人数变多时不说。",
    ),
    "line/offer": Text(
        "Offer to who waits · 等候时的选择",
        "What a caller who has waited for a while may choose by key: 1 wait, 2 message, 3 callback, 4 other-number, "
        "5 self-help, 6 directory.",
        "等了一段时间的来电者可以按键选择："
        "1 继续等、2 留言、3 回电本号码、4 回电其他号码、5 自助录音、6 其他求助渠道。",
        [{"after_s": 60, "every_s": 60, "choices": ["wait", "message", "callback", "directory"]}],
    ),
    "after_s": Text("After so many seconds · 几秒之后", "Of waiting.", "等候的时间。"),
    "every_s": Text("Again every so many seconds · 每隔几秒再说", "While the caller waits.", "继续等候时。"),
    "choices": Text("Choices · 可选项", "Each has its key, whatever else is offered.", "每项的按键固定。"),
    "choices/[]": Text("Choice · 选项", "What the caller may choose.", "来电者可以选的。"),
    "line/self_help": Text(
        "Self-help recordings · 自助录音",
        "Ids of recordings; `hotline prompts` says where their files belong. "
        "Heard in this order; phones ring on meanwhile.",
        "录音的编号；`hotline prompts` 会说明文件放在哪里。按此次序播放，期间电话继续响铃。",
        [["breathing", "sleep"]],
    ),
    "self_help/[]": Text("Recording · 录音", "Its id.", "录音的编号。", ["breathing"]),
    "line/emergency": Text(
        "Emergency sentence · 紧急提示",
        "Which numbers to call where a life is in danger, and where that is said.",
        "有生命危险时该打哪些号码，在哪里提示。",
        [{"numbers": ["120", "110"], "say": ["greeting", "offer"]}],
    ),
    "emergency/numbers": Text("Numbers · 号码", "Said digit by digit.", "逐位读出。", [["120", "110"]]),
    "emergency/numbers/[]": Text("Number · 号码", "As it is dialled, in quotes.", "照拨打的写，加引号。", ["120"]),
    "say": Text("Where · 何处", "In the greeting, in the offer, or in both.", "问候语、选择菜单，或两处。"),
    "say/[]": Text("Place · 位置", "greeting or offer.", "greeting（问候语）或 offer（选择菜单）。"),
}

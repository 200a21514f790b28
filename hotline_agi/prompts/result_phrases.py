"""What volunteers hear of results of talks and of notes: after a talk, and in the menu.

After a talk it is one sentence, put together from what the line asks for: whoever hears it at three in the morning is
tired. A result's name stands before its key: 已解决 按二, "Resolved: two".
"""

from hotline_agi.prompts.catalogue import Prompt


def _part(name: str, zh: str, en: str, when: str) -> Prompt:
    return Prompt(id=name, zh=zh, en=en, when=when, is_part=True)


_KEYS = {
    "0": ("零", "zero"),
    "2": ("二", "two"),
    "3": ("三", "three"),
    "4": ("四", "four"),
    "5": ("五", "five"),
    "6": ("六", "six"),
    "7": ("七", "seven"),
    "8": ("八", "eight"),
}

RESULT_PHRASES = (
    Prompt(
        id="after-talk",
        zh="通话结束了，辛苦了。",
        en="The call is over. Thank you.",
        when="the caller hung up and the volunteer is still on the line; before what they may press",
    ),
    Prompt(
        id="after-results",
        zh="请记一下结果。",
        en="How did it go?",
        when="after `after-talk`, before results and their keys",
    ),
    Prompt(
        id="after-note",
        zh="给下一班留话，请按九。",
        en="To leave a note for the next shift, press 9.",
        when="after a talk",
    ),
    Prompt(
        id="after-ready",
        zh="马上接下一个电话，请按一。不按就休息。",
        en="If you are ready for the next call, press 1. Else, rest.",
        when="after a talk, with a rest before the next call",
    ),
    _part("result-resolved", "已解决", "Resolved", "a result, before its key"),
    _part("result-referred", "已转介", "Referred", "a result, before its key"),
    _part("result-silent", "无声", "Silent", "a result, before its key"),
    _part("result-prank", "骚扰", "Prank", "a result, before its key"),
    _part("result-high-risk", "高危", "High risk", "a result, before its key"),
    *(_part(f"key-{key}", f"按{zh}", en, "the key of a result") for key, (zh, en) in _KEYS.items()),
    _part("result-noted", "已记下", "Noted", "before the name of the result that was pressed"),
    Prompt(
        id="note-record",
        zh="请在提示音后留话，最长一分钟，说完按井号键。",
        en="Speak after the tone, for a minute at most. To finish, press hash.",
        when="before the beep of a note for the next shift",
    ),
    Prompt(id="note-kept", zh="已经留好，谢谢。", en="Your note is kept. Thank you.", when="a note is on disk"),
    Prompt(
        id="note-short",
        zh="没有录到声音。",
        en="Nothing was recorded.",
        when="a note was empty or shorter than 2 seconds",
    ),
    Prompt(
        id="note-lost",
        zh="这条留话现在放不出来。",
        en="This note cannot be played now.",
        when="in place of a note whose file is gone or cannot be decrypted",
    ),
    Prompt(
        id="menu-results",
        zh="记上一个电话的结果，请按七。",
        en="For the result of your last talk, press 7.",
        when="the menu, after `menu`",
    ),
    Prompt(
        id="menu-notes",
        zh="听交班留话，或者给下一班留话，请按八。",
        en="For notes from shift to shift, press 8.",
        when="the menu, after `menu`",
    ),
    Prompt(
        id="no-talk-yet",
        zh="没有找到可以记结果的电话。",
        en="There is no recent talk of yours that waits for a result.",
        when="after 7: no talk, or one too long ago",
    ),
    _part("your-last-talk", "您上一个电话开始于", "Your last talk began", "after 7, before a day and a time"),
    _part("result-so-far", "现在记的是", "So far it is noted as", "after 7, before a result"),
    _part("notes-new", "条您没听过的交班留话", "new notes from shift to shift", "after a number"),
    _part("note-new", "条您没听过的交班留话", "new note from shift to shift", "after the number one"),
    _part("there-is", "有", "There is", "before the number one and `note-new`"),
    _part("there-are-notes", "有", "There are", "before a number and `notes-new`"),
    Prompt(
        id="notes-hear-new",
        zh="收听请按八。",
        en="To hear them, press 8.",
        when="at the beginning of the menu, after new notes",
    ),
    Prompt(
        id="no-new-notes",
        zh="没有新的交班留话。",
        en="There are no new notes.",
        when="after 8: all were heard, or there are none",
    ),
    Prompt(id="notes-hear", zh="收听请按一。", en="To hear them, press 1.", when="after 8, with new notes"),
    Prompt(id="notes-again", zh="再听以前的，请按一。", en="To hear earlier ones again, press 1.", when="after 8"),
    Prompt(id="notes-leave", zh="给下一班留话，请按二。", en="To leave a note, press 2.", when="after 8"),
    _part("at", "", "at", "between a day and a time"),
    _part("note-of", "", "from", "before a name"),
    Prompt(
        id="note-next",
        zh="重听请按一，听下一条请按二。",
        en="To hear it again, press 1. For the next, press 2.",
        when="after a note that others follow",
    ),
    Prompt(
        id="note-last",
        zh="这是最后一条。重听请按一，返回请按二。",
        en="That was the last. To hear it again, press 1. To go back, press 2.",
        when="after the last note",
    ),
    Prompt(
        id="notice-notes",
        zh="请在值班前拨打服务号码，按八收听。",
        en="To hear them, call the service number and press 8.",
        when="the call before a shift, after how many notes there are",
    ),
)

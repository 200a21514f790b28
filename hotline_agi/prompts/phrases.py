"""What volunteers hear in the menu of the service number: whole sentences, and the parts that others are put together
from (`selfservice/speech.py` says how).

A part has a text only in the languages that use it: Chinese names the part of the day before the hour, English after
the minutes. The ids of numbers are ``n-0`` … ``n-59``, then ``n-60`` … ``n-90`` and `hundred`.
"""

from hotline_agi.prompts.callback_phrases import CALLBACK_PHRASES
from hotline_agi.prompts.campaign_phrases import CAMPAIGN_PHRASES
from hotline_agi.prompts.catalogue import Prompt
from hotline_agi.prompts.limit_phrases import LIMIT_PHRASES
from hotline_agi.prompts.notice_phrases import NOTICE_PHRASES
from hotline_agi.prompts.recording_phrases import RECORDING_PHRASES
from hotline_agi.prompts.result_phrases import RESULT_PHRASES
from hotline_agi.prompts.risk_phrases import RISK_PHRASES
from hotline_agi.prompts.waiting_phrases import WAITING_PHRASES

_ZH_DIGITS = "零一二三四五六七八九"
_EN_UNITS = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
_EN_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_EN_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_ZH_HOURS = ("一", "两", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二")
WHOLE_NUMBERS = (*range(60), 60, 70, 80, 90)
"""Those that have a prompt of their own."""


def chinese_number(number: int) -> str:
    """0 to 99 as it is said: 三十, 十五, 四十二."""
    tens, unit = divmod(number, 10)
    if tens == 0:
        return _ZH_DIGITS[unit]
    return (_ZH_DIGITS[tens] if tens > 1 else "") + "十" + (_ZH_DIGITS[unit] if unit else "")


def english_number(number: int) -> str:
    """0 to 99 in words."""
    if number < 20:
        return _EN_UNITS[number]
    tens, unit = divmod(number, 10)
    return _EN_TENS[tens - 2] + (f" {_EN_UNITS[unit]}" if unit else "")


def _part(name: str, zh: str, en: str, when: str) -> Prompt:
    return Prompt(id=name, zh=zh, en=en, when=when, is_part=True)


SENTENCES = (
    Prompt(
        id="menu",
        zh="签到或者恢复接听，请按一。暂停接听，请按二。收听您今天的班次，请按三。收听现在谁在值班，请按四。"
        "请人代班，请按五。结束请按星号键，或者直接挂机。",
        en="To check in, or to be rung again, press 1. To pause, press 2. For your shifts today, press 3. "
        "To hear who is on shift now, press 4. To ask for cover, press 5. To end, press star or hang up.",
        when="the menu, after the volunteer's own state",
    ),
    Prompt(
        id="resting",
        zh="有几个电话您没有接到，所以系统让您先休息一下。恢复接听，请按一。",
        en="Several calls were missed, so you are resting. To be rung again, press 1.",
        when="state: not rung for a while after missed rings",
    ),
    Prompt(
        id="paused",
        zh="您已经暂停接听，直到您自己恢复。",
        en="You are paused until you check in again.",
        when="state: paused without an end",
    ),
    Prompt(
        id="over-limit",
        zh="您已经接了很多电话，请先休息，现在不会给您来电。",
        en="You have taken many calls. Please rest now: you will not be rung for the time being.",
        when="state: over the limit of calls or minutes",
    ),
    Prompt(
        id="unreachable",
        zh="您的电话现在都联系不上，请检查您的手机软件。",
        en="None of your telephones can be reached now. Please look at your app.",
        when="state: no softphone is registered, and there is no mobile",
    ),
    Prompt(
        id="not-on-shift",
        zh="您现在没有值班。",
        en="You are not on shift now.",
        when="state: no shift now",
    ),
    Prompt(
        id="checked-in",
        zh="谢谢，您已经签到。",
        en="Thank you. You are checked in.",
        when="after 1",
    ),
    Prompt(
        id="ask-minutes",
        zh="您想暂停多少分钟？请输入分钟数，按井号键结束。如果要暂停到您自己恢复，请直接按井号键。",
        en="For how many minutes? Enter the number, then press hash. "
        "For a pause until you check in again, press hash alone.",
        when="after 2",
    ),
    Prompt(
        id="bad-minutes",
        zh="请输入一到四百八十之间的分钟数。",
        en="The number must be from one to four hundred and eighty.",
        when="a pause of no minutes, or of too many",
    ),
    Prompt(
        id="no-shift-today",
        zh="您今天没有班次。",
        en="You have no shift today.",
        when="after 3",
    ),
    Prompt(
        id="no-shift-soon",
        zh="接下来的六天里没有您的班次。",
        en="You have no shift in the next six days.",
        when="after 3 or 5, and as part of the state",
    ),
    Prompt(
        id="nobody-on-now",
        zh="现在没有人值班。",
        en="Nobody is on shift now.",
        when="after 4",
    ),
    Prompt(
        id="confirm-cover",
        zh="确认请人代这一班，请按一。返回，请按其他任何键。",
        en="To ask for cover of this shift, press 1. To go back, press any other key.",
        when="after 5 and the shift that is meant",
    ),
    Prompt(
        id="cover-asked",
        zh="谢谢您告诉我们。系统正在询问后备志愿者。在有人答应以前，这一班仍然是您的。",
        en="Thank you for telling us. The backup people are being asked. Until somebody agrees, the shift stays yours.",
        when="after 5 and 1",
    ),
    Prompt(
        id="cover-too-early",
        zh="现在请人代这一班还太早。班次开始前三十六小时以内可以请人代班。更早的话，请告诉协调员。",
        en="It is too early to ask for cover of this shift. You can ask within thirty six hours before it begins. "
        "Before that, please tell your coordinator.",
        when="after 5 and a shift that is far ahead",
    ),
    Prompt(
        id="cover-found",
        zh="这一班已经有人替您值。",
        en="Somebody stands in for you.",
        when="after `your-shift` and its times: somebody agreed to take it",
    ),
    Prompt(
        id="cover-open",
        zh="您说过这一班不能来。目前还没有人答应代班。",
        en="You said that you cannot come. Nobody has agreed to stand in yet.",
        when="after `your-shift` and its times: nobody agreed to take it",
    ),
    Prompt(
        id="ask-pin",
        zh="系统还没有登记这个电话。请输入您的密码，按井号键结束。",
        en="This telephone is not known to us. Please enter your PIN, then press hash.",
        when="a call to the service number from an unknown telephone",
    ),
    Prompt(
        id="pin-wrong",
        zh="密码没有对上，请再输入一次。",
        en="That PIN did not fit. Please try again.",
        when="after a wrong PIN",
    ),
    Prompt(
        id="pin-no-more",
        zh="密码没有对上。请向协调员询问您的密码。再见。",
        en="That PIN did not fit. Please ask your coordinator for your PIN. Goodbye.",
        when="after the third wrong PIN; the call ends",
    ),
    Prompt(
        id="pin-locked",
        zh="为了热线的安全，现在暂时不能用密码登录，请一小时以后再试。用您登记过的电话随时可以打进来。",
        en="To keep the hotline safe, PINs are not taken just now. Please try again in an hour. "
        "Your own registered telephone works at any time.",
        when="too many wrong PINs within an hour; the call ends",
    ),
    Prompt(
        id="unknown-phone",
        zh="系统还没有登记这个电话，请联系协调员。再见。",
        en="This telephone is not known to us. Please ask your coordinator. Goodbye.",
        when="a call to the service number from a telephone that nobody may use; the call ends",
    ),
    Prompt(
        id="service-away",
        zh="系统现在没有回应，请过几分钟再打一次。谢谢您。",
        en="The system does not answer just now. Please call again in a few minutes. Thank you.",
        when="the service is down while a volunteer is in the menu; the call ends",
    ),
    Prompt(
        id="thanks",
        zh="谢谢您的付出，再见。",
        en="Thank you for being there. Goodbye.",
        when="the end of the menu",
    ),
)

PARTS = (
    _part("on-shift-until", "您正在值班，直到", "You are on shift until", "before a time and `will-be-rung`"),
    _part("will-be-rung", "来电时您的电话会响铃", "and will be rung", "after `on-shift-until` and a time"),
    _part("backup-until", "您是后备志愿者，直到", "You are backup until", "before a time and `may-be-rung`"),
    _part("may-be-rung", "需要时您的电话会响铃", "and may be rung", "after `backup-until` and a time"),
    _part("paused-until", "您已经暂停接听，直到", "You are paused until", "before a time"),
    _part("next-shift", "您的下一班是", "Your next shift is", "before a day and two times"),
    _part("your-shift", "您的班次是", "Your shift is", "before a day and two times"),
    _part("on-shift", "您值班的时间是", "you are on shift", "after `today`, before two times"),
    _part("on-now", "现在值班的有", "On shift now are", "before names"),
    _part("there-are", "现在有", "", "before a number and `volunteers-on-now`"),
    _part("volunteer-on-now", "位志愿者在值班", "volunteer is on shift now", "after the number one"),
    _part("volunteers-on-now", "位志愿者在值班", "volunteers are on shift now", "after a number"),
    _part("and", "和", "and", "between the last two of several"),
    _part("from", "", "from", "before a time"),
    _part("until", "到", "until", "before a time"),
    _part("today", "今天", "today", "a day"),
    _part("tomorrow", "明天", "tomorrow", "a day"),
    *(
        _part(f"weekday-{n}", f"星期{zh}", f"on {en}", "a day")
        for n, (zh, en) in enumerate(zip("一二三四五六日", _EN_WEEKDAYS, strict=True))
    ),
    *(_part(f"n-{n}", chinese_number(n), english_number(n), "a number") for n in WHOLE_NUMBERS),
    _part("hundred", "百", "hundred", "a number"),
    _part("two-of", "两", "", "the number two before what is counted"),
    *(_part(f"oclock-{n}", f"{zh}点", "", "an hour") for n, zh in enumerate(_ZH_HOURS, 1)),
    _part("minutes", "分", "", "after the minutes of a time"),
    _part("small-hours", "凌晨", "", "before an hour from one to four"),
    _part("early", "早上", "", "before an hour from five to eight"),
    _part("morning", "上午", "", "before an hour from nine to eleven"),
    _part("midday", "中午", "", "before twelve and something"),
    _part("afternoon", "下午", "", "before an hour from one to five"),
    _part("evening", "晚上", "", "before an hour from six to eleven"),
    _part("midnight", "零点", "midnight", "a time"),
    _part("noon", "中午十二点", "noon", "a time"),
    _part("zero-hours", "零点", "", "the first hour of the day, before minutes"),
    _part("oh", "", "oh", "before less than ten minutes"),
    _part("am", "", "A M", "after a time"),
    _part("pm", "", "P M", "after a time"),
)

PHRASES = (
    *SENTENCES,
    *PARTS,
    *NOTICE_PHRASES,
    *LIMIT_PHRASES,
    *WAITING_PHRASES,
    *CALLBACK_PHRASES,
    *RECORDING_PHRASES,
    *RISK_PHRASES,
    *CAMPAIGN_PHRASES,
    *RESULT_PHRASES,
)

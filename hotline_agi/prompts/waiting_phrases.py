"""What callers hear while they wait, beside greeting and comfort: the language menu, their place, the offer, callbacks.

In Chinese a telephone number is read digit by digit with 幺 for one (`tel-1`), and people are counted with 位 and 两.
"""

from hotline_agi.prompts.catalogue import Prompt
from hotline_agi.roster.waiting_plan import KEYS, Choice

_ZH_KEYS = "零一二三四五六七八九"
_EN_KEYS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
MOST_PLACE = 9


def _offer(choice: Choice, zh: str, en: str) -> Prompt:
    key = int(KEYS[choice])
    return Prompt(
        id=f"offer-{choice.value}",
        zh=f"{zh}，请按{_ZH_KEYS[key]}。",
        en=f"{en}, press {key}.",
        when="in the offer, if the line has this choice",
        is_part=True,
    )


def _place(people: int) -> Prompt:
    if not people:
        zh, en = "此刻在您前面没有其他来电者。", "At this moment nobody else is waiting before you."
    else:
        zh = f"此刻在您前面还有{'两' if people == 2 else _ZH_KEYS[people]}位来电者。"
        verb = "caller is" if people == 1 else "callers are"
        en = f"At this moment {_EN_KEYS[people]} {verb} waiting before you."
    return Prompt(
        id=f"place-{people}",
        zh=f"没有忘记您，我们还在为您呼叫志愿者。{zh}",
        en=f"You are not forgotten. We are still ringing volunteers for you. {en}",
        when="in place of `comfort`, where the line tells callers their place in the queue and it is certain",
    )


def _part(name: str, zh: str, en: str, when: str) -> Prompt:
    return Prompt(id=name, zh=zh, en=en, when=when, is_part=True)


WAITING_PHRASES = (
    Prompt(
        id="greeting-short",
        zh="您好，欢迎拨打心理援助热线。您不是一个人，志愿者的电话正在响铃，请稍候。您随时可以按星号键留言。",
        en="Hello, and welcome. You are not alone. A volunteer's phone is ringing now. "
        "You can press star at any time to leave a message.",
        when="in place of `greeting`, where the line has emergency numbers of its own, which follow",
    ),
    _part("emergency", "如果现在有生命危险，请拨打", "If a life is in danger right now, please call", "before numbers"),
    _part("or", "或者", "or", "between the last two of several numbers"),
    _part("tel-1", "幺", "", "the digit one in a telephone number"),
    _part("choose-zh", "中文服务，请按", "", "in the menu of languages, before its key; always in Chinese"),
    _part("choose-en", "", "For English, press", "in the menu of languages, before its key; always in English"),
    Prompt(
        id="choose-again",
        zh="选择其他语言，请按井号键。",
        en="For another language, press hash.",
        when="after the greeting of a line with several languages",
    ),
    *(_place(people) for people in range(MOST_PLACE + 1)),
    Prompt(
        id="offer",
        zh="我们还在为您呼叫志愿者。您可以继续等候，也可以选择：",
        en="We are still ringing volunteers for you. You can keep waiting, or choose:",
        when="the offer to a caller who has waited for a while; the choices follow",
    ),
    _offer(Choice.WAIT, "继续等候", "To keep waiting"),
    _offer(Choice.MESSAGE, "留言", "To leave a message"),
    _offer(Choice.CALLBACK, "让我们回电到您现在用的号码", "To be called back at the number that you are calling from"),
    _offer(Choice.OTHER_NUMBER, "让我们回电到另一个号码", "To be called back at another number"),
    _offer(Choice.SELF_HELP, "先听一段自助录音", "To listen to a self-help recording meanwhile"),
    _offer(Choice.DIRECTORY, "收听其他求助渠道", "To hear where else to turn"),
    Prompt(
        id="self-help-over",
        zh="录音播放完了。您仍然在队伍里，位置没有变，请不要挂机。",
        en="That was the recording. You are still in the queue, and your place is the same. Please stay with us.",
        when="after a self-help recording",
    ),
    Prompt(
        id="self-help-more",
        zh="想听下一段录音，请按五。跳过，请按其他任何键。",
        en="For the next recording, press 5. To skip, press any other key.",
        when="before a self-help recording of a line that has several",
    ),
    _part("callback-here", "您现在用的号码是", "You are calling from", "before the caller's number"),
    Prompt(
        id="callback-here-confirm",
        zh="让我们回电到这个号码，请按一。不用回电，请按二。",
        en="To be called back at this number, press 1. To keep waiting instead, press 2.",
        when="after the caller's number",
    ),
    Prompt(
        id="callback-type",
        zh="请输入您希望我们回电的号码，按井号键结束。返回，请按星号键。",
        en="Please enter the number at which you want to be called, then press hash. To go back, press star.",
        when="the caller wants to be called back at another number",
    ),
    _part("callback-typed", "您输入的号码是", "You entered", "before the number that was typed"),
    Prompt(
        id="callback-confirm",
        zh="号码正确，请按一。重新输入，请按二。",
        en="If that is right, press 1. To enter it again, press 2.",
        when="after the number that was typed",
    ),
    Prompt(
        id="callback-nothing",
        zh="没有听到号码。",
        en="No number was entered.",
        when="nothing was typed; the caller may try again",
    ),
    Prompt(
        id="callback-too-short",
        zh="这个号码太短了。请加上区号，完整地输入。",
        en="That number is too short. Please enter all of it, with its area code.",
        when="a typed number that is not whole; the caller may try again",
    ),
    Prompt(
        id="callback-premium",
        zh="这个号码收费比普通电话高，我们不能拨打。",
        en="Calls to that number cost more than others, and we cannot make them.",
        when="a typed number that costs more than a call; the caller may try again",
    ),
    Prompt(
        id="callback-foreign",
        zh="这个号码在境外，我们不能拨打。",
        en="That number is in another country, and we cannot call it.",
        when="a typed number of a country that is not dialled; the caller may try again",
    ),
    Prompt(
        id="callback-emergency",
        zh="这是紧急求助号码，我们不能替您拨打。如果需要，请挂机后自己拨打。",
        en="That is an emergency number, which we cannot call for you. "
        "If you need it, please hang up and call it yourself.",
        when="a typed number that is an emergency number; the caller may try again",
    ),
    Prompt(
        id="callback-ours",
        zh="这是热线自己的号码。请输入您的号码。",
        en="That is the number of this hotline. Please enter your own.",
        when="a typed number that is the hotline's; the caller may try again",
    ),
    Prompt(
        id="callback-no-more",
        zh="这次没有成功，没有关系。您仍然在队伍里，位置没有变。",
        en="It did not work this time. Never mind: you are still in the queue, and your place is the same.",
        when="after the third number that could not be taken; the caller waits on",
    ),
    Prompt(
        id="callback-back",
        zh="好的，请继续等候，您在队伍里的位置没有变。",
        en="All right. Please wait on. Your place in the queue is the same.",
        when="the caller does not want to be called back after all",
    ),
    Prompt(
        id="callback-not-noted",
        zh="很抱歉，现在不能记下您的号码。请继续等候，或者留言。",
        en="We are sorry: your number could not be noted just now. Please wait on, or leave a message.",
        when="the request is not on disk in time; the caller waits on",
    ),
    Prompt(
        id="callback-kept",
        zh="谢谢您。您的号码已经记下，我们会给您回电。",
        en="Thank you. Your number is noted, and we will call you back.",
        when="the request is on disk; before `goodbye`",
    ),
)

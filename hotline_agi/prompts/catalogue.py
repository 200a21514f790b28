"""Every text that a caller, or a volunteer who is rung, may hear, in one place, for whoever records or translates it.

What a volunteer hears who dials the service number is in `phrases.py`.

Words for a crisis line: short sentences, nothing that blames, no promise that the line cannot keep, and always what
the caller can do next. Digits in Chinese texts are written as characters, so that every voice reads them one by one.
"""

from dataclasses import dataclass

from hotline_agi.terms.languages import Language


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """One spoken text. `id` is the file's name without its ending."""

    id: str
    zh: str
    en: str
    when: str
    """The moment at which it is heard: what a reader at the microphone needs to find the tone."""
    is_part: bool = False
    """A part of a sentence: spoken without the silence around, and with no text in a language that does without it."""

    def text(self, language: Language) -> str:
        return self.zh if language is Language.ZH else self.en


@dataclass(frozen=True, slots=True, kw_only=True)
class Tone:
    """A sound without words, the same in every language."""

    id: str
    frequency_hz: int
    duration_s: float
    when: str


PROMPTS = (
    Prompt(
        id="greeting",
        zh="您好，欢迎拨打心理援助热线。您不是一个人，志愿者的电话正在响铃，请稍候。"
        "您随时可以按星号键留言。如果现在有生命危险，请拨打一二零或者一一零。",
        en="Hello, and welcome. You are not alone. A volunteer's phone is ringing now. "
        "You can press star at any time to leave a message. "
        "If a life is in danger right now, please call 1 2 0 or 1 1 0.",
        when="the caller has just been answered; volunteers' phones ring meanwhile",
    ),
    Prompt(
        id="comfort",
        zh="我们还在为您呼叫志愿者，没有忘记您，请不要挂机。如果您想留言，请按星号键。",
        en="We are still ringing volunteers for you. You are not forgotten. "
        "If you would rather leave a message, press star.",
        when="again and again while the caller waits",
    ),
    Prompt(
        id="again",
        zh="刚才的通话断开了，这不是您的原因。我们马上为您重新呼叫，请不要挂机。",
        en="The connection was lost. That was not your fault. We are ringing again at once. Please stay with us.",
        when="the volunteer's side failed during a talk; the caller is first in line again",
    ),
    Prompt(
        id="closed",
        zh="感谢您的来电。现在不是热线的服务时间。",
        en="Thank you for calling. The line is closed at the moment.",
        when="a call outside the opening hours, before `directory` or `message`",
    ),
    Prompt(
        id="nobody",
        zh="非常抱歉，现在没有志愿者能接听您的电话。您的来电对我们很重要。",
        en="We are sorry: no volunteer can take your call right now. Your call matters to us.",
        when="the ring plan has ended without an answer, before `message` or `directory`",
    ),
    Prompt(
        id="message",
        zh="请在提示音后留言。如果希望我们给您回电，请说出您的称呼和电话号码。说完请按井号键，或者直接挂机。",
        en="Please leave a message after the tone. If you would like to be called back, say your name and your number. "
        "To finish, press hash or hang up.",
        when="before the beep of the voicemail",
    ),
    Prompt(
        id="message-kept",
        zh="谢谢您。您的留言已经保存，我们会有人收听。",
        en="Thank you. Your message is stored, and somebody will listen to it.",
        when="the message is on disk",
    ),
    Prompt(
        id="message-short",
        zh="没有录到声音。",
        en="Nothing was recorded.",
        when="the message was empty or too short; the caller may try again",
    ),
    Prompt(
        id="directory",
        zh="您还可以向这些地方求助：有生命危险，请拨打急救电话一二零，或者报警电话一一零。"
        "需要心理支持，请拨打全国统一心理援助热线，一二三五六。",
        en="There are other places to turn to in China. For an ambulance, call 1 2 0. For the police, call 1 1 0. "
        "For psychological support anywhere in the country, call 1 2 3 5 6.",
        when="nobody can talk now: the last thing before goodbye",
    ),
    Prompt(
        id="goodbye",
        zh="感谢您的来电，请多保重，再见。",
        en="Thank you for calling. Take care. Goodbye.",
        when="the end of a call that we end",
    ),
    Prompt(
        id="ended",
        zh="通话已经结束。如果是意外断开，请不要挂机，我们会重新为您呼叫。",
        en="The conversation has ended. If you were cut off, please stay on the line and we will ring again for you.",
        when="the volunteer hung up and the caller is still there",
    ),
    Prompt(
        id="accept",
        zh="热线来电，接听请按一。",
        en="Hotline call. Press 1 to accept.",
        when="a volunteer picked up a phone that must confirm; repeated until a key is pressed",
    ),
    Prompt(
        id="rest",
        zh="通话结束了，辛苦了。您现在可以休息一会儿。如果想马上接听下一个电话，请按一。",
        en="The call is over. Thank you. You can rest a moment now. If you are ready for the next call, press 1.",
        when="the caller hung up and the volunteer is still on the line, with a rest before the next call",
    ),
    Prompt(
        id="ready",
        zh="好的，谢谢您。",
        en="Thank you. Your phone may ring again now.",
        when="the volunteer pressed 1 after a talk and does not rest",
    ),
    Prompt(
        id="taken",
        zh="这个电话已经有人接听了，谢谢您。",
        en="This call has already been taken. Thank you.",
        when="a volunteer accepted a moment after somebody else",
    ),
    Prompt(
        id="caller-gone",
        zh="来电者已经挂机，谢谢您。",
        en="The caller has hung up. Thank you.",
        when="a volunteer accepted a moment after the caller left",
    ),
    Prompt(
        id="not-now",
        zh="系统正在重新启动，请稍候，您的电话会再次响铃。",
        en="One moment: the system is restarting. Your phone will ring again.",
        when="a volunteer picked up while the service could not answer",
    ),
)

TONES = (
    Tone(id="beep", frequency_hz=1000, duration_s=0.25, when="the recording of a message starts"),
    Tone(id="probe", frequency_hz=440, duration_s=0.1, when="`hotline doctor` plays it to see that sounds are found"),
)

HOLD_CLASSES = {
    "greet": "greeting",
    "directory": "directory",
    **{f"place{people}": f"place-{people}" for people in range(10)},
    "greetrec": "greeting",
    "recyes": "recording-agreed",
    "recno": "recording-revoked",
    "comfort": "comfort",
    "again": "again",
    "wait": None,
}
"""Hold music ``hotline-<name>`` → the prompt that comes before the music. A prompt that is part of the hold music is
heard inside the waiting bridge, so a volunteer who accepts meanwhile is connected at once instead of at its end."""
HOLD_NOTICES = {"greetrec": "recording-notice"}
"""Hold music → a second prompt, behind the first one."""

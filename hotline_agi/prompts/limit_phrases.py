"""What callers hear who met a limit: why, and when they can call again. Kind, and never longer than it must be.

Each is a step of the dialplan (`dispatch.events.Step`); after them comes what the line's overflow says.
"""

from hotline_agi.prompts.catalogue import Prompt

LIMIT_PHRASES = (
    Prompt(
        id="talked-much",
        zh="最近一天里，我们已经和您聊了很久。为了让其他来电者也能接通，请先休息一下。",
        en="We have talked with you for a long time since yesterday. So that other callers get through as well, please "
        "let us pause here.",
        when="a caller has talked for as long as a day allows; before `in-…`",
    ),
    Prompt(
        id="called-often",
        zh="最近一小时里，您已经打来很多次，我们没有忘记您。为了让其他来电者也能接通，请先等一等。",
        en="You have called us many times in the last hour. You are not forgotten. So that other callers get through "
        "as well, please wait a little.",
        when="a caller has called as often as an hour allows; before `in-…`",
    ),
    Prompt(
        id="calls-already",
        zh="您的号码已经有几个电话在线上。请留在原来的电话里，或者等它结束以后再打来。如果有生命危险，请拨打一二零或者一一零。",
        en="Several calls from your number are on the line already. Please stay in those, or call again when one of "
        "them has ended. If a life is in danger, please call 1 2 0 or 1 1 0.",
        when="several calls of one number at the same time; before `goodbye`",
    ),
    Prompt(
        id="number-withheld",
        zh="现在隐藏号码的来电非常多，暂时不能接通。如果您愿意显示号码，请现在就再打来：志愿者看不到您的号码。",
        en="A great many calls with a hidden number are coming in just now, and we cannot put you through. If you are "
        "willing to show your number, please call again now: no volunteer will see it.",
        when="very many calls with withheld numbers; before `in-…`, `message` or `directory`",
    ),
    Prompt(
        id="crowded",
        zh="现在打来的人非常多，队伍已经满了，非常抱歉。请过一会儿再打来。",
        en="Very many people are calling just now, and the queue is full. We are sorry. Please call again in a while.",
        when="the queue of the line is full; before `message` or `directory`",
    ),
    Prompt(
        id="unheard",
        zh="您前几次打来时，我们没有听到您的声音，可能是电话的麦克风没有打开。说不出话也没有关系，请不要挂机，我们会为您呼叫志愿者，"
        "可能要多等一会儿。",
        en="When you called before, we could not hear you. Perhaps the microphone of your telephone is off. It is all "
        "right if you cannot speak. Please stay with us: we are calling a volunteer for you, which may take a little "
        "longer.",
        when="a caller of whom nothing was heard in several talks; then they wait in the queue",
    ),
    Prompt(
        id="in-minutes",
        zh="请过一刻钟再打来。",
        en="Please call again in a quarter of an hour.",
        when="a limit ends within that time",
    ),
    Prompt(
        id="in-an-hour",
        zh="请过一个小时再打来。",
        en="Please call again in an hour.",
        when="a limit ends within that time",
    ),
    Prompt(
        id="in-hours",
        zh="请过四个小时再打来。",
        en="Please call again in four hours.",
        when="a limit ends within that time",
    ),
    Prompt(
        id="in-half-a-day",
        zh="请过半天再打来。",
        en="Please call again in half a day.",
        when="a limit ends within 12 hours",
    ),
    Prompt(
        id="in-a-day",
        zh="请明天这个时候再打来。",
        en="Please call again tomorrow at this time.",
        when="a limit ends within that time",
    ),
)

"""What is heard when callers are called back: by the volunteer in the menu, and by who answers the caller's telephone.

Until somebody has pressed the key, nothing says who calls: others may answer that telephone, or a voicemail.
"""

from hotline_agi.prompts.catalogue import Prompt


def _part(name: str, zh: str, en: str, when: str) -> Prompt:
    return Prompt(id=name, zh=zh, en=en, when=when, is_part=True)


CALLBACK_PHRASES = (
    # ---- whoever answers the caller's telephone
    Prompt(
        id="callback-neutral",
        zh="您好，请稍等。如果您之前打过我们的电话，请按一。",
        en="Hello. One moment, please. If you have called us before, please press 1.",
        when="somebody answers a caller's telephone, perhaps not the caller: neutral, without a name, said twice",
    ),
    Prompt(
        id="callback-hello",
        zh="您好，这里是心理援助热线，您之前给我们打过电话。如果您现在方便和志愿者通话，请按一。",
        en="Hello, this is the helpline that you called. To talk to a volunteer now, please press 1.",
        when="the same on a line whose policy says that callers' telephones are their own",
    ),
    Prompt(
        id="callback-nobody",
        zh="谢谢，再见。",
        en="Thank you. Goodbye.",
        when="no key was pressed; neutral; the call ends",
    ),
    Prompt(
        id="callback-sorry",
        zh="对不起，现在没有接通。再见。",
        en="Sorry, this did not work just now. Goodbye.",
        when="the key was pressed, and the volunteer is not there any more; neutral; the call ends",
    ),
    Prompt(
        id="callback-joining",
        zh="谢谢您，现在为您接通志愿者。",
        en="Thank you. You are being connected to a volunteer.",
        when="the key was pressed: before the two hear each other",
    ),
    # ---- the volunteer
    Prompt(
        id="menu-callbacks",
        zh="给来电者回电，请按六。",
        en="To call somebody back, press 6.",
        when="behind `menu`, where the line has callbacks",
    ),
    Prompt(
        id="callbacks-none",
        zh="现在没有需要您回电的来电者。",
        en="Nobody is waiting for you to call them back just now.",
        when="after 6: the list is empty",
    ),
    Prompt(
        id="callbacks-away",
        zh="现在看不到回电清单，请过一会儿再试。",
        en="The list of callbacks cannot be looked at just now. Please try again in a while.",
        when="after 6 or a choice: the journal is not to be had",
    ),
    Prompt(
        id="callback-choice",
        zh="接通这位来电者，请按一。交还给别人，请按二。不需要回电、已经处理，请按三。返回，请按星号键。",
        en="To be connected, press 1. To give it back, press 2. If no call is needed and it is done, press 3. "
        "To go back, press star.",
        when="after the caller's time, and their message",
    ),
    Prompt(
        id="callback-choice-no-call",
        zh="这位来电者没有留下号码，不能回电。交还给别人，请按二。已经处理，请按三。返回，请按星号键。",
        en="This caller's number is not known. To give it back, press 2. If it is done, press 3. "
        "To go back, press star.",
        when="the same for a caller whose number is withheld or deleted",
    ),
    Prompt(
        id="callback-no-message",
        zh="这条留言现在不能播放。",
        en="The message cannot be played just now.",
        when="in the place of a message that is deleted, or cannot be decrypted",
    ),
    Prompt(
        id="callback-calling",
        zh="正在呼叫。对方接起后要先按一，才会接通。请不要挂机。",
        en="Calling now. The other side must press 1 before you are connected. Please stay on the line.",
        when="after 1; then music until the caller is there",
    ),
    Prompt(
        id="callback-how",
        zh="通话已经结束。这件事完成了，请按一。以后再打，请按二。转给协调员，请按三。",
        en="The call is over. If it is done, press 1. To try again later, press 2. For the coordinator, press 3.",
        when="after the talk",
    ),
    Prompt(
        id="callback-how-risk",
        zh="如果这位来电者处于高危状态，请按四，会有人继续关注。",
        en="If this caller is at high risk, press 4: somebody will look after them.",
        when="behind `callback-how`, on a line with `high_risk`",
    ),
    Prompt(
        id="callback-marked",
        zh="已经标记为高危，会有人继续关注，谢谢您。",
        en="This caller is marked as at high risk, and somebody will look after them. Thank you.",
        when="after 4; before the menu",
    ),
    Prompt(
        id="callback-busy",
        zh="对方占线，以后再试。",
        en="The line was busy. It will be on the list again later.",
        when="the caller was not reached; before the menu",
    ),
    Prompt(
        id="callback-no-answer",
        zh="没有人接，以后再试。",
        en="Nobody answered. It will be on the list again later.",
        when="the caller was not reached; before the menu",
    ),
    Prompt(
        id="callback-not-confirmed",
        zh="有人接起，但没有按键，所以没有接通，以后再试。",
        en="Somebody answered and pressed no key, so nothing was said. It will be on the list again later.",
        when="somebody else or a voicemail answered; before the menu",
    ),
    Prompt(
        id="callback-failed",
        zh="这次没有拨通，请过一会儿再试。",
        en="The call could not be made. Please try again in a while.",
        when="the trunk, or the service, failed; before the menu",
    ),
    Prompt(
        id="callback-no-number",
        zh="这位来电者的号码已经不在了，不能回电。",
        en="This caller's number is not known any more.",
        when="after 1; before the menu",
    ),
    Prompt(
        id="callback-number-refused",
        zh="这个号码不能拨打：它是紧急、收费或国外的号码。请告诉协调员。",
        en="This number may not be dialled: it is an emergency, premium or foreign number. "
        "Please tell your coordinator.",
        when="after 1: outside the dial envelope; before the menu",
    ),
    Prompt(
        id="callback-limit",
        zh="今天已经拨打得够多了，请以后再试。",
        en="That is enough calls for now. Please try again later.",
        when="after 1: over the limits of the dial envelope; before the menu",
    ),
    Prompt(
        id="callback-hours",
        zh="现在这个时间不回电，请白天再试。",
        en="Nobody is called at this hour. Please try again during the day.",
        when="after 1: outside the hours of the line's policy; before the menu",
    ),
    Prompt(
        id="callback-too-soon",
        zh="刚刚试过，请过一会儿再打。",
        en="This was tried a short while ago. Please try again later.",
        when="after 1; before the menu",
    ),
    Prompt(
        id="callback-under-way",
        zh="已经有人正在给这位来电者打电话。",
        en="Somebody is calling this caller already.",
        when="after 1; before the menu",
    ),
    Prompt(
        id="callback-taken",
        zh="别人已经领取了，谢谢您。",
        en="Somebody else has taken this one. Thank you.",
        when="after a choice: the lease was over, and somebody else has it; before the menu",
    ),
    Prompt(
        id="callback-reached",
        zh="这位来电者已经打通了热线，不用再回电。",
        en="This caller has got through meanwhile. There is nothing more to do.",
        when="an entry of theirs closed by itself",
    ),
    Prompt(
        id="callback-on-line",
        zh="这位来电者现在正在打热线，不用回电。",
        en="This caller is calling the hotline right now. There is no need to call back.",
        when="after 1; before the menu",
    ),
    Prompt(
        id="callback-rung",
        zh="有来电者正在呼叫您，请先接听。",
        en="A caller is ringing your telephone. Please take that call first.",
        when="after 1; before the menu",
    ),
    Prompt(
        id="callback-given-back",
        zh="好的，交还给别人。",
        en="Thank you. Somebody else can take it.",
        when="after 2; before the menu",
    ),
    Prompt(
        id="callback-done",
        zh="好的，已经记为完成，谢谢您。",
        en="Thank you. It is noted as done.",
        when="after 1 or 3; before the menu",
    ),
    Prompt(
        id="callback-later",
        zh="好的，以后再打。",
        en="Thank you. It will be on the list again later.",
        when="after 2; before the menu",
    ),
    Prompt(
        id="callback-escalated",
        zh="已经转给协调员，谢谢您。",
        en="It is with the coordinator now. Thank you.",
        when="after 3, or after the last try in vain; before the menu",
    ),
    _part("waiting-there", "现在有", "", "before a number and `callers-wait`"),
    _part("caller-waits", "", "caller waits for a call back.", "after the number one"),
    _part("callers-wait", "位来电者等待回电。", "callers wait for a call back.", "after a number"),
    _part("caller-called", "这位来电者", "This one called", "before a day, a time and what they left"),
    _part("yesterday", "昨天", "yesterday", "a day"),
    _part("long-ago", "一个多星期以前", "more than a week ago", "a day"),
    _part("left-message", "打来并留了言。", "and left a message.", "after a time; the message may follow"),
    _part("asked-callback", "打来，要求回电。", "and asked to be called back.", "after a time"),
    _part("reached-nobody", "打来，没有接通。", "and reached nobody.", "after a time"),
)

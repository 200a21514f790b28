"""High risk: what supervisors and the emergency contact hear who are rung for a talk, and what the volunteer in it
hears while it goes on (the caller hears none of it)."""

from hotline_agi.prompts.catalogue import Prompt

RISK_PHRASES = (
    Prompt(
        id="help-supervisor",
        zh="心理援助热线。一位志愿者在通话中请求支援。旁听请按一，现在不方便请按二。",
        en="Support line. A volunteer asks for help in a talk. To listen, press 1. If you cannot, press 2.",
        when="a supervisor is rung for a talk; said twice",
    ),
    Prompt(
        id="help-contact",
        zh="心理援助热线。一通高危来电需要您加入。加入请按一，现在不方便请按二。",
        en="Support line. You are needed in a talk at high risk. To join, press 1. If you cannot, press 2.",
        when="the emergency contact is rung for a talk; said twice",
    ),
    Prompt(
        id="help-keys",
        zh="您现在可以听到双方，他们听不到您。只对志愿者说话按五，与双方说话按六，只旁听按四，请紧急联系人按星号键。",
        en="You hear both, and they do not hear you. To speak to the volunteer alone, press 5. To speak to both, press "
        "6. To listen only, press 4. For the emergency contact, press star.",
        when="a supervisor begins to listen",
    ),
    Prompt(
        id="help-star",
        zh="请紧急联系人加入，请按一；按其他键返回旁听。返回后只旁听，需要说话请再按五或六。",
        en="To call in the emergency contact, press 1; any other key takes you back. You then listen only: press 5 or "
        "6 again to speak.",
        when="a supervisor who listens pressed star",
    ),
    Prompt(
        id="help-taken",
        zh="已有其他督导加入，谢谢您。",
        en="Another supervisor is there already. Thank you.",
        when="a supervisor pressed 1 after another one",
    ),
    Prompt(
        id="help-over",
        zh="通话已经结束，谢谢您。",
        en="The talk is over. Thank you.",
        when="a helper's talk is over, or nobody can say which it was",
    ),
    Prompt(
        id="help-word-called",
        zh="正在呼叫督导。",
        en="A supervisor is being called.",
        when="whispered: the volunteer asked for help",
    ),
    Prompt(id="help-word-here", zh="督导在旁听。", en="A supervisor is listening.", when="whispered: one accepted"),
    Prompt(
        id="help-word-nobody",
        zh="暂时联系不上督导，可以再按一次求助键。",
        en="No supervisor can be reached. Press the keys again to try again.",
        when="whispered: nobody accepted",
    ),
    Prompt(id="help-word-left", zh="对方已离线。", en="Your helper has left.", when="whispered: a helper hung up"),
    Prompt(
        id="help-word-contact-called",
        zh="正在呼叫紧急联系人。",
        en="The emergency contact is being called.",
        when="whispered: the contact was asked for",
    ),
    Prompt(
        id="help-word-contact-here",
        zh="紧急联系人已加入。",
        en="The emergency contact is with you.",
        when="whispered: the contact accepted",
    ),
    Prompt(
        id="help-word-contact-nobody",
        zh="紧急联系人没有接听。",
        en="The emergency contact does not answer.",
        when="whispered: the contact could not be reached",
    ),
)

"""What every campaign says beside its own texts (`campaign/phrases.py` says when)."""

from hotline_agi.campaign.phrases import BYE, NOT_A_KEY, REMOVED, THROUGH
from hotline_agi.prompts.catalogue import Prompt

CAMPAIGN_PHRASES = (
    Prompt(
        id=THROUGH,
        zh="好的，我们马上为您接通志愿者，请不要挂机。",
        en="Of course. We are putting you through to a volunteer now. Please stay on the line.",
        when="somebody whom a campaign rang presses the key for help",
    ),
    Prompt(
        id=REMOVED,
        zh="好的，我们不会再打给您。打扰您了，请多保重，再见。",
        en="All right. We will not call you again. We are sorry to have disturbed you. Take care. Goodbye.",
        when="somebody whom a campaign rang presses the key for never being called again",
    ),
    Prompt(
        id=NOT_A_KEY,
        zh="这个按键不是选项。",
        en="That key is not one of the answers.",
        when="a key that means nothing in this question; the question follows again",
    ),
    Prompt(
        id=BYE,
        zh="谢谢您，我们先到这里。请多保重，再见。",
        en="Thank you. We will leave it here. Take care. Goodbye.",
        when="somebody whom a campaign rang does not press any key any more",
    ),
    Prompt(
        id="campaign-moment",
        zh="请稍等一下。",
        en="One moment, please.",
        when="a campaign's program does not answer just now; it is asked again",
    ),
    Prompt(
        id="campaign-sorry",
        zh="非常抱歉，通话现在只能到这里。您刚才的回答已经记下。请多保重，再见。",
        en="We are sorry: this call has to end here. What you have answered is kept. Take care. Goodbye.",
        when="a campaign's program has gone in the middle of a call",
    ),
)

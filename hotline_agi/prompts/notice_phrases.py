"""What volunteers hear who are rung without a caller: a reminder, a request, a word about their rest.

Times are put between the first and the last part (`selfservice/notice_words.py`). Whoever hears it may be woken by it,
or may not be the volunteer at all: so nothing names a person, and a no is as welcome as a yes.
"""

from hotline_agi.prompts.catalogue import Prompt

NOTICE_PHRASES = (
    Prompt(
        id="notice-ready",
        zh="您好，这里是热线。您的班次是",
        en="Hello, this is the hotline. Your shift is",
        when="a reminder before the shift; a day and two times follow",
        is_part=True,
    ),
    Prompt(
        id="notice-ready-keys",
        zh="您准备好了，请按一。您来不了，请按二。",
        en="If you are ready, press 1. If you cannot come, press 2.",
        when="after the times of a reminder",
    ),
    Prompt(
        id="notice-cover",
        zh="您好，这里是热线。有一位志愿者来不了，您是后备志愿者。这个班次是",
        en="Hello, this is the hotline. A volunteer cannot come, and you are the backup. The shift is",
        when="somebody of the backup is asked to stand in; a day and two times follow",
        is_part=True,
    ),
    Prompt(
        id="notice-cover-keys",
        zh="您可以代班，请按一。您不方便，请按二。",
        en="If you can take it, press 1. If you cannot, press 2.",
        when="after the times of a shift that needs somebody",
    ),
    Prompt(
        id="notice-resting",
        zh="您好，这里是热线。有几个电话您没有接到，所以系统让您先休息一下",
        en="Hello, this is the hotline. Several calls were missed, so you may rest",
        when="somebody missed several rings; `until` and a time follow",
        is_part=True,
    ),
    Prompt(
        id="notice-resting-keys",
        zh="马上恢复接听，请按一。继续休息，请挂机。",
        en="To be rung again now, press 1. To rest, just hang up.",
        when="after the end of a rest",
    ),
    Prompt(
        id="notice-thanks",
        zh="谢谢您，再见。",
        en="Thank you. Goodbye.",
        when="after a key that leaves nothing to be said",
    ),
    Prompt(
        id="notice-ask-others",
        zh="谢谢您告诉我们，我们去请别的志愿者。请多保重。",
        en="Thank you for telling us. We will ask somebody else. Take care.",
        when="somebody said that they cannot come to their shift",
    ),
    Prompt(
        id="notice-yours",
        zh="谢谢您，这个班次就交给您了。来电时您的电话会响铃。",
        en="Thank you. The shift is yours: calls will ring your phone.",
        when="somebody of the backup takes the shift",
    ),
    Prompt(
        id="notice-covered",
        zh="已经有别的志愿者代班了，谢谢您愿意帮忙。",
        en="Somebody else has taken the shift already. Thank you for wanting to help.",
        when="somebody of the backup said yes a moment after another",
    ),
    Prompt(
        id="notice-lost",
        zh="非常抱歉，系统没有记下您的回答。请拨打志愿者服务号码告诉我们。",
        en="We are sorry: your answer was not stored. Please call the service number and tell us there.",
        when="the service could not take the answer",
    ),
)

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
        id="notice-alarm",
        zh="您好，这里是热线的警报。",
        en="Hello, this is an alarm of the hotline.",
        when="a coordinator is called because callers suffer from something now; what it is follows",
        is_part=True,
    ),
    Prompt(
        id="alarm-nobody-reachable",
        zh="热线正在服务时间，可是值班的人和后备都无法接听。",
        en="The line is open, and nobody on shift or backup can be rung.",
        when="after the opening of an alarm",
    ),
    Prompt(
        id="alarm-next-slot-short",
        zh="下一个班次没有人值班。",
        en="Nobody is on the next shift.",
        when="after the opening of an alarm",
    ),
    Prompt(
        id="alarm-canary-failed",
        zh="测试电话打不通，来电者可能也打不通。",
        en="Test calls do not come through. Callers may not come through either.",
        when="after the opening of an alarm",
    ),
    Prompt(
        id="alarm-calls-lost",
        zh="最近有几位来电者没有接通。",
        en="Several callers reached nobody just now.",
        when="after the opening of an alarm",
    ),
    Prompt(
        id="alarm-waiting-long",
        zh="有来电者已经等了很久。",
        en="A caller has been waiting for a long time.",
        when="after the opening of an alarm",
    ),
    Prompt(
        id="alarm-disk",
        zh="服务器的磁盘快满了，来电者可能无法留言。",
        en="The disk is almost full. Callers may not be able to leave messages.",
        when="after the opening of an alarm",
    ),
    Prompt(
        id="alarm-journal",
        zh="通话记录丢失了一部分。",
        en="Records of calls are being lost.",
        when="after the opening of an alarm",
    ),
    Prompt(
        id="alarm-restarts",
        zh="热线的服务反复重新启动。",
        en="The service of the hotline keeps restarting.",
        when="after the opening of an alarm",
    ),
    Prompt(
        id="alarm-certificate",
        zh="加密证书已经过期，志愿者的电话可能连不上。",
        en="A certificate has expired. Volunteers' phones may not connect.",
        when="after the opening of an alarm",
    ),
    Prompt(
        id="notice-alarm-keys",
        zh="您来处理，请按一。请别人处理，请按二。",
        en="If you will see to it, press 1. If somebody else should, press 2.",
        when="after what an alarm is about",
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

"""What a coordinator reads of a caller who waited: language, place in the queue, offer, and what they chose."""

from hotline_agi.terms.languages import Language

LANGUAGES = {
    Language.EN: {"zh": "Chinese", "en": "English"},
    Language.ZH: {"zh": "中文", "en": "英语"},
}
CHOSE_LANGUAGE = {Language.EN: "The caller is spoken to in {language}{how}", Language.ZH: "与来电者用{language}{how}"}
REMEMBERED = {Language.EN: ", as in an earlier call", Language.ZH: "（沿用以前的选择）"}
PLACES = {
    Language.EN: (
        "The caller heard that nobody waits before them",
        "The caller heard that one other waits before them",
        "The caller heard that {n} others wait before them",
    ),
    Language.ZH: ("告知来电者：前面没有其他人", "告知来电者：前面还有 {n} 位", "告知来电者：前面还有 {n} 位"),
}
"""Nobody, one, several."""
WISHES: dict[Language, dict[str, str]] = {
    Language.EN: {
        "wait": "The caller chose to keep waiting",
        "message": "The caller asked to leave a message",
        "callback": "The caller wants to be called back at this number",
        "other-number": "The caller wants to be called back at another number",
        "self-help": "The caller listens to the self-help recording {one}",
        "directory": "The caller listens where else to turn",
    },
    Language.ZH: {
        "wait": "来电者选择继续等候",
        "message": "来电者要求留言",
        "callback": "来电者希望回电本号码",
        "other-number": "来电者希望回电其他号码",
        "self-help": "来电者收听自助录音 {one}",
        "directory": "来电者收听其他求助渠道",
    },
}
"""By `roster.waiting_plan.Choice`; a test holds the two together."""
ASKED = {
    Language.EN: {"this number": "this number", "another number": "another number"},
    Language.ZH: {"this number": "本号码", "another number": "其他号码"},
}


def language_text(detail: str, language: Language) -> str:
    """Of `Fact.LANGUAGE`: ``en``, or ``en remembered``."""
    spoken, _, how = detail.partition(" ")
    told = REMEMBERED[language] if how else ""
    return CHOSE_LANGUAGE[language].format(language=LANGUAGES[language].get(spoken, spoken), how=told)


def place_text(detail: str, language: Language) -> str:
    """Of `Fact.PLACE`: a number."""
    number = int(detail) if detail.isdecimal() else 0
    return PLACES[language][min(2, number)].format(n=number)


def wish_text(detail: str, language: Language) -> str:
    """Of `Fact.WISHED`: a choice, and which recording."""
    choice, _, one = detail.partition(" ")
    return WISHES[language].get(choice, detail).format(one=one)


def asked_text(detail: str, language: Language) -> str:
    """Of `Fact.CALLBACK_ASKED`."""
    return ASKED[language].get(detail, detail)

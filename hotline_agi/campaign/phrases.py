"""What a campaign says: its own texts, spoken under ``campaign-ID-QUESTION``, and the sentences that all share
(`prompts/campaign_phrases.py` has their words).

The words for keys are made here, so that what is said of a key is what the key does.
"""

from collections.abc import Iterator

from hotline_agi.campaign.model import OPENING, Campaign
from hotline_agi.terms.languages import Language

THROUGH = "campaign-through"
REMOVED = "campaign-removed"
NOT_A_KEY = "campaign-not-a-key"
BYE = "campaign-bye"
CLOSING = "closing"
KEYS_TOLD = "keys"
RESERVED = frozenset({OPENING, CLOSING, KEYS_TOLD, "end"})
"""No question may be called so."""
PREFIX = "campaign-"

_EN_DIGITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_ZH = {**dict(zip("0123456789", "零一二三四五六七八九", strict=True)), "*": "星号"}
_EN = {**dict(zip("0123456789", _EN_DIGITS, strict=True)), "*": "star"}


def own(campaign: Campaign, name: str) -> str:
    """The prompt under which a text of the campaign's own is spoken."""
    return f"{PREFIX}{campaign.id}-{name}"


def keys_text(campaign: Campaign, language: Language) -> str:
    """After the opening: what each key does."""
    keys = campaign.keys
    if language is Language.ZH:
        return (
            f"愿意继续，请按{_ZH[keys.begin]}。想马上和志愿者通话，请随时按{_ZH[keys.help]}。"
            f"不希望我们再打来，请按{_ZH[keys.do_not_call]}。再听一遍，请按{_ZH[keys.repeat]}。"
        )
    return (
        f"To go on, press {_EN[keys.begin]}. To talk to a volunteer now, press {_EN[keys.help]} at any time. "
        f"If we should not call you again, press {_EN[keys.do_not_call]}. To hear this again, press {_EN[keys.repeat]}."
    )


def texts(campaign: Campaign, language: Language) -> Iterator[tuple[str, str]]:
    """Each prompt of the campaign's own with its text; an empty text is a recording of the hospital's own."""
    yield own(campaign, OPENING), campaign.opening.get(language, "")
    yield own(campaign, KEYS_TOLD), keys_text(campaign, language)
    for question in campaign.questions:
        yield own(campaign, question.id), question.say.get(language, "")
    yield own(campaign, CLOSING), campaign.closing.get(language, "")

"""What is asked of a caller who wants to be called back, step by step; and which numbers are taken."""

import pytest

from hotline_agi.asterisk.dial_rules import DialRules
from hotline_agi.asterisk.envelope import Envelope
from hotline_agi.selfservice.speech import telephone
from hotline_agi.selfservice.wish_dialog import BACK, MOST_DIGITS, Ask, GoBack, Keep, Next, Unfit, next_of
from hotline_agi.terms.numbers import PhoneNumber
from tests.dispatch.lines import roster

OWN = PhoneNumber("07700900999")


def judge(number: PhoneNumber, **rules: object) -> Unfit | None:
    return Envelope(roster(), trunk="trunk", rules=DialRules(**({"home": "GB"} | rules))).unfit(number)  # type: ignore[arg-type]


def after(stage: str, keys: str = "", typed: str = "", *, own: PhoneNumber | None = OWN, language: str = "en") -> Next:
    found = next_of(stage, keys, typed, own=own, language=language, judge=judge)
    assert found is not None
    return found


def test_this_number_is_read_back_and_confirmed() -> None:
    asks = after("here", language="zh")
    assert isinstance(asks, Ask)
    assert asks.words == ("callback-here", *telephone("07700900999", "zh"), "callback-here-confirm")
    assert after(asks.stage, "1") == Keep(number=OWN, here=True)
    assert after(asks.stage, "2") == BACK
    again = after(asks.stage)  # nothing pressed
    assert isinstance(again, Ask) and again.words == after("here").words  # type: ignore[union-attr]
    assert after("herecheck-3") == BACK


def test_in_chinese_one_is_yao_in_a_telephone_number() -> None:
    assert telephone("+120-110", "zh") == ("tel-1", "n-2", "n-0", "tel-1", "tel-1", "n-0")
    assert telephone("110", "en") == ("n-1", "n-1", "n-0")


def test_a_withheld_number_is_not_called_back() -> None:
    assert after("here", own=None) == BACK


def test_another_number_is_typed_read_back_and_confirmed() -> None:
    asks = after("other")
    assert asks == Ask(stage="number-1", most_keys=MOST_DIGITS, wait_s=10, words=("callback-type",))
    asks = after("number-1", "01632960123")
    assert isinstance(asks, Ask) and asks.stage == "check-1"
    assert asks.words == ("callback-typed", *telephone("01632960123", "en"), "callback-confirm")
    assert after("check-1", "1", "01632960123") == Keep(number=PhoneNumber("01632960123"), here=False)
    assert after("check-1", "2", "01632960123") == after("other"), "again, and it does not count"
    assert after("check-1", "", "01632960123") == asks
    assert after("check-1", "*", "01632960123") == BACK
    assert after("number-2", "077*") == BACK


@pytest.mark.parametrize(
    ("typed", "unfit"),
    [
        ("", Unfit.NOTHING),
        ("12", Unfit.TOO_SHORT),
        ("1234", Unfit.TOO_SHORT),
        ("016329", Unfit.TOO_SHORT),
        ("09098790000", Unfit.PREMIUM),
        ("0033199001234", Unfit.FOREIGN),
        ("999", Unfit.EMERGENCY),
        ("112", Unfit.EMERGENCY),
        ("12345678901234567890", Unfit.FOREIGN),
    ],
)
def test_a_number_that_is_not_taken_is_said_and_may_be_tried_again(typed: str, unfit: Unfit) -> None:
    asks = after("number-1", typed)
    assert isinstance(asks, Ask) and (asks.stage, asks.words) == ("number-2", (unfit, "callback-type"))
    assert after("number-3", typed) == GoBack(words=(unfit, "callback-no-more")), "nothing is lost: they wait on"
    assert after("check-1", "1", typed) == BACK, "nor is it kept when the dialplan is made to say it was typed"


def test_what_a_caller_may_choose_is_narrower_than_what_the_roster_may_hold() -> None:
    french = PhoneNumber("0033199001234")
    assert judge(french) is Unfit.FOREIGN
    assert judge(french, countries=("FR", "GB")) is None
    assert judge(french, allow=("+33",)) is None
    assert judge(PhoneNumber("09098790000"), allow=("0909",)) is None
    assert judge(PhoneNumber("07700900123")) is None and judge(PhoneNumber("+447700900123")) is None
    assert judge(PhoneNumber("01632960123"), countries=("FR",)) is Unfit.FOREIGN


def test_where_no_country_is_known_only_length_speaks() -> None:
    assert judge(PhoneNumber("123456"), home=None) is Unfit.TOO_SHORT
    assert judge(PhoneNumber("88880123"), home=None) is None


def test_there_is_no_other_stage() -> None:
    assert next_of("nosuch", "1", "", own=OWN, language="en", judge=judge) is None

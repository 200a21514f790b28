"""A list of numbers: everything that is wrong is told at once, by row, and without any number."""

import re

import pytest

from hotline_agi.asterisk.dial_rules import DialRules
from hotline_agi.campaign.listing import Flaw, Listing, read_listing
from hotline_agi.coordination.csv_file import read_csv
from hotline_agi.errors import SetupError
from hotline_agi.outbound.lists import judge, token_of
from hotline_agi.store.callers import CallerKey
from hotline_agi.terms.languages import Language
from tests.campaign.examples import campaign

RULES = DialRules(home="GB", countries=("GB",), allow=("+447700900",))
KEY = CallerKey(b"k" * 32)
TOKEN = token_of(KEY, "GB")
HEAD = "Name,电话,同意,语言\n"


def listed(rows: str, never: tuple[str, ...] = (), head: str = HEAD) -> Listing:
    sheet = read_csv("list.csv", (head + rows).encode())
    return read_listing(sheet, campaign(), judge=judge(RULES, "GB"), token=TOKEN, never=never.__contains__)


def test_what_is_right_is_taken() -> None:
    found = listed("a,07700 900 101,是,\nb,+44 (0)7700.900102,YES,英语\nc,07700900103, yes ,zh\n".replace("(0)", ""))
    assert found.bad == ()
    assert [(one.row, one.number.reveal(), one.language) for one in found.good] == [
        (2, "07700900101", Language.ZH),
        (3, "+447700900102", Language.EN),
        (4, "07700900103", Language.ZH),
    ]


def test_all_that_is_wrong_at_once() -> None:
    rows = {
        "a,,是,": Flaw.BLANK,
        "b,7.70E+09,是,": Flaw.CUT,
        'c,"7,70E+09",是,': Flaw.CUT,
        "d,see note,是,": Flaw.LETTERS,
        "e,07700O00103,是,": Flaw.LETTERS,
        "f,0770,是,": Flaw.TOO_SHORT,
        "g,0770090010307700900104,是,": Flaw.TOO_LONG,
        "h,020123456789012,是,": Flaw.TOO_LONG,
        "i,999,是,": Flaw.EMERGENCY,
        "j,112,是,": Flaw.EMERGENCY,
        "k,0900 123 4567,是,": Flaw.PREMIUM,
        "l,+49 151 23456789,是,": Flaw.FOREIGN,
        "m,01632 960960,是,": Flaw.NO_SUCH,
        "n,2071838750,是,": Flaw.LOST_ZERO,
        "o,07700900104,,": Flaw.NO_CONSENT,
        "p,07700900105,no,": Flaw.NO_CONSENT,
        "q,+447700900101,是,": Flaw.TWICE,
        "r,0044 7700 900101,是,": Flaw.TWICE,
        "s,07700900106,是,français": Flaw.LANGUAGE,
        "t,07700900999,是,": Flaw.DO_NOT_CALL,
    }
    from hotline_agi.terms.numbers import PhoneNumber

    declined = TOKEN(PhoneNumber("+44 7700 900999"))
    found = listed("z,07700900101,是,\n" + "".join(f"{row}\n" for row in rows) + ",,,\n", (declined,))
    assert [flaw for _, flaw in found.bad] == list(rows.values())
    assert [row for row, _ in found.bad] == list(range(3, 3 + len(rows)))
    assert [one.row for one in found.good] == [2], "an empty row is nobody"
    told = [str(problem) for problem in found.problems()]
    assert told[0] == "list.csv:3:2: error: there is no number (fill it in, or delete the row)"
    assert "first in row 2" in told[16]
    assert not [one for one in told if re.search("[0-9]{4}", one)], "a number stands in a message"


def test_lists_of_millions_do_not_take_two_numbers_for_one() -> None:
    from hotline_agi.terms.numbers import PhoneNumber

    token = token_of(KEY, "CN")
    assert token(PhoneNumber("13800138000")) != token(PhoneNumber("15800138000")), "the last nine digits are the same"
    assert token(PhoneNumber("+8613800138000")) == token(PhoneNumber("138-0013-8000"))


def test_columns_that_are_called_otherwise() -> None:
    with pytest.raises(SetupError, match=r"“电话” and none “同意”.*there are Name, Telephone"):
        listed("a,07700900101,是\n", head="Name,Telephone,Agreed,语言\n")
    assert len(listed("a,07700900101,是\n", head="A list for spring\n\nName, 电 话 ,同意,语言\n").good) == 1

"""What kind of number a number is: from which country, costly, an emergency number. The one file that imports
phonenumbers (the numbering plans of all countries, kept by Google as libphonenumber).

Costs 18 ms and 3 MB once, then 1 to 4 ms for the first number of a country and 0.1 ms for another: off a call's way.
"""

from dataclasses import dataclass
from enum import Enum, auto
from functools import lru_cache

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberType, ValidationResult

from hotline_agi.terms.numbers import PhoneNumber

EMERGENCY = frozenset({"000", "110", "112", "118", "119", "120", "122", "911", "999"})
"""What a mobile without a SIM dials as emergency calls (3GPP TS 22.101, 10.1.1), and China's 120 and 122. Those of the
home country come on top."""

_NON_GEOGRAPHIC = frozenset({870, 878, 881, 882, 883, 888, 979})
"""Satellite, shared and premium codes that belong to no country (ITU-T E.164, annex); 800 and 808 cost nothing much."""
_COSTLY = frozenset(
    {
        PhoneNumberType.PREMIUM_RATE,
        PhoneNumberType.SHARED_COST,
        PhoneNumberType.PERSONAL_NUMBER,
        PhoneNumberType.PAGER,
    }
)
_AT_USUAL_RATE = frozenset({(86, PhoneNumberType.SHARED_COST)})
"""China's 400 numbers: the caller pays an ordinary call, and many a service that calls are passed on to has one."""


class NumberKind(Enum):
    ORDINARY = auto()
    """Or not known to the plan: an extension of an exchange, a new range."""
    COSTLY = auto()
    EMERGENCY = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A number in its country's plan."""

    kind: NumberKind
    full: str | None
    """With ``+`` and country code; None: nobody said in which country it is to be read, or it is no whole number."""
    region: str | None
    """ISO 3166, e.g. ``CN``; None if not known."""


@lru_cache(maxsize=32_768)
def placed(number: PhoneNumber, home: str | None) -> Placed:
    """Read `number` as somebody in the country `home` (ISO 3166) would dial it; None: only numbers with + have one."""
    dialled = number.reveal()
    if home is None and dialled.startswith("00"):
        dialled = f"+{dialled[2:]}"  # the international prefix nearly everywhere (ITU-T E.164)
    if _is_emergency(dialled, home):
        return Placed(kind=NumberKind.EMERGENCY, full=None, region=home)
    try:
        found = phonenumbers.parse(dialled, home)
    except NumberParseException:
        return Placed(kind=NumberKind.ORDINARY, full=None, region=None)
    code = found.country_code or 0
    region = phonenumbers.region_code_for_country_code(code)
    national = phonenumbers.national_significant_number(found)
    if dialled.startswith("+") and _is_emergency(national, region):
        return Placed(kind=NumberKind.EMERGENCY, full=None, region=region)
    if _too_short(found) and any(dialled.endswith(one) and dialled[0] in "0+" for one in EMERGENCY):
        # 010120: an area code and then the emergency number
        return Placed(kind=NumberKind.EMERGENCY, full=None, region=region)
    if _too_short(found) and not dialled.startswith("+"):
        return Placed(kind=NumberKind.ORDINARY, full=None, region=region)  # an extension
    type_ = phonenumbers.number_type(found)
    costly = type_ in _COSTLY and (code, type_) not in _AT_USUAL_RATE
    return Placed(
        kind=NumberKind.COSTLY if costly or code in _NON_GEOGRAPHIC else NumberKind.ORDINARY,
        full=f"+{code}{national}",
        region=phonenumbers.region_code_for_number(found) or region,
    )


def main_region(number: PhoneNumber) -> str | None:
    """The country of a number with ``+``, by its country code alone (``US`` for all of North America); microseconds."""
    digits = number.reveal()
    if not digits.startswith("+"):
        return None
    codes = (digits[1:end] for end in (2, 3, 4))
    regions = (phonenumbers.COUNTRY_CODE_TO_REGION_CODE.get(int(code)) for code in codes if code)
    return next((found[0] for found in regions if found), None)


def _is_emergency(digits: str, region: str | None) -> bool:
    return digits in EMERGENCY or (region is not None and phonenumbers.is_emergency_number(digits, region))


def _too_short(number: phonenumbers.PhoneNumber) -> bool:
    return phonenumbers.is_possible_number_with_reason(number) in (
        ValidationResult.TOO_SHORT,
        ValidationResult.IS_POSSIBLE_LOCAL_ONLY,
        ValidationResult.INVALID_LENGTH,
    )


class PlanFault(Enum):
    """Why a number that somebody wrote down cannot be one of its country's plan."""

    TOO_SHORT = auto()
    TOO_LONG = auto()
    LOST_ZERO = auto()
    """Without the 0 with which it is dialled from within the country."""
    NO_SUCH = auto()


def plan_fault(number: PhoneNumber, home: str | None) -> PlanFault | None:
    """What is wrong with `number` as one that somebody in the country `home` dials; None: nothing is known of it."""
    written = number.reveal()
    try:
        found = phonenumbers.parse(written, home)
    except NumberParseException:
        return PlanFault.NO_SUCH
    reason = phonenumbers.is_possible_number_with_reason(found)
    if _too_short(found):
        return PlanFault.TOO_SHORT
    if reason == ValidationResult.TOO_LONG:
        return PlanFault.TOO_LONG
    if not phonenumbers.is_valid_number(found):
        return PlanFault.NO_SUCH
    at_home = phonenumbers.format_number(found, phonenumbers.PhoneNumberFormat.NATIONAL)
    if "0" + written == "".join(sign for sign in at_home if sign.isdigit()):
        return PlanFault.LOST_ZERO
    return None

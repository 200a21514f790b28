"""The section ``dialling`` of the settings: which numbers may be dialled, and how many legs in an hour."""

import re
from dataclasses import dataclass

from hotline_agi.roster.document import Node
from hotline_agi.roster.fields import Converter, Fields, sequence_of
from hotline_agi.roster.findings import Findings
from hotline_agi.roster.values import integer, scalar

MOST_LEGS = 1_000_000
LEGS_PER_HOUR = 100_000
"""170 volunteers whose phones ring for 6 s and are rung anew at once, a whole hour long: 170 x 3600 / 6 = 102,000. So
it stops a service that runs wild, not a surge."""
MOBILE_LEGS_PER_HOUR = 30_000
"""170 mobiles, each rung anew every 20 s: 170 x 3600 / 20 = 30,600; a trunk of 200 channels places no more."""
LEGS_PER_NUMBER_PER_HOUR = 1_000
"""One in 3.6 s: a mobile that is rung all the time has a quarter of it, the overflow number of a surge most of it."""
CALLBACKS_PER_HOUR = 120
"""Ten volunteers who do nothing else make as many, 5 minutes each."""
CALLBACKS_PER_NUMBER_PER_DAY = 6
"""Twice what a list allows that tries three times."""

_PREFIX = re.compile(r"\+?[0-9]{1,15}")
_COUNTRY = re.compile(r"\+[1-9][0-9]{0,14}|[A-Z]{2}")
_REGION = re.compile(r"[A-Z]{2}")


@dataclass(frozen=True, slots=True, kw_only=True)
class DialRules:
    """What may be dialled at all, beside being in the roster. The defaults fit a deployment that says nothing."""

    home: str | None = None
    """ISO 3166; in this country numbers without + are read. None: the one country of the roster's numbers with +."""
    countries: tuple[str, ...] | None = None
    """``+86`` or ``CN``; None: wherever the roster's people are."""
    premium: tuple[str, ...] = ()
    """Beginnings of numbers that are refused, on top of what is known as costly."""
    allow: tuple[str, ...] = ()
    """Beginnings of numbers that are dialled all the same; never an emergency number."""
    legs_per_hour: int = LEGS_PER_HOUR
    mobile_legs_per_hour: int = MOBILE_LEGS_PER_HOUR
    legs_per_number_per_hour: int = LEGS_PER_NUMBER_PER_HOUR
    callbacks_per_hour: int = CALLBACKS_PER_HOUR
    callbacks_per_number_per_day: int = CALLBACKS_PER_NUMBER_PER_DAY


USUAL = DialRules()


def dial_rules(node: Node, findings: Findings) -> DialRules | None:
    """Read the section."""
    fields = Fields.of(node, findings, "dialling")
    if fields is None:
        return None
    rules = DialRules(
        home=fields.optional("home", _matching(_REGION, "two capital letters, e.g. CN"), None),
        countries=fields.optional("countries", sequence_of(_country, "countries"), None),
        premium=fields.optional("premium", sequence_of(_prefix, "beginnings of numbers"), ()),
        allow=fields.optional("allow", sequence_of(_prefix, "beginnings of numbers"), ()),
        legs_per_hour=fields.optional("legs_per_hour", _count, LEGS_PER_HOUR),
        mobile_legs_per_hour=fields.optional("mobile_legs_per_hour", _count, MOBILE_LEGS_PER_HOUR),
        legs_per_number_per_hour=fields.optional("legs_per_number_per_hour", _count, LEGS_PER_NUMBER_PER_HOUR),
        callbacks_per_hour=fields.optional("callbacks_per_hour", _count, CALLBACKS_PER_HOUR),
        callbacks_per_number_per_day=fields.optional(
            "callbacks_per_number_per_day", _count, CALLBACKS_PER_NUMBER_PER_DAY
        ),
    )
    fields.close()
    return rules


_count = integer(1, MOST_LEGS)


def _matching(pattern: re.Pattern[str], hint: str) -> Converter[str]:
    def read(node: Node, findings: Findings) -> str | None:
        found = scalar(node, findings, "one value")
        if found is None:
            return None
        if pattern.fullmatch(found.text) is None:
            findings.error(node.mark, f"{found.shown} is not what is wanted here", hint)
            return None
        return found.text

    return read


_country = _matching(_COUNTRY, 'a country code with + in quotes, e.g. "+86", or two capital letters, e.g. CN')
_prefix = _matching(_PREFIX, 'the first digits of numbers, in quotes, with + or as they are dialled, e.g. "+8616"')

"""Single values: an editor underlines what the reader refuses, and nothing else.

What an editor sees is less than what was written: ``015`` is 15 and ``True`` is true to it. So the two are held equal
where the writing is plain, and everywhere else whatever the reader takes must not be underlined.
"""

import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hotline_agi.roster.covers_file import people_or_one
from hotline_agi.roster.dates import day, day_or_instant, days_meant
from hotline_agi.roster.days_file import day_opening, weekday
from hotline_agi.roster.document import Scalar
from hotline_agi.roster.findings import Findings
from hotline_agi.roster.model import OverflowStep
from hotline_agi.roster.pins import pin
from hotline_agi.roster.probes import learned
from hotline_agi.roster.ring_plans import _whom as whom
from hotline_agi.roster.shifts_file import head_count
from hotline_agi.roster.values import (
    hours,
    ident,
    integer,
    language,
    one_of,
    percent,
    phone_number,
    seconds,
    text,
    time_of_day,
    time_zone,
    yes_no,
)
from hotline_agi.roster.weekdays import weekdays
from hotline_agi.terms.problems import NOWHERE
from tests.roster.editor import resolved, validating

TEXTS: dict[str, Any] = {
    "text": text,
    "ident": ident("an id"),
    "account": ident("a softphone's name", 32),
    "start": time_of_day(is_end=False),
    "end": time_of_day(is_end=True),
    "language": language,
    "weekdays": weekdays,
    "weekday": weekday,
    "step": one_of(OverflowStep, "way"),
    "yes-no": yes_no,
    "opening": day_opening,
    "person": people_or_one,
}
"""Schema and reader agree on every text."""
NUMBERS: dict[str, Any] = {
    "seconds": seconds(5, 120),
    "from-nothing": seconds(0, 600),
    "integer": integer(1, 366),
    "hours": hours(0, 72),
    "percent": percent(50, 99.9),
    "whom": whom,
    "head-count": head_count,
}
"""They agree on numbers as people write them. In quotes, or written as 1e1, a schema cannot tell the bounds."""
LOOSE: dict[str, Any] = {
    "number": phone_number,
    "pin": pin,
    "zone": time_zone,
    "day": day,
    "instant": day_or_instant(is_end=False),
    "last-instant": day_or_instant(is_end=True),
    "days": days_meant,
}
"""What a schema takes may yet be wrong: there is no 30th of February, and no Asia/Atlantis."""

# fmt: off
ODD = (
    "mon - fri", "mon-fri , sun", " mon", "a" * 23, "a" * 24, "a" * 32, "a" * 33, "a" * 80, "a" * 81, "v01", "zh",
    "2026-02-14  03:00", "2026-02-14 24:00", "2026-02-14 23:59", " 2026-02-14 ", "2026-02-14 .. 2026-02-16", "(0)110",
    "message", "sun", "closed", "YES", "No",
    "null", "~", "true", "True", "yes", "no", "on", ".5", "5.", "+5", "-5", "007", "0x1F", "0o17", "1e1", "15.5",
    "15.55", "0", "4", "5", "50", "51", "120", "121", "366", "367", "110", "0000", "adaptive", "everybody", "backup",
    "24:00", "00:00", "6:00", "mon-sun", "sat,sun", "daily-mon", "mon-daily", "2026-02-14", "2026-02-30",
    "2000-01-01", "2199-12-31", "1999-12-31", "2200-01-01", "02-29", "13-01", "12-24..01-02", "2026-01-01..2026-01-02",
    "UTC", "Asia/Atlantis", "+08:00", "closed", "95", "99.9", "99.95", "100", "33%", "481516", "048151", "000000",
)
# fmt: on
ALL = TEXTS | NUMBERS | LOOSE
VALIDATORS = {name: validating(learned(convert)) for name, convert in ALL.items()}
SIGNS = "abmonz09:-.,+ /()陈x"


def forms(schema: Any) -> list[Any]:
    return [form for form in schema.get("anyOf", [schema]) if form.get("type") not in ("array", "object")]


@st.composite
def near(draw: st.DrawFn, name: str) -> str:
    """A text that the schema of `name` takes, or one slip of the finger away from it."""
    one = draw(st.sampled_from(forms(VALIDATORS[name].schema)))
    good = draw(st.from_regex(one["pattern"], fullmatch=True) if "pattern" in one else st.sampled_from(one["enum"]))
    at, much = draw(st.integers(0, len(good))), draw(st.integers(0, 1))
    slip = draw(st.sampled_from(["", "", *SIGNS]))
    return good[:at] + slip + good[at + much :] if draw(st.booleans()) else good


def written(name: str) -> st.SearchStrategy[str]:
    numbers = st.integers(-10, 1000).map(str) | st.decimals(-1, 200, places=1).map(str)
    return near(name) | numbers | st.text(SIGNS, max_size=90)


def reads(name: str, text_: str, quoted: bool) -> bool:
    """Whether the reader takes it. An empty place is refused before any converter sees it (`Fields`)."""
    findings, node = Findings(), Scalar(text=text_, mark=NOWHERE, quoted=quoted)
    value = None if node.missing else ALL[name](node, findings)
    assert (value is None) == (findings.failed or node.missing)
    return value is not None


def passes(name: str, text_: str, quoted: bool) -> bool:
    """Whether the editor leaves it as it is."""
    return bool(VALIDATORS[name].is_valid(text_ if quoted else resolved(text_)))


def check(name: str, text_: str, quoted: bool) -> None:
    value = text_ if quoted else resolved(text_)
    plain = value == text_
    if name in NUMBERS and not quoted and isinstance(value, int | float) and not isinstance(value, bool):
        # 5.0 is a whole number to JSON Schema, and it cannot count decimals
        plain = str(value) == text_ and (isinstance(value, int) or re.fullmatch("-?[0-9]+[.][1-9]", text_) is not None)
    if reads(name, text_, quoted):
        assert passes(name, text_, quoted) or (is_word(value) and name != "yes-no")
    elif plain and name not in LOOSE and not (name in NUMBERS and quoted):
        assert not passes(name, text_, quoted)


def is_word(value: object) -> bool:
    """Of YAML: somebody called ``null`` or ``true`` is somebody for the reader and nobody for an editor."""
    return value is None or isinstance(value, bool)


@pytest.mark.parametrize("name", ALL)
@settings(max_examples=120)
@given(st.data(), st.booleans())
def test_editor_and_reader_are_of_one_mind(name: str, data: st.DataObject, quoted: bool) -> None:
    check(name, data.draw(written(name)), quoted)


@pytest.mark.parametrize("name", ALL)
def test_they_are_about_the_odd_ones_too(name: str) -> None:
    for text_ in ODD:
        check(name, text_, False)
        check(name, text_, True)
    assert {reads(name, text_, True) for text_ in ODD} == {True, False}


@pytest.mark.parametrize(
    ("name", "text_"),
    [
        *(("zone", wrong) for wrong in ("+08:00", "CST", "Asia", "Asia/", "GMT+8", "Asia/Shang hai")),
        *(("day", wrong) for wrong in ("2026-2-14", "14.02.2026", "2026-13-01", "1999-12-31", "2200-01-01", "02-14")),
        *(("instant", wrong) for wrong in ("2026-02-14 3:00", "2026-02-14 24:00", "2026-02-14T03:00", "03:00")),
        *(("last-instant", wrong) for wrong in ("2026-02-14 24:01", "2026-02-14 03:60")),
        *(("days", wrong) for wrong in ("2026-02-14..", "02-32", "2026-02-14..12-25", "12-24-12-26", "2026")),
        *(("number", wrong) for wrong in ("abc", "+", "12 ab 34", "++44 7700 900001")),
        *(("pin", wrong) for wrong in ("48 15 16", "48151x", "48151623421", "-481516")),
    ],
)
def test_what_looks_wrong_is_underlined(name: str, text_: str) -> None:
    assert not reads(name, text_, False)
    assert not passes(name, text_, False)

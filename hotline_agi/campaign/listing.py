"""A list of numbers, row by row: who may be rung, and everything that is wrong with the others, at once.

No problem repeats a number: the row says where it stands. Which numbers are costly, foreign or an emergency's is asked
of `Judge`, for the numbering plans of all countries are no part of the core.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum

from hotline_agi.campaign.model import Campaign
from hotline_agi.errors import SetupError
from hotline_agi.planning.sheets.cells import Sheet, key_of
from hotline_agi.roster.fields import nearest
from hotline_agi.terms.languages import Language
from hotline_agi.terms.numbers import PhoneNumber
from hotline_agi.terms.problems import Problem

HEAD_ROWS = 20
"""So far down the row with the headings is looked for."""
_EXPONENT = re.compile(r"[0-9]+([.,][0-9]+)?[eE]\+?[0-9]{1,2}")
_ALLOWED = re.compile(r"[0-9+ ()./-]*")
_LANGUAGES: Mapping[str, Language] = {
    **dict.fromkeys(("zh", "中文", "汉语", "普通话", "chinese"), Language.ZH),
    **dict.fromkeys(("en", "英文", "英语", "english"), Language.EN),
}


class Flaw(Enum):
    """What is wrong with a row: what, and what to do."""

    BLANK = ("there is no number", "fill it in, or delete the row")
    NO_CONSENT = (
        "nothing says that this person consented",
        "nobody is rung without consent: delete the row, or fill it in",
    )
    CUT = (
        "a spreadsheet has cut the number to the form 1.38E+10, and digits of it are lost",
        "format the column as text in the original table, and export it anew",
    )
    LETTERS = ("there are letters or strange signs in the number", "digits, with an optional + in front")
    TOO_SHORT = ("the number is too short", "write it in full, as it is dialled from here")
    TOO_LONG = ("the number is too long", "one number to a row")
    LOST_ZERO = (
        "the number lacks its leading 0",
        "a spreadsheet drops it: format the column as text, or write numbers with + and country code",
    )
    NO_SUCH = (
        "there is no such number in the numbering plan",
        "a digit is wrong, or missing; of a new range: see `dialling: allow:`",
    )
    EMERGENCY = ("an emergency number is never dialled", "delete the row")
    PREMIUM = ("the number costs more than a call", "delete the row, or see `dialling: allow:` in the settings")
    FOREIGN = ("the number is one of another country", "delete the row, or see `dialling: countries:` in the settings")
    TWICE = ("the number stands in the list a second time", "delete one of the rows")
    DO_NOT_CALL = ("this person asked not to be called", "delete the row: it is on the do-not-call list")
    LANGUAGE = ("the language is not one of the campaign's", "zh or en, or leave it empty")


Judge = Callable[[PhoneNumber], Flaw | None]
"""What is wrong with a number that is one, by its country's plan and the settings; None: nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A row that may be taken."""

    row: int
    """In the file, from 1."""
    number: PhoneNumber
    token: str
    """Stands for the number; the same for all spellings of it."""
    language: Language


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    good: tuple[Listed, ...]
    bad: tuple[tuple[int, Flaw], ...]
    """Row and what is wrong with it, in the order of the file."""
    file: str
    columns: Mapping[Flaw, int]
    """In which column, from 1, a flaw is."""
    notes: Mapping[int, str]
    """More about a row's flaw."""

    def problems(self) -> tuple[Problem, ...]:
        """One for each bad row."""
        return tuple(
            Problem(
                file=self.file,
                line=row,
                column=self.columns.get(flaw, 1),
                what=flaw.value[0] + self.notes.get(row, ""),
                hint=flaw.value[1],
            )
            for row, flaw in self.bad
        )

    def counts(self) -> Mapping[Flaw, int]:
        return Counter(flaw for _, flaw in self.bad)


def read_listing(
    sheet: Sheet,
    campaign: Campaign,
    *,
    judge: Judge,
    token: Callable[[PhoneNumber], str],
    never: Callable[[str], bool],
) -> Listing:
    """Read the sheet's rows below its headings; rows that are empty altogether are passed over.

    :param never: whether a token is on the do-not-call list.
    :raises SetupError: if the headings of the campaign's file are not there.
    """
    head, columns = _headings(sheet, campaign)
    first_rows: dict[str, int] = {}
    good: list[Listed] = []
    bad: list[tuple[int, Flaw]] = []
    notes: dict[int, str] = {}
    yes = {key_of(word) for word in campaign.columns.yes}
    for at in range(head + 1, len(sheet.rows)):
        if not any(sheet.text(at, column) for column in range(len(sheet.rows[at]))):
            continue
        row = at + 1
        found = _number(sheet.text(at, columns["number"]), judge)
        if isinstance(found, Flaw):
            bad.append((row, found))
            continue
        stands_for = token(found)
        if stands_for in first_rows:
            bad.append((row, Flaw.TWICE))
            notes[row] = f"; first in row {first_rows[stands_for]}"
            continue
        first_rows[stands_for] = row
        language = _language(sheet, at, columns.get("language"), campaign)
        if key_of(sheet.text(at, columns["consent"])) not in yes:
            bad.append((row, Flaw.NO_CONSENT))
        elif never(stands_for):
            bad.append((row, Flaw.DO_NOT_CALL))
        elif language is None:
            bad.append((row, Flaw.LANGUAGE))
        else:
            good.append(Listed(row=row, number=found, token=stands_for, language=language))
    places = {Flaw.NO_CONSENT: columns["consent"] + 1, Flaw.LANGUAGE: columns.get("language", 0) + 1}
    others = {flaw: columns["number"] + 1 for flaw in Flaw if flaw not in places}
    return Listing(good=tuple(good), bad=tuple(bad), file=sheet.file, columns={**others, **places}, notes=notes)


def _headings(sheet: Sheet, campaign: Campaign) -> tuple[int, dict[str, int]]:
    wanted = {"number": campaign.columns.number, "consent": campaign.columns.consent}
    if campaign.columns.language is not None:
        wanted["language"] = campaign.columns.language
    best: tuple[int, dict[str, int]] = (0, {})
    for at in range(min(HEAD_ROWS, len(sheet.rows))):
        keys = {key_of(sheet.text(at, column)): column for column in reversed(range(len(sheet.rows[at])))}
        found = {name: keys[key_of(heading)] for name, heading in wanted.items() if key_of(heading) in keys}
        if len(found) == len(wanted):
            return at, found
        if len(found) > len(best[1]):
            best = at, found
    row, found = best
    missing = [heading for name, heading in wanted.items() if name not in found]
    there = [text for column in range(len(sheet.rows[row]) if sheet.rows else 0) if (text := sheet.text(row, column))]
    words = [text for text in there if not any(sign.isdigit() for sign in text)]
    hint = nearest(missing[0], words) or (f"there are {', '.join(words[:8])}" if words else "it has no row of headings")
    raise SetupError(
        f"{sheet.file} has no column {' and none '.join(f'“{one}”' for one in missing)} ({hint}): name the columns in "
        "`list` of the campaign's file as they are called in the table"
    )


def _number(text: str, judge: Judge) -> PhoneNumber | Flaw:
    text = unicodedata.normalize("NFKC", text).strip()
    if not text:
        return Flaw.BLANK
    if _EXPONENT.fullmatch(text):
        return Flaw.CUT
    if not _ALLOWED.fullmatch(text) or "+" in text.strip(" (")[1:]:
        return Flaw.LETTERS
    digits = sum(sign.isdigit() for sign in text)
    try:
        number = PhoneNumber(text)
    except ValueError:
        return Flaw.TOO_LONG if digits > 15 else Flaw.TOO_SHORT
    return judge(number) or number


def _language(sheet: Sheet, at: int, column: int | None, campaign: Campaign) -> Language | None:
    written = key_of(sheet.text(at, column)) if column is not None else ""
    if not written:
        return campaign.languages[0]
    found = _LANGUAGES.get(written)
    return found if found in campaign.languages else None

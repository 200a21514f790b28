"""A spreadsheet of numbers → the journal. Nothing is taken while anything is wrong, unless somebody says so."""

from collections.abc import Callable
from pathlib import Path

from hotline_agi.asterisk.dial_rules import DialRules
from hotline_agi.asterisk.envelope import RefusalReason, is_allowed, refusal_of
from hotline_agi.asterisk.numbering import PlanFault, placed, plan_fault
from hotline_agi.campaign.listing import Flaw, Judge, Listing, read_listing
from hotline_agi.coordination.csv_file import read_csv
from hotline_agi.coordination.workbook import MAX_BYTES, is_workbook, read_workbook
from hotline_agi.errors import SetupError
from hotline_agi.outbound.preparation import Prepared
from hotline_agi.planning.sheets.cells import Sheet
from hotline_agi.rosters.regular import read_regular
from hotline_agi.store.callers import CallerKey
from hotline_agi.terms.numbers import PhoneNumber

MOST_ROWS = 1_000_000
"""Of a CSV file; some 300 MB while it is read. Ten files make a list of ten million."""
MOST_BYTES = 100 * 1024 * 1024
_REFUSED = {
    RefusalReason.EMERGENCY: Flaw.EMERGENCY,
    RefusalReason.PREMIUM: Flaw.PREMIUM,
    RefusalReason.FOREIGN: Flaw.FOREIGN,
}
_FAULTS = {
    PlanFault.TOO_SHORT: Flaw.TOO_SHORT,
    PlanFault.TOO_LONG: Flaw.TOO_LONG,
    PlanFault.LOST_ZERO: Flaw.LOST_ZERO,
    PlanFault.NO_SUCH: Flaw.NO_SUCH,
}


def read_list(
    path: Path, prepared: Prepared, key: CallerKey, never: frozenset[str], *, sheet: str | None = None
) -> Listing:
    """Who of the file may be rung, and what is wrong with the others.

    :raises SetupError: if it is no spreadsheet, or has not the columns that the campaign names.
    """
    return read_listing(
        _sheet(path, sheet),
        prepared.campaign,
        judge=judge(prepared.rules, prepared.home),
        token=token_of(key, prepared.home),
        never=never.__contains__,
    )


def judge(rules: DialRules, home: str) -> Judge:
    def look(number: PhoneNumber) -> Flaw | None:
        refusal = refusal_of(number, rules, home)
        if refusal is RefusalReason.EMERGENCY:
            return Flaw.EMERGENCY
        fault = plan_fault(number, home)
        if fault in (PlanFault.TOO_SHORT, PlanFault.TOO_LONG):
            return _FAULTS[fault]
        if refusal is not None:
            return _REFUSED[refusal]
        return None if fault is None or is_allowed(number, rules, home) else _FAULTS[fault]

    return look


def token_of(key: CallerKey, home: str) -> Callable[[PhoneNumber], str]:
    """What stands for a number, however it is spelled."""
    return lambda number: key.exact(placed(number, home).full or number.reveal())


def _sheet(path: Path, wanted: str | None) -> Sheet:
    try:
        content = read_regular(path, MOST_BYTES + 1)
    except OSError as error:
        raise SetupError(f"cannot read the list {path} ({error.strerror})") from error
    if not is_workbook(content):
        return read_csv(path.name, content, max_bytes=MOST_BYTES, max_rows=MOST_ROWS)
    if len(content) > MAX_BYTES:
        raise SetupError(f"{path.name} has more than {MAX_BYTES} bytes: save so long a list as CSV")
    book = read_workbook(path.name, content, max_rows=MOST_ROWS)
    sheets = [one for one in book.sheets if wanted in (None, one.name)]
    if not sheets:
        raise SetupError(f"{path.name} has no sheet '{wanted}': there are {', '.join(one.name for one in book.sheets)}")
    return sheets[0]

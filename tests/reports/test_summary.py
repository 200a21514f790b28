"""Totals, by the formulas that they are printed with."""

from hotline_agi.reports.summary import totals, totals_text
from hotline_agi.terms.languages import Language
from hotline_agi.terms.outcomes import Outcome
from tests.reports.histories import call


def test_totals() -> None:
    counted = totals(
        map(call, [Outcome.TALKED, Outcome.TALKED, Outcome.TRANSFERRED, Outcome.ABANDONED, Outcome.MESSAGE, None])
    )
    assert (counted.offered, counted.answered, counted.abandoned, counted.not_over) == (6, 3, 1, 1)
    assert counted.outcomes[Outcome.TALKED] == 2 and Outcome.SURVIVED not in counted.outcomes
    assert totals_text(counted).startswith("6 offered, 3 answered, 1 abandoned, 1 not over  (offered = ")
    assert totals_text(counted, Language.ZH).startswith("来电 6，接通 3，放弃 1，未结束 1（")


def test_no_calls() -> None:
    assert totals_text(totals([])).startswith("0 offered, 0 answered, 0 abandoned  (")

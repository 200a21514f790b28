"""Totals of a list of calls. The formulas stand beside the fields, and are printed with the figures."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from hotline_agi.reports.past import PastCall
from hotline_agi.terms.languages import Language
from hotline_agi.terms.outcomes import Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """How many calls went which way."""

    offered: int
    """All calls that arrived."""
    answered: int
    """Those with a talk to a volunteer or to the overflow number, whatever came after it."""
    abandoned: int
    """Those with outcome `abandoned`: the caller hung up by choice while waiting."""
    not_over: int
    """Those without an outcome."""
    outcomes: dict[Outcome, int]


_SENTENCE = {
    Language.EN: "{offered} offered, {answered} answered, {abandoned} abandoned{rest}  (offered = all that arrived; "
    "answered = had a talk; abandoned = hung up while waiting)",
    Language.ZH: "来电 {offered}，接通 {answered}，放弃 {abandoned}{rest}"
    "（来电＝所有到达的；接通＝有过通话；放弃＝等待中挂机）",
}
_REST = {Language.EN: ", {not_over} not over", Language.ZH: "，未结束 {not_over}"}


def totals(calls: Iterable[PastCall]) -> Totals:
    """Count `calls`."""
    listed = list(calls)
    return Totals(
        offered=len(listed),
        answered=sum(call.answered_at is not None for call in listed),
        abandoned=sum(call.outcome is Outcome.ABANDONED for call in listed),
        not_over=sum(call.outcome is None for call in listed),
        outcomes=dict(Counter(call.outcome for call in listed if call.outcome is not None)),
    )


def totals_text(counted: Totals, language: Language = Language.EN) -> str:
    """One line with the figures and their formulas."""
    rest = _REST[language].format(not_over=counted.not_over) if counted.not_over else ""
    return _SENTENCE[language].format(
        offered=counted.offered, answered=counted.answered, abandoned=counted.abandoned, rest=rest
    )

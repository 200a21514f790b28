"""How a line rings, in English words: its ring plans, who comes first, what callers want."""

from collections.abc import Iterable

from hotline_agi.roster.model import Adaptive, RingGroup, RingStep, VolunteerOrder, Want

ORDER = {
    VolunteerOrder.LONGEST_IDLE: "who was rung longest ago",
    VolunteerOrder.LEAST_TALK: "who talked the fewest minutes in this shift",
    VolunteerOrder.ROUND_ROBIN: "the order of the roster, each once before anybody is rung again",
    VolunteerOrder.FIXED: "the order of the roster, always",
}


def plan_in_words(steps: Iterable[RingStep]) -> str:
    """``3 for 15 s, then everybody for 20 s, then backup for 20 s``."""
    return ", then ".join(_step(step) for step in steps)


def _step(step: RingStep) -> str:
    if step.adaptive:
        who = "as few as are likely enough"
    elif step.group is RingGroup.BACKUP:
        who = "backup" if step.count is None else f"{step.count} of backup"
    else:
        who = "everybody" if step.count is None else str(step.count)
    return f"{who} for {step.for_s:g} s"


def likely_enough(adaptive: Adaptive) -> str:
    """What an adaptive step goes for: ``95 % within 12 s``."""
    return f"{adaptive.chance * 100:.3g} % within {adaptive.within_s:g} s"


def want_in_words(want: Want) -> str:
    """What somebody does who meets it: ``speak 'en'``, ``have 'crisis'``."""
    return f"speak '{want.language}'" if want.language else f"have '{want.qualification}'"

"""What the matching of a line's calls goes by, in words: by field of ``line.yaml``, to be compared and shown."""

from collections.abc import Iterable

from hotline_agi.planning.ring_words import likely_enough
from hotline_agi.roster.callback_policy import CallbackPolicy, Missed, SharedPhones
from hotline_agi.roster.model import CallerLimits, Line, RecordTalks, TalkResults, Want
from hotline_agi.roster.waiting_plan import WaitingPlan

NOTHING = "nothing"


def policy_in_words(line: Line) -> dict[str, str]:
    callers = ", ".join(f"{one.value} {line.callers.worth_s.get(one, 0.0):g} s" for one in sorted(line.callers.worth_s))
    return {
        "adaptive": f"{likely_enough(line.adaptive)}, at first {line.adaptive.share * 100:.3g} % of those on shift",
        "order": line.order.value,
        "wants": wants_in_words(line.wants) or NOTHING,
        "callers": f"{callers}; again within {line.callers.tried_within_s / 60:g} min",
        "long_wrap_up": f"{one.wrap_up_s:g} s after {one.talk_s / 60:g} min" if (one := line.long_wrap_up) else NOTHING,
        "rest": f"{rest.for_s / 60:g} min after {rest.missed} missed rings" if (rest := line.rest) else NOTHING,
        "remind": (
            f"{remind.before_s / 60:g} min before the shift, backup {remind.ask_backup_s / 60:g} min before it"
            if (remind := line.reminders)
            else NOTHING
        ),
        "abuse": limits_in_words(line.limits),
        "recording": NOTHING if line.recording.talks is RecordTalks.NO else "talks of callers who agree",
        "callbacks": callbacks_in_words(line.callbacks),
        "results": results_in_words(line.results),
        "notes": (
            f"for {notes.for_s / 3600:g} h, {'asked after talks' if notes.ask else 'in the menu'}"
            if (notes := line.notes)
            else NOTHING
        ),
        **waiting_in_words(line.waiting),
    }


def waiting_in_words(plan: WaitingPlan) -> dict[str, str]:
    """By field of ``line.yaml``; one that says nothing is `NOTHING`."""
    offer, emergency = plan.offer, plan.emergency
    return {
        "languages": ", ".join(plan.languages) or NOTHING,
        "remember_language": "yes" if plan.remembers_language else "no",
        "place_in_queue": "yes" if plan.tells_place else "no",
        "offer": (
            f"after {offer.after_s:g} s, every {offer.every_s:g} s: {', '.join(offer.choices)}" if offer else NOTHING
        ),
        "self_help": ", ".join(plan.self_help) or NOTHING,
        "emergency": (
            f"{', '.join(emergency.numbers)} in the {' and the '.join(emergency.said_in)}" if emergency else NOTHING
        ),
    }


def results_in_words(results: TalkResults) -> str:
    """``asked after talks: 2 resolved, 4 silent (counts), 6 high-risk (flags); in the menu for 12 h``."""
    if not results.list:
        return NOTHING
    told = ", ".join(
        f"{one.key} {one.id}"
        + (" (counts)" if one.id in results.count else "")
        + (" (flags)" if one.id in results.flag else "")
        for one in results.list
    )
    asked = "asked after talks: " if results.ask else ""
    return f"{asked}{told}; in the menu for {results.within_s / 3600:g} h"


def limits_in_words(limits: CallerLimits) -> str:
    """``180 min of talk a day, 60 calls an hour, 3 at once; …``."""
    silent = limits.silent
    told = [
        (limits.talk_s_per_day, f"{limits.talk_s_per_day / 60:g} min of talk a day"),
        (limits.calls_per_hour, f"{limits.calls_per_hour} calls an hour"),
        (limits.calls_at_once, f"{limits.calls_at_once} at once"),
        (limits.anonymous_calls_per_hour, f"{limits.anonymous_calls_per_hour} withheld an hour"),
        (limits.anonymous_at_once, f"{limits.anonymous_at_once} withheld at once"),
        (limits.waiting_at_once, f"{limits.waiting_at_once} waiting at once"),
        (
            silent.calls,
            f"later for {silent.cool_off_s / 60:g} min after {silent.calls} silent in {silent.within_s / 60:g} min",
        ),
    ]
    return ", ".join(words for most, words in told if most) or NOTHING


def callbacks_in_words(policy: CallbackPolicy | None) -> str:
    """``asked for and messages, 3 tries, 60 min apart, 09:00-21:00, …``."""
    if policy is None:
        return NOTHING
    who = {Missed.NO: "", Missed.YES: ", missed calls", Missed.CONSENTED: ", missed calls of who agreed before"}
    hours = (
        "at all hours"
        if policy.from_time == policy.until_time
        else f"{policy.from_time:%H:%M}-{policy.until_time:%H:%M}"
    )
    tries = f"{policy.attempts} tries, {policy.retry_after_s / 60:g} min apart, {hours}"
    times = f"lease {policy.lease_s / 60:g} min, overdue after {policy.overdue_s / 3600:g} h"
    whose = "shared phones" if policy.shared_phones is SharedPhones.ASSUME else "phones of their own"
    shown = policy.number or "the first number"
    return f"requests, messages{who[policy.missed]}; {tries}; {times}; {whose}, shows {shown}"


def wants_in_words(wants: Iterable[Want]) -> str:
    """``en for 20 s, crisis``."""
    return ", ".join(
        (want.language or want.qualification) + ("" if want.for_s is None else f" for {want.for_s:g} s")
        for want in wants
    )

"""The report's figures counted anew, one by one and without any thought of speed, from what really happened.

Nothing of the product's counting is used here; the names are those of the CSV.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta, tzinfo

from hotline_agi.terms.facts import Fact
from hotline_agi.terms.outcomes import LegOutcome, Outcome
from tests.reports.worlds import CANARY, Truth

Figures = dict[tuple[str, str, str], int | float | None]
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def part(one: Truth) -> str:
    facts = [(noted.note.fact, noted.note.detail) for noted in one.notes]
    if one.close.line == CANARY:
        return "test"
    if not one.is_over:
        return "open"
    if one.close.outcome in (Outcome.SURVIVED, Outcome.UNCERTAIN):
        return "unknown"
    if any(fact is Fact.LIMITED and not detail.startswith("silent") for fact, detail in facts):
        return "limited"
    if any(fact is Fact.CLOSED for fact, _ in facts) and not any(leg.volunteer for leg in one.close.legs):
        return "closed"
    return "offered"


def went(one: Truth) -> str:
    """The name of an outcome."""
    close = one.close
    if close.answered_at is None:
        return close.outcome.name.lower()
    whom = ["volunteer" if leg.volunteer else "number" for leg in close.legs if leg.outcome is LegOutcome.TALKED]
    if "volunteer" in whom:
        return "talked"
    if "number" in whom or close.outcome is Outcome.TRANSFERRED:
        return "transferred"
    return "talked"


def figures(truths: Sequence[Truth], from_at: datetime, until_at: datetime, zone: tzinfo, short_s: float) -> Figures:
    found: Figures = {}
    now = [one for one in truths if from_at <= one.close.arrived_at < until_at]
    days = until_at - from_at
    before = [one for one in truths if from_at - days <= one.close.arrived_at < from_at]

    def put(section: str, key: str, some: Iterable[Truth]) -> None:
        for name, value in _calls(list(some), short_s).items():
            found[section, key, name] = value

    def where(holds: Callable[[datetime], bool]) -> list[Truth]:
        return [one for one in now if holds(one.close.arrived_at.astimezone(zone))]

    put("calls", "", now)
    put("before", "", before)
    for hour in range(24):
        put("hour", f"{hour:02}", where(lambda at, hour=hour: at.hour == hour))  # type: ignore[misc]
    for n, name in enumerate(_DAYS):
        put("weekday", name, where(lambda at, n=n: at.weekday() == n))  # type: ignore[misc]
    day = from_at.astimezone(zone).date()
    while day <= (until_at - timedelta(microseconds=1)).astimezone(zone).date():
        put("day", day.isoformat(), where(lambda at, day=day: at.date() == day))  # type: ignore[misc]
        day += timedelta(days=1)
    offered = [one for one in now if part(one) == "offered"]
    for one in offered:
        at = one.close.arrived_at.astimezone(zone)
        key = "week", f"{_DAYS[at.weekday()]} {at.hour:02}", "offered"
        found[key] = (found.get(key) or 0) + 1
    _steps(found, offered)
    _volunteers(found, [one for one in now if one.is_over and one.close.line != CANARY])
    _missed(found, truths, offered, short_s, until_at)
    for one in now:
        names = {noted.note.detail.split(" until=")[0] for noted in one.notes if noted.note.fact is Fact.LIMITED}
        for name in names:
            found["limits", name, "calls"] = (found.get(("limits", name, "calls")) or 0) + 1
    return found


def _calls(some: list[Truth], short_s: float) -> dict[str, int | float | None]:
    offered = [one for one in some if part(one) == "offered"]
    answered = [one for one in offered if went(one) == "talked"]
    abandoned = [one for one in offered if went(one) == "abandoned"]
    short = [one for one in abandoned if one.close.wait_s < short_s]
    counted = len(offered) - len(short)
    told: dict[str, int | float | None] = {
        "arrived": len(some),
        **{
            name: sum(part(one) == name for one in some) for name in ("offered", "closed", "limited", "unknown", "open")
        },
        "answered": len(answered),
        "answered_share": len(answered) / counted if counted else None,
        "abandoned": len(abandoned),
        "abandoned_share": len(abandoned) / len(offered) if offered else None,
        "short_abandons": len(short),
        "abandoned_without_short_share": (len(abandoned) - len(short)) / counted if counted else None,
        "talk_sum_s": sum(one.close.talk_s for one in answered),
        "messages": sum(one.messages for one in offered),
        "partly_seen": sum(_has(one, Fact.UNSEEN, Fact.SURVIVING, Fact.RECONSTRUCTED) for one in offered),
        "failed_talks": sum(_has(one, Fact.TALK_FAILED) for one in offered),
        "rings": sum(leg.volunteer is not None for one in offered for leg in one.close.legs),
    }
    for within_s in (15, 20, 30, 60):
        good = sum(one.close.wait_s <= within_s for one in answered)
        told[f"within_{within_s}_s"] = good
        told[f"service_level_{within_s}_s"] = good / counted if counted else None
    for outcome in Outcome:
        told[f"outcome_{outcome.name.lower()}"] = sum(went(one) == outcome.name.lower() for one in offered)
    told |= _spread("wait", [one.close.wait_s for one in answered])
    told |= _spread("abandoned_wait", [one.close.wait_s for one in abandoned if one not in short])
    told |= _spread("talk", [one.close.talk_s for one in answered])
    return told


def _spread(name: str, lengths: list[float]) -> dict[str, float | None]:
    def reached_by(percent: int) -> float | None:
        """The smallest that so many percent do not exceed, found by trying each."""
        for value in sorted(lengths):
            if sum(other <= value for other in lengths) >= math.ceil(len(lengths) * percent / 100):
                return value
        return None

    return {
        f"{name}_mean_s": sum(lengths) / len(lengths) if lengths else None,
        f"{name}_p50_s": reached_by(50),
        f"{name}_p90_s": reached_by(90),
        f"{name}_p99_s": reached_by(99),
        f"{name}_most_s": max(lengths, default=None),
    }


def _has(one: Truth, *facts: Fact) -> bool:
    return any(noted.note.fact in facts for noted in one.notes)


def _steps(found: Figures, offered: list[Truth]) -> None:
    def step(leg: object) -> str:
        return "overflow" if leg.volunteer is None else str(leg.wave)  # type: ignore[attr-defined]

    for name in {step(leg) for one in offered for leg in one.close.legs}:
        calls = [one for one in offered if any(step(leg) == name for leg in one.close.legs)]
        firsts = []
        for one in calls:
            talks = sorted((leg.ended_at, leg.leg, leg) for leg in one.close.legs if leg.outcome is LegOutcome.TALKED)
            if talks and step(talks[0][2]) == name:
                firsts.append(talks[0][2].rang_s)
        found["step", name, "calls"] = len(calls)
        found["step", name, "rings"] = sum(step(leg) == name for one in calls for leg in one.close.legs)
        found["step", name, "answered"] = len(firsts)
        found["step", name, "answered_share"] = len(firsts) / len(calls)
        found["step", name, "ring_p50_s"] = _spread("x", firsts)["x_p50_s"]


def _volunteers(found: Figures, over: list[Truth]) -> None:
    rings: dict[str, list[tuple[str, float, float]]] = {}
    for one in over:
        agreed = {noted.note.leg for noted in one.notes if noted.note.fact in (Fact.ACCEPTED, Fact.REFUSED)}
        for leg in one.close.legs:
            if leg.volunteer is None:
                continue
            if leg.outcome is LegOutcome.TALKED:
                what = "talk"
            elif leg.leg in agreed:
                what = "too late"
            else:
                what = str(leg.outcome)
            rings.setdefault(leg.volunteer, []).append((what, leg.rang_s, leg.talk_s))
    for who, told in rings.items():
        many = [what for what, _, _ in told]
        accepts = many.count("talk") + many.count("too late")
        missed = many.count("no answer") + many.count("picked up, not accepted")
        declined = many.count("declined")
        unreached = many.count("busy") + many.count("unreachable") + many.count("failed")
        stopped = sum(many.count(what) for what in ("answered elsewhere", "caller left", "withdrawn", "uncertain"))
        asked = accepts + missed + declined
        row: dict[str, int | float | None] = {
            "rings": len(many),
            "accepts": accepts,
            "talks": many.count("talk"),
            "too_late": many.count("too late"),
            "missed": missed,
            "declined": declined,
            "unreached": unreached,
            "stopped": stopped,
            "accept_rate": accepts / asked if asked else None,
            "talk_sum_s": sum(talk_s for what, _, talk_s in told if what == "talk"),
            "accept_p50_s": _spread("x", [rang_s for what, rang_s, _ in told if what == "talk"])["x_p50_s"],
        }
        for name, value in row.items():
            found["volunteer", who, name] = value


def _missed(found: Figures, truths: Sequence[Truth], offered: list[Truth], short_s: float, until_at: datetime) -> None:
    missed = [
        one
        for one in offered
        if went(one) not in ("talked", "transferred") and not (went(one) == "abandoned" and one.close.wait_s < short_s)
    ]
    through, unknown, never = 0, 0, []
    for one in missed:
        if one.caller is None:
            unknown += 1
        elif any(
            other.caller == one.caller
            and other.is_over
            and other.close.answered_at is not None
            and other.close.answered_at > one.close.arrived_at
            for other in truths
        ):
            through += 1
        else:
            never.append(one.caller)
    for name, value in (
        ("missed", len(missed)),
        ("called_back", 0),
        ("got_through", through),
        ("never", len(never)),
        ("never_people", len(set(never))),
        ("unknown", unknown),
    ):
        found["missed", "", name] = value

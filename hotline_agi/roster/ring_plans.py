"""``ring`` and ``ring_plans`` of ``line.yaml``: whom to ring, step by step, as a rule and at certain hours."""

from dataclasses import dataclass

from hotline_agi.roster.document import Entry, Mapping, Node
from hotline_agi.roster.fields import Fields, nearest, sequence_of
from hotline_agi.roster.findings import Findings
from hotline_agi.roster.model import RingGroup, RingPlan, RingStep
from hotline_agi.roster.plan import WeeklyHours
from hotline_agi.roster.probes import described, narrowed
from hotline_agi.roster.values import ident, integer, scalar, seconds, time_of_day, written
from hotline_agi.roster.weekdays import WEEKDAYS, weekdays
from hotline_agi.terms.problems import Mark

MOST_TOGETHER = 50
_WHOM_HINT = "write a number of people, adaptive, everybody, or backup"
DAY_MIN = 24 * 60
WEEK_MIN = 7 * DAY_MIN


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadRingPlan:
    plan: RingPlan
    mark: Mark
    """Of its name."""


@narrowed(minItems=1)
def ring_steps(node: Node, findings: Findings) -> tuple[RingStep, ...] | None:
    steps = sequence_of(_ring_step, "the ring plan")(node, findings)
    if steps is None:
        return None
    if not steps:
        findings.error(node.mark, "the ring plan has no step", "write e.g. - {ring: everybody, for_s: 30}")
    seen: set[RingGroup] = set()
    for number, step in enumerate(steps, start=1):
        if step.group in seen:
            findings.warning(node.mark, f"step {number} of the ring plan adds nobody", "all of them ring already")
        if step.count is None and not step.adaptive:
            seen.add(step.group)
    return steps


def _ring_step(node: Node, findings: Findings) -> RingStep | None:
    fields = Fields.of(node, findings, "a ring step")
    if fields is None:
        return None
    whom = fields.required("ring", _whom)
    for_s = fields.required("for_s", seconds(5, 120))
    fields.close()
    if whom is None or for_s is None:
        return None
    return RingStep(group=whom.group, count=whom.count, for_s=for_s, adaptive=whom.adaptive)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Whom:
    group: RingGroup = RingGroup.ON_SHIFT
    count: int | None = None
    adaptive: bool = False


_WORDS = {
    "adaptive": _Whom(adaptive=True),
    "everybody": _Whom(),
    "backup": _Whom(group=RingGroup.BACKUP),
}


@described(
    written("|".join((*_WORDS, "[0-9]{1,9}")), _WHOM_HINT, type=["string", "integer"], minimum=1, maximum=MOST_TOGETHER)
)
def _whom(node: Node, findings: Findings) -> _Whom | None:
    found = scalar(node, findings, "whom to ring")
    if found is None:
        return None
    if found.text in _WORDS:
        return _WORDS[found.text]
    if found.text.isascii() and found.text.isdigit():
        count = integer(1, MOST_TOGETHER)(found, findings)
        return None if count is None else _Whom(count=count)
    findings.error(node.mark, f"{found.shown} is nobody to ring", nearest(found.text, _WORDS) or _WHOM_HINT)
    return None


def hint_at_days(fields: Fields) -> None:
    """Say what went wrong with ``{days: sat, sun, from: …}``."""
    for day in WEEKDAYS:
        fields.hint(day, 'within {…} several days need quotes: days: "sat, sun"')


def weekly_hours(node: Node, findings: Findings) -> WeeklyHours | None:
    """``{days: mon-fri, from: 08:00, until: 20:00}``."""
    fields = Fields.of(node, findings, "an opening")
    if fields is None:
        return None
    hint_at_days(fields)
    days = fields.required("days", weekdays)
    start = fields.required("from", time_of_day(is_end=False))
    until = fields.required("until", time_of_day(is_end=True))
    fields.close()
    if days is None or start is None or until is None:
        return None
    return WeeklyHours(weekdays=days, start=start, until=until)


def ring_plans(node: Node, findings: Findings) -> tuple[ReadRingPlan, ...] | None:
    """Ring plans by name, of which no two are for the same hour."""
    if not isinstance(node, Mapping):
        findings.error(
            node.mark, "ring plans must be a block", "write one block `<name>:` with hours and ring for each"
        )
        return None
    plans = [_ring_plan(entry, findings) for entry in node.entries if not findings.full]
    found = tuple(plan for plan in plans if plan is not None)
    _check_overlap(found, findings)
    return found


def _ring_plan(entry: Entry, findings: Findings) -> ReadRingPlan | None:
    name = ident("a ring plan's name")(entry.key, findings)
    fields = Fields.of(entry.value, findings, f"the ring plan {entry.key.shown}")
    if fields is None:
        return None
    for key in ("days", "from", "until"):
        fields.hint(key, "write it under `hours`: - {days: daily, from: 22:00, until: 06:00}")
    hours = fields.required("hours", narrowed(minItems=1)(sequence_of(weekly_hours, "the hours")))
    steps = fields.required("ring", ring_steps)
    fields.close()
    if hours == ():
        hint = "write e.g. - {days: daily, from: 22:00, until: 06:00}"
        findings.error(fields.mark("hours"), "the list of hours is empty, so the plan is never used", hint)
    if name is None or not hours or not steps:
        return None
    return ReadRingPlan(plan=RingPlan(name=name, hours=hours, steps=steps), mark=entry.key.mark)


def _check_overlap(plans: tuple[ReadRingPlan, ...], findings: Findings) -> None:
    stretches = sorted((start, end, nth) for nth, plan in enumerate(plans) for start, end in _minutes(plan.plan.hours))
    told: set[int] = set()
    reach, owner = 0, -1
    for start, end, nth in stretches:
        if start < reach and nth != owner:
            late, early = max(nth, owner), min(nth, owner)
            if late not in told:
                told.add(late)
                when = f"{WEEKDAYS[start // DAY_MIN]} {start % DAY_MIN // 60:02}:{start % 60:02}"
                what = f"'{plans[late].plan.name}' and '{plans[early].plan.name}' are both for {when}"
                findings.error(plans[late].mark, what, "an hour has one ring plan: end one where the other begins")
        if end > reach:
            reach, owner = end, nth


def _minutes(hours: tuple[WeeklyHours, ...]) -> list[tuple[int, int]]:
    """The stretches as minutes of the week, sorted and joined where they touch."""
    pieces: list[tuple[int, int]] = []
    for one in hours:
        begin = one.start.hour * 60 + one.start.minute
        length = (one.until.hour * 60 + one.until.minute - begin - 1) % DAY_MIN + 1
        for day in one.weekdays:
            start, end = day * DAY_MIN + begin, day * DAY_MIN + begin + length
            pieces.append((start, min(end, WEEK_MIN)))
            if end > WEEK_MIN:
                pieces.append((0, end - WEEK_MIN))
    joined: list[tuple[int, int]] = []
    for start, end in sorted(pieces):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    return joined

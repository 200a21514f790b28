"""``line.yaml``: one hotline, its numbers, and what a caller meets. Its format and defaults: `rosters/README.md`."""

from dataclasses import dataclass, replace

from hotline_agi.roster.document import Node, Scalar
from hotline_agi.roster.fields import Fields, check_twins, sequence_of
from hotline_agi.roster.findings import Findings
from hotline_agi.roster.model import Endpoint, EndpointKind, Line, OverflowStep, RingGroup, RingStep
from hotline_agi.roster.plan import WeeklyHours
from hotline_agi.roster.policy_fields import ReadWant, check_policy, read_policy
from hotline_agi.roster.probes import also, narrowed
from hotline_agi.roster.ring_plans import ring_plans, ring_steps, weekly_hours
from hotline_agi.roster.risk_fields import ReadRisk, read_risk
from hotline_agi.roster.values import (
    ident,
    names,
    one_of,
    phone_number,
    seconds,
    time_zone,
    yes_no,
)
from hotline_agi.roster.waiting_fields import check_waiting, prompt_language, read_waiting
from hotline_agi.terms.ids import EndpointId, LineId
from hotline_agi.terms.problems import Mark

DEFAULT_PLAN = (
    RingStep(group=RingGroup.ON_SHIFT, count=None, for_s=30.0),
    RingStep(group=RingGroup.BACKUP, count=None, for_s=30.0),
)
DEFAULT_END = (OverflowStep.MESSAGE, OverflowStep.DIRECTORY)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadLine:
    """A line without its shifts and without the number of its transfer, and the places that later checks point at."""

    line: Line
    number_marks: tuple[Mark, ...]
    service_number_marks: tuple[Mark, ...]
    wants: tuple[ReadWant, ...]
    contact: str | None
    """The id in the contacts file of whom calls are transferred to."""
    contact_mark: Mark
    plan_mark: Mark
    risk: ReadRisk | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Transfer:
    contact: str
    mark: Mark
    timeout_s: float
    confirm: bool


def read_line(line_id: LineId, root: Node, findings: Findings) -> ReadLine | None:
    """The line that a ``line.yaml`` describes, or None if something that it cannot be without is missing or wrong."""
    fields = Fields.of(root, findings, "the line")
    if fields is None:
        return None
    fields.hint("id", "delete it: the folder's name is the line's id")
    name = fields.required("name", names)
    zone = fields.required("time_zone", time_zone)
    numbers = fields.required("numbers", narrowed(minItems=1)(sequence_of(_number, "numbers")))
    service_numbers = fields.optional("service_numbers", sequence_of(_number, "service numbers"), ())
    language = fields.optional("language", prompt_language, "zh")
    opening = fields.optional("opening", _opening, ())
    steps = fields.optional("ring", ring_steps, DEFAULT_PLAN)
    plans = fields.optional("ring_plans", ring_plans, ())
    ring_timeout_s = fields.optional("ring_timeout_s", seconds(5, 60), 25.0)
    max_wait_s = fields.optional("max_wait_s", seconds(20, 900), 180.0)
    comfort_every_s = fields.optional("comfort_every_s", seconds(10, 120), 30.0)
    wrap_up_s = fields.optional("wrap_up_s", seconds(0, 600), 30.0)
    policy = read_policy(fields)
    waiting = read_waiting(fields)
    overflow = fields.optional("overflow", _end_of_call, DEFAULT_END)
    closed = fields.optional("closed", _end_of_call, DEFAULT_END)
    transfer = fields.optional("transfer", _transfer, None)
    risk = fields.optional("high_risk", read_risk, None)
    fields.close()
    if numbers is not None and not numbers:
        findings.error(fields.mark("numbers"), "the line has no number", "write the numbers that callers dial")
    _check_transfer(fields, transfer, (overflow, closed), findings)
    _check_time(fields.mark("ring"), steps, max_wait_s, findings)
    for plan in plans:
        _check_time(plan.mark, plan.plan.steps, max_wait_s, findings)
    if name is None or zone is None or not numbers:
        return None
    line = Line(
        id=line_id,
        name=name,
        zone=zone,
        numbers=tuple(number for number, _ in numbers),
        service_numbers=tuple(number for number, _ in service_numbers),
        language=language,
        opening=opening,
        ring_steps=steps,
        ring_plans=tuple(plan.plan for plan in plans),
        ring_timeout_s=ring_timeout_s,
        max_wait_s=max_wait_s,
        comfort_every_s=comfort_every_s,
        wrap_up_s=wrap_up_s,
        overflow=overflow,
        closed=closed,
        transfer=_target(line_id, transfer),
        transfer_timeout_s=transfer.timeout_s if transfer else 30.0,
        shifts=(),
        waiting=waiting,
        where=root.mark,
    )
    check_policy(fields, policy, line, findings)
    line = policy.onto(line)
    check_waiting(fields, line, findings)
    return ReadLine(
        line=replace(line, high_risk=risk.policy if risk else None),
        service_number_marks=tuple(mark for _, mark in service_numbers),
        wants=policy.wants,
        number_marks=tuple(mark for _, mark in numbers),
        contact=transfer.contact if transfer else None,
        contact_mark=transfer.mark if transfer else fields.mark("transfer"),
        plan_mark=fields.mark("ring"),
        risk=risk,
    )


def _number(node: Node, findings: Findings) -> tuple[str, Mark] | None:
    number = phone_number(node, findings)
    return None if number is None else (number.reveal(), node.mark)  # callers dial it: it is public


@also({"enum": ["always"]})
@narrowed(minItems=1)
def _opening(node: Node, findings: Findings) -> tuple[WeeklyHours, ...] | None:
    if isinstance(node, Scalar):
        if node.text != "always":
            findings.error(node.mark, f"{node.shown} are no opening hours", "write always or a list of opening hours")
        return ()
    hours = sequence_of(weekly_hours, "the opening")(node, findings)
    if hours == ():
        findings.error(node.mark, "the list of opening hours is empty", "write always if the line never closes")
    return hours


@narrowed(uniqueItems=True)
def _end_of_call(node: Node, findings: Findings) -> tuple[OverflowStep, ...] | None:
    """The steps, never none: every call must end well. A list that may leave the caller in silence is warned about."""
    steps = sequence_of(one_of(OverflowStep, "way to end a call"), "the ways to end a call")(node, findings)
    if steps is None:
        return None
    if not steps:
        findings.warning(node.mark, "nothing is left for the caller here", "[message, directory] is used instead")
        return DEFAULT_END
    check_twins(steps, node, findings, "way")
    if OverflowStep.DIRECTORY in steps[:-1]:
        findings.warning(node.mark, "what follows directory is never reached", "put directory last")
    elif steps[-1] is OverflowStep.TRANSFER:
        what = "a caller whose transfer fails hears nothing more"
        findings.warning(node.mark, what, "end the list with message or directory")
    return steps


def _transfer(node: Node, findings: Findings) -> _Transfer | None:
    fields = Fields.of(node, findings, "the transfer")
    if fields is None:
        return None
    fields.hint("number", "write `contact: <id>`; the number itself belongs into the contacts file")
    contact = fields.required("contact", ident("a contact's id"))
    timeout_s = fields.optional("timeout_s", seconds(5, 90), 30.0)
    confirm = fields.optional("confirm", yes_no, False)
    fields.close()
    if contact is None:
        return None
    return _Transfer(contact=contact, mark=fields.mark("contact"), timeout_s=timeout_s, confirm=confirm)


def _target(line_id: LineId, transfer: _Transfer | None) -> Endpoint | None:
    if transfer is None:
        return None
    return Endpoint(id=EndpointId(f"{line_id}-transfer"), kind=EndpointKind.MOBILE, confirm=transfer.confirm)


def _check_transfer(
    fields: Fields, transfer: _Transfer | None, ends: tuple[tuple[OverflowStep, ...], ...], findings: Findings
) -> None:
    used = False
    for key, steps in zip(("overflow", "closed"), ends, strict=True):
        if OverflowStep.TRANSFER in steps:
            used = True
            if not fields.has("transfer"):
                what = f"'{key}' transfers calls, but nobody is named to transfer them to"
                findings.error(fields.mark(key), what, "add a line `transfer: {contact: <id>}`")
    if transfer and not used:
        findings.warning(transfer.mark, "no call is ever transferred there", "add transfer to overflow or to closed")


def _check_time(mark: Mark, steps: tuple[RingStep, ...], max_wait_s: float, findings: Findings) -> None:
    before_last = sum(step.for_s for step in steps[:-1])
    if before_last >= max_wait_s:
        what = f"the last ring step begins after {before_last:g} s, but a caller waits only {max_wait_s:g} s"
        findings.warning(mark, what, "shorten the steps or raise max_wait_s")

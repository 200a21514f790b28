"""Who is served first and who is rung first: the fields of ``line.yaml`` that the matching of calls goes by.

Their format and defaults: `rosters/README.md`. What is left out is as `model.py` has it.
"""

from dataclasses import dataclass, replace

from hotline_agi.roster.abuse_fields import USUAL as USUAL_LIMITS
from hotline_agi.roster.abuse_fields import caller_limits
from hotline_agi.roster.callback_fields import callbacks, check_callbacks
from hotline_agi.roster.callback_policy import CallbackPolicy
from hotline_agi.roster.document import Node
from hotline_agi.roster.fields import Fields, sequence_of
from hotline_agi.roster.findings import Findings
from hotline_agi.roster.model import (
    Adaptive,
    CallerClass,
    CallerLimits,
    CallerOrder,
    Line,
    LongWrapUp,
    Recording,
    Reminders,
    Rest,
    VolunteerOrder,
    Want,
)
from hotline_agi.roster.probes import narrowed
from hotline_agi.roster.recording_fields import recording
from hotline_agi.roster.values import ident, integer, language, one_of, percent, seconds
from hotline_agi.terms.problems import Mark

MOST_WORTH_S = 3600
_USUAL_ADAPTIVE, _USUAL_CALLERS = Adaptive(), CallerOrder()
_MIN_S = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadWant:
    want: Want
    mark: Mark


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadPolicy:
    adaptive: Adaptive
    order: VolunteerOrder
    wants: tuple[ReadWant, ...]
    callers: CallerOrder
    long_wrap_up: LongWrapUp | None
    rest: Rest | None
    reminders: Reminders | None
    limits: CallerLimits
    recording: Recording
    callbacks: CallbackPolicy | None

    def onto(self, line: Line) -> Line:
        """`line` with this policy."""
        return replace(
            line,
            adaptive=self.adaptive,
            order=self.order,
            wants=tuple(one.want for one in self.wants),
            callers=self.callers,
            long_wrap_up=self.long_wrap_up,
            rest=self.rest,
            reminders=self.reminders,
            limits=self.limits,
            recording=self.recording,
            callbacks=self.callbacks,
        )


def read_policy(fields: Fields) -> ReadPolicy:
    """Those fields of a line, all of which may be left out."""
    return ReadPolicy(
        adaptive=fields.optional("adaptive", _adaptive, _USUAL_ADAPTIVE),
        order=fields.optional("order", one_of(VolunteerOrder, "order of volunteers"), VolunteerOrder.LONGEST_IDLE),
        wants=fields.optional("wants", _wants, ()),
        callers=fields.optional("callers", _callers, _USUAL_CALLERS),
        long_wrap_up=fields.optional("long_wrap_up", _long_wrap_up, None),
        rest=fields.optional("rest", _rest, None),
        reminders=fields.optional("remind", _reminders, None),
        limits=fields.optional("abuse", caller_limits, USUAL_LIMITS),
        recording=fields.optional("recording", recording, Recording()),
        callbacks=fields.optional("callbacks", callbacks, None),
    )


def check_policy(fields: Fields, policy: ReadPolicy, line: Line, findings: Findings) -> None:
    """What these fields say against the others of the line."""
    steps = [step for plan in (line.ring_steps, *(plan.steps for plan in line.ring_plans)) for step in plan]
    if policy.adaptive is not _USUAL_ADAPTIVE and not any(step.adaptive for step in steps):
        what = "no ring step is adaptive, so this changes nothing"
        findings.warning(fields.mark("adaptive"), what, "write a step {ring: adaptive, for_s: 30}, or delete it")
    if policy.long_wrap_up is not None and policy.long_wrap_up.wrap_up_s < line.wrap_up_s:
        what = f"the rest after a long talk ({policy.long_wrap_up.wrap_up_s:g} s) is shorter than after any other"
        hint = f"wrap_up_s is {line.wrap_up_s:g}: write at least as much"
        findings.error(fields.mark("long_wrap_up"), what, hint)
    for one in policy.wants:
        if one.want.for_s is not None and one.want.for_s >= line.max_wait_s:
            what = f"others are rung only after {one.want.for_s:g} s, but a caller waits only {line.max_wait_s:g} s"
            findings.warning(one.mark, what, "shorten for_s, or leave it out if that is meant")
    check_callbacks(fields, policy.callbacks, line, findings)


def _adaptive(node: Node, findings: Findings) -> Adaptive | None:
    """``{chance_percent: 97, within_s: 12, share_percent: 32}``."""
    fields = Fields.of(node, findings, "the adaptive ringing")
    if fields is None:
        return None
    chance = fields.optional("chance_percent", percent(50, 99.9), round(_USUAL_ADAPTIVE.chance * 100, 1))
    within_s = fields.optional("within_s", seconds(5, 60), _USUAL_ADAPTIVE.within_s)
    share = fields.optional("share_percent", percent(5, 100), round(_USUAL_ADAPTIVE.share * 100, 1))
    fields.close()
    return Adaptive(chance=round(chance / 100, 4), within_s=within_s, share=round(share / 100, 4))


def _callers(node: Node, findings: Findings) -> CallerOrder | None:
    """``{high-risk: 900, cut-off: 600, tried-again: 120, tried_within_min: 30}``; what it does not name is as usual."""
    fields = Fields.of(node, findings, "the order of callers")
    if fields is None:
        return None
    worth_s = {
        one: fields.optional(one.value, seconds(0, MOST_WORTH_S), _USUAL_CALLERS.worth_s[one]) for one in CallerClass
    }
    within_min = fields.optional("tried_within_min", integer(1, 1440), int(_USUAL_CALLERS.tried_within_s / _MIN_S))
    level_s = fields.optional("service_level_s", seconds(5, 300), _USUAL_CALLERS.service_level_s)
    yields_s = fields.optional("yields_s", seconds(0, 120), _USUAL_CALLERS.yields_s)
    fields.close()
    return CallerOrder(worth_s=worth_s, tried_within_s=within_min * _MIN_S, service_level_s=level_s, yields_s=yields_s)


def _wants(node: Node, findings: Findings) -> tuple[ReadWant, ...] | None:
    wants = sequence_of(_want, "what callers want")(node, findings)
    seen: set[tuple[str, str]] = set()
    for one in wants or ():
        about = (one.want.language, one.want.qualification)
        if about in seen:
            findings.error(one.mark, f"'{''.join(about)}' is wanted twice", "keep one")
        seen.add(about)
    return wants


@narrowed(minProperties=1, maxProperties=2)
def _want(node: Node, findings: Findings) -> ReadWant | None:
    """``{language: en, for_s: 20}`` or ``{qualification: crisis}``."""
    fields = Fields.of(node, findings, "what callers want")
    if fields is None:
        return None
    spoken = fields.optional("language", language, None)
    skill = fields.optional("qualification", ident("a qualification"), None)
    for_s = fields.optional("for_s", seconds(5, 900), None)
    fields.close()
    if fields.has("language") == fields.has("qualification"):
        what = "what callers want is one language or one qualification"
        findings.error(node.mark, what, "write {language: en} or {qualification: crisis}, one line for each")
        return None
    if spoken is None and skill is None:
        return None
    return ReadWant(want=Want(language=spoken or "", qualification=skill or "", for_s=for_s), mark=node.mark)


def _long_wrap_up(node: Node, findings: Findings) -> LongWrapUp | None:
    """``{talk_min: 20, wrap_up_s: 120}``."""
    fields = Fields.of(node, findings, "the rest after a long talk")
    if fields is None:
        return None
    talk_min = fields.required("talk_min", integer(1, 240))
    wrap_up_s = fields.required("wrap_up_s", seconds(0, 3600))
    fields.close()
    if talk_min is None or wrap_up_s is None:
        return None
    return LongWrapUp(talk_s=talk_min * _MIN_S, wrap_up_s=wrap_up_s)


def _rest(node: Node, findings: Findings) -> Rest | None:
    """``{missed: 4, for_min: 30}``."""
    fields = Fields.of(node, findings, "the rest after missed rings")
    if fields is None:
        return None
    missed = fields.required("missed", integer(1, 50))
    for_min = fields.required("for_min", integer(1, 480))
    fields.close()
    if missed is None or for_min is None:
        return None
    return Rest(missed=missed, for_s=for_min * _MIN_S)


def _reminders(node: Node, findings: Findings) -> Reminders | None:
    """``{before_min: 15, ask_backup_min: 8}``."""
    fields = Fields.of(node, findings, "the reminder")
    if fields is None:
        return None
    before = fields.required("before_min", integer(2, 720))
    ask_backup = fields.required("ask_backup_min", integer(1, 719))
    fields.close()
    if before is None or ask_backup is None:
        return None
    if ask_backup >= before:
        what = (
            f"the backup people are asked {ask_backup} min before the shift, but the others only {before} min before it"
        )
        findings.error(fields.mark("ask_backup_min"), what, f"write less than {before}: people need time to answer")
        return None
    return Reminders(before_s=before * _MIN_S, ask_backup_s=ask_backup * _MIN_S)

"""``abuse`` in ``line.yaml``: what one caller may take of a line. Format and defaults: `rosters/README.md`."""

from hotline_agi.roster.document import Node
from hotline_agi.roster.fields import Fields
from hotline_agi.roster.findings import Findings
from hotline_agi.roster.model import CallerLimits, SilentCalls
from hotline_agi.roster.values import integer, seconds

USUAL = CallerLimits()
_MIN_S = 60.0


def caller_limits(node: Node, findings: Findings) -> CallerLimits | None:
    """``{talk_min_per_day: 180, calls_per_hour: 60, …}``; what it does not name is as usual, 0 is no limit."""
    fields = Fields.of(node, findings, "the limits of callers")
    if fields is None:
        return None
    talk_min = fields.optional("talk_min_per_day", integer(0, 1440), int(USUAL.talk_s_per_day / _MIN_S))
    found = CallerLimits(
        talk_s_per_day=talk_min * _MIN_S,
        calls_per_hour=fields.optional("calls_per_hour", integer(0, 1000), USUAL.calls_per_hour),
        calls_at_once=fields.optional("calls_at_once", integer(0, 50), USUAL.calls_at_once),
        anonymous_calls_per_hour=fields.optional(
            "anonymous_calls_per_hour", integer(0, 100_000), USUAL.anonymous_calls_per_hour
        ),
        anonymous_at_once=fields.optional("anonymous_at_once", integer(0, 10_000), USUAL.anonymous_at_once),
        waiting_at_once=fields.optional("waiting_at_once", integer(0, 10_000), USUAL.waiting_at_once),
        silent=fields.optional("silent", _silent, USUAL.silent),
    )
    fields.close()
    return found


def _silent(node: Node, findings: Findings) -> SilentCalls | None:
    """``{calls: 3, within_min: 60, cool_off_min: 10}``."""
    fields = Fields.of(node, findings, "silent calls")
    if fields is None:
        return None
    usual = USUAL.silent
    found = SilentCalls(
        calls=fields.optional("calls", integer(0, 20), usual.calls),
        within_s=fields.optional("within_min", integer(5, 1440), int(usual.within_s / _MIN_S)) * _MIN_S,
        talk_s=fields.optional("talk_s", seconds(5, 120), usual.talk_s),
        cool_off_s=fields.optional("cool_off_min", integer(1, 240), int(usual.cool_off_s / _MIN_S)) * _MIN_S,
    )
    fields.close()
    return found

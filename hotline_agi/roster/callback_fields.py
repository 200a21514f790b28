"""``callbacks`` in ``line.yaml``: who is called back, and how. Format and defaults: `rosters/README.md`."""

from hotline_agi.roster.callback_policy import CallbackPolicy, Missed, SharedPhones
from hotline_agi.roster.document import Node
from hotline_agi.roster.fields import Fields
from hotline_agi.roster.findings import Findings
from hotline_agi.roster.model import Line
from hotline_agi.roster.values import integer, one_of, phone_number, time_of_day
from hotline_agi.terms.numbers import PhoneNumber

USUAL = CallbackPolicy()
_MIN_S, _H_S = 60.0, 3600.0


def callbacks(node: Node, findings: Findings) -> CallbackPolicy | None:
    """``{missed: consented, lease_min: 20, overdue_h: 4, …}``; what it does not name is as usual."""
    fields = Fields.of(node, findings, "the callbacks")
    if fields is None:
        return None
    number: PhoneNumber | None = fields.optional("number", phone_number, None)
    found = CallbackPolicy(
        missed=fields.optional("missed", one_of(Missed, "way to treat missed calls"), USUAL.missed),
        lease_s=fields.optional("lease_min", integer(2, 240), int(USUAL.lease_s / _MIN_S)) * _MIN_S,
        overdue_s=fields.optional("overdue_h", integer(1, 168), int(USUAL.overdue_s / _H_S)) * _H_S,
        attempts=fields.optional("attempts", integer(1, 10), USUAL.attempts),
        retry_after_s=fields.optional("retry_after_min", integer(1, 1440), int(USUAL.retry_after_s / _MIN_S)) * _MIN_S,
        from_time=fields.optional("from", time_of_day(is_end=False), USUAL.from_time),
        until_time=fields.optional("until", _until, USUAL.until_time),
        shared_phones=fields.optional(
            "shared_phones", one_of(SharedPhones, "word for who answers"), USUAL.shared_phones
        ),
        number=number.reveal() if number is not None else None,  # the line's own, which is public
    )
    fields.close()
    return found


def check_callbacks(fields: Fields, policy: CallbackPolicy | None, line: Line, findings: Findings) -> None:
    """What the section says against the line's other fields."""
    if policy is not None and policy.number is not None and policy.number not in line.numbers:
        findings.error(
            fields.mark("callbacks"),
            "callbacks would show a number that is none of the line's",
            f"one of its numbers: {', '.join(line.numbers)}; or leave it out for the first",
        )


_until = time_of_day(is_end=True)

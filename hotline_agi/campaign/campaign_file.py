"""A campaign's file → `Campaign`. Strict as the roster: every problem at once, with its place and what to write."""

from collections.abc import Mapping as AbstractMapping
from datetime import date
from zoneinfo import ZoneInfo

from hotline_agi.campaign.model import (
    RETRIED,
    USUAL_RETRIES,
    Campaign,
    Hours,
    ListColumns,
    Outcome,
    Pace,
    RetryRule,
    SpecialKeys,
)
from hotline_agi.campaign.question_fields import check_flow, in_order, question, special_keys, spoken
from hotline_agi.roster.dates import DaysMeant, days_meant
from hotline_agi.roster.document import Node, parse
from hotline_agi.roster.fields import Converter, Fields, sequence_of
from hotline_agi.roster.findings import Findings
from hotline_agi.roster.plan import WeeklyHours
from hotline_agi.roster.ring_plans import weekly_hours
from hotline_agi.roster.values import ident, integer, names, one_of, seconds, text, time_zone, yes_no
from hotline_agi.terms.ids import LineId
from hotline_agi.terms.languages import Language

MAX_BYTES = 256 * 1024
MOST_CHANNELS = 500


def read_campaign(file: str, content: bytes) -> Campaign:
    """:raises InvalidText: with everything that is wrong with the text."""
    findings = Findings()
    fields = Fields.of(parse(file, content), findings, "the campaign")
    campaign = _campaign(fields, findings) if fields is not None else None
    findings.refuse()
    assert campaign is not None
    return campaign


def _campaign(fields: Fields, findings: Findings) -> Campaign | None:
    name_id = fields.required("id", ident("a campaign"))
    name = fields.required("name", names)
    line = fields.required("line", ident("a line"))
    languages = fields.required("languages", sequence_of(one_of(Language, "language"), "the languages"))
    languages = tuple(dict.fromkeys(languages or ()))
    columns = fields.required("list", _columns)
    zone = fields.required("time_zone", time_zone)
    weekly = fields.required("hours", sequence_of(weekly_hours, "the hours"))
    holidays = fields.optional("holidays", sequence_of(days_meant, "the holidays"), ())
    channels = fields.required("channels", integer(1, MOST_CHANNELS))
    calls_per_second = fields.optional("calls_per_second", seconds(0.1, 50), 1.0)
    opening = fields.required("opening", spoken(languages))
    closing = fields.required("closing", spoken(languages))
    keys = fields.optional("keys", special_keys, SpecialKeys())
    questions = fields.required("questions", sequence_of(question(languages), "the questions"))
    retries = fields.optional("retry", _retries, USUAL_RETRIES)
    once_a_day = fields.optional("once_a_day", yes_no, True)
    ring_s = fields.optional("ring_s", integer(5, 60), 30)
    answer_s = fields.optional("answer_s", integer(3, 30), 8)
    said_times = fields.optional("said_times", integer(1, 4), 2)
    needs_volunteers = fields.optional("needs_volunteers", yes_no, True)
    if not weekly and weekly is not None:
        findings.error(fields.mark("hours"), "there are no hours at which people may be rung", "add one")
    if not questions and questions is not None:
        findings.error(fields.mark("questions"), "there are no questions", "add one")
    fields.close()
    if name_id is None or name is None or line is None or not languages or columns is None or zone is None:
        return None
    if not weekly or channels is None or opening is None or closing is None or not questions:
        return None
    check_flow(questions, keys, findings)
    return Campaign(
        id=name_id,
        name=name,
        line=LineId(line),
        languages=languages,
        columns=columns,
        hours=_hours(zone, weekly, holidays),
        pace=Pace(channels=channels, calls_per_second=calls_per_second),
        opening=opening,
        closing=closing,
        questions=in_order(questions),
        keys=keys,
        retries=retries,
        once_a_day=once_a_day,
        ring_s=ring_s,
        answer_s=answer_s,
        said_times=said_times,
        needs_volunteers=needs_volunteers,
    )


def _hours(zone: ZoneInfo, weekly: tuple[WeeklyHours, ...], holidays: tuple[DaysMeant, ...]) -> Hours:
    dates: set[date] = {day for one in holidays for day in one.dates}
    yearly = {day for one in holidays for day in one.yearly}
    return Hours(zone=zone, weekly=weekly, holidays=frozenset(dates), yearly=frozenset(yearly))


# ---- the list


def _columns(node: Node, findings: Findings) -> ListColumns | None:
    """``{number: 电话, consent: 同意, yes: [是], language: 语言}``."""
    fields = Fields.of(node, findings, "the list")
    if fields is None:
        return None
    number, consent = fields.required("number", text), fields.required("consent", text)
    yes = fields.required("yes", sequence_of(text, "what means consent"))
    language = fields.optional("language", text, None)
    if yes is not None and not yes:
        findings.error(fields.mark("yes"), "nothing in the consent column would mean consent", "write e.g. [yes, 是]")
    headings = [heading for heading in (number, consent, language) if heading is not None]
    if len(set(headings)) < len(headings):
        findings.error(node.mark, "two columns of the list have one heading", "name three columns")
    fields.close()
    return (
        ListColumns(number=number, consent=consent, yes=yes, language=language) if number and consent and yes else None
    )


# ---- retries


def _retries(node: Node, findings: Findings) -> AbstractMapping[Outcome, RetryRule] | None:
    """``{busy: {attempts: 3, after_min: 30}, …}``; what is not named is as usual."""
    fields = Fields.of(node, findings, "the retry rules")
    if fields is None:
        return None
    found = {one: fields.optional(one.value, _retry(one), USUAL_RETRIES[one]) for one in RETRIED}
    fields.close()
    return found


def _retry(outcome: Outcome) -> Converter[RetryRule]:
    def read(node: Node, findings: Findings) -> RetryRule | None:
        fields = Fields.of(node, findings, f"the rule for '{outcome.value}'")
        if fields is None:
            return None
        usual = USUAL_RETRIES[outcome]
        rule = RetryRule(
            attempts=fields.optional("attempts", integer(1, 20), usual.attempts),
            after_min=fields.optional("after_min", integer(1, 43_200), usual.after_min),
        )
        fields.close()
        return rule

    return read

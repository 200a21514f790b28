"""The section ``reports`` of the settings: what counts as a short abandon, and who gets the weekly report."""

from dataclasses import dataclass
from datetime import time

from hotline_agi.alarm_settings import address
from hotline_agi.reports.period.tally import SHORT_S
from hotline_agi.roster.document import Node
from hotline_agi.roster.fields import Fields, sequence_of
from hotline_agi.roster.findings import Findings
from hotline_agi.roster.values import ident, language, seconds, time_of_day, yes_no
from hotline_agi.roster.weekdays import day_name
from hotline_agi.terms.ids import LineId
from hotline_agi.terms.languages import Language


@dataclass(frozen=True, slots=True, kw_only=True)
class WeeklySettings:
    to: tuple[str, ...]
    weekday: int = 0
    """0 is Monday. The report is of the seven days that end with its first midnight."""
    at: time = time(8)
    """By the clock of the first line."""
    lines: tuple[LineId, ...] = ()
    """Empty: all."""
    language: Language = Language.ZH
    """Of the mail; the page that is attached has both."""
    people: bool = False
    """With each volunteer's figures, by their ids: mail is read in many places."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportSettings:
    short_s: float = SHORT_S
    weekly: WeeklySettings | None = None


USUAL = ReportSettings()


def report_settings(node: Node, findings: Findings) -> ReportSettings | None:
    """The section's reader."""
    fields = Fields.of(node, findings, "reports")
    if fields is None:
        return None
    found = ReportSettings(
        short_s=fields.optional("short_s", seconds(0, 120), SHORT_S),
        weekly=fields.optional("weekly", _weekly, None),
    )
    fields.close()
    return found


def _weekly(node: Node, findings: Findings) -> WeeklySettings | None:
    fields = Fields.of(node, findings, "reports.weekly")
    if fields is None:
        return None
    to = fields.required("to", sequence_of(address, "the addresses"))
    found = WeeklySettings(
        to=tuple(to or ()),
        weekday=fields.optional("day", _one_day, 0),
        at=fields.optional("at", time_of_day(is_end=False), time(8)),
        lines=tuple(map(LineId, fields.optional("lines", sequence_of(ident("a line"), "the lines"), ()))),
        language=Language(fields.optional("language", language, Language.ZH.value)),
        people=fields.optional("people", yes_no, False),
    )
    fields.close()
    if to == ():
        findings.error(fields.mark("to"), "nobody would get the report", "name at least one address")
    return found if to else None


def _one_day(node: Node, findings: Findings) -> int | None:
    days = day_name(node, findings)
    if days is not None and len(days) != 1:
        findings.error(node.mark, "the report is sent on one day of the week", "write e.g. mon")
        return None
    return None if days is None else next(iter(days))

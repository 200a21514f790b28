"""The weekly mail: a short text in one language, and the whole report as a page that is attached."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from email.message import EmailMessage
from functools import partial

from hotline_agi import weekly
from hotline_agi.alarm_settings import MailSettings
from hotline_agi.alerting.mail import message_of, post
from hotline_agi.alerting.sink import Courier
from hotline_agi.errors import SetupError
from hotline_agi.report_settings import WeeklySettings
from hotline_agi.reporting.book import lines_of, week_reports
from hotline_agi.reports.period import letter
from hotline_agi.reports.period.maker import LineReport
from hotline_agi.reports.period.page import page
from hotline_agi.reports.period.span import Period
from hotline_agi.roster.model import Line
from hotline_agi.settings import Settings
from hotline_agi.terms.languages import Language
from hotline_agi.weekly import Sent

LIMIT_S = 60.0
"""For one sending, whatever the server does; a report of a year by day has some hundred kilobytes."""


def send_now(settings: Settings, now: datetime) -> tuple[str, int]:
    """Send the report on the week that was due last, whether it was sent or not; it stays due if it was. Returns the
    week's name and to how many addresses.

    :raises SetupError: if the settings name nobody.
    :raises DeliveryFailed: if the server did not take it.
    """
    told, mail = _told(settings)
    first = lines_of(settings, told.lines)[0]
    week = weekly.week_due(told, now, first.zone)
    asyncio.run(_send(settings, told, mail, now))
    return week.name, len(told.to)


def send_due(settings: Settings, now: datetime) -> bool:
    """Send the report that is due, if one is, and note it. Returns whether one was. Raises what `send_now` raises."""
    told, mail = _told(settings)
    first = lines_of(settings, told.lines)[0]
    week = weekly.week_due(told, now, first.zone)
    if not weekly.is_due(weekly.read(settings.state), week):
        return False
    asyncio.run(_send(settings, told, mail, now))
    weekly.write(settings.state, Sent(until_at=week.until_at, sent_at=now))
    return True


def message(found: Sequence[LineReport], told: WeeklySettings, mail: MailSettings, hotline: str) -> EmailMessage:
    """The mail; the same week has the same Message-ID."""
    first = found[0]
    name = f"report.{'.'.join(one.line for one in found)}.{first.period.until_at:%Y%m%dT%H%MZ}"
    mailed = message_of(mail, letter.subject(found, hotline, told.language), told.to, id_=name)
    mailed["Content-Language"] = "zh-CN" if told.language is Language.ZH else "en"
    mailed.set_content(letter.text(found, told.language))
    until = f"{first.period.until_at.astimezone(first.period.zone):%Y-%m-%d}"
    mailed.add_attachment(
        page(found, told.language), subtype="html", cte="base64", filename=f"hotline-report-{until}.html"
    )
    return mailed


async def _send(settings: Settings, told: WeeklySettings, mail: MailSettings, now: datetime) -> None:
    def week(line: Line) -> Period:
        return weekly.week_due(told, now, line.zone)

    found = week_reports(settings, told.lines, people=told.people, week=week, now=now)
    mailed = message(found, told, mail, settings.alarms.name)
    await Courier("weekly report", LIMIT_S).run(partial(post, mail, mailed))


def _told(settings: Settings) -> tuple[WeeklySettings, MailSettings]:
    told, mail = settings.reports.weekly, settings.alarms.email
    if told is None or mail is None:
        raise SetupError("the settings name nobody who gets it: fill in reports.weekly.to, and alarms.email")
    return told, mail

"""What a notice says, as prompt ids: who calls, which shift or rest it is about, and which keys there are.

No name is said: whoever picks up may be somebody else.
"""

from datetime import datetime
from zoneinfo import ZoneInfo

from hotline_agi.dispatch.commands import NoticeKind, RingNotice
from hotline_agi.selfservice import handover, speech
from hotline_agi.selfservice.speech import Words


def words(notice: RingNotice, now: datetime, *, notes: int = 0) -> Words:
    """The whole sentence; `now` says what is today, `notes` how many from the shift before they have not heard."""
    zone = ZoneInfo(notice.zone)
    opening, keys = f"notice-{notice.kind}", f"notice-{notice.kind}-keys"
    if notice.kind is NoticeKind.ALARM:
        return (opening, f"alarm-{notice.alarm}", keys)
    if notice.kind is NoticeKind.RESTING:
        times = speech.span(None, notice.until_at, zone, notice.language)
    else:
        day = speech.day(notice.from_at.astimezone(zone).date(), now.astimezone(zone).date())
        times = (*day, *speech.span(notice.from_at, notice.until_at, zone, notice.language))
    told = handover.count_of(notes, notice.language)
    return (opening, *times, *told, *(("notice-notes",) if told else ()), keys)

"""A campaign in the journal."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from hotline_agi.campaign.dialler import Callee, Verdict
from hotline_agi.campaign.listing import Listed
from hotline_agi.campaign.model import Outcome
from hotline_agi.store.callers import CallerKey
from hotline_agi.store.campaign_calls import RUNNING, CampaignCalls
from hotline_agi.store.campaign_list import take
from hotline_agi.terms.languages import Language
from hotline_agi.terms.numbers import PhoneNumber

KEY = CallerKey(b"k" * 32)


def people(numbers: Sequence[int]) -> list[Listed]:
    """Mobiles +44 7700 9xxxxx, in rows from 2 on."""
    return [
        Listed(row=row, number=PhoneNumber(number), token=KEY.exact(number), language=Language.EN)
        for row, number in enumerate((f"+4477009{number:05}" for number in numbers), start=2)
    ]


def fill_campaign(path: Path, at: datetime) -> None:
    """One row at least in each table of campaigns."""
    take(path, "spring", "xinli", people([101, 102]), at, "mei")
    with CampaignCalls.open(path, "spring", KEY) as calls:
        calls.change_state(RUNNING, at)
        for person, outcome in ((1, Outcome.COMPLETED), (2, Outcome.DECLINED)):
            attempt = f"camp-{person:014x}"
            assert calls.place([(Callee(person=person, attempts=1), attempt)], at)
            calls.answered(attempt, at)
            calls.said(person, "sleep", "well", at)
            calls.came_to(attempt, person, outcome, at)
            calls.over(attempt, person, Verdict(outcome=outcome, due_at=None), at)

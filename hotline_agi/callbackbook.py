"""What `hotline callbacks` prints: the list, and all about one entry. A number only where somebody asked for it."""

import csv
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo

from hotline_agi import rosters, table
from hotline_agi.errors import HotlineError, SetupError
from hotline_agi.planning.sheets.cells import guarded
from hotline_agi.reports.past import PastDeed
from hotline_agi.reports.work_words import KINDS, OUTCOMES, STATES, deed_text
from hotline_agi.roster.callback_policy import CallbackPolicy
from hotline_agi.roster.duty import everybody, on_duty
from hotline_agi.roster.model import Roster
from hotline_agi.settings import Settings
from hotline_agi.store import work
from hotline_agi.store.past import JOURNAL
from hotline_agi.store.reading import JournalReader
from hotline_agi.store.schema import to_text
from hotline_agi.store.schema_work import WORK
from hotline_agi.terms.ids import LineId, VolunteerId
from hotline_agi.terms.languages import Language
from hotline_agi.terms.numbers import PhoneNumber
from hotline_agi.terms.work import UNFINISHED, WorkState
from hotline_agi.work.entry import Entry, seen_at
from hotline_agi.work.order import in_order

Json = dict[str, object]
BUSY_S = 5.0
CSV_COLUMNS = (
    "callback",
    "line",
    "kind",
    "state",
    "called_at",
    "calls",
    "owner",
    "lease_until",
    "attempts",
    "not_before",
    "overdue",
    "high_risk",
    "outcome",
    "closed_at",
)
_HEADS = {
    Language.EN: ("Callback", "Line", "Called", "Why", "State", "Owner", "Until", "Tries", "Marks", "Outcome"),
    Language.ZH: ("回电", "热线", "来电", "原因", "状态", "负责人", "到", "次数", "标记", "结果"),
}
_HIGH_RISK = {Language.EN: "high risk", Language.ZH: "高危"}
_OVERDUE = {Language.EN: "overdue", Language.ZH: "逾期"}
_CALLS = {Language.EN: "{n} calls", Language.ZH: "{n} 次来电"}
_NONE = {Language.EN: "nobody is waiting to be called back", Language.ZH: "没有需要回电的来电者"}
_NUMBER = {Language.EN: "number: {number}", Language.ZH: "号码：{number}"}
_NO_NUMBER = {Language.EN: "not known: it was withheld or is deleted by now", Language.ZH: "未知：隐藏或已删除"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    """The list, with what the roster says of lines and people."""

    settings: Settings
    roster: Roster | None
    """None: it cannot be read just now; then the usual policy counts, and ids are believed."""
    now: datetime

    @classmethod
    def of(cls, settings: Settings) -> "Book":
        try:
            roster = rosters.load(settings.rosters, None).roster
        except HotlineError:
            roster = None
        return cls(settings=settings, roster=roster, now=datetime.now(UTC))

    def policy(self, line: LineId) -> CallbackPolicy:
        found = self.roster.lines.get(line) if self.roster is not None else None
        return (found.callbacks if found is not None else None) or CallbackPolicy()

    def zone(self, line: LineId | None = None) -> tzinfo:
        lines = self.roster.lines if self.roster is not None else {}
        found = lines.get(line) if line is not None else next(iter(lines.values()), None)
        return found.zone if found is not None else UTC

    def person(self, name: str) -> VolunteerId:
        """A volunteer or coordinator of the roster.

        :raises SetupError: if nobody has this id.
        """
        if self.roster is not None:
            known = set(self.roster.volunteers)
            for line in self.roster.lines.values():
                known |= set(everybody(line)) | set(on_duty(line, self.now).coordinators)
            if name not in known:
                raise SetupError(f"nobody of the roster has the id {name!r}: `hotline roster who` names them")
        return VolunteerId(name)

    def listed(self, *, line: str | None, all_: bool, owner: str | None, limit: int) -> list[Entry]:
        """The entries that are asked for, the first to be called first."""
        conditions = []
        if line is not None:
            conditions.append(WORK.c.line == line)
        if not all_:
            conditions.append(WORK.c.state.in_([state.value for state in UNFINISHED]))
        with JournalReader.open(self.settings.state / JOURNAL) as reader, reader.snapshot() as connection:
            found = work.matching(connection, *conditions, limit=limit)
        ordered = in_order(found, self.now, self.policy)
        return [one for one in ordered if owner is None or one.owner == owner]


def print_list(book: Book, entries: Sequence[Entry], *, language: Language) -> None:
    if not entries:
        table.ok(_NONE[language])
        return
    table.table("", _HEADS[language], [_row(book, one, language) for one in entries])


def list_json(book: Book, entries: Sequence[Entry]) -> list[Json]:
    return [_json(book, one) for one in entries]


def list_csv(book: Book, entries: Sequence[Entry]) -> str:
    """As CSV, a head first; instants in UTC."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(CSV_COLUMNS)
    for one in entries:
        told = _json(book, one)
        writer.writerow([guarded(_cell(told[name])) for name in CSV_COLUMNS])
    return out.getvalue()


def print_entry(
    book: Book,
    entry_id: str,
    *,
    number: bool,
    noted: Callable[[str], None],
    language: Language,
    as_json: bool,
) -> Json | None:
    """All about one entry; with `as_json` it is returned instead.

    :param noted: called with the entry's id before its number is read: takes down who does it, or raises.
    :raises EntryNotFound: if none, or several, begin so.
    """
    journal = book.settings.state / JOURNAL
    if number:
        with JournalReader.open(journal) as reader, reader.snapshot() as connection:
            found = work.find(connection, entry_id)
        noted(found.id)
    shown: PhoneNumber | None = None
    with JournalReader.open(journal) as reader, reader.snapshot() as connection:
        entry = work.find(connection, entry_id)
        deeds = work.deeds_of(connection, entry.id)
        calls = work.calls_of(connection, entry.id)
        message = work.newest_message(connection, entry.id)
        if number:
            shown = work.number_of(connection, entry.id)
    entry = seen_at(entry, book.now)
    if as_json:
        return {
            **_json(book, entry),
            "calls": [{"call": call, "kind": kind.value} for call, kind in calls],
            "message": message,
            "history": [_deed_json(deed, language) for deed in deeds],
            **({"number": shown.reveal() if shown is not None else None} if number else {}),
        }
    table.table("", _HEADS[language], [_row(book, entry, language)])
    for deed in deeds:
        table.note(f"{deed.at.astimezone(book.zone(entry.line)):%Y-%m-%d %H:%M:%S}  {deed_text(deed, language)}")
    for call, kind in calls:
        table.note(f"{call}  {KINDS[language][kind]}")
    if message is not None:
        table.note(f"{book.settings.messages / message}")
    if number:
        told = shown.reveal() if shown is not None else _NO_NUMBER[language]
        table.note(_NUMBER[language].format(number=told))
    return None


def _row(book: Book, entry: Entry, language: Language) -> tuple[str, ...]:
    zone = book.zone(entry.line)
    until = entry.lease_until if entry.state is WorkState.CLAIMED else entry.not_before
    marks = [
        *([_HIGH_RISK[language]] if entry.high_risk else []),
        *([_OVERDUE[language]] if entry.is_overdue(book.now, book.policy(entry.line)) else []),
        *([_CALLS[language].format(n=entry.calls)] if entry.calls > 1 else []),
    ]
    return (
        entry.id,
        entry.line,
        f"{entry.last_at.astimezone(zone):%Y-%m-%d %H:%M}",
        KINDS[language][entry.kind],
        STATES[language][entry.state],
        entry.owner or "",
        f"{until.astimezone(zone):%H:%M}" if until is not None and not entry.is_finished else "",
        str(entry.attempts) if entry.attempts else "",
        ", ".join(marks),
        OUTCOMES[language][entry.outcome] if entry.outcome is not None else "",
    )


def _json(book: Book, entry: Entry) -> Json:
    return {
        "callback": entry.id,
        "line": entry.line,
        "kind": entry.kind.value,
        "state": entry.state.value,
        "called_at": to_text(entry.last_at),
        "calls": entry.calls,
        "owner": entry.owner,
        "lease_until": _instant(entry.lease_until),
        "attempts": entry.attempts,
        "not_before": _instant(entry.not_before),
        "overdue": entry.is_overdue(book.now, book.policy(entry.line)),
        "high_risk": entry.high_risk,
        "outcome": entry.outcome.value if entry.outcome is not None else None,
        "closed_at": _instant(entry.closed_at),
    }


def _deed_json(deed: PastDeed, language: Language) -> Json:
    return {
        "at": to_text(deed.at),
        "deed": deed.deed.value,
        "who": deed.who,
        "detail": deed.detail,
        "text": deed_text(deed, language),
    }


def _instant(at: datetime | None) -> str | None:
    return to_text(at) if at is not None else None


def _cell(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)

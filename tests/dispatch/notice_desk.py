"""The desk, for stories of volunteers who are rung without a caller: a day with a shift in the afternoon."""

from datetime import time, timedelta
from math import inf
from typing import Any

from hotline_agi.dispatch.commands import (
    AnswerNotice,
    CancelLeg,
    Command,
    CoverWord,
    NoteCover,
    NoteReadiness,
    NoticeKind,
    NoticeReply,
    RingNotice,
)
from hotline_agi.dispatch.events import (
    CoverAsked,
    Event,
    LegAnswered,
    LegEnded,
    NoticeAnswered,
    StockTaken,
    VolunteerResumed,
)
from hotline_agi.dispatch.memory import Memory
from hotline_agi.roster.duty import on_duty
from hotline_agi.roster.model import Line, Reminders, Roster
from hotline_agi.roster.plan import Shift
from hotline_agi.roster.timetable import Duty
from hotline_agi.terms.causes import Cause
from hotline_agi.terms.ids import LegId, LineId, VolunteerId
from hotline_agi.terms.standing import Readiness
from tests.dispatch.desk import PBX1, Desk, of
from tests.dispatch.lines import NOON, XINLI, line, roster, shift

AFTERNOON_AT = NOON + timedelta(hours=2)
EVENING_AT = NOON + timedelta(hours=6)
BEFORE_S, ASK_BACKUP_S = 1800.0, 600.0
HOUR_S = 3600.0
RING_S = 30.0


def slot(name: str, start: int, until: int, people: str, backup: str = "") -> Shift:
    return shift(people.split(), backup.split(), slot=name, start=time(start % 24), until=time(until % 24))


def afternoon(people: str = "lin wang", backup: str = "bao gu", **changes: Any) -> Line:
    """Open around the clock; somebody until 14:00, others until 18:00, others until midnight."""
    shifts = (
        slot("noon", 8, 14, "zhao"),
        slot("afternoon", 14, 18, people, backup),
        slot("evening", 18, 24, "chen", "gu"),
    )
    return line(shifts=shifts, reminders=Reminders(before_s=BEFORE_S, ask_backup_s=ASK_BACKUP_S), **changes)


class NoticeDesk(Desk):
    def __init__(self, of: Roster | None = None) -> None:
        super().__init__(of or roster(afternoon()))
        self._ring_ends: dict[LegId, float] = {}
        """When those notices end that nobody answers: Asterisk's own timeout, or our cancel."""
        self.stuck = False
        """Asterisk says no more of the end of a notice."""
        self.links()

    def links(self) -> list[Command]:
        """Asterisk is there, and nothing lives in it."""
        return self.take(StockTaken(node=PBX1, calls=frozenset(), legs=()))

    def take(self, event: Event) -> list[Command]:
        if isinstance(event, LegAnswered | LegEnded):
            self._ring_ends.pop(event.leg, None)
        return super().take(event)

    def _said(self, commands: list[Command]) -> list[Command]:
        for command in commands:
            if isinstance(command, RingNotice):
                self._ring_ends[command.leg] = self.now_s + command.ring_timeout_s
            elif isinstance(command, CancelLeg) and command.leg in self._ring_ends:
                self._ring_ends[command.leg] = self.now_s + 0.02
        return super()._said(commands)

    def passes(self, seconds: float) -> list[Command]:
        """Time passes; a notice that nobody answers rings out."""
        until_s, said = self.now_s + seconds, list[Command]()
        while not self.stuck:
            leg, end_s = min(self._ring_ends.items(), key=lambda item: item[1], default=(LegId(""), inf))
            first_s = min(end_s, self.machine.next_deadline() or inf, until_s)
            if first_s >= until_s:
                break
            said += super().passes(max(0.0, first_s - self.now_s))
            if first_s == end_s and leg in self._ring_ends:
                said += self.take(LegEnded(leg=leg, cause=Cause.NO_ANSWER))
        return said + super().passes(until_s - self.now_s)

    def passes_until(self, seconds_before: float, at: Any = AFTERNOON_AT) -> list[Command]:
        """Time passes until so long before the afternoon shift (or another instant)."""
        return self.passes((at - self.now.at).total_seconds() - seconds_before)

    # ---- the one who is rung

    def notice(self, volunteer: str) -> LegId:
        """The notice that rang `volunteer` last."""
        return next(c.leg for c in reversed(self.log) if isinstance(c, RingNotice) and c.volunteer == volunteer)

    def lifts(self, volunteer: str) -> list[Command]:
        return self.take(LegAnswered(leg=self.notice(volunteer)))

    def presses(self, volunteer: str, agreed: bool) -> list[Command]:
        """Picks up and presses 1 or 2, hears the reply, and the channel is gone."""
        said = self.lifts(volunteer) + self.take(NoticeAnswered(leg=self.notice(volunteer), agreed=agreed))
        self.now_s += 3.0
        return said + self.gone(volunteer, Cause.NORMAL_CLEARING)

    def gone(self, volunteer: str, cause: int = Cause.NO_ANSWER) -> list[Command]:
        return self.take(LegEnded(leg=self.notice(volunteer), cause=cause))

    def misses(self, volunteer: str) -> list[Command]:
        """Lets it ring out."""
        self.now_s += RING_S
        return self.gone(volunteer)

    def checks_in(self, volunteer: str) -> list[Command]:
        return self.take(VolunteerResumed(volunteer=VolunteerId(volunteer)))

    def asks_cover(self, volunteer: str) -> list[Command]:
        return self.take(CoverAsked(volunteer=VolunteerId(volunteer)))

    # ---- reading

    def duty(self, line_id: LineId = XINLI) -> Duty:
        """Who would be rung now."""
        board = self.machine.board
        of_line = board.roster.lines[line_id]
        return board.notices.duty(line_id, on_duty(of_line, self.now.at), self.now.at, board.roster.volunteers)

    def readiness(self, volunteer: str) -> Readiness | None:
        """What was noted of them last."""
        notes = [note.readiness for note in of(NoteReadiness, self.log) if note.volunteer == volunteer]
        return notes[-1] if notes else None


def noticed(said: list[Command], kind: NoticeKind | None = None) -> list[str]:
    return [ring.volunteer for ring in of(RingNotice, said) if kind in (None, ring.kind)]


def replies(said: list[Command]) -> list[NoticeReply]:
    return [answer.reply for answer in of(AnswerNotice, said)]


def stopped(said: list[Command]) -> list[LegId]:
    return [cancel.leg for cancel in of(CancelLeg, said)]


def covers(said: list[Command]) -> list[tuple[str, str | None]]:
    """What came of looking for somebody; that it began, or is needless, is not told."""
    return [(note.absent, note.present) for note in of(NoteCover, said) if note.word is CoverWord.SETTLED]


def memory_of(log: list[Command]) -> Memory:
    """What the journal would hand to a new machine: the last word about each place, in the order of these words."""
    readiness: dict[tuple[str, ...], NoteReadiness] = {}
    stand_ins: dict[tuple[str, ...], NoteCover] = {}
    for note in log:
        match note:
            case NoteReadiness():
                key = note.line, note.slot, note.from_at.isoformat(), note.volunteer
                readiness.pop(key, None)
                readiness[key] = note
            case NoteCover():
                key = note.line, note.slot, note.from_at.isoformat(), note.absent
                stand_ins.pop(key, None)
                stand_ins[key] = note
            case _:
                pass
    return Memory(readiness=tuple(readiness.values()), stand_ins=tuple(stand_ins.values()))

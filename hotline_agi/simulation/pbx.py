"""One Asterisk with our dialplan in virtual time: it does what the machine says, and tells it what happens.

The delays are those that were measured on a real one (DESIGN.md section 5), rounded up: they matter little beside the
seconds that people take. Nothing is lost or late here; what happens then is the subject of the tests of `dispatch`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from hotline_agi.dispatch.commands import CloseRecord, OpenRecord
from hotline_agi.dispatch.machine import Machine
from hotline_agi.roster.model import Roster
from hotline_agi.simulation.agenda import Agenda
from hotline_agi.simulation.callers import Callers
from hotline_agi.simulation.crowd import Crowd
from hotline_agi.simulation.phones import Phones
from hotline_agi.simulation.seam import Seam
from hotline_agi.simulation.staff import Staff
from hotline_agi.simulation.truth import CallTruth, End, Played
from hotline_agi.terms.ids import CallId, VolunteerId
from hotline_agi.terms.outcomes import Outcome

SILENCE_S = 2 * 86_400.0
"""What the machine has not closed so long after the last event is never closed."""
RECORD_TOLERANCE_S = 0.1
"""So much may a record's wait differ from the truth: what news takes."""
_OUTCOMES = {
    End.TALKED: (Outcome.TALKED,),
    End.TRANSFERRED: (Outcome.TRANSFERRED,),
    End.MESSAGE: (Outcome.MESSAGE,),
    End.LEFT: (Outcome.ABANDONED,),
    End.TOLD: (Outcome.DIRECTORY, Outcome.ABANDONED),
}
"""What a record may say of a call that ended so. Who hangs up before the directory was abandoned."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """All that a world is made of."""

    roster: Roster
    crowd: Crowd
    staff: Staff
    begins_at: datetime
    """Aware, in UTC; the instant of second 0."""
    volunteers: tuple[VolunteerId, ...]
    """Who is counted, with or without a ring."""


def play(scene: Scene, machine: Callable[..., Machine] = Machine) -> Played:
    """Play a scene with the machine to its end.

    :param machine: makes one: ``machine(roster, boot=…, now=…)``.
    """
    return _Pbx(scene, machine).play()


class _Pbx:
    def __init__(self, scene: Scene, machine: Callable[..., Machine]) -> None:
        self._scene = scene
        self._agenda = Agenda()
        self._seam = Seam(self._agenda, scene.roster, scene.begins_at, machine)
        self._callers = Callers(self._seam, scene.crowd)
        self._phones = Phones(self._seam, scene.staff, self._callers)
        self._opened: set[CallId] = set()
        self._records: dict[CallId, CloseRecord] = {}
        self._seam.carry |= {OpenRecord: self._open, CloseRecord: self._close}

    def play(self) -> Played:
        for attempt in self._scene.crowd.attempts():
            self._callers.plan(attempt)
        agenda, seam = self._agenda, self._seam
        while True:
            next_s, due_s = agenda.next_s(), seam.next_deadline()
            if next_s is None and (not self._opened or due_s is None or due_s > agenda.now_s + SILENCE_S):
                break
            if due_s is not None and (next_s is None or due_s <= next_s):
                seam.deadline(due_s)
            else:
                agenda.advance()
        for caller in self._callers.still_there():
            caller.end = End.ENDLESS
            self._callers.tell_truth(caller)
        truths, phones = self._callers.truths, self._phones
        return Played(
            volunteers=self._scene.volunteers,
            calls=tuple(truths.values()),
            rings=tuple(phones.rings),
            double_rings=phones.double_rings,
            missed_joins=phones.missed_joins,
            cut_talks=phones.cut_talks,
            misreported=sum(not self._is_true(call, truth) for call, truth in truths.items()),
            events=seam.steps,
        )

    def _is_true(self, call: CallId, truth: CallTruth) -> bool:
        """Whether the call's record says what happened."""
        record = self._records.get(call)
        if record is None or record.outcome not in _OUTCOMES.get(truth.end, (record.outcome,)):
            return False
        if truth.answered_s is None:
            return record.answered_at is None
        return (
            record.volunteer == truth.volunteer
            and abs(record.wait_s - truth.wait_s) < RECORD_TOLERANCE_S
            and abs(record.talk_s - truth.talk_s) < RECORD_TOLERANCE_S
        )

    def _open(self, command: OpenRecord) -> None:
        self._opened.add(command.call)

    def _close(self, command: CloseRecord) -> None:
        self._opened.discard(command.call)
        self._records[command.call] = command

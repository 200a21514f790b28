"""The verdict on a run: what became of every call, by its phones, and whether the journal says the same. Pure.

The journal's record of a call must say the same, unless the service was blind during the call: then it may be missing,
or marked `uncertain` or `survived`; a wrong one is wrong always.
"""

from collections import Counter
from dataclasses import dataclass, field

from hotline_agi.terms.outcomes import Outcome
from tests.chaos.ends import MESSAGE_S, End, dead_air_s, end_of, left_message, wait_s
from tests.chaos.evidence import CallSeen, Evidence, Record, RingSeen
from tests.chaos.spans import Spans

SILENT_S = 7.0
"""Nobody should hear nothing for longer: a guarded question takes 3 s, and a second one may follow it at once."""
RINGS_ON_S = 2.0
"""So long may a phone ring for nobody while nothing is wrong (the promise is 1 s; phones and judge take theirs)."""
EDGE_S = 1.5
"""How near to a blow a call must be to count as touched by it."""
SAME_WAIT_S = 1.0
SHORT_TALK_S = 1.0
"""A caller who hangs up in the moment of a join may not have heard it."""


_OUTCOMES = {
    End.TALKED: {Outcome.TALKED},
    End.TRANSFERRED: {Outcome.TRANSFERRED},
    End.MESSAGE: {Outcome.MESSAGE},
    End.DIRECTORY: {Outcome.DIRECTORY},
    End.HUNG_UP: {Outcome.ABANDONED},
}
MARKED = {Outcome.UNCERTAIN, Outcome.SURVIVED}


@dataclass(slots=True, kw_only=True)
class Verdict:
    """What a run comes to. Whatever `failures` names should not have been."""

    ends: Counter[End] = field(default_factory=Counter)
    lost: list[CallSeen] = field(default_factory=list)
    cut: list[CallSeen] = field(default_factory=list)
    """Talks that neither side ended, while the PBX lived."""
    one_way: int = 0
    """Talks of a second or more in which the volunteer did not hear the caller."""
    waits_s: list[float] = field(default_factory=list)
    silent: list[tuple[CallSeen, float]] = field(default_factory=list)
    messages_refused: list[CallSeen] = field(default_factory=list)
    """Who spoke long enough and was told that it was too short."""
    nobody_s: float = 0.0
    """The longest ring for nobody while nothing was wrong."""
    nobody_in_faults_s: float = 0.0
    nobody_rings: list[tuple[RingSeen, float]] = field(default_factory=list)
    """All that rang for nobody for longer than `RINGS_ON_S` while nothing was wrong."""
    off_shift: list[RingSeen] = field(default_factory=list)
    """Rings of people who were on no shift, while nothing was wrong."""
    doubled: int = 0
    """Rings of a phone that another call was at."""
    exact: int = 0
    """Records that say what the phones saw."""
    marked: Counter[str] = field(default_factory=Counter)
    """Records that say that something is not known: by outcome."""
    missing_blind: int = 0
    """Calls without a record during which the service was blind all along."""
    missing_partly: int = 0
    """The same of calls that were up when it was not blind as well."""
    wrong: list[tuple[CallSeen, str]] = field(default_factory=list)
    left: list[str] = field(default_factory=list)

    @property
    def failures(self) -> list[str]:
        found = [f"call {call.number} was lost" for call in self.lost]
        found += [f"a talk of call {call.number} was cut" for call in self.cut]
        found += [f"call {call.number} heard nothing for {gap_s:.1f} s" for call, gap_s in self.silent]
        found += [
            f"call {call.number} spoke {call.spoke_s:.1f} s and was told «too short»" for call in self.messages_refused
        ]
        found += [f"{ring.volunteer} was rung for nobody for {on_s:.1f} s" for ring, on_s in self.nobody_rings]
        found += [f"{ring.volunteer} was rung off shift" for ring in self.off_shift]
        found += [f"call {call.number}: {what}" for call, what in self.wrong]
        return found + self.left


def judge(evidence: Evidence, *, ring_bound_s: float) -> Verdict:
    """`ring_bound_s`: how long a phone may ring for nobody even in a fault (it is told to stop by itself then)."""
    verdict = Verdict(left=list(evidence.left))
    blind = Spans.of(map(_with_edges, evidence.blind))
    troubles = Spans.of(map(_with_edges, [*evidence.blind, *((one.began, one.ended) for one in evidence.faults)]))
    for call in evidence.calls:
        _judge_call(verdict, call)
    _judge_rings(verdict, evidence, troubles, ring_bound_s)
    _judge_records(verdict, evidence, blind)
    return verdict


def seen_whole(evidence: Evidence) -> list[CallSeen]:
    """Calls during which the service was never blind."""
    blind = Spans.of(map(_with_edges, evidence.blind))
    return [call for call in evidence.calls if call.ended is not None and not blind.touch(call.invited, call.ended)]


def _with_edges(span: tuple[float, float]) -> tuple[float, float]:
    return span[0] - EDGE_S, span[1] + EDGE_S


def _judge_call(verdict: Verdict, call: CallSeen) -> None:
    end = end_of(call)
    verdict.ends[end] += 1
    if end is End.LOST:
        verdict.lost.append(call)
    if any(talk.ended_by == "pbx" for talk in call.talks):
        verdict.cut.append(call)
    verdict.one_way += sum(not talk.two_way and talk.ended - talk.began >= SHORT_TALK_S for talk in call.talks)
    if (waited := wait_s(call)) is not None:
        verdict.waits_s.append(waited)
    if not call.crashed and (gap_s := dead_air_s(call)) > SILENT_S:
        verdict.silent.append((call, gap_s))
    if call.spoke_s > MESSAGE_S + 0.6 and call.has_heard("message-short"):
        verdict.messages_refused.append(call)


def _judge_rings(verdict: Verdict, evidence: Evidence, troubles: Spans, bound_s: float) -> None:
    """A ring is for somebody as long as any caller waits on its line."""
    waiting: dict[int, list[tuple[float, float]]] = {}
    for call in evidence.calls:
        end = call.ended if call.ended is not None else float("inf")
        since = call.invited
        for talk in call.talks:
            waiting.setdefault(call.line, []).append((since, talk.began))
            since = talk.ended
        if not call.talks or call.talks[-1].ended_by != "volunteer":
            waiting.setdefault(call.line, []).append((since, end))
    spans = {line: Spans.of(of_line) for line, of_line in waiting.items()}
    nobody = Spans([], [])
    off_shift = {volunteer: Spans.of(of_one) for volunteer, of_one in evidence.off_shift.items()}
    for ring in evidence.rings:
        verdict.doubled += not ring.alone
        if ring.line is None:
            continue
        off = off_shift.get(ring.volunteer, nobody)
        if off.touch(ring.began, ring.began) and not troubles.touch(ring.began, ring.began):
            verdict.off_shift.append(ring)
        on_s, since = spans.get(ring.line, nobody).longest_outside(ring.began, ring.ended)
        if troubles.touch(ring.began, ring.ended):
            verdict.nobody_in_faults_s = max(verdict.nobody_in_faults_s, on_s)
            if on_s > bound_s:
                verdict.nobody_rings.append((ring, on_s))
        else:
            verdict.nobody_s = max(verdict.nobody_s, on_s)
            if on_s > RINGS_ON_S:
                verdict.nobody_rings.append((ring, on_s))


def _judge_records(verdict: Verdict, evidence: Evidence, blind: Spans) -> None:
    by_channel = {record.call: record for record in evidence.records}
    if len(by_channel) != len(evidence.records):
        verdict.left.append("the journal has two records of one call")
    for record in evidence.records:
        if record.outcome is None:
            verdict.left.append(f"the record of {record.call} is open")
    known = set()
    for call in evidence.calls:
        channel = evidence.channels.get(call.sip_id)
        known.add(channel)
        record = by_channel.get(channel) if channel is not None else None
        end = call.ended if call.ended is not None else float("inf")
        touched = blind.touch(call.invited, end)
        if record is None:
            if touched and blind.longest_outside(call.invited, min(end, call.invited + 3600.0))[0] < EDGE_S:
                verdict.missing_blind += 1
            elif touched:
                verdict.missing_partly += 1
            elif channel is not None or end_of(call) is not End.HUNG_UP:  # else it was cancelled before it got there
                verdict.wrong.append((call, f"ended with «{end_of(call)}» and has no record"))
        elif record.outcome is not None:
            _judge_record(verdict, call, record, touched=touched)
    for record in evidence.records:
        if record.call not in known:
            verdict.left.append(f"the journal has a call {record.call} that nobody made ({record.outcome})")


def _judge_record(verdict: Verdict, call: CallSeen, record: Record, *, touched: bool) -> None:
    end, outcome = end_of(call), Outcome(record.outcome or Outcome.UNCERTAIN)
    if outcome in MARKED:
        verdict.marked[outcome] += 1
        if not touched:
            verdict.wrong.append((call, f"ended with «{end}», and its record says {outcome} though nothing was wrong"))
        return
    if end is End.CRASHED or outcome in _OUTCOMES.get(end, ()) or _is_near(call, end, outcome, record):
        verdict.exact += 1
        if not touched:
            _judge_details(verdict, call, record)
        return
    verdict.wrong.append((call, f"ended with «{end}», and its record says {outcome}"))


def _is_near(call: CallSeen, end: End, outcome: Outcome, record: Record) -> bool:
    """Who hangs up in the moment of a change may have seen the one and the journal the other."""
    if call.talks:
        # who talked, and was rung through again since nobody knew how the talk had ended: either is true
        to = {End.TRANSFERRED if talk.volunteer == "overflow" else End.TALKED for talk in call.talks}
        return any(outcome in _OUTCOMES[each] for each in to) or (outcome is Outcome.MESSAGE and left_message(call))
    if end is not End.HUNG_UP:
        return False
    if outcome in (Outcome.TALKED, Outcome.TRANSFERRED):
        return record.talk_s < SHORT_TALK_S
    if outcome is Outcome.DIRECTORY:
        return call.has_heard("nobody") or call.has_heard("message-short")
    return outcome is Outcome.MESSAGE and call.spoke_s > 1.5


def _judge_details(verdict: Verdict, call: CallSeen, record: Record) -> None:
    volunteer = call.talks[-1].volunteer if call.talks else None
    if call.talks and volunteer != "overflow" and record.volunteer != volunteer:
        verdict.wrong.append((call, f"talked to {volunteer}, and its record says {record.volunteer}"))
    waited = wait_s(call)
    if waited is not None and len(call.talks) == 1 and abs(record.wait_s - waited) > SAME_WAIT_S:
        verdict.wrong.append((call, f"waited {waited:.1f} s, and its record says {record.wait_s:.1f} s"))
    if (record.messages > 0) is not left_message(call):
        verdict.wrong.append((call, f"ended with «{end_of(call)}», and its record has {record.messages} messages"))


def lost_bound(calls: int, lost: int) -> float:
    """Upper bound of the share of lost calls, 95 % sure: the rule of three where none was lost, else Wilson's."""
    if not calls:
        return 1.0
    if not lost:
        return min(1.0, 3.0 / calls)
    z = 1.645
    share = lost / calls
    middle = share + z * z / (2 * calls)
    spread = z * ((share * (1 - share) + z * z / (4 * calls)) / calls) ** 0.5
    return min(1.0, (middle + spread) / (1 + z * z / calls))

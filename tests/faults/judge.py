"""What was good or bad in a cell: pure, from the evidence alone.

Five questions: did the caller get a good end; did a phone ring wrongly; was a talk cut; does the journal say what the
phones saw; is everything as before afterwards. Each finding says which, with its figures.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from tests.faults import bounds
from tests.faults.cell import NOT_OURS, End, Expectation
from tests.faults.evidence import Evidence, Record, Seen, Talk, ends, talks

BLIND_OUTCOMES = {"survived", "uncertain"}
OUTCOMES = {
    End.TALKED: {"talked"},
    End.MESSAGE: {"message"},
    End.DIRECTORY: {"directory"},
    End.LEFT: {"abandoned"},
    End.LOST: {"uncertain"},
    End.TIMED_OUT: {"uncertain", "abandoned"},
}
"""What the journal may call each end."""
WITNESSING = ("surviving", "reconstructed", "adopted where=", "unseen")
"""Beginnings of facts that say why an outcome is `survived` or `uncertain`."""
SHORTEST_S = 0.08
"""A frame or two is no sound."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    rule: str
    """`end`, `silence`, `ringing`, `cut`, `journal`, `after`, `story`."""
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """The worst of a cell, in seconds."""

    silence_s: float
    wrong_ring_s: float
    answered_after_s: float | None
    """From the strike to the talk that followed it."""
    serving_s: float | None
    next_rang_s: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    end: End | None
    outcome: str
    """Of the journal; "–" for none."""
    findings: tuple[Finding, ...]
    figures: Figures

    @property
    def is_good(self) -> bool:
        """As well as it can be; see also `is_lost`."""
        return not self.findings

    @property
    def is_lost(self) -> bool:
        """The call had no good end, by no fault of ours."""
        return not self.findings and self.end in NOT_OURS


def judge(evidence: Evidence, expects: Expectation) -> Verdict:
    had = talks(evidence)
    end = end_of(evidence, had)
    findings = [
        *_story(evidence),
        *_end(evidence, expects, end),
        *_silence(evidence, expects, had),
        *_ringing(evidence, expects, had),
        *_cuts(had, expects),
        *_journal(evidence, expects, end, had),
        *_after(evidence, expects),
    ]
    silences = _silences(evidence, had)
    rung = [wrong_s for _, wrong_s in wrong_ringing(evidence, had)]
    figures = Figures(
        silence_s=max(silences, default=0.0),
        wrong_ring_s=max(rung, default=0.0),
        answered_after_s=next((talk.began_s for talk in had if talk.began_s > 0), None),
        serving_s=evidence.serving_s,
        next_rang_s=evidence.next_call.rang_s if evidence.next_call else None,
    )
    outcome = " + ".join(record.outcome or "open" for record in evidence.records) or "–"
    return Verdict(end=end, outcome=outcome, findings=tuple(findings), figures=figures)


# ---- the caller


def end_of(evidence: Evidence, had: list[Talk]) -> End | None:
    """The best thing that the caller got."""
    heard = {one.name for one in evidence.caller.heard if one.ended_s - one.began_s > SHORTEST_S}
    if had:
        return End.TALKED
    if "message-kept" in heard or any(length_s > 2.0 for length_s in evidence.kept_files):
        return End.MESSAGE
    if evidence.pbx_died_s is not None and ends(evidence.caller) > evidence.pbx_died_s:
        return End.LOST
    if evidence.timed_out and evidence.caller.end == "bye-in" and "goodbye" not in heard:
        return End.TIMED_OUT
    if "directory" in heard:
        return End.DIRECTORY
    if evidence.caller_left:
        return End.LEFT
    return None


def _story(evidence: Evidence) -> Iterator[Finding]:
    for trouble in evidence.trouble:
        yield Finding(rule="story", text=trouble)


def _end(evidence: Evidence, expects: Expectation, end: End | None) -> Iterator[Finding]:
    if evidence.caller.ended_s is None or evidence.caller.ended_s > bounds.WHOLE_S:
        yield Finding(rule="end", text=f"the caller is still there after {bounds.WHOLE_S:g} s")
    if end not in expects.ends:
        wanted = " or ".join(sorted(expects.ends))
        last = [one.name for one in evidence.caller.heard if one.name][-3:]
        yield Finding(rule="end", text=f"the caller got {end or 'no good end'}, not {wanted}; heard last: {last}")


def _silences(evidence: Evidence, had: list[Talk]) -> list[float]:
    """The lengths of silence that the caller heard between the answer and the end, not counting their own message."""
    caller = evidence.caller
    if caller.answered_s is None:
        waited_s = min(ends(caller), bounds.WHOLE_S) - caller.invited_s
        return [waited_s]  # ringing tone of the network, but nothing of ours
    until_s = min(ends(caller), bounds.WHOLE_S, evidence.pbx_died_s if evidence.pbx_died_s is not None else 1e9)
    spans = [(one.began_s, one.ended_s) for one in caller.heard if one.name and one.ended_s - one.began_s > SHORTEST_S]
    spans += evidence.spoke
    at_s, found = caller.answered_s, []
    for began_s, ended_s in sorted(spans):
        if began_s >= until_s:
            break
        if began_s > at_s:
            found.append(began_s - at_s)
        at_s = max(at_s, ended_s)
    return [*found, max(0.0, until_s - at_s)]


def _silence(evidence: Evidence, expects: Expectation, had: list[Talk]) -> Iterator[Finding]:
    longest_s = max(_silences(evidence, had), default=0.0)
    if longest_s > expects.silence_s:
        yield Finding(
            rule="silence", text=f"the caller heard nothing for {longest_s:.1f} s (bound {expects.silence_s:g})"
        )


# ---- phones


def _something_to_answer(evidence: Evidence, had: list[Talk]) -> list[tuple[float, float]]:
    """The spans in which the caller is there and in no talk."""
    caller, spans = evidence.caller, []
    since_s, until_s = caller.invited_s, ends(caller)
    for talk in had:
        spans.append((since_s, talk.began_s))
        since_s = talk.ended_s
    return [*((a, b) for a, b in spans if b > a), *([(since_s, until_s)] if until_s > since_s else [])]


def wrong_ringing(evidence: Evidence, had: list[Talk]) -> list[tuple[Seen, float]]:
    """Each phone that rang when there was nothing to answer, and for how long at a stretch."""
    needed = _something_to_answer(evidence, had)
    found = []
    for phone in evidence.phones:
        began_s = phone.invited_s
        ended_s = min(ends(phone) if phone.answered_s is None else phone.answered_s, bounds.WHOLE_S)
        marks = [began_s, *(mark for span in needed for mark in span if began_s < mark < ended_s), ended_s]
        longest_s = 0.0
        for one, other in pairwise(marks):
            middle = (one + other) / 2
            if not any(since_s <= middle <= until_s for since_s, until_s in needed):
                longest_s = max(longest_s, other - one)
        found.append((phone, longest_s))
    return found


def _ringing(evidence: Evidence, expects: Expectation, had: list[Talk]) -> Iterator[Finding]:
    for phone, wrong_s in wrong_ringing(evidence, had):
        if wrong_s > expects.stops_s and phone.who not in evidence.vanished:
            yield Finding(
                rule="ringing",
                text=f"{phone.who} rang {wrong_s:.1f} s with nothing to answer, from {phone.invited_s:+.1f} s on "
                f"(bound {expects.stops_s:g})",
            )
    for phone in evidence.phones:
        if phone.ended_s is None and phone.who not in evidence.vanished:
            yield Finding(rule="ringing", text=f"{phone.who} still has a call at the end")
        for talk in had:
            if talk.who == phone.who and talk.began_s < phone.invited_s < talk.ended_s:
                yield Finding(rule="ringing", text=f"{phone.who} was rung in a talk, at {phone.invited_s:+.1f} s")
    for one in evidence.phones:
        for other in evidence.phones:
            if one.who == other.who and one.invited_s < other.invited_s and one.who not in evidence.vanished:
                both_s = min(ends(one), ends(other)) - other.invited_s
                if both_s > bounds.DOUBLED_S:
                    yield Finding(rule="ringing", text=f"{one.who} showed two calls for {both_s:.1f} s")


def _cuts(had: list[Talk], expects: Expectation) -> Iterator[Finding]:
    for talk in had:
        if talk.by == "nobody" and not expects.cuts:
            yield Finding(rule="cut", text=f"the talk with {talk.who} was cut at {talk.ended_s:+.1f} s")


# ---- the journal


def _journal(evidence: Evidence, expects: Expectation, end: End | None, had: list[Talk]) -> Iterator[Finding]:
    records = evidence.records
    if len(records) != 1:
        yield Finding(rule="journal", text=f"{len(records)} records of one call")
    for record in records:
        if not record.outcome:
            yield Finding(rule="journal", text=f"the record of {record.call} stays open")
        elif end is not None:
            yield from _outcome(record, expects, end, had)
    yield from _legs(evidence, expects)


def _outcome(record: Record, expects: Expectation, end: End, had: list[Talk]) -> Iterator[Finding]:
    fitting = set(OUTCOMES[end])
    if end is End.TALKED and had and record.outcome == "talked" and record.volunteer not in {t.who for t in had}:
        yield Finding(rule="journal", text=f"it says {record.volunteer}, who talked was {[t.who for t in had]}")
    if record.outcome in fitting:
        return
    # joined, and over within milliseconds: too short for anybody to hear the other
    if record.outcome == "talked" and end is not End.TALKED and any(f.startswith("talk started") for f in record.facts):
        return
    if record.outcome in BLIND_OUTCOMES and expects.blind:
        if not any(fact.startswith(WITNESSING) for fact in record.facts):
            yield Finding(rule="journal", text=f"“{record.outcome}” without a fact that says why: {list(record.facts)}")
        return
    yield Finding(rule="journal", text=f"it says “{record.outcome}”, the phones saw “{end}”")


def _legs(evidence: Evidence, expects: Expectation) -> Iterator[Finding]:
    """Each leg that the service placed is in the journal, but for those of a service's last moment."""
    known = {leg for record in evidence.records for leg in (*record.rang, *(record.legs or ()))}
    placed = {one.leg: one for one in evidence.originated}
    missing = [one for leg, one in placed.items() if leg not in known and not -expects.unwritten_s <= one.at_s <= 0.0]
    if missing:
        seen = ", ".join(f"{one.who} at {one.at_s:+.2f} s" for one in missing)
        yield Finding(rule="journal", text=f"legs that rang are missing: {seen}")


# ---- afterwards


def _after(evidence: Evidence, expects: Expectation) -> Iterator[Finding]:
    if evidence.channels_left:
        yield Finding(rule="after", text=f"{evidence.channels_left} channels are left after {bounds.QUIET_S:g} s")
    if evidence.serving_s is None:
        yield Finding(rule="after", text="the service does not serve again")
    elif evidence.serving_s > expects.serves_s:
        yield Finding(
            rule="after",
            text=f"the service serves again {evidence.serving_s:.1f} s after the fault (bound {expects.serves_s:g})",
        )
    following = evidence.next_call
    if following is None:
        yield Finding(rule="after", text="there was no next call")
        return
    if following.trouble:
        yield Finding(rule="after", text=f"the next call: {following.trouble}")
    elif following.rang_s is None or following.rang_s > bounds.NEXT_RINGS_S:
        yield Finding(
            rule="after", text=f"the next call rang after {following.rang_s} s (bound {bounds.NEXT_RINGS_S:g})"
        )
    outcomes = [record.outcome for record in following.records]
    if following.talked and outcomes != ["talked"]:
        yield Finding(rule="after", text=f"the next call was a talk; the journal says {outcomes}")

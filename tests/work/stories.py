"""Random days of a list of work, and a watch that knows the rules without sharing the code."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random

from hotline_agi.roster.callback_policy import CallbackPolicy
from hotline_agi.terms.ids import CallerToken, CallId, LineId, VolunteerId
from hotline_agi.terms.work import AttemptEnd, WorkOutcome, WorkState
from hotline_agi.work import entry as moves
from hotline_agi.work import gathering, order
from hotline_agi.work.entry import Entry, WorkRefusal
from hotline_agi.work.gathering import EndedCall, KnownEntry

START = datetime(2026, 7, 1, 8, tzinfo=UTC)
LINES = (LineId("xinli"), LineId("ertong"))
PEOPLE = tuple(VolunteerId(f"v{n:02}") for n in range(1, 5))
CALLERS = tuple(CallerToken(f"token{n}") for n in range(5))
STEPS = 120


class Broken(AssertionError):
    """A rule did not hold."""


def hold(condition: object, rule: str) -> None:
    if not condition:
        raise Broken(rule)


@dataclass
class Lease:
    owner: VolunteerId
    until: datetime


@dataclass
class Truth:
    """What is so of one entry, as the watch has it."""

    line: LineId
    caller: CallerToken | None
    ended_at: datetime
    lease: Lease | None = None
    calling_until: datetime | None = None
    may_call_from: datetime | None = None
    finished: WorkState | None = None
    in_vain: int = 0


@dataclass
class Story:
    """One random day; `play` it."""

    seed: int
    reach: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.random = Random(self.seed)
        self.policy = CallbackPolicy(
            lease_s=self.random.choice((120.0, 1200.0)),
            attempts=self.random.choice((1, 3)),
            retry_after_s=self.random.choice((60.0, 3600.0)),
            overdue_s=self.random.choice((1800.0, 14_400.0)),
        )
        self.now = START
        self.entries: dict[CallId, Entry] = {}
        self.truth: dict[CallId, Truth] = {}
        self.callers: dict[CallId, CallerToken | None] = {}
        self.calls = 0

    def play(self) -> None:
        for _ in range(STEPS):
            self.now += timedelta(seconds=self.random.choice((0.0, 0.0, 5.0, 5.0, 30.0, 60.0, 200.0, 1500.0)))
            act = self.random.choice(
                (
                    "call",
                    "call",
                    "take",
                    "take",
                    "take",
                    "dial",
                    "dial",
                    "again",
                    "end",
                    "end",
                    "give",
                    "done",
                    "escalate",
                    "talk",
                )
            )
            getattr(self, f"_{act}")()
            self._look()

    # ---- what happens

    def _call(self) -> None:
        """One to four calls end, each of somebody; then the journal is looked at, perhaps twice."""
        ended = []
        for _ in range(self.random.randint(1, 4)):
            self.calls += 1
            at = self.now - timedelta(seconds=self.random.choice((0.0, 1.0, 60.0, 7200.0)))
            ended.append(
                EndedCall(
                    call=CallId(f"c{self.calls:05}"),
                    line=self.random.choice(LINES),
                    ended_at=at,
                    outcome=self.random.choice(("message", "abandoned", "callback")),
                    answered=False,
                    caller=self.random.choice((*CALLERS, None)),
                    message=self.random.random() < 0.4,
                    requested=self.random.random() < 0.2,
                )
            )
        policy = CallbackPolicy(missed=gathering.Missed.YES)
        found = gathering.gather(ended, self._known(), dict.fromkeys(LINES, policy))
        for entry, several in found.opened.items():
            self.reach["opened"] += 1
            first, kind = several[0]
            self.entries[entry] = Entry(
                id=entry,
                line=first.line,
                kind=kind,
                opened_at=first.ended_at,
                last_at=max(one.ended_at for one, _ in several),
                calls=len(several),
                high_risk=self.random.random() < 0.2,
            )
            self.callers[entry] = first.caller
            self.truth[entry] = Truth(line=first.line, caller=first.caller, ended_at=first.ended_at)
        placed = Counter(
            call.call for found_in in (found.opened, found.joined) for s in found_in.values() for call, _ in s
        )
        for one in ended:
            wanted = one.message or one.requested or (one.caller is not None and one.outcome == "abandoned")
            hold(placed[one.call] == (1 if wanted else 0), "each call that counts belongs to one entry")
        for entry in found.joined:
            hold(self.callers[entry] is not None, "a caller who is not known is nobody's entry")
            self.reach["joined"] += 1
        for several in found.opened.values():
            hold(len({(call.line, call.caller) for call, _ in several}) == 1, "an entry is one caller's on one line")
        self._one_each()

    def _known(self) -> list[KnownEntry]:
        return [
            KnownEntry(
                entry=one.id,
                line=one.line,
                caller=self.callers[one.id],
                kind=one.kind,
                last_at=one.last_at,
                closed_at=one.closed_at,
            )
            for one in self.entries.values()
        ]

    def _one_each(self) -> None:
        """Several calls of one caller are one entry, not ten."""
        unfinished = Counter(
            (truth.line, truth.caller) for truth in self.truth.values() if truth.finished is None and truth.caller
        )
        hold(all(count == 1 for count in unfinished.values()), "one unfinished entry of a caller on a line")

    def _take(self) -> None:
        who = self.random.choice(PEOPLE)
        if self.random.random() < 0.5:
            chosen = order.next_for(self.entries.values(), who, self.now, lambda _line: self.policy)
            self._judge_choice(who, chosen)
        else:
            chosen = self._any()
        if chosen is None:
            return
        truth = self.truth[chosen.id]
        after = moves.claimed(self.entries[chosen.id], who, self.now, self.policy)
        others = truth.lease is not None and truth.lease.owner != who and self._leased(truth)
        if isinstance(after, WorkRefusal):
            hold(others or truth.finished, "only what somebody else has, or what is finished, cannot be claimed")
            self.reach[f"refused {after.name}"] += 1
            return
        hold(not others, "two owners at a time")
        hold(truth.finished is None, "what is finished is claimed")
        truth.lease = Lease(who, self.now + timedelta(seconds=self.policy.lease_s))
        self.entries[chosen.id] = after
        self.reach["claimed"] += 1

    def _judge_choice(self, who: VolunteerId, chosen: Entry | None) -> None:
        able = [one for one in self.entries.values() if self._may_take(one, who)]
        if chosen is None:
            hold(not able, "who could do something is told there is nothing")
            return
        truth = self.truth[chosen.id]
        hold(chosen.id in {one.id for one in able}, "somebody is offered what they may not take")
        if truth.lease is not None and truth.lease.owner == who and self._leased(truth):
            return
        own = [one for one in able if self._owns(who, self.truth[one.id])]
        hold(not own, "their own comes first")
        worth = [self._worth(one) for one in able]
        hold(self._worth(chosen) == min(worth), "high risk, then overdue, then the oldest")
        self.reach["offered"] += 1

    def _may_take(self, one: Entry, who: VolunteerId) -> bool:
        truth = self.truth[one.id]
        if truth.finished or one.state is WorkState.ESCALATED or self._calling(truth):
            return False
        if self._leased(truth):
            return truth.lease is not None and truth.lease.owner == who
        return truth.may_call_from is None or self.now >= truth.may_call_from

    def _worth(self, one: Entry) -> tuple[bool, bool, datetime]:
        overdue = self.now - one.opened_at > timedelta(seconds=self.policy.overdue_s)
        return (not one.high_risk, not overdue, one.opened_at)

    def _dial(self) -> None:
        who, chosen = self._somebody_with_something()
        if chosen is None:
            return
        truth, may_call = self.truth[chosen.id], self.random.random() < 0.9
        after = moves.dialled(self.entries[chosen.id], who, self.now, self.policy, may_call=may_call)
        if isinstance(after, WorkRefusal):
            self.reach[f"refused {after.name}"] += 1
            return
        hold(not self._calling(truth), "dialled twice at once")
        hold(self._owns(who, truth), "dialled by who has it not")
        hold(truth.finished is None, "dialled though finished")
        hold(may_call, "dialled at a wrong hour")
        hold(truth.may_call_from is None or self.now >= truth.may_call_from, "dialled again too soon")
        truth.calling_until = self.now + timedelta(seconds=moves.CALL_LIMIT_S)
        lease_s = max(self.policy.lease_s, moves.CALL_LIMIT_S)
        truth.lease = Lease(who, self.now + timedelta(seconds=lease_s))
        self.entries[chosen.id] = after
        self.reach["dialled"] += 1

    def _again(self) -> None:
        """Somebody takes by command what was just tried in vain, and has it dialled."""
        soon = [e for e, t in self.truth.items() if t.may_call_from and not t.finished and not self._leased(t)]
        if not soon:
            return
        entry, who = self.random.choice(soon), self.random.choice(PEOPLE)
        after = moves.claimed(self.entries[entry], who, self.now, self.policy)
        hold(isinstance(after, Entry), "what is open can be claimed by command at any time")
        assert isinstance(after, Entry)
        self.entries[entry] = after
        self.truth[entry].lease = Lease(who, self.now + timedelta(seconds=self.policy.lease_s))
        self._dial()

    def _end(self) -> None:
        called = [one for one, truth in self.truth.items() if self._calling(truth)]
        if not called:
            return
        entry = self.random.choice(called)
        truth, end = self.truth[entry], self.random.choice([*AttemptEnd])
        hung_up, talk_s = self.random.random() < 0.3, self.random.choice((3.0, 300.0))
        before = self.entries[entry]
        after = moves.attempt_ended(before, end, self.now, self.policy, talk_s=talk_s, hung_up=hung_up)
        hold(not isinstance(after, WorkRefusal), "the end of a call is always taken")
        assert isinstance(after, Entry)
        truth.calling_until = None
        self.entries[entry] = after
        self.reach[f"ended {end.name}"] += 1
        if truth.finished:
            hold(after.state is truth.finished, "what is finished is finished")
        elif end is AttemptEnd.TALKED:
            if hung_up and talk_s >= moves.TALKED_S:
                hold(after.outcome is WorkOutcome.REACHED, "who talked for minutes was reached")
                truth.finished = WorkState.DONE
            else:
                hold(after.state is WorkState.CLAIMED, "after a talk it is still theirs, to say what came of it")
                assert truth.lease is not None
                truth.lease.until = self.now + timedelta(seconds=self.policy.lease_s)
        elif end is not AttemptEnd.FAILED:
            truth.in_vain = after.attempts
            wanted = WorkState.ESCALATED if after.attempts >= self.policy.attempts else WorkState.OPEN
            hold(after.state is wanted, "in vain: open again, and after the last try the coordinator's")
            truth.lease = None
            truth.may_call_from = (
                self.now + timedelta(seconds=self.policy.retry_after_s) if wanted is WorkState.OPEN else None
            )

    def _give(self) -> None:
        self._of_owner("given back", lambda one, who: moves.given_back(one, who, self.now))

    def _done(self) -> None:
        outcome = self.random.choice([*WorkOutcome])
        self._of_owner("done", lambda one, who: moves.done(one, who, outcome, self.now))

    def _escalate(self) -> None:
        self._of_owner("escalated", lambda one, who: moves.escalated(one, who, self.now))

    def _of_owner(self, what: str, move: object) -> None:
        who, chosen = self._somebody_with_something()
        if chosen is None:
            return
        truth = self.truth[chosen.id]
        assert callable(move)
        after = move(self.entries[chosen.id], who)
        others = self._leased(truth) and not self._owns(who, truth)
        if isinstance(after, WorkRefusal):
            self.reach[f"refused {after.name}"] += 1
            return
        hold(not others, f"{what} by who has it not")
        hold(truth.finished is None, f"{what} though finished")
        hold(not self._calling(truth), f"{what} while the caller is called")
        self.entries[chosen.id] = after
        truth.lease = None
        if what == "done":
            truth.finished = WorkState.DONE
        if what == "escalated":
            truth.may_call_from = None
        self.reach[what] += 1

    def _talk(self) -> None:
        """A caller gets through."""
        caller, line = self.random.choice(CALLERS), self.random.choice(LINES)
        at = self.now - timedelta(seconds=self.random.choice((0.0, 3600.0)))
        called = [
            truth for truth in self.truth.values() if self._calling(truth) and truth.caller and not truth.finished
        ]
        if called and self.random.random() < 0.5:
            chosen = self.random.choice(called)
            assert chosen.caller is not None
            caller, line, at = chosen.caller, chosen.line, self.now
        closing = {one.entry for one in gathering.got_through(self._known(), {(line, caller): at})}
        for entry, truth in self.truth.items():
            one = self.entries[entry]
            meant = truth.line == line and truth.caller == caller and truth.finished is None and at > one.last_at
            hold((entry in closing) is meant, "who got through meanwhile leaves the list, and nobody else")
        for entry in closing:
            after = moves.closed(self.entries[entry], self.now)
            hold(isinstance(after, Entry), "an unfinished entry can close by itself")
            assert isinstance(after, Entry)
            truth = self.truth[entry]
            hold(not self._leased(truth) or (truth.lease and after.owner == truth.lease.owner), "its owner can be told")
            self.entries[entry], truth.finished = after, WorkState.CLOSED
            self.reach["closed"] += 1

    # ---- what is always so

    def _look(self) -> None:
        for entry, truth in self.truth.items():
            one = moves.seen_at(self.entries[entry], self.now)
            if truth.finished:
                hold(one.state is truth.finished and one.closed_at is not None, "what is finished is finished")
            elif self._leased(truth):
                assert truth.lease is not None
                hold(one.owner == truth.lease.owner and one.state is WorkState.CLAIMED, "a lease holds until it ends")
            else:
                hold(one.state in (WorkState.OPEN, WorkState.ESCALATED), "a lease that is over is nobody's")
                hold(one.owner is None, "nobody owns what is open")

    def _any(self) -> Entry | None:
        """Mostly one that is not finished."""
        open_ = [one for one in self.entries.values() if not self.truth[one.id].finished]
        some = open_ if open_ and self.random.random() < 0.9 else [*self.entries.values()]
        return self.random.choice(some) if some else None

    def _somebody_with_something(self) -> tuple[VolunteerId, Entry | None]:
        """Mostly with what is theirs."""
        owned = [
            (truth.lease.owner, self.entries[entry])
            for entry, truth in self.truth.items()
            if truth.lease is not None and self._leased(truth)
        ]
        if owned and self.random.random() < 0.75:
            return self.random.choice(owned)
        return self.random.choice(PEOPLE), self._any()

    def _leased(self, truth: Truth) -> bool:
        return truth.lease is not None and (self.now < truth.lease.until or self._calling(truth))

    def _calling(self, truth: Truth) -> bool:
        return truth.calling_until is not None and self.now < truth.calling_until

    def _owns(self, who: VolunteerId, truth: Truth) -> bool:
        return self._leased(truth) and truth.lease is not None and truth.lease.owner == who

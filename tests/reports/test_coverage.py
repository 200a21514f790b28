"""People promised and delivered equal a count minute by minute, over random rosters, states, runs and agreements."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest

from hotline_agi.reports.period import coverage as subject
from hotline_agi.reports.period.coverage import (
    AWAY,
    CANNOT,
    CoverageFigures,
    Promised,
    Seen,
    StoodIn,
    Stretch,
)
from hotline_agi.reports.period.span import Period
from hotline_agi.reports.standings import PastState
from hotline_agi.terms.ids import VolunteerId
from hotline_agi.terms.standing import VolunteerState
from tests.planting import Planting, instead_of

ZONE = ZoneInfo("Asia/Kathmandu")
"""Its hours begin at a quarter of UTC's."""
START = datetime(2026, 11, 1, 18, 15, tzinfo=UTC)
PERIOD = Period(from_at=START, until_at=START + timedelta(days=2), zone=ZONE)
MINUTE = timedelta(minutes=1)
PEOPLE = tuple(VolunteerId(f"v{n}") for n in range(6))
STATES = (*AWAY, *AWAY, VolunteerState.AVAILABLE, VolunteerState.AVAILABLE, VolunteerState.TALKING)


def at(minute: int) -> datetime:
    return START + minute * MINUTE


class World:
    """Everything in whole minutes, so that a look at each minute sees all of it."""

    def __init__(self, seed: int) -> None:
        dice = Random(f"coverage {seed}")
        self.promised: list[Promised] = []
        minute = -200
        while minute < 3200:
            length = dice.randrange(20, 500)
            people = None if dice.random() < 0.1 else tuple(dice.sample(PEOPLE, dice.randrange(5)))
            self.promised.append(
                Promised(from_at=at(minute), until_at=at(minute + length), people=people, least=dice.randrange(4),
                         is_open=dice.random() < 0.85)
            )  # fmt: skip
            minute += length
        self.runs: list[Stretch] = []
        minute = -400
        while minute < 2800:
            begin, length = minute + dice.randrange(0, 120), dice.randrange(200, 1500)
            self.runs.append((at(begin), at(begin + length)))
            minute = begin + length
        self.states = {who: tuple(self._states(dice, who)) for who in PEOPLE[:5]}
        self.since = at(dice.choice((-300, 150)))
        self.stood_in = []
        for _ in range(4):
            absent, present = dice.sample(PEOPLE, 2)
            begin = dice.randrange(0, 2500)
            self.stood_in.append(
                StoodIn(
                    absent=absent if dice.random() < 0.8 else None,
                    present=present if dice.random() < 0.7 else None,
                    from_at=at(begin),
                    until_at=at(begin + dice.randrange(60, 400)),
                )
            )

    @staticmethod
    def _states(dice: Random, who: VolunteerId) -> list[PastState]:
        found, minute = [], -350
        while minute < 2900:
            minute += dice.randrange(1, 300)
            until = at(minute + dice.randrange(1, 400)) if dice.random() < 0.3 else None
            found.append(PastState(volunteer=who, at=at(minute), state=dice.choice(STATES), until_at=until, detail=""))
        return found

    def figures(self) -> CoverageFigures:
        seen = Seen(states=self.states, stood_in=self.stood_in, runs=self.runs, since=self.since)
        return subject.coverage(PERIOD, self.promised, seen, {})

    # ---- the slow way

    def away(self, who: VolunteerId, now: datetime) -> str:
        """Why somebody could not be rung; empty: they could."""
        past = [one for one in self.states.get(who, ()) if one.at <= now]
        if not past or past[-1].state not in AWAY:
            return ""
        last = past[-1]
        if last.until_at is not None and last.until_at <= now:
            return ""
        restarted = any(last.at < start <= now for start, _ in self.runs)
        return "" if restarted and last.state is VolunteerState.UNREACHABLE else last.state.value

    def counted(self) -> dict[str, Counter[object]]:
        """Minutes."""
        found: dict[str, Counter[object]] = {"sum": Counter(), "away": Counter(), "promised": Counter(),
                                             "delivered": Counter(), "open": Counter(), "seen": Counter(),
                                             "on": Counter(), "off": Counter()}  # fmt: skip
        for minute in range(48 * 60):
            now = at(minute)
            span = next((one for one in self.promised if one.from_at <= now < one.until_at), None)
            if span is None or (span.people is not None and not span.is_open):
                continue
            if span.people is None:
                found["sum"]["no_roster"] += 1
                continue
            self._minute(found, now, span.people, span.least)
        return found

    def _minute(
        self, found: dict[str, Counter[object]], now: datetime, people: tuple[VolunteerId, ...], least: int
    ) -> None:
        hour, sums = now.astimezone(ZONE).hour, found["sum"]
        agreed = [one for one in self.stood_in if one.from_at <= now < one.until_at]
        absent = {one.absent for one in agreed if one.absent}
        there = {who for who in people if who not in absent and not self.away(who, now)}
        came = {one.present for one in agreed if one.present and one.present not in absent}
        there |= {who for who in came if not self.away(who, now)}
        sums["open"] += 1
        sums["promised"] += len(people)
        sums["nobody_promised"] += not people
        sums["few_promised"] += len(people) < least
        found["open"][hour] += 1
        found["promised"][hour] += len(people)
        found["on"].update(people)
        if now < self.since or not any(start <= now < end for start, end in self.runs):
            return
        sums["seen"] += len(people)
        sums["delivered"] += len(there)
        sums["stood_in"] += len(there - set(people))
        sums["nobody_there"] += bool(people) and not there
        sums["few_there"] += len(there) < least
        found["seen"][hour] += 1
        found["delivered"][hour] += len(there)
        for who in people:
            if who not in there:
                found["away"][CANNOT if who in absent else self.away(who, now)] += 1
                found["off"][who] += 1


def differences(world: World) -> list[str]:
    told, true = world.figures(), world.counted()
    names = ("open", "no_roster", "promised", "seen", "delivered", "stood_in")
    names += ("nobody_promised", "nobody_there", "few_promised", "few_there")
    found = [name for name in names if abs(getattr(told, f"{name}_h") - true["sum"][name] / 60) > 1e-9]
    found += [f"away {why}" for why, hours in told.away_h.items() if abs(hours - true["away"][why] / 60) > 1e-9]
    for hour, cover in enumerate(told.hours):
        for name, of in (("promised", "open"), ("delivered", "seen")):
            value = getattr(cover, name)
            if true[of][hour] == 0:
                found += [] if value is None else [f"{name} at {hour}"]
            elif value is None or abs(value - true[name][hour] / true[of][hour]) > 1e-9:
                found.append(f"{name} at {hour}")
    for who in PEOPLE:
        one = told.shares.get(who)
        if abs((one.on_shift_h if one else 0.0) - true["on"][who] / 60) > 1e-9:
            found.append(f"{who} on shift")
        if one is not None and one.away_h is not None and abs(one.away_h - true["off"][who] / 60) > 1e-9:
            found.append(f"{who} away")
    return found


@pytest.mark.parametrize("seed", range(4))
def test_it_equals_a_count_minute_by_minute(seed: int) -> None:
    assert differences(World(seed)) == []


def test_random_worlds_reach_everything() -> None:
    sums: Counter[object] = Counter()
    for seed in range(4):
        true = World(seed).counted()
        sums.update(true["sum"])
        sums.update({f"away {why}": minutes for why, minutes in true["away"].items()})
    print(sums)
    reached = (
        *("no_roster", "delivered", "stood_in", "nobody_promised", "nobody_there", "few_there"),
        f"away {CANNOT}",
    )
    assert all(sums[name] > 30 for name in (*reached, *(f"away {state.value}" for state in AWAY))), sums
    assert 60 < sums["seen"] < sums["promised"]


BUGS: dict[str, Planting] = {
    "what nobody saw was delivered": instead_of(subject, "_Sums.add", "if piece.is_seen:", "if True:"),
    "states that are deleted count": instead_of(subject, "coverage", "max(start, seen.since)", "start"),
    "a pause ends with the next start": instead_of(
        subject, "_away", "if one.state is VolunteerState.UNREACHABLE:", "if True:"
    ),
    "who could not be reached stays so over a start": instead_of(
        subject, "_away", "if one.state is VolunteerState.UNREACHABLE:", "if False:"
    ),
    "an end that is known is forgotten": instead_of(subject, "_away", "if one.until_at is not None", "if False"),
    "who stands in is not there": instead_of(subject, "_pieces", "[*people, *came]", "people"),
    "who cannot come is there": instead_of(
        subject, "_pieces", "if who not in gone and not why[who]", "if not why[who]"
    ),
    "closed hours are promised": instead_of(subject, "coverage", "elif span.is_open:", "else:"),
    "hours begin with those of UTC": instead_of(subject, "_full_hours", "at.astimezone(zone).minute", "at.minute"),
}


@pytest.mark.parametrize("bug", BUGS)
def test_a_planted_bug_is_noticed(bug: str, monkeypatch: pytest.MonkeyPatch) -> None:
    BUGS[bug](monkeypatch)
    assert any(differences(World(seed)) for seed in range(4))

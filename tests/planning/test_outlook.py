"""The outlook as a whole: places, bounds, speed."""

import time
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline_agi.planning.outlook import MOST, outlook
from hotline_agi.roster.model import Roster
from hotline_agi.roster.plan import Need
from hotline_agi.roster.reader import read_roster
from hotline_agi.terms.ids import LineId
from hotline_agi.terms.problems import Severity
from tests.planning.people import person, roster
from tests.planning.warned import NOW
from tests.planning.worlds import World
from tests.roster.trees import CONTACTS, good
from tests.roster.written import line, shift


def from_files(**changes: tuple[str, str]) -> Roster:
    """The good roster of the readers' tests, with text replaced in files named by their stem."""
    files = good()
    for stem, (old, new) in changes.items():
        name = f"haven/{stem}.yaml"
        assert old in files[name].decode()
        files[name] = files[name].decode().replace(old, new).encode()
    return read_roster(files, files[CONTACTS]).roster


def test_the_good_roster_has_a_good_outlook() -> None:
    assert outlook(from_files(), NOW) == []


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        (
            {"shifts": ("    people: [boris]", "    people: {mon-thu: [boris], sat: [boris]}")},
            ["haven/shifts.yaml:10:3: warning: nobody is on shift every Fri, Sun 22:00-06:00"],
        ),
        (
            {"shifts": ("[anna, boris]", "[boris]")},
            ["haven/people.yaml:2:3: warning: 'anna' is in no shift"],
        ),
        (
            {"line": ("  - {ring: backup, for_s: 20}\n", "")},
            ["haven/line.yaml:1:1: warning: the backup people are never rung"],
        ),
    ],
    ids=["gap", "no-shift", "backup"],
)
def test_warnings_stand_where_they_are_mended(changes: dict[str, tuple[str, str]], told: list[str]) -> None:
    found = outlook(from_files(**changes), NOW)
    assert [str(one).split(" (")[0] for one in found] == told
    assert {one.severity for one in found} == {Severity.WARNING}


def test_a_roster_without_lines_has_none() -> None:
    assert outlook(Roster(lines={}, volunteers={}), NOW) == []


def test_no_kind_of_warning_floods_the_others() -> None:
    people = [person(f"p{n}") for n in range(MOST + 5)]
    found = outlook(roster(line(), people=people), NOW)
    assert len(found) == MOST + 2
    assert [one.what for one in found if "more" in one.what] == [
        "there are 5 more people who are not rung from here on, in 1 file"
    ]
    assert any("nobody is on shift" in one.what for one in found)


@given(st.integers(0, 100_000))
def test_any_roster_has_an_outlook_in_order_without_repetition(seed: int) -> None:
    world = World(seed)
    found = outlook(world.roster, world.start, days=world.days)
    assert found == sorted(set(found))
    assert all(one.what and one.hint and one.severity is Severity.WARNING for one in found)


def test_it_takes_no_longer_than_a_coordinator_waits() -> None:
    """A tenth of the size that the issue names; `tests/bench` measures all of it."""
    people = [f"p{n}" for n in range(1000)]
    lines = []
    for n in range(10):
        own = people[n::10]
        slots = [
            shift(f"s{h}", f"{h:02}:00", f"{(h + 4) % 24:02}:00", " ".join(own[h : h + 5])) for h in range(0, 24, 4)
        ]
        slots = [replace(one, need=Need(people=(2,) * 7, languages={"zh": 1})) for one in slots]
        lines.append(replace(line(*slots, zone="Europe/Berlin"), id=LineId(f"line-{n}")))
    known = roster(*lines)
    began = time.perf_counter()
    outlook(known, NOW + timedelta(hours=1))
    assert time.perf_counter() - began < 2  # 0.1 s on a quiet machine

"""What is drawn for chaos: the same from the same seed, of every kind, and never two faults of one thing at once."""

from collections import Counter
from itertools import pairwise

import pytest

from hotline_agi.errors import InvalidText
from hotline_agi.lab.tone import Codec, tone_frames
from hotline_agi.roster.model import Roster
from hotline_agi.roster.reader import read_roster
from tests.chaos.ears import name_of
from tests.chaos.lines import Line, roster
from tests.chaos.people import BUSY_DAY, SHORT_TALKS, Does, Draws, Wish
from tests.chaos.schedule import CHAOS, LASTS_S, Kind, blows
from tests.e2e.hearing import PROMPT_HZ


@pytest.mark.parametrize("habits", [BUSY_DAY, SHORT_TALKS])
def test_people(habits):
    draws = Draws(seed=3, habits=habits)
    plans = draws.callers(2000, 5.0, 16)
    assert (
        plans
        == Draws(seed=3, habits=habits).callers(2000, 5.0, 16)
        != Draws(seed=4, habits=habits).callers(2000, 5, 16)
    )
    assert {plan.wish for plan in plans} == set(Wish)
    assert {plan.line for plan in plans} == set(range(16))
    assert 395 < plans[-1].arrives_s < 400
    assert 1000 < len({(plan.line, plan.from_user) for plan in plans}) <= 2000
    does = Counter(draws.reaction(name, ring).does for name in Line(number=0).people for ring in range(1000))
    assert set(does) == set(Does)
    assert does[Does.ACCEPTS] > 0.6 * does.total()
    assert draws.reaction("s00-1", 7) == draws.reaction("s00-1", 7)
    assert all(draws.reaction("s00-1", ring).does is not Does.MAILBOX for ring in range(1000))


def test_faults():
    found = blows(5, CHAOS, begins_s=4.0, until_s=3600.0, every_s=6.0)
    assert found == blows(5, CHAOS, begins_s=4.0, until_s=3600.0, every_s=6.0)
    assert {blow.kind for blow in found} == {kind for kind, _ in CHAOS}
    assert 300 < len(found) < 650
    process = [blow for blow in found if blow.kind in (Kind.KILL, Kind.TERM, Kind.FREEZE, Kind.FREEZE_ALL)]
    for before, after in pairwise(process):
        assert after.at_s >= before.at_s + before.lasts_s + 4.0
    overlapping = sum(before.at_s + before.lasts_s > after.at_s for before, after in pairwise(found))
    assert overlapping > 50
    for blow in found:
        assert blow.at_s + blow.lasts_s <= 3600.0 + LASTS_S[blow.kind][0]


def test_rosters():
    lines = [Line(number=number) for number in range(3)]
    first, second, broken = (_read(*roster(lines, *how)) for how in ((), (1,), (0, True)))
    assert isinstance(first, Roster)
    assert isinstance(second, Roster)
    assert first.lines.keys() == {"line00", "line01", "line02"}
    assert first.lines != second.lines
    assert isinstance(broken, InvalidText)


def _read(files, contacts):
    try:
        return read_roster({name: text.encode() for name, text in files.items()}, contacts.encode()).roster
    except InvalidText as error:
        return error


@pytest.mark.parametrize("codec", Codec)
@pytest.mark.parametrize("name", PROMPT_HZ)
def test_a_prompt_is_known_by_one_frame(name, codec):
    frames = tone_frames(PROMPT_HZ[name], codec)
    assert {name_of(frame, codec) for frame, _ in zip(frames, range(50), strict=False)} == {name}


def test_silence_is_no_prompt():
    assert name_of(b"\xd5" * 160, Codec.PCMA) == ""
    assert name_of(b"\xff" * 160, Codec.PCMU) == ""

"""An alarm is raised once and over once, flapping is damped, messages are few, and a restart forgets nothing."""

import json
from itertools import pairwise

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from hotline_agi.alarms import book as books
from hotline_agi.alarms.book import CRITICAL_EVERY_S, AlarmBook
from hotline_agi.alarms.kinds import DAMPING, Damping, Grade, Kind
from hotline_agi.terms.ids import VolunteerId
from tests.alarms.stories import Reader, at, condition, looked
from tests.planting import Planting, instead_of

FULL = condition()
RAISE_S, CLEAR_S = DAMPING[Kind.DISK].raise_s, DAMPING[Kind.DISK].clear_s


def test_it_is_told_once_and_its_end_once():
    book = AlarmBook()
    reader = Reader(book)
    for second in range(0, 3600, 5):
        looked(book, second, *([FULL] if second < 1200 else []))
        reader.reads(second)
    assert reader.words() == [(1, "new"), (1, "over")]
    (raised, first), (ended, last) = reader.read
    assert raised == RAISE_S + books.GATHER_S
    assert 1200 + CLEAR_S <= ended <= 1200 + CLEAR_S + 15
    assert first.new[0].since == at(RAISE_S).at
    assert last.over[0].over_at == at(1200 + CLEAR_S).at


def test_what_lasts_a_moment_is_no_alarm():
    book = AlarmBook()
    for second in range(0, 600, 5):
        looked(book, second, *([FULL] if second % 60 < RAISE_S else []))
    assert book.alarms == []


def test_flapping_is_damped():
    """On for ten minutes and gone for seven, all day: an alarm is over for good or not at all."""
    book = AlarmBook()
    reader = Reader(book)
    for second in range(0, 8 * 3600, 5):
        looked(book, second, *([FULL] if second % 1020 < 600 else []))
        reader.reads(second)
    ends = [word for word in reader.words() if word[1] in ("over", "passed")]
    assert len(ends) <= 8, "a flap in seventeen minutes would be twenty-eight"


def test_one_cause_makes_one_message():
    book = AlarmBook(every_s=300)
    reader = Reader(book)
    lines = [condition(Kind.LOST, f"line-{n}", text="lost") for n in range(20)]
    for second in range(0, 900, 5):
        looked(book, second, *lines[: second // 30 + 1])
        reader.reads(second)
    assert len(reader.read) == 3, [second for second, _ in reader.read]
    assert sorted(number for number, word in reader.words() if word == "new") == list(range(1, 21))


def test_what_is_critical_waits_no_longer_than_a_minute():
    book = AlarmBook(every_s=3600)
    reader = Reader(book)
    bad = condition(Kind.WAITING, "xinli", grade=Grade.CRITICAL, text="a caller waits")
    for second in range(0, 600, 5):
        looked(book, second, FULL, *([bad] if second >= 100 else []))
        reader.reads(second)
    assert [second for second, _ in reader.read] == [40, 105]
    assert CRITICAL_EVERY_S == 60


def test_it_is_told_again_while_it_lasts_unless_somebody_owns_it():
    for owned in (False, True):
        book = AlarmBook(remind_s=3600)
        reader = Reader(book)
        for second in range(0, 3 * 3600, 60):
            looked(book, second, FULL)
            if owned and second == 1200:
                book.own(1, VolunteerId("chen"), at(second).at)
            reader.reads(second)
        words = [word for _, word in reader.words()]
        assert words == (["new"] if owned else ["new", "still", "still"])


def test_it_is_news_again_when_it_gets_worse():
    book = AlarmBook()
    reader = Reader(book)
    for second in range(0, 600, 5):
        grade = Grade.CRITICAL if second >= 300 else Grade.WARNING
        looked(book, second, condition(grade=grade))
        reader.reads(second)
    assert reader.words() == [(1, "new"), (1, "new")]


def test_what_is_not_judged_stays():
    book = AlarmBook()
    looked(book, 0, FULL)
    looked(book, RAISE_S, FULL)
    for second in range(60, 3600, 60):
        looked(book, second, kinds=[kind for kind in Kind if kind is not Kind.DISK])
    assert [one.condition for one in book.on] == [FULL]


def test_a_sink_that_was_away_hears_of_what_came_and_went():
    book = AlarmBook()
    for second in range(0, 3600, 5):
        looked(book, second, *([FULL] if second < 600 else []))
    reader = Reader(book)
    reader.reads(3600)
    assert reader.words() == [(1, "passed")]
    reader.reads(7200)
    assert len(reader.read) == 1


def test_over_a_restart_nothing_is_told_twice_and_an_end_is_told():
    book = AlarmBook()
    reader = Reader(book)
    for second in range(0, 120, 5):
        looked(book, second, FULL)
        reader.reads(second)
    again = AlarmBook()
    again.restore(json.loads(json.dumps(book.as_json())))
    assert again.as_json() == book.as_json()
    later = Reader(again)
    for second in range(120, 240, 5):
        looked(again, second, FULL)
        later.reads(second)
    assert later.read == []
    third = AlarmBook()
    third.restore(again.as_json())
    last = Reader(third)
    for second in range(240, 1200, 5):
        looked(third, second)
        last.reads(second)
    assert last.words() == [(1, "over")]
    looked(third, 2000, FULL)
    looked(third, 2060, FULL)
    assert [one.number for one in third.on] == [2]


def test_a_wall_clock_that_is_set_back_makes_no_sink_silent():
    book = AlarmBook()
    reader = Reader(book)
    for second in range(0, 120, 5):
        looked(book, second, FULL)
        reader.reads(second)
    other = condition(Kind.JOURNAL, "", text="trouble")
    judged = {kind: [] for kind in Kind} | {Kind.DISK: [FULL], Kind.JOURNAL: [other]}
    back = at(-7200).at
    for second in range(120, 200, 5):
        now = type(at(0))(1000.0 + second, back)
        book.look(judged, now)
    digest = book.digest("email", at(-7180).at)
    assert digest is not None
    assert [one.condition for one in digest.new] == [other]


# ---- any history

KINDS = (Kind.DISK, Kind.WAITING, Kind.CANARY)
STEPS = st.lists(
    st.tuples(st.sets(st.sampled_from(KINDS)), st.sampled_from([5, 30, 120, 600]), st.booleans()),
    min_size=1,
    max_size=60,
)


def live(steps: list[tuple[set[Kind], int, bool]], *, restarts: bool) -> tuple[AlarmBook, Reader, float]:
    """Conditions hold or not, time passes, the sink is there or not; perhaps each step is a new run."""
    book, reader, second = AlarmBook(), Reader(AlarmBook()), 0.0
    reader.book = book
    for held, passes_s, is_there in steps:
        for _ in range(6):
            second += passes_s / 6
            looked(book, second, *(condition(kind, text=kind) for kind in held))
            if is_there:
                reader.reads(second)
        if restarts:
            again = AlarmBook()
            again.restore(json.loads(json.dumps(book.as_json())))
            book = reader.book = again
    return book, reader, second


def judge(steps: list[tuple[set[Kind], int, bool]], *, restarts: bool) -> AlarmBook:
    book, reader, second = live(steps, restarts=restarts)
    words = reader.words()
    for number in {number for number, _ in words}:
        said = [word for one, word in words if one == number]
        assert said.count("new") + said.count("passed") == 1, said
        assert said.count("over") <= 1, said
        assert said[0] in ("new", "passed"), said
        assert not ({"over", "passed"} & set(said[:-1])), said
    for one in book.alarms:
        assert one.over_at is None or one.over_at >= one.since
    assert len({one.condition.key for one in book.on}) == len(book.on)
    seconds = [at_s for at_s, _ in reader.read]
    assert all(later - sooner >= CRITICAL_EVERY_S - 1e-6 for sooner, later in pairwise(seconds))
    # quiet for a long time: everything that was on is over, and every word was said
    for extra in range(1, 200):
        looked(book, second + extra * 60)
        reader.reads(second + extra * 60)
    assert book.on == []
    assert {number for number, word in reader.words() if word == "new"} == {
        number for number, word in reader.words() if word == "over"
    }
    return book


@settings(max_examples=60, deadline=None)
@given(steps=STEPS, restarts=st.booleans())
def test_in_any_history_each_alarm_is_told_once_and_over_once(
    steps: list[tuple[set[Kind], int, bool]], restarts: bool
) -> None:
    book = judge(steps, restarts=restarts)
    event(f"alarms: {min(len(book.alarms), 3)}")
    event("restarts" if restarts else "one run")


FLAPPING = [({Kind.DISK, Kind.WAITING}, 120, True), (set(), 600, True)] * 5
AWAY = [({Kind.DISK}, 600, True), (set(), 600, False), ({Kind.CANARY}, 600, True), (set(), 30, True)]
BUGS: dict[str, Planting] = {
    "the end is not remembered as told": instead_of(
        books, "AlarmBook.told", "over=was_over or bool(known and known.over)", "over=False"
    ),
    "what was told is told again": instead_of(
        books, "AlarmBook.digest", "values() if sink not in one.told)", "values())"
    ),
    "messages come as they will": instead_of(
        books, "AlarmBook._is_time", "since_s >= (CRITICAL_EVERY_S if critical else self._every_s)", "True"
    ),
    "an end is forgotten": instead_of(books, "AlarmBook._end", "alarm.over_at = max(now.at, alarm.since)", "pass"),
}


@pytest.mark.parametrize("bug", BUGS)
def test_planted_bugs_are_noticed(bug: str, monkeypatch: pytest.MonkeyPatch) -> None:
    BUGS[bug](monkeypatch)
    with pytest.raises(AssertionError):
        for steps in (FLAPPING, AWAY):
            for restarts in (False, True):
                judge(steps, restarts=restarts)


def test_without_planted_bugs_the_same_stories_are_fine() -> None:
    for steps in (FLAPPING, AWAY):
        for restarts in (False, True):
            judge(steps, restarts=restarts)


def test_every_kind_has_damping_that_ends() -> None:
    for kind in Kind:
        damping = DAMPING.get(kind, Damping())
        assert 0 <= damping.raise_s <= 120
        assert 0 <= damping.clear_s <= 600

"""The pure parts of the surge benchmark: what is drawn, what is counted, and what is asked of it."""

import math

import pytest

from hotline_agi.roster.reader import read_roster
from tests.bench import surge
from tests.bench.rounds import watched
from tests.bench.surge_figures import (
    HOTLINE,
    RINGALL,
    RRMEMORY,
    End,
    Fate,
    Tally,
    goals,
    pooled_mean_wait_s,
    rows,
)
from tests.bench.surge_halls import dialplan, halls_of, queues, roster
from tests.bench.surge_people import ACCEPT_S, KEY_AFTER_S, LOADS, VOLUNTEERS, Draws, Load

SURGE = next(load for load in LOADS if load.name == "surge")
MIXED = next(load for load in LOADS if load.name == "mixed")


def tally(*waits_s: float, rings: int = 0, left_s: tuple[float, ...] = (), **more: int) -> Tally:
    answered = [Fate(end=End.TALKED, wait_s=wait_s, answered=True) for wait_s in waits_s]
    left = [Fate(end=End.GAVE_UP, wait_s=wait_s, answered=False) for wait_s in left_s]
    return Tally(fates=answered + left, rings=rings, talks=[len(answered), 0], **more)


# ---- the draws


def test_the_same_seed_draws_the_same_people_in_whatever_order_they_are_asked() -> None:
    one, other = (Draws(seed=7, load=SURGE) for _ in range(2))
    asked = [(volunteer, ring) for volunteer in range(VOLUNTEERS) for ring in range(3)]
    forwards = {each: one.reaction(*each) for each in asked}
    backwards = {each: other.reaction(*each) for each in reversed(asked)}
    assert forwards == backwards
    assert one.callers() == other.callers()


@pytest.mark.parametrize("other", [Draws(seed=8, load=SURGE), Draws(seed=7, load=SURGE, number=1)])
def test_another_seed_or_round_draws_other_people(other: Draws) -> None:
    draws = Draws(seed=7, load=SURGE)
    assert draws.callers() != other.callers()
    assert [draws.reaction(v, 0) for v in range(VOLUNTEERS)] != [other.reaction(v, 0) for v in range(VOLUNTEERS)]


def test_two_of_five_rings_are_accepted_after_three_to_fifteen_seconds() -> None:
    draws = Draws(seed=1, load=SURGE)
    rings = [draws.reaction(volunteer, ring) for volunteer in range(VOLUNTEERS) for ring in range(200)]
    assert 0.38 < sum(ring.accepts for ring in rings) / len(rings) < 0.42
    assert all(ACCEPT_S[0] <= ring.after_s <= ACCEPT_S[1] for ring in rings)
    assert 8.8 < sum(ring.after_s for ring in rings) / len(rings) < 9.2


@pytest.mark.parametrize("load", LOADS, ids=lambda load: load.name)
def test_a_load_brings_its_calls_in_order_within_its_time(load: Load) -> None:
    callers = Draws(seed=3, load=load).callers()
    arrivals = [caller.arrives_s for caller in callers]
    assert len(callers) == load.calls
    assert arrivals == sorted(arrivals)
    assert arrivals[0] >= 0 and arrivals[-1] <= load.lasts_s
    assert all(30 <= caller.talk_s <= 90 for caller in callers)


def test_patience_is_endless_unless_it_is_drawn_and_changes_no_other_draw() -> None:
    endless = Draws(seed=3, load=SURGE).callers()
    drawn = Draws(seed=3, load=SURGE, patience="exponential").callers()
    assert {caller.patience_s for caller in endless} == {600.0}
    assert all(20 <= caller.patience_s <= 600 for caller in drawn)
    assert len({caller.patience_s for caller in drawn}) > 10
    assert [(c.arrives_s, c.talk_s) for c in endless] == [(c.arrives_s, c.talk_s) for c in drawn]


def test_half_of_the_mixed_phones_are_mobiles_and_a_third_of_these_mailboxes_that_never_accept() -> None:
    draws = Draws(seed=1, load=MIXED)
    mobiles = [volunteer for volunteer in range(VOLUNTEERS) if draws.is_mobile(volunteer)]
    mailboxes = [volunteer for volunteer in mobiles if draws.has_mailbox(volunteer)]
    assert (len(mobiles), len(mailboxes)) == (15, 5)
    assert not any(draws.reaction(mailbox, ring).accepts for mailbox in mailboxes for ring in range(50))
    assert ACCEPT_S[0] > KEY_AFTER_S
    assert not any(Draws(seed=1, load=SURGE).is_mobile(volunteer) for volunteer in range(VOLUNTEERS))


# ---- the halls


def test_every_hall_has_numbers_and_phones_of_its_own() -> None:
    halls = halls_of(LOADS, (RINGALL, RRMEMORY, HOTLINE))
    names = [name for hall in halls for name in hall.volunteers]
    numbers = [number for hall in halls for n in range(VOLUNTEERS) if (number := hall.number_of(n))]
    dids = [hall.did for hall in halls]
    assert len(set(names)) == len(names) == 15 * VOLUNTEERS
    assert len(set(numbers)) == len(numbers) == 3 * 15
    assert len(set(dids)) == 15 and not set(dids) & {"0" + number[3:] for number in numbers}


def test_the_roster_of_the_halls_is_one_that_the_product_takes() -> None:
    halls = halls_of(LOADS, (RINGALL, HOTLINE))
    files, contacts = roster(halls)
    read = read_roster({path: text.encode() for path, text in files.items()}, contacts.encode())
    assert read.warnings == ()
    assert {line.numbers[0] for line in read.roster.lines.values()} == {h.did for h in halls if h.system == HOTLINE}
    assert len(read.roster.volunteers) == len(LOADS) * VOLUNTEERS


def test_the_queues_have_the_same_volunteers_and_mobiles_confirm() -> None:
    halls = halls_of([MIXED], (RINGALL, RRMEMORY))
    text = queues(halls)
    assert text.count("member => PJSIP/") == 30 and text.count("member => Local/") == 30
    assert text.count("strategy = ringall") == text.count("strategy = rrmemory") == 1
    assert dialplan(halls).count("U(bench-confirm)") == 30


# ---- the figures


def test_waits_count_from_the_call_to_the_talk_and_of_who_left_until_then() -> None:
    one = tally(10.0, 30.0, 50.0, rings=12, left_s=(70.0,))
    figures = one.figures()
    assert figures["answered_share"] == 0.75
    assert figures["within_30_s_share"] == 0.5
    assert (figures["mean_wait_s"], figures["mean_wait_all_s"]) == (30.0, 40.0)
    assert (figures["p90_wait_s"], figures["p90_wait_all_s"]) == (50.0, 70.0)
    assert figures["mean_wait_all_error_s"] == pytest.approx(12.91)  # deviations 30, 10, 10, 30: √(2000 / 3) / √4
    assert figures["rings_per_answered"] == 4.0
    assert (figures["most_talks"], figures["fewest_talks"], figures["gave_up"]) == (3, 0, 1)


def test_rounds_of_one_load_are_counted_together() -> None:
    both = Tally()
    for one in (tally(10.0, rings=3, double_rings=1), tally(20.0, rings=5, strays=2)):
        both.add(one)
    assert (both.rings, both.double_rings, both.strays, both.talks) == (8, 1, 2, [2, 0])
    assert both.mean_wait_s == 15.0


def test_a_load_that_nobody_answered_has_no_mean_and_its_table_says_so() -> None:
    empty = tally(left_s=(20.0,))
    assert empty.figures()["mean_wait_s"] is None
    assert ["mean wait, s", "-"] in rows({HOTLINE: empty})


def all_loads(ours_s: float, *, light_rings: int = 30) -> dict[tuple[str, str], Tally]:
    found = {}
    for load in ("light", "medium", "surge"):
        found[load, RINGALL] = tally(5.0, 100.0, *[100.0] * (load == "surge"), rings=100)
        found[load, RRMEMORY] = tally(40.0, 20.0, rings=10)
        found[load, HOTLINE] = tally(ours_s, ours_s, rings=light_rings)
    return found


def test_a_product_that_is_better_meets_every_goal() -> None:
    found = goals(all_loads(20.0))
    assert len(found) == 12
    assert [goal.name for goal in found if not goal.met] == []


@pytest.mark.parametrize(
    ("tallies", "missed"),
    [
        (all_loads(31.0), "surge: share within 30 s ÷ rrmemory's"),
        (all_loads(22.0), "all loads: mean wait ÷ better queue's"),
        (all_loads(20.0, light_rings=36), "light: rings ÷ ringall's"),
        (all_loads(20.0) | {("light", HOTLINE): tally(20.0, 20.0, double_rings=1)}, "double rings"),
        (
            all_loads(20.0) | {("light", HOTLINE): tally(20.0, left_s=(1.0,))},
            "all loads: answered share ÷ better queue's",
        ),
        (all_loads(20.0) | {("light", HOTLINE): tally(20.0, 20.0, open_records=1)}, "calls with no end"),
    ],
)
def test_a_product_that_is_worse_in_one_point_misses_its_goal(
    tallies: dict[tuple[str, str], Tally], missed: str
) -> None:
    assert missed in {goal.name for goal in goals(tallies) if not goal.met}


def test_what_was_not_played_has_no_goal() -> None:
    assert goals({("surge", RINGALL): tally(1.0)}) == []
    assert {goal.name for goal in goals({("light", HOTLINE): tally(1.0)})} == {"double rings", "calls with no end"}


def test_no_answer_at_all_meets_no_goal_of_a_share() -> None:
    nobody = {("surge", system): tally(left_s=(60.0,)) for system in (RINGALL, RRMEMORY, HOTLINE)}
    shares = [goal for goal in goals(nobody) if goal.name.startswith("surge")]
    assert len(shares) == 2
    assert all(math.isnan(goal.value) and not goal.met for goal in shares)


def test_the_mean_over_all_loads_counts_each_call_once() -> None:
    tallies = {("light", HOTLINE): tally(10.0), ("surge", HOTLINE): tally(40.0, 40.0, left_s=(50.0,))}
    assert pooled_mean_wait_s(tallies, HOTLINE) == 35.0


# ---- what is asked for


def test_loads_systems_and_seed_are_chosen_by_options() -> None:
    asked = surge.options(["--loads", "surge,medium", "--systems", "hotline", "--seed", "7", "--quick"])
    assert [load.name for load in asked.loads] == ["medium", "surge"]
    assert (asked.systems, asked.seed, asked.in_turn, asked.patience) == ((HOTLINE,), 7, False, "endless")
    assert asked.loads[1].rounds == 1


@pytest.mark.parametrize("args", [["--loads", "storm"], ["--systems", "queue"], ["--patience", "none"]])
def test_what_there_is_not_is_refused(args: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        surge.options(args)
    assert args[1] in capsys.readouterr().err


# ---- rounds of waiting callers


def test_a_round_lasts_from_entry_to_entry_and_talks_and_hangups_are_none() -> None:
    seen = watched(
        [
            "in a 10.0",
            "in b 10.5",
            "out a 14.0",
            "in a 14.25",
            "out b 12.0",  # taken out into a talk
            "joined b 12.0",
            "survived c 13.0",
            "out a 18.25",  # hung up
        ]
    )
    assert [(one.outside_s, one.lasted_s) for one in seen.rounds] == [(0.25, 4.25)]
    assert seen.survived == {"c"}


def test_a_caller_who_is_not_back_in_time_is_overdue() -> None:
    seen = watched(["in a 10.0", "in b 13.0", "in c 10.0", "out c 14.0", "in d 8.0", "out d 12.0", "joined d 12.0"])
    assert seen.overdue(14.5, round_s=4.0, late_s=1.0) == 0
    assert seen.overdue(15.5, round_s=4.0, late_s=1.0) == 2

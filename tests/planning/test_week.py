"""The week as a grid: states against the duty minute by minute, and what stands in the cells."""

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from hotline_agi.planning.coverage import Lack
from hotline_agi.planning.heat import Filling
from hotline_agi.planning.week import WeekCell, cell_lines, legend, week
from hotline_agi.planning.wording import Names
from hotline_agi.roster.duty import on_duty
from hotline_agi.roster.plan import Need
from hotline_agi.roster.precedence import occurrence
from hotline_agi.terms.languages import Language
from tests.dispatch.lines import person
from tests.dispatch.lines import roster as roster_of
from tests.planning.worlds import World
from tests.roster.written import away, extra, hours, line, shift, sick, special, swap, who

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
SATURDAY = date(2026, 2, 14)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000))
def test_each_slot_of_each_day_stands_there_with_its_worst_state(seed: int) -> None:
    world = World(seed)
    found = week(world.roster, world.one, world.first, world.days)
    rows = {shift.slot: cells for shift, cells in found.rows}
    for each in world.one.shifts:
        for n in range(world.days):
            slot = occurrence(world.one, each, world.first + n * DAY)
            cell = rows[each.slot][n] if each.slot in rows else None
            assert (cell and cell.slot) == slot
            if cell is not None:
                check_state(world, cell)


def check_state(world: World, cell: WeekCell) -> None:
    at, duties = cell.slot.start, []
    while at < cell.slot.end:
        duties.append(on_duty(world.one, at))
        at += MINUTE
    is_open = [duty for duty in duties if duty.is_open]
    assert (cell.filling is Filling.CLOSED) == (not is_open)
    assert (cell.filling is Filling.NOBODY) == any(not duty.volunteers for duty in is_open)
    assert (cell.filling is Filling.FINE) == (bool(is_open) and not cell.shortfalls)
    assert cell.quiet == {who for duty in duties for who in duty.quiet}
    assert all(one.lack is Lack.NOBODY or one.slot == cell.slot.shift.slot for one in cell.shortfalls)


def lines_of(language: Language = Language.EN) -> dict[str, list[str]]:
    """The cells of a Saturday by slot."""
    plain = line(
        shift("early", "06:00", "14:00", "ann bo", backup="cy dee", need=Need(people=(2,) * 7, languages={"en": 1})),
        shift("late", "14:00", "22:00", "gu"),
        shift("night", "22:00", "06:00", "ann bo"),
        special_days={SATURDAY + DAY: special(opening=())},
        covers=(
            sick("ann", "2026-02-14", "2026-02-14", instead="hal"),
            swap("bo", "ivy", "2026-02-14", "early"),
            extra("flo", "2026-02-14", "early"),
            away("flo", "2026-02-14T09:00", "2026-02-14T10:30"),
            away("gu", "2026-02-14", "2026-02-14"),
        ),
        quiet={who("ivy"): replace(person("ivy"), quiet=(hours("13:00", "14:00"),))},
    )
    names = roster_of(plain, people=[replace(person("hal"), name="海伦")])
    found = week(names, plain, SATURDAY, 2)
    return {one.slot: cell_lines(cells[0], Names(names, language)) for one, cells in found.rows if cells[0]}


def test_a_cell_tells_who_is_there_and_who_is_not() -> None:
    assert lines_of()["early"] == [
        "! en 0/1",
        "~hal",
        "~°Ivy",
        "+Flo",
        "  06:00-09:00",
        "  10:30-14:00",
        "(Cy)",
        "(Dee)",
        "✗Ann",
        "✗Flo",
        "  09:00-10:30",
    ]
    assert "~海伦" in lines_of(Language.ZH)["early"]


def test_a_slot_without_anybody_is_red() -> None:
    assert lines_of()["late"] == ["! nobody", "✗Gu"]
    assert lines_of(Language.ZH)["late"] == ["! 无人", "✗Gu"]


def test_a_closed_slot_is_grey_and_a_slot_of_another_day_is_none() -> None:
    plain = line(shift("day", "06:00", "14:00", "ann"), special_days={SATURDAY: special("春节", opening=())})
    found = week(roster_of(plain), plain, SATURDAY, 2)
    [(_, (closed, fine))] = found.rows
    assert closed is not None and fine is not None
    assert (closed.filling, fine.filling) == (Filling.CLOSED, Filling.FINE)
    assert cell_lines(closed, Names(roster_of(plain), Language.EN))[0] == "closed"
    assert [day.name for day in found.days] == ["春节", ""]


def test_what_another_slot_lacks_is_not_said_here() -> None:
    plain = line(shift("a", "06:00", "14:00", "ann"), shift("b", "06:00", "14:00", "bo", need=Need(people=(2,) * 7)))
    [(_, (a,)), (_, (b,))] = week(roster_of(plain), plain, SATURDAY, 1).rows
    assert a is not None and b is not None
    assert (a.filling, b.filling) == (Filling.FINE, Filling.SHORT)


def test_the_legend_explains_the_signs_that_occur() -> None:
    texts = [text for lines in lines_of().values() for text in lines]
    assert legend(texts, Language.EN) == (
        "~ swapped or standing in  + extra  ✗ absent  ° quiet hours  ! lacking  (…) backup"
    )
    assert legend(["Ann", "(Bo)"], Language.ZH) == "(…) 后备"
    assert legend(["Ann", "Bo"], Language.EN) == ""

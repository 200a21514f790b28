"""Edits: what they refuse, and that random sequences of them change what they say, and not a byte beside it."""

import difflib
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from hotline_agi.coordination import edits, people_edits, proposals, week_edits
from hotline_agi.coordination.edits import Edit, Known
from hotline_agi.coordination.round_trip import YamlText
from hotline_agi.errors import InvalidText, SetupError
from hotline_agi.planning.callings import person_called
from hotline_agi.roster.model import Line, Roster, Volunteer
from hotline_agi.roster.plan import Absence, AbsenceKind, Cover, Extra, MonthDay, Pattern, Shift, SpecialDay, Swap
from hotline_agi.roster.reader import read_roster
from hotline_agi.terms.ids import VolunteerId
from hotline_agi.terms.problems import NOWHERE, Severity
from tests.coordination.nasty import ROSTERS, comments
from tests.roster.trees import example

NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)  # Monday noon in Shanghai
ANN, BOB, CAT, DAN, EVE = map(VolunteerId, ("ann", "bob", "cat", "dan", "eve"))


@cache
def known_of(name: str) -> Known:
    in_git = {path: text for path, text in example()[0].items() if "/" in path}
    files = in_git if name == "example" else ROSTERS[name]
    return Known(files=files, roster=read_roster(files).roster)


wall = datetime.fromisoformat  # by the line's clock


def line_of(known: Known) -> Line:
    return next(iter(known.roster.lines.values()))


def after(known: Known, edit: Edit) -> Known:
    files = {**known.files, **edit.files}
    return Known(files=files, roster=read_roster(files).roster)


# ---- what they write


def swap_in_example(who: str, to: str, day: date, slot: str, **more: object) -> Edit:
    known = known_of("example")
    return edits.swap(known, line_of(known), VolunteerId(who), VolunteerId(to), day, slot, **more)  # type: ignore[arg-type]


def added(known: Known, edit: Edit) -> list[str]:
    """The lines that an edit adds; it takes none away."""
    ((path, text),) = edit.files.items()
    lines = list(difflib.ndiff(known.files.get(path, b"").decode().splitlines(), text.decode().splitlines()))
    assert not [line for line in lines if line.startswith("- ")]
    return [line[2:] for line in lines if line.startswith("+ ")]


def test_covers_are_one_line_each() -> None:
    known = known_of("example")
    line = line_of(known)
    one = swap_in_example("chen-jing", "wang-lei", date(2026, 11, 27), "night", note="says: see # 3, thanks")
    assert one.message == "Swap chen-jing and wang-lei: night of 2026-11-27"
    assert added(known, one) == [
        '  - {swap: [chen-jing, wang-lei], date: 2026-11-27, slot: night, note: "says: see # 3, thanks"}'
    ]
    two = swap_in_example("chen-jing", "wang-lei", date(2026, 11, 27), "night", back=(date(2026, 11, 25), "evening"))
    assert added(known, two) == [
        "  - {swap: [chen-jing, wang-lei], date: 2026-11-27, slot: night, back: {date: 2026-11-25, slot: evening}}"
    ]
    three = edits.absent(
        known,
        line,
        AbsenceKind.SICK,
        VolunteerId("li-na"),
        wall("2026-11-23 12:05"),
        date(2026, 11, 25),
        instead=VolunteerId("gao-feng"),
    )
    assert added(known, three) == ["  - {sick: li-na, from: 2026-11-23 12:05, until: 2026-11-25, instead: gao-feng}"]
    four = edits.extra(known, line, [VolunteerId("li-na")], date(2026, 11, 28), "noon", backup=True)
    assert added(known, four) == ["  - {extra: [li-na], date: 2026-11-28, slot: noon, as: backup}"]


def test_a_file_of_covers_begins_with_a_word_of_what_it_is() -> None:
    known = known_of("no-covers")
    edit = edits.absent(known, line_of(known), AbsenceKind.AWAY, ANN, date(2026, 12, 1), None)
    text = edit.files["haven/covers.yaml"].decode()
    assert text.endswith("\ncovers:\n  - {away: ann, from: 2026-12-01}\n...\n")
    assert text.startswith("# 换班")
    known = known_of("example")
    without = Known(files={p: t for p, t in known.files.items() if "covers" not in p}, roster=known.roster)
    edit = edits.absent(without, line_of(known), AbsenceKind.AWAY, VolunteerId("li-na"), date(2026, 12, 1), None)
    first = edit.files["xinli/covers.yaml"].decode().splitlines()[0]
    assert first == "# yaml-language-server: $schema=../schema/covers.schema.json"


def test_days_that_share_a_line_get_their_own() -> None:
    known = known_of("example")
    line = line_of(known)
    edit = week_edits.add_to_week(known, line, VolunteerId("li-na"), "early", frozenset({0, 5}))
    assert edit.message == "Add li-na to early: mon, sat"
    shift = line_of(after(known, edit)).shifts[1]
    old = line.shifts[1]
    assert [shift.people.on(date(2026, 11, 23) + timedelta(days=n)) for n in range(7)] == [
        (*(old.people.turns[0][n] or ()), *(["li-na"] if n in (0, 5) else [])) for n in range(7)
    ]
    text = edit.files["xinli/shifts.yaml"].decode()
    assert "      tue-fri: [zhou-mei, xu-lan, hu-bin]\n      mon: [zhou-mei, xu-lan, hu-bin, li-na]\n" in text
    assert "      sun: [zhu-ling, lin-yue, guo-rui]\n      sat: [zhu-ling, lin-yue, guo-rui, li-na]\n" in text
    edit = week_edits.add_to_week(known, line, VolunteerId("li-na"), "early", frozenset({0}), backup=True)
    assert "    backup:\n      tue-sun: [zhang-min]\n      mon: [zhang-min, li-na]\n" in (
        edit.files["xinli/shifts.yaml"].decode()
    )


def test_only_days_that_are_new_are_said() -> None:
    known = known_of("block")
    edit = week_edits.add_to_week(known, line_of(known), ANN, "day", frozenset({4, 5}))
    assert edit.message == "Add ann to day: sat"
    with pytest.raises(SetupError, match="cat is backup in night daily already"):
        week_edits.add_to_week(known, line_of(known), CAT, "night", frozenset(range(7)), backup=True)


def test_somebody_new_is_written_as_the_others() -> None:
    known = known_of("example")
    ways, skills = ["softphone:v30", "mobile"], ["screened", "crisis"]
    edit = people_edits.add_person(known, line_of(known), "bai-lu", "白露", ways, ["zh"], skills)
    assert added(known, edit)
    assert (
        edit.files["xinli/people.yaml"]
        .decode()
        .endswith(
            "    qualifications: [screened]\n\n  bai-lu:\n    name: 白露\n    languages: [zh]\n"
            "    endpoints: [softphone: v30, mobile]\n    qualifications: [screened, crisis]\n\n...\n"
        )
    )


# ---- what they refuse


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (
            lambda: swap_in_example("chen-jing", "wang-lei", date(2026, 11, 28), "night"),
            r"chen-jing is not in night on Sat 2026-11-28: that day they are in evening \(backup\)",
        ),
        (
            lambda: swap_in_example("deng-kai", "wang-lei", date(2026, 11, 22), "night"),
            "deng-kai is not in night on Sun 2026-11-22: that day they are in evening",
        ),
        (
            lambda: swap_in_example("tang-ning", "chen-jing", date(2026, 11, 27), "night"),
            "chen-jing is in night on Fri 2026-11-27 already",
        ),
        (lambda: swap_in_example("li-na", "li-na", date(2026, 11, 27), "night"), "cannot swap with themselves"),
        (lambda: swap_in_example("chen-jing", "wang-lei", date(2026, 11, 27), "nigth"), "did you mean 'night'"),
        (
            lambda: swap_in_example(
                "chen-jing", "wang-lei", date(2026, 11, 27), "night", back=(date(2026, 11, 24), "noon")
            ),
            None,
        ),
        (
            lambda: swap_in_example(
                "chen-jing", "wang-lei", date(2026, 11, 27), "night", back=(date(2026, 11, 24), "night")
            ),
            "wang-lei is not in night on Tue 2026-11-24",
        ),
        (lambda: person_called(known_of("example").roster, "chen-jin"), "did you mean 'chen-jing'"),
        (
            lambda: people_edits.add_person(
                known_of("example"), line_of(known_of("example")), "li-na", "x", ["mobile"]
            ),
            "li-na is 李娜's id already",
        ),
        (
            lambda: people_edits.add_person(known_of("example"), line_of(known_of("example")), "x", "x", ["handy"]),
            "'handy' is no endpoint",
        ),
        (lambda: people_edits.remove_person(known_of("block"), ANN), "nobody would be left in shifts late people"),
        (
            lambda: week_edits.add_to_week(known_of("block"), line_of(known_of("block")), BOB, "late", frozenset({1})),
            "rotation of 3 turns: say which one with --turn",
        ),
        (
            lambda: week_edits.remove_from_week(known_of("block"), line_of(known_of("block")), EVE, "noon"),
            "eve is not in noon of the week",
        ),
        (
            lambda: week_edits.remove_from_week(
                known_of("block"), line_of(known_of("block")), DAN, "day", frozenset({0})
            ),
            "dan is not in day mon of the week: they are there sat, sun",
        ),
        (lambda: week_edits.days_named("montag"), "are no weekdays"),
    ],
)
def test_what_cannot_be_meant(make: Callable[[], object], says: str | None) -> None:
    if says is None:
        make()
        return
    with pytest.raises(SetupError, match=says):
        make()


def test_an_absence_that_is_there_already() -> None:
    known = known_of("block")  # dan is away from 2026-03-05 04:00 until 2026-03-07, cat sick on 2026-02-14
    line = line_of(known)

    def absent(who: VolunteerId, first: date, last: date | None = None, **more: object) -> Edit:
        return edits.absent(known, line, AbsenceKind.SICK, who, first, last, **more)  # type: ignore[arg-type]

    with pytest.raises(SetupError, match=r"cat is sick then is there already: haven/covers\.yaml:4"):
        absent(CAT, date(2026, 2, 14))
    with pytest.raises(SetupError, match="dan is away then is there already"):
        absent(DAN, wall("2026-03-06 01:00"), wall("2026-03-07 05:00"))
    with pytest.raises(SetupError, match="dan is away then is there already"):
        absent(DAN, date(2026, 3, 6), date(2026, 3, 7))
    absent(DAN, date(2026, 3, 5))  # the night that began on the 5th is all his; the cover begins at 04:00 of that day
    absent(CAT, wall("2026-02-14 01:00"), date(2026, 2, 14))  # the night of the 13th reaches into the 14th
    absent(CAT, date(2026, 2, 14), instead=EVE)
    with pytest.raises(SetupError, match="ends before it begins"):
        absent(ANN, date(2026, 3, 2), date(2026, 3, 1))
    with pytest.raises(SetupError, match="ends before it begins"):
        absent(ANN, wall("2026-03-02 04:00"), wall("2026-03-02 04:00"))


def test_from_now_on_leaves_what_was_done() -> None:
    known = known_of("example")
    line = line_of(known)

    def begins(who: str, hour: int, minute: int = 0) -> date:
        local = datetime(2026, 11, 23, hour, minute, 42, tzinfo=line.zone)
        return edits.begin_of_absence(known.roster, VolunteerId(who), line, local.astimezone(UTC))

    assert begins("zhou-mei", 7, 12) == wall("2026-11-23 07:12")  # early, 06:00 to 09:00
    assert begins("zhou-mei", 11) == wall("2026-11-23 11:00")  # it is over, and stays theirs
    assert begins("zhou-mei", 3) == date(2026, 11, 23)
    assert begins("wu-hao", 1) == wall("2026-11-23 01:00")  # the night of Sunday is not over
    assert begins("liu-yang", 1, 59) == wall("2026-11-23 01:59")
    assert begins("he-xin", 12) == date(2026, 11, 23)


def test_who_is_sick_from_today_and_still_in_yesterdays_night_is_told() -> None:
    known = known_of("example")
    line, day = line_of(known), date(2026, 11, 23)

    def told(who: str, first: date, hour: int) -> str:
        now = datetime(2026, 11, 23, hour, 30, tzinfo=line.zone).astimezone(UTC)
        return edits.still_there(known.roster, VolunteerId(who), first, now)

    assert told("wu-hao", day, 1) == (
        "wu-hao stays in night of xinli, which began yesterday, until 02:00: `--from now` takes them out of it"
    )
    assert told("wu-hao", day, 2) == "", "it is over"
    assert told("wu-hao", wall("2026-11-23 01:30"), 1) == "", "from this minute on"
    assert told("wu-hao", date(2026, 11, 24), 1) == "", "not of today"
    assert told("zhou-mei", day, 1) == ""


# ---- what is shown, and the writing


def test_a_proposal_tells_effects_and_new_findings_only() -> None:
    known = known_of("example")
    edit = edits.absent(known, line_of(known), AbsenceKind.SICK, VolunteerId("wu-hao"), date(2026, 12, 26), None)
    found = proposals.propose(known, edit, NOW, 7)
    assert [one.text for one in found.effects] == [
        "Sat 26 Dec 12:00–15:00 noon: wu-hao goes; 3 volunteers are left"
    ]  # beyond the 7 days, as the edit is
    assert not found.refused
    before = known_of("block")
    twice = Edit(
        files={"haven/covers.yaml": before.files["haven/covers.yaml"].replace(b"slot: noon}", b"slot: non}")},
        message="",
    )
    found = proposals.propose(before, twice, NOW, 7)
    assert found.refused
    assert found.effects == ()
    assert "there is no slot 'non'" in found.problems[0].what


def test_writing_keeps_the_mode_and_sees_somebody_else(tmp_path: Path) -> None:
    known = known_of("block")
    for path, content in known.files.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(content)
    place = tmp_path / "haven/covers.yaml"
    place.chmod(0o660)
    edit = edits.absent(known, line_of(known), AbsenceKind.AWAY, ANN, date(2026, 12, 1), None)
    proposals.write(tmp_path, known, edit)
    assert place.read_bytes() == edit.files["haven/covers.yaml"]
    assert place.stat().st_mode & 0o777 == 0o660
    assert [one.name for one in (tmp_path / "haven").iterdir() if one.name.startswith(".")] == []
    with pytest.raises(SetupError, match="changed by somebody else"):
        proposals.write(tmp_path, known, edit)


# ---- the record: random sequences


@dataclass(frozen=True, slots=True)
class Step:
    """An edit as it was asked for, what it must make of the roster, and what of the file it may touch."""

    make: Callable[[Known], Edit]
    meaning: Callable[[Roster], Roster]
    part: Callable[[Known], tuple[str, tuple[str | int, ...]] | None]


def with_covers(*covers: Cover) -> Callable[[Roster], Roster]:
    def meaning(roster: Roster) -> Roster:
        ((name, line),) = roster.lines.items()
        return replace(roster, lines={name: replace(line, covers=(*line.covers, *covers))})

    return meaning


def with_cells(
    slot: str, backup: bool, turn: int | None, change: Callable[[int, tuple[VolunteerId, ...] | None], object]
) -> Callable[[Roster], Roster]:
    def changed(shift: Shift) -> Shift:
        pattern = shift.backup if backup else shift.people
        turns = [
            tuple(change(day, cell) for day, cell in enumerate(one)) if turn in (None, n + 1) else one
            for n, one in enumerate(pattern.turns)
        ]
        new = Pattern(turns=tuple(turns), turn_days=pattern.turn_days, since=pattern.since)  # type: ignore[arg-type]
        return replace(shift, backup=new) if backup else replace(shift, people=new)

    def meaning(roster: Roster) -> Roster:
        ((name, line),) = roster.lines.items()
        shifts = tuple(changed(shift) if shift.slot == slot else shift for shift in line.shifts)
        return replace(roster, lines={name: replace(line, shifts=shifts)})

    return meaning


@st.composite
def steps(draw: st.DrawFn, people: list[VolunteerId], slots: list[str], line_id: str) -> Step:
    who, slot, day = draw(st.sampled_from(people)), draw(st.sampled_from(slots)), draw(st.dates(*YEAR))
    other = draw(st.sampled_from(people))
    note = draw(st.sampled_from(["", "called in", "see: #7, {ok}", "休息 'x' \"y\""]))
    covers = f"{line_id}/covers.yaml", ("covers",)
    match draw(st.sampled_from(["swap", "absent", "absent", "extra", "add", "add", "remove", "remove", "join"])):
        case "swap":
            back = draw(st.none() | st.tuples(st.dates(*YEAR), st.sampled_from(slots)))
            out = [Swap(where=NOWHERE, who=who, to=other, day=day, slot=slot)]
            if back is not None:
                out.append(Swap(where=NOWHERE, who=other, to=who, day=back[0], slot=back[1]))
            return Step(
                lambda known: edits.swap(known, line_of(known), who, other, day, slot, back=back, note=note),
                with_covers(*out),
                lambda _: covers,
            )
        case "absent":
            kind = draw(st.sampled_from(AbsenceKind))
            first = draw(st.just(day) | st.builds(lambda h: datetime.combine(day, time(h, 5)), st.integers(0, 23)))
            last = draw(st.none() | st.builds(lambda n: day + timedelta(days=n), st.integers(0, 9)))
            instead = draw(st.none() | st.sampled_from(people))
            absence = Absence(
                where=NOWHERE, kind=kind, who=who, first=first, last=last if last is not None else day, instead=instead
            )
            return Step(
                lambda known: edits.absent(known, line_of(known), kind, who, first, last, instead=instead, note=note),
                with_covers(absence),
                lambda _: covers,
            )
        case "extra":
            backup = draw(st.booleans())
            named = [who] if who == other else [who, other]
            extras = [Extra(where=NOWHERE, who=one, day=day, slot=slot, as_backup=backup) for one in named]
            return Step(
                lambda known: edits.extra(known, line_of(known), named, day, slot, backup=backup, note=note),
                with_covers(*extras),
                lambda _: covers,
            )
        case "add":
            days, backup, turn = draw(WEEKDAYS), draw(st.booleans()), draw(st.sampled_from([None, None, 1, 2, 3]))
            return Step(
                lambda known: week_edits.add_to_week(known, line_of(known), who, slot, days, backup=backup, turn=turn),
                with_cells(
                    slot,
                    backup,
                    turn,
                    lambda n, cell: (*(cell or ()), who) if n in days and who not in (cell or ()) else cell,
                ),
                lambda _: (f"{line_id}/shifts.yaml", ("shifts", slot)),
            )
        case "remove":
            gone, backup = draw(st.none() | WEEKDAYS), draw(st.booleans())
            turn = draw(st.sampled_from([None, None, 1, 2, 3]))
            return Step(
                lambda known: week_edits.remove_from_week(
                    known, line_of(known), who, slot, gone, backup=backup, turn=turn
                ),
                with_cells(
                    slot,
                    backup,
                    turn,
                    lambda n, cell: (
                        tuple(one for one in cell if one != who) if cell and (gone is None or n in gone) else cell
                    ),
                ),
                lambda _: (f"{line_id}/shifts.yaml", ("shifts", slot)),
            )
        case _:
            ident = VolunteerId(draw(st.sampled_from(["fay", "gus", "no-1", "null-1"])))
            called = draw(st.sampled_from(["Fay", "白 露", 'O\'Neil: "x" # y', "12:30", "- a", "{b}"]))
            languages = draw(st.none() | st.just(["zh", "en"]))
            ways = draw(st.sampled_from([["mobile"], [f"softphone:s-{ident}", "mobile"]]))

            def joined(roster: Roster) -> Roster:
                spoken = tuple(languages or [next(iter(roster.lines.values())).language])
                person = Volunteer(id=ident, name=called.strip(), languages=spoken, endpoints=())
                return replace(roster, volunteers={**roster.volunteers, ident: person})

            return Step(
                lambda known: people_edits.add_person(known, line_of(known), ident, called, ways, languages),
                joined,
                lambda _: (f"{line_id}/people.yaml", ("volunteers",)),
            )


YEAR = date(2026, 1, 28), date(2026, 6, 1)
WEEKDAYS = st.frozensets(st.integers(0, 6), min_size=1)


def bare(roster: Roster) -> object:
    """What a roster says, without places and the order of what has none."""
    ((name, line),) = roster.lines.items()
    days = {key: plain_day(day) for key, day in (*line.special_days.items(), *line.yearly_days.items())}
    months = {key: plain_day(day) for key, day in line.months.items()}
    covers = Counter(replace(cover, where=NOWHERE) for cover in line.covers)
    people = {one.id: (one.name, one.languages, one.qualifications) for one in roster.volunteers.values()}
    rest = replace(line, special_days={}, yearly_days={}, months={}, covers=(), shifts=(), quiet={})
    shifts = tuple(replace(shift, backup=without_none(shift.backup)) for shift in line.shifts)
    return name, rest, shifts, days, months, covers, people


def without_none(backup: Pattern) -> Pattern:
    """A day that the backup does not name has none, as one with an empty list."""
    return replace(backup, turns=tuple(tuple(cell or () for cell in turn) for turn in backup.turns))


def plain_day(day: SpecialDay | MonthDay) -> object:
    return replace(day, where=NOWHERE)


def span_of(text: YamlText, path: tuple[str | int, ...]) -> tuple[int, int]:
    """The lines of a part, from that of its name on."""
    above, part = text.at(path[:-1]), text.at(path)
    key = (above.entries or ())[above.child(path[-1])][0]
    return text.line_start(key.start), text.next_line(text.line_stop(part.end))


def assert_only_there(old: Known, edit: Edit, step: Step) -> None:
    """Every byte outside of the part stays."""
    ((path, content),) = edit.files.items()
    if path not in old.files:
        return
    part = step.part(old)
    assert part is not None and part[0] == path
    before, new = old.files[path].decode(), content.decode()
    start, end = span_of(YamlText.of(path, old.files[path]), part[1])
    assert new.startswith(before[:start])
    assert new.endswith(before[end:])
    assert len(new) >= start + len(before) - end


def apply_all(name: str, wanted: list[Step]) -> None:
    """Make the edits one after the other; those that are refused with a reason change nothing."""
    known = known_of(name)
    for step in wanted:
        try:
            edit = step.make(known)
            new = after(known, edit)
        except InvalidText as refused:
            errors = [one.what for one in refused.problems if one.severity is Severity.ERROR]
            assert all("already" in what or "in use" in what or "takes place without" in what for what in errors), (
                errors
            )
            continue
        except SetupError as refused:
            assert "edited safely" not in str(refused), str(refused)
            continue
        event(f"made: {edit.message.split()[0].rstrip(':')}")
        assert bare(new.roster) == bare(step.meaning(known.roster))
        for path in edit.files:
            assert comments_of(name, new.files[path]) == comments_of(name, known.files.get(path, new.files[path]))
        assert_only_there(known, edit, step)
        known = new


def comments_of(name: str, content: bytes) -> list[str]:
    if name != "example":
        return [one.rstrip() for one in comments(content)]
    return [line.partition("#")[2] for line in content.decode().splitlines() if "#" in line and '"' not in line]


def sequences(name: str) -> st.SearchStrategy[list[Step]]:
    known = known_of(name)
    line = line_of(known)
    people = sorted(known.roster.volunteers)
    return st.lists(steps(people, [shift.slot for shift in line.shifts], line.id), min_size=1, max_size=6)


@pytest.mark.parametrize("name", [*ROSTERS])
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_random_edits_keep_everything_else(name: str, data: st.DataObject) -> None:
    apply_all(name, data.draw(sequences(name)))


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(wanted=sequences("example"))
def test_random_edits_of_the_example(wanted: list[Step]) -> None:
    apply_all("example", wanted)


@pytest.mark.parametrize("name", [*ROSTERS])
@pytest.mark.parametrize("who", [BOB, CAT, DAN, EVE])
def test_whoever_leaves_is_named_nowhere(name: str, who: VolunteerId) -> None:
    """Somebody else is put into the places first that would be left empty."""
    known = known_of(name)
    for _ in range(8):
        try:
            edit = people_edits.remove_person(known, who)
            break
        except SetupError as refused:
            assert "nobody would be left in shifts late people turns" in str(refused) or (
                "nobody would be left in people 2026-04" in str(refused) or "shifts day" in str(refused)
            ), str(refused)
            known = after(known, filled(known, who))
    new = after(known, edit)
    assert who not in new.roster.volunteers
    assert f"'{who}'" not in repr(bare(new.roster))
    for path, content in edit.files.items():
        assert comments_of(name, content) == comments_of(name, known.files[path])
    old_line, line = line_of(known), line_of(new)
    for old, shift in zip(old_line.shifts, line.shifts, strict=True):
        for was, now in zip(old.people.turns, shift.people.turns, strict=True):
            assert now == tuple(cell and tuple(one for one in cell if one != who) for cell in was)


def filled(known: Known, who: VolunteerId) -> Edit:
    """ann joins `who` wherever `who` is alone."""
    for shift in line_of(known).shifts:
        for n, turn in enumerate(shift.people.turns, 1):
            days = frozenset(day for day, cell in enumerate(turn) if cell == (who,))
            if days:
                number = n if shift.people.rotates else None
                return week_edits.add_to_week(known, line_of(known), ANN, shift.slot, days, turn=number)
    path = "haven/months/2026-04.yaml"
    text = known.files[path].replace(f"[{who}]}} #1".encode(), f"[{who}, ann]}} #1".encode())
    assert text != known.files[path]
    return Edit(files={path: text}, message="")

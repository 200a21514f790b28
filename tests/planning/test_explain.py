"""Why somebody is rung or not: a sentence for every basis, and agreement with who is on duty for random lines."""

from collections import Counter
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hotline_agi.planning.explain import Explanation, explain, explain_on, shares_of
from hotline_agi.planning.reasons import Ground
from hotline_agi.roster.duty import everybody, on_duty
from hotline_agi.roster.model import Adaptive, Limits, Line, RingGroup, RingPlan, RingStep, Roster, VolunteerOrder, Want
from hotline_agi.roster.plan import Pattern, weekly
from hotline_agi.terms.ids import LineId
from tests.dispatch.desk import Desk, rung
from tests.roster.story import Story
from tests.roster.written import (
    adaptive_step,
    away,
    daily,
    extra,
    hours,
    ids,
    line,
    month_day,
    person,
    roster,
    shift,
    sick,
    special,
    step,
    swap,
    utc,
    who,
)

DAY = date(2026, 2, 14)  # a Saturday
AT = utc("2026-02-14T23:00")
NIGHT = shift("night", "22:00", "06:00", "ann bo", backup="cy")
SLOT = "night (Sat 2026-02-14 22:00-06:00)"


def told(subject: Line, one: str, at: datetime = AT, **people: Any) -> Explanation:
    return explain_on(roster(subject, **people), subject, who(one), at)


def first(subject: Line, one: str, at: datetime = AT) -> str:
    return told(subject, one, at).sentences[0]


# ---- rung


def test_the_week() -> None:
    found = told(line(NIGHT), "ann")
    assert found.sentences == (
        (
            f"Rung in wave 1, because the plain week has them on shift in {SLOT} ({NIGHT.where}); and the usual "
            "ring plan rings them in wave 1, with everybody who is on shift (2)."
        ),
        "They are reached by softphone sp-ann (picking up accepts), if that fails by mobile (must press 1).",
    )
    assert found.verdict == "rung in wave 1"
    assert found.because[0].where == NIGHT.where


def test_the_backup() -> None:
    assert first(line(NIGHT), "cy").startswith(
        f"Rung in wave 2, because the plain week has them backup in {SLOT} ({NIGHT.where}); and the usual ring plan "
        "rings them in wave 2, the only one who is backup"
    )


def test_a_rotation() -> None:
    turns = tuple(daily(one).turns[0] for one in ("bo", "ann", "cy"))
    subject = line(replace(NIGHT, people=Pattern(turns=turns, since=date(2026, 2, 2))))
    assert f"because turn 2 of 3 of the rotation (2026-02-09 to 2026-02-15) has them on shift in {SLOT}" in first(
        subject, "ann"
    )


@pytest.mark.parametrize(
    ("changes", "one", "expected"),
    [
        (
            {"special_days": {DAY: special(like=6, people={"night": "dee"})}},
            "dee",
            (
                "because the special day 'Spring Festival' (like a Sunday) has them on shift in {slot} "
                "(xinli/days.yaml:3)"
            ),
        ),
        (
            {"yearly_days": {(2, 14): special("Valentine's Day", people={"night": "dee"})}},
            "dee",
            "because the special day 'Valentine's Day' has them on shift in {slot} (xinli/days.yaml:3)",
        ),
        (
            {"months": {DAY: month_day({"night": "dee"})}},
            "dee",
            "because the month roster of 2026-02-14 has them on shift in {slot} (xinli/months/2026-02.yaml:5)",
        ),
        (
            {"covers": (swap("ann", "dee", "2026-02-14", at=12),)},
            "dee",
            "because they swapped with Ann and are on shift in {slot} (xinli/covers.yaml:12)",
        ),
        (
            {"covers": (sick("ann", "2026-02-13", "2026-02-15", "dee", at=12),)},
            "dee",
            (
                "because they stand in for Ann, who is sick from 2026-02-13 until 2026-02-15, on shift in {slot} "
                "(xinli/covers.yaml:12)"
            ),
        ),
        (
            {"covers": (extra("dee", "2026-02-14", as_backup=True, at=12),)},
            "dee",
            "because they are an extra backup in {slot} (xinli/covers.yaml:12)",
        ),
    ],
)
def test_each_basis(changes: dict[str, Any], one: str, expected: str) -> None:
    found = told(line(NIGHT, **changes), one)
    assert found.is_rung
    assert expected.format(slot=SLOT) in found.sentences[0]


def test_a_part_of_a_slot() -> None:
    subject = line(NIGHT, covers=(away("ann", "2026-02-15T01:00", "2026-02-15T02:00"),))
    assert "on shift in night (Sat 2026-02-14 22:00-06:00, of it Sat 2026-02-14 22:00-01:00)" in first(subject, "ann")


def test_few_of_many() -> None:
    five = line(shift("night", "22:00", "06:00", "ann bo cy dee eve"))
    found = told(replace(five, ring_steps=(step(3), step(None))), "ann")
    assert found.verdict == "rung in wave 1 or 2"
    assert found.because[1].text == (
        "the usual ring plan rings 3 of the 5 who are on shift in wave 1, the other 2 in wave 2; whose turn it is is "
        "decided by who was rung longest ago"
    )
    few = told(replace(five, ring_steps=(step(3),)), "ann")
    assert few.verdict == "rung in wave 1 if it is their turn"
    assert "the other 2 when one of those is busy, cannot be reached or declines" in few.because[1].text


def waves(of: str, *steps: RingStep, **changes: Any) -> Explanation:
    return told(line(shift("night", "22:00", "06:00", of), ring_steps=steps, **changes), "ann")


def test_as_few_as_are_likely_enough() -> None:
    found = waves("ann bo cy dee eve", adaptive_step(), step(None))
    assert (found.shares, found.verdict) == (((1, None), (2, 5)), "rung in wave 1 or 2")
    assert found.because[1].text == (
        "the usual ring plan rings as few of the 5 who are on shift as are likely enough (97 % within 12 s) in wave 1, "
        "the others in wave 2; whose turn it is is decided by who was rung longest ago"
    )
    found = waves("ann bo cy dee eve", adaptive_step(), adaptive_step(), adaptive=Adaptive(chance=0.999, within_s=9.5))
    assert found.verdict == "rung in wave 1 or 2 if it is their turn"
    assert found.because[1].text.partition(";")[0] == (
        "the usual ring plan rings as few of the 5 who are on shift as are likely enough (99.9 % within 9.5 s) in wave "
        "1, as few more as are likely enough (99.9 % within 9.5 s) in wave 2, the others when one of those is busy, "
        "cannot be reached or declines"
    )
    found = waves("ann bo cy dee eve", step(2), adaptive_step(), step(1))
    assert found.shares == ((1, 2), (2, None), (3, 1))
    assert "rings 2 of the 5 who are on shift in wave 1, as few more as " in found.because[1].text
    assert ", 1 more in wave 3, the others when " in found.because[1].text


def test_of_one_person_one_is_few_enough() -> None:
    found = waves("ann", adaptive_step(), step(None))
    assert (found.shares, found.verdict) == (((1, 1),), "rung in wave 1")


@pytest.mark.parametrize(
    ("order", "words"),
    [
        (VolunteerOrder.LONGEST_IDLE, "by who was rung longest ago"),
        (VolunteerOrder.LEAST_TALK, "by who talked the fewest minutes in this shift"),
        (VolunteerOrder.ROUND_ROBIN, "by the order of the roster, each once before anybody is rung again"),
        (VolunteerOrder.FIXED, "by the order of the roster, always"),
    ],
)
def test_whose_turn_it_is(order: VolunteerOrder, words: str) -> None:
    assert waves("ann bo", step(1), order=order).because[1].text.endswith(f"decided {words}")


def test_what_callers_want() -> None:
    of = line(NIGHT, wants=(Want(language="en", for_s=20.0), Want(qualification="crisis"), Want(language="yue")))
    able = person("bo", qualifications=("crisis",), languages=("yue",))
    here, there = told(of, "ann", bo=able), told(of, "bo", bo=able)
    assert here.sentences[0] == (
        "Not rung, because only people who have 'crisis' and speak 'yue' are rung for callers of this line."
    )
    assert (here.shares, there.shares, there.of) == ((), ((1, 1),), 1)
    assert there.because[-1].text == "the usual ring plan rings them in wave 1, the only one who is on shift"
    assert there.facts[0].text == ("for the first 20 s of a call only people who speak 'en' are rung, and not they")


BACKUP = RingGroup.BACKUP


STEPS = st.builds(step, st.sampled_from((None, 1, 2, 3)), st.sampled_from(tuple(RingGroup)))


@settings(max_examples=60, deadline=None)
@given(st.lists(STEPS, max_size=4), st.integers(1, 4), st.integers(0, 3))
def test_shares_are_what_the_dispatcher_rings(more: list[RingStep], on_shift: int, backup: int) -> None:
    """A call whom nobody answers, with everybody's phone ringing on."""
    steps = (step(1), *more)
    people, behind = ids("ann bo cy dee")[:on_shift], ids("eve flo gus")[:backup]
    at_noon = shift("all", "00:00", "00:00", " ".join(people), backup=" ".join(behind))
    desk = Desk(roster(line(at_noon, ring_steps=steps, ring_timeout_s=800.0, max_wait_s=800.0)))
    waves = [rung(desk.waits("c1"))] + [rung(desk.passes(20.0)) for _ in more]
    for group, members in ((RingGroup.ON_SHIFT, people), (RingGroup.BACKUP, behind)):
        counts = [len([one for one in wave if one in members]) for wave in waves]
        expected = tuple((number, count) for number, count in enumerate(counts, 1) if count)
        sizes = {RingGroup.ON_SHIFT: on_shift, RingGroup.BACKUP: backup}
        assert shares_of(steps, group, sizes) == expected


def test_the_plan_of_the_hour() -> None:
    plan = RingPlan(name="late", hours=(hours("22:00", "06:00"),), steps=(step(1),))
    found = told(line(NIGHT, ring_plans=(plan,)), "ann")
    assert "the ring plan 'late' rings 1 of the 2 who are on shift in wave 1" in found.sentences[0]
    assert first(line(NIGHT, ring_plans=(plan,)), "cy") == (
        "Not rung, because no step of the ring plan 'late' rings the backup."
    )


# ---- not rung


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        (
            {"covers": (swap("ann", "dee", "2026-02-14", at=12),)},
            "Not rung, because they handed their place in {slot} to Dee (xinli/covers.yaml:12).",
        ),
        (
            {"covers": (sick("ann", "2026-02-13", "2026-02-15", at=13),)},
            (
                "Not rung, because they are sick from 2026-02-13 until 2026-02-15 and so not in {slot}; nobody "
                "stands in (xinli/covers.yaml:13)."
            ),
        ),
        (
            {"covers": (away("ann", "2026-02-14T22:30", "2026-02-14T23:30", "dee", at=14),)},
            (
                "Not rung, because they are away from 2026-02-14 22:30 until 2026-02-14 23:30 and so not in night "
                "(Sat 2026-02-14 22:30-23:30); Dee stands in (xinli/covers.yaml:14)."
            ),
        ),
        (
            {"special_days": {DAY: special(opening=())}},
            (
                "Not rung, because the line is closed: the special day 'Spring Festival' has its own opening hours "
                "(xinli/days.yaml:3)."
            ),
        ),
        (
            {"opening": (hours("08:00", "20:00"),)},
            "Not rung, because the line is closed: it is outside of its opening hours.",
        ),
        (
            {"ring_steps": (step(None, BACKUP),)},
            "Not rung, because no step of the usual ring plan rings those on shift.",
        ),
        (
            {"months": {DAY: month_day({"night": "dee"})}},
            "Not rung, because they are in no slot at this time.",
        ),
    ],
)
def test_what_takes_them_away(changes: dict[str, Any], expected: str) -> None:
    found = told(line(NIGHT, **changes), "ann")
    assert not found.is_rung
    assert found.verdict == "not rung"
    assert found.shares == ()
    assert found.sentences[0] == expected.format(slot=SLOT)


def test_a_stand_in_who_is_sick_as_well() -> None:
    covers = (sick("ann", "2026-02-14", "2026-02-14", "dee"), sick("dee", "2026-02-14", "2026-02-14", at=2))
    found = first(line(NIGHT, covers=covers), "dee")
    assert found.startswith(f"Not rung, because they are sick on 2026-02-14 and so not in {SLOT}")


def test_quiet_hours_in_another_zone() -> None:
    quiet = person("ann", quiet=(hours("06:00", "09:00"),), zone=ZoneInfo("Asia/Shanghai"))
    subject = line(NIGHT, quiet={who("ann"): quiet})
    found = told(subject, "ann", ann=quiet)
    assert found.sentences[:2] == (
        "Not rung, because it is in their quiet hours (Sun 2026-02-15 06:00-09:00, Asia/Shanghai).",
        f"The plain week has them on shift in {SLOT} ({NIGHT.where}).",
    )


def test_no_slot_and_when_next() -> None:
    found = told(line(NIGHT), "ann", utc("2026-02-14T12:00"))
    assert found.sentences == (
        "Not rung, because they are in no slot at this time.",
        f"They are next on shift in night, Sat 2026-02-14 22:00-06:00 ({NIGHT.where}).",
    )
    gone = line(shift("night", "22:00", "06:00", weekly({})), yearly_days={(12, 24): special(people={"night": "ann"})})
    assert told(gone, "ann").sentences[1] == "They are in no slot for the next 60 days."


def test_who_is_absent_and_in_no_slot() -> None:
    subject = line(NIGHT, covers=(away("ann", "2026-02-14T09:00", "2026-02-15", at=12),))
    assert told(subject, "ann", utc("2026-02-14T12:00")).sentences == (
        "Not rung, because they are in no slot at this time.",
        "They are away from 2026-02-14 09:00 until 2026-02-15 (xinli/covers.yaml:12).",
        f"They are next on shift in night, Mon 2026-02-16 22:00-06:00 ({NIGHT.where}).",
    )


def test_who_has_no_endpoint() -> None:
    found = told(line(NIGHT), "ann", ann=person("ann", endpoints=()))
    assert found.because[0].ground is Ground.NO_ENDPOINT


# ---- facts


def test_what_was_overruled() -> None:
    subject = line(NIGHT, months={DAY: month_day({"night": "dee"})})
    assert told(subject, "ann").sentences[1] == (
        f"The plain week ({NIGHT.where}) has them on shift in night, but the month roster of 2026-02-14 "
        "(xinli/months/2026-02.yaml:5) goes before it."
    )
    assert (
        f"The plain week ({NIGHT.where}) does not have them on shift in night, but the month roster of 2026-02-14 "
        "(xinli/months/2026-02.yaml:5) goes before it."
    ) in told(subject, "dee").sentences
    weekdays = replace(NIGHT, people=weekly({5: ids("ann")}))
    like = told(line(weekdays, special_days={DAY: special(like=6)}), "ann")
    assert like.because[0].ground is Ground.NO_SLOT
    assert like.sentences[1] == (
        f"The plain week ({NIGHT.where}) has them on shift in night, but the special day 'Spring Festival' (like "
        "a Sunday) (xinli/days.yaml:3) goes before it: the slot does not take place."
    )


def test_on_shift_and_backup_at_once() -> None:
    found = told(line(NIGHT, shift("late", "20:00", "00:00", "dee", backup="ann")), "ann")
    assert found.is_rung
    assert found.because[1].ground is Ground.BOTH


def test_another_line_and_limits() -> None:
    other = line(shift("all", "00:00", "00:00", "bo", backup="ann"), id=LineId("ertong"))
    busy = person(
        "ann", limits=Limits(calls_per_shift=5, talk_min_per_day=120, talk_min_in_a_row=90, rest_after_night_h=11.0)
    )
    both = roster(line(NIGHT), other, ann=busy)
    here, there = explain(both, who("ann"), AT)
    assert here.sentences[2:] == (
        "They are backup on the line ertong as well; their phone rings for one call at a time.",
        (
            "What is asked of them: at most 5 calls per shift, at most 120 min of talk per day, at most 90 min "
            "of talk in a row, 11 h of rest after a night."
        ),
    )
    assert there.verdict == "rung in wave 2"
    with pytest.raises(KeyError):
        explain(both, who("nobody"), AT)


# ---- agreement


def rings(known: Roster, subject: Line, one: str, at: datetime) -> bool:
    """Who is rung, straight from the duty: in a group that a step of the plan rings, while the line is open."""
    duty = on_duty(subject, at)
    groups = {ring.group for ring in subject.steps(duty.plan)}
    able = set(known.volunteers[who(one)].qualifications) >= {want.qualification for want in subject.wants}
    on_shift = RingGroup.ON_SHIFT in groups and one in duty.volunteers
    return able and duty.is_open and (on_shift or (RingGroup.BACKUP in groups and one in duty.backup))


def test_explanations_agree_with_the_duty() -> None:
    grounds: Counter[Ground] = Counter()
    for seed in range(60):
        story = Story(seed)
        subject = replace(story.line, wants=(Want(qualification="crisis"),) if seed % 3 == 0 else ())
        people = {one: person(one, qualifications=("crisis",)) for one in sorted(everybody(subject))[::2]}
        people |= {one.id: replace(person(one.id), quiet=one.quiet, zone=one.zone) for one in subject.quiet.values()}
        known = roster(subject, **{one: found for one, found in people.items() if one in everybody(subject)})
        for hour in range(0, 24 * story.days, 7):
            at = story.start + timedelta(hours=hour, minutes=seed)
            for one in everybody(subject):
                found = explain_on(known, subject, one, at)
                assert found.is_rung == rings(known, subject, one, at), (seed, one, at)
                assert found.is_rung == bool(found.shares)
                assert found.because
                assert all(text.endswith(".") for text in found.sentences)
                grounds.update(reason.ground for reason in (*found.because, *found.facts))
    assert {ground for ground in Ground if grounds[ground] < 20} == {
        Ground.NO_ENDPOINT,
        Ground.ELSEWHERE,
        Ground.LIMITS,
    }

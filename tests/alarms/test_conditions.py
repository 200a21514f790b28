"""Facts in, conditions out: when there is something to say, how grave it is, and that nobody is named in words."""

from datetime import UTC, datetime, timedelta

import pytest

from hotline_agi.alarms import conditions
from hotline_agi.alarms.conditions import CanaryNews, Person, SlotGap, Staffing
from hotline_agi.alarms.counts import Recent
from hotline_agi.alarms.kinds import Condition, Grade, Kind
from hotline_agi.terms.ids import LineId, VolunteerId
from hotline_agi.terms.standing import VolunteerState

NOW = datetime(2026, 11, 28, 8, 0, tzinfo=UTC)
XINLI = LineId("xinli")
HOUR = timedelta(hours=1)


def people(*states: VolunteerState) -> tuple[Person, ...]:
    return tuple(Person(volunteer=VolunteerId(f"v{n}"), state=state) for n, state in enumerate(states))


def staffing(*on_shift: VolunteerState, backup: tuple[VolunteerState, ...] = (), is_open: bool = True) -> Staffing:
    return Staffing(
        line=XINLI,
        is_open=is_open,
        on_shift=people(*on_shift),
        backup=people(*backup),
        coordinators=(VolunteerId("chen"),),
    )


AWAY, HERE = VolunteerState.PAUSED, VolunteerState.AVAILABLE


@pytest.mark.parametrize("state", list(VolunteerState))
def test_who_is_busy_is_there_and_who_is_away_is_not(state: VolunteerState):
    is_away = state in (
        VolunteerState.PAUSED,
        VolunteerState.OVER_LIMIT,
        VolunteerState.RESTING,
        VolunteerState.UNREACHABLE,
    )
    assert bool(list(conditions.nobody(staffing(state)))) == is_away


def test_nobody_can_be_rung():
    assert list(conditions.nobody(staffing(AWAY, HERE))) == []
    assert list(conditions.nobody(staffing(AWAY, is_open=False))) == []
    (alone,) = conditions.nobody(staffing(AWAY, AWAY, VolunteerState.RESTING))
    assert (alone.grade, alone.key, alone.coordinators) == (Grade.CRITICAL, "nobody-reachable/xinli", ("chen",))
    assert "2 paused, 1 resting" in alone.en
    assert "2 人暂停，1 人休息" in alone.zh
    assert "v0" not in alone.en + alone.zh
    assert alone.people == (("v0", "paused"), ("v1", "paused"), ("v2", "resting"))
    (helped,) = conditions.nobody(staffing(AWAY, backup=(HERE, AWAY)))
    assert helped.grade is Grade.WARNING
    assert "1 of the backup can be rung" in helped.en
    (empty,) = conditions.nobody(staffing())
    assert "nobody is on shift" in empty.en


def gap(hours: float, *, is_empty: bool = False, slot: str = "night") -> SlotGap:
    return SlotGap(
        line=XINLI,
        slot=slot,
        from_at=NOW + hours * HOUR,
        until_at=NOW + (hours + 4) * HOUR,
        what="nobody" if is_empty else "1 of 2 people",
        is_empty=is_empty,
        coordinators=(),
        local_from="Sat 20:00",
    )


def test_a_slot_is_short_soon_and_gravely_so_if_nobody_is_in_it():
    found = list(conditions.short_slots([gap(0.5), gap(0.5, is_empty=True), gap(2), gap(-5), gap(-1)], NOW, HOUR))
    assert [one.grade for one in found] == [Grade.WARNING, Grade.CRITICAL, Grade.WARNING]
    (daily,) = conditions.short_day([gap(2), gap(9, slot="early")])
    assert "night Sat 20:00 1 of 2 people; early" in daily.en
    assert list(conditions.short_day([])) == []


def test_thresholds():
    assert list(conditions.waiting(XINLI, 180.0, 180.0, ())) == []
    assert [one.grade for one in conditions.waiting(XINLI, 180.1, 180.0, ())] == [Grade.CRITICAL]
    assert list(conditions.lost(XINLI, 1, 1, 3, 3600.0)) == []
    assert "2 callers reached nobody, 1 calls were lost" in next(conditions.lost(XINLI, 2, 1, 3, 3600.0)).en
    assert list(conditions.survived(0, 3600.0)) == []
    assert next(conditions.survived(2, 3600.0)).kind is Kind.SURVIVAL
    assert list(conditions.dial_refused(0, 3600.0)) == []
    assert "3 times" in next(conditions.dial_refused(3, 3600.0)).en
    assert list(conditions.restarts(3, 4, 900.0)) == []
    assert "4 times within 15 min" in next(conditions.restarts(4, 4, 900.0)).en
    assert list(conditions.link(15.0, 15.0)) == []
    assert next(conditions.link(15.1, 15.0)).grade is Grade.CRITICAL
    assert list(conditions.disk("state", 500, 500)) == []
    assert [next(conditions.disk("state", left, 500)).grade for left in (499, 99)] == [Grade.WARNING, Grade.CRITICAL]
    assert list(conditions.plan(written=True)) == []
    assert next(conditions.plan(written=False)).kind is Kind.PLAN


def test_the_journal_is_grave_when_something_is_lost():
    assert list(conditions.journal(trouble=None, spooled=False, lost_records=0)) == []
    assert next(conditions.journal(trouble="locked: /a/path", spooled=True, lost_records=0)).grade is Grade.WARNING
    (lost,) = conditions.journal(trouble="locked", spooled=False, lost_records=3)
    assert lost.grade is Grade.CRITICAL
    assert "3 records are lost" in lost.en


def test_clock_roster_and_certificate():
    assert list(conditions.clock(synchronised=True, jump_s=0.0)) == []
    both = list(conditions.clock(synchronised=False, jump_s=-3600.0))
    assert [one.subject for one in both] == ["unsynchronised", "stepped"]
    assert "-3600 s" in both[1].en
    assert list(conditions.roster(None, "")) == []
    assert [one.kind for one in conditions.roster(NOW, "2026-11-27T08:00:00+00:00")] == [Kind.ROSTER, Kind.LAST_GOOD]
    soon = timedelta(days=14)
    assert list(conditions.certificate("softphones", NOW + 15 * 24 * HOUR, NOW, soon)) == []
    grades = [next(conditions.certificate("softphones", NOW + days * 24 * HOUR, NOW, soon)).grade for days in (13, 0)]
    assert grades == [Grade.WARNING, Grade.CRITICAL]


def test_test_calls_fail_in_a_row_or_do_not_come_at_all():
    def found(**how: object) -> list[Condition]:
        known: dict[str, object] = {"failures": 0, "stopped_at": "", "last_good_at": None, "since": NOW - 5 * HOUR}
        return list(conditions.canary(CanaryNews(**(known | how)), NOW, 2, 2 * HOUR))  # type: ignore[arg-type]

    assert found(last_good_at=NOW - HOUR) == []
    assert found(last_good_at=NOW - HOUR, failures=1) == []
    (failed,) = found(failures=2, stopped_at="joined: no bridge")
    assert (failed.kind, "joined: no bridge" in failed.en) == (Kind.CANARY, True)
    assert [one.kind for one in found()] == [Kind.CANARY_OVERDUE]
    assert found(last_good_at=NOW - 9 * HOUR, since=NOW - HOUR) == [], "the service has just begun to place them"
    assert (
        list(conditions.canary(CanaryNews(failures=0, stopped_at="", last_good_at=None, since=NOW), NOW, 2, None)) == []
    )


def test_what_is_long_ago_counts_no_more():
    recent = Recent(60.0)
    for at_s in (0.0, 30.0, 59.0):
        recent.add(at_s)
    assert [recent.count(now_s) for now_s in (59.0, 60.0, 90.0, 119.0)] == [3, 2, 1, 0]


def backlog(overdue: int, escalated: int) -> conditions.Backlog:
    return conditions.Backlog(
        line=XINLI,
        overdue=overdue,
        escalated=escalated,
        oldest_at=NOW - 6 * HOUR if overdue else None,
        overdue_h=4.0,
        coordinators=(VolunteerId("chen"),),
    )


def test_callbacks_that_wait_too_long_are_one_alarm_of_the_line():
    assert list(conditions.callbacks(backlog(0, 0))) == []
    (one,) = conditions.callbacks(backlog(17, 2))
    assert (one.key, one.grade, one.coordinators) == ("callbacks-overdue/xinli", Grade.WARNING, ("chen",))
    assert "17 callbacks wait for more than 4 h, 2 for the coordinator" in one.en
    assert "17 个回电" in one.zh and "02:00 UTC" in one.zh
    (escalated,) = conditions.callbacks(backlog(0, 1))
    assert "1 for the coordinator:" in escalated.en

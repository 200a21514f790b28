"""Whom past rosters promised: the one in force at each moment; nights as the planning counts them."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hotline_agi import rosters
from hotline_agi.planning import nights as planned
from hotline_agi.planning.promised import nights, promised
from hotline_agi.planning.stints import stints
from hotline_agi.reports.past import PastRevision
from hotline_agi.reports.period.coverage import Promised
from hotline_agi.roster.model import Roster
from hotline_agi.roster.reader import read_roster
from hotline_agi.terms.ids import LineId, VolunteerId
from tests.commands import ROOT
from tests.e2e.scenery import Scenery

LINE = LineId("test")
START = datetime(2026, 11, 1, 16, tzinfo=UTC)


def roster(softphones: int) -> Roster:
    texts = {name: text.encode() for name, text in Scenery(softphones=softphones).files().items()}
    return read_roster(texts).roster


def revision(hours: float, digest: str) -> PastRevision:
    return PastRevision(at=START + timedelta(hours=hours), digest=digest, revision="", modified=False)


def spans(*revisions: PastRevision, known: dict[str, Roster], hours: int = 24) -> list[Promised]:
    return list(promised(LINE, revisions, known.get, START, START + timedelta(hours=hours)))


def test_each_moment_has_the_roster_that_was_in_force() -> None:
    known = {"a": roster(1), "b": roster(3)}
    # a restart notes the same one again; the texts of "gone" are deleted
    found = spans(revision(-30, "a"), revision(2, "a"), revision(5, "b"), revision(20, "gone"), known=known)
    assert found[0].from_at == START
    assert found[-1].until_at == START + timedelta(hours=24)
    assert all(one.until_at == other.from_at for one, other in pairwise(found))
    at = {(one.from_at - START) / timedelta(hours=1): one.people for one in found}
    assert at[0] == (VolunteerId("s01"),)
    assert at[5] == tuple(map(VolunteerId, ("s01", "s02", "s03")))
    assert at[20] is None
    assert 2 not in at


def test_before_the_first_roster_that_is_known_nobody_is_promised() -> None:
    found = spans(revision(5, "a"), known={"a": roster(1)})
    assert found[0].people is None
    assert found[0].until_at == START + timedelta(hours=5)
    assert found[1].people == (VolunteerId("s01"),)


def test_a_line_that_there_was_not_was_closed() -> None:
    (only,) = promised(LineId("other"), [revision(-1, "a")], {"a": roster(1)}.get, START, START + timedelta(hours=1))
    assert only.people == ()
    assert not only.is_open


def test_nights_are_those_of_the_planning() -> None:
    """Over a month of the example roster."""
    known = rosters.load(ROOT / "rosters", None).roster
    line = next(iter(known.lines.values()))
    zone = line.zone
    start = datetime(2026, 2, 1, tzinfo=zone).astimezone(UTC)
    until = start + timedelta(days=28)
    found = nights(promised(line.id, [revision(-9_000, "x")], {"x": known}.get, start, until), zone)
    alone = Roster(lines={line.id: line}, volunteers=known.volunteers)
    worked = stints(alone, {line.id: (start, until)})
    assert sum(map(len, found.values())) > 100
    for who, theirs in worked.items():
        whole = [one for one in theirs if one.start >= start and one.end <= until]
        mornings = {night.hours[0].astimezone(zone).date() for night in planned._nights(whole)}
        inside = {day for day in found[who] if start.astimezone(zone).date() < day < until.astimezone(zone).date()}
        assert inside == {day for day in mornings if day > start.astimezone(zone).date()}, who

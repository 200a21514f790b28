"""The doctor's look at the coming days, by the roster that counts. The other checks need an Asterisk: tests/e2e."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hotline_agi.doctor import Check, Grade, examine
from hotline_agi.rosters import last_good, status
from hotline_agi.rosters.folder import read_files
from hotline_agi.rosters.presence import Presence
from hotline_agi.rosters.status import Attempt, InForce, Refusal, Status
from tests.rosters.places import SMALL, Desk, put

SHIFTS = "test/shifts.yaml"
NOBODY_LATE = SMALL.files()[SHIFTS].replace("12:00\n    until: 00:00", "14:00\n    until: 00:00")


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def coverage(desk: Desk) -> list[Check]:
    """What the doctor says of it. There is no AMI secret: it looks for no Asterisk."""
    config = desk.folder / "hotline.yaml"
    config.write_text(
        f"rosters: {desk.rosters}\ncontacts: {desk.contacts}\nstate: {desk.state}\nmessages: {desk.folder}\n"
        f"sounds: {desk.folder}\nami: {{secret_file: {desk.folder / 'none'}}}\n...\n"
    )
    return [check for check in asyncio.run(examine(config)) if check.name == "coverage"]


def put_aside(desk: Desk) -> None:
    good = last_good.LastGood(
        files=read_files(desk.rosters), contacts_name="", contacts=None, revision="", taken_at=datetime.now(UTC)
    )
    last_good.keep(desk.state / last_good.NAME, good)


def refused(desk: Desk) -> None:
    """The status file of a service that refused the folder."""
    now = datetime.now(UTC)
    told = Status(
        in_force=InForce(revision="", digest="0", loaded_at=now, last_good_of="", lines=1, volunteers=3),
        refused=Refusal(at=now, since=now, revision="", problems=("wrong",), count=1),
        attempt=Attempt(result="refused", began_ns=0, took_s=0.1),
    )
    status.write(desk.state / status.NAME, told)


def test_a_roster_that_lacks_nothing(desk: Desk) -> None:
    [check] = coverage(desk)
    assert (check.grade, check.found) == (Grade.OK, "nothing is amiss in the next 7 days")


def test_hours_without_anybody_come_first(desk: Desk) -> None:
    few = NOBODY_LATE.replace("  early:\n", "  early:\n    min: 9\n")
    people = SMALL.files()["test/people.yaml"].replace(
        "volunteers:\n", "volunteers:\n  a: {name: A, endpoints: [mobile]}\n"
    )
    put(desk.rosters, {SHIFTS: few, "test/people.yaml": people})
    desk.contacts.write_text(desk.contacts.read_text().replace("contacts:\n", "contacts:\n  a: '07700900998'\n"))
    [check] = coverage(desk)
    assert check.grade is Grade.WARNING
    assert check.found == (
        "3 findings in the next 7 days, the first: test/shifts.yaml:2:3: nobody is on shift every day 12:00-14:00 "
        "(name people for these hours, or close then)"
    )
    assert check.remedy == f"see all of the coming weeks with: hotline roster check {desk.rosters}"


def test_a_refused_folder_is_not_looked_at_but_the_last_good_one(desk: Desk) -> None:
    put(desk.rosters, {SHIFTS: NOBODY_LATE})
    put_aside(desk)
    put(desk.rosters, {SHIFTS: SMALL.files()[SHIFTS].replace("s01", "s77")})
    [check] = coverage(desk)
    assert check.found.startswith("by the last good roster, 1 finding in the next 7 days, the first: test/shifts.yaml:")
    assert check.remedy.endswith("(mend its errors first)")
    (desk.state / last_good.NAME).unlink()
    assert coverage(desk) == []


def test_what_the_service_has_in_force_counts(desk: Desk) -> None:
    put(desk.rosters, {SHIFTS: NOBODY_LATE})
    put_aside(desk)
    put(desk.rosters, SMALL.files())  # mended, but the service has not read it yet
    refused(desk)
    assert coverage(desk)[0].grade is Grade.OK  # no service runs: it would start with the folder's
    service = Presence(desk.state)
    assert service.take()
    try:
        assert coverage(desk)[0].found.startswith("by the last good roster, 1 finding")
        (desk.state / last_good.NAME).write_bytes(b"nonsense")
        assert "cannot be looked at" in coverage(desk)[0].found
    finally:
        service.give_up()

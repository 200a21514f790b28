"""What was kept aside comes back whole or not at all."""

import os
import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hotline_agi.errors import SetupError
from hotline_agi.rosters.last_good import LastGood, keep, kept
from hotline_agi.rosters.transfer import Kept, Refused, Unchanged, Whole
from tests.rosters.places import Desk, read

GOOD = LastGood(
    files={"a/line.yaml": b"one\n...\n", "a/人.yaml": "二\n".encode(), "empty.yaml": b""},
    contacts_name="contacts.yaml.age",
    contacts=b"\x00\xff secret",
    revision="0123456789ab modified",
    taken_at=datetime(2026, 11, 23, tzinfo=UTC),
)


@pytest.mark.parametrize("contacts", [b"\x00\xff secret", b"", None])
def test_it_comes_back_as_it_was(tmp_path: Path, contacts: bytes | None) -> None:
    path = tmp_path / "last"
    good = LastGood(
        files=GOOD.files,
        contacts_name="c" if contacts is not None else "",
        contacts=contacts,
        revision=GOOD.revision,
        taken_at=GOOD.taken_at,
    )
    assert kept(path) is None
    os.umask(os.umask(0))  # whatever it is
    keep(path, good)
    assert kept(path) == good
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_cut_off_at_any_byte_or_with_any_byte_changed_it_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "last"
    keep(path, GOOD)
    whole = path.read_bytes()
    damaged = [whole[:n] for n in range(len(whole))]
    damaged += [whole[:n] + bytes([whole[n] ^ 1]) + whole[n + 1 :] for n in range(len(whole))]
    damaged += [whole + b"x", whole * 2]
    for content in damaged:
        path.write_bytes(content)
        with pytest.raises(SetupError, match="is damaged and is not used"):
            kept(path)


def test_the_child_keeps_what_it_read_and_restores_it(desk: Desk) -> None:
    path = desk.state / "last-good-roster"
    taken = read(desk.request(), keep=True)
    assert isinstance(taken.last, Kept) and taken.last.trouble == ""
    written = path.stat().st_mtime_ns, path.stat().st_ino
    whole = taken.pieces[-2]
    assert isinstance(whole, Whole)
    known = (whole.origin.digest, whole.origin.contacts_digest)
    again = read(desk.request(in_force=known), keep=True)
    assert isinstance(again.pieces[-2], Unchanged)
    assert (path.stat().st_mtime_ns, path.stat().st_ino) == written  # not written again
    desk.contacts.unlink()
    desk.rosters.rename(desk.folder / "gone")
    restored = read(desk.request(restore=True))
    assert isinstance(restored.last, Whole)
    assert restored.last.origin.last_good_of
    assert restored.digest == whole.origin.digest
    assert restored.assembled().whole() == taken_roster(taken.pieces)


def taken_roster(pieces: list) -> object:  # type: ignore[type-arg]
    from hotline_agi.rosters.transfer import Assembly

    assembly = Assembly()
    for piece in pieces[:-2]:
        assembly.add(piece)
    return assembly.whole()


def test_a_damaged_one_is_replaced_by_the_next_good_one(desk: Desk) -> None:
    path = desk.state / "last-good-roster"
    path.write_bytes(b"rubbish")
    refused = read(desk.request(restore=True)).last
    assert isinstance(refused, Refused) and "damaged" in refused.sentence
    read(desk.request(), keep=True)
    assert kept(path) is not None


def test_a_state_folder_that_cannot_be_written(desk: Desk) -> None:
    ended = read(desk.request(last_good="/proc/nowhere/last"), keep=True)
    assert isinstance(ended.last, Kept) and ended.last.trouble

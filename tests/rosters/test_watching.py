"""The watch tells each change once, when it has settled, and what stays unreadable now and then."""

import threading
from pathlib import Path

from hotline_agi.rosters.settled import signature
from hotline_agi.rosters.watching import AGAIN_S, STUCK_S, FolderWatch
from tests.rosters.places import Desk


class Watched(FolderWatch):
    def __init__(self, known: str) -> None:
        self.told = 0
        super().__init__(Path("/nowhere"), None, every_s=5, changed=self.count)
        self.known = known

    def count(self) -> None:
        self.told += 1


def test_a_change_is_told_when_two_looks_saw_the_same() -> None:
    watch = Watched("a")
    assert not watch.look("a", 1.0)
    assert watch.look("b", 6.0)  # look again soon
    assert watch.look("c", 6.3)
    assert watch.told == 0
    assert not watch.look("c", 6.6)
    assert watch.told == 1


def test_what_was_refused_is_not_told_again_until_it_changes() -> None:
    watch = Watched("a")
    for n in range(5):
        watch.look("b", float(n))
        if watch.told:
            watch.known = "b"  # read and refused
    assert watch.told == 1
    watch.look("a", 10.0)
    watch.look("a", 10.3)
    assert watch.told == 2  # back to what is in force: the refusal is over


def test_what_could_not_be_read_is_tried_again() -> None:
    watch = Watched("")
    watch.look("b", 0.0)
    watch.look("b", 0.3)
    watch.look("b", 5.0)
    assert watch.told == 1
    watch.look("b", 1.0 + AGAIN_S)
    assert watch.told == 2


def test_a_checkout_that_does_not_end_is_told_once() -> None:
    watch = Watched("a")
    for n in range(0, 100, 5):
        watch.look("?a git command is at work", float(n))
        assert watch.told == (1 if n >= STUCK_S else 0)
        if watch.told:
            watch.known = ""
    watch.look("a", 101.0)
    watch.look("a", 101.3)
    assert watch.told == 2


def test_it_looks_at_a_real_folder(desk: Desk) -> None:
    changed = threading.Event()
    watch = FolderWatch(desk.rosters, desk.contacts, every_s=0.02, changed=changed.set)
    watch.known = signature(desk.rosters, desk.contacts)
    while watch.known.startswith("?"):
        watch.known = signature(desk.rosters, desk.contacts)
    watch.start()
    try:
        assert not changed.wait(0.3)
        desk.contacts.write_text("changed")
        assert changed.wait(5.0)
    finally:
        watch.stop()

"""Conditions for tests, and a book that is looked at second by second."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from hotline_agi.alarms.book import AlarmBook, Digest
from hotline_agi.alarms.kinds import Condition, Grade, Kind
from hotline_agi.terms.instants import Now

START = datetime(2026, 11, 28, 8, 0, tzinfo=UTC)


def at(seconds: float) -> Now:
    return Now(1000.0 + seconds, START + timedelta(seconds=seconds))


def condition(
    kind: Kind = Kind.DISK, subject: str = "state", *, grade: Grade = Grade.WARNING, text: str = "it is full"
) -> Condition:
    return Condition(kind=kind, subject=subject, grade=grade, en=text, zh=text)


def looked(book: AlarmBook, seconds: float, *found: Condition, kinds: Iterable[Kind] = Kind) -> None:
    """One look in which all of `kinds` were judged."""
    judged: dict[Kind, list[Condition]] = {kind: [] for kind in kinds}
    for one in found:
        judged.setdefault(one.kind, []).append(one)
    book.look(judged, at(seconds))


class Reader:
    """A sink that takes everything, and remembers."""

    def __init__(self, book: AlarmBook, name: str = "email") -> None:
        self.book, self.name = book, name
        self.read: list[tuple[float, Digest]] = []

    def reads(self, seconds: float) -> Digest | None:
        digest = self.book.digest(self.name, at(seconds).at)
        if digest is not None:
            self.book.told(self.name, digest)
            self.read.append((seconds, digest))
        return digest

    def words(self) -> list[tuple[int, str]]:
        """What was said of which alarm, in order."""
        return [
            (alarm.number, word)
            for _, digest in self.read
            for word, alarms in (
                ("new", digest.new),
                ("over", digest.over),
                ("passed", digest.passed),
                ("still", digest.still),
            )
            for alarm in alarms
        ]

"""Rosters: all files of all lines as one input, each under a line ``=== PATH``. Read or refused with `InvalidText`, no
message with a number of a person, and what is read can be asked who is on duty."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from random import Random

from hotline_agi.errors import InvalidText
from hotline_agi.roster.duty import duty_spans
from hotline_agi.roster.reader import check_roster, read_roster
from tests.fuzz import mutation
from tests.roster import mutations, trees

NOW = datetime(2026, 2, 14, 3, 0, tzinfo=UTC)
NUMBERS = re.compile(r"7700 ?900 ?3\d\d|481516|072953")
"""Of persons, in the contacts of the seeds."""
WORDS = (
    *(
        b"shifts:\n",
        b"people: [",
        b"backup: [",
        b"from: 22:00\n",
        b"until: 24:00\n",
        b"sick: ",
        b"swap: [",
        b"turn_days: 7",
        b"2026-02-29",
    ),
    *(
        b"mon-fri",
        b"sat, sun",
        b"- ",
        b"? a\n: b\n",
        b"{a: {b: {c: ",
        b"=== haven/line.yaml\n",
        b"=== contacts.yaml\n",
        b"...\n",
        b"24:00",
    ),
)


def seeds() -> list[bytes]:
    found = [joined(trees.full()), joined(trees.good())]
    for bad in sorted(trees.BAD.iterdir()):
        files = trees.good() | trees.files_under(bad)
        if len(text := joined(files)) < 4000:
            found.append(text)
    return found


def mutated(content: bytes, dice: Random) -> bytes:
    if dice.random() < 0.5:
        return mutation.changed(content, dice, WORDS)
    files = parted(content)
    if not files:
        return mutation.changed(content, dice, WORDS)
    name = dice.choice(sorted(files))
    change = dice.choice((*mutations.HARMFUL, *mutations.HARMFUL, *mutations.HARMLESS))
    try:
        changed = change(files[name].decode("utf-8", "surrogateescape"), dice).encode("utf-8", "surrogateescape")
    except (ValueError, IndexError):  # a text too short for this change
        return mutation.changed(content, dice, WORDS)
    return joined(files | {name: changed})


def joined(files: dict[str, bytes]) -> bytes:
    return b"".join(b"=== " + path.encode() + b"\n" + text for path, text in files.items())


def parted(content: bytes) -> dict[str, bytes]:
    files = {}
    for part in re.split(rb"(?m)^=== ", content)[1:]:
        path, _, text = part.partition(b"\n")
        files[path.decode("utf-8", "replace")] = text
    return files


def judge(content: bytes) -> None:
    files = parted(content)
    contacts = files.get(trees.CONTACTS)
    verdict = check_roster(files, contacts)
    assert not NUMBERS.search("\n".join([*map(str, verdict.problems), *verdict.notes]))
    try:
        roster = read_roster(files, contacts).roster
    except InvalidText as refused:
        assert refused.problems == verdict.problems
        return
    for line in roster.lines.values():
        spans = list(_first(duty_spans(line, NOW, NOW + timedelta(days=2)), 30))
        assert spans[0].from_utc <= NOW
        assert all(one.until_utc == other.from_utc for one, other in pairwise(spans))


def _first(spans: Iterable[object], most: int) -> Iterable[object]:
    for number, span in enumerate(spans):
        if number == most:
            return
        yield span

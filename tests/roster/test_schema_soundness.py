"""Whole files: whatever the reader takes, no editor underlines, however the file came about.

Good files are changed at random: values are put in the places of others, names and items go or come. What still is
right to the reader must be right to the schema. (The other way round a schema must be blind: to people and slots.)
"""

import json
from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hotline_agi.roster.document import parse
from hotline_agi.roster.findings import Findings
from hotline_agi.roster.schema import READERS
from tests.roster.editor import seen, validator

FULL: dict[str, Any] = {
    "line": {
        "name": {"zh": "热线", "en": "Line"},
        "time_zone": "Europe/Berlin",
        "numbers": ["030999", 110],
        "language": "en",
        "opening": [{"days": ["mon", "wed-fri"], "from": "08:00", "until": "24:00"}],
        "service_numbers": ["01632 960380", "+441632960380"],
        "ring": [
            {"ring": 2, "for_s": 15.5},
            {"ring": "adaptive", "for_s": 15},
            {"ring": "everybody", "for_s": 20},
            {"ring": "backup", "for_s": "20"},
        ],
        "ring_plans": {
            "night": {
                "hours": [{"days": "daily", "from": "22:00", "until": "06:00"}],
                "ring": [{"ring": 1, "for_s": 20}],
            }
        },
        "ring_timeout_s": 25,
        "wrap_up_s": 20,
        "adaptive": {"chance_percent": 99.9, "within_s": "12", "share_percent": 33},
        "order": "least-talk",
        "wants": [{"language": "en", "for_s": 20}, {"qualification": "crisis"}],
        "callers": {"high-risk": 900, "cut-off": 0, "tried-again": 120.5, "tried_within_min": 30},
        "long_wrap_up": {"talk_min": 20, "wrap_up_s": 120},
        "rest": {"missed": 4, "for_min": 30},
        "remind": {"before_min": 15, "ask_backup_min": 8},
        "overflow": ["transfer", "message"],
        "closed": ["directory"],
        "transfer": {"contact": "switchboard", "timeout_s": 30, "confirm": False},
    },
    "people": {
        "volunteers": {
            "anna": {
                "name": "Anna",
                "languages": ["en", "yue"],
                "endpoints": [{"softphone": {"name": "v01", "confirm": "yes"}}, {"mobile": {"confirm": "no"}}],
                "qualifications": ["crisis"],
                "limits": {
                    "calls_per_shift": 5,
                    "talk_min_per_day": 120,
                    "talk_min_in_a_row": 90,
                    "rest_after_night_h": 11.5,
                },
                "quiet": [{"from": "22:00", "until": "08:00"}, {"days": "sat", "from": "08:00", "until": "09:00"}],
            },
            "boris": {"name": 7, "languages": ["zh"], "endpoints": ["mobile", {"softphone": "v02"}]},
        }
    },
    "shifts": {
        "shifts": {
            "night": {
                "from": "22:00",
                "until": "06:00",
                "people": {
                    "turn_days": 7,
                    "since": "2026-02-02",
                    "turns": [["anna"], {"mon-fri": ["boris"], "sun": []}],
                },
                "backup": {"mon-fri": ["clara"]},
                "min": {"mon-fri": 2, "sat, sun": 0},
                "need": {"languages": {"en": 1}, "qualifications": {"crisis": 1}},
                "coordinator": "anna",
            },
            "day": {"from": "06:00", "until": "22:00", "people": ["anna"], "min": 2},
        }
    },
    "days": {
        "special_days": {
            "2026-02-17": {"name": "春节", "like": "sun", "opening": "closed", "people": {"night": ["anna"]}},
            "12-24..12-26": {"name": "Christmas", "opening": [{"from": "09:00", "until": "12:00"}]},
            "2026-05-01..2026-05-03": {"name": "五一", "opening": "always", "backup": {"night": []}},
        }
    },
    "month": {"people": {"2026-01-01": {"night": ["anna", "boris"]}}, "backup": {"2026-01-02": {"night": ["clara"]}}},
    "covers": {
        "covers": [
            {"swap": ["anna", "boris"], "date": "2026-02-14", "slot": "night"},
            {
                "swap": ["anna", "boris"],
                "date": "2026-02-15",
                "slot": "night",
                "back": {"date": "2026-02-16", "slot": "day"},
                "note": "thanks",
            },
            {"sick": "clara", "from": "2026-02-14", "until": "2026-02-16", "instead": "anna"},
            {"away": "boris", "from": "2026-03-14 03:00", "until": "2026-03-15 24:00"},
            {"extra": ["anna"], "date": "2026-02-14", "slot": "day", "as": "backup"},
            {"extra": "clara", "date": "2026-02-14", "slot": "day"},
        ]
    },
    "contacts": {
        "contacts": {"anna": "+44 7700 900001", "switchboard": 1632960199},
        "pins": {"anna": "048151", "boris": 604271},
    },
}
"""Each kind of file with every field in it."""

Place = tuple[Any, Any]
"""A list or table, and the index or name in it."""


def places(tree: Any) -> Iterator[Place]:
    for key in list(tree) if isinstance(tree, dict) else range(len(tree)) if isinstance(tree, list) else ():
        yield tree, key
        yield from places(tree[key])


POOL = [value for tree in FULL.values() for holder, key in places(tree) for value in (holder[key],)]
POOL += ["", "x", 0, -1, 10**6, True, [], {}, "always", "daily", "2026-02-30", "25:00", ["anna", "anna"]]
NAMES = sorted({key for tree in FULL.values() for holder, key in places(tree) if isinstance(holder, dict)})


def changed(tree: Any, draw: Callable[[st.SearchStrategy[Any]], Any]) -> None:
    """Change one thing in `tree`."""
    holder, key = draw(st.sampled_from(list(places(tree))))
    match draw(st.sampled_from(["take", "put", "rename", "add"])):
        case "take":
            del holder[key]
        case "put":
            holder[key] = deepcopy(draw(st.sampled_from(POOL)))
        case "rename" if isinstance(holder, dict):
            holder[draw(st.sampled_from(NAMES))] = holder.pop(key)
        case _ if isinstance(holder, dict):
            holder[draw(st.sampled_from(NAMES))] = deepcopy(draw(st.sampled_from(POOL)))
        case _:
            holder.append(deepcopy(draw(st.sampled_from(POOL))))


def is_right(kind: str, content: bytes) -> bool:
    findings = Findings()
    READERS[kind](parse("f", content), findings)
    return not findings.failed


def as_text(tree: Any) -> bytes:
    return f"{json.dumps(tree, ensure_ascii=False)}\n...\n".encode()


@pytest.mark.parametrize("kind", FULL)
def test_the_full_files_are_right_and_have_every_field(kind: str) -> None:
    assert is_right(kind, as_text(FULL[kind]))
    assert list(validator(kind).iter_errors(FULL[kind])) == []


@pytest.mark.parametrize("kind", FULL)
@settings(max_examples=150)
@given(st.data())
def test_what_the_reader_takes_is_not_underlined(kind: str, data: st.DataObject) -> None:
    tree = deepcopy(FULL[kind])
    for _ in range(data.draw(st.integers(1, 3))):
        if list(places(tree)):
            changed(tree, data.draw)
    content = as_text(tree)
    if is_right(kind, content):
        assert [error.message for error in validator(kind).iter_errors(seen(content))] == []

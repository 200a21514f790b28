"""Rosters that are right → rows of the survival plan: each fits a line of AMI and the dialplan's patterns."""

import re

from hotline_agi.asterisk.dialling import Dialling
from hotline_agi.asterisk.survival import ROWS_PER_ACTION, plan_rows
from hotline_agi.asterisk.wire import action_text
from hotline_agi.errors import InvalidText
from hotline_agi.roster.reader import read_roster
from tests.fuzz import roster_files
from tests.roster import trees

mutated = roster_files.mutated
_DIALLING = Dialling(trunk="trunk", caller_id="100")
_DID = re.compile(r"[a-z0-9-]+:[a-z]+:[a-z-]+:(e[0-9]{4,})?")
_ENDPOINT = re.compile(r"(confirm|direct):[a-z]+:PJSIP/(\+?[0-9]{3,15}@[a-z0-9-]+|[a-z0-9-]+):(e[0-9]{4,})?")
_PLAN = re.compile(r"|[0-9]{9,11}:(e[0-9]{4,}(-e[0-9]{4,})*)?:(e[0-9]{4,}(-e[0-9]{4,})*)?:(closed[a-z-]*)?")
_KEY = re.compile(r"did/\+?[0-9]+|endpoint/e[0-9]{4,}|plan/[a-z0-9-]+/[0-9]+")


def seeds() -> list[bytes]:
    return [roster_files.joined(trees.full()), roster_files.joined(trees.good())]


def judge(content: bytes) -> None:
    files = roster_files.parted(content)
    try:
        found = read_roster(files, files.get(trees.CONTACTS, b"")).roster
    except InvalidText:
        return
    rows = plan_rows(found, _DIALLING, roster_files.NOW)
    shapes = {"did": _DID, "endpoint": _ENDPOINT, "plan": _PLAN}
    for key, value in rows:
        assert _KEY.fullmatch(key) and shapes[key.partition("/")[0]].fullmatch(value), (key, value)
    known = {key.partition("/")[2] for key, _ in rows if key.startswith("endpoint/")}
    assert all(
        set(re.findall("e[0-9]{4,}", value.partition(":")[2])) <= known for key, value in rows if key.startswith("plan")
    )
    for start in range(0, len(rows), ROWS_PER_ACTION):
        some = rows[start : start + ROWS_PER_ACTION]
        action_text([("Variable", f"HOTLINE_ROW{n}=a/{key}={value}") for n, (key, value) in enumerate(some, 1)])

"""JSON Schemas of the roster files, so that editors complete and check while somebody types.

They are asked of the readers (`probes.py`) and get their texts from `schema_texts.py` and its siblings. What
stands in several files, what YAML makes of a text, and whether somebody exists is beyond them: ``hotline roster check``
judges.

An editor finds the schema by the first line of the file, see `schema_comment`.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any

from hotline_agi.roster.contacts_file import contact_rows
from hotline_agi.roster.covers_file import read_covers
from hotline_agi.roster.days_file import read_days
from hotline_agi.roster.document import Node
from hotline_agi.roster.findings import Findings
from hotline_agi.roster.line_file import DEFAULT_PLAN, read_line
from hotline_agi.roster.model import RingGroup
from hotline_agi.roster.month_file import read_month
from hotline_agi.roster.people_file import read_people
from hotline_agi.roster.plan import Need
from hotline_agi.roster.probes import Schema, learned
from hotline_agi.roster.schema_duty_texts import DUTY_TEXTS
from hotline_agi.roster.schema_policy_texts import POLICY_TEXTS
from hotline_agi.roster.schema_results_texts import RESULTS_TEXTS
from hotline_agi.roster.schema_risk_texts import RISK_TEXTS
from hotline_agi.roster.schema_texts import LINE_TEXTS
from hotline_agi.roster.schema_waiting_texts import WAITING_TEXTS
from hotline_agi.roster.shifts_file import read_shifts
from hotline_agi.terms.ids import LineId

TEXTS = {**LINE_TEXTS, **POLICY_TEXTS, **RESULTS_TEXTS, **WAITING_TEXTS, **RISK_TEXTS, **DUTY_TEXTS}
"""By the end of the path."""
DRAFT = "http://json-schema.org/draft-07/schema#"

READERS: Mapping[str, Callable[[Node, Findings], object]] = {
    "line": lambda root, findings: read_line(LineId("any"), root, findings),
    "people": lambda root, findings: read_people(root, (), findings),
    "shifts": read_shifts,
    "days": read_days,
    "month": lambda root, findings: read_month(2026, 1, root, findings),
    "covers": read_covers,
    "contacts": contact_rows,
}
KINDS = tuple(READERS)
"""Of roster files."""

DEFAULTS: Mapping[str, Any] = {
    "/line/opening": "always",
    "/line/ring": [
        {"ring": "everybody" if step.group is RingGroup.ON_SHIFT else "backup", "for_s": int(step.for_s)}
        for step in DEFAULT_PLAN
    ],
    "/shifts/shifts/{}/min": Need().people[0],
    "/people/volunteers/{}/quiet/[]/days": "daily",
}
"""Those that the readers keep in another form than the text has."""


def schema_files() -> dict[str, str]:
    """All schemas as JSON texts, by file name."""
    return {file_name(kind): schema_text(kind) for kind in KINDS}


def schema_text(kind: str) -> str:
    return json.dumps(schema(kind), ensure_ascii=False, indent=2) + "\n"


def file_name(kind: str) -> str:
    return f"{kind}.schema.json"


def schema_comment(kind: str, depth: int) -> str:
    """The first line of a file, by which editors find its schema in ``schema/`` of the rosters folder.

    :param depth: of the file below the rosters folder: 1 for ``xinli/line.yaml``, 2 for ``xinli/months/2026-02.yaml``.
    """
    assert kind in READERS
    return f"# yaml-language-server: $schema={'../' * depth}schema/{file_name(kind)}"


def schema(kind: str) -> Schema:
    """The schema of one kind of file."""
    root = learned(READERS[kind])
    return {"$schema": DRAFT, **_with_texts(root, f"/{kind}")}


def _with_texts(plain: Schema, path: str) -> Schema:
    """`plain` with title, description, default and examples, down to the last field.

    Lists and tables with others in them are told in the description: when yaml-language-server 1.25 inserts such a
    default or example, it writes ``[object Object]``.
    """
    found = _within(plain, path)
    text = TEXTS[key] if (key := text_key(path)) else None
    said = [] if text is None else [text.en, text.zh]
    if path in DEFAULTS:
        if _is_deep(DEFAULTS[path]):
            said.append(f"Default · 默认: `{_flow(DEFAULTS[path])}`")
        else:
            found["default"] = DEFAULTS[path]
    if text is None:
        return found
    said += [f"`{_flow(one)}`" for one in text.examples if isinstance(one, list | dict)]
    simple = [one for one in text.examples if not isinstance(one, list | dict)]
    return {
        "title": text.title,
        "description": "\n\n".join(said),
        **found,
        **({"examples": simple} if simple else {}),
    }


def _is_deep(value: Any) -> bool:
    return isinstance(value, dict) or (isinstance(value, list) and any(isinstance(one, list | dict) for one in value))


def _flow(value: Any) -> str:
    """An example as a person would write it in one line."""
    match value:
        case dict():
            return f"{{{', '.join(f'{_flow(key)}: {_flow(item)}' for key, item in value.items())}}}"
        case list():
            return f"[{', '.join(map(_flow, value))}]"
    return f'"{value}"' if "," in str(value) else str(value)


def _within(plain: Schema, path: str) -> Schema:
    """`plain` with texts for what is in it."""
    found = dict(plain)
    if "anyOf" in plain:
        found["anyOf"] = [_within(form, path) for form in plain["anyOf"]]
    if "properties" in plain:
        found["properties"] = {key: _with_texts(value, f"{path}/{key}") for key, value in plain["properties"].items()}
    if "patternProperties" in plain:
        patterns = plain["patternProperties"].items()
        found["patternProperties"] = {names: _with_texts(value, f"{path}/{{}}") for names, value in patterns}
    if "items" in plain:
        found["items"] = _with_texts(plain["items"], f"{path}/[]")
    return found


def text_key(path: str) -> str | None:
    """The key in `TEXTS` of the longest text that belongs to `path`."""
    parts = path.split("/")
    ends = ("/".join(parts[n:]) for n in range(len(parts)))
    return next((end for end in ends if end in TEXTS), None)

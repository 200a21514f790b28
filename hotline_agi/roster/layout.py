"""Which file of a rosters folder is what, by its path alone.

contacts….yaml (at the top), ….example.yaml   no roster files
<line>/line.yaml, people.yaml, shifts.yaml
<line>/days.yaml, covers.yaml         may be left out
<line>/months/YYYY-MM.yaml            any number
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from hotline_agi.roster.dates import FIRST_YEAR, LAST_YEAR
from hotline_agi.roster.fields import nearest
from hotline_agi.roster.findings import Findings
from hotline_agi.roster.values import MAX_ID
from hotline_agi.terms.ids import LineId, is_id
from hotline_agi.terms.problems import Mark

LINE, PEOPLE, SHIFTS = FILES = ("line.yaml", "people.yaml", "shifts.yaml")
DAYS, COVERS = OPTIONAL = ("days.yaml", "covers.yaml")
MONTHS = "months"
_KNOWN = f"known are {', '.join((*FILES, *OPTIONAL))} and {MONTHS}/YYYY-MM.yaml"
_MONTH = re.compile(r"([0-9]{4})-(0[1-9]|1[0-2])\.yaml")
_LOOSE_MONTH = re.compile(r"([0-9]{4})[-_.年]?([0-9]{1,2})月?\.ya?ml")


@dataclass(frozen=True, slots=True, kw_only=True)
class LineFiles:
    """The files of one line's folder, besides those with fixed names."""

    line: LineId
    months: list[tuple[int, int, str]] = field(default_factory=list)
    """Year, month and path, in this order."""


def line_files(paths: Iterable[str], findings: Findings) -> list[LineFiles]:
    """The folders that are lines, sorted. Notes whatever lies in the wrong place or has a wrong name."""
    lines: dict[LineId, LineFiles] = {}
    for path in sorted(paths):
        *folders, name = path.split("/")
        if any(part.startswith(".") for part in (*folders, name)) or not name.endswith((".yaml", ".yml")):
            continue
        if name.endswith((".example.yaml", ".example.yml")) or (not folders and name.startswith("contacts")):
            continue
        whole = Mark(file=path)
        if len(folders) == 2 and folders[1] != MONTHS and nearest(folders[1], [MONTHS]):
            findings.error(whole, f"there is no folder '{folders[1]}' in a line's", f"did you mean '{MONTHS}'?")
        elif len(folders) not in (1, 2) or folders[1:] not in ([], [MONTHS]):
            findings.error(whole, "the file lies in no line's folder", f"put it into <line>/{name}, or delete it")
        elif not is_id(folders[0]) or len(folders[0]) > MAX_ID:
            hint = f"rename it: small letters, digits, hyphens, at most {MAX_ID} characters, a letter first"
            findings.error(whole, "the folder's name cannot be a line's id", hint)
        else:
            found = lines.setdefault(LineId(folders[0]), LineFiles(line=LineId(folders[0])))
            if len(folders) == 2:
                _add_month(found, name, whole, findings)
            elif name not in (*FILES, *OPTIONAL):
                hint = f"put it into {MONTHS}/" if _LOOSE_MONTH.fullmatch(name) else _KNOWN
                findings.error(whole, "no roster file is called so", hint)
    if not lines and not findings.failed:
        findings.error(Mark(file="."), "there is no line", f"a line is a folder with {', '.join(FILES)}")
    return [lines[line] for line in sorted(lines)]


def _add_month(found: LineFiles, name: str, whole: Mark, findings: Findings) -> None:
    match, loose = _MONTH.fullmatch(name), _LOOSE_MONTH.fullmatch(name)
    if match and FIRST_YEAR <= int(match[1]) <= LAST_YEAR:
        found.months.append((int(match[1]), int(match[2]), whole.file))
    elif loose and 1 <= int(loose[2]) <= 12 and FIRST_YEAR <= int(loose[1]) <= LAST_YEAR:
        hint = f"rename it to {int(loose[1])}-{int(loose[2]):02}.yaml"
        findings.error(whole, "no month roster is called so", hint)
    else:
        hint = f"its name is the month, YYYY-MM.yaml, e.g. {MONTHS}/2026-02.yaml"
        findings.error(whole, "no month roster is called so", hint)

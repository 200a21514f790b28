"""Bytes of a file → text that is safe to give to a YAML parser. What a person cannot see in an editor is refused here.

Everything is looked for at once, so that a file with ten tabs is mended in one go. Nothing here knows YAML, but for
the document end marker: a file cut off at any byte (full disk, half a checkout) must not pass as a shorter roster.
Of 455 truncations of a valid roster 8 passed a plain schema (ASTERISK.md 3.4); with the marker none can: the text must
hold exactly one line that begins with ``...``, as its last one, so every shorter text either lacks it or lacks only
the blank lines after it.
"""

import re

from hotline_agi.roster.findings import Findings
from hotline_agi.terms.problems import Mark

MAX_BYTES = 1024 * 1024
END_MARKER = "..."

FULL_WIDTH_BLANK = "\u3000"
"""What Chinese input methods write for a blank. YAML takes it for text."""

_LINE_END = re.compile(r"\r\n|\n|\r")
_INVISIBLE = re.compile(
    # What YAML forbids (control characters, U+FFFE/F) or reads as a line break though editors show none (NEL, LS, PS);
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff\u2028\u2029"
    # direction marks (they show a line in another order than it is read), zero-width blanks, byte order marks. The
    # zero-width joiners U+200C and U+200D stay: Persian and Indian names need them.
    "\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]"
)
_CONFLICT = re.compile(r"(<{7}|>{7}|\|{7})( |$)|={7}$")


def read_text(file: str, content: bytes, findings: Findings) -> str | None:
    """The text of `content`, or None if it was refused; every reason is added to `findings`.

    Refused: more than `MAX_BYTES`, anything but UTF-8 without a byte order mark, tabs, full-width blanks in the
    indentation, invisible characters, conflict markers of git, and a text whose last line that is not blank is not
    ``...``.
    """
    text = _decoded(file, content, findings)
    if text is None:
        return None
    before = len(findings.problems)
    lines = _LINE_END.split(text)
    for number, line in enumerate(lines, start=1):
        _look_at_line(Mark(file=file, line=number, column=1), line, findings)
        if len(findings.problems) - before > 50:
            return None
    _look_for_end(file, lines, findings)
    return text if len(findings.problems) == before else None


def _decoded(file: str, content: bytes, findings: Findings) -> str | None:
    start = Mark(file=file, line=1, column=1)
    if len(content) > MAX_BYTES:
        findings.error(
            Mark(file=file), f"the file has {len(content)} bytes, more than {MAX_BYTES}", "split it or look what got in"
        )
    elif content.startswith((b"\xff\xfe", b"\xfe\xff")):
        findings.error(start, "the file is encoded as UTF-16", "save it as UTF-8 without byte order mark")
    elif content.startswith(b"\xef\xbb\xbf"):
        findings.error(
            start, "the file begins with a byte order mark", "save it as UTF-8 without byte order mark (BOM)"
        )
    else:
        try:
            return content.decode("utf-8")
        except UnicodeDecodeError as fault:
            good = content[: fault.start].decode("utf-8")
            ends = list(_LINE_END.finditer(good))
            column = len(good) - (ends[-1].end() if ends else 0) + 1
            where = Mark(file=file, line=len(ends) + 1, column=column)
            findings.error(where, f"the file is not UTF-8 text here{_guess(content)}", "save it as UTF-8")
    return None


def _guess(content: bytes) -> str:
    """What the coordinator's editor probably wrote: Chinese Windows saves as GBK."""
    try:
        return ", it looks like GBK" if any("\u4e00" <= c <= "\u9fff" for c in content.decode("gb18030")) else ""
    except UnicodeDecodeError:
        return ""


def _look_at_line(start: Mark, line: str, findings: Findings) -> None:
    if (tab := line.find("\t")) >= 0:
        where = Mark(file=start.file, line=start.line, column=tab + 1)
        findings.error(where, "a tab", "indent with blanks: a tab has no fixed width, so YAML refuses it")
    if found := _INVISIBLE.search(line):
        where = Mark(file=start.file, line=start.line, column=found.start() + 1)
        findings.error(where, f"an invisible character (U+{ord(found[0]):04X})", "delete it and type the place again")
    indentation = line[: len(line) - len(line.lstrip())]
    if (wide := indentation.find(FULL_WIDTH_BLANK)) >= 0:
        where = Mark(file=start.file, line=start.line, column=wide + 1)
        findings.error(where, "a full-width blank (U+3000) in the indentation", "indent with plain blanks")
    if _CONFLICT.match(line):
        findings.error(start, "a conflict marker of git", "decide which side is right and delete the marker lines")


def _look_for_end(file: str, lines: list[str], findings: Findings) -> None:
    filled = [number for number, line in enumerate(lines, start=1) if line.strip()]
    if not filled:
        findings.error(Mark(file=file), "the file is empty", f"a file ends with a line {END_MARKER}")
        return
    last = filled[-1]
    if all(lines[number - 1].lstrip().startswith("#") for number in filled[:-1]):
        findings.error(Mark(file=file), "the file says nothing")
    for number, line in enumerate(lines, start=1):
        if number != last and line.startswith(END_MARKER):
            what = f"{END_MARKER} ends the file, but more follows"
            findings.error(Mark(file=file, line=number, column=1), what, f"keep {END_MARKER} only in the last line")
    if lines[last - 1].rstrip() != END_MARKER:
        what = f"the last line is not {END_MARKER}, so the file may be cut off"
        hint = f"see that all of it is there, then end it with a line {END_MARKER}"
        findings.error(Mark(file=file, line=last, column=1), what, hint)

"""The text of a file with one thing put in or cut out, and everything else left as it stands. Nothing here is proven:
`splices.py` does that.
"""

from hotline_agi.coordination.round_trip import Part, Path, YamlText


def spliced(known: YamlText, start: int, end: int, text: str) -> str:
    return known.text[:start] + text + known.text[end:]


def added_below(known: YamlText, at: int, lines: str) -> str:
    """`lines` under the line of `at`."""
    end = known.line_stop(at)
    return known.text[:end] + known.line_end + lines + known.text[end:]


def ends_line(known: YamlText, part: Part) -> bool:
    """Whether nothing but a comment stands behind it in its line."""
    return known.text[part.end : known.line_stop(part.end)].strip()[:1] in ("", "#")


def first_of_block(known: YamlText, path: Path, there: Part, line: str) -> str:
    """The first line of a block list where nothing or ``[]`` stands behind the name."""
    above = known.at(path[:-1])
    start = there.start
    while known.text[start - 1] == " " and there.items is not None:
        start -= 1
    at = known.line_stop(there.end)
    margin = " " * above.column + indentation(above)
    return known.text[:start] + known.text[there.end : at] + known.line_end + margin + line + known.text[at:]


def into_brackets(known: YamlText, there: Part, written: str) -> str:
    if there.children:
        return spliced(known, there.children[-1].end, there.children[-1].end, f", {written}")
    at = there.start + 1
    return spliced(known, at, at, written + " " * (known.text[at] == "#"))


def indentation(table: Part) -> str:
    """How much deeper the lines below `table` stand, as the file has it; else two blanks."""
    steps = [value.column - table.column for value in table.children if not value.flow]
    return " " * min((step for step in steps if step > 0), default=2)


def blank_above(known: YamlText, at: int) -> bool:
    """Whether the line above that of `at` is blank."""
    above = known.text[: known.line_start(at)]
    if not above:
        return False
    above = above.removesuffix("\r\n") if above.endswith("\r\n") else above[:-1]
    return not above[known.line_start(len(above)) :].strip()


def part_spans(known: YamlText, there: Part) -> list[tuple[int, int]]:
    """Items with their dashes, entries with their names (and a ``?`` before them)."""
    spans: list[tuple[int, int]] = []
    at = there.start + there.flow
    for n, child in enumerate(there.children):
        start = known.skip(at, "," if there.flow else "")
        if there.flow and there.entries is not None:
            start = min(start, there.entries[n][0].start)
        spans.append((start, child.end))
        at = child.end
    return spans


def cut_brackets(known: YamlText, spans: list[tuple[int, int]], place: int) -> str:
    """Without one part and its comma. What is a comment between them stays."""
    text = known.text
    start, end = spans[place]
    comma = known.skip(end)
    has_comma = text[comma] == ","
    last = place + 1 == len(spans)
    first = spans[place - 1][1] if last and place and not has_comma else start
    stop = comma + 1 if last and has_comma else end if last else spans[place + 1][0]
    if not known.comments_in(first, stop):
        return spliced(known, first, stop, "")
    # a comma before a comment may stay: [a, # why
    near = has_comma and not known.comments_in(end, comma)
    stop = comma + 1 if near else end
    if has_comma and not near:
        text = text[:comma] + text[comma + 1 :]
    line, rest = known.line_start(start), known.line_stop(stop)
    if not text[line:start].strip() and not text[stop:rest].strip(", "):
        start, stop = line, known.next_line(stop)
    return text[:start] + text[stop:]


def cut_lines(known: YamlText, there: Part, spans: list[tuple[int, int]], place: int) -> str:
    start, end = spans[place]
    line, stop = known.line_start(start), known.line_stop(end)
    before = known.text[line:start]
    kept = comments_as_lines(known, start, stop, there.column)
    if len(spans) == 1:
        empty = "[]" if there.items is not None else "{}"
        margin = before if before.strip() else " " * (there.column + 2)
        return spliced(known, line, stop, known.line_end.join([margin + empty, *kept]))
    if before.strip():  # it begins behind the dash or name of what it is in
        return spliced(known, line, stop, known.line_end.join([before.rstrip(), *kept]))
    if kept:
        return spliced(known, line, stop, known.line_end.join(kept))
    after = known.next_line(stop)
    if blank_above(known, line) and not known.text[after : known.line_stop(after)].strip():
        after = known.next_line(after)  # one blank line of two
    return spliced(known, line, after, "")


def comments_as_lines(known: YamlText, start: int, stop: int, column: int) -> list[str]:
    lines: list[str] = []
    for begin, end in known.comments_in(start, stop + 1):
        line = known.line_start(begin)
        alone = not known.text[line:begin].strip()
        lines.append((known.text[line:begin] if alone else " " * column) + known.text[begin:end])
    return lines


def wrapped_lines(known: YamlText, there: Part, above: Part, name: str) -> str:
    """A block list under a name of its own: one more line above it, and deeper if it stood no deeper than its table."""
    head = f"{name}:{known.line_end}"
    if there.column > above.column:  # also behind the dash of another list
        return spliced(known, there.start, there.start, head + " " * there.column)
    line, stop = known.line_start(there.start), known.line_stop(there.end)
    lines = known.text[line:stop].split(known.line_end)
    block = known.line_end.join("  " + one if one.strip() else one for one in lines)
    return spliced(known, line, stop, f"{' ' * there.column}  {head}{block}")

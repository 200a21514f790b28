"""Small changes of a YAML text: add or remove an item or an entry, rename an entry, put a list into a table by name.

Each changes only its own lines: every other line stays as it is to the byte, and every comment stays, in order (a
comment of a removed part stands on a line of its own afterwards). Each proves itself before it returns: the new text
must mean the old one with just this change, and hold the same comments; else the file is left to be edited by hand.
"""

import copy
import json
import re

from hotline_agi.coordination.cuts import (
    added_below,
    blank_above,
    cut_brackets,
    cut_lines,
    ends_line,
    first_of_block,
    indentation,
    into_brackets,
    part_spans,
    spliced,
    wrapped_lines,
)
from hotline_agi.coordination.round_trip import Path, Plain, YamlText, same_meaning
from hotline_agi.errors import InvalidText

_PLAIN_TEXT = re.compile(r"\w([\w .+/()-]*[\w.+)-])?")
"""What needs no quotes, neither in brackets nor outside."""
_PLAIN_TIME = re.compile(r"(\d{4}-\d\d-\d\d )?\d\d:\d\d")


def append(known: YamlText, path: Path, value: Plain) -> YamlText:
    """Add `value` at the end of the list at `path`.

    :raises KeyError: if nothing stands there. Like all of this module also
    :raises SetupError: if it cannot be done safely.
    """
    there = known.at(path)
    if there.items is None and there.text:
        raise KeyError(path)
    wanted = copy.deepcopy(known.plain)
    owner = _down(wanted, path[:-1])
    target = _down(wanted, path)
    if isinstance(target, list):
        target.append(value)
    elif isinstance(owner, dict):
        owner[str(path[-1])] = [value]  # after a bare `name:`
    written = rendered(value)
    if there.flow:
        bare = there.items is None
        empty = bare or (not there.items and there.end - there.start == 2)
        if empty and isinstance(value, dict) and not known.at(path[:-1]).flow and ends_line(known, there):
            return _checked(known, first_of_block(known, path, there, f"- {written}"), wanted)
        if bare:
            return _checked(known, spliced(known, there.start, there.start, f" [{written}]"), wanted)
        return _checked(known, into_brackets(known, there, written), wanted)
    line = " " * there.column + f"- {written}"
    return _checked(known, added_below(known, there.end, line), wanted)


def insert(
    known: YamlText, path: Path, name: str, value: Plain, *, after: str | None = None, block: bool = False
) -> YamlText:
    """Add the entry `name` to the table at `path`, behind the entry `after` or at the end.

    :param block: whether the entries of `value` shall stand on lines of their own, if the table is written so.
    :raises KeyError: if there is no such table or no entry `after`.
    """
    there = known.at(path)
    if there.entries is None:
        raise KeyError(path)
    place = len(there.entries) - 1 if after is None else there.child(after)
    wanted = copy.deepcopy(known.plain)
    table = _down(wanted, path)
    assert isinstance(table, dict)
    entries = list(table.items())
    entries.insert(place + 1, (name, value))
    table.clear()
    table.update(entries)
    if there.flow:
        written = f"{_flow_text(name)}: {rendered(value)}"
        if not there.entries:
            return _checked(known, into_brackets(known, there, written), wanted)
        end = there.entries[place][1].end
        return _checked(known, spliced(known, end, end, f", {written}"), wanted)
    key = name if _is_plain(name.replace(", ", "")) else json.dumps(name, ensure_ascii=False)
    margin = " " * there.column
    if block and isinstance(value, dict):
        step = indentation(there)
        lines = [f"{margin}{key}:"]
        lines += [f"{margin}{step}{inner}: {rendered(one)}" for inner, one in value.items()]
    else:
        lines = [f"{margin}{key}: {rendered(value)}"]
    if place > 0 and blank_above(known, there.entries[place][0].start):
        lines.insert(0, "")
    return _checked(known, added_below(known, there.entries[place][1].end, known.line_end.join(lines)), wanted)


def remove(known: YamlText, path: Path) -> YamlText:
    """Remove the item or entry at `path`; its comments stay.

    :raises KeyError: if nothing stands there.
    """
    *above, step = path
    there = known.at(tuple(above))
    place = there.child(step)
    wanted = copy.deepcopy(known.plain)
    owner = _down(wanted, tuple(above))
    if isinstance(owner, dict):
        del owner[str(step)]
    elif isinstance(owner, list):
        del owner[place]
    spans = part_spans(known, there)
    text = cut_brackets(known, spans, place) if there.flow else cut_lines(known, there, spans, place)
    return _checked(known, text, wanted)


def rename(known: YamlText, path: Path, name: str) -> YamlText:
    """Give the entry at `path` another name.

    :raises KeyError: if nothing stands there.
    """
    *above, step = path
    there = known.at(tuple(above))
    place = there.child(step)
    if there.entries is None:
        raise KeyError(path)
    wanted = copy.deepcopy(known.plain)
    table = _down(wanted, tuple(above))
    assert isinstance(table, dict)
    entries = [(name if old == step else old, value) for old, value in table.items()]
    table.clear()
    table.update(entries)
    key = there.entries[place][0]
    quote = known.text[key.start]
    written = f"{quote}{name}{quote}" if quote in "'\"" else _flow_text(name) if there.flow else name
    return _checked(known, spliced(known, key.start, key.end, written), wanted)


def wrap(known: YamlText, path: Path, name: str) -> YamlText:
    """Put the list at `path` into a new table, as its only entry `name`.

    :raises KeyError: if no list stands there.
    """
    there = known.at(path)
    if there.items is None or not path:
        raise KeyError(path)
    wanted = copy.deepcopy(known.plain)
    owner, listed = _down(wanted, path[:-1]), _down(wanted, path)
    if isinstance(owner, dict):
        owner[str(path[-1])] = {name: listed}
    elif isinstance(owner, list) and isinstance(path[-1], int):
        owner[path[-1]] = {name: listed}
    above = known.at(path[:-1])
    if not there.flow:
        return _checked(known, wrapped_lines(known, there, above, name), wanted)
    inside = known.text[there.start : there.end]
    one_line = known.line_stop(there.start) >= there.end and ends_line(known, there)
    if above.entries is not None and not above.flow and one_line:
        start = there.start
        while known.text[start - 1] == " ":
            start -= 1
        without = spliced(known, start, there.end, "")
        at = known.line_stop(there.end) - (there.end - start)
        line = " " * above.column + indentation(above) + f"{name}: {inside}"
        return _checked(known, without[:at] + known.line_end + line + without[at:], wanted)
    return _checked(known, spliced(known, there.start, there.end, f"{{{_flow_text(name)}: {inside}}}"), wanted)


def rendered(value: Plain) -> str:
    """`value` as it stands in one line, within brackets or not."""
    if isinstance(value, str):
        return _flow_text(value)
    if isinstance(value, list):
        return f"[{', '.join(_in_list(item) for item in value)}]"
    return f"{{{', '.join(f'{_flow_text(name)}: {rendered(one)}' for name, one in value.items())}}}"


# ---- the text


def _in_list(item: Plain) -> str:
    if isinstance(item, dict) and len(item) == 1:
        ((name, value),) = item.items()
        return f"{_flow_text(name)}: {rendered(value)}"  # as coordinators write it: [softphone: v01, mobile]
    return rendered(item)


def _is_plain(text: str) -> bool:
    return bool(_PLAIN_TEXT.fullmatch(text) or _PLAIN_TIME.fullmatch(text))


def _flow_text(text: str) -> str:
    return text if _is_plain(text) else json.dumps(text, ensure_ascii=False)


def _down(plain: Plain, path: Path) -> Plain:
    for step in path:
        if isinstance(plain, dict):
            plain = plain[str(step)]
        elif isinstance(plain, list) and isinstance(step, int):
            plain = plain[step]
    return plain


def _checked(old: YamlText, text: str, wanted: Plain) -> YamlText:
    try:
        new = YamlText(old.file, text)
        good = same_meaning(new.plain, wanted) and new.comment_texts() == old.comment_texts()
    except InvalidText as fault:
        raise old.not_understood() from fault
    if not good:
        raise old.not_understood()
    return new

"""What the commands print for people: tables, coloured sentences, steps that take a while. The only file with rich.

On a terminal there are colours (not with NO_COLOR) and lines; anywhere else, plain text whose columns are aligned and
never cut, so that it can be piped and searched. Chinese characters count as the two columns that they fill.
"""

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum

from rich import box
from rich.cells import cell_len
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from hotline_agi.terms.problems import Problem, Severity

_GAP = "  "


class Tone(Enum):
    """What a cell is about, with its style as text and as a block of colour.

    The blocks are from light to dark as they go from good to bad, so that they are told apart in grey as well, and in
    blue and orange (after Okabe and Ito), which hardly anybody confuses.
    """

    FINE = ("green", "black on #a6d8f0")
    SHORT = ("yellow", "bold black on #e69f00")
    NOBODY = ("bold red", "bold white on #7a1f1f")
    CLOSED = ("bright_black", "bright_black")
    HEAD = ("bold", "bold")


@dataclass(frozen=True, slots=True)
class Cell:
    """Some lines of a `grid`, or a piece of a row of `blocks`."""

    lines: tuple[str, ...]
    tone: Tone | None = None
    plain: str | None = None
    """In `blocks`: what stands for it where there are no colours."""


def table(title: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print a table; a cell that is None is empty."""
    texts = [["" if cell is None else _one_line(str(cell)) for cell in row] for row in rows]
    console = _console(sys.stdout)
    if not console.is_terminal:
        sys.stdout.write("".join(f"{line}\n" for line in _plain(title, columns, texts)))
        return
    # Text, not str: what stands in square brackets is data, never markup
    shown = Table(title=Text(title) if title else None, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    for column in columns:
        shown.add_column(Text(column), overflow="fold")
    for row in texts:
        shown.add_row(*map(Text, row))
    console.print(shown)


def grid(title: str, columns: Sequence[Cell], rows: Sequence[Sequence[Cell]]) -> None:
    """Print cells of several lines each. The first column heads the rows.

    Where a terminal is too narrow for all columns, as many as fit come first, and the others below, under heads of
    their own. Nothing is cut.
    """
    console = _console(sys.stdout)
    widths = [
        max(cell_len(_one_line(text)) for cell in cells for text in (*cell.lines, ""))
        for cells in zip(columns, *rows, strict=True)
    ]
    room = console.width if console.is_terminal else None
    gap = " " if room is not None and sum(widths) + len(_GAP) * (len(widths) - 1) > room else _GAP
    if title:
        _put(console, Text(title, style="bold"))
    for number, block in enumerate(_blocks_of(widths, len(gap), room)):
        if number:
            _put(console, Text())
        for n, row in enumerate((columns, *rows)):
            if n > 1:
                _put(console, Text())
            cells = [(row[column], widths[column]) for column in block]
            for height in range(max(len(cell.lines) for cell, _ in cells)):
                _put(console, _grid_line(cells, height, gap))


def _blocks_of(widths: Sequence[int], gap: int, room: int | None) -> Iterator[list[int]]:
    """The columns that are printed side by side; the first one leads each block."""
    block, used = [0], widths[0]
    for column in range(1, len(widths)):
        if room is not None and used + gap + widths[column] > room and len(block) > 1:
            yield block
            block, used = [0], widths[0]
        block.append(column)
        used += gap + widths[column]
    yield block


def _grid_line(cells: Sequence[tuple[Cell, int]], height: int, gap: str) -> Text:
    line = Text()
    for cell, width in cells:
        text = _one_line(cell.lines[height]) if height < len(cell.lines) else ""
        line.append(text, style=cell.tone.value[0] if cell.tone else "")
        line.append(" " * (width - cell_len(text)) + gap)
    line.rstrip()
    return line


def blocks(title: str, head: str, rows: Sequence[tuple[str, Sequence[Cell]]]) -> None:
    """Print rows of short pieces of text as blocks of colour, each row after its label; `head` stands over them."""
    console = _console(sys.stdout)
    coloured = console.is_terminal and not console.no_color
    width = max((cell_len(label) for label, _ in rows), default=0)
    if title:
        _put(console, Text(title, style="bold"))
    if head:
        _put(console, Text(" " * width + _GAP + head, style="bold"))
    for label, cells in rows:
        line = Text(label + " " * (width - cell_len(label)) + (_GAP if width else ""))
        for cell in cells:
            if coloured or cell.plain is None:
                line.append(_one_line("".join(cell.lines)), style=cell.tone.value[1] if cell.tone else "")
            else:
                line.append(cell.plain)
        _put(console, line)


def _put(console: Console, line: Text) -> None:
    if console.is_terminal:
        console.print(line, soft_wrap=True)
    else:
        sys.stdout.write(f"{line.plain.rstrip()}\n")


def counted(many: int, one: str) -> str:
    """``1 line``, ``3 lines``."""
    return f"{many} {one}{'' if many == 1 else 's'}"


def note(text: str) -> None:
    """Print a sentence."""
    _say(sys.stdout, "", text, "")


def ok(text: str) -> None:
    """Print what is in order."""
    _say(sys.stdout, "✓ ", text, "green")


def warn(text: str) -> None:
    """Print what somebody should look at, to standard error."""
    _say(sys.stderr, "! ", text, "yellow")


def fail(text: str) -> None:
    """Print what is wrong, to standard error."""
    _say(sys.stderr, "✗ ", text, "bold red")


def problems(found: Sequence[Problem]) -> None:
    """Print findings, which come by file, to standard error.

    On a terminal each file heads its own; elsewhere each finding is a line with its place in front, as compilers print
    them, so that editors and logs lead there.
    """
    console = _console(sys.stderr)
    file = None
    for one in found:
        say = fail if one.severity is Severity.ERROR else warn
        if not console.is_terminal:
            say(str(one))
            continue
        if one.file != file:
            console.print(Text(("\n" if file is not None else "") + one.file, style="bold underline"))
            file = one.file
        place = f"{one.line}:{one.column}" if one.line else ""
        say(f"{place:<7} {one.what}")
        if one.hint:
            console.print(Text(f"{'':<10}{one.hint}", style="dim"))


@contextmanager
def step(text: str) -> Iterator[Callable[[str], None]]:
    """Show that something takes a while; the yielded function says how far it is. Ends with the time it took.

    Without a terminal each of these is a line of its own.
    """
    console = _console(sys.stdout)
    began_s = time.monotonic()
    if console.is_terminal:
        with console.status(Text(text)) as status:
            yield lambda news: status.update(Text(f"{text}: {_one_line(news)}"))
    else:
        note(f"{text} …")
        yield lambda news: note(f"{_GAP}{news}")
    ok(f"{text} ({time.monotonic() - began_s:.1f} s)")


PLAIN_EVERY_S = 30.0
"""Where no terminal is: so often a line says how far something is."""


@contextmanager
def progress(title: str, *, quiet: bool = False) -> Iterator[Callable[[int, int, str], None]]:
    """Show how far something is that takes hours. The yielded function is told: done, of how many, and a sentence.

    On a terminal a bar that moves; elsewhere a line now and then, when something has changed; `quiet`: nothing.
    """
    console = _console(sys.stdout)
    if quiet:
        yield lambda _done, _of, _news: None
    elif console.is_terminal:
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        with Progress(*columns, TextColumn("{task.fields[news]}"), console=console) as bars:
            bar = bars.add_task(Text(title).markup, total=None, news="")
            yield lambda done, of, news: bars.update(bar, completed=done, total=of, news=Text(_one_line(news)).markup)
    else:
        yield _Lines(title).tell


class _Lines:
    def __init__(self, title: str) -> None:
        self._title, self._last, self._due_s = title, "", 0.0

    def tell(self, done: int, of: int, news: str) -> None:
        line = f"{self._title}: {done}/{of} {_one_line(news)}"
        now_s = time.monotonic()
        if line != self._last and (now_s >= self._due_s or done == of):
            note(line)
            sys.stdout.flush()
            self._last, self._due_s = line, now_s + PLAIN_EVERY_S


def _console(stream: object) -> Console:
    # made each time: tests and callers may have put another stream in place
    return Console(file=stream, highlight=False, soft_wrap=True)  # type: ignore[arg-type]


def _say(stream: object, mark: str, text: str, style: str) -> None:
    console = _console(stream)
    if not console.encoding.startswith("utf"):
        mark = mark.encode("ascii", "replace").decode()
    console.print(Text(mark + text, style=style), soft_wrap=True)


def _plain(title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    widths = [max(map(cell_len, cells)) for cells in zip(columns, *rows, strict=True)]
    if title:
        yield title
    for row in (columns, *rows):
        cells = [cell + " " * (width - cell_len(cell)) for cell, width in zip(row, widths, strict=True)]
        yield _GAP.join(cells).rstrip()


def _one_line(text: str) -> str:
    """Text from outside does not get to move the cursor."""
    return "".join(character if character.isprintable() else " " for character in text)

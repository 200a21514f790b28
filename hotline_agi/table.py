"""What the commands print for people: tables, coloured sentences, steps that take a while. The only file with rich.

On a terminal there are colours (not with NO_COLOR) and lines; anywhere else, plain text whose columns are aligned and
never cut, so that it can be piped and searched. Chinese characters count as the two columns that they fill.
"""

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from rich import box
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

_GAP = "  "


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

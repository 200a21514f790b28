"""What people see, with and without a terminal."""

import os
import pty
import subprocess
import sys

import pytest
from rich.cells import cell_len

from hotline_agi.table import counted, fail, note, ok, progress, step, table, warn


def test_without_a_terminal_columns_are_aligned_and_nothing_is_cut(capsys: pytest.CaptureFixture[str]) -> None:
    long = "x" * 200
    table("来电 Calls", ["Call", "结果", "Who"], [["a", "留言", 1], ["bcd", "talked", None], [long, "[red]", "李雷"]])
    title, *lines = capsys.readouterr().out.splitlines()
    assert title == "来电 Calls"
    assert long in lines[3] and "[red]" in lines[3]
    starts = [
        cell_len(line[: line.index(word)])
        for line, word in zip(lines, ["结果", "留言", "talked", "[red]"], strict=True)
    ]
    assert len(set(starts)) == 1
    assert lines[2].endswith("talked")  # no blanks at the end


def test_a_table_without_rows_is_its_heads(capsys: pytest.CaptureFixture[str]) -> None:
    table("", ["A", "B"], [])
    assert capsys.readouterr().out == "A  B\n"


def test_sentences_are_plain_and_trouble_goes_to_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    note("all [bold]sorts[/] of 12 things " + "long " * 40 + "end")
    ok("well")
    warn("look")
    fail("wrong")
    out, err = capsys.readouterr()
    assert out.splitlines() == ["all [bold]sorts[/] of 12 things " + "long " * 40 + "end", "✓ well"]
    assert err.splitlines() == ["! look", "✗ wrong"]


def test_one_is_not_many() -> None:
    assert [counted(n, "line") for n in (0, 1, 2)] == ["0 lines", "1 line", "2 lines"]


def test_a_step_says_what_happens_and_how_long_it_took(capsys: pytest.CaptureFixture[str]) -> None:
    with step("Making") as say:
        say("half")
    first, second, last = capsys.readouterr().out.splitlines()
    assert (first, second) == ("Making …", "  half")
    assert last.startswith("✓ Making (0.")


def test_a_step_that_fails_does_not_say_that_it_is_done(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ZeroDivisionError), step("Making"):
        raise ZeroDivisionError
    assert "✓" not in capsys.readouterr().out


def test_text_from_outside_does_not_move_the_cursor(capsys: pytest.CaptureFixture[str]) -> None:
    table("", ["A"], [["\x1b[2Jx\ny"]])
    assert capsys.readouterr().out == "A\n [2Jx y\n"


def on_a_terminal(program: str, **environment: str) -> str:
    """What `program` prints on a terminal of 80 columns."""
    parent, child = pty.openpty()
    clean = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "FORCE_COLOR", "COLUMNS")}
    process = subprocess.Popen(
        [sys.executable, "-c", f"from hotline_agi.table import *\n{program}"],
        stdin=child,
        stdout=child,
        stderr=child,
        env={**clean, "TERM": "xterm-256color", "COLUMNS": "80", "PYTHONIOENCODING": "utf-8", **environment},
    )
    os.close(child)
    octets = b""
    try:
        while chunk := os.read(parent, 4096):
            octets += chunk
    except OSError:  # Linux's way to say that the other side is closed
        pass
    os.close(parent)
    assert process.wait() == 0, octets
    return octets.decode()


def test_a_terminal_gets_colours_unless_no_color_is_set() -> None:
    program = "ok('well'); fail('wrong'); table('T', ['名', 'B'], [['李雷', 1], ['a', 2]])"
    coloured, plain = on_a_terminal(program), on_a_terminal(program, NO_COLOR="1")
    assert "\x1b[32m" in coloured and "\x1b[32m" not in plain and "\x1b[31m" not in plain
    assert "李雷   1" in plain and "a      2" in plain  # two columns for each character


def test_a_long_cell_is_folded_on_a_terminal_and_not_cut() -> None:
    shown = on_a_terminal("table('', ['A', 'B'], [['x' * 150, 'y']])")
    assert shown.count("x") == 150 and "…" not in shown


def test_a_step_on_a_terminal_ends_with_its_time() -> None:
    assert "Making (0." in on_a_terminal("with step('Making') as say: say('half')")


GRID = """
head = [Cell(("",)), Cell(("Mon", "节日"), Tone.HEAD), Cell(("Tue",), Tone.HEAD)]
rows = [
    [Cell(("night",)), Cell(("! 0/1", "李雷"), Tone.SHORT), Cell(("bo", "cy", "dee"), Tone.FINE)],
    [Cell(("day",)), Cell(("[red]",), Tone.NOBODY), Cell(("\\x1b[2J",))],
]
grid("T", head, rows)
"""


def test_a_grid_keeps_each_person_on_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    exec(f"from hotline_agi.table import *\n{GRID}")
    assert capsys.readouterr().out.splitlines() == [
        "T",
        "       Mon    Tue",
        "       节日",
        "night  ! 0/1  bo",
        "       李雷   cy",
        "              dee",
        "",
        "day    [red]   [2J",
    ]


def test_a_grid_has_colours_on_a_terminal() -> None:
    shown = on_a_terminal(GRID)
    assert "\x1b[33m! 0/1" in shown and "\x1b[32mbo" in shown and "\x1b[1;31m[red]" in shown
    assert "\x1b[2J" not in shown


def test_a_grid_that_is_too_wide_goes_on_below_under_its_heads() -> None:
    program = "grid('', [Cell(('',))] + [Cell((f'h{n}',)) for n in range(7)],"
    program += " [[Cell(('slot',))] + [Cell((f'{n}' * 20,)) for n in range(7)]])"
    plain = on_a_terminal(program, NO_COLOR="1").splitlines()
    assert [line.split() for line in plain] == [
        ["h0", "h1", "h2"],
        ["slot", "0" * 20, "1" * 20, "2" * 20],
        [],
        ["h3", "h4", "h5"],
        ["slot", "3" * 20, "4" * 20, "5" * 20],
        [],
        ["h6"],
        ["slot", "6" * 20],
    ]
    assert max(map(len, plain)) <= 80
    # the gaps become narrower before anything goes below
    narrow = program.replace("* 20", "* 9").replace("slot", "s" * 10)
    assert len(on_a_terminal(narrow, NO_COLOR="1").splitlines()) == 2


BLOCKS = "blocks('T', '00', [('Mon', [Cell(('2',), Tone.FINE), Cell(('1',), Tone.SHORT, plain='!')]), ('周二', [])])"


def test_blocks_are_signs_without_colours(capsys: pytest.CaptureFixture[str]) -> None:
    exec(f"from hotline_agi.table import *\n{BLOCKS}")
    assert capsys.readouterr().out == "T\n      00\nMon   2!\n周二\n"
    assert "Mon   2!" in on_a_terminal(BLOCKS, NO_COLOR="1")


def test_blocks_are_numbers_on_colours() -> None:
    shown = on_a_terminal(BLOCKS)
    assert "2!" not in shown
    assert shown.count("\x1b[30;48;5;") == 1 and shown.count("\x1b[1;30;48;5;") == 1


PROGRESS = """
with progress('Spring [2026]') as shown:
    shown(1, 10, '2 up')
    shown(10, 10, '[nobody is due]')
"""


def test_how_far_something_is_moves_on_a_terminal_and_is_a_line_now_and_then_elsewhere(
    capsys: pytest.CaptureFixture[str],
) -> None:
    shown = on_a_terminal(PROGRESS)
    assert "Spring [2026]" in shown and "10/10" in shown and "[nobody is due]" in shown
    with progress("Spring") as told:
        told(1, 10, "2 up")
        told(2, 10, "2 up")  # 30 s have not passed
        told(10, 10, "0 up")
        told(10, 10, "0 up")
    assert capsys.readouterr().out.splitlines() == ["Spring: 1/10 2 up", "Spring: 10/10 0 up"]
    with progress("Spring", quiet=True) as told:
        told(1, 10, "2 up")
    assert capsys.readouterr().out == ""

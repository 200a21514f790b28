"""Changes to the text of a roster, at random places: those that must not matter, and those that may."""

import random
import re
from collections.abc import Callable

Change = Callable[[str, random.Random], str]


def _lines(text: str) -> list[str]:
    return text.splitlines(keepends=True)


# ---- what must not matter

WORDS = ("# 备注", "#", "# {[ : - & * ! % ... <<<<<<<", "#a: b", "  # - x", "# \u200d \U0001f600 '\"")


def comment_line(text: str, dice: random.Random) -> str:
    lines = _lines(text)
    lines.insert(dice.randrange(len(lines)), dice.choice(WORDS) + "\n")  # not behind the end marker
    return "".join(lines)


def comment_at_the_end_of_a_line(text: str, dice: random.Random) -> str:
    lines = _lines(text)
    n = dice.randrange(len(lines) - 1)  # not at the end marker
    lines[n] = lines[n].rstrip("\n") + " " + dice.choice(WORDS) + "\n"
    return "".join(lines)


def another_comment(text: str, dice: random.Random) -> str:
    found = [match for match in re.finditer(r"(?m)(?:^| )#(.*)$", text) if match[1]]
    if not found:
        return text
    at = dice.choice(found)
    place = dice.randrange(at.start(1), at.end(1))
    return text[:place] + dice.choice(":{}[]#&*- \"'0,é时") + text[place + 1 :]


def blank_line(text: str, dice: random.Random) -> str:
    lines = _lines(text)
    lines.insert(dice.randrange(len(lines) + 1), dice.choice(("\n", "  \n", "\n\n")))
    return "".join(lines)


def blanks_at_the_end_of_a_line(text: str, dice: random.Random) -> str:
    lines = _lines(text)
    n = dice.randrange(len(lines))
    lines[n] = lines[n].rstrip("\n") + " " * dice.randint(1, 3) + "\n"
    return "".join(lines)


def wider_gap(text: str, dice: random.Random) -> str:
    """More blanks after a colon, comma, dash or bracket; comments may grow too."""
    at = dice.choice([match.end() for match in re.finditer(r": |, |(?m:^ *- )|[{\[]", text)])
    return text[:at] + " " * dice.randint(1, 3) + text[at:]


def deeper_everywhere(text: str, dice: random.Random) -> str:
    return re.sub(r"(?m)^(?= )", " " * dice.randint(1, 4), text)


def windows_line_ends(text: str, dice: random.Random) -> str:
    return text.replace("\n", "\r\n")


HARMLESS: tuple[Change, ...] = (
    comment_line,
    comment_at_the_end_of_a_line,
    another_comment,
    blank_line,
    blanks_at_the_end_of_a_line,
    wider_gap,
    deeper_everywhere,
    windows_line_ends,
)


# ---- what may matter


def drop_lines(text: str, dice: random.Random) -> str:
    lines = _lines(text)
    n = dice.randrange(len(lines))
    del lines[n : n + dice.choice((1, 1, 1, 2, 5))]
    return "".join(lines)


def double_a_line(text: str, dice: random.Random) -> str:
    lines = _lines(text)
    lines.insert(dice.randrange(len(lines)), dice.choice(lines))
    return "".join(lines)


def exchange_lines(text: str, dice: random.Random) -> str:
    lines = _lines(text)
    one, other = dice.randrange(len(lines)), dice.randrange(len(lines))
    lines[one], lines[other] = lines[other], lines[one]
    return "".join(lines)


def change_a_character(text: str, dice: random.Random) -> str:
    at = dice.randrange(len(text))
    return text[:at] + dice.choice("abz019-_:,.{}[]'\"#&*!%~ \n\t，：时\ufeff\x00") + text[at + 1 :]


def drop_characters(text: str, dice: random.Random) -> str:
    at = dice.randrange(len(text))
    return text[:at] + text[at + dice.choice((1, 1, 2, 8)) :]


def indent_a_line(text: str, dice: random.Random) -> str:
    lines = _lines(text)
    n = dice.randrange(len(lines))
    lines[n] = dice.choice((" ", "  ")) + lines[n] if dice.random() < 0.5 else lines[n].removeprefix("  ")
    return "".join(lines)


WORD = re.compile(r"[\w:.-]*\w")


def exchange_values(text: str, dice: random.Random) -> str:
    """A word of the file in the place of another."""
    words = list(WORD.finditer(text))
    at = dice.choice(words)
    return text[: at.start()] + dice.choice(words)[0] + text[at.end() :]


def another_number(text: str, dice: random.Random) -> str:
    at = dice.choice(list(re.finditer("[0-9]+", text)) or [re.match("", text)])
    assert at is not None
    return text[: at.start()] + f"{dice.randrange(32):0{len(at[0])}}" + text[at.end() :]


def drop_an_item(text: str, dice: random.Random) -> str:
    items = list(re.finditer(r"(?<=[\[{])[^\[\]{},]+, |, [^\[\]{},]+(?=[\]}])", text))
    if not items:
        return text
    at = dice.choice(items)
    return text[: at.start()] + text[at.end() :]


def exchange_items(text: str, dice: random.Random) -> str:
    """``[a, b]`` → ``[b, a]``."""
    pairs = list(re.finditer(r"\[([^\[\]{},]+), ([^\[\]{},]+)", text))
    if not pairs:
        return text
    at = dice.choice(pairs)
    return f"{text[: at.start()]}[{at[2]}, {at[1]}{text[at.end() :]}"


HARMFUL: tuple[Change, ...] = (
    drop_lines,
    double_a_line,
    exchange_lines,
    change_a_character,
    drop_characters,
    indent_a_line,
    exchange_values,
    another_number,
    drop_an_item,
    exchange_items,
)

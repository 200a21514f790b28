"""Changes of an input that a search of branches would take long to come upon: words of the formats, lines in another
order, lengths just at a limit, what is no UTF-8, numbers without end."""

import random
import re
from collections.abc import Sequence

_DIGITS = re.compile(rb"[0-9]+")
NUMBERS = (*(b"0", b"-1", b"1.5", b"99", b"9999", b"9" * 10, b"9" * 20), *(b"9" * 400, b"9" * 5000) * 2)
NASTY = (
    *(b"\n", b"\r\n", b"\r", b"\n\n", b"\r\n\r\n", b"\0", b"\t", b" ", b"\x85", b"\xe2\x80\xa8", b"\xe2\x80\xae"),
    *(b"\xff\xfe", b"\xef\xbb\xbf", b"\xed\xa0\x80", b"\xc3", b"\xf0\x9f\x98", b"%0d%0a", b"\\u0000", b"\\ud800"),
    *(b"-1", b"0", b"1e400", b"nan", b"Infinity", b"9" * 20, b"9" * 5000, b"\xc2\xb2", b"\xd9\xa3", b"2147483648"),
    *(
        b"${SHELL(id)}",
        b"'",
        b'"',
        b",",
        b";",
        b":",
        b": ",
        b"=",
        b"{",
        b"}",
        b"[",
        b"]",
        b"[" * 3000,
        b"null",
        b"true",
    ),
    *(
        "，".encode(),
        "：".encode(),
        "\u3000".encode(),
        b"../../etc/passwd",
        b"...",
        b"---",
        b"&a",
        b"*a",
        b"!!python/x",
    ),
)


def changed(content: bytes, dice: random.Random, words: Sequence[bytes] = (), sizes: Sequence[int] = ()) -> bytes:
    """`content` with one to four changes.

    :param words: of the format; taken as often as the nasty ones.
    :param sizes: limits of the parser: now and then a line is stretched until the whole is about so long.
    """
    for _ in range(dice.choice((1, 1, 1, 2, 2, 4))):
        content = _one(content, dice, words, sizes)
    return content


def _one(content: bytes, dice: random.Random, words: Sequence[bytes], sizes: Sequence[int]) -> bytes:
    at = dice.randrange(len(content) + 1)
    until = min(len(content), at + dice.choice((0, 1, 1, 2, 4, 8, 32)))
    word = dice.choice(words if words and dice.random() < 0.6 else NASTY)
    kind = dice.randrange(14)
    if kind < 3:
        return content[:at] + word + content[at:]
    if kind < 5:
        return content[:at] + word + content[until:]
    if kind == 5:
        return content[:at] + content[until:]
    if kind == 6:
        return content[:at] + dice.randbytes(until - at or 1) + content[until:]
    if kind == 7:
        return content[:at] + content[at:until] * dice.choice((2, 3, 50)) + content[until:]
    if kind == 8:
        return content[:at]
    if kind == 9 and sizes:
        missing = dice.choice(sizes) + dice.randint(-3, 3) - len(content)
        return content[:at] + dice.choice((b"x", b"0", b"\n", word[:1] or b"x")) * max(0, missing) + content[at:]
    if kind == 10:
        return _another_number(content, dice)
    return _lines(content, dice, word)


def _another_number(content: bytes, dice: random.Random) -> bytes:
    found = list(_DIGITS.finditer(content))
    if not found:
        return content
    at = dice.choice(found)
    return content[: at.start()] + dice.choice(NUMBERS) + content[at.end() :]


def value_changed(content: bytes, dice: random.Random, word: bytes) -> bytes:
    """A line ``name: value`` gets a number or `word` for its value, or `word` behind it."""
    lines = content.splitlines(keepends=True) or [b""]
    one = dice.randrange(len(lines))
    bare = lines[one].rstrip(b"\r\n")
    end = lines[one][len(bare) :]
    name, colon, _ = bare.partition(b":")
    lines[one] = (
        dice.choice((bare + word, name + colon + b" " + word, name + colon + b" " + dice.choice(NUMBERS))) + end
    )
    return b"".join(lines)


def _lines(content: bytes, dice: random.Random, word: bytes) -> bytes:
    lines = content.splitlines(keepends=True) or [b""]
    one, other = dice.randrange(len(lines)), dice.randrange(len(lines))
    kind = dice.randrange(5)
    if kind == 0:
        lines[one], lines[other] = lines[other], lines[one]
    elif kind == 1:
        lines.insert(one, lines[other])
    elif kind == 2:
        del lines[one]
    else:
        return value_changed(content, dice, word)
    return b"".join(lines)


def pieces(content: bytes, most: int = 12) -> list[bytes]:
    """`content` cut at places that depend on it alone, so that a finding comes again."""
    dice = random.Random(len(content) * 1_000_003 + sum(content[:4096]))
    cuts = [dice.randrange(len(content) + 1) for _ in range(dice.randrange(most))]
    ends = [found.end() for found in re.finditer(b"\n", content[:4096])]
    cuts = sorted([*cuts, dice.choice(ends)] if ends and dice.random() < 0.5 else cuts)
    if dice.random() < 0.3 and cuts:
        cuts = sorted({*cuts, *range(max(0, len(content) - 6), len(content))})  # byte by byte where it ends
    return [content[start:end] for start, end in zip([0, *cuts], [*cuts, len(content)], strict=True)]

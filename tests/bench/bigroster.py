"""Rosters of any size as text, seeded: many lines, seven slots a day, month rosters for every day, some covers.

The shape is that of the founding case, a hundred times: about a hundred people a line, three to five in each slot.
"""

import random
from collections.abc import Iterator
from datetime import date, timedelta

SLOTS = (
    ("deep-night", "02:00", "06:00"),
    ("early", "06:00", "09:00"),
    ("morning", "09:00", "12:00"),
    ("noon", "12:00", "15:00"),
    ("afternoon", "15:00", "18:00"),
    ("evening", "18:00", "22:00"),
    ("night", "22:00", "02:00"),
)
ZONES = ("Asia/Shanghai", "Europe/Berlin", "America/Santiago", "Australia/Lord_Howe")


def big_roster(
    volunteers: int, *, lines: int, first: date, days: int = 28, seed: int = 1
) -> tuple[dict[str, bytes], bytes]:
    """The files of a rosters folder by path, and the contacts that go with them.

    :param first: the first day of the month rosters; they cover `days` days.
    """
    dice = random.Random(seed)
    people = [f"v{number:05}" for number in range(volunteers)]
    shares = [people[n::lines] for n in range(lines)]
    files: dict[str, str] = {}
    for number, own in enumerate(shares):
        folder = f"line-{number:03}"
        files[f"{folder}/line.yaml"] = _line(number)
        files[f"{folder}/people.yaml"] = "volunteers:\n" + "".join(_person(who, dice) for who in own) + "...\n"
        files[f"{folder}/shifts.yaml"] = "shifts:\n" + "".join(_slot(slot, own, dice) for slot in SLOTS) + "...\n"
        files[f"{folder}/covers.yaml"] = "covers:\n" + "".join(_covers(own, first, days, dice)) + "...\n"
        for month, text in _months(own, first, days, dice):
            files[f"{folder}/months/{month}.yaml"] = text
    contacts = "contacts:\n" + "".join(f"  {who}: +447700{900000 + n:06}\n" for n, who in enumerate(people)) + "...\n"
    return {path: text.encode() for path, text in files.items()}, contacts.encode()


def _line(number: int) -> str:
    return (
        f"name: {{zh: 热线{number}, en: Line {number}}}\n"
        f"time_zone: {ZONES[number % len(ZONES)]}\n"
        f'numbers: ["01632{960000 + number:06}"]\n'
        "ring: [{ring: 3, for_s: 15}, {ring: everybody, for_s: 20}, {ring: backup, for_s: 20}]\n"
        "...\n"
    )


def _person(who: str, dice: random.Random) -> str:
    text = f"  {who}:\n    name: 志愿者 {who}\n    languages: [{dice.choice(('zh', 'zh, en', 'zh, yue'))}]\n"
    text += f"    endpoints: [softphone: sp-{who}, mobile]\n"
    if dice.random() < 0.2:
        text += "    qualifications: [crisis]\n    limits: {calls_per_shift: 8, rest_after_night_h: 8}\n"
    if dice.random() < 0.05:
        text += "    quiet: [{from: 01:00, until: 05:00}]\n"
    return text


def _slot(slot: tuple[str, str, str], own: list[str], dice: random.Random) -> str:
    name, start, until = slot
    week = "".join(f"      {day}: {_some(own, dice)}\n" for day in ("mon-fri", '"sat, sun"'))
    return (
        f"  {name}:\n    from: {start}\n    until: {until}\n    min: 2\n    people:\n{week}"
        f"    backup: {_some(own, dice)}\n"
    )


def _months(own: list[str], first: date, days: int, dice: random.Random) -> Iterator[tuple[str, str]]:
    found: dict[str, list[str]] = {}
    for n in range(days):
        day = first + timedelta(days=n)
        cells = ", ".join(f"{slot}: {_some(own, dice)}" for slot, *_ in SLOTS)
        found.setdefault(f"{day:%Y-%m}", []).append(f"  {day}: {{{cells}}}\n")
    for month, texts in found.items():
        yield month, "people:\n" + "".join(texts) + "...\n"


def _covers(own: list[str], first: date, days: int, dice: random.Random) -> Iterator[str]:
    for _ in range(max(1, len(own) // 10)):
        day = first + timedelta(days=dice.randrange(days))
        who, instead = dice.sample(own, 2) if len(own) > 1 else (own[0], own[0])
        if dice.random() < 0.5:
            yield f"  - {{sick: {who}, from: {day}, until: {day + timedelta(days=2)}}}\n"
        else:
            yield f"  - {{extra: {instead}, date: {day}, slot: {dice.choice(SLOTS)[0]}}}\n"


def _some(own: list[str], dice: random.Random) -> str:
    return "[" + ", ".join(dice.sample(own, min(len(own), dice.randint(3, 5)))) + "]"

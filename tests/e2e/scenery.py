"""A small line for the stories: its roster as text, with times short enough for a test."""

from collections.abc import Sequence
from dataclasses import dataclass, field

HOTLINE = "01632960100"
CALLER = "07700900999"
OVERFLOW = "01632960199"


def mobile_of(number: int) -> str:
    """The invented mobile number of volunteer `number` (Ofcom keeps 07700 900000-900999 for fiction)."""
    return f"07700900{number:03d}"


@dataclass(kw_only=True)
class Scenery:
    """One line `test`, in English. Softphone people are called s01, s02…, mobile people m01, m02…"""

    softphones: int = 2
    mobiles: int = 0
    backup_softphones: int = 0
    """The last ones of `softphones` are not on shift but backup."""
    ring: str = "[{ring: everybody, for_s: 20}]"
    ring_timeout_s: int = 15
    max_wait_s: int = 60
    wrap_up_s: int = 0
    comfort_every_s: int = 10
    overflow: str = "[message, directory]"
    opening: str = "always"
    closed: str = "[message, directory]"
    nobody_on_shift: bool = False
    confirm_softphones: bool = False
    extra_line: str = ""
    extra_endpoints: dict[str, str] = field(default_factory=dict)
    """Volunteer → endpoints text, in place of the usual one."""
    extra_contacts: dict[str, str] = field(default_factory=dict)
    """Volunteer → number, for mobiles that stand in `extra_endpoints`."""
    pins: dict[str, str] = field(default_factory=dict)
    """Volunteer → PIN for the service number."""

    @property
    def accounts(self) -> tuple[str, ...]:
        """PJSIP names of the softphones."""
        return tuple(f"s{n:02d}" for n in range(1, self.softphones + 1))

    def files(self) -> dict[str, str]:
        return {"test/line.yaml": self._line(), "test/people.yaml": self._people(), "test/shifts.yaml": self._shifts()}

    def contacts(self) -> str:
        numbers = {f"m{n:02d}": mobile_of(n) for n in range(1, self.mobiles + 1)} | self.extra_contacts
        if self._transfers:
            numbers["switchboard"] = OVERFLOW
        text = _table("contacts", numbers) if numbers else "contacts: {}\n"
        return text + (_table("pins", self.pins) if self.pins else "") + "...\n"

    @property
    def _transfers(self) -> bool:
        return "transfer" in self.overflow + self.closed

    def _line(self) -> str:
        transfer = "transfer: {contact: switchboard, timeout_s: 10}\n" if self._transfers else ""
        return (
            "name: {zh: 测试, en: Test}\ntime_zone: Asia/Shanghai\nlanguage: en\n"
            f'numbers: ["{HOTLINE}"]\nopening: {self.opening}\nring: {self.ring}\n'
            f"ring_timeout_s: {self.ring_timeout_s}\nmax_wait_s: {self.max_wait_s}\nwrap_up_s: {self.wrap_up_s}\n"
            f"comfort_every_s: {self.comfort_every_s}\noverflow: {self.overflow}\nclosed: {self.closed}\n"
            f"{transfer}{self.extra_line}...\n"
        )

    def _people(self) -> str:
        how = "{{name: {name}, confirm: yes}}" if self.confirm_softphones else "{name}"
        lines = ["volunteers:\n"]
        for name in self.accounts:
            endpoints = self.extra_endpoints.get(name, f"[{{softphone: {how.format(name=name)}}}]")
            lines.append(f"  {name}: {{name: Volunteer {name}, languages: [en], endpoints: {endpoints}}}\n")
        for n in range(1, self.mobiles + 1):
            lines.append(f"  m{n:02d}: {{name: Volunteer m{n:02d}, languages: [en], endpoints: [mobile]}}\n")
        return "".join(lines) + "...\n"

    def _shifts(self) -> str:
        on_shift = list(self.accounts[: self.softphones - self.backup_softphones])
        on_shift += [f"m{n:02d}" for n in range(1, self.mobiles + 1)]
        backup = list(self.accounts[self.softphones - self.backup_softphones :])
        if self.nobody_on_shift:
            on_shift, backup = [], []
        return (
            "shifts:\n"
            + _shift("early", "00:00", "12:00", on_shift, backup)
            + _shift("late", "12:00", "00:00", on_shift, backup)
            + "...\n"
        )


def _table(name: str, rows: dict[str, str]) -> str:
    return f"{name}:\n" + "".join(f"  {who}: '{value}'\n" for who, value in rows.items())


def _shift(slot: str, start: str, until: str, people: Sequence[str], backup: Sequence[str]) -> str:
    text = f"  {slot}:\n    from: {start}\n    until: {until}\n    people: [{', '.join(people)}]\n"
    return text + (f"    backup: [{', '.join(backup)}]\n" if backup else "")

"""Where the chaos happens: lines of one hotline with a handful of volunteers each. Pure: texts only.

Many small lines instead of a big one, since the dialplan in survival rings everybody of a line for each of its callers,
and since a phone that rings for nobody is only seen where no other caller waits on its line.
"""

from dataclasses import dataclass

PEOPLE = 6
MOBILES = 2
"""Of the people of a line; the last ones."""
RING_TIMEOUT_S = 12
MAX_WAIT_S = 60
OVERFLOW = "01632960199"
"""Put through to from every third line."""
LOGGED = "chaos-call"
"""In Asterisk's log before a caller's channel id and their SIP Call-ID: how a phone's call finds its record."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    number: int
    """From 0."""

    @property
    def id(self) -> str:
        return f"line{self.number:02}"

    @property
    def did(self) -> str:
        """What callers dial (Ofcom keeps 01632 960000-960999 for fiction)."""
        return f"016329602{self.number:02}"

    @property
    def people(self) -> tuple[str, ...]:
        """Ids of the volunteers; of a softphone also the name of its account."""
        return tuple(f"{'m' if n >= PEOPLE - MOBILES else 's'}{self.number:02}-{n}" for n in range(PEOPLE))

    @property
    def softphones(self) -> tuple[str, ...]:
        return self.people[: PEOPLE - MOBILES]

    @property
    def mobiles(self) -> dict[str, str]:
        """Volunteer → number (Ofcom keeps 07700 900000-900999)."""
        names = self.people[PEOPLE - MOBILES :]
        return {name: f"07700900{self.number * MOBILES + n:03}" for n, name in enumerate(names)}

    @property
    def transfers(self) -> bool:
        return self.number % 3 == 2

    def on_shift(self, variant: int) -> tuple[str, ...]:
        """In the second variant of the roster the first and the last one have the day off."""
        return self.people[1:-1] if variant else self.people


def roster(lines: list[Line], variant: int = 0, broken: bool = False) -> tuple[dict[str, str], str]:
    """The files of the rosters folder by path, and the contacts; `broken`: one file ends in the middle."""
    files = {}
    contacts = {"switchboard": OVERFLOW}
    for line in lines:
        overflow = "[transfer, message, directory]" if line.transfers else "[message, directory]"
        transfer = "transfer: {contact: switchboard, timeout_s: 10}\n" if line.transfers else ""
        files[f"{line.id}/line.yaml"] = (
            f'name: {{zh: 测试, en: Chaos}}\ntime_zone: Asia/Shanghai\nlanguage: en\nnumbers: ["{line.did}"]\n'
            "opening: always\nring: [{ring: adaptive, for_s: 8}, {ring: everybody, for_s: 12}]\n"
            f"ring_timeout_s: {RING_TIMEOUT_S}\nmax_wait_s: {MAX_WAIT_S}\nwrap_up_s: 0\ncomfort_every_s: 10\n"
            f"overflow: {overflow}\nclosed: [message, directory]\n{transfer}...\n"
        )
        files[f"{line.id}/people.yaml"] = (
            "volunteers:\n"
            + "".join(
                f"  {name}: {{name: Volunteer {name}, languages: [en], "
                f"endpoints: [{'mobile' if name in line.mobiles else f'{{softphone: {name}}}'}]}}\n"
                for name in line.people
            )
            + "...\n"
        )
        people = ", ".join(line.on_shift(variant))
        files[f"{line.id}/shifts.yaml"] = (
            "shifts:\n"
            + "".join(
                f"  {slot}:\n    from: {start}\n    until: {until}\n    people: [{people}]\n"
                for slot, start, until in (("early", "00:00", "12:00"), ("late", "12:00", "00:00"))
            )
            + "...\n"
        )
        contacts |= line.mobiles
    if broken:
        path = f"{lines[-1].id}/shifts.yaml"
        files[path] = files[path][: len(files[path]) // 2]
    return files, "contacts:\n" + "".join(f"  {who}: '{number}'\n" for who, number in contacts.items()) + "...\n"


def dialplan(lines: list[Line]) -> str:
    """Before the product's own first step each call is logged; everything else is the product's."""
    return "\n[hotline-in]\n" + "".join(
        f"exten => {line.did},1,Log(NOTICE,{LOGGED} ${{UNIQUEID}} ${{CHANNEL(pjsip,call-id)}})\n"
        " same => n,Set(HOTLINE_DID=${EXTEN})\n same => n,Goto(hotline,s,1)\n"
        for line in lines
    )

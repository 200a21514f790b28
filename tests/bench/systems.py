"""The three systems that are compared, on one Asterisk: bare `Dial`, `Queue` with ringall, and this product.

Every group is five softphones and one number per system. All systems ring the same phones of a group. `Dial` and
`Queue` do not answer the caller first, so nothing stands before their first INVITE; `Queue` has no announcements, no
pauses and plays the product's greeting as its music. Numbers enter through the product's trunk and its `[hotline-in]`.
"""

from dataclasses import dataclass

PHONES = 5
DIAL, QUEUE, PRODUCT = "Dial", "Queue", "hotline"
SYSTEMS = (DIAL, QUEUE, PRODUCT)
_PREFIX = {DIAL: "01632961", QUEUE: "01632962", PRODUCT: "01632963"}

QUEUES_GENERAL = """[general]
persistentmembers = no
autofill = yes
shared_lastcall = no
log_membername_as_agent = no
"""
QUIET_QUEUE = """wrapuptime = 0
memberdelay = 0
autopause = no
joinempty = yes
leavewhenempty = no
announce-frequency = 0
announce-holdtime = no
announce-position = no
periodic-announce-frequency = 0
"""
"""Nothing that a caller or a member would wait for."""
_QUEUE = """
[q{group}](bench)
{members}
"""
_QUEUES = (
    QUEUES_GENERAL
    + """
[bench](!)
strategy = ringall
musicclass = hotline-greet-en
timeout = 60
retry = 1
autofill = yes
ringinuse = yes
"""
    + QUIET_QUEUE
)


@dataclass(frozen=True, slots=True)
class Group:
    """Five volunteers."""

    number: int

    @property
    def accounts(self) -> tuple[str, ...]:
        return tuple(f"s{self.number:03}-{n}" for n in range(1, PHONES + 1))

    def did(self, system: str) -> str:
        """What a caller dials to reach this group through this system."""
        return f"{_PREFIX[system]}{self.number:03}"


def group_of(account: str) -> int:
    """The group's number."""
    return int(account[1:4])


def dialplan(groups: list[Group]) -> str:
    """The comparison's numbers, beside the product's patterns."""
    lines = ["", "[hotline-in]"]
    for group in groups:
        targets = "&".join(f"PJSIP/{account}" for account in group.accounts)
        lines.append(f"exten => {group.did(DIAL)},1,Dial({targets})")
        lines.append(f"exten => {group.did(QUEUE)},1,Queue(q{group.number})")
    return "\n".join(lines) + "\n"


def queues(groups: list[Group]) -> str:
    """queues.conf."""
    return _QUEUES + "".join(
        _QUEUE.format(group=group.number, members="\n".join(f"member => PJSIP/{account}" for account in group.accounts))
        for group in groups
    )


def roster(groups: list[Group]) -> dict[str, str]:
    """One line per group: everybody rings, picking up accepts, no rest after a talk."""
    files = {}
    for group in groups:
        folder = f"bench{group.number}"
        people = ", ".join(group.accounts)
        files[f"{folder}/line.yaml"] = (
            "name: {zh: 试, en: Bench}\ntime_zone: Asia/Shanghai\nlanguage: en\n"
            f'numbers: ["{group.did(PRODUCT)}"]\nopening: always\nring: [{{ring: everybody, for_s: 60}}]\n'
            "ring_timeout_s: 60\nmax_wait_s: 120\nwrap_up_s: 0\ncomfort_every_s: 30\n"
            "overflow: [message, directory]\nclosed: [message, directory]\n...\n"
        )
        volunteers = "".join(
            f"  {name}: {{name: {name}, languages: [en], endpoints: [{{softphone: {name}}}]}}\n"
            for name in group.accounts
        )
        files[f"{folder}/people.yaml"] = f"volunteers:\n{volunteers}...\n"
        shifts = "".join(
            f"  {slot}:\n    from: {start}\n    until: {until}\n    people: [{people}]\n"
            for slot, start, until in (("early", "00:00", "12:00"), ("late", "12:00", "00:00"))
        )
        files[f"{folder}/shifts.yaml"] = f"shifts:\n{shifts}...\n"
    return files

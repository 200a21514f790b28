"""Where `surge` is played: a hall is one system with its own number and its own thirty volunteers, for one load.

All halls stand in one Asterisk and one service. The queues have the best settings that are known for this job, from the
source of app_queue of Asterisk 22:

  retry = 1          the least there is: 0 becomes the default of 5 s (`queue_set_param`)
  timeout = 15       as long as the slowest volunteer takes; longer rings only those longer who will not answer. In a
                     ringall attempt who comes free meanwhile is not rung before the next attempt (`ring_one`)
  autofill = yes     callers behind the first are served too
  ringinuse = no     nobody is rung by two calls at once (`can_ring_entry`)
  wrapuptime, memberdelay 0; no announcements, no autopause

A mobile of a queue is a Local channel of its own with a confirm routine within: `Queue` sees the answer only after the
key 1, so no mailbox wins, and no mailbox stops the other phones. Its state is a custom one, set for as long as the
mobile's own leg lives. The Local channel's own (`local_devicestate`) is free again as soon as the queue drops it, while
the confirm routine of a cancelled leg goes on for seconds: in a trial a fifth of all rings met a mobile still in use.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from tests.bench.surge_figures import HOTLINE, RINGALL
from tests.bench.surge_people import VOLUNTEERS, Draws, Load
from tests.bench.systems import QUEUES_GENERAL, QUIET_QUEUE

RING_PLAN = "ring: [{ring: adaptive, for_s: 120}]\norder: longest-idle\ncallers: {service_level_s: 30, yields_s: 60}\n"
"""Of this product, the same for all loads: as few phones as are enough, and who has waited more than 30 s lets those
pass, for a minute at most, who can still be answered within them."""

RING_S = 15
MAX_WAIT_S = 900

_QUEUE = (
    """
[q{hall}]
strategy = {strategy}
musicclass = hotline-greet-en
timeout = {ring_s}
retry = 1
autofill = yes
ringinuse = no
"""
    + QUIET_QUEUE
    + """{members}
"""
)
_CONFIRM = """
[bench-confirm]
exten => s,1,Set(TRY=0)
 same => n(again),Read(KEY,hotline/accept,1,,1,4)
 same => n,GotoIf($["${KEY}"="1"]?yes)
 same => n,Set(TRY=$[${TRY} + 1])
 same => n,GotoIf($[${TRY} < 2]?again)
 same => n,Set(GOSUB_RESULT=CONTINUE)
 same => n(yes),Return()

[bench-free]
exten => s,1,Set(DEVICE_STATE(Custom:${ARG1})=NOT_INUSE)
 same => n,Return()

[bench-mobile]
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hall:
    number: int
    """From 0; all accounts and numbers are made of it."""
    load: Load
    system: str

    @property
    def did(self) -> str:
        """What callers dial."""
        return f"016329608{self.number:02}"

    @property
    def volunteers(self) -> tuple[str, ...]:
        """Their ids, which are the PJSIP names of those with a softphone."""
        return tuple(f"v{self.number:02}-{n:02}" for n in range(VOLUNTEERS))

    def number_of(self, volunteer: int) -> str | None:
        """Of a mobile; None for a softphone."""
        if not Draws(seed=0, load=self.load).is_mobile(volunteer):
            return None
        return f"+441632{961000 + self.number * VOLUNTEERS + volunteer}"

    @property
    def softphones(self) -> tuple[str, ...]:
        return tuple(name for n, name in enumerate(self.volunteers) if self.number_of(n) is None)


def halls_of(loads: Sequence[Load], systems: Sequence[str]) -> list[Hall]:
    places = [(load, system) for load in loads for system in systems]
    return [Hall(number=number, load=load, system=system) for number, (load, system) in enumerate(places)]


def queues(halls: Sequence[Hall]) -> str:
    """queues.conf."""
    return QUEUES_GENERAL + "".join(
        _QUEUE.format(
            hall=hall.number,
            strategy="ringall" if hall.system == RINGALL else "rrmemory",
            ring_s=RING_S,
            members="\n".join(f"member => {_interface(hall, n)}" for n in range(VOLUNTEERS)),
        )
        for hall in halls
        if hall.system != HOTLINE
    )


def dialplan(halls: Sequence[Hall]) -> str:
    """The queues' numbers beside the product's patterns, and their mobiles."""
    of_queues = [hall for hall in halls if hall.system != HOTLINE]
    lines = ["", "[hotline-in]"]
    for hall in of_queues:
        lines += [
            f"exten => {hall.did},1,Set(CHANNEL(language)=en)",
            " same => n,Answer(,i)",
            f" same => n,Queue(q{hall.number})",
            " same => n,Hangup(16)",
        ]
    mobiles = [
        f"exten => {name},1,Set(CHANNEL(hangup_handler_push)=bench-free,s,1({name}))\n"
        f" same => n,Set(DEVICE_STATE(Custom:{name})=INUSE)\n"
        f" same => n,Dial(PJSIP/{number}@trunk,60,iIU(bench-confirm))\n same => n,Hangup(${{HANGUPCAUSE}})"
        for hall in of_queues
        for n, name in enumerate(hall.volunteers)
        if (number := hall.number_of(n))
    ]
    return "\n".join(lines) + "\n" + _CONFIRM + "\n".join(mobiles) + "\n"


def roster(halls: Sequence[Hall]) -> tuple[dict[str, str], str]:
    """The files of the rosters folder by path, and the contacts: a line for each of the product's halls."""
    files, contacts = {}, ""
    for hall in halls:
        if hall.system != HOTLINE:
            continue
        folder = f"hall{hall.number:02}"
        files[f"{folder}/line.yaml"] = (
            f"name: {{zh: 试, en: Bench {hall.load.name}}}\ntime_zone: Asia/Shanghai\nlanguage: en\n"
            f'numbers: ["{hall.did}"]\nopening: always\n{RING_PLAN}'
            f"ring_timeout_s: {RING_S}\nmax_wait_s: {MAX_WAIT_S}\nwrap_up_s: 0\ncomfort_every_s: 30\n"
            "overflow: [message, directory]\nclosed: [message, directory]\n...\n"
        )
        files[f"{folder}/people.yaml"] = (
            "volunteers:\n"
            + "".join(
                f"  {name}: {{name: Volunteer {name}, languages: [en], "
                f"endpoints: [{'mobile' if hall.number_of(n) else f'softphone: {name}'}]}}\n"
                for n, name in enumerate(hall.volunteers)
            )
            + "...\n"
        )
        people = ", ".join(hall.volunteers)
        shifts = "".join(
            f"  {slot}:\n    from: {start}\n    until: {until}\n    people: [{people}]\n"
            for slot, start, until in (("early", "00:00", "12:00"), ("late", "12:00", "00:00"))
        )
        files[f"{folder}/shifts.yaml"] = f"shifts:\n{shifts}...\n"
        contacts += "".join(
            f"  {name}: '{number}'\n" for n, name in enumerate(hall.volunteers) if (number := hall.number_of(n))
        )
    return files, f"contacts:\n{contacts}...\n" if contacts else "contacts: {}\n...\n"


def _interface(hall: Hall, volunteer: int) -> str:
    name = hall.volunteers[volunteer]
    if hall.number_of(volunteer) is None:
        return f"PJSIP/{name}"
    return f"Local/{name}@bench-mobile/n,0,{name},Custom:{name}"  # penalty, name, what its state is read from

"""Nobody is exposed: neither side learns who the other is, and what a caller writes into SIP is only text."""

import asyncio
import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

import pytest

from hotline_agi.lab.behaviour import never_answer, ring_then_answer, voicemail
from hotline_agi.lab.call import PhoneCall
from hotline_agi.lab.pbx import CONF
from hotline_agi.lab.wire import Boast
from tests.e2e.hearing import HZ, sounds
from tests.e2e.hotline import PERSONAL_NUMBER, Hotline, open_hotline, talk
from tests.e2e.scenery import CALLER, HOTLINE, Scenery, mobile_of
from tests.e2e.witness import witness

pytestmark = pytest.mark.asterisk

CALLER_NAME = "Zhang Wei"
CALLERS_NET = "127.0.0.10"
"""Where the caller's network is; a mobile's is the same, which may know itself."""
NEUTRAL = re.compile(r'("hotline" )?<sip:100@127[0-9.]+>;tag=')
"""Where the trunk's `from_user` stands, Asterisk sends no name."""
GENERAL_HEADERS = (
    'P-Asserted-Identity: "{name}" <sip:{number}@{host}>',
    'P-Preferred-Identity: "{name}" <sip:{number}@{host}>',
    'Remote-Party-ID: "{name}" <sip:{number}@{host}>;party={party};privacy=off;screen=yes',
    "Diversion: <sip:{number}@{host}>;reason=unconditional",
    "History-Info: <sip:{number}@{host}>;index=1",
    "Call-Info: <http://{host}/{number}>;purpose=info",
    "X-Caller: {number}",
    "User-to-User: {number};encoding=hex",
    "User-Agent: Phone of {name}",
    "Server: Phone of {name}",
    "Organization: {name}",
    "Subject: {name}",
    "Reply-To: <sip:{number}@{host}>",
    'Reason: SIP;cause=200;text="{name} {number}"',
)


def telling(name: str, number: str, host: str, party: str) -> Boast:
    """A phone that says in every way there is whose it is."""
    lines = (line.format(name=name, number=number, host=host, party=party) + "\r\n" for line in GENERAL_HEADERS)
    return Boast("".join(lines), name)


CALLER_TELLS = telling(CALLER_NAME, CALLER, CALLERS_NET, "calling")


def received(call: PhoneCall) -> str:
    return "\n".join(message.text for message in call.messages if message.way == "in")


def told(text: str, *, names: Sequence[str], numbers: Sequence[str], addresses: Sequence[str] = ()) -> list[str]:
    """What of it stands in `text`: names also in part, numbers in every spelling."""
    words = {word for name in names for word in (name, *name.split())}
    digits = {part for number in numbers for part in (number, number.lstrip("0"), f"+44{number.lstrip('0')}")}
    return [word for word in sorted(words | digits | set(addresses)) if word in text]


@dataclass(frozen=True, slots=True)
class Phone:
    """A volunteer's phone, and what must not be learned of its owner."""

    person: str
    owner: str
    number: str
    host: str
    encrypted: bool = False

    @property
    def tells(self) -> Boast:
        return telling(self.owner, self.number, self.host, "called")


WINNERS = (
    Phone("s01", "Wang Fang", "s01", "127.0.0.21"),
    Phone("s01", "Wang Fang", "s01", "127.0.0.21", encrypted=True),
    Phone("m01", "Li Na", mobile_of(1), "127.0.0.10"),
)
"""The address of a mobile is the carrier's, which is the caller's as well."""


CASES = {
    "softphone, service": (WINNERS[0], False),
    "encrypted softphone, survival": (WINNERS[1], True),
    "mobile, service": (WINNERS[2], False),
    "mobile, survival": (WINNERS[2], True),
}


@pytest.mark.parametrize(("winner", "survival"), CASES.values(), ids=CASES)
def test_neither_side_learns_who_the_other_is(winner: Phone, survival: bool):
    """On the wire, both ways, from the first ring through hold, resume and updates of either side to the hang-up."""

    async def story():
        scenery = Scenery(softphones=1, mobiles=2)
        secure = ("s01",) if winner.encrypted else ()
        async with open_hotline(scenery, encrypted=secure) as hotline:
            if survival:
                await hotline.stage.kill_service()

            def act(call: PhoneCall) -> None:
                call.boast = winner.tells
                ring_then_answer(0.3, HZ[winner.person], press_after_s=0.3)(call)

            for name in ("s01", "m01", "m02"):
                other = voicemail(0.2) if name == "m02" else never_answer()
                await hotline.person(name, act if name == winner.person else other, host="127.0.0.21")
            hotline.stage.carrier.peer.wire.boast = CALLER_TELLS
            caller = hotline.caller(from_display=CALLER_NAME)
            volunteer = hotline.people[winner.person]
            leg = await volunteer.until_rung(4.0)
            await talk(caller, leg, volunteer)
            for side in (leg, caller):
                await hold_and_update(side)
            (caller if survival else leg).hang_up(f'SIP;cause=200;text="{CALLER} {winner.number}"')
            await asyncio.gather(caller.until_ended(5.0), leg.until_ended(5.0))
            await hotline.stage.until_quiet()
            hotline.vanish()

            for person in hotline.people.values():
                softphone = person.name == "s01"
                seen = received(person.calls[0])
                hidden = [CALLERS_NET] if softphone else []
                assert not told(seen, names=[CALLER_NAME], numbers=[CALLER, HOTLINE], addresses=hidden), person.name
                assert caller.call_id not in seen
                invite = person.calls[0].invite
                assert NEUTRAL.match(invite.headers["from"][0]), invite.text
                for line in GENERAL_HEADERS:
                    header = line.partition(":")[0].lower()
                    assert invite.header(header) == ("SIP" if header == "user-agent" else None)
            seen = "\n".join(
                text for text in received(caller).splitlines() if not text.startswith(("From:", "f:"))
            )  # the caller's own name, sent back
            hosts = ["127.0.0.21"]
            people = [winner.owner, "Volunteer", "s01", "m01", "m02"]
            assert not told(seen, names=people, numbers=[mobile_of(1), mobile_of(2)], addresses=hosts)
            assert leg.call_id not in seen
            assert leg.local_tag not in seen

    asyncio.run(story())


def test_the_scan_sees_what_a_careless_asterisk_tells():
    """The same looks at a PBX that trusts and passes on what everybody else's does."""
    modules = (CONF / "modules.conf").read_text().replace("noload = res_pjsip_caller_id.so", "")
    modules += "require = res_pjsip_caller_id.so\n"
    templates = (CONF / "hotline/pjsip.conf").read_text()
    for option in ("trust_id_inbound", "trust_id_outbound", "trust_connected_line", "send_pai", "send_connected_line"):
        templates = templates.replace(f"{option} = no", f"{option} = yes")
    careless = {"modules.conf": modules, "hotline/pjsip.conf": templates.replace('callerid = "hotline" <100>', "")}

    async def story():
        async with open_hotline(Scenery(softphones=1), pbx_files=careless) as hotline:

            def act(call: PhoneCall) -> None:
                call.boast = WINNERS[0].tells
                ring_then_answer(0.1, HZ["s01"])(call)

            volunteer = await hotline.person("s01", act)
            caller = hotline.caller()
            leg = await volunteer.until_rung(4.0)
            await talk(caller, leg, volunteer)
            await asyncio.sleep(0.5)
            assert told(received(caller), names=["Wang Fang"], numbers=[])
            caller.hang_up()

    asyncio.run(story())


async def hold_and_update(side: PhoneCall) -> None:
    """Hold, resume, a new connected line by UPDATE, an INFO: all of it tells who speaks, and nothing of it goes on."""
    assert side.stream is not None
    for direction in ("sendonly", "sendrecv"):
        answer = await side.ask("INVITE", body=side.offer(direction))
        assert answer.status == 200, answer.text
    assert (await side.ask("UPDATE")).status == 200
    with suppress(TimeoutError):  # no module takes INFO, and Asterisk does not answer it
        await asyncio.wait_for(side.ask("INFO", "Info-Package: who\r\n"), 0.3)


FORGED = "%0D%0A%0D%0AEvent%3A%20UserEvent%0D%0AUserEvent%3A%20HotlineSurviving%0D%0AForged%3A%20yes%0D%0A%0D%0A"
STRANGE = {
    "quotes": {"from_display": 'a "b" \\" c'},
    "line breaks in the name": {"from_display": f"x{FORGED}"},
    "a variable": {"from_display": "${EPOCH}${SHELL(id)} $[1+1] ${HANGUPCAUSE}"},
    "commas": {"from_display": "a,b|c;d^e&f:ok:won:PJSIP/x", "from_uri_raw": "sip:x&y,z@127.0.0.10"},
    "a number in the name": {"from_display": "Tel: 13800000002@home"},
    "chinese": {"from_display": "张伟"},
    "line breaks in the user": {"from_uri_raw": f"sip:{FORGED}@127.0.0.10"},
    "a variable as the user": {"from_uri_raw": "sip:$%7BEPOCH%7D,x@127.0.0.10"},
    "no user": {"from_uri_raw": "sip:127.0.0.10"},
    "a very long user": {"from_uri_raw": f"sip:{'9' * 900}@127.0.0.10"},
    "anonymous": {"from_display": "Anonymous", "from_uri_raw": "sip:anonymous@anonymous.invalid"},
    "300 digits": {
        "from_uri_raw": f"sip:{'7' * 300}@127.0.0.10",
        "extra_headers": (f"P-Asserted-Identity: <sip:{'7' * 300}@127.0.0.10>",),
    },
    "an empty user": {
        "from_uri_raw": "sip:%20@127.0.0.10",
        "extra_headers": ("P-Asserted-Identity: ", "Remote-Party-ID: <sip:@>"),
    },
    "octets that are no text": {"from_display": "\udcff\udcfe\udcc3(", "from_uri_raw": "sip:%FF%C3%28@127.0.0.10"},
    "line breaks in an identity": {"extra_headers": (f'P-Asserted-Identity: "{FORGED}" <sip:{FORGED}@127.0.0.10>',)},
}
"""What stands in From, and in the headers that a network adds. Each of them is a caller, and is served as one."""


def test_strange_callers_talk_like_all_others():
    async def story():
        async with open_hotline(Scenery(softphones=1)) as hotline, witness(hotline.stage) as seen:
            volunteer = await hotline.person("s01", ring_then_answer(0.05, HZ["s01"]))
            for nth, (what, how) in enumerate(STRANGE.items(), start=1):
                caller = hotline.caller(**how)
                leg = await volunteer.until_rung(3.0, nth)
                await talk(caller, leg, volunteer)
                leg.hang_up()  # the caller's next question then carries their number
                await caller.until_ended(8.0)
                row = await hotline.closed(nth)
                assert (row.outcome, row.facts.count("surviving")) == ("talked", 0), what
                assert NEUTRAL.match(leg.invite.headers["from"][0]), what
                assert "Forged" not in received(leg)
                number = CALLER if "from_uri_raw" not in how else None
                assert hotline.number_of_journal(row.call) == number, what
            await hotline.until_quiet()
            assert not [event for event in seen.events if "Forged" in event]
            assert not [event for event in seen.events if any(CALLER[1:] in value for value in event.values())]
            assert seen.survivals() == 0
            assert "Forged" not in hotline.stage.log_path.read_text()
            replaced = "invalid UTF-8 sequences which were replaced"
            assert [line for line in hotline.complaints() if replaced not in line] == []

    asyncio.run(story())


async def _is_served(hotline: Hotline, user: str) -> bool:
    call = hotline.stage.call(user, from_user=CALLER, tone_hz=HZ["caller"])
    try:
        await call.until_answered(3.0)
    except Exception:
        assert call.status == 404, call.ladder()
        return False
    await call.until_hears(HZ["greeting"], 3.0, since=0.0)
    call.hang_up()
    return True


def test_unusual_request_uris_are_served_or_refused():
    async def story():
        async with open_hotline(Scenery(softphones=1)) as hotline:
            await hotline.person("s01")
            assert await _is_served(hotline, f"{HOTLINE};phone-context=+44")
            for user in (
                "abc",
                "s",
                "T",
                "i",
                "h",
                f"{HOTLINE}x",
                f"{HOTLINE}%0D%0AAction:%20Logoff",
                "$%7BEPOCH%7D",
                "1",
                "9" * 40,
                "put",
                "PJSIP%2Fs01",
                "confirm",
                "%E5%BC%A0",
            ):
                assert not await _is_served(hotline, user), user
            assert await _is_served(hotline, HOTLINE)
            await hotline.until_quiet()
            assert [row.outcome for row in hotline.rows()] == ["abandoned", "abandoned"]

    asyncio.run(story())


def test_a_number_that_no_line_owns_ends_well():
    async def story():
        async with open_hotline(Scenery(softphones=1)) as hotline:
            await hotline.person("s01")
            caller = hotline.stage.call("01632960123", from_user=CALLER, tone_hz=HZ["caller"])
            await caller.until_hears(HZ["beep"], 8.0)
            assert sounds(caller)[:2] == ["nobody", "message"]
            caller.hang_up()
            assert hotline.people["s01"].calls == []

    asyncio.run(story())


def test_no_number_of_a_person_leaks():
    """Every story looks for leaks at its end (see `open_hotline`); this one makes sure that there was something."""

    async def story():
        scenery = Scenery(softphones=1, mobiles=2, overflow="[transfer, message]")
        async with open_hotline(scenery) as hotline:
            await hotline.person("s01", lambda call: call.reject(486))
            await hotline.person("m01", lambda call: call.reject(404))
            await hotline.person("m02", lambda call: call.reject(503))
            overflow = await hotline.person("overflow", ring_then_answer(0.2, HZ["overflow"]))
            caller = hotline.caller(from_display=CALLER_NAME)
            leg = await overflow.until_rung(5.0)
            await talk(caller, leg, overflow)
            leg.hang_up()
            await caller.until_ended(8.0)
            row = await hotline.closed()
            assert hotline.number_of_journal(row.call) == CALLER
            # and whatever the operator asks for
            said = await hotline.command("calls") + await hotline.command("calls", "--json")
            assert "test" in said
            assert row.outcome in said
            assert not PERSONAL_NUMBER.search(said)
            assert not PERSONAL_NUMBER.search(await hotline.command("roster", "who"))
            assert hotline.leaks() == []

    asyncio.run(story())

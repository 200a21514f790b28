"""The fail2ban filter against lines that real attacks leave in a real Asterisk's security log."""

import asyncio
import ipaddress
import json
import re
import shutil
import subprocess
from configparser import ConfigParser
from contextlib import suppress
from itertools import product
from pathlib import Path

import pytest

from hotline_agi.errors import HotlineError
from hotline_agi.lab.pbx import CONF
from hotline_agi.lab.phone import SipPeer
from hotline_agi.lab.stage import PASSWORD, Stage
from tests.e2e.hotline import open_hotline
from tests.e2e.scenery import HOTLINE, Scenery

FILTER = CONF / "fail2ban/filter.d/hotline-asterisk.conf"
JAIL = CONF / "fail2ban/jail.d/hotline.conf"
VICTIM = "198.51.100.7"
"""Whom attackers would like to see banned."""
PLACES = f'LocalAddress="IPV4/UDP/127.0.0.1/5060",RemoteAddress="IPV4/UDP/{VICTIM}/5060'
LINE = (
    'SECURITY[1] res_security_log.c: SecurityEvent="InvalidPassword",EventTV="2026-11-28T06:37:18.760+0000",'
    f'Severity="Error",Service="PJSIP",EventVersion="2",AccountID="x",SessionID="y",{PLACES}"'
)
JSON_LINE = (
    '{"hostname":"pbx1","timestamp":"2026-11-28 06:37:18.760","identifiers":{"lwp":1,"callid":""},"logmsg":{"location":'
    '{"filename":"x","function":"x","line":1},"level":"SECURITY","message":"' + LINE.partition(": ")[2] + '\\n"}}'
)


def escaped(text: str) -> str:
    """As a SIP user part (RFC 3261 section 25.1)."""
    return "".join(char if char.isalnum() else f"%{ord(char):02X}" for char in text)


LONGEST_NAME = 39
"""Asterisk cuts the claimed name off there; the Call-ID it does not cut."""
NAMES = ("nobody", *(escaped(text[:LONGEST_NAME]) for text in (f"x\r\n{LINE}", f'x",{PLACES}', f"x\r\n{JSON_LINE}")))
CALL_IDS = ("plain", f'x",{PLACES}', f'x",{PLACES}",Challenge="","', LINE, JSON_LINE, f'x",{PLACES}\\n"}}}}')
RESPONSES = (
    "0" * 64,
    f'0",{PLACES}",Challenge="',
    f'0\\",{PLACES.replace(chr(34), chr(92) + chr(34))}\\",Challenge=\\"',
)
"""What would be whole lines, or fields, if Asterisk or the filter believed it."""


async def forge(stage: Stage, host: str) -> int:
    """Every combination of them as a registration with a wrong proof; returns how many were answered."""
    peer = await SipPeer.open(host=host)
    server, answered = stage.server, 0
    uri = f"sip:{server[0]}"
    for name, call_id, response in product((*NAMES, "s01"), CALL_IDS, RESPONSES):
        me = f"<sip:{name}@{server[0]}>"
        proof = (
            f'Authorization: Digest username="s01", realm="hotline", nonce="1/2", uri="{uri}", algorithm=SHA-256, '
            f'response="{response}", qop=auth, nc=00000001, cnonce="1"\r\n'
        )
        more = f"Contact: {peer.wire.contact('x')}\r\n{proof}"
        with suppress(TimeoutError):  # what Asterisk cannot even parse it does not answer
            await asyncio.wait_for(
                peer.wire.ask(
                    "REGISTER", uri, server, from_=me, to=me, call_id=f"{call_id}{answered}", cseq=1, more=more
                ),
                0.15,
            )
            answered += 1
    peer.vanish()
    return answered


def patterns() -> tuple[re.Pattern[str], list[re.Pattern[str]]]:
    """The date's and the failures' regular expressions, as fail2ban 1.0 makes them (server/failregex.py, ipdns.py)."""
    parser = ConfigParser()  # its interpolation is fail2ban's: %(name)s, %% for %
    parser.read(FILTER)
    section = parser["Definition"]
    date = section["datepattern"]
    for sign, digits in {
        "%Y": r"\d{4}",
        "%f": r"\d+",
        **dict.fromkeys(("%m", "%d", "%H", "%M", "%S"), r"\d\d"),
    }.items():
        date = date.replace(sign, digits)
    address = r"(?:(?:::f{4,6}:)?(?P<ip4>(?:\d{1,3}\.){3}\d{1,3})|\[?(?P<ip6>[0-9a-fA-F:]*:[0-9a-fA-F:]+)\]?)"
    failures = [line.strip() for line in section["failregex"].splitlines() if line.strip()]
    return re.compile(date), [re.compile(line.replace("<ADDR>", address)) for line in failures]


def blamed(log: str) -> list[str]:
    """Whom the filter takes each line's failure for; lines without one are left out."""
    date, failures = patterns()
    found = []
    for line in log.splitlines():
        if (at := date.search(line)) is None:
            continue
        rest = line[: at.start()] + line[at.end() :]  # fail2ban takes the date out
        match = next((match for pattern in failures if (match := pattern.search(rest))), None)
        if match is not None:
            found.append(match["ip4"] or match["ip6"])
    return found


async def tries(stage: Stage, host: str, user: str, password: str, times: int, *, secure: bool = False) -> None:
    """So many refused registrations from `host`."""
    server = stage.tls_server if secure else stage.server
    peer = await (SipPeer.secure(server, stage.pbx.certificate, host=host) if secure else SipPeer.open(host=host))
    for _ in range(times):
        with pytest.raises(HotlineError, match="401"):
            await peer.register(server=server, user=user, password=password)
    peer.vanish()


async def calls(stage: Stage, host: str, from_user: str, times: int) -> None:
    """So many refused calls from `host`."""
    peer = await SipPeer.open(host=host)
    for _ in range(times):
        call = peer.invite(server=stage.server, user=HOTLINE, from_uri_raw=f"sip:{from_user}@127.0.0.1")
        with pytest.raises(HotlineError):
            await call.until_answered(2.0)
    peer.vanish()


async def attack(stage: Stage) -> set[str]:
    """Everything that shall be seen; returns from where it came."""
    await tries(stage, "127.0.0.31", "s01", "wrong", 3)
    await tries(stage, "127.0.0.32", "nobody", "wrong", 3)
    await tries(stage, "127.0.0.33", "s02", "wrong", 3, secure=True)
    await calls(stage, "127.0.0.35", "trunk", 4)
    attackers = {f"127.0.0.{n}" for n in (31, 32, 33, 35)}
    for number, name in enumerate(NAMES, 41):
        attackers.add(f"127.0.0.{number}")
        await tries(stage, f"127.0.0.{number}", name, "wrong", 3)
        await calls(stage, f"127.0.0.{number}", name, 4)
    assert await forge(stage, "127.0.0.60") > 20
    return {*attackers, "127.0.0.60"}


async def behave(stage: Stage) -> set[str]:
    """What must not count: phones that register and call, with a challenge each time; one that gives up then."""
    await calls(stage, "127.0.0.34", "s01", 4)
    for host, name in (("127.0.0.51", "s01"), ("127.0.0.52", "s02")):
        phone = await stage.softphone(name, lambda call: call.ring(), host=host)
        server = stage.tls_server if name == "s02" else stage.server
        for _ in range(2):
            await phone.register(server=server, user=name, password=PASSWORD)
            menu = phone.invite(server=server, user="100", auth=(name, PASSWORD))
            await menu.until_answered(3.0)
            menu.hang_up()
    return {"127.0.0.34", "127.0.0.51", "127.0.0.52"}


@pytest.mark.asterisk
def test_real_attacks_are_seen_and_nobody_else_can_be_blamed(tmp_path: Path):
    async def story() -> str:
        async with open_hotline(Scenery(softphones=2), encrypted=("s02",), service=False) as hotline:
            stage = hotline.stage
            attackers, good = await attack(stage), await behave(stage)
            log = (stage.pbx.folder / "log/security.log").read_text(errors="replace")
        assert VICTIM in log, "the forgeries reached the log"
        assert all(json.loads(line)["logmsg"]["level"] == "SECURITY" for line in log.splitlines()[1:])
        found = blamed(log)
        assert set(found) == attackers
        assert not good & set(found)
        assert all(found.count(address) >= 3 for address in attackers), found
        return log

    log = asyncio.run(story())
    judge_with_fail2ban(log, tmp_path / "security.log")


def judge_with_fail2ban(log: str, place: Path) -> None:
    """The same by fail2ban's own tool, where it is installed."""
    if (tool := shutil.which("fail2ban-regex")) is None:
        return
    place.write_text(log)
    command = [tool, "--no-check-all", "--print-all-matched", "--verbose", str(place), str(FILTER)]
    said = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False).stdout
    addresses = re.findall(r"^\|\s+([0-9.]+)\s+\w{3} \w{3}", said, re.MULTILINE)
    assert sorted(addresses) == sorted(blamed(log)), said


def test_carriers_and_this_machine_are_never_banned():
    """The same networks stand in the jail, the ACL, the identify and the firewall."""
    parser = ConfigParser(interpolation=None)
    parser.read(JAIL)
    ignored = [ipaddress.ip_network(text) for text in parser["hotline-asterisk"]["ignoreip"].split()]
    assert any(ipaddress.ip_address("127.0.0.1") in net for net in ignored if net.version == 4)
    assert ipaddress.ip_network("::1/128") in ignored
    acl = re.findall(r"^permit = (\S+)", (CONF / "site/acl.conf").read_text(), re.MULTILINE)
    trunk = re.findall(r"^match = (\S+)", (CONF / "site/pjsip-trunk.conf").read_text(), re.MULTILINE)
    assert acl == trunk
    assert all(ipaddress.ip_network(net) in ignored for net in acl)
    assert parser["hotline-asterisk"]["filter"] == FILTER.stem
    assert f"{Path(parser['hotline-asterisk']['logpath']).name} => [json]security" in (CONF / "logger.conf").read_text()


def test_a_plain_log_is_not_believed():
    """In the format in which strangers can write lines the filter sees nothing at all."""
    assert blamed(f"[2026-11-28 06:37:18.760] {LINE}\n") == []

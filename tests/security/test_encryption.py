"""Softphones by TLS and SRTP: what is said cannot be read on the wire, and nothing less is taken."""

import asyncio
import socket
import ssl
from collections import Counter

import pytest

from hotline_agi.certificates import read_certificate
from hotline_agi.doctor import Check, Grade
from hotline_agi.doctor.encryption import look_at_tls, look_at_word
from hotline_agi.lab.behaviour import ring_then_answer
from hotline_agi.lab.call import PhoneCall
from hotline_agi.lab.pbx import CONF, free_port
from hotline_agi.lab.phone import SipPeer
from hotline_agi.lab.rtp import RtpStream
from hotline_agi.lab.stage import PASSWORD, Stage
from hotline_agi.lab.wire import CallFailed
from hotline_agi.roster.reader import read_roster
from hotline_agi.settings import read_settings
from tests.commands import hotline as command
from tests.e2e.hearing import HZ
from tests.e2e.hotline import open_hotline, talk
from tests.e2e.scenery import Scenery

pytestmark = pytest.mark.asterisk


def readable(packets: list[bytes]) -> float:
    """Which share of the packets looks like G.711 of one tone or of silence: few different octets."""
    plain = [packet for packet in packets if len(Counter(packet[12:172])) < 60]
    return len(plain) / len(packets)


def tapped(stream: RtpStream) -> list[bytes]:
    """Every octet that reaches the stream from now on, as on the wire."""
    packets: list[bytes] = []
    take = stream._take

    def tap(datagram: bytes, now: float) -> None:
        packets.append(datagram)
        take(datagram, now)

    stream._take = tap  # type: ignore[method-assign]
    return packets


def test_a_talk_by_tls_and_srtp_is_unreadable_and_whole():
    async def story():
        async with open_hotline(Scenery(softphones=2, confirm_softphones=True), encrypted=("s01", "s02")) as hotline:
            stage = hotline.stage
            winner = await hotline.person("s01", ring_then_answer(0.1, HZ["s01"], press_after_s=0.3))
            loser = await hotline.person("s02")
            session = stage.phones["s01"].wire.session
            assert session.version() in ("TLSv1.2", "TLSv1.3")
            assert session.cipher()[0].startswith(("ECDHE-", "TLS_"))
            caller = hotline.caller()
            leg = await winner.until_rung(3.0)
            await leg.until_answered(2.0)
            encrypted, plain = tapped(leg.stream), tapped(caller.stream)
            await talk(caller, leg, winner)
            await asyncio.sleep(0.5)
            assert "RTP/SAVP" in leg.invite.body
            assert leg.stream.unreadable == 0
            sizes = Counter(map(len, encrypted))
            assert sizes.most_common(1)[0][0] == 12 + 160 + 10  # header, 20 ms, the tag of 80 bits
            assert 12 + 160 not in sizes
            assert readable(encrypted) < 0.05
            assert readable(plain) > 0.9
            assert (await loser.until_rung(1.0)).end_reason == "cancelled"
            leg.hang_up()
            await caller.until_ended(8.0)
            await hotline.until_quiet()
            assert hotline.complaints() == []
            menu = stage.phones["s01"].invite(server=stage.tls_server, user="100", auth=("s01", PASSWORD))
            await menu.until_answered(3.0)
            menu.hang_up()
            await stage.until_quiet()

    asyncio.run(story())


def test_nothing_less_is_taken():
    """An app without SRTP hears nothing and cannot accept; a TLS account over UDP is neither rung nor served."""

    async def story():
        async with open_hotline(Scenery(softphones=2, confirm_softphones=True), encrypted=("s01", "s02")) as hotline:
            stage = hotline.stage

            def answers_in_clear(call: PhoneCall) -> None:
                call.wire.encrypts_media = False
                ring_then_answer(0.1, HZ["s01"], press_after_s=0.3)(call)

            deaf = await hotline.person("s01", answers_in_clear)
            udp = await SipPeer.open(host="127.0.0.51")
            rung: list[PhoneCall] = []
            udp.on_invite = rung.append
            await udp.register(server=stage.server, user="s02", password=PASSWORD)
            caller = hotline.caller()
            leg = await deaf.until_rung(3.0)
            await leg.until_answered(2.0)
            await asyncio.sleep(1.2)
            assert leg.rtp_received == 0
            assert not caller.hears(HZ["s01"])
            assert rung == []
            caller.hang_up()
            await hotline.until_quiet()
            assert [row.outcome for row in hotline.rows()] == ["abandoned"]
            for offers_srtp, status in ((False, 488), (True, 403)):  # with SRTP its keys cross the network in clear
                udp.wire.encrypts_media = offers_srtp
                refused = udp.invite(server=stage.server, user="100", auth=("s02", PASSWORD))
                with pytest.raises(CallFailed):
                    await refused.until_answered(3.0)
                assert refused.status == status, refused.ladder()
            await udp.close()

    asyncio.run(story())


async def negotiated(stage: Stage, version: ssl.TLSVersion, ciphers: str = "DEFAULT:@SECLEVEL=0") -> str | None:
    """The cipher of a client that knows this version alone; None if it is turned away."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.minimum_version, context.maximum_version = version, version
    context.set_ciphers(ciphers)
    try:
        async with asyncio.timeout(3.0):
            _, writer = await asyncio.open_connection(*stage.tls_server, ssl=context)
    except OSError:
        return None
    cipher: str = writer.get_extra_info("cipher")[0]
    writer.close()
    return cipher


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
def test_old_tls_and_weak_ciphers_are_refused():
    async def story():
        async with open_hotline(Scenery(softphones=1), service=False) as hotline:
            stage = hotline.stage
            for version in (ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1):
                assert await negotiated(stage, version) is None
            modern = await negotiated(stage, ssl.TLSVersion.TLSv1_2)
            assert modern is not None
            assert modern.startswith("ECDHE-ECDSA-")
            assert modern.endswith(("-SHA384", "-SHA256", "POLY1305"))
            for weak in ("ECDHE-ECDSA-AES128-SHA", "ECDHE-ECDSA-AES256-SHA384", "AES128-SHA", "NULL", "aNULL"):
                assert await negotiated(stage, ssl.TLSVersion.TLSv1_2, f"{weak}:@SECLEVEL=0") is None, weak

    asyncio.run(story())


OLD_TRANSPORTS = "[transport-udp]\ntype = transport\nprotocol = udp\nbind = {host}:{port}\ntos = cs3\ncos = 3\n"


async def tls_checks(stage: Stage) -> list[Check]:
    """What the doctor says of the stage's settings, with its roster."""
    files = {str(path.relative_to(stage.rosters)): path.read_bytes() for path in stage.rosters.rglob("*.yaml")}
    roster = read_roster(files).roster
    return [check async for check in look_at_tls(read_settings(stage.config), roster)]


def test_site_files_of_0_3_go_on_working():
    """No TLS transport, no word, accounts of the plain template, settings without the new sections."""

    async def story():
        port = free_port(socket.SOCK_DGRAM)
        old = {"site/pjsip-transports.conf": OLD_TRANSPORTS.format(host="127.0.0.1", port=port)}
        async with open_hotline(
            Scenery(softphones=2), service=False, agi_word="", sip_port=port, pbx_files=old
        ) as hotline:
            stage = hotline.stage
            stage.config.write_text(stage.config.read_text().partition("softphone_tls:")[0] + "...\n")
            await stage.start_service()
            winner = await hotline.person("s01", ring_then_answer(0.1, HZ["s01"]))
            await hotline.person("s02")
            caller = hotline.caller()
            leg = await winner.until_rung(2.0)
            await talk(caller, leg, winner)
            leg.hang_up()
            await caller.until_ended(8.0)
            await hotline.until_quiet()
            assert hotline.complaints() == []
            settings = read_settings(stage.config)
            assert [check.grade for check in look_at_word(settings)] == [Grade.WARNING]
            assert [check.grade for check in await tls_checks(stage)] == [Grade.WARNING]

    asyncio.run(story())


def test_the_doctor_looks_at_what_apps_are_shown(tmp_path):
    async def story():
        async with open_hotline(Scenery(softphones=1), encrypted=("s01",)) as hotline:
            stage = hotline.stage
            await hotline.person("s01")
            config = stage.config.read_text()

            async def seen(old: str, new: str) -> dict[str, str]:
                stage.config.write_text(config.replace(old, new))
                return {check.found: check.grade.value for check in await tls_checks(stage)}

            certificate = stage.pbx.certificate
            good = await seen("", "")
            assert list(good.values()) == ["ok"]
            other = tmp_path / "keys"
            assert command("certs", "127.0.0.1", "--out", other, "--days", "3").returncode == 0
            two = await seen(str(certificate), str(other / "hotline.crt"))
            assert two == {
                "the certificate expires in 2 days": "warning",
                f"{certificate.with_name('hotline.key')} is not the key of {other / 'hotline.crt'}": "failed",
                f"Asterisk still shows another certificate than {other / 'hotline.crt'}": "warning",
            }
            assert "no TLS on" in str(await seen(f"port: {stage.pbx.site.tls_port}", "port: 1"))
            assert "cannot read" in str(await seen(str(certificate), "/nowhere.crt"))
            assert "holds no certificate" in str(await seen(str(certificate), str(stage.config)))
            shown = read_certificate(certificate.read_bytes())
            assert stage.pbx.site.host in shown.names

    asyncio.run(story())


def test_the_templates_of_softphones_say_so():
    text = (CONF / "hotline/pjsip.conf").read_text()
    secure = text.partition("[hotline-softphone-tls]")[2].partition("\n[")[0]
    for line in ("transport = transport-tls", "media_encryption = sdes", "media_encryption_optimistic = no"):
        assert line in secure
    transport = (CONF / "site/pjsip-transports.conf").read_text().partition("[transport-tls]")[2]
    assert "method = tlsv1_2" in transport
    ciphers = transport.partition("cipher = ")[2].partition("\n")[0].split(",")
    assert all(name.startswith("ECDHE-") and ("GCM" in name or "POLY1305" in name) for name in ciphers)
    assert "softphone-tls](" not in (CONF / "site/pjsip-volunteers.conf").read_text().replace(";[", "")

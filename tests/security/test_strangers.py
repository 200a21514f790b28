"""Somebody on the internet without an account: every request is asked for a password, and nothing rings."""

import asyncio
import re

import pytest

from hotline_agi.lab.behaviour import never_answer
from hotline_agi.lab.phone import SipPeer
from hotline_agi.lab.registration import Refused
from hotline_agi.lab.sip import Message
from hotline_agi.lab.stage import Stage
from tests.e2e.hotline import open_hotline
from tests.e2e.scenery import HOTLINE, Scenery

pytestmark = pytest.mark.asterisk

STRANGERS_NET = "127.0.0.66"
CLAIMS = ("s01", "s02", "trunk", "hotline-trunk", "anonymous", "hotline-agi", "nobody", "100", "%00", "s01%0D%0A")
"""Who the From header says it is: each endpoint, the trunk, templates, invented ones."""
METHODS = ("OPTIONS", "REGISTER", "SUBSCRIBE", "PUBLISH", "MESSAGE", "REFER", "NOTIFY", "INFO", "UPDATE", "PRACK")
"""Every method that Asterisk's modules might take outside of a call."""
VARYING = re.compile(r'nonce="[^"]*"|opaque="[^"]*"|tag=[^;\r\n]*|branch=[^;\r\n]*|(Call-ID|CSeq): [^\r\n]*')


async def asked(stranger: SipPeer, stage: Stage, method: str, claim: str, *, more: str = "") -> Message:
    """One request to the hotline's number, of somebody who claims to be `claim`."""
    wire, uri = stranger.wire, f"sip:{HOTLINE}@{stage.server[0]}"
    sender = f"<sip:{claim}@{stage.server[0]}>"
    to = sender if method == "REGISTER" else f"<{uri}>"
    contact = f"Contact: {wire.contact('stranger')}\r\n{more}"
    call_id = wire.new_tag()
    return await wire.ask(method, uri, stage.server, from_=sender, to=to, call_id=call_id, cseq=1, more=contact)


def test_a_stranger_gets_nothing_whoever_they_claim_to_be():
    async def story():
        async with open_hotline(Scenery(softphones=2)) as hotline:
            stage = hotline.stage
            for name in ("s01", "s02"):
                await hotline.person(name)
            stranger = await SipPeer.open(host=STRANGERS_NET)
            try:
                for claim in CLAIMS:
                    call = stranger.invite(server=stage.server, user=HOTLINE, from_uri_raw=f"sip:{claim}@127.0.0.1")
                    with pytest.raises(Exception, match="ended with"):
                        await call.until_answered(4.0)
                    assert call.status in (400, 401, 403), (claim, call.ladder())
                    assert call.ringing_at is None
                extra = {
                    "SUBSCRIBE": "Event: presence\r\nExpires: 60\r\n",
                    "PUBLISH": "Event: presence\r\nExpires: 60\r\n",
                    "NOTIFY": "Event: presence\r\nSubscription-State: active\r\n",
                    "REFER": f"Refer-To: <sip:{HOTLINE}@127.0.0.1>\r\n",
                }
                for method in METHODS:
                    for claim in ("s01", "trunk", "nobody"):
                        answer = await asyncio.wait_for(
                            asked(stranger, stage, method, claim, more=extra.get(method, "")), 4.0
                        )
                        assert answer.status >= 400, (method, claim, answer.first_line)
                        assert "Asterisk" not in answer.text
                assert await stage.pbx.channels() == 0
                assert hotline.rows() == []
                assert not hotline.people["s01"].calls
                # and it can still be called
                caller = hotline.caller()
                await hotline.people["s01"].until_rung(2.0)
                caller.hang_up()
                await hotline.until_quiet()
            finally:
                await stranger.close()

    asyncio.run(story())


async def refused(stage: Stage, user: str, password: str) -> int:
    """The status of a registration that must not succeed."""
    peer = await SipPeer.open(host=STRANGERS_NET)
    try:
        await peer.register(server=stage.server, user=user, password=password)
    except Refused as error:
        return error.status
    finally:
        peer.vanish()
    raise AssertionError(f"{user} was registered with a wrong password")


def test_a_wrong_password_is_401_and_names_cannot_be_probed():
    """Guards against the digest module that fails open, and against a challenge that tells who exists."""

    async def story():
        async with open_hotline(Scenery(softphones=2), encrypted=("s02",)) as hotline:
            stage = hotline.stage
            await hotline.person("s01", never_answer())
            for user in ("s01", "s02", "trunk", "nobody"):
                for password in ("wrong", "", user):
                    assert await refused(stage, user, password) == 401, user
            stranger = await SipPeer.open(host=STRANGERS_NET)
            seen: dict[str, set[str]] = {}
            for method in ("REGISTER", "INVITE", "OPTIONS", "SUBSCRIBE"):
                for name in ("s01", "s02", "s03", "nobody", "trunk"):
                    answer = await asked(stranger, stage, method, name)
                    text = answer.text.replace(f"sip:{name}@", "sip:NAME@")
                    seen.setdefault(method, set()).add(VARYING.sub("", text))
            stranger.vanish()
            for method, texts in seen.items():
                assert len(texts) == 1, (method, texts)
                [text] = texts
                assert "401 Unauthorized" in text
                assert text.count("WWW-Authenticate") == 2
                assert text.index("SHA-256") < text.index("MD5")
            call = await outside_password(hotline.stage)
            assert call == 401

    asyncio.run(story())


async def outside_password(stage: Stage) -> int | None:
    """The status of a call by a known account with a wrong password."""
    peer = await SipPeer.open(host=STRANGERS_NET)
    try:
        call = peer.invite(server=stage.server, user="100", auth=("s01", "wrong"))
        with pytest.raises(Exception, match="ended with"):
            await call.until_answered(4.0)
        return call.status
    finally:
        peer.vanish()

"""`hotline endpoints`: passwords that nobody guesses, accounts that a real Asterisk takes, by both digests or one."""

import asyncio
import hashlib
import re
import stat
from pathlib import Path

import pytest

from hotline_agi.asterisk.endpoints import PASSWORD_BYTES, password_of
from hotline_agi.lab.phone import SipPeer
from hotline_agi.lab.registration import Refused
from hotline_agi.lab.stage import open_stage
from tests.commands import hotline
from tests.e2e.scenery import Scenery

SCENERY = Scenery(softphones=2, mobiles=1)
PASSWORD = re.compile(r"([a-z2-7]{7}-){3}[a-z2-7]{7}")


@pytest.fixture
def rosters(tmp_path: Path) -> Path:
    for name, text in SCENERY.files().items():
        path = tmp_path / "rosters" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path / "rosters"


def printed(rosters: Path, *options: object) -> str:
    ended = hotline("endpoints", "--rosters", rosters, *options)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


@pytest.mark.thorough
def test_each_account_is_encrypted_and_has_a_password_of_128_bits(rosters: Path):
    text = printed(rosters)
    passwords = re.findall(r"^password = (.+)$", text, re.MULTILINE)
    assert len(set(passwords)) == 2
    assert all(PASSWORD.fullmatch(password) for password in passwords)
    assert 5 * len(passwords[0].replace("-", "")) >= 128  # bits of base32
    assert 8 * PASSWORD_BYTES >= 128
    assert text.count("(hotline-softphone-tls)") == 2
    assert text != printed(rosters), "new ones each time"
    assert printed(rosters, "--plain").count("(hotline-softphone)\n") == 2
    assert len({password_of(bytes([number]) * PASSWORD_BYTES) for number in range(256)}) == 256


@pytest.mark.thorough
def test_digests_in_the_file_and_passwords_apart(rosters: Path, tmp_path: Path):
    sheet = tmp_path / "passwords"
    text = printed(rosters, "--passwords", sheet)
    assert stat.S_IMODE(sheet.stat().st_mode) == 0o600
    for line in sheet.read_text().splitlines():
        name, password = line.split()
        assert PASSWORD.fullmatch(password)
        assert password not in text
        ha1 = f"{name}:hotline:{password}".encode()
        assert f"password_digest = SHA-256:{hashlib.sha256(ha1).hexdigest()}" in text
        assert f"password_digest = MD5:{hashlib.md5(ha1).hexdigest()}" in text
    again = hotline("endpoints", "--rosters", rosters, "--passwords", sheet)
    assert again.returncode == 2
    assert "there already" in again.stderr
    only = printed(rosters, "--passwords", tmp_path / "others", "--sha256-only")
    assert "MD5" not in only.partition("; Say")[0]
    assert "default_auth_algorithms_uas = SHA-256" in only


@pytest.mark.asterisk
def test_asterisk_takes_each_kind_and_the_right_password_alone(rosters: Path, tmp_path: Path):
    async def story():
        kinds = {
            "password": (),
            "digests": ("--passwords", tmp_path / "a"),
            "digests of SHA-256": ("--passwords", tmp_path / "b", "--sha256-only"),
        }
        accounts, known = "", {}
        for number, (kind, options) in enumerate(kinds.items()):
            text = await asyncio.to_thread(printed, rosters, "--plain", *options)
            block = text.partition("\n\n")[0].replace("s01", f"k{number}")
            if options:
                continue_with = options[1].read_text().split()[1]
                # the digest holds the name
                for algorithm, made in (("SHA-256", hashlib.sha256), ("MD5", hashlib.md5)):
                    ha1 = made(f"k{number}:hotline:{continue_with}".encode()).hexdigest()
                    block = re.sub(rf"{algorithm}:[0-9a-f]+", f"{algorithm}:{ha1}", block)
                known[kind] = (f"k{number}", continue_with)
            else:
                known[kind] = (f"k{number}", re.findall(r"password = (.+)", block)[0])
            accounts += block + "\n"
        files = {"site/pjsip-volunteers.conf": accounts}
        async with open_stage(
            files=SCENERY.files(), contacts=SCENERY.contacts(), softphones=(), pbx_files=files
        ) as stage:
            for kind, (name, password) in known.items():
                peer = await SipPeer.open()
                await peer.register(server=stage.server, user=name, password=password)
                for wrong in (password.upper(), password[:-1], "", name):
                    with pytest.raises(Refused, match="401"):
                        await peer.register(server=stage.server, user=name, password=wrong)
                await peer.close()
                print(kind, "registered")
            complaints = [line for line in stage.pbx.log().splitlines() if "WARNING" in line or "ERROR" in line]
            assert complaints == []

    asyncio.run(story())

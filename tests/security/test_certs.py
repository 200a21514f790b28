"""`hotline certs`: a certificate that real TLS takes, files that nobody else can read, and nothing overwritten."""

import asyncio
import ssl
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hotline_agi.certificates import days_left, fits, read_certificate, self_signed
from hotline_agi.errors import SetupError
from tests.commands import hotline

NOW = datetime.now(UTC)
NAMES = ("pbx.hospital.example", "192.0.2.5", "2001:db8::5", "*.hospital.example")


@pytest.mark.thorough
def test_it_makes_a_pair_shows_it_and_overwrites_nothing(tmp_path: Path):
    keys = tmp_path / "keys"
    nothing = hotline("certs", "--out", keys)
    assert nothing.returncode == 2
    assert "hotline certs NAME" in nothing.stderr
    made = hotline("certs", *NAMES, "--out", keys, "--days", 400)
    assert made.returncode == 0, made.stderr
    found = read_certificate((keys / "hotline.crt").read_bytes())
    assert found.names == NAMES
    assert found.fingerprint in made.stdout
    assert f"{found.not_after:%Y-%m-%d}" in made.stdout
    assert f"chmod 0400 {keys / 'hotline.key'}" in made.stdout
    assert days_left(found, NOW) in (399, 400)
    assert fits(found, (keys / "hotline.key").read_bytes())
    assert stat.S_IMODE((keys / "hotline.key").stat().st_mode) == 0o600
    assert stat.S_IMODE((keys / "hotline.crt").stat().st_mode) == 0o644
    assert "PRIVATE" not in made.stdout + made.stderr
    again = hotline("certs", "other.example", "--out", keys)
    assert again.returncode == 2
    assert "--force" in again.stderr
    assert read_certificate((keys / "hotline.crt").read_bytes()) == found
    shown = hotline("certs", "--out", keys)
    assert shown.returncode == 0
    assert found.fingerprint in shown.stdout
    forced = hotline("certs", "other.example", "--out", keys, "--force")
    assert forced.returncode == 0
    assert read_certificate((keys / "hotline.crt").read_bytes()).names == ("other.example",)
    assert sorted(path.name for path in keys.iterdir()) == ["hotline.crt", "hotline.key"]


@pytest.mark.thorough
def test_it_says_what_is_wrong_with_a_pair(tmp_path: Path):
    key, certificate = self_signed(("a.example",), days=1, now=NOW - timedelta(days=10))
    other, _ = self_signed(("b.example",), days=9, now=NOW)
    (tmp_path / "hotline.crt").write_bytes(certificate)
    for wrong, words in ((key, "expired"), (other, "key of another"), (b"no key", "no private key")):
        (tmp_path / "hotline.key").write_bytes(wrong)
        shown = hotline("certs", "--out", tmp_path)
        assert shown.returncode == 1
        assert words in shown.stdout + shown.stderr
    (tmp_path / "hotline.crt").write_text("nothing")
    assert "no certificate in PEM" in hotline("certs", "--out", tmp_path).stderr


@pytest.mark.parametrize("name", ["sip:pbx.example", "a b", "", "x" * 64, "-a.example", "a..example", "a\nb", "a/b"])
def test_a_name_that_is_none_is_refused(name: str):
    with pytest.raises(SetupError, match="no host name and no address"):
        self_signed((name,), days=1, now=NOW)


def test_tls_with_it_is_trusted_by_its_names_alone(tmp_path: Path):
    """OpenSSL's own judgement, with all its strictness, as an app makes it that was told to trust this certificate."""
    key, certificate = self_signed(("localhost", "127.0.0.1"), days=9, now=NOW)
    (tmp_path / "key").write_bytes(key)
    (tmp_path / "crt").write_bytes(certificate)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(tmp_path / "crt", tmp_path / "key")
    client = ssl.create_default_context(cafile=str(tmp_path / "crt"))
    client.verify_flags |= ssl.VERIFY_X509_STRICT

    async def shake(name: str) -> bytes:
        listener = await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", 0, ssl=server)
        port = listener.sockets[0].getsockname()[1]
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port, ssl=client, server_hostname=name)
            shown: bytes = writer.get_extra_info("ssl_object").getpeercert(True)
            writer.close()
            return shown
        finally:
            listener.close()

    for name in ("localhost", "127.0.0.1"):
        assert read_certificate(asyncio.run(shake(name))) == read_certificate(certificate)
    with pytest.raises(ssl.SSLCertVerificationError):
        asyncio.run(shake("other.example"))

"""Whether softphones can trust their server, and the service its Asterisk: certificate, key, the word of FastAGI."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from datetime import UTC, datetime

from hotline_agi.certificates import Certificate, days_left, fits, read_certificate
from hotline_agi.doctor.check import Check, failed, ok, warning
from hotline_agi.encryption import SoftphoneTls
from hotline_agi.errors import SetupError
from hotline_agi.roster.model import Roster
from hotline_agi.settings import Settings
from hotline_agi.table import counted

WARN_DAYS = 30
"""An authority may take days, and every app must be told of a new self-signed one."""
HANDSHAKE_TIMEOUT_S = 3.0
NAME = "TLS of softphones"


def look_at_word(settings: Settings) -> Iterator[Check]:
    name = "FastAGI word"
    if settings.fastagi_word_file is None:
        remedy = (
            "HOTLINE_WORD in site/globals.conf, then `dialplan reload`; the same word in a file of this user alone, "
            "named by fastagi.word_file in the settings; then restart the service"
        )
        yield warning(name, "none: every process of this machine can pretend to be Asterisk", remedy)
        return
    try:
        settings.fastagi_word()
        if settings.fastagi_word_file.stat().st_mode & 0o007:
            yield warning(name, "everybody can read it", f"chmod o= {settings.fastagi_word_file}")
        else:
            yield ok(name, str(settings.fastagi_word_file))
    except SetupError as error:
        yield failed(name, str(error), "mend it; the service does not start without the word that it shall use")


async def look_at_tls(settings: Settings, roster: Roster | None) -> AsyncIterator[Check]:
    """Nothing if no softphone is rostered."""
    tls = settings.softphone_tls
    if roster is None or not any(one.pjsip_name for person in roster.volunteers.values() for one in person.endpoints):
        return
    try:
        certificate = read_certificate(tls.certificate.read_bytes())
    except OSError as error:
        yield _without(tls, error)
        return
    except ValueError:
        yield failed(NAME, f"{tls.certificate} holds no certificate in PEM", "put it there; the chain stands behind it")
        return
    wrong = [*_judge_validity(certificate), *_judge_key(tls, certificate), *await _judge_served(tls, certificate)]
    for check in wrong:
        yield check
    if not wrong:
        yield ok(NAME, f"good for {', '.join(certificate.names)} until {certificate.not_after:%Y-%m-%d}")


def _without(tls: SoftphoneTls, error: OSError) -> Check:
    if isinstance(error, FileNotFoundError) and not tls.is_told:
        remedy = (
            "`hotline certs NAME`, transport-tls in site/pjsip-transports.conf, hotline-softphone-tls in "
            "site/pjsip-volunteers.conf, and softphone_tls in the settings: asterisk-conf/README.md; where everybody "
            "comes through a VPN this may stay"
        )
        return warning(NAME, f"there is no {tls.certificate}: what is said can be heard on the network", remedy)
    remedy = "`hotline certs NAME` makes one; Asterisk and this user must be able to read it, and everybody may"
    return failed(NAME, f"cannot read {tls.certificate} ({error.strerror})", remedy)


def _judge_validity(certificate: Certificate) -> Iterator[Check]:
    left = days_left(certificate, datetime.now(UTC))
    remedy = "`hotline certs --force NAME`, or a new one of your authority; then restart Asterisk when nobody talks"
    if left < 0:
        yield failed(NAME, f"the certificate expired on {certificate.not_after:%Y-%m-%d}: no app connects", remedy)
    elif left < WARN_DAYS:
        yield warning(NAME, f"the certificate expires in {counted(left, 'day')}", remedy)


def _judge_key(tls: SoftphoneTls, certificate: Certificate) -> Iterator[Check]:
    """A key that is not ours to read is proved by the handshake: Asterisk starts no TLS with another one's."""
    remedy = "make a new pair: `hotline certs --force NAME`, or ask your authority for the key's certificate"
    try:
        if not fits(certificate, tls.key.read_bytes()):
            yield failed(NAME, f"{tls.key} is not the key of {tls.certificate}", remedy)
    except PermissionError:
        return
    except OSError as error:
        yield failed(NAME, f"cannot read {tls.key} ({error.strerror})", remedy)
    except ValueError:
        yield failed(NAME, f"{tls.key} holds no key that Asterisk can read without a password", remedy)
    else:
        if tls.key.stat().st_mode & 0o007:
            yield warning(NAME, f"everybody can read {tls.key}", f"chmod o= {tls.key}")


async def _judge_served(tls: SoftphoneTls, certificate: Certificate) -> list[Check]:
    """What apps see."""
    try:
        served = await _served(tls)
    except (OSError, TimeoutError, ValueError) as error:
        remedy = (
            "see Asterisk's log: it must be able to read both files; softphone_tls.host and .port in the settings must "
            "agree with transport-tls in site/pjsip-transports.conf; Asterisk reads the files at its start"
        )
        return [failed(NAME, f"no TLS on {tls.host}:{tls.port} ({type(error).__name__})", remedy)]
    if served.fingerprint != certificate.fingerprint:
        remedy = "restart Asterisk when nobody talks: asterisk -rx 'core restart when convenient'"
        return [warning(NAME, f"Asterisk still shows another certificate than {tls.certificate}", remedy)]
    return []


async def _served(tls: SoftphoneTls) -> Certificate:
    """The certificate that is shown there; whether it is to be trusted is not the question.

    :raises OSError: if there is no TLS; TimeoutError if there is no answer; ValueError if there is no certificate.
    """
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    async with asyncio.timeout(HANDSHAKE_TIMEOUT_S):
        _, writer = await asyncio.open_connection(tls.host, tls.port, ssl=context)
    with closing(writer):
        shown: ssl.SSLObject = writer.get_extra_info("ssl_object")
        return read_certificate(shown.getpeercert(binary_form=True) or b"")

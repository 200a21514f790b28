"""X.509 certificates for SIP over TLS: make one to begin with, read one that is there. The only file that imports
`cryptography`.
"""

import ipaddress
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from hotline_agi.errors import SetupError

BACKDATED = timedelta(hours=1)
"""A phone whose clock is a little behind takes a new certificate all the same."""
_HOST = re.compile(
    r"(?=.{1,253}$)(\*\.)?([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)*[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
)
"""RFC 1123 section 2.1, and a first label `*`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """What matters of one certificate."""

    names: tuple[str, ...]
    """Host names and addresses for which it is good."""
    fingerprint: str
    """SHA-256 of the whole certificate, as apps show it: AA:BB:…"""
    not_before: datetime
    not_after: datetime
    is_self_signed: bool
    public_key: bytes
    """SubjectPublicKeyInfo (RFC 5280), DER."""


def self_signed(names: Sequence[str], *, days: int, now: datetime) -> tuple[bytes, bytes]:
    """A new private key (EC P-256) and its certificate, both PEM.

    An app that is told to trust it needs nothing else, so it says that it is an authority of itself alone.

    :param names: host names and addresses by which apps know the server; the first is shown as its name.
    :raises SetupError: for a name that is none.
    """
    key = ec.generate_private_key(ec.SECP256R1())
    alternatives = [_general_name(name) for name in names]
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0][:64])])
    identifier = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    usage = x509.KeyUsage(
        digital_signature=True,
        key_cert_sign=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - BACKDATED)
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(identifier, critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identifier), critical=False)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return private, certificate.public_bytes(serialization.Encoding.PEM)


def read_certificate(octets: bytes) -> Certificate:
    """The certificate in PEM (of a chain the first, which is the server's own) or DER.

    :raises ValueError: if there is none.
    """
    try:
        if octets.lstrip().startswith(b"-----") or b"-----BEGIN" in octets:
            found = x509.load_pem_x509_certificate(octets)
        else:
            found = x509.load_der_x509_certificate(octets)
        public_key = found.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
    except (ValueError, UnsupportedAlgorithm) as error:
        raise ValueError("no certificate") from error
    return Certificate(
        names=_names(found),
        fingerprint=found.fingerprint(hashes.SHA256()).hex(":").upper(),
        not_before=found.not_valid_before_utc,
        not_after=found.not_valid_after_utc,
        is_self_signed=found.issuer == found.subject,
        public_key=public_key,
    )


def fits(certificate: Certificate, key: bytes) -> bool:
    """Whether the private key (PEM, without a password: Asterisk can ask nobody) belongs to the certificate.

    :raises ValueError: if `key` holds no such key.
    """
    try:
        private = serialization.load_pem_private_key(key, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise ValueError("no private key without a password") from error
    public_key = private.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return public_key == certificate.public_key


def days_left(certificate: Certificate, now: datetime) -> int:
    """Whole days until it expires; negative if it has."""
    return (certificate.not_after - now.astimezone(UTC)).days


def _general_name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        pass
    if _HOST.fullmatch(name) is None:
        raise SetupError(
            f"{name!r} is no host name and no address: write pbx.hospital.example or 192.0.2.5, without sip: or a port"
        )
    return x509.DNSName(name)


def _names(found: x509.Certificate) -> tuple[str, ...]:
    try:
        alternatives = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (x509.ExtensionNotFound, ValueError):
        return ()
    return tuple(str(one.value) for one in alternatives if isinstance(one, x509.DNSName | x509.IPAddress))

"""PJSIP accounts for the softphones of a roster, as text for ``site/pjsip-volunteers.conf``."""

import base64
import hashlib
from collections.abc import Callable, Iterator
from enum import Enum

from hotline_agi.roster.model import Roster

REALM = "hotline"
"""Of the template ``hotline-softphone-auth``; a digest holds it."""
PASSWORD_BYTES = 17
"""136 bits, which base32 writes without a remainder of padding in 28 letters and digits."""


class Algorithms(Enum):
    """Which digests (RFC 8760) an account takes."""

    BOTH = ("SHA-256", "MD5")
    """MD5 because common apps know nothing else."""
    SHA_256 = ("SHA-256",)


def password_of(octets: bytes) -> str:
    """`PASSWORD_BYTES` random bytes as a password that a person can type: small letters and 2 to 7, in groups."""
    text = base64.b32encode(octets).decode().rstrip("=").lower()
    return "-".join(text[start : start + 7] for start in range(0, len(text), 7))


def softphone_names(roster: Roster) -> Iterator[tuple[str, str]]:
    """(volunteer, PJSIP name) of every softphone, in the roster's order."""
    for person in roster.volunteers.values():
        for endpoint in person.endpoints:
            if endpoint.pjsip_name is not None:
                yield person.id, endpoint.pjsip_name


def endpoint_blocks(
    roster: Roster,
    password: Callable[[str], str],
    *,
    encrypted: bool = True,
    digests: bool = False,
    algorithms: Algorithms = Algorithms.BOTH,
) -> str:
    """One account per softphone, from the templates of ``hotline/pjsip.conf``.

    :param password: gives a new one for each PJSIP name.
    :param encrypted: TLS and SRTP, and nothing less.
    :param digests: the file holds no password but what a server needs of it (Asterisk 22.2 and newer).
    """
    template = "hotline-softphone-tls" if encrypted else "hotline-softphone"
    return "\n".join(
        f"; {volunteer}\n[{name}]({template})\nauth = {name}\naors = {name}\n"
        f"[{name}](hotline-softphone-aor)\n"
        f"[{name}](hotline-softphone-auth)\nusername = {name}\n"
        + _secret(name, password(name), digests=digests, algorithms=algorithms)
        for volunteer, name in softphone_names(roster)
    )


def _secret(name: str, password: str, *, digests: bool, algorithms: Algorithms) -> str:
    if digests:
        lines = "".join(f"password_digest = {one}:{_digest(one, name, password)}\n" for one in algorithms.value)
    else:
        lines = f"password = {password}\n"
    if digests or algorithms is not Algorithms.BOTH:
        names = ",".join(algorithms.value)
        lines += f"supported_algorithms_uas = {names}\nsupported_algorithms_uac = {names}\n"
    return lines


def _digest(algorithm: str, name: str, password: str) -> str:
    """HA1 of RFC 7616 section 3.4.2."""
    text = f"{name}:{REALM}:{password}".encode()
    if algorithm == "MD5":
        return hashlib.md5(text, usedforsecurity=False).hexdigest()
    return hashlib.sha256(text).hexdigest()

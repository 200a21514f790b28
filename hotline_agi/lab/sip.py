"""SIP messages as text (RFC 3261), digest answers (RFC 7616, RFC 8760) and session descriptions (RFC 4566, RFC 3264).

Just what simulated phones need on loopback: no proxies. Values are passed through raw: a phone that sends
injections must be able to.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import md5, sha256

from hotline_agi.lab.tone import Codec

ALLOW = "ACK, BYE, CANCEL, INFO, INVITE, MESSAGE, NOTIFY, OPTIONS, UPDATE"
TELEPHONE_EVENT = 101
"""The payload number that we offer for RFC 4733 keys; dynamic, but the one that everybody uses."""

_COMPACT = {
    "v": "via", "f": "from", "t": "to", "i": "call-id", "m": "contact",
    "l": "content-length", "c": "content-type", "k": "supported", "s": "subject",
}  # fmt: skip
"""RFC 3261 section 7.3.3 and table 2."""

REASONS = {
    100: "Trying", 180: "Ringing", 183: "Session Progress", 200: "OK", 400: "Bad Request", 403: "Forbidden",
    404: "Not Found", 405: "Method Not Allowed", 408: "Request Timeout", 480: "Temporarily Unavailable",
    481: "Call/Transaction Does Not Exist",
    486: "Busy Here", 487: "Request Terminated", 488: "Not Acceptable Here", 500: "Server Internal Error",
    503: "Service Unavailable", 600: "Busy Everywhere", 603: "Decline",
}  # fmt: skip
"""RFC 3261 section 21."""


@dataclass(frozen=True, slots=True)
class Message:
    """A request (`method` is set) or a response (`status` is set). Header names are lower case and never compact."""

    text: str = field(repr=False)
    """As on the wire; octets that are no UTF-8 are kept as surrogates."""
    first_line: str
    method: str
    uri: str
    status: int
    headers: dict[str, list[str]] = field(repr=False)
    body: str = field(repr=False)

    def header(self, name: str) -> str | None:
        """The first header of that (lower case) name."""
        values = self.headers.get(name)
        return values[0] if values else None

    @property
    def call_id(self) -> str:
        return self.headers["call-id"][0]

    @property
    def branch(self) -> str:
        """Which transaction this belongs to (RFC 3261 section 17.1.3)."""
        return parameter(self.headers["via"][0], "branch")

    @property
    def cseq(self) -> tuple[int, str]:
        number, _, method = self.headers["cseq"][0].partition(" ")
        return int(number), method.strip()

    @property
    def from_tag(self) -> str:
        return parameter(self.headers["from"][0], "tag")

    @property
    def to_tag(self) -> str:
        return parameter(self.headers["to"][0], "tag")


def parse(datagram: bytes) -> Message:
    """Read one datagram.

    :raises ValueError: if it is no SIP message or lacks what every message must have (RFC 3261 section 8.1.1).
    """
    text = datagram.decode("utf-8", "surrogateescape")
    head, _, body = text.partition("\r\n\r\n")
    first_line, *lines = head.split("\r\n")
    headers: dict[str, list[str]] = {}
    values: list[str] = []
    for line in lines:
        if line[:1] in (" ", "\t") and values:  # a folded line goes on with the one before (section 7.3.1)
            values[-1] += " " + line.strip()
            continue
        name, _, value = line.partition(":")
        name = name.rstrip().lower()
        if len(name) == 1:
            name = _COMPACT.get(name, name)
        values = headers.setdefault(name, [])
        values.append(value.strip())
    for name in ("via", "from", "to", "call-id", "cseq"):
        if name not in headers:
            raise ValueError(f"SIP message without {name}: {first_line!r}")
    start, _, rest = first_line.partition(" ")
    if start == "SIP/2.0":
        return Message(text, first_line, "", "", int(rest[:3]), headers, body)
    uri, _, version = rest.rpartition(" ")
    if version != "SIP/2.0":
        raise ValueError(f"no SIP message: {first_line!r}")
    return Message(text, first_line, start, uri, 0, headers, body)


def parameter(value: str, name: str) -> str:
    """The parameter of a header's value (`;tag=…`), not of the URI within; empty if absent."""
    at = value.find(f";{name}=", value.rfind(">") + 1)
    if at < 0:
        return ""
    at += len(name) + 2
    end = at
    while end < len(value) and value[end] not in "; ,\t":
        end += 1
    return value[at:end]


def uri_of(value: str) -> str:
    """The URI of a From, To or Contact value, with or without display name and angle brackets."""
    at = 0
    if value[:1] == '"':  # a display name in quotes may hold brackets and, escaped, quotes
        at = 1
        while at < len(value) and value[at] != '"':
            at += 2 if value[at] == "\\" else 1
    start = value.find("<", at)
    return value[start + 1 : value.find(">", start)] if start >= 0 else value[at:].partition(";")[0].strip()


def user_of(uri: str) -> str:
    """The user part of a URI as it is written (`%0D` stays `%0D`); empty if there is none."""
    user, at, _ = uri.partition(":")[2].rpartition("@")
    return user.partition(";")[0] if at else ""


def quoted(text: str) -> str:
    """`text` as quoted-string (RFC 3261 section 25.1); line breaks are left in, an attacker's phone would send them."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def request(
    method: str, uri: str, *, via: str, from_: str, to: str, call_id: str, cseq: int, more: str = "", body: str = ""
) -> str:
    """A request as text. `more` are whole header lines, each with its line end."""
    return (
        f"{method} {uri} SIP/2.0\r\nVia: {via}\r\nMax-Forwards: 70\r\nFrom: {from_}\r\nTo: {to}\r\n"
        f"Call-ID: {call_id}\r\nCSeq: {cseq} {method}\r\n{more}{_with_length(body)}"
    )


def response(to: Message, status: int, *, source: tuple[str, int], tag: str, more: str = "", body: str = "") -> str:
    """A response to the request `to` from `source`, with our `tag`; Via gets `received` and `rport` (RFC 3581)."""
    headers = to.headers
    first, *others = headers["via"]
    if first.endswith(";rport") or ";rport;" in first:
        first = f"{first.replace(';rport', f';rport={source[1]}', 1)};received={source[0]}"
    vias = "".join([f"Via: {via}\r\n" for via in (first, *others)])
    to_value = headers["to"][0]
    if status > 100 and not to.to_tag:
        to_value = f"{to_value};tag={tag}"
    return (
        f"SIP/2.0 {status} {REASONS.get(status, 'Refused')}\r\n{vias}From: {headers['from'][0]}\r\nTo: {to_value}\r\n"
        f"Call-ID: {headers['call-id'][0]}\r\nCSeq: {headers['cseq'][0]}\r\n{more}{_with_length(body)}"
    )


def _with_length(body: str) -> str:
    if not body:
        return "Content-Length: 0\r\n\r\n"
    return f"Content-Type: application/sdp\r\nContent-Length: {len(body.encode())}\r\n\r\n{body}"


# --- digest -----------------------------------------------------------------------------------------------------------

_HASHES = {"MD5": md5, "SHA-256": sha256}
_CHALLENGE_PART = re.compile(r'([a-z-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,]+))', re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Challenge:
    """What a 401 or 407 asks for."""

    realm: str
    nonce: str
    algorithm: str
    opaque: str | None
    has_qop: bool
    stale: bool
    answer_header: str

    def answer(self, *, method: str, uri: str, user: str, password: str, cnonce: str, count: int = 1) -> str:
        """The header line that answers it (RFC 7616 section 3.4; without qop as RFC 2069 had it)."""

        def digest(*parts: str) -> str:
            return _HASHES[self.algorithm](":".join(parts).encode()).hexdigest()

        secret, what = digest(user, self.realm, password), digest(method, uri)
        if self.has_qop:
            proof = digest(secret, self.nonce, f"{count:08x}", cnonce, "auth", what)
            tail = f', qop=auth, nc={count:08x}, cnonce="{cnonce}"'
        else:
            proof = digest(secret, self.nonce, what)
            tail = ""
        if self.opaque is not None:
            tail += f', opaque="{self.opaque}"'
        return (
            f'{self.answer_header}: Digest username="{user}", realm="{self.realm}", nonce="{self.nonce}", uri="{uri}", '
            f'response="{proof}", algorithm={self.algorithm}{tail}\r\n'
        )


def challenge_of(message: Message) -> Challenge | None:
    """The topmost challenge of a 401 or 407 whose algorithm we know (RFC 8760 section 2.4); None if there is none."""
    if message.status not in (401, 407):
        return None
    proxy = message.status == 407
    for value in message.headers.get("proxy-authenticate" if proxy else "www-authenticate", []):
        scheme, _, rest = value.partition(" ")
        parts = {name.lower(): quoted_value or plain for name, quoted_value, plain in _CHALLENGE_PART.findall(rest)}
        algorithm = parts.get("algorithm", "MD5").upper()
        if scheme.lower() == "digest" and algorithm in _HASHES:
            return Challenge(
                realm=parts.get("realm", ""),
                nonce=parts.get("nonce", ""),
                algorithm=algorithm,
                opaque=parts.get("opaque"),
                has_qop="auth" in parts.get("qop", "").replace(" ", "").split(","),
                stale=parts.get("stale", "").lower() == "true",
                answer_header="Proxy-Authorization" if proxy else "Authorization",
            )
    return None


# --- session description ----------------------------------------------------------------------------------------------


_CRYPTO = re.compile(r"crypto:[0-9]+ AES_CM_128_HMAC_SHA1_80 inline:([A-Za-z0-9+/=]{40})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Media:
    """Where and how the other side wants its audio."""

    address: tuple[str, int]
    codec: Codec
    """The first of its codecs that we speak."""
    event_payload: int | None
    """Its number for RFC 4733 keys."""
    direction: str
    """From its view: sendrecv, sendonly, recvonly or inactive."""
    key: str = ""
    """Of its SRTP, as ``inline:`` has it; empty if the audio is not encrypted."""


def describe(
    host: str, port: int, *, version: int = 1, answering: Media | None = None, key: str = "", name: str = "-"
) -> str:
    """An offer of both G.711 laws and keys, or an answer (RFC 3264 section 6: one codec, direction mirrored).

    With a `key` of ours the audio is SRTP (RFC 4568). `name` is the owner's and the session's.
    """
    codecs: Sequence[Codec] = (Codec.PCMA, Codec.PCMU)
    event: int | None = TELEPHONE_EVENT
    direction = "sendrecv"
    if answering is not None:
        codecs, event = (answering.codec,), answering.event_payload
        direction = {"sendonly": "recvonly", "recvonly": "sendonly"}.get(answering.direction, answering.direction)
    payloads = " ".join([str(int(codec)) for codec in codecs])
    lines = "".join([f"a=rtpmap:{int(codec)} {codec.name}/8000\r\n" for codec in codecs])
    if event is not None:
        payloads += f" {event}"
        lines += f"a=rtpmap:{event} telephone-event/8000\r\na=fmtp:{event} 0-15\r\n"
    return (
        f"v=0\r\no={name.replace(' ', '.')} {port} {version} IN IP4 {host}\r\ns={name}\r\nc=IN IP4 {host}\r\nt=0 0\r\n"
        f"m=audio {port} RTP/{'SAVP' if key else 'AVP'} {payloads}\r\n"
        + (f"a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:{key}\r\n" if key else "")
        + f"{lines}a=ptime:20\r\na={direction}\r\n"
    )


def media_of(body: str) -> Media | None:
    """The first audio stream of a description; None if there is none that we could use."""
    host, port, direction, key = "", 0, "sendrecv", ""
    payloads: list[str] = []
    event: int | None = None
    for line in body.split("\r\n"):
        kind, value = line[:2], line[2:]
        if kind == "m=":
            if payloads:
                break
            if value.startswith("audio "):
                _, port_text, _, *payloads = value.split()
                port = int(port_text.partition("/")[0])
        elif kind == "c=":
            host = value.split()[-1]
        elif kind == "a=":
            if value in ("sendrecv", "sendonly", "recvonly", "inactive"):
                direction = value
            elif (crypto := _CRYPTO.match(value)) is not None:
                key = key or crypto[1]
            elif value.startswith("rtpmap:") and value.lower().endswith(" telephone-event/8000"):
                event = int(value[7:].partition(" ")[0])
    for payload in payloads:
        if payload in ("0", "8"):
            return Media(
                address=(host, port), codec=Codec(int(payload)), event_payload=event, direction=direction, key=key
            )
    return None

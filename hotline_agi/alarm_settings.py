"""The section ``alarms`` of the settings: who is told, and from when on."""

from dataclasses import dataclass
from email.utils import parseaddr
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from hotline_agi.roster.document import Node
from hotline_agi.roster.fields import Converter, Fields, sequence_of
from hotline_agi.roster.findings import Findings
from hotline_agi.roster.values import ident, integer, scalar, yes_no
from hotline_agi.terms.ids import VolunteerId

TLS = ("starttls", "tls", "none")


@dataclass(frozen=True, slots=True, kw_only=True)
class MailSettings:
    host: str
    port: int
    sender: str
    to: tuple[str, ...]
    tls: str = "starttls"
    """``starttls`` (usually port 587), ``tls`` from the first byte (465), or ``none`` (a server on this machine)."""
    user: str | None = None
    password_file: Path | None = None
    ca_file: Path | None = None
    """Trusted in place of the machine's own authorities; for a server of the hospital's own."""
    names: bool = False
    """Whether mails say whom an alarm is about, by their ids in the roster."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookSettings:
    url: str
    secret_file: Path | None = None
    ca_file: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CallSettings:
    """Calls to coordinators about critical alarms."""

    people: tuple[VolunteerId, ...] = ()
    """Who is called if a slot has no coordinator, and after them."""
    most_per_hour: int = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    wait_s: int = 180
    lost: int = 3
    within_min: int = 60
    """For `lost`, survival and refused dialling."""
    before_min: int = 60
    """A slot below its minimum is an alarm so long before it begins."""
    daily_at_h: int = 9
    """At this hour of each line's own day its next 24 hours are looked at."""
    link_s: int = 15
    disk_mb: int = 500
    starts: int = 4
    starts_within_min: int = 15


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmSettings:
    name: str = "hotline"
    every_min: int = 5
    remind_h: int = 4
    thresholds: Thresholds = Thresholds()
    email: MailSettings | None = None
    webhook: WebhookSettings | None = None
    call: CallSettings | None = None


def alarm_settings(place: Converter[Path]) -> Converter[AlarmSettings]:
    """The section's reader; `place` reads a path."""

    def read(node: Node, findings: Findings) -> AlarmSettings | None:
        fields = Fields.of(node, findings, "alarms")
        if fields is None:
            return None
        known = AlarmSettings(
            name=fields.optional("name", _word, "hotline"),
            every_min=fields.optional("every_min", integer(1, 1440), 5),
            remind_h=fields.optional("remind_h", integer(1, 168), 4),
            thresholds=_thresholds(fields),
            email=fields.optional("email", lambda one, found: _mail(one, found, place), None),
            webhook=fields.optional("webhook", lambda one, found: _webhook(one, found, place), None),
            call=fields.optional("call", _call, None),
        )
        fields.close()
        return known

    return read


def _thresholds(fields: Fields) -> Thresholds:
    known = Thresholds()
    return Thresholds(
        wait_s=fields.optional("wait_s", integer(10, 3600), known.wait_s),
        lost=fields.optional("lost", integer(1, 1000), known.lost),
        within_min=fields.optional("within_min", integer(5, 1440), known.within_min),
        before_min=fields.optional("before_min", integer(5, 1440), known.before_min),
        daily_at_h=fields.optional("daily_at_h", integer(0, 23), known.daily_at_h),
        link_s=fields.optional("link_s", integer(5, 3600), known.link_s),
        disk_mb=fields.optional("disk_mb", integer(10, 1_000_000), known.disk_mb),
        starts=fields.optional("starts", integer(2, 100), known.starts),
        starts_within_min=fields.optional("starts_within_min", integer(1, 1440), known.starts_within_min),
    )


def _mail(node: Node, findings: Findings, place: Converter[Path]) -> MailSettings | None:
    fields = Fields.of(node, findings, "alarms.email")
    if fields is None:
        return None
    host = fields.required("host", _word)
    tls = fields.optional("tls", _tls, "starttls")
    port = fields.optional("port", integer(1, 65535), {"starttls": 587, "tls": 465}.get(tls, 25))
    sender = fields.required("from", address)
    to = fields.required("to", sequence_of(address, "the addresses"))
    user = fields.optional("user", _word, None)
    password_file = fields.optional("password_file", place, None)
    ca_file = fields.optional("ca_file", place, None)
    names = fields.optional("names", yes_no, False)
    if (user is None) != (password_file is None):
        findings.error(node.mark, "`user` and `password_file` belong together", "give both, or neither")
    if host is not None and user is not None and tls == "none" and not _is_loopback(host):
        findings.error(fields.mark("tls"), "a password must not go out in the clear", "tls: starttls, or tls: tls")
    fields.close()
    if host is None or sender is None or not to:
        return None
    return MailSettings(
        host=host,
        port=port,
        sender=sender,
        to=tuple(to),
        tls=tls,
        user=user,
        password_file=password_file,
        ca_file=ca_file,
        names=names,
    )


def _webhook(node: Node, findings: Findings, place: Converter[Path]) -> WebhookSettings | None:
    fields = Fields.of(node, findings, "alarms.webhook")
    if fields is None:
        return None
    url = fields.required("url", _url)
    secret_file = fields.optional("secret_file", place, None)
    ca_file = fields.optional("ca_file", place, None)
    fields.close()
    return None if url is None else WebhookSettings(url=url, secret_file=secret_file, ca_file=ca_file)


def _call(node: Node, findings: Findings) -> CallSettings | None:
    fields = Fields.of(node, findings, "alarms.call")
    if fields is None:
        return None
    people = fields.optional("people", sequence_of(ident("a volunteer"), "the people"), ())
    most = fields.optional("most_per_hour", integer(1, 60), 6)
    fields.close()
    return CallSettings(people=tuple(VolunteerId(one) for one in people), most_per_hour=most)


def _word(node: Node, findings: Findings) -> str | None:
    found = scalar(node, findings, "one value")
    if found is None:
        return None
    if not found.text.isprintable() or len(found.text) > 200:
        findings.error(node.mark, "not one line of text", "at most 200 characters")
        return None
    return found.text


def address(node: Node, findings: Findings) -> str | None:
    """An e-mail address, with a name in front or without."""
    text = _word(node, findings)
    if text is None:
        return None
    name, address = parseaddr(text)
    user, at, domain = address.rpartition("@")
    if not (user and at and domain) or "," in text or any(blank in address for blank in " \t"):
        findings.error(node.mark, "not an e-mail address", "write name@example.org")
        return None
    del name
    return text


def _url(node: Node, findings: Findings) -> str | None:
    text = _word(node, findings)
    if text is None:
        return None
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname, parts.port
    except ValueError:
        host = None
    if host is None or parts.username is not None or " " in text or not text.isascii():
        findings.error(node.mark, "not the address of a web server", "write https://example.org/path")
        return None
    if parts.scheme != "https" and not (parts.scheme == "http" and _is_loopback(host)):
        findings.error(node.mark, "alarms go out over https only", "write https://… (http:// only to this machine)")
        return None
    return text


def _tls(node: Node, findings: Findings) -> str | None:
    text = _word(node, findings)
    if text is not None and text not in TLS:
        findings.error(node.mark, "no such way to protect mail", ", ".join(TLS))
        return None
    return text


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False

"""E-mail over SMTP with TLS: alarms, one message per digest; and whatever else is to be told by mail."""

import smtplib
import socket
import ssl
from collections.abc import Sequence
from email.message import EmailMessage
from email.utils import formatdate, make_msgid

from hotline_agi.alarm_settings import MailSettings
from hotline_agi.alarms.book import Digest
from hotline_agi.alarms.wording import subject_of, text_of
from hotline_agi.alerting.sink import DeliveryFailed, Leash, secret_in

STEP_S = 10.0
"""For one answer of the server."""
_DOMAIN = "hotline.invalid"
"""Of our message ids: nobody's (RFC 2606)."""


class MailSink:
    """See `sink.Sink`."""

    name = "email"

    def __init__(self, settings: MailSettings, hotline: str) -> None:
        """:param hotline: the name in subjects."""
        self._settings, self._hotline = settings, hotline

    def deliver(self, digest: Digest, leash: Leash) -> None:
        self._send(subject_of(digest, self._hotline), text_of(digest, names=self._settings.names), leash)

    def test(self, leash: Leash) -> None:
        text = "这是一封测试邮件，热线的警报会发送到这里。\nThis is a test: alarms of the hotline come here.\n"
        self._send(f"[{self._hotline}] test", text, leash)

    def _send(self, subject: str, text: str, leash: Leash) -> None:
        message = message_of(self._settings, subject, self._settings.to)
        message.set_content(text)
        post(self._settings, message, leash)


def message_of(settings: MailSettings, subject: str, to: Sequence[str], *, id_: str | None = None) -> EmailMessage:
    """A message without a text yet.

    :param id_: names it for good: what comes twice is then known for one message.
    """
    message = EmailMessage()
    message["Subject"], message["From"] = subject, settings.sender
    message["To"] = ", ".join(to)
    message["Date"] = formatdate()
    message["Message-ID"] = f"<{id_}@{_DOMAIN}>" if id_ else make_msgid(domain=_DOMAIN)
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office answers
    return message


def post(settings: MailSettings, message: EmailMessage, leash: Leash) -> None:
    """Hand `message` to the server. Blocks.

    :raises DeliveryFailed: with a sentence.
    """
    try:
        password = secret_in(settings.password_file).decode() if settings.password_file else None
        with _connected(settings, leash) as server:
            if settings.tls == "starttls":
                server.starttls(context=ssl.create_default_context(cafile=settings.ca_file))
            if settings.user is not None and password is not None:
                server.login(settings.user, password)
            refused = server.send_message(message)
    except (OSError, smtplib.SMTPException, ValueError) as error:
        leash.left_s()
        raise DeliveryFailed(_why(error)) from None
    if refused:
        raise DeliveryFailed(f"the server refused {len(refused)} of {message['To'].count('@')} addresses")


class _Server(smtplib.SMTP):
    """An SMTP connection on a leash. smtplib opens it in its constructor; this one waits for `connect`."""

    def __init__(self, settings: MailSettings, leash: Leash) -> None:
        self._leash, self._tls, self._ca_file = leash, settings.tls == "tls", settings.ca_file
        super().__init__(local_hostname="localhost", timeout=STEP_S)

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        left_s = min(timeout, self._leash.left_s())
        sock = self._leash.hold(socket.create_connection((host, port), left_s))
        if self._tls:
            context = ssl.create_default_context(cafile=self._ca_file)
            sock = self._leash.hold(context.wrap_socket(sock, server_hostname=host))
        return sock


def _connected(settings: MailSettings, leash: Leash) -> smtplib.SMTP:
    server = _Server(settings, leash)
    server._host = settings.host  # type: ignore[attr-defined]  # what starttls checks the certificate against
    server.connect(settings.host, settings.port)
    return server


def _why(error: Exception) -> str:
    """In a sentence without what the server said: it may repeat an address."""
    match error:
        case smtplib.SMTPAuthenticationError():
            return f"the server refused user or password ({error.smtp_code})"
        case smtplib.SMTPResponseException():
            return f"the server refused with {error.smtp_code}"
        case smtplib.SMTPRecipientsRefused():
            return "the server refused every address"
        case smtplib.SMTPNotSupportedError():
            return "the server does not offer what the settings ask for (TLS, or a login)"
        case ssl.SSLCertVerificationError():
            return f"the server's certificate is not trusted ({error.verify_message})"
        case TimeoutError():
            return "the server did not answer in time"
        case socket.gaierror():
            return "the server's name does not resolve"
        case OSError():
            return f"no connection ({error.strerror or type(error).__name__})"
        case _:
            return f"{type(error).__name__}"

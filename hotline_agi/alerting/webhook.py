"""Alarms by HTTPS: a POST of JSON, signed with HMAC-SHA256 (RFC 2104).

``http.client``, not a library: one POST without redirects, cookies or proxies is all that is wanted, and its socket can
be put on a leash. The signature covers the time, so that whoever records a request cannot send it again later:

    X-Hotline-Time: 1771000000
    X-Hotline-Signature: sha256=HEX of HMAC(secret, TIME + "." + BODY)
"""

import hashlib
import hmac
import http.client
import json
import socket
import ssl
import time
from typing import Any
from urllib.parse import urlsplit

from hotline_agi.alarm_settings import WebhookSettings
from hotline_agi.alarms.book import Digest
from hotline_agi.alarms.wording import VERSION, json_of
from hotline_agi.alerting.sink import DeliveryFailed, Leash, secret_in

STEP_S = 10.0


class WebhookSink:
    """See `sink.Sink`."""

    name = "webhook"

    def __init__(self, settings: WebhookSettings, hotline: str) -> None:
        self._settings, self._hotline = settings, hotline

    def deliver(self, digest: Digest, leash: Leash) -> None:
        self._post(json_of(digest, self._hotline), leash)

    def test(self, leash: Leash) -> None:
        self._post({"version": VERSION, "hotline": self._hotline, "test": True}, leash)

    def _post(self, told: dict[str, Any], leash: Leash) -> None:
        body = json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()
        parts = urlsplit(self._settings.url)
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        try:
            connection = _connection(self._settings, leash)
            try:
                connection.request("POST", path, body, self._headers(body))
                status = connection.getresponse().status
            finally:
                connection.close()
        except (OSError, http.client.HTTPException, ValueError) as error:
            leash.left_s()
            raise DeliveryFailed(_why(error)) from None
        if not 200 <= status < 300:
            raise DeliveryFailed(f"the server answered {status}")

    def _headers(self, body: bytes) -> dict[str, str]:
        headers = {"Content-Type": "application/json", "User-Agent": "hotline_agi"}
        if self._settings.secret_file is not None:
            secret = secret_in(self._settings.secret_file)
            if not secret:
                raise DeliveryFailed("the file of the secret is empty")
            now = str(int(time.time()))
            headers["X-Hotline-Time"] = now
            headers["X-Hotline-Signature"] = f"sha256={signature(secret, now, body)}"
        return headers


def signature(secret: bytes, at: str, body: bytes) -> str:
    """What a receiver compares (`hmac.compare_digest`)."""
    return hmac.new(secret, at.encode() + b"." + body, hashlib.sha256).hexdigest()


class _Connection(http.client.HTTPConnection):
    """On a leash."""

    def __init__(self, host: str, port: int, leash: Leash, context: ssl.SSLContext | None) -> None:
        super().__init__(host, port, timeout=STEP_S)
        self._leash, self._tls = leash, context

    def connect(self) -> None:
        sock = self._leash.hold(socket.create_connection((self.host, self.port), min(STEP_S, self._leash.left_s())))
        if self._tls is not None:
            sock = self._leash.hold(self._tls.wrap_socket(sock, server_hostname=self.host))
        self.sock = sock


def _connection(settings: WebhookSettings, leash: Leash) -> _Connection:
    parts = urlsplit(settings.url)
    context = ssl.create_default_context(cafile=settings.ca_file) if parts.scheme == "https" else None
    return _Connection(parts.hostname or "", parts.port or (80 if context is None else 443), leash, context)


def _why(error: Exception) -> str:
    match error:
        case ssl.SSLCertVerificationError():
            return f"the server's certificate is not trusted ({error.verify_message})"
        case TimeoutError():
            return "the server did not answer in time"
        case socket.gaierror():
            return "the server's name does not resolve"
        case OSError():
            return f"no connection ({error.strerror or type(error).__name__})"
        case _:
            return f"what answers is no web server ({type(error).__name__})"

"""Where the TLS of softphones is: the section `softphone_tls` of the settings.

Asterisk uses the files, not the service; the doctor looks at both.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from hotline_agi.roster.document import Node
from hotline_agi.roster.fields import Converter, Fields
from hotline_agi.roster.findings import Findings
from hotline_agi.roster.values import integer, scalar

FOLDER = Path("/etc/asterisk/keys")
CERTIFICATE, KEY = "hotline.crt", "hotline.key"
"""As asterisk-conf/site/pjsip-transports.conf names them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SoftphoneTls:
    """What site/pjsip-transports.conf says of ``transport-tls``."""

    certificate: Path = FOLDER / CERTIFICATE
    key: Path = FOLDER / KEY
    host: str = "127.0.0.1"
    """An address at which this machine's Asterisk listens."""
    port: int = 5061
    is_told: bool = False
    """Whether the settings have the section: a deployment of 0.3 has no TLS, and that is no failure."""


def softphone_tls(place: Converter[Path]) -> Callable[[Node, Findings], SoftphoneTls | None]:
    """A reader of the section; `place` reads a path."""

    def read(node: Node, findings: Findings) -> SoftphoneTls | None:
        fields = Fields.of(node, findings, "softphone_tls")
        if fields is None:
            return None
        default = SoftphoneTls()
        told = SoftphoneTls(
            certificate=fields.optional("certificate", place, default.certificate),
            key=fields.optional("key", place, default.key),
            host=fields.optional("host", _text, default.host),
            port=fields.optional("port", integer(1, 65535), default.port),
            is_told=True,
        )
        fields.close()
        return told

    return read


def _text(node: Node, findings: Findings) -> str | None:
    found = scalar(node, findings, "one value")
    return None if found is None else found.text

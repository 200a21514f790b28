"""The section ``recordings`` of the settings: for whom recordings are encrypted, and where they lie."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from hotline_agi.errors import SetupError
from hotline_agi.roster.document import Node
from hotline_agi.roster.fields import Converter, Fields, sequence_of
from hotline_agi.roster.findings import Findings
from hotline_agi.roster.values import scalar
from hotline_agi.sealing import RECIPIENT

MAX_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingSettings:
    recipients: tuple[str, ...] = ()
    """Public keys (``age1…``), each of which can open what is encrypted from now on. None: messages stay in the clear,
    and no talk is recorded."""
    recipients_file: Path | None = None
    """The same, one a line; lines with # are comments."""
    identity_file: Path | None = None
    """A private key, for playing by telephone and `hotline recordings export`; None: this machine can open nothing."""
    folder: Path | None = None
    """Where encrypted recordings lie; None: ``recordings`` in the state folder."""
    talks: Path | None = None
    """Where Asterisk writes talks while they last (HOTLINE_TALKS in site/globals.conf); None: none is recorded."""
    playing: Path | None = None
    """Where a decrypted message lies while Asterisk plays it; None: ``playing`` in the folder of messages."""

    def keys(self) -> tuple[str, ...]:
        """All recipients.

        :raises SetupError: if the file with them cannot be read, or holds something else.
        """
        if self.recipients_file is None:
            return self.recipients
        try:
            text = self.recipients_file.read_bytes()[:MAX_BYTES].decode()
        except (OSError, UnicodeDecodeError) as error:
            why = getattr(error, "strerror", None) or "no text"
            raise SetupError(
                f"cannot read the recipients in {self.recipients_file} ({why}): write there public keys "
                "(age1…), one a line, readable by the service"
            ) from error
        found = [line.strip() for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
        for number, line in enumerate(found, 1):
            if RECIPIENT.fullmatch(line) is None:
                raise SetupError(
                    f"{self.recipients_file}: key {number} is no public key of age: write age1… as "
                    "`hotline recordings keygen` shows it, one a line"
                )
        return (*self.recipients, *found)

    @property
    def seals(self) -> bool:
        """Whether recordings are to be encrypted at all."""
        return bool(self.recipients) or self.recipients_file is not None


NOTHING = RecordingSettings()
"""Without the section: messages stay in the clear, no talk is recorded."""


def recording_settings(place: Converter[Path]) -> Callable[[Node, Findings], RecordingSettings | None]:
    """A reader of the section; `place` reads a path."""

    def read(node: Node, findings: Findings) -> RecordingSettings | None:
        fields = Fields.of(node, findings, "recordings")
        if fields is None:
            return None
        fields.hint("recipient", "it is `recipients: [age1…]`")
        found = RecordingSettings(
            recipients=fields.optional("recipients", sequence_of(_recipient, "recipients"), ()),
            recipients_file=fields.optional("recipients_file", place, None),
            identity_file=fields.optional("identity_file", place, None),
            folder=fields.optional("folder", place, None),
            talks=fields.optional("talks", place, None),
            playing=fields.optional("playing", place, None),
        )
        if found.talks is not None and not found.seals and not fields.has("recipients"):
            what = "talks are to be recorded, but nobody is named for whom they are encrypted"
            findings.error(fields.mark("talks"), what, "`hotline recordings keygen` makes a key for `recipients`")
        fields.close()
        return found

    return read


def _recipient(node: Node, findings: Findings) -> str | None:
    found = scalar(node, findings, "a recipient")
    if found is None:
        return None
    if found.text.startswith("AGE-SECRET-KEY-"):
        what = "this is the secret half of a key, and does not belong into the settings"
        findings.error(node.mark, what, "write the public half, age1…; make a new key, this one was shown")
        return None
    if RECIPIENT.fullmatch(found.text) is None:
        findings.error(node.mark, "not a public key of age", "age1 and 58 small letters and digits")
        return None
    return found.text

"""The settings file, and the secret that it names: settings, or SetupError; the secret is in no message. The input is
the settings, a line of four signs ``----``, and the content of the secret's file."""

import os
import tempfile
from pathlib import Path
from random import Random

from hotline_agi.errors import SetupError
from hotline_agi.settings import read_settings
from tests.fuzz import mutation

_HELD = tempfile.TemporaryDirectory(
    prefix="hotline-fuzz-", dir="/dev/shm" if os.access("/dev/shm", os.W_OK) else None
)  # removed at the end
_FOLDER = Path(_HELD.name)
_EXAMPLE = Path(__file__).parents[2] / "asterisk-conf/hotline.example.yaml"
PARTED = b"\n----\n"
WORDS = (
    *(
        b"ami:",
        b"  secret_file: secret\n",
        b"  port: 5038\n",
        b"fastagi: {port: 4573}\n",
        b"rosters: a\n",
        b"state: a\n",
        b"log_format: json\n",
    ),
    *(
        b'"a\\0b"',
        b'"a\\nb"',
        b'"\\ud800"',
        b"$HOME",
        b"${CREDENTIALS_DIRECTORY}/ami",
        b"~",
        b"/",
        b"..",
        b"secret",
        b"...\n",
        PARTED,
    ),
)


def seeds() -> list[bytes]:
    small = b"rosters: r\nstate: s\nmessages: m\nami: {secret_file: secret}\n...\n"
    example = _EXAMPLE.read_bytes().replace(b"secret_file: ami-secret", b"secret_file: secret")
    return [
        small + PARTED + b"correct-horse-battery\n",
        example + PARTED + b"4f" * 24,
        small + PARTED + b"two\nlines",
        small,
    ]


def mutated(content: bytes, dice: Random) -> bytes:
    return mutation.changed(content, dice, WORDS)


def judge(content: bytes) -> None:
    text, _, secret = content.partition(PARTED)
    (_FOLDER / "hotline.yaml").write_bytes(text)
    (_FOLDER / "secret").write_bytes(secret)
    try:
        settings = read_settings(_FOLDER / "hotline.yaml")
        found = settings.ami_secret() if settings.ami_secret_file == _FOLDER / "secret" else ""
    except SetupError as refusal:
        told = str(refusal)
        word = secret.decode("utf-8", "replace").strip()
        assert len(word) < 12 or word not in told or word in text.decode("utf-8", "replace")
        return
    if found:
        assert found == found.strip() and found.isprintable() and len(found.encode()) <= 1000
    assert 0 < settings.ami_port < 65536 and 0 < settings.fastagi_port < 65536
    for path in (settings.rosters, settings.state, settings.messages, settings.sounds, settings.ami_secret_file):
        assert "\0" not in str(path)

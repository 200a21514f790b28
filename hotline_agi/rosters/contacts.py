"""The contacts file: plain, or encrypted by age or sops, so that it may lie in git. No plain text touches a disk then.

``contacts.yaml`` is read as it is. ``….age`` is given to ``age --decrypt --identity KEY``; ``….sops.yaml`` to ``sops
--decrypt``, with KEY as SOPS_AGE_KEY_FILE if there is one (else sops finds its key by its own rules: the environment is
passed through). Either runs without a shell, gets the text on its standard input and has bounded time and output; what
it says is shown only if it cannot hold a number.
"""

import os
import re
import selectors
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO

from hotline_agi.errors import SetupError
from hotline_agi.roster.source import MAX_BYTES
from hotline_agi.rosters.regular import read_regular

MAX_RAW_BYTES = 4 * 1024 * 1024
"""Of the file as it lies there: armour and sops' own lines make it longer than its text."""
TIMEOUT_S = 10.0
MAX_SAID_BYTES = 2000

AGE, SOPS = (".age",), (".sops.yaml", ".sops.yml")


def read(path: Path, key: Path | None = None) -> bytes:
    """The text of a contacts file, decrypted if its name says that it is encrypted.

    :param key: the file with the key (`contacts_key` in the settings).
    :raises SetupError: if it cannot be read or decrypted.
    """
    return opened(path.name, read_raw(path), key)


def read_raw(path: Path) -> bytes:
    """The file as it lies there.

    :raises SetupError: if it cannot be read.
    """
    try:
        return read_regular(path, MAX_RAW_BYTES if is_encrypted(path.name) else MAX_BYTES + 1)
    except OSError as error:
        raise SetupError(
            f"cannot read the contacts {path} ({error.strerror}): make `contacts` in the settings point to the "
            "file with people's numbers (rosters/contacts.example.yaml shows its form)"
        ) from error


def is_encrypted(name: str) -> bool:
    return name.endswith((*AGE, *SOPS))


def opened(name: str, raw: bytes, key: Path | None) -> bytes:
    """The text of what `read_raw` gave for a file of this name.

    :raises SetupError: if it cannot be decrypted.
    """
    if name.endswith(AGE):
        if key is None:
            raise SetupError(
                f"{name} is encrypted with age: name the file with the identity as `contacts_key` in the settings"
            )
        _look_at_key(key)
        return _decrypted(name, ("age", "--decrypt", "--identity", str(key)), raw, os.environ)
    if name.endswith(SOPS):
        environment = dict(os.environ)
        if key is not None:
            _look_at_key(key)
            environment["SOPS_AGE_KEY_FILE"] = str(key)
        kinds = ("--input-type", "yaml", "--output-type", "yaml")
        text = _decrypted(name, ("sops", "--decrypt", *kinds, "/dev/stdin"), raw, environment)
        # sops writes YAML of its own: numbers in quotes or not, and never the end marker that tells that all is there;
        # that it is, sops has proved by its checksum over all values
        return text if re.search(rb"^\.\.\.\s*\Z", text, re.MULTILINE) else text.rstrip(b"\n") + b"\n...\n"
    return raw


def _look_at_key(key: Path) -> None:
    try:
        read_regular(key, 1)
    except OSError as error:
        raise SetupError(
            f"cannot read the key of the contacts {key} ({error.strerror}): make `contacts_key` in the settings point "
            "to it, and let the service's user read it"
        ) from error


def _decrypted(name: str, command: Sequence[str], raw: bytes, environment: Mapping[str, str]) -> bytes:
    tool = command[0]
    with tempfile.TemporaryFile() as cipher:  # what is encrypted may lie on disk; and no pipe can fill up
        cipher.write(raw)
        cipher.seek(0)
        try:
            process = subprocess.Popen(
                command, stdin=cipher, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment
            )
        except OSError as error:
            raise SetupError(
                f"{name} needs `{tool}`, which cannot be started ({error.strerror}): install it, "
                "or name a plain contacts file"
            ) from error
    try:
        text, said = _outputs(process, MAX_BYTES + 1)
        status = process.wait(TIMEOUT_S) if len(text) <= MAX_BYTES else None
    except subprocess.TimeoutExpired:
        raise SetupError(
            f"`{tool}` did not decrypt {name} within {TIMEOUT_S:g} s: does it ask for something? Its key must need no "
            "passphrase"
        ) from None
    finally:
        process.kill()
        for pipe in (process.stdout, process.stderr):
            if pipe is not None:
                pipe.close()  # not read to its end: a program of the tool's own may still write
        process.wait()
    if len(text) > MAX_BYTES:
        raise SetupError(f"{name} holds more than {MAX_BYTES} bytes of text: is that the contacts file?")
    if status != 0:
        raise SetupError(f"`{tool}` cannot decrypt {name}{_quoted(said)}: is `contacts_key` the right key?")
    return text


def _outputs(process: "subprocess.Popen[bytes]", most: int) -> tuple[bytes, bytes]:
    """What the process says on standard output (at most `most` bytes, then it is left alone) and standard error.

    :raises subprocess.TimeoutExpired: if it says nothing more and does not end.
    """
    assert process.stdout is not None and process.stderr is not None
    limits: dict[IO[bytes], int] = {process.stdout: most, process.stderr: MAX_SAID_BYTES}
    heard: dict[IO[bytes], bytes] = dict.fromkeys(limits, b"")
    deadline = time.monotonic() + TIMEOUT_S
    with selectors.DefaultSelector() as selector:
        for stream in limits:
            selector.register(stream, selectors.EVENT_READ)
        while selector.get_map():
            ready = selector.select(max(deadline - time.monotonic(), 0))
            if not ready or time.monotonic() > deadline:
                raise subprocess.TimeoutExpired("", TIMEOUT_S)
            for selected, _ in ready:
                source = selected.fileobj
                stream = process.stdout if source is process.stdout else process.stderr
                part = os.read(stream.fileno(), 65536)
                heard[stream] += part
                if stream is process.stderr:
                    heard[stream] = heard[stream][:MAX_SAID_BYTES]
                elif len(heard[stream]) >= most:
                    return heard[stream], heard[process.stderr]
                if not part:
                    selector.unregister(stream)
    return heard[process.stdout], heard[process.stderr]


def _quoted(said: bytes) -> str:
    """The tool's first sentence, unless it could quote a number."""
    lines = said.decode("utf-8", "replace").splitlines()
    first = next((line.strip() for line in lines if line.strip()), "")
    if not first or not first.isprintable() or len(first) > 200 or re.search(r"[0-9][0-9 ()./-]{4,}", first):
        return ""
    return f" ({first})"

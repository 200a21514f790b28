"""Encryption of recordings at rest, by the program age (age-encryption.org/v1). The only file that runs it for that.

Why age, as a program: its format is small, written down and asymmetric (X25519, ChaCha20-Poly1305), so this machine can
encrypt what it cannot read; any age, rage or pyrage opens the files without us; Debian keeps the program, contacts use
it already, and a child process holds neither our event loop nor the whole sound in our memory. `pyrage`, the binding to
rage, would be one more compiled wheel for the same; a format of our own on `cryptography` would be a format of our own.

    clear ─(1) age ─► .….part ─(2) fsync, rename ─► sealed ─(3) overwrite, unlink ─► gone

Whenever this is cut off there is the clear file or the sealed one; both only between (2) and (3).
"""

import contextlib
import os
import re
import secrets
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import IO

from hotline_agi.errors import HotlineError, SetupError
from hotline_agi.retention import SEALED_SUFFIX

AGE, KEYGEN = "age", "age-keygen"
SUFFIX = SEALED_SUFFIX
PART = ".part"
RECIPIENT = re.compile(r"age1[02-9ac-hj-np-z]{58}")
"""Bech32 of an X25519 key; the checksum is age's business."""
TIMEOUT_S = 60.0
"""An hour of talk is 58 MB; age does several hundred MB in a second."""
_CHUNK_BYTES = 1024 * 1024
_PAYLOAD_CHUNK = 64 * 1024
_TAG_BYTES = 16
"""Of each chunk of the payload; before the first stand 16 bytes more (age-encryption.org/v1, Payload)."""
_MAX_HEADER_BYTES = 64 * 1024


class SealingFailed(HotlineError):
    """A recording could not be encrypted, or decrypted. What was there is still there."""


def seal(clear: Path, sealed: Path, recipients: Sequence[str]) -> None:
    """Encrypt the file `clear` into `sealed`, durably, then remove `clear`. Blocks.

    Once more after it was cut off, it ends what it began.

    :raises SealingFailed: `clear` is as it was.
    """
    if not sealed.exists():
        part = sealed.with_name(f".{sealed.name}.{secrets.token_hex(4)}{PART}")
        try:
            _encrypt(clear, part, recipients)
            _publish(part, sealed)
        except OSError as error:
            raise SealingFailed(f"a recording cannot be encrypted ({error.strerror})") from error
        finally:
            part.unlink(missing_ok=True)
    shred(clear)


def _encrypt(clear: Path, part: Path, recipients: Sequence[str]) -> None:
    to = [word for recipient in recipients for word in ("--recipient", recipient)]
    with clear.open("rb") as source, made(part, 0o600) as target:
        _run((AGE, "--encrypt", *to), source.fileno(), target.fileno())
        os.fsync(target.fileno())


def _publish(part: Path, sealed: Path) -> None:
    part.replace(sealed)
    _sync(sealed.parent)


def unseal(sealed: Path, target: Path, identity: Path, *, mode: int = 0o600) -> None:
    """Decrypt `sealed` into the new file `target`. Blocks.

    :param identity: the file with the private key.
    :raises SealingFailed: if it cannot be; then there is no `target`.
    """
    try:
        with sealed.open("rb") as source, made(target, mode) as out:
            try:
                _run((AGE, "--decrypt", "--identity", str(identity)), source.fileno(), out.fileno())
            except BaseException:
                target.unlink(missing_ok=True)
                raise
    except OSError as error:
        raise SealingFailed(f"{sealed.name} cannot be decrypted to {target} ({error.strerror})") from error


def shred(path: Path) -> None:
    """Overwrite `path` and remove it. On a disk that writes elsewhere (flash, a journal, copy on write) the overwriting
    means little: let clear recordings lie in memory (tmpfs). Where it may not be written it is only removed.

    :raises SealingFailed: if it cannot be removed.
    """
    try:
        with contextlib.suppress(OSError):
            size = path.stat().st_size
            with path.open("r+b", buffering=0) as file:
                for at in range(0, size, _CHUNK_BYTES):
                    file.write(bytes(min(_CHUNK_BYTES, size - at)))
                os.fsync(file.fileno())
        path.unlink(missing_ok=True)
        _sync(path.parent)
    except OSError as error:
        raise SealingFailed(f"the clear recording {path} cannot be removed ({error.strerror})") from error


def payload_bytes(sealed: Path) -> int:
    """How long the clear text of a sealed file is, by its length alone; no key is needed.

    :raises SealingFailed: if it is no age file.
    """
    try:
        with sealed.open("rb") as file:
            head = file.read(_MAX_HEADER_BYTES)
        size = sealed.stat().st_size
    except OSError as error:
        raise SealingFailed(f"{sealed.name} cannot be read ({error.strerror})") from error
    end = re.search(rb"\n--- [^\n]*\n", head)
    if not head.startswith(b"age-encryption.org/v1\n") or end is None:
        raise SealingFailed(f"{sealed.name} is no age file")
    payload = max(0, size - end.end() - _TAG_BYTES)
    chunks = -(-payload // (_PAYLOAD_CHUNK + _TAG_BYTES))
    return max(0, payload - chunks * _TAG_BYTES)


def new_identity() -> tuple[str, str]:
    """A new key: the text of the identity file, which is the secret, and the recipient, which is not.

    :raises SetupError: if the program age is not there.
    """
    made = _started((KEYGEN,))
    found = RECIPIENT.search(made)
    if found is None:
        raise SetupError(f"`{KEYGEN}` made no key that this program knows: install age 1.0 or newer")
    return made, found.group()


def recipient_of(identity: Path) -> str:
    """The public half of the key in a file.

    :raises SetupError: if it holds none, or cannot be read.
    """
    found = RECIPIENT.search(_started((KEYGEN, "-y", str(identity))))
    if found is None:
        raise SetupError(f"{identity} holds no age identity: `hotline recordings keygen` makes one")
    return found.group()


def try_out(recipients: Sequence[str]) -> str | None:
    """What stands in the way of encrypting for these; None: nothing does. Blocks."""
    try:
        with Path(os.devnull).open("rb") as nothing, Path(os.devnull).open("wb") as nowhere:
            to = [word for recipient in recipients for word in ("--recipient", recipient)]
            _run((AGE, "--encrypt", *to), nothing.fileno(), nowhere.fileno())
    except SealingFailed as error:
        return str(error)
    return None


def _run(command: Sequence[str], source: int, target: int) -> None:
    try:
        done = subprocess.run(
            command, stdin=source, stdout=target, stderr=subprocess.PIPE, timeout=TIMEOUT_S, check=False
        )
    except FileNotFoundError:
        raise SealingFailed(f"there is no program `{command[0]}`: install the package age") from None
    except (OSError, subprocess.TimeoutExpired) as error:
        raise SealingFailed(f"`{command[0]}` did not do its work ({type(error).__name__})") from error
    if done.returncode != 0:
        raise SealingFailed(f"`{command[0]}` refused: {_first_line(done.stderr)}")


def _started(command: Sequence[str]) -> str:
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=TIMEOUT_S, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise SetupError(f"`{command[0]}` cannot be run ({type(error).__name__}): install the package age") from error
    if done.returncode != 0:
        raise SetupError(f"`{command[0]}` refused: {_first_line(done.stderr)}")
    return done.stdout.decode("utf-8", "replace")


def _first_line(said: bytes) -> str:
    lines = said.decode("utf-8", "replace").splitlines()
    first = next((line.strip() for line in lines if line.strip()), "it does not say why")
    return first[:200] if first.isprintable() else "it does not say why"


def made(path: Path, mode: int) -> IO[bytes]:
    """A new file of this mode, whatever the umask.

    :raises FileExistsError: if there is something by that name.
    """
    descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_NOFOLLOW, mode)
    os.fchmod(descriptor, mode)
    return os.fdopen(descriptor, "wb")


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

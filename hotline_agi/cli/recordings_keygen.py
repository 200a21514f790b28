"""``hotline recordings keygen``."""

import os
from pathlib import Path

import click

from hotline_agi import sealing, table
from hotline_agi.errors import SetupError


@click.command("keygen")
@click.option(
    "--out",
    default=Path("recordings-identity"),
    show_default=True,
    type=click.Path(path_type=Path, dir_okay=False),
    help="The file for the secret half.",
)
def keygen(out: Path) -> None:
    """Make a pair of keys for recordings, and say where each half belongs.

    The secret half is written to --out, for you alone; it is shown nowhere. Who has it can hear every recording that
    is encrypted for it; who loses it, none: keep two copies, off this machine.
    """
    identity, recipient = sealing.new_identity()
    try:
        descriptor = os.open(out, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except FileExistsError:
        raise SetupError(f"there is a file {out} already, and no key is overwritten: name another one") from None
    except OSError as error:
        raise SetupError(f"cannot make {out} ({error.strerror}): name a file in a folder of yours with --out") from None
    with os.fdopen(descriptor, "w") as file:
        file.write(identity)
        file.flush()
        os.fsync(file.fileno())
    table.ok(f"the secret half is in {out}, the public half is {recipient}")
    for line in (
        "",
        "The public half, into the settings (it encrypts, and opens nothing):",
        "  recordings:",
        f"    recipients: [{recipient}]",
        "",
        "The secret half opens all recordings. Keep it off this machine, twice; `recipients` takes several keys, so a",
        "second pair, for the head of the line, is a good spare. Then:",
        "  - to export by hand: bring it on a stick, `hotline recordings export CALL --out FILE --identity …`",
        "  - to hear messages by telephone: leave a copy of it here, best encrypted by systemd:",
        f"      systemd-creds encrypt --name=recordings-identity {out} /etc/hotline/recordings-identity.cred",
        "      and, by `systemctl edit hotline`, under [Service]:",
        "      LoadCredentialEncrypted=recordings-identity:/etc/hotline/recordings-identity.cred",
        "      and, beside `recipients` in the settings:",
        "      identity_file: recordings-identity",
    ):
        table.note(line)

"""``hotline certs``: the certificate by which softphones know their server."""

import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import click

from hotline_agi import table
from hotline_agi.certificates import Certificate, days_left, fits, read_certificate, self_signed
from hotline_agi.cli.options import FINDING
from hotline_agi.encryption import CERTIFICATE, FOLDER, KEY
from hotline_agi.errors import SetupError
from hotline_agi.rosters.durable import write_whole

DAYS = 825
"""Apple's systems take no longer validity (support article HT210176)."""


@click.command()
@click.argument("names", nargs=-1, metavar="[NAME_OR_ADDRESS]...")
@click.option(
    "--out",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    default=FOLDER,
    show_default=True,
    help="Folder of hotline.crt and hotline.key, as site/pjsip-transports.conf names them.",
)
@click.option("--days", type=click.IntRange(1, 3650), default=DAYS, show_default=True, help="Validity.")
@click.option("--force", is_flag=True, help="Replace the key and certificate that are there.")
def certs(names: tuple[str, ...], folder: Path, days: int, *, force: bool) -> None:
    """Make a self-signed certificate for the TLS of softphones, or show the one that is there.

    Name the host names and addresses by which softphones reach this Asterisk, the first one as the apps will have it.
    Without a name the certificate in the folder is shown; exit status 1 if it has expired or is not the key's.
    """
    certificate, key = folder / CERTIFICATE, folder / KEY
    if names:
        _make(names, certificate, key, days=days, force=force)
    problems = list(_show(certificate, key))
    for problem in problems:
        table.warn(problem)
    if names:
        click.echo("Asterisk must be able to read both files, and nobody else the key, the service's user neither:")
        click.echo(f"    chmod 0755 {folder}; chown asterisk: {key}; chmod 0400 {key}")
        click.echo("Apps must be told to trust it (README, softphones); one of an authority that they know already")
        click.echo("goes to the same two places. Asterisk reads them at its start.")
    if problems:
        sys.exit(FINDING)


def _make(names: tuple[str, ...], certificate: Path, key: Path, *, days: int, force: bool) -> None:
    """:raises SetupError: if one of the files is there and `force` is not given."""
    there = [str(path) for path in (certificate, key) if path.exists()]
    if there and not force:
        raise SetupError(
            f"{' and '.join(there)} there already: --force replaces key and certificate, and every app must be told "
            "to trust the new one"
        )
    private, public = self_signed(names, days=days, now=datetime.now(UTC))
    certificate.parent.mkdir(parents=True, exist_ok=True)
    # the key first: a certificate without its key is what nobody wants to find
    write_whole(key, private, 0o600)
    write_whole(certificate, public, 0o644)


def _show(certificate: Path, key: Path) -> Iterator[str]:
    """Print what is there; what is wrong with it, in words.

    :raises SetupError: if there is none, or none that can be read.
    """
    try:
        found = read_certificate(certificate.read_bytes())
    except OSError as error:
        raise SetupError(
            f"cannot read {certificate} ({error.strerror}): `hotline certs NAME` makes one; give the host name or "
            "address by which softphones reach this Asterisk"
        ) from error
    except ValueError:
        raise SetupError(f"{certificate} holds no certificate in PEM") from None
    _print(certificate, found)
    left = days_left(found, datetime.now(UTC))
    if left < 0:
        yield f"it has expired {-left} days ago: softphones do not connect"
    try:
        if not fits(found, key.read_bytes()):
            yield f"{key} is the key of another certificate: Asterisk does not start its TLS with these two"
    except OSError as error:
        yield f"cannot read {key} ({error.strerror}): run this as root"
    except ValueError:
        yield f"{key} holds no private key that can be read without a password"


def _print(path: Path, found: Certificate) -> None:
    click.echo(f"certificate   {path}{', self-signed' if found.is_self_signed else ''}")
    click.echo(f"good for      {', '.join(found.names) or 'no name at all'}")
    click.echo(f"until         {found.not_after:%Y-%m-%d} ({days_left(found, datetime.now(UTC))} days)")
    click.echo(f"fingerprint   SHA-256 {found.fingerprint}")

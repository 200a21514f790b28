"""Who types a command, and that what they do is noted."""

import os
import pwd
from datetime import UTC, datetime
from pathlib import Path

import click

from hotline_agi.errors import SetupError


def operator() -> str:
    """The user of this machine; under sudo, who called it."""
    told = os.environ.get("SUDO_USER")
    if told:
        return told
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:  # a container's user without a name
        return f"uid {os.getuid()}"


def noted(journal: Path, did: str, subject: str) -> None:
    """Take down who did what, before it is done.

    :param did: a verb in the past.
    :param subject: what with; never anybody's number.
    :raises SetupError: if that can be written nowhere; then do not do it.
    """
    from hotline_agi.store import audit  # with the journal's toolkit, which not every command needs

    audit.noted(journal, datetime.now(UTC), operator(), did, subject)


def noted_if_possible(journal: Path, did: str, subject: str) -> None:
    """As `noted`, for what finds faults and changes nothing: it is done all the same, and says so."""
    try:
        noted(journal, did, subject)
    except SetupError as error:
        click.echo(f"hotline: this is not noted in the audit: {error}", err=True)

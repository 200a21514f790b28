"""Dial strings: how an endpoint is reached, and whose endpoint a dial string reaches."""

from dataclasses import dataclass

from hotline_agi.roster import canary
from hotline_agi.roster.model import Endpoint, Roster
from hotline_agi.terms.ids import VolunteerId

TEST_ENDPOINT = "Local/1@hotline-canary/n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialling:
    """How this Asterisk reaches the telephone network and what it shows there."""

    trunk: str
    """Name of the trunk's PJSIP endpoint."""
    caller_id: str
    """What volunteers see, e.g. ``"hotline" <100>``; never the caller's number."""
    test_endpoint: str = TEST_ENDPOINT
    """What answers test calls."""
    test_number: str = ""
    """The number of test calls, as the trunk delivers it; empty: there are none."""


def dial_string(endpoint: Endpoint, dialling: Dialling) -> str:
    """Where `Originate` (or the survival plan's `Dial`) sends the INVITE.

    :raises ValueError: for a mobile whose number is not known.
    """
    if endpoint.id == canary.ENDPOINT:
        return dialling.test_endpoint
    if endpoint.pjsip_name is not None:
        return f"PJSIP/{endpoint.pjsip_name}"
    if endpoint.number is None:
        raise ValueError(f"no number for endpoint {endpoint.id}")
    return f"PJSIP/{endpoint.number.reveal()}@{dialling.trunk}"


def rung_by(target: str, roster: Roster) -> VolunteerId | None:
    """Whom a dial string of the survival plan rings, by the roster in force; None: nobody of it (any more)."""
    name, _, trunk = target.removeprefix("PJSIP/").partition("@")
    for person in roster.volunteers.values():
        for endpoint in person.endpoints:
            if trunk and endpoint.number is not None and endpoint.number.reveal() == name:
                return person.id
            if not trunk and endpoint.pjsip_name == name:
                return person.id
    return None

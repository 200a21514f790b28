"""PJSIP accounts for the softphones of a roster, as text for ``site/pjsip-volunteers.conf``."""

from collections.abc import Callable

from hotline_agi.roster.model import Roster


def endpoint_blocks(roster: Roster, password: Callable[[], str]) -> str:
    """One account per softphone, from the templates of ``hotline/pjsip.conf``; `password` makes a new one each time."""
    blocks = []
    for person in roster.volunteers.values():
        for endpoint in person.endpoints:
            name = endpoint.pjsip_name
            if name is not None:
                blocks.append(
                    f"; {person.id}\n[{name}](hotline-softphone)\nauth = {name}\naors = {name}\n"
                    f"[{name}](hotline-softphone-aor)\n"
                    f"[{name}](hotline-softphone-auth)\nusername = {name}\npassword = {password()}\n"
                )
    return "\n".join(blocks)

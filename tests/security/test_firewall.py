"""The firewall's rule sets, loaded in a network namespace: nothing outside of it changes."""

import json
import os
import shutil
import subprocess
import sys

import pytest

from hotline_agi.lab.pbx import CONF

NETWORK = CONF / "nftables/hotline.nft"


def played(play: str) -> dict[str, object]:
    """What `tests.security.firewall` saw; skips where no namespace or no nft is to be had."""
    missing = [tool for tool in ("nft", "ip", "unshare") if shutil.which(tool) is None]
    if missing:
        pytest.skip(f"not installed: {', '.join(missing)}")
    unshare = ("unshare", "--net") if os.geteuid() == 0 else ("unshare", "--map-root-user", "--net")
    if subprocess.run((*unshare, "nft", "list", "ruleset"), capture_output=True, timeout=10, check=False).returncode:
        pytest.skip("no network namespace with nftables for this user")
    if play == "local" and os.geteuid() != 0:
        pytest.skip("other users can be played by root alone")
    ended = subprocess.run(
        (*unshare, sys.executable, "-m", "tests.security.firewall", play),
        cwd=CONF.parent,
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    found: dict[str, object] = json.loads(ended.stdout)
    return found


@pytest.mark.thorough
def test_strangers_reach_tls_alone_and_cannot_use_it_up():
    assert played("network") == {
        "udp of the carrier": True,
        "udp of a stranger": False,
        "ami of a stranger": False,
        "agi of a stranger": False,
        "idle of a stranger": 10,
        "tls of another": True,
        "quick ones of another end": True,
        "tls of the carrier": True,
        "ami of this machine": True,
    }


@pytest.mark.thorough
def test_other_accounts_of_the_machine_are_neither_asterisk_nor_the_service():
    assert played("local") == {
        "4573: the right one asks": True,
        "4573: somebody asks": False,
        "4573: somebody listens": False,
        "5038: the right one asks": True,
        "5038: somebody asks": False,
        "5038: somebody listens": False,
    }


def test_the_carrier_is_the_same_everywhere():
    permitted = [line.split()[2] for line in (CONF / "site/acl.conf").read_text().splitlines() if "permit" in line]
    assert all(f"elements = {{ {net} }}" in NETWORK.read_text() for net in permitted)

"""Contacts in plain text, by age (the real one) and by sops (a small stand-in of it: sops is no Debian package)."""

import subprocess
from pathlib import Path

import pytest

from hotline_agi.errors import SetupError
from hotline_agi.rosters import contacts
from hotline_agi.rosters.transfer import Kept, Refused, Whole
from hotline_agi.terms.ids import VolunteerId
from tests.rosters.places import Desk, read

TEXT = b"contacts:\n  m01: '07700900001'\n...\n"


def age_key(path: Path) -> str:
    """Make an identity; returns the recipient."""
    subprocess.run(("age-keygen", "-o", str(path)), check=True, capture_output=True)
    return subprocess.run(("age-keygen", "-y", str(path)), check=True, capture_output=True, text=True).stdout.strip()


def encrypted(recipient: str, text: bytes = TEXT, *options: str) -> bytes:
    return subprocess.run(("age", "-r", recipient, *options), input=text, check=True, capture_output=True).stdout


def program(folder: Path, name: str, script: str) -> None:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


def test_plain(tmp_path: Path) -> None:
    path = tmp_path / "contacts.yaml"
    path.write_bytes(TEXT)
    assert contacts.read(path) == TEXT
    with pytest.raises(SetupError, match=r"cannot read the contacts .*none\.yaml"):
        contacts.read(tmp_path / "none.yaml")


@pytest.mark.parametrize("options", [(), ("--armor",)])
def test_age(tmp_path: Path, options: tuple[str, ...]) -> None:
    path, key = tmp_path / "contacts.yaml.age", tmp_path / "key"
    path.write_bytes(encrypted(age_key(key), TEXT, *options))
    assert contacts.read(path, key) == TEXT


def test_age_with_what_is_wrong(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, key, other = tmp_path / "contacts.yaml.age", tmp_path / "key", tmp_path / "other"
    path.write_bytes(encrypted(age_key(key)))
    age_key(other)
    with pytest.raises(SetupError, match="name the file with the identity as `contacts_key`"):
        contacts.read(path)
    with pytest.raises(SetupError, match="cannot read the key of the contacts"):
        contacts.read(path, tmp_path / "none")
    with pytest.raises(SetupError, match=r"`age` cannot decrypt contacts\.yaml\.age .*right key"):
        contacts.read(path, other)
    whole = path.read_bytes()
    path.write_bytes(whole[:-1])
    with pytest.raises(SetupError, match="cannot decrypt"):
        contacts.read(path, key)
    path.write_bytes(TEXT)
    with pytest.raises(SetupError, match="cannot decrypt") as refused:
        contacts.read(path, key)
    assert "7700" not in str(refused.value)
    path.write_bytes(whole)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SetupError, match="needs `age`, which cannot be started"):
        contacts.read(path, key)


def test_a_tool_that_hangs_floods_or_tells_numbers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, key = tmp_path / "contacts.yaml.age", tmp_path / "key"
    path.write_bytes(b"x")
    key.write_text("x")
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setattr(contacts, "TIMEOUT_S", 0.3)
    program(tmp_path, "age", "exec sleep 60")
    with pytest.raises(SetupError, match="did not decrypt"):
        contacts.read(path, key)
    program(tmp_path, "age", "exec yes")
    with pytest.raises(SetupError, match="more than 1048576 bytes"):
        contacts.read(path, key)
    program(tmp_path, "age", "echo 'line 2: 07700 900001 is wrong' >&2; exit 1")
    with pytest.raises(SetupError, match="cannot decrypt") as refused:
        contacts.read(path, key)
    assert "900001" not in str(refused.value)
    program(tmp_path, "age", "yes >&2")
    with pytest.raises(SetupError, match="did not decrypt"):
        contacts.read(path, key)


def test_sops_gets_the_text_and_the_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A stand-in that decrypts by taking a letter away, and only if it is called as sops wants to be."""
    script = (
        '[ "$*" = "--decrypt --input-type yaml --output-type yaml /dev/stdin" ] || exit 7\n'
        '[ "$(cat "$SOPS_AGE_KEY_FILE")" = key ] || { echo "no key fits" >&2; exit 128; }\n'
        "sed 's/^#//' /dev/stdin"
    )
    program(tmp_path, "sops", script)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    path, key = tmp_path / "contacts.sops.yaml", tmp_path / "key"
    key.write_text("key")
    path.write_text("#contacts:\n#  m01: '07700900001'\n")
    assert contacts.read(path, key) == TEXT
    key.write_text("another")
    with pytest.raises(SetupError, match=r"`sops` cannot decrypt contacts\.sops\.yaml \(no key fits\)"):
        contacts.read(path, key)


def test_the_service_reads_and_restores_them_and_no_plain_text_is_kept(desk: Desk) -> None:
    key, path = desk.folder / "key", desk.rosters / "contacts.yaml.age"  # in git, beside the rosters
    path.write_bytes(encrypted(age_key(key)))
    places = {"contacts": str(path), "contacts_key": str(key)}
    taken = read(desk.request(**places), keep=True)
    assert isinstance(taken.last, Kept), taken.last
    assert isinstance(taken.pieces[-2], Whole)
    kept = (desk.state / "last-good-roster").read_bytes()
    assert b"7700900001" not in kept and b"age-encryption.org" in kept
    path.unlink()
    restored = read(desk.request(**places, restore=True))
    assert isinstance(restored.last, Whole)
    endpoints = restored.assembled().whole().volunteers[VolunteerId("m01")].endpoints
    assert endpoints[0].number is not None and endpoints[0].number.reveal() == "07700900001"
    key.unlink()
    refused = read(desk.request(**places, restore=True)).last
    assert isinstance(refused, Refused) and "cannot read the key" in refused.sentence

"""The settings file, and the secret that it names."""

from pathlib import Path

import pytest

from hotline_agi.errors import InvalidText, SetupError
from hotline_agi.settings import Settings, read_settings

SECRET = "4f2a77c0ffee4f2a77c0ffee"


def settings(folder: Path, secret: bytes = SECRET.encode(), **changed: str) -> Settings:
    (folder / "secret").write_bytes(secret)
    values = {"rosters": "r", "state": "s", "messages": "m", "ami": "{secret_file: secret}"} | changed
    text = "".join(f"{name}: {value}\n" for name, value in values.items())
    (folder / "hotline.yaml").write_text(text + "...\n")
    return read_settings(folder / "hotline.yaml")


def test_a_secret_is_one_line_and_blanks_around_it_do_not_count(tmp_path: Path) -> None:
    assert settings(tmp_path, f"  {SECRET}\r\n".encode()).ami_secret() == SECRET


@pytest.mark.parametrize(
    "secret",
    [
        b"",
        b" \n",
        SECRET.encode() + b"\nmore",
        SECRET.encode() + b"\0",
        SECRET.encode() * 50,
        b"\xff" + SECRET.encode(),
    ],
)
def test_what_is_no_secret_is_refused_and_not_repeated(tmp_path: Path, secret: bytes) -> None:
    """Found by `make fuzz`: a secret of two lines ended the service with a traceback."""
    with pytest.raises(SetupError, match="write there the `secret`") as refusal:
        settings(tmp_path, secret).ami_secret()
    assert SECRET not in str(refusal.value)


@pytest.mark.parametrize(
    "changed",
    [
        {"state": '"a\\0b"'},
        {"caller_id": '"a\\nb"'},
        {"rosters": "x" * 901},
        {"ami": '{user: "a\\r\\nAction: x", secret_file: secret}'},
    ],
)
def test_a_value_is_one_line(tmp_path: Path, changed: dict[str, str]) -> None:
    """Found by `make fuzz`: a zero byte in a path was ValueError when the path was used."""
    with pytest.raises(InvalidText, match="not one line"):
        settings(tmp_path, **changed)


def test_what_systemd_hands_over_is_read_in_place_of_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    handed = tmp_path / "handed"
    handed.mkdir()
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(handed))
    assert settings(tmp_path).ami_secret() == SECRET  # nothing was handed over
    (handed / "secret").write_text("from-systemd")
    assert settings(tmp_path).ami_secret() == "from-systemd"
    (handed / "age-key").write_text("key")
    assert settings(tmp_path, contacts_key="age-key").contacts_key == handed / "age-key"
    monkeypatch.delenv("CREDENTIALS_DIRECTORY")
    assert settings(tmp_path, contacts_key="age-key").contacts_key == tmp_path / "age-key"
    assert settings(tmp_path).ami_secret() == SECRET

"""The section `recordings`: what is accepted, and what is refused in words."""

from pathlib import Path

import pytest

from hotline_agi import sealing
from hotline_agi.errors import InvalidText, SetupError
from hotline_agi.settings import Settings, read_settings

KEY = "age1" + "q" * 58


def read(folder: Path, section: str) -> Settings:
    path = folder / "hotline.yaml"
    path.write_text(
        f"rosters: rosters\nstate: state\nmessages: messages\nami: {{secret_file: ami-secret}}\n{section}...\n"
    )
    return read_settings(path)


def test_without_the_section_all_is_as_before(tmp_path: Path) -> None:
    settings = read(tmp_path, "")
    assert not settings.recordings.seals
    assert settings.recordings.keys() == ()
    assert settings.archive.seals is False
    assert settings.keep.recordings == 90


def test_keys_stand_in_the_settings_or_in_a_file(tmp_path: Path) -> None:
    other = sealing.new_identity()[1]
    (tmp_path / "keys").write_text(f"# the head of the line\n\n{other}\n")
    settings = read(tmp_path, f"recordings: {{recipients: [{KEY}], recipients_file: keys, talks: talks}}\n")
    assert settings.recordings.keys() == (KEY, other)
    assert settings.archive.folder == tmp_path / "state" / "recordings"
    (tmp_path / "keys").write_text(f"{other}\nAGE-SECRET-KEY-1QQ\n")
    with pytest.raises(SetupError, match="key 2 is no public key") as refused:
        settings.recordings.keys()
    assert "SECRET-KEY" not in str(refused.value)
    (tmp_path / "keys").unlink()
    with pytest.raises(SetupError, match="cannot read the recipients"):
        settings.recordings.keys()


@pytest.mark.parametrize(
    ("section", "said"),
    [
        ("recordings: {recipients: [ssh-ed25519]}\n", "not a public key of age"),
        ("recordings: {recipients: [AGE-SECRET-KEY-1QQQQ]}\n", "the secret half"),
        ("recordings: {talks: talks}\n", "nobody is named for whom they are encrypted"),
        ("recordings: {recipient: x}\n", "recipients"),
        ("keep: {recordings: 0}\n", "1 to 36500"),
    ],
)
def test_what_is_wrong_is_said(tmp_path: Path, section: str, said: str) -> None:
    with pytest.raises(InvalidText) as refused:
        read(tmp_path, section)
    assert said in str(refused.value)
    assert "QQQQ" not in str(refused.value)


def test_systemd_may_hand_the_private_key_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    handed = tmp_path / "credentials"
    handed.mkdir()
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(handed))
    section = f"recordings: {{recipients: [{KEY}], identity_file: recordings-identity}}\n"
    assert read(tmp_path, section).recordings.identity_file == tmp_path / "recordings-identity"
    (handed / "recordings-identity").touch()
    assert read(tmp_path, section).recordings.identity_file == handed / "recordings-identity"

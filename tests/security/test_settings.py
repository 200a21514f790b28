"""AMI and FastAGI do not leave the machine by accident, and the word is a word."""

from pathlib import Path

import pytest

from hotline_agi.errors import InvalidText, SetupError
from hotline_agi.settings import Settings, read_settings

SECRET = "k3v7q-this-is-a-word-of-its-own"


def settings(folder: Path, ami: str = "", agi: str = "") -> Settings:
    path = folder / "hotline.yaml"
    path.write_text(
        f"rosters: r\nstate: s\nmessages: m\nami: {{secret_file: f{ami}}}\nfastagi: {{port: 4573{agi}}}\n...\n"
    )
    return read_settings(path)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.9.10", '"::1"', "localhost"])
def test_this_machine(tmp_path: Path, host: str):
    found = settings(tmp_path, ami=f", host: {host}", agi=f", host: {host}")
    assert found.ami_host == found.fastagi_host == host.strip('"')


@pytest.mark.parametrize("host", ["0.0.0.0", "10.0.0.5", '"::"', "pbx.example", "127.0.0.1.example", '"127.1 "'])
@pytest.mark.parametrize("section", ["ami", "agi"])
def test_another_machine_only_on_purpose(tmp_path: Path, host: str, section: str):
    with pytest.raises(InvalidText) as refusal:
        settings(tmp_path, **{section: f", host: {host}"})
    [problem] = refusal.value.problems
    assert "nothing is encrypted" in problem.what
    assert "tunnel" in problem.hint
    assert "insecure: yes" in problem.hint
    settings(tmp_path, **{section: f", host: {host}, insecure: yes"})


def test_both_are_told_at_once(tmp_path: Path):
    with pytest.raises(InvalidText) as refusal:
        settings(tmp_path, ami=", host: 10.0.0.5", agi=", host: 0.0.0.0")
    assert len(refusal.value.problems) == 2


def test_the_word(tmp_path: Path):
    assert settings(tmp_path).fastagi_word() is None
    file = tmp_path / "agi-word"
    found = settings(tmp_path, agi=", word_file: agi-word")
    with pytest.raises(SetupError, match="No such file"):
        found.fastagi_word()
    for wrong in ("", "short", "x" * 129, "two words of some length", "${HOTLINE_WORD}xxxxxxxx", "a\nb" * 9, 'x"' * 16):
        file.write_text(wrong)
        with pytest.raises(SetupError, match="no word of 16 to 128") as refusal:
            found.fastagi_word()
        assert not wrong or wrong not in str(refusal.value)
    file.write_text(SECRET + "\n")
    assert found.fastagi_word() == SECRET
    assert SECRET not in repr(found)


def test_softphone_tls(tmp_path: Path):
    path = tmp_path / "hotline.yaml"
    settings(tmp_path)
    assert not read_settings(path).softphone_tls.is_told
    path.write_text(path.read_text().replace("...", "softphone_tls: {certificate: a.crt, port: 5099}\n..."))
    found = read_settings(path).softphone_tls
    assert (found.certificate, found.port, found.is_told) == (tmp_path / "a.crt", 5099, True)
    path.write_text(path.read_text().replace("port: 5099", "pot: 5099"))
    with pytest.raises(InvalidText, match="pot"):
        read_settings(path)

"""`hotline recordings` where no call is needed: keys, the list, deleting. Export: `e2e/test_recording.py`."""

import json
from dataclasses import dataclass
from pathlib import Path

import pytest

from hotline_agi.archive import Kind
from hotline_agi.cli import main
from hotline_agi.sealing import RECIPIENT
from hotline_agi.settings import read_settings
from hotline_agi.store.journal import Journal
from hotline_agi.store.records import RecordingRecord
from hotline_agi.terms.ids import CallId
from tests.store.calls import AGELESS, LINE, START

NAME = "1795859950_01632960100_pbx1-1.8.wav"


@dataclass(frozen=True)
class Done:
    returncode: int
    stdout: str
    stderr: str


def test_a_key_is_made_once_a_recording_listed_and_removed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SUDO_USER", "mei")

    def hotline(*arguments: object) -> Done:
        """In this process: nine starts of Python would take longer than the tests."""
        with pytest.raises(SystemExit) as ended:
            main([*map(str, arguments)])
        out, err = capsys.readouterr()
        return Done(int(ended.value.code or 0), out, err)

    made = hotline("recordings", "keygen", "--out", tmp_path / "identity")
    assert made.returncode == 0, made.stderr
    secret = (tmp_path / "identity").read_text()
    assert (tmp_path / "identity").stat().st_mode & 0o777 == 0o600
    found = RECIPIENT.search(made.stdout)
    assert found is not None and found.group() in secret
    assert "AGE-SECRET-KEY" in secret and "AGE-SECRET-KEY" not in made.stdout + made.stderr
    again = hotline("recordings", "keygen", "--out", tmp_path / "identity")
    assert again.returncode == 2 and "no key is overwritten" in again.stderr
    nowhere = hotline("recordings", "keygen", "--out", tmp_path / "missing" / "identity")
    assert nowhere.returncode == 2 and "name a file in a folder of yours with --out" in nowhere.stderr

    config = tmp_path / "hotline.yaml"
    config.write_text(
        "rosters: rosters\nstate: state\nmessages: messages\nami: {secret_file: ami-secret}\n"
        f"recordings: {{recipients: [{found.group()}], talks: talks}}\n...\n"
    )
    for folder in ("state", "messages", "talks", "rosters"):
        (tmp_path / folder).mkdir()
    settings = read_settings(config)
    journal = Journal.open(settings.state / "journal.sqlite", ages=AGELESS)
    journal.write_recording(
        RecordingRecord(call=CallId("pbx1-1.8"), line=LINE, file=NAME, length_s=61.0, recorded_at=START)
    )
    assert journal.close(5)
    settings.archive.prepare()
    (tmp_path / "talks" / NAME).write_bytes(b"RIFF")
    settings.archive.seal(Kind.TALK, NAME)
    shown = hotline("recordings", "--language", "zh", "--config", config)
    assert shown.returncode == 0, shown.stderr
    assert "通话" in shown.stdout and "已加密" in shown.stdout

    without = hotline("recordings", "export", "pbx1-1.8", "--out", tmp_path / "out.wav", "--config", config)
    assert without.returncode == 1 and "no private key" in without.stderr
    assert not (tmp_path / "out.wav").exists()
    unknown = hotline("recordings", "delete", "pbx1-2", "--yes", "--config", config)
    assert unknown.returncode == 1 and "lists what is" in unknown.stderr
    deleted = hotline("recordings", "delete", "pbx1-1", "--yes", "--config", config)
    assert deleted.returncode == 0, deleted.stderr
    assert list(settings.archive.sealed(Kind.TALK).iterdir()) == []
    told = json.loads(hotline("recordings", "accesses", "--json", "--config", config).stdout)
    assert [(one["how"], one["who"]) for one in told] == [
        ("deleted", "mei"),
        ("exported", "mei"),
    ]  # who tried is noted, too
    assert json.loads(hotline("recordings", "--json", "--config", config).stdout) == []

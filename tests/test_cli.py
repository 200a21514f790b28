"""Commands that need no Asterisk: what they print, and how they end (0 well, 1 finding, 2 usage)."""

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from hotline_agi.cli import cli
from tests.commands import ROOT, hotline

CONTACTS = ROOT / "rosters/contacts.example.yaml"


def commands(group: click.Group, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The words of every command, those of groups too."""
    context = click.Context(group)
    for name in group.list_commands(context):
        yield (*path, name)
        command = group.get_command(context, name)
        if isinstance(command, click.Group):
            yield from commands(command, (*path, name))


def test_every_command_explains_itself() -> None:
    listed = hotline("--help").stdout
    found = list(commands(cli))
    assert len(found) > 30
    for words in found:
        assert len(words) > 1 or re.search(rf"^  {words[0]} ", listed, re.MULTILINE), words
        said = CliRunner().invoke(cli, [*words, "--help"])
        assert said.exit_code == 0, words
        assert len(said.output.splitlines()) > 3, words


def test_an_unknown_option_is_a_usage_error() -> None:
    assert hotline("calls", "--nonsense").returncode == 2
    assert hotline("nonsense").returncode == 2


def test_the_example_roster_is_right() -> None:
    checked = hotline("roster", "check", "rosters", "--contacts", CONTACTS)
    assert (checked.returncode, checked.stderr) == (0, "")


def test_a_wrong_roster_is_a_finding_with_all_its_places(tmp_path: Path) -> None:
    folder = tmp_path / "rosters"
    shutil.copytree(ROOT / "rosters/xinli", folder / "xinli")
    line = folder / "xinli/line.yaml"
    line.write_text(line.read_text(encoding="utf-8").replace("ring_timeout_s: 25", "ring_timeot_s: 25"), "utf-8")
    shifts = folder / "xinli/shifts.yaml"
    shifts.write_text(shifts.read_text(encoding="utf-8").replace("chen-jing", "chen-jin"), "utf-8")
    checked = hotline("roster", "check", folder)
    assert checked.returncode == 1
    assert re.search(r"xinli/line\.yaml:\d+:1: error: .*ring_timeot_s.*did you mean 'ring_timeout_s'", checked.stderr)
    assert re.search(r"xinli/shifts\.yaml:\d+:\d+: error: .*chen-jin'.*chen-jing", checked.stderr)
    told = json.loads(hotline("roster", "check", folder, "--json").stdout)
    assert {one["file"] for one in told["problems"] if one["severity"] == "error"} == {
        "xinli/line.yaml",
        "xinli/shifts.yaml",
    }


def test_who_is_on_shift_follows_the_lines_own_clock() -> None:
    # 2026-02-14 is a Saturday; 02:30 in Shanghai is deep night, 18:30 UTC of the day before
    here = json.loads(hotline("roster", "who", "--line", "xinli", "--at", "2026-02-14T02:30", "--json").stdout)
    there = json.loads(hotline("roster", "who", "--line", "xinli", "--at", "2026-02-13T18:30+00:00", "--json").stdout)
    assert here[0]["slots"] == ["deep-night"]
    assert here[0]["at"] == "2026-02-13T18:30:00+00:00"
    assert here == there
    assert here[0]["volunteers"]
    shown = hotline("roster", "who", "--at", "2026-02-14T02:30").stdout
    assert "Sat 2026-02-14 02:30" in shown
    assert here[0]["volunteers"][0]["name"] in shown


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--line", "xinlli"), "there is no line 'xinlli'"),
        (("--at", "tomorrow"), "is no instant"),
        (("--at", "0001-01-01"), "out of range"),
        (("--rosters", "/nowhere"), "there is no rosters folder"),
    ],
)
def test_a_wrong_question_is_one_sentence(arguments: tuple[str, ...], told: str) -> None:
    asked = hotline("roster", "who", *arguments)
    assert asked.returncode == 2
    assert told in asked.stderr
    assert len(asked.stderr.strip().splitlines()) == 1


def test_a_missing_folder_is_told_as_the_command_names_it() -> None:
    assert "give its path with --rosters FOLDER" in hotline("roster", "who", "--rosters", "/nowhere").stderr
    checked = hotline("roster", "check", "/nowhere")
    assert checked.returncode == 2 and "give its path with hotline roster check FOLDER" in checked.stderr


def test_endpoints_are_printed_with_passwords_of_their_own() -> None:
    first, second = hotline("endpoints").stdout, hotline("endpoints").stdout
    assert first.count("(hotline-softphone-tls)") == 20
    passwords = re.findall(r"^password = (\S+)$", first + second, re.MULTILINE)
    assert len(set(passwords)) == 40
    assert all(len(password) >= 16 for password in passwords)


def test_prompts_that_are_missing_are_a_finding(tmp_path: Path) -> None:
    listed = hotline("prompts", "--sounds", tmp_path, "--json")
    assert listed.returncode == 1
    told = json.loads(listed.stdout)
    assert {(one["language"], one["state"]) for one in told} >= {("zh", "missing"), ("en", "missing")}
    assert all(one["when"] for one in told)
    assert all(one["text"] for one in told if one["id"] not in ("beep", "probe", "hold"))


@pytest.mark.parametrize("command", ["run", "calls", "volunteers", "doctor"])
def test_settings_that_are_not_there(command: str, tmp_path: Path) -> None:
    ended = hotline(command, "--config", tmp_path / "no.yaml")
    told = ended.stdout + ended.stderr
    assert ended.returncode == (1 if command == "doctor" else 2)
    assert "cannot read the settings" in told
    assert "Traceback" not in told


def test_settings_that_are_wrong_are_told_all_at_once(tmp_path: Path) -> None:
    config = tmp_path / "hotline.yaml"
    config.write_text("rostrs: here\nstate: s\nmessages: m\nami: {port: 70000}\nnode: Über\n...\n", encoding="utf-8")
    ended = hotline("run", "--config", config)
    assert ended.returncode == 2
    for told in ("'rostrs'", "has no 'rosters'", "70000", "has no 'secret_file'", "not a name"):
        assert told in ended.stderr, told
    assert "5 to mend" in ended.stderr

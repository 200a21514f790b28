"""The sections `alarms` and `canary` of the settings: what is right, and that each mistake has its word."""

from pathlib import Path

import pytest

from hotline_agi.alarm_settings import AlarmSettings
from hotline_agi.canary_settings import NEVER, Through
from hotline_agi.errors import InvalidText
from hotline_agi.settings import Settings, read_settings

REST = "rosters: r\nstate: s\nmessages: m\nami: {secret_file: x}\n"
EXAMPLE = Path(__file__).parents[1] / "asterisk-conf/hotline.example.yaml"


def read(tmp_path: Path, text: str) -> Settings:
    path = tmp_path / "hotline.yaml"
    path.write_text(f"{REST}{text}...\n")
    return read_settings(path)


def problems(tmp_path: Path, text: str) -> str:
    with pytest.raises(InvalidText) as refused:
        read(tmp_path, text)
    return "\n".join(map(str, refused.value.problems))


def test_without_the_sections_nobody_is_told_and_no_call_is_placed(tmp_path: Path):
    found = read(tmp_path, "")
    assert (found.alarms, found.canary) == (AlarmSettings(), NEVER)


def test_the_example_is_what_the_defaults_are():
    found = read_settings(EXAMPLE)
    assert found.alarms == AlarmSettings()
    assert (found.canary.every_min, found.canary.through) == (60, Through.LOCAL)


def test_the_example_with_everything_switched_on(tmp_path: Path):
    lines = EXAMPLE.read_text().splitlines()
    begin = lines.index("canary:")
    filled = ["  " + line[4:] if n > begin and line.startswith("  # ") else line for n, line in enumerate(lines)]
    path = tmp_path / "hotline.yaml"
    path.write_text("\n".join(filled).replace("through: local", "through: trunk").replace("NAME   ", "loop") + "\n")
    found = read_settings(path)
    assert found.canary.dialled == "+441632960101"
    assert found.alarms.email is not None
    assert (found.alarms.email.port, found.alarms.email.names) == (587, False)
    assert found.alarms.webhook is not None
    assert found.alarms.call is not None
    assert found.alarms.call.people == ("lin-yue",)


MAIL = "host: m.example.org, from: a@example.org, to: [b@example.org]"
WRONG = {
    "canary: {through: trunk}": "have no `number`",
    "canary: {through: sea}": "sea",
    "canary: {within_s: 1}": "from 3 to 60",
    "canary: {number: twelve}": "number",
    "alarms: {email: {host: m.example.org}}": "no 'from'",
    f"alarms: {{email: {{{MAIL}, tls: none, user: a, password_file: p}}}}": "in the clear",
    f"alarms: {{email: {{{MAIL}, user: a}}}}": "belong together",
    "alarms: {email: {host: m, from: a, to: [b@example.org]}}": "not an e-mail address",
    'alarms: {email: {host: m, from: "a@x.org, b@x.org", to: [b@example.org]}}': "not an e-mail address",
    f"alarms: {{email: {{{MAIL}, tls: perhaps}}}}": "starttls, tls, none",
    "alarms: {webhook: {url: 'http://example.org/'}}": "https only",
    "alarms: {webhook: {url: 'https://user:word@example.org/'}}": "not the address of a web server",
    "alarms: {call: {people: [Lin Yue]}}": "a volunteer",
    "alarms: {wait_s: soon}": "from 10 to 3600",
    "alarms: {mail: {}}": "mail",
}


@pytest.mark.parametrize("text", WRONG)
def test_each_mistake_has_its_word(text: str, tmp_path: Path):
    assert WRONG[text] in problems(tmp_path, f"{text}\n")


def test_a_plain_webhook_and_a_password_to_this_machine_are_fine(tmp_path: Path):
    found = read(
        tmp_path,
        "alarms:\n  webhook: {url: 'http://127.0.0.1:8080/'}\n"
        "  email: {host: localhost, from: a@b.org, to: [c@d.org], tls: none, user: u, password_file: p}\n",
    )
    assert found.alarms.email is not None
    assert found.alarms.email.password_file == tmp_path / "p"

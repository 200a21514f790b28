"""The section ``dialling`` of the settings, and what the checks beforehand say by it."""

from pathlib import Path

import pytest

from hotline_agi.asterisk.dial_rules import USUAL, DialRules
from hotline_agi.errors import InvalidText
from hotline_agi.settings import Settings, read_settings

PLAIN = "rosters: r\nstate: s\nmessages: m\nami: {secret_file: x}\n"


def settings(tmp_path: Path, text: str) -> Settings:
    path = tmp_path / "hotline.yaml"
    path.write_text(f"{PLAIN}{text}...\n")
    return read_settings(path)


def test_who_says_nothing_has_the_usual_rules(tmp_path: Path) -> None:
    assert settings(tmp_path, "").dialling == USUAL


def test_all_that_can_be_said(tmp_path: Path) -> None:
    text = (
        'dialling:\n  home: CN\n  countries: ["+86", HK]\n  premium: ["+8616"]\n  allow: ["4006"]\n'
        "  legs_per_hour: 1000\n  mobile_legs_per_hour: 100\n  legs_per_number_per_hour: 10\n"
    )
    assert settings(tmp_path, text).dialling == DialRules(
        home="CN",
        countries=("+86", "HK"),
        premium=("+8616",),
        allow=("4006",),
        legs_per_hour=1000,
        mobile_legs_per_hour=100,
        legs_per_number_per_hour=10,
    )


def test_all_problems_at_once(tmp_path: Path) -> None:
    text = "dialling: {home: china, countries: [86], premium: [x], legs_per_hour: 0, ground: 1}\n"
    with pytest.raises(InvalidText) as found:
        settings(tmp_path, text)
    assert len(found.value.problems) == 5


def test_the_example_holds_the_defaults(tmp_path: Path) -> None:
    example = (Path(__file__).parents[2] / "asterisk-conf/hotline.example.yaml").read_text()
    section = example[example.index("# dialling:") :].split("\n\n")[0]
    said = "".join(f"{line[2:]}\n" for line in section.splitlines() if "home" not in line and "countries" not in line)
    assert settings(tmp_path, said).dialling == DialRules(premium=("+8616",))

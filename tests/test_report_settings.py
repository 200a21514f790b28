"""The section ``reports`` of the settings."""

from datetime import time
from pathlib import Path

import pytest

from hotline_agi.errors import InvalidText
from hotline_agi.report_settings import USUAL, ReportSettings, WeeklySettings
from hotline_agi.settings import read_settings
from hotline_agi.terms.ids import LineId
from hotline_agi.terms.languages import Language

BASE = "rosters: rosters\nstate: state\nmessages: messages\nami: {secret_file: secret}\n"
MAIL = "alarms: {email: {host: mail.example.org, from: a@example.org, to: [b@example.org]}}\n"


def read(tmp_path: Path, text: str, mail: str = MAIL) -> ReportSettings:
    path = tmp_path / "hotline.yaml"
    path.write_text(f"{BASE}{mail}{text}\n...\n")
    settings = read_settings(path)
    assert settings.source == path.resolve()
    return settings.reports


def test_without_a_section_nobody_gets_a_mail(tmp_path: Path) -> None:
    assert read(tmp_path, "", mail="") == USUAL
    assert USUAL.weekly is None
    assert USUAL.short_s == 5


def test_everything_can_be_said(tmp_path: Path) -> None:
    text = 'reports: {short_s: 10, weekly: {day: fri, at: "07:30", to: [心理 <c@example.org>], lines: [xinli], language: en, people: yes}}'  # noqa: E501
    assert read(tmp_path, text) == ReportSettings(
        short_s=10,
        weekly=WeeklySettings(
            to=("心理 <c@example.org>",),
            weekday=4,
            at=time(7, 30),
            lines=(LineId("xinli"),),
            language=Language.EN,
            people=True,
        ),
    )


def test_to_is_enough(tmp_path: Path) -> None:
    assert read(tmp_path, "reports: {weekly: {to: [c@example.org]}}").weekly == WeeklySettings(to=("c@example.org",))


@pytest.mark.parametrize(
    ("text", "mail", "what"),
    [
        ("reports: {weekly: {to: [c@example.org]}}", "", "`reports.weekly` has no mail server"),
        ("reports: {weekly: {day: mon}}", MAIL, "reports.weekly has no 'to'"),
        ("reports: {weekly: {to: []}}", MAIL, "nobody would get the report"),
        ("reports: {weekly: {to: [nobody]}}", MAIL, "not an e-mail address"),
        ("reports: {weekly: {day: mon-fri, to: [c@example.org]}}", MAIL, "on one day of the week"),
        ("reports: {weekly: {day: someday, to: [c@example.org]}}", MAIL, "is no weekday"),
        ("reports: {weekly: {at: 25:00, to: [c@example.org]}}", MAIL, "25:00"),
        ("reports: {short_s: -1}", MAIL, "-1"),
        ("reports: {wekly: {}}", MAIL, "did you mean 'weekly'"),
    ],
)
def test_what_is_wrong_is_said_where_it_stands(tmp_path: Path, text: str, mail: str, what: str) -> None:
    with pytest.raises(InvalidText) as refused:
        read(tmp_path, text, mail)
    assert what in "\n".join(map(str, refused.value.problems))

"""``hotline roster import`` and ``export``: from the spreadsheet into the folder and back."""

import io
import json
from collections.abc import Callable, Sequence
from pathlib import Path

import openpyxl
import pytest

from hotline_agi import rosters
from hotline_agi.cli import main
from hotline_agi.coordination import imports
from hotline_agi.coordination.imports import Proposal, Source, propose
from hotline_agi.errors import InvalidText, SetupError
from hotline_agi.planning.sheets.reading import Wishes
from hotline_agi.terms.ids import LineId
from tests.commands import hotline

LINE = """\
name: {zh: 热线, en: Line}
time_zone: Asia/Shanghai
numbers: ["01632960100"]
...
"""
PEOPLE = """\
volunteers:
  chen-jing:
    name: 陈静
    endpoints: [mobile]
  wang-lei:  # the elder
    name: 王磊
    endpoints: [mobile]
  li-na: {name: 李娜, endpoints: [mobile]}

...
"""
SHIFTS = """\
shifts:
  day:
    from: 08:00
    until: 20:00
    people: [chen-jing]
    backup: [li-na]
  night:
    from: 20:00
    until: 08:00
    people: [wang-lei]
...
"""
MATRIX = (
    "2026年2月值班表,,,\r\n姓名,1,2,3\r\n,日,一,二\r\n陈静,白,夜,\r\n王磊,夜,,夜\r\n李娜,,白,白\r\n注：休息日照常\r\n"
)
MONTH = "xinli/months/2026-02.yaml"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    line = tmp_path / "rosters" / "xinli"
    line.mkdir(parents=True)
    for name, text in (("line", LINE), ("people", PEOPLE), ("shifts", SHIFTS)):
        (line / f"{name}.yaml").write_text(text)
    return line.parent


def workbook(**sheets: Sequence[Sequence[object]]) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
        sheet.merge_cells("A1:C1")
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def proposed(
    folder: Path, content: bytes | str, *, sheet: str | None = None, replace: bool = False, **wishes: object
) -> Proposal:
    octets = content.encode() if isinstance(content, str) else content
    source = Source(line=LineId("xinli"), name="feb.csv", content=octets, sheet=sheet)
    return propose(rosters.read_files(folder), source, Wishes(**wishes), replace=replace)  # type: ignore[arg-type]


def state(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_what_a_matrix_changes_is_shown_and_then_written(folder: Path) -> None:
    before = state(folder)
    proposal = proposed(folder, MATRIX)
    assert state(folder) == before
    assert [(str(c.day), c.slot, c.comes, c.goes) for c in proposal.changes] == [
        ("2026-02-02", "day", (("li-na", False),), (("chen-jing", False),)),
        ("2026-02-02", "night", (("chen-jing", False),), (("wang-lei", False),)),
        ("2026-02-03", "day", (("li-na", False),), (("chen-jing", False),)),
    ]
    imports.write(folder, proposal)
    text = (folder / MONTH).read_text()
    assert text.startswith("# yaml-language-server: $schema=../../schema/month.schema.json\n")
    assert text.endswith("\n...\n")
    assert "  2026-02-02: {day: [li-na], night: [chen-jing]}\n" in text
    assert (folder / MONTH).stat().st_mode & 0o777 == 0o644
    assert proposed(folder, MATRIX, replace=True).files == {}, "the same again changes nothing"


def test_a_month_that_is_there_is_only_replaced_if_somebody_says_so(folder: Path) -> None:
    (folder / "xinli/months").mkdir()
    old = "people:\n  2026-02-02: {night: [li-na]}\n  # kept\n  2026-02-20: {night: [chen-jing]}\n...\n"
    (folder / MONTH).write_text(old)
    with pytest.raises(SetupError, match="--replace"):
        proposed(folder, MATRIX)
    text = proposed(folder, MATRIX, replace=True).files[MONTH].decode()
    assert "  2026-02-02: {day: [li-na], night: [chen-jing]}\n" in text
    assert text.endswith("  # kept\n  2026-02-20: {night: [chen-jing]}\n...\n")


def test_a_month_in_one_line_is_written_anew_and_keeps_the_other_days(folder: Path) -> None:
    (folder / "xinli/months").mkdir()
    (folder / MONTH).write_text(
        "people: {2026-02-20: {night: [chen-jing]}, 2026-02-01: {night: [li-na]}}\n"
        "backup: {2026-02-20: {day: []}, 2026-02-01: {day: [wang-lei]}}\n...\n"
    )
    proposal = proposed(folder, MATRIX, replace=True)
    months = proposal.roster.lines[LineId("xinli")].months
    assert {day.day: dict(one.people) for day, one in months.items()} == {
        1: {"day": ("chen-jing",), "night": ("wang-lei",)},
        2: {"day": ("li-na",), "night": ("chen-jing",)},
        3: {"day": ("li-na",), "night": ("wang-lei",)},
        20: {"night": ("chen-jing",)},
    }
    assert {day.day: dict(one.backup) for day, one in months.items() if one.backup} == {
        1: {"day": ("wang-lei",)},
        20: {"day": ()},
    }
    assert any("written anew, without comments" in note for note in proposal.notes)


def test_two_months_in_one_sheet_are_two_files(folder: Path) -> None:
    proposal = proposed(folder, "日期,班次,姓名\n2026-02-28,夜,李娜\n2026-03-01,夜,李娜\n")
    assert list(proposal.files) == [MONTH, "xinli/months/2026-03.yaml"]


def test_new_people_are_written_before_the_month_that_names_them(folder: Path) -> None:
    proposal = proposed(folder, "日期,班次,姓名,电话\n2026-02-28,夜,欧阳娜娜,01632 960100\n", add_people=True)
    assert list(proposal.files) == ["xinli/people.yaml", MONTH]
    people = proposal.files["xinli/people.yaml"].decode()
    assert people == PEOPLE.replace("\n\n...", "\n\n  p001:\n    name: 欧阳娜娜\n    endpoints: [mobile]\n\n...")
    assert not any(b"960100" in octets for octets in proposal.files.values())


def test_what_covers_make_of_the_sheet_is_told(folder: Path) -> None:
    (folder / "xinli/covers.yaml").write_text(
        "covers:\n  - {swap: [wang-lei, li-na], date: 2026-02-01, slot: night}\n"
        "  - {sick: chen-jing, from: 2026-02-02}\n...\n"
    )
    warnings = [str(one) for one in proposed(folder, MATRIX).warnings]
    assert any(w.startswith("xinli/covers.yaml:2") and "this cover takes them out" in w for w in warnings)
    assert any(w.startswith("xinli/covers.yaml:2") and "li-na is not in the sheet" in w for w in warnings)
    assert any(w.startswith("xinli/covers.yaml:3") and "chen-jing is in the sheet for night" in w for w in warnings)


def test_new_gaps_are_warned_of(folder: Path) -> None:
    told = [one.what for one in proposed(folder, "日期,班次,姓名\n2026-02-28,夜,无\n").warnings]
    assert any("28 Feb" in what or "2026-02-28" in what for what in told), told


def test_somebody_on_two_lines_at_once_is_warned_of(folder: Path) -> None:
    other = folder / "other"
    other.mkdir()
    (other / "line.yaml").write_text(LINE.replace("100", "200"))
    (other / "people.yaml").write_text("volunteers:\n  bo: {name: Bo, endpoints: [mobile]}\n...\n")
    (other / "shifts.yaml").write_text("shifts:\n  all: {from: 00:00, until: 24:00, people: [bo, li-na]}\n...\n")
    with_her = [one.what for one in proposed(folder, "日期,班次,姓名\n2026-02-28,夜,李娜\n").warnings]
    without = [one.what for one in proposed(folder, "日期,班次,姓名\n2026-02-28,夜,陈静\n").warnings]
    assert any("'li-na'" in what and "other" in what for what in with_her), with_her
    assert not any("'li-na'" in what and "other" in what for what in without), without


def test_a_roster_that_would_be_wrong_is_not_written(folder: Path) -> None:
    (folder / "xinli/days.yaml").write_text("special_days:\n  2026-02-01: {name: 节, people: {night: [li-na]}}\n...\n")
    with pytest.raises(InvalidText) as refused:
        proposed(folder, MATRIX)
    assert any("2026-02-01" in str(one) for one in refused.value.problems)


def test_the_first_sheet_with_a_table_is_taken_or_the_one_of_the_month(folder: Path) -> None:
    def of(month: int) -> list[list[object]]:
        return [[f"2026年{month}月值班表"], ["姓名", 1, 2, 3], ["陈静", "夜", "夜", "夜"]]

    content = workbook(说明=[["请勿修改"]], 二月=of(2), 三月=of(3), **{"2026年4月": of(4)})
    assert [proposed(folder, content).sheet, proposed(folder, content, sheet="三月").days[0].month] == ["二月", 3]
    assert proposed(folder, content, month=(2026, 4)).sheet == "2026年4月"
    with pytest.raises(SetupError, match="there is no sheet '五月'"):
        proposed(folder, content, sheet="五月")
    with pytest.raises(InvalidText, match="no table of shifts is found in the sheet '说明'"):
        proposed(folder, content, sheet="说明")


def _changed(folder: Path) -> None:
    (folder / "xinli/months").mkdir()
    (folder / MONTH).write_text("people:\n  2026-02-02: {night: [li-na]}\n...\n")


def _linked(folder: Path) -> None:
    elsewhere = folder.parent / "elsewhere"
    elsewhere.mkdir()
    (folder / "xinli/months").symlink_to(elsewhere)


@pytest.mark.parametrize(("happens", "said"), [(_changed, "changed meanwhile"), (_linked, "link")])
def test_what_happens_before_the_writing(folder: Path, happens: Callable[[Path], None], said: str) -> None:
    proposal = proposed(folder, MATRIX)
    happens(folder)
    before = state(folder.parent)
    with pytest.raises(SetupError, match=said):
        imports.write(folder, proposal)
    assert state(folder.parent) == before


# ---- the commands


def run(*arguments: object) -> int:
    """The command in this process: its exit status."""
    with pytest.raises(SystemExit) as ended:
        main(["roster", *map(str, arguments)])
    assert isinstance(ended.value.code, int)
    return ended.value.code


def test_the_commands_there_and_back(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sheet = tmp_path / "feb.csv"
    sheet.write_bytes(MATRIX.encode("gb18030"))
    shown = hotline("roster", "import", sheet, "--rosters", folder, "--language", "zh")
    assert shown.returncode == 0, shown.stderr
    assert "2026-02-02 周一  night  陈静  王磊" in shown.stdout
    assert f"还没有写入；加上 --write 才写入 {folder / MONTH}" in shown.stdout
    assert not (folder / MONTH).exists()
    assert run("import", sheet, "--rosters", folder, "--line", "xinli", "--write", "--json") == 0
    assert json.loads(capsys.readouterr().out)["written"] is True
    for name, shape in (("rows.xlsx", "rows"), ("matrix.csv", "matrix")):
        out = tmp_path / name
        assert run("export", "--rosters", folder, "--month", "2026-02", "--shape", shape, "--out", out) == 0
        assert run("import", out, "--rosters", folder, "--replace") == 0
        assert "nobody comes, nobody goes" in capsys.readouterr().out
    assert run("export", "--rosters", folder, "--month", "2026-02", "--out", tmp_path / "rows.xlsx") == 2
    assert "is there already" in capsys.readouterr().err


def test_what_an_import_would_do_is_told_in_chinese(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sheet = tmp_path / "feb.csv"
    sheet.write_text("日期,班次,姓名\n2026-02-02,night,陈静 王磊(备)\n2026-02-03,night,新人\n")
    asked = ("import", sheet, "--rosters", folder, "--language", "zh", "--add-people")
    assert run(*asked, "--write") == 0
    told = capsys.readouterr().out
    assert [word for word in ("comes", "goes", "slot", "backup", "new people", "written") if word in told] == []
    for words in (
        "新的人员",
        "首次出现",
        "2026-02-02 至 2026-02-03：有以下变动",
        "（后备）",
        "请把新人员的号码",
        "已写入：",
    ):
        assert words in told
    assert run(*asked, "--replace") == 0
    told = capsys.readouterr().out
    assert "人员没有变动" in told and "✓ 值班表已经是这样（2026-02-02 至 2026-02-03）" in told


def test_the_command_says_all_that_is_wrong_and_writes_nothing(folder: Path, tmp_path: Path) -> None:
    sheet = tmp_path / "feb.csv"
    sheet.write_text("日期,班次,姓名,电话\n2026-02-01,夜,王垒,01632 960100\n2026-02-02,中,陈静 01632960101,\n")
    before = state(folder)
    refused = hotline("roster", "import", sheet, "--rosters", folder, "--write")
    assert refused.returncode == 2
    assert "feb.csv:2:3: error: C2: there is no person '王垒' (did you mean 王磊 (wang-lei)?)" in refused.stderr
    assert "feb.csv:3:2: error: B3: '中' is no slot" in refused.stderr
    assert "96010" not in refused.stdout + refused.stderr
    assert state(folder) == before


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--code", "夜"], "the code before the slot"),
        (["--code", "夜=nigth"], "did you mean 'night'?"),
        (["--month", "Feb"], "write 2026-02"),
        (["--line", "xinlu"], "did you mean 'xinli'?"),
    ],
)
def test_what_is_typed_wrong(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    sheet = tmp_path / "feb.csv"
    sheet.write_text(MATRIX)
    assert run("import", sheet, "--rosters", folder, *arguments) == 2
    assert said in capsys.readouterr().err

"""Where Asterisk comes from: apt's sources in both notations, the machine's own Asterisk, the private one."""

import subprocess
from pathlib import Path

import pytest

from hotline_agi.errors import SetupError
from hotline_agi.lab import install
from hotline_agi.lab.mirror import deb822_entries, entries, mirrors, one_line_entries

DEB822 = """\
# a comment
Types: deb deb-src
URIs: http://mirror.test/debian
Suites: bookworm
 bookworm-updates
# Suites: nonsense
Components: main contrib
Signed-By:
 -----BEGIN PGP PUBLIC KEY BLOCK-----
 .
 abc: def

Types: deb
URIs: http://mirror.test/debian-security
Suites: bookworm-security
Components: main

Types: deb
URIs: http://off.test/debian
Suites: bookworm
Components: main
Enabled: no

Types: deb-src
URIs: http://source.test/debian
Suites: bookworm
Components: main
"""


def test_one_line_entries_with_options_and_comments() -> None:
    text = """
    # deb http://commented.test/debian bookworm main
    deb [arch=amd64 signed-by=/a/b.gpg] https://mirror.test/debian bookworm main contrib # at the end
    deb-src https://mirror.test/debian bookworm main
    deb http://flat.test/ ./
    """
    assert list(one_line_entries(text)) == [
        ("https://mirror.test/debian", ("bookworm",), ("main", "contrib")),
        ("http://flat.test/", ("./",), ()),
    ]


def test_deb822_entries_with_continued_fields_and_disabled_stanzas() -> None:
    assert list(deb822_entries(DEB822)) == [
        ("http://mirror.test/debian", ("bookworm", "bookworm-updates"), ("main", "contrib")),
        ("http://mirror.test/debian-security", ("bookworm-security",), ("main",)),
    ]


@pytest.fixture
def apt(tmp_path: Path) -> Path:
    (tmp_path / "apt/sources.list.d").mkdir(parents=True)
    (tmp_path / "os-release").write_text('ID=debian\nVERSION_CODENAME=bookworm\nVERSION_ID="12"\n')
    return tmp_path / "apt"


def found(apt: Path, **environ: str) -> tuple[str, ...]:
    return mirrors(environ, apt, apt.parent / "os-release")


def test_only_the_main_archive_is_a_mirror_and_debians_own_comes_first(apt: Path) -> None:
    (apt / "sources.list").write_text(
        "deb http://vendor.test/linux bookworm main\ndeb http://vendor.test/debian bookworm stable\n"
    )
    (apt / "sources.list.d/debian.sources").write_text(DEB822)
    (apt / "sources.list.d/debian.sources.bak").write_text(DEB822.replace("mirror.test", "old.test"))
    assert found(apt) == ("http://mirror.test/debian", "http://vendor.test/linux")


def test_a_cloud_image_names_its_mirrors_in_a_file(apt: Path) -> None:
    listed = apt / "mirrors.list"
    listed.write_text("# ours\nhttps://near.test/debian\tpriority:1\n\nhttps://far.test/debian\n")
    (apt / "sources.list").write_text(f"deb mirror+file://{listed} bookworm main\n")
    assert found(apt) == ("https://near.test/debian", "https://far.test/debian")


def test_the_operator_can_name_the_mirror(apt: Path) -> None:
    assert found(apt, HOTLINE_DEBIAN_MIRROR="http://inside.test/debian") == ("http://inside.test/debian",)


def test_a_machine_without_apt_has_no_mirror(tmp_path: Path) -> None:
    assert list(entries(tmp_path / "nothing")) == []
    assert mirrors({}, tmp_path / "nothing", tmp_path / "nothing") == ()


def test_the_place_is_in_the_cache_and_changes_with_the_recipe(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOTLINE_CACHE", str(tmp_path))
    before = install.private_place()
    assert before.parent == tmp_path
    assert before == install.private_place()
    monkeypatch.setattr(install, "SUITES", ("sid",))
    assert install.private_place() != before


def test_folders_of_a_configured_asterisk(tmp_path: Path) -> None:
    conf = tmp_path / "asterisk.conf"
    conf.write_text(
        "[directories]\nastmoddir => /opt/modules ; here\n astdatadir=/opt/data\n\n[options]\nastx => /no\n"
    )
    assert install.configured_folders(conf) == {"astmoddir": Path("/opt/modules"), "astdatadir": Path("/opt/data")}
    conf.write_text("[directories](!)\nastmoddir => /template\n")
    assert install.configured_folders(conf) == {}
    assert install.configured_folders(tmp_path / "none") == {}


@pytest.mark.parametrize("said", ["Asterisk 18.10.0~dfsg", "not an asterisk", "Asterisk certified/18.9-cert5"])
def test_an_old_or_strange_asterisk_of_the_machine_is_not_used(tmp_path: Path, said: str) -> None:
    binary = tmp_path / "asterisk"
    binary.write_text(f"#!/bin/sh\necho '{said}'\n")
    binary.chmod(0o755)
    assert install.system_asterisk(str(tmp_path)) is None


def test_no_mirror_says_what_to_do(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOTLINE_CACHE", str(tmp_path))
    monkeypatch.setattr(install, "system_asterisk", lambda: None)
    monkeypatch.setattr(install, "mirrors", lambda: ())
    monkeypatch.setattr("shutil.which", lambda *_, **__: "/somewhere/mmdebstrap")
    with pytest.raises(SetupError, match="HOTLINE_DEBIAN_MIRROR"):
        install.asterisk()
    assert [path.suffix for path in tmp_path.iterdir()] == [".lock"]


def test_a_mirror_without_the_suite_says_so_and_leaves_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    tools = tmp_path / "bin"
    tools.mkdir()
    (tools / "mmdebstrap").write_text("#!/bin/sh\necho 'I: hello' >&2\necho 'E: no Release file' >&2\nexit 25\n")
    (tools / "mmdebstrap").chmod(0o755)
    monkeypatch.setenv("PATH", str(tools), prepend=":")
    monkeypatch.setenv("HOTLINE_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("HOTLINE_DEBIAN_MIRROR", "http://mirror.test/debian")
    monkeypatch.setattr(install, "system_asterisk", lambda: None)
    with pytest.raises(SetupError, match=r"no Release file.*forky or sid"):
        install.asterisk()
    assert [path.suffix for path in (tmp_path / "cache").iterdir()] == [".lock"]


@pytest.mark.asterisk
def test_the_asterisk_runs_and_has_what_the_hotline_needs() -> None:
    ours = install.asterisk()
    said = subprocess.run([*ours.argv, "-V"], capture_output=True, text=True, check=True, timeout=20)
    assert ours.version in said.stdout
    assert int(ours.version.partition(".")[0]) >= install.OLDEST_MAJOR
    assert all((ours.module_dir / name).is_file() for name in install.NEEDED_MODULES)
    assert (ours.data_dir / "documentation").is_dir()

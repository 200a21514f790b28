"""Things made once and shared."""

import multiprocessing
import time
from pathlib import Path

import pytest

from hotline_agi.cache import cache_root, made_once, recipe_key
from hotline_agi.errors import SetupError


def test_the_root_follows_the_environment() -> None:
    assert cache_root({"HOTLINE_CACHE": "/c", "XDG_CACHE_HOME": "/x"}) == Path("/c")
    assert cache_root({"XDG_CACHE_HOME": "/x"}) == Path("/x/hotline_agi")
    assert cache_root({}) == Path.home() / ".cache/hotline_agi"


def test_the_key_tells_parts_apart() -> None:
    assert recipe_key("ab", "c") != recipe_key("a", "bc")
    assert recipe_key("a", b"b") == recipe_key("a", "b")


def test_a_failed_make_leaves_nothing_and_the_next_one_succeeds(tmp_path: Path) -> None:
    def fail(folder: Path) -> None:
        (folder / "half").touch()
        raise SetupError("no network")

    place = tmp_path / "thing"
    with pytest.raises(SetupError):
        made_once(place, fail, say=print)
    (tmp_path / "thing.part-killed").mkdir()  # what a killed run leaves
    made_once(place, lambda folder: (folder / "whole").touch(), say=print)
    assert [path.name for path in place.iterdir()] == ["whole"]
    assert {path.name for path in tmp_path.iterdir()} == {"thing", "thing.lock"}


def _make_slowly(place: Path) -> None:
    def make(folder: Path) -> None:
        with (place.parent / "makers").open("a") as makers:
            makers.write("x")
        time.sleep(0.3)
        (folder / "whole").touch()

    made_once(place, make, say=lambda _: None)
    assert (place / "whole").exists()


def test_four_runs_at_once_make_it_once(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    runs = [context.Process(target=_make_slowly, args=(tmp_path / "thing",)) for _ in range(4)]
    for run in runs:
        run.start()
    for run in runs:
        run.join(30)
    assert [run.exitcode for run in runs] == [0, 0, 0, 0]
    assert (tmp_path / "makers").read_text() == "x"


def test_a_cache_below_a_file_is_the_operators_to_mend(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(SetupError, match="HOTLINE_CACHE"):
        made_once(tmp_path / "file" / "thing", lambda _: None, say=print)

"""What `make fuzz` found once stays mended: all of the corpus and all seeds, judged and measured again."""

import pytest

from tests.fuzz.catalogue import CORPUS, CORPUS_BYTES, LIMIT_MS, TARGETS, Target
from tests.fuzz.mutation import pieces
from tests.fuzz.session import measured_ms


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)
def test_nothing_of_the_corpus_is_a_finding(target: Target) -> None:
    contents = [*target.seeds(), *(path.read_bytes() for path in target.corpus())]
    assert len(contents) > 2
    for content in contents:
        assert measured_ms(target, content) <= LIMIT_MS


def test_the_corpus_is_small_and_of_these_targets() -> None:
    paths = [path for path in CORPUS.rglob("*") if path.is_file()]
    assert {path.parent.name for path in paths} == {target.name for target in TARGETS}
    assert sum(path.stat().st_size for path in paths) <= CORPUS_BYTES


def test_a_whole_run_is_a_million_inputs() -> None:
    assert sum(target.inputs for target in TARGETS) == 1_000_000


def test_pieces_are_the_whole_and_cut_it() -> None:
    contents = [bytes(range(n)) * 3 for n in range(60)]
    assert all(b"".join(pieces(content)) == content for content in contents)
    assert sum(len(pieces(content)) > 3 for content in contents) > 30

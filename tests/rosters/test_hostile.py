"""Whatever lies in the rosters folder: it is refused within these bounds, and the process that reads it alone pays."""

import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from hotline_agi.rosters.transfer import Refused, Whole
from tests.rosters.places import Desk, put, read

MOST_S = 10.0
MOST_RSS_BYTES = 400 * 1024**2
PEOPLE = "test/people.yaml"


def refusal(desk: Desk) -> str:
    """What the refusal of the desk's folder says; it came in time."""
    ended = read(desk.request())
    assert ended.took_s < MOST_S
    assert ended.rss_bytes < MOST_RSS_BYTES
    assert ended.status == 0
    return ended.told


def test_a_good_one_is_taken(desk: Desk) -> None:
    ended = read(desk.request())
    assert isinstance(ended.last, Whole), ended.last
    assert set(ended.assembled().whole().volunteers) == {"s01", "s02", "m01"}


def merge_bomb() -> str:
    """1.3 kB that hold up SafeLoader for more than 15 s."""
    lines = ["a0: &a0 {x: 1, y: 2}"] + [f"a{n}: &a{n} {{<<: [*a{n - 1}, *a{n - 1}, *a{n - 1}]}}" for n in range(1, 30)]
    return "\n".join(lines) + "\n...\n"


def alias_bomb() -> str:
    lines = ["a0: &a0 [lol, lol]"] + [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 30)]
    return "\n".join(lines) + "\n...\n"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("volunteers:\n" + "  a: {name: A, endpoints: [mobile]}\n" * 1_500_000, "more than 1048576"),
        (alias_bomb(), "an anchor (&)"),
        (merge_bomb(), "an anchor (&)"),
        ("[" * 20_000 + "\n...\n", "deep"),
        ("{a: " * 20_000 + "\n...\n", "deep"),
        ("- - " * 100_000 + "\n...\n", "deep"),
        ("volunteers: [" + "a, " * 300_000 + "]\n...\n", "more than 200000 values"),
        ("? " * 50_000 + "\n...\n", "people.yaml"),
        ("a" * 1_000_000 + "\n...\n", "people.yaml"),
        ("volunteers:\n  a: {name: A\n", "..."),
        ("", "empty"),
        (b"\x00" * 1000, "invisible character"),
        (b"\xff\xfe" + b"a\x00" * 1000, "UTF-16"),
    ],
    ids=[
        "50 MB",
        "aliases",
        "merge keys",
        "[[[",
        "{a: {a:",
        "- - -",
        "values",
        "? ? ?",
        "aaa",
        "cut",
        "empty",
        "0",
        "16",
    ],
)
def test_texts(desk: Desk, text: str | bytes, told: str) -> None:
    put(desk.rosters, {PEOPLE: text})
    assert told in refusal(desk)


def test_many_big_files_are_bounded_together(desk: Desk) -> None:
    filler = "# filler\n" * 110_000 + "...\n"
    put(desk.rosters, {f"test/months/20{n:02}-01.yaml": filler for n in range(40)})
    assert "more than 32 MiB of YAML" in refusal(desk)


def test_what_takes_too_much_memory_ends_the_reader_alone(desk: Desk) -> None:
    put(desk.rosters, {PEOPLE: "people: [" + "a, " * 190_000 + "]\n...\n"})
    ended = read(desk.request(memory_bytes=60 * 1024**2))
    assert "more than 60 MiB of memory" in ended.told
    assert ended.took_s < MOST_S


def test_what_takes_too_long_ends_the_reader(desk: Desk) -> None:
    values = "people: [" + "a, " * 190_000 + "]\n...\n"
    put(desk.rosters, {f"line{n}/people.yaml": values for n in range(50)})
    ended = read(desk.request(cpu_s=1))
    assert ended.status == -24 and ended.pieces == []  # SIGXCPU; `Loading` makes a sentence of it
    assert ended.took_s < MOST_S


@pytest.mark.thorough
def test_100_000_files(desk: Desk) -> None:
    folder = desk.rosters / "test"
    for n in range(100_000):
        os.close(os.open(folder / f"{n}.txt", os.O_CREAT | os.O_WRONLY))
    assert "more than 20000 files" in refusal(desk)


@pytest.mark.thorough
def test_3_000_rosters(desk: Desk) -> None:
    put(desk.rosters, {f"test/{n}.yaml": "..." for n in range(3000)})
    assert "more than 2000 files" in refusal(desk)


def fifo(path: Path) -> None:
    os.mkfifo(path)


def unix_socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as bound:
        here = Path.cwd()
        os.chdir(path.parent)  # a socket's path has at most 108 characters
        try:
            bound.bind(path.name)
        finally:
            os.chdir(here)


def own_loop(path: Path) -> None:
    path.symlink_to(path.name)


def out_of_the_tree(path: Path) -> None:
    path.symlink_to("/etc/hostname")


def device(path: Path) -> None:
    path.symlink_to("/dev/zero")


def nowhere(path: Path) -> None:
    path.symlink_to("gone.yaml")


def folder(path: Path) -> None:
    path.mkdir()


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (fifo, "no file (a pipe"),
        (unix_socket, "no file (a pipe"),
        (own_loop, "leads nowhere"),
        (out_of_the_tree, "leads out of the folder"),
        (device, "leads out of the folder"),
        (nowhere, "leads nowhere"),
        (folder, "the file is missing"),
    ],
)
def test_what_is_no_file(desk: Desk, make: Callable[[Path], None], told: str) -> None:
    (desk.rosters / PEOPLE).unlink()
    make(desk.rosters / PEOPLE)
    said = refusal(desk)
    assert told in said and PEOPLE in said


def test_a_link_beside_the_very_texts_that_are_in_force(desk: Desk) -> None:
    taken = read(desk.request()).last
    assert isinstance(taken, Whole)
    (desk.rosters / "test/covers.yaml").symlink_to("/etc/hostname")
    again = read(desk.request(in_force=(taken.origin.digest, taken.origin.contacts_digest)))
    assert "test/covers.yaml: error: a link that leads out of the folder" in again.told


def test_links_between_folders_in_a_circle(desk: Desk) -> None:
    (desk.rosters / "test/again").symlink_to("..")
    assert "test/again: error: a link to a folder" in refusal(desk)


def test_a_link_within_the_folder_counts(desk: Desk) -> None:
    people = desk.rosters / PEOPLE
    people.rename(desk.rosters / "test/.people")
    people.symlink_to(".people")
    assert isinstance(read(desk.request()).last, Whole)


def test_names_that_are_no_text(desk: Desk) -> None:
    Path(os.fsdecode(os.fsencode(desk.rosters) + b"/test/\xff\n.yaml")).touch()
    assert "test/\ufffd\ufffd.yaml: error: the name has signs" in refusal(desk)


def test_contacts_that_are_a_pipe(desk: Desk) -> None:
    desk.contacts.unlink()
    os.mkfifo(desk.contacts)
    assert "cannot read the contacts" in refusal(desk)


def test_contacts_are_refused_without_their_numbers(desk: Desk) -> None:
    desk.contacts.write_text(desk.contacts.read_text().replace("07700900001", "07700900001x07700900002"))
    said = refusal(desk)
    assert "contacts.yaml:" in said and "7700" not in said


def test_a_folder_that_is_gone(desk: Desk) -> None:
    desk.rosters.rename(desk.folder / "elsewhere")
    assert "there is no rosters folder" in refusal(desk)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.99])
def test_files_that_were_cut_off(desk: Desk, share: float) -> None:
    for path in desk.rosters.glob("test/*.yaml"):
        whole = path.read_bytes()
        path.write_bytes(whole[: int(len(whole) * share)])
        ended = read(desk.request())
        assert isinstance(ended.last, Refused) and path.name in ended.told
        path.write_bytes(whole)

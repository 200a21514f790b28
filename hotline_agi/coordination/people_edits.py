"""Edits of ``people.yaml``: somebody joins, or leaves and is taken out of every place that names them."""

from collections.abc import Iterator

from hotline_agi.coordination.edits import Edit, Known
from hotline_agi.coordination.round_trip import Path, Plain, YamlText
from hotline_agi.coordination.splices import insert, remove
from hotline_agi.errors import SetupError
from hotline_agi.roster.layout import COVERS, PEOPLE
from hotline_agi.roster.model import Line
from hotline_agi.roster.values import MAX_ID
from hotline_agi.terms.ids import VolunteerId, is_id

_MOST_TOLD = 5


def add_person(
    known: Known,
    line: Line,
    who: str,
    name: str,
    endpoints: list[str],
    languages: list[str] | None = None,
    qualifications: list[str] | None = None,
) -> Edit:
    """Somebody new, in `line`'s folder.

    :param endpoints: in order of preference: ``mobile``, ``softphone:v07``.
    :param languages: None: the line's.
    :raises SetupError: if the id is taken or cannot be one, or an endpoint is none.
    """
    if not is_id(who) or len(who) > MAX_ID:
        raise SetupError(
            f"{who!r} cannot be a person's id: small letters, digits and hyphens, a letter first, at most {MAX_ID}"
        )
    if VolunteerId(who) in known.roster.volunteers:
        person = known.roster.volunteers[VolunteerId(who)]
        raise SetupError(f"{who} is {person.name}'s id already ({person.where}): take another one")
    file = f"{line.id}/{PEOPLE}"
    value: dict[str, Plain] = {"name": name}
    if languages:
        value["languages"] = list(languages)
    value["endpoints"] = [_endpoint(text) for text in endpoints]
    if qualifications:
        value["qualifications"] = list(qualifications)
    text = insert(YamlText.of(file, known.files[file]), ("volunteers",), who, value, block=True)
    return Edit(files={file: text.text.encode()}, message=f"Add {who} ({name})")


def _endpoint(text: str) -> Plain:
    kind, colon, name = (part.strip() for part in text.partition(":"))
    if kind == "mobile" and not colon:
        return "mobile"
    if kind == "softphone" and name:
        return {"softphone": name}
    raise SetupError(f"{text!r} is no endpoint: write mobile, or softphone:<its SIP account>")


def remove_person(known: Known, who: VolunteerId) -> Edit:
    """Take somebody out of the roster: their entry, and every place that names them. Covers about them go whole.

    :raises SetupError: if nobody would be left in a place: who shall be there is not ours to say.
    """
    texts = {
        path: YamlText.of(path, content)
        for path, content in known.files.items()
        if who.encode() in content and "/" in path  # the contacts lie at the top
    }
    emptied = [
        f"{' '.join(map(str, path))} in {file}"
        for file, text in texts.items()
        for path, cell in _cells(text.plain, who)
        if cell == [who] and "backup" not in path
    ]
    if emptied:
        more = f" and {len(emptied) - _MOST_TOLD} more" if len(emptied) > _MOST_TOLD else ""
        raise SetupError(
            f"nobody would be left in {', '.join(emptied[:_MOST_TOLD])}{more}: put somebody else there first"
        )
    files: dict[str, bytes] = {}
    # people.yaml last: whoever reads in between finds a person whom nothing names, not a name that nobody has
    for file, text in sorted(texts.items(), key=lambda one: one[0].endswith(f"/{PEOPLE}")):
        after = text
        for path in _places(file, text.plain, who):
            after = remove(after, path)
        if after is not text:
            files[file] = after.text.encode()
    return Edit(files=files, message=f"Remove {who}")


def _places(file: str, plain: Plain, who: VolunteerId) -> list[Path]:
    """What has to go from a file, the last first, so that positions stay right."""
    if file.endswith(f"/{PEOPLE}"):
        volunteers = plain.get("volunteers") if isinstance(plain, dict) else None
        return [("volunteers", who)] if isinstance(volunteers, dict) and who in volunteers else []
    if file.endswith(f"/{COVERS}"):
        return list(_cover_places(plain, who))[::-1]
    cells = [(*path, cell.index(who)) for path, cell in _cells(plain, who)]
    return [*cells, *_coordinated(plain, who)][::-1]


def _cells(plain: Plain, who: VolunteerId, path: Path = ()) -> Iterator[tuple[Path, list[Plain]]]:
    """The lists of people that hold `who`: all that stand below a `people` or `backup`."""
    if isinstance(plain, list) and who in plain:
        if "people" in path or "backup" in path:
            yield path, plain
    elif isinstance(plain, list):
        for n, item in enumerate(plain):
            yield from _cells(item, who, (*path, n))
    elif isinstance(plain, dict):
        for name, value in plain.items():
            yield from _cells(value, who, (*path, name))


def _coordinated(plain: Plain, who: VolunteerId) -> Iterator[Path]:
    shifts = plain.get("shifts") if isinstance(plain, dict) else None
    for slot, shift in shifts.items() if isinstance(shifts, dict) else ():
        if isinstance(shift, dict) and shift.get("coordinator") == who:
            yield ("shifts", slot, "coordinator")


def _cover_places(plain: Plain, who: VolunteerId) -> Iterator[Path]:
    covers = plain.get("covers") if isinstance(plain, dict) else None
    for n, cover in enumerate(covers if isinstance(covers, list) else ()):
        if not isinstance(cover, dict):
            continue
        people = cover.get("extra")
        if isinstance(people, list) and who in people and len(people) > 1:
            yield ("covers", n, "extra", people.index(who))
        elif who in (cover.get("sick"), cover.get("away"), people) or who in _several(cover, "swap", "extra"):
            yield ("covers", n)
        elif cover.get("instead") == who:
            yield ("covers", n, "instead")


def _several(cover: dict[str, Plain], *names: str) -> list[Plain]:
    return [item for name in names if isinstance(found := cover.get(name), list) for item in found]

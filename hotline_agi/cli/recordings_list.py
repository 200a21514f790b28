"""``hotline recordings list`` and ``hotline recordings accesses``."""

from datetime import UTC, tzinfo
from pathlib import Path

import click

from hotline_agi import rosters, table
from hotline_agi.archive import Archive, Kind, NotStored
from hotline_agi.cli.known_line import refuse_unknown_line
from hotline_agi.cli.options import config_option, json_option, language_option, print_json
from hotline_agi.errors import HotlineError
from hotline_agi.reports.listing import length_text
from hotline_agi.settings import Settings, read_settings
from hotline_agi.store.past import JOURNAL
from hotline_agi.store.reading import JournalReader
from hotline_agi.store.recordings import PastRecording
from hotline_agi.store.recordings import accesses as asked_accesses
from hotline_agi.store.recordings import recordings as asked_recordings
from hotline_agi.terms.languages import Language

FEW = 50
KINDS = {"message": Kind.MESSAGE, "talk": Kind.TALK}
COLUMNS = {
    Language.EN: ("Call", "Line", "What", "Recorded", "Length", "Kept"),
    Language.ZH: ("来电", "热线", "内容", "录制", "时长", "保存"),
}
WHAT = {
    Language.EN: {"message": "message", "talk": "talk"},
    Language.ZH: {"message": "留言", "talk": "通话"},
}
KEPT = {
    Language.EN: {"encrypted": "encrypted", "clear": "in the clear", "gone": "gone"},
    Language.ZH: {"encrypted": "已加密", "clear": "未加密", "gone": "已不在"},
}
ACCESS_COLUMNS = {
    Language.EN: ("At (UTC)", "Who", "How", "What", "Call"),
    Language.ZH: ("时间（UTC）", "谁", "方式", "内容", "来电"),
}
limit_option = click.option("--limit", type=click.IntRange(1, 1_000_000), default=FEW, show_default=True)


@click.command("list")
@config_option
@click.option("--line", help="Only this line.")
@limit_option
@language_option
@json_option
def recordings_list(config: Path, line: str | None, limit: int, language: str, as_json: bool) -> None:
    """List messages and recorded talks, the newest first.

    With --json: call, line, kind, file, recorded_at, length_s, kept (encrypted, clear or gone).
    """
    settings, words = read_settings(config), Language(language)
    with JournalReader.open(settings.state / JOURNAL) as reader:
        found = asked_recordings(reader, line=line, limit=limit)
    refuse_unknown_line(settings, line, empty=not found)
    archive = settings.archive
    if as_json:
        print_json(
            [
                {
                    "call": one.call,
                    "line": one.line,
                    "kind": one.kind,
                    "file": one.file,
                    "recorded_at": one.recorded_at.isoformat(),
                    "length_s": one.length_s,
                    "kept": kept(archive, one),
                }
                for one in found
            ]
        )
        return
    if not found:
        table.note("没有录音" if words is Language.ZH else "there are no recordings")
        return
    zone = _zone(settings)
    rows = [
        (
            one.call,
            one.line,
            WHAT[words].get(one.kind, one.kind),
            f"{one.recorded_at.astimezone(zone):%Y-%m-%d %H:%M:%S}",
            length_text(one.length_s),
            KEPT[words][kept(archive, one)],
        )
        for one in found
    ]
    table.table("", COLUMNS[words], rows)


@click.command("accesses")
@config_option
@limit_option
@language_option
@json_option
def accesses(config: Path, limit: int, language: str, as_json: bool) -> None:
    """Who heard, exported or deleted a recording, the newest first.

    With --json: at, who, how, kind, call, file.
    """
    settings, words = read_settings(config), Language(language)
    with JournalReader.open(settings.state / JOURNAL) as reader:
        found = asked_accesses(reader, limit=limit)
    if as_json:
        print_json(
            [
                {
                    "at": one.at.isoformat(),
                    "who": one.who,
                    "how": one.how,
                    "kind": one.kind,
                    "call": one.call,
                    "file": one.file,
                }
                for one in found
            ]
        )
        return
    if not found:
        table.note("没有人听过录音" if words is Language.ZH else "nobody heard any recording")
        return
    rows = [
        (f"{one.at:%Y-%m-%d %H:%M:%S}Z", one.who, one.how, WHAT[words].get(one.kind, one.kind), one.call)
        for one in found
    ]
    table.table("", ACCESS_COLUMNS[words], rows)


def kept(archive: Archive, one: PastRecording) -> str:
    """How a recording lies on disk: ``encrypted``, ``clear``, or ``gone``."""
    try:
        return "encrypted" if archive.find(KINDS[one.kind], one.file).is_sealed else "clear"
    except (NotStored, KeyError):
        return "gone"


def _zone(settings: Settings) -> tzinfo:
    """The wall clock of the first line; UTC when the roster cannot be read just now."""
    try:
        return next((line.zone for line in rosters.load(settings.rosters, None).roster.lines.values()), UTC)
    except HotlineError:
        return UTC

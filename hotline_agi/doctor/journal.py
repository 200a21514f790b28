"""Of the journal: whether calls are written down just now, and what lies beside it that somebody should look at."""

from collections.abc import Iterator
from datetime import UTC, datetime

from hotline_agi.doctor.check import Check, failed, ok, warning
from hotline_agi.errors import SetupError
from hotline_agi.rosters import presence
from hotline_agi.settings import Settings
from hotline_agi.store import condition
from hotline_agi.store.condition import Condition
from hotline_agi.store.names import JOURNAL, REFUSED_SUFFIX, SAVED_MARK, SPOOL_SUFFIX
from hotline_agi.table import counted

NAME = "journal"


def look_at_journal(settings: Settings) -> Iterator[Check]:
    """Reads small files only: a journal that is locked or damaged is no obstacle."""
    try:
        runs = presence.runs(settings.state)
    except SetupError as error:
        yield warning(NAME, str(error), "see `sudo -u hotline hotline doctor`")
        return
    if runs:
        yield _of_service(settings, condition.read(settings.state), datetime.now(UTC))
    elif _holds_something(settings, SPOOL_SUFFIX):
        remedy = "start the service: it takes them in"
        yield warning(NAME, "records of calls wait beside it, in its spool", remedy)
    if _holds_something(settings, REFUSED_SUFFIX):
        path = settings.state / (JOURNAL + REFUSED_SUFFIX)
        remedy = f"see the service's log for why; report it with the kind of record, then move {path} away"
        yield warning(f"{NAME}: refused records", f"some stand in {path}", remedy)
    saved = sorted(one.name for one in settings.state.glob(f"{JOURNAL}{SAVED_MARK}*"))
    if saved:
        found = f"it was moved away {counted(len(saved), 'time')} while the service ran; saved: {', '.join(saved[-3:])}"
        remedy = "stop the service, put the one back that you want, and start it again; delete what nobody needs"
        yield warning(f"{NAME}: saved copies", found, remedy)


def _of_service(settings: Settings, told: Condition | None, now: datetime) -> Check:
    if told is None:
        remedy = f"see the service's log: it cannot write {settings.state}"
        return failed(NAME, f"the service wrote no {condition.NAME}", remedy)
    state = told.state
    if told.is_stale(now):
        age_s = (now - told.at).total_seconds()
        remedy = "see whether its disk is full or hangs (df, dmesg); calls are served meanwhile, and kept in memory"
        return failed(NAME, f"the service has told nothing of it for {age_s:.0f} s", remedy)
    if state.lost:
        remedy = "make room on its disk; see the service's log for when. Asterisk's own CDR and CEL tell of these calls"
        return failed(NAME, f"{counted(state.lost, 'record')} lost since the start, for good", remedy)
    if state.trouble is not None:
        where = "in its spool" if state.spooled else "in memory"
        remedy = "make room, mend the rights, or end who locks it (fuser); calls are served meanwhile, nothing is lost"
        return failed(NAME, f"it cannot be written ({state.trouble}); records wait {where}", remedy)
    return ok(NAME, "every record is on disk within a tenth of a second")


def _holds_something(settings: Settings, suffix: str) -> bool:
    try:
        return (settings.state / (JOURNAL + suffix)).stat().st_size > 0
    except OSError:
        return False

"""Canonical log lines: one per call, one for whatever is agreed of a shift."""

from hotline_agi.dispatch.commands import CloseRecord, CoverWord, NoteCover, NoteReadiness
from hotline_agi.log import logger


def log_shift(note: NoteReadiness | NoteCover) -> None:
    """One line for whatever is agreed, refused or open of a shift; a warning where a coordinator must act."""
    place = {"line": note.line, "slot": note.slot, "from_at": note.from_at.isoformat()}
    if isinstance(note, NoteReadiness):
        logger.info("shift", volunteer=note.volunteer, readiness=note.readiness.value, **place)
    elif note.word is CoverWord.ASKING:
        logger.info("cover wanted", absent=note.absent, **place)
    elif note.word is CoverWord.COMES:
        logger.info("comes after all", absent=note.absent, present=note.present, **place)
    elif note.present is not None:
        logger.info("cover found", absent=note.absent, present=note.present, **place)
    else:
        logger.warning("nobody of the backup agreed to cover", absent=note.absent, **place)


def log_call(record: CloseRecord) -> None:
    """The one canonical line per call."""
    logger.info(
        "call",
        call=record.call,
        line=record.line,
        outcome=record.outcome.value,
        volunteer=record.volunteer,
        wait_s=record.wait_s,
        talk_s=record.talk_s,
        rang=len(record.legs),
        legs=",".join(f"{leg.volunteer or 'overflow'}:{leg.outcome.value}" for leg in record.legs),
    )

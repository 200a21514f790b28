"""Steps of a machine as rows: some to a row, packed.

This is the writer thread's work: steps are made of values that nobody changes, and the loop only hands them in.
"""

import time
from collections import deque
from collections.abc import Iterator, Sequence

from hotline_agi.dispatch.codec import to_json
from hotline_agi.dispatch.replay import Beginning, Step, line_of
from hotline_agi.log import logger
from hotline_agi.store.records import Row, steps_row
from hotline_agi.terms.packing import packed

CHUNK_STEPS = 256
"""To a row at most. A step is some 300 bytes, and an eighth of that when it is packed with many others."""
BREATHE_STEPS, BREATHE_S = 32, 0.0005
"""Encoding 32 steps holds the interpreter's lock for a third of a millisecond; then the loop has its turn."""


def beginning_packed(beginning: Beginning) -> bytes:
    """What of a beginning is no column of `run`."""
    now = beginning.now
    return packed(f"{now.mono_s!r}\t{now.at.isoformat()}\t{to_json(beginning.memory)}")


def step_rows(run: str, steps: deque[Step], count: int, *, unhurried: bool) -> Iterator[Row]:
    """Take `count` steps off `steps`, as rows. A step that cannot be told is left out, which a replay notices.

    :param unhurried: let the loop have its turn now and then.
    """
    told: list[Step] = []
    lines: list[str] = []
    for taken in range(1, count + 1):
        step = steps.popleft()
        line = _line(step)
        if lines and (line is None or step.number != told[-1].number + 1 or len(lines) == CHUNK_STEPS):
            yield _chunk(run, told, lines)
            told, lines = [], []
        if line is not None:
            told.append(step)
            lines.append(line)
        if unhurried and taken % BREATHE_STEPS == 0:
            time.sleep(BREATHE_S)
    if lines:
        yield _chunk(run, told, lines)


def _chunk(run: str, told: Sequence[Step], lines: Sequence[str]) -> Row:
    return steps_row(
        run=run, first=told[0].number, steps=len(told), ended_at=told[-1].now.at, packed=packed("\n".join(lines))
    )


def _line(step: Step) -> str | None:
    try:
        return line_of(step)
    except Exception as error:  # without the exception's words: they may quote a value
        logger.error("a step has no text", step=step.number, error=type(error).__name__)
        return None

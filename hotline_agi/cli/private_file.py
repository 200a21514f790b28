"""Files with people's data that a command writes: for the owner alone, whole or not at all."""

import csv
import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from hotline_agi.errors import SetupError
from hotline_agi.planning.sheets.cells import guarded


def write_csv(path: Path, rows: Iterable[Sequence[str]]) -> None:
    """Write rows as a CSV that Excel opens rightly, mode 0600. A file that is there is not replaced.

    :raises SetupError: if it is there, or cannot be written.
    """
    draft = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        if path.exists():
            raise FileExistsError
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8-sig", newline="") as file:
            csv.writer(file).writerows(map(guarded, row) for row in rows)
        os.link(draft, path)  # fails where somebody was faster
    except FileExistsError:
        raise SetupError(f"{path} is there already: delete it or name another") from None
    except OSError as error:
        raise SetupError(f"{path} cannot be written ({error.strerror})") from error
    finally:
        draft.unlink(missing_ok=True)

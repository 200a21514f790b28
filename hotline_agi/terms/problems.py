"""What is wrong with a text that a person wrote, said so that the person can mend it."""

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A place in a text. `line` and `column` count from 1, in characters; 0 means the whole file."""

    file: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        return f"{self.file}:{self.line}" if self.line else self.file


NOWHERE = Mark(file="")
"""Of what was not read from a text."""


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Problem:
    """One finding in one file. `line` and `column` count from 1; 0 says that the whole file is meant.

    `what` says what is wrong in half a sentence, `hint` what to write instead. Neither ever quotes a number of a
    person: text of contact files is described, not repeated.
    """

    file: str
    line: int
    column: int
    what: str
    hint: str = ""
    severity: Severity = Severity.ERROR

    @classmethod
    def warning(cls, where: Mark, what: str, hint: str = "") -> "Problem":
        return cls(
            file=where.file, line=where.line, column=where.column, what=what, hint=hint, severity=Severity.WARNING
        )

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}:{self.column}" if self.line else self.file
        tail = f" ({self.hint})" if self.hint else ""
        return f"{place}: {self.severity}: {self.what}{tail}"

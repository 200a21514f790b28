"""Where a finding is, and the list of them: everything wrong is said at once, not only the first thing."""

from collections.abc import Iterable

from hotline_agi.errors import InvalidText
from hotline_agi.terms.problems import Mark, Problem, Severity

MAX_PROBLEMS = 200
"""In one reading, and as many errors again: a person mends what they can see, and hostile text must not fill the
memory."""


class Findings:
    """The problems found so far. One instance is passed through the whole reading of one or several files."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.failed = False
        """Whether at least one error (not only warnings) was found."""

    @property
    def full(self) -> bool:
        """Whether nothing more is taken: whoever reads a long list may stop, so that hostile text costs no time."""
        return len(self.problems) >= 2 * MAX_PROBLEMS

    def error(self, mark: Mark, what: str, hint: str = "") -> None:
        self.failed = True
        self._add(mark, what, hint, Severity.ERROR)

    def warning(self, mark: Mark, what: str, hint: str = "") -> None:
        self._add(mark, what, hint, Severity.WARNING)

    def take(self, problems: Iterable[Problem]) -> None:
        """Add findings of another reading, e.g. those of an `InvalidText`."""
        for found in problems:
            self._add(
                Mark(file=found.file, line=found.line, column=found.column), found.what, found.hint, found.severity
            )
            self.failed |= found.severity is Severity.ERROR

    def refuse(self) -> None:
        """:raises InvalidText: with everything found, if anything of it is an error."""
        if self.failed:
            raise InvalidText(self.problems)

    def _add(self, mark: Mark, what: str, hint: str, severity: Severity) -> None:
        # Room is kept for errors, else a file with many warnings could be refused without a reason.
        if len(self.problems) < (2 * MAX_PROBLEMS if severity is Severity.ERROR else MAX_PROBLEMS):
            found = Problem(file=mark.file, line=mark.line, column=mark.column, what=what, hint=hint, severity=severity)
            if found not in self.problems:
                self.problems.append(found)

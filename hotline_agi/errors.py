"""The error tree. The type says whose fault it is.

```text
HotlineError
├── SetupError          hospital IT can mend it: settings, ports, passwords. CLI: one sentence, exit status 2
│   └── InvalidText     …in a file somebody wrote: carries every problem of every file at once
└── PbxError            Asterisk refused, went away or did not answer in time; the service retries what may be
    └── LinkLost        …there is no AMI link now: an action in flight is uncertain and is never repeated
```
"""

from collections.abc import Sequence

from hotline_agi.terms.problems import Problem


class HotlineError(Exception):
    """The root: whatever else leaves a public function is a bug of ours."""


class SetupError(HotlineError):
    """Something that hospital IT configured is missing or wrong. The message says what to do, in one sentence."""


class InvalidText(SetupError):
    """A roster, contacts or settings file is refused. `problems` holds all findings, ordered by place."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(sorted(problems))
        super().__init__("\n".join(map(str, self.problems)))


class PbxError(HotlineError):
    """Asterisk refused an action or did not answer in time."""


class LinkLost(PbxError):
    """The AMI connection is down or went down while an action was in flight."""

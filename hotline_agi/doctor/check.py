"""What the doctor says of one thing."""

from dataclasses import asdict, dataclass
from enum import StrEnum


class Grade(StrEnum):
    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One finding. `remedy` says what to do; it is empty when all is well."""

    name: str
    grade: Grade
    found: str
    remedy: str = ""

    def as_json(self) -> dict[str, str]:
        return {key: str(value) for key, value in asdict(self).items()}


def ok(name: str, found: str) -> Check:
    return Check(name=name, grade=Grade.OK, found=found)


def failed(name: str, found: str, remedy: str) -> Check:
    return Check(name=name, grade=Grade.FAILED, found=found, remedy=remedy)


def warning(name: str, found: str, remedy: str) -> Check:
    return Check(name=name, grade=Grade.WARNING, found=found, remedy=remedy)

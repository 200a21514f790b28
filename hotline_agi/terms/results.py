"""What a volunteer said of a talk: how a `Fact.RESULT` holds it, for the machine, the journal and the reports."""

from dataclasses import dataclass

SILENT = "silent"
"""The result that says that nothing was heard."""
_COUNTS = {"yes": True, "no": False}


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One word about a talk."""

    result: str
    """Its id in the roster."""
    counts: bool | None = None
    """Whether the call counts as a silent one for the limits of callers; None: that is not configured."""
    by: str = ""
    """User of the machine who said it by command; empty: the volunteer of the fact."""


def detail(said: Said) -> str:
    """``silent;counts=yes;by=gao``."""
    counts = "" if said.counts is None else f";counts={'yes' if said.counts else 'no'}"
    return said.result + counts + (f";by={said.by.replace(';', ',')}" if said.by else "")


def told(text: str) -> Said:
    """The inverse of `detail`; what it does not know is passed over."""
    result, *parts = text.split(";")
    fields = dict(part.split("=", 1) for part in parts if "=" in part)
    return Said(result=result, counts=_COUNTS.get(fields.get("counts", "")), by=fields.get("by", ""))

"""What phones, callers, Asterisk and the journal tell of one cell, as data. All times are seconds since the strike."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

NO_SOUND = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    name: str
    """A key of `tests.e2e.hearing.HZ`; "" is silence."""
    began_s: float
    ended_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One call as a telephone had it."""

    who: str
    invited_s: float
    ringing_s: float | None = None
    answered_s: float | None = None
    ended_s: float | None = None
    end: str | None = None
    """`bye-in`, `bye-out`, `cancelled`, `rejected`, `failed`; of a phone's own doing are `bye-out`, `rejected`, and
    `failed` for one that vanished."""
    heard: tuple[Heard, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Originated:
    """A leg that the service had Asterisk place, as another AMI login saw its channel."""

    leg: str
    who: str
    at_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One call in the journal."""

    call: str
    outcome: str
    """"" while it is open."""
    volunteer: str | None
    facts: tuple[str, ...] = ()
    rang: tuple[str, ...] = ()
    """Legs of which a fact says that they rang."""
    legs: Mapping[str, str] | None = None
    """Leg → outcome, from the table of legs."""
    messages: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NextCall:
    """The call after the fault."""

    rang_s: float | None
    """From its INVITE to the first phone's."""
    talked: bool
    records: tuple[Record, ...] = ()
    trouble: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    stage: str
    fault: str
    seed: int
    reached: str
    struck: str
    """What was seen of both; see `CallStage` and `Fault`."""
    took_s: float
    """The strike itself."""
    healed_s: float
    """When the cause of the trouble was gone."""
    caller: Seen
    phones: tuple[Seen, ...]
    caller_left: bool = False
    spoke: tuple[tuple[float, float], ...] = ()
    """When the caller was recorded: from the beep to the key or the end."""
    pbx_died_s: float | None = None
    vanished: tuple[str, ...] = ()
    timed_out: int = 0
    """Channels that Asterisk hung up for lack of audio, by its log."""
    originated: tuple[Originated, ...] = ()
    surviving_s: tuple[float, ...] = ()
    records: tuple[Record, ...] = ()
    """All that the journal has before the next call."""
    kept_files: tuple[float, ...] = ()
    """Lengths of the messages in the folder, in seconds."""
    serving_s: float | None = None
    """When the service was seen to serve again, since the cause was gone; None: it was not."""
    channels_left: int = 0
    next_call: NextCall | None = None
    trouble: tuple[str, ...] = ()
    """What broke in the story itself, or was wrong at its end."""
    lasted_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Talk:
    who: str
    began_s: float
    ended_s: float
    by: str
    """Who ended it: "caller", "volunteer", "nobody"."""


def talks(evidence: Evidence) -> list[Talk]:
    """Both heard each other, by content: from the later first tone to the earlier end of the two calls."""
    caller, found = evidence.caller, []
    for phone in evidence.phones:
        if phone.answered_s is None:
            continue
        until_s = min(ends(phone), ends(caller))
        there = [one.began_s for one in phone.heard if one.name == "caller"]
        here = [
            one.began_s
            for one in caller.heard
            if one.name == phone.who and phone.answered_s - 0.1 <= one.began_s <= until_s
        ]
        if there and here:
            began_s = max(there[0], here[0])
            found.append(Talk(who=phone.who, began_s=began_s, ended_s=until_s, by=_ended_by(caller, phone, until_s)))
    return sorted(found, key=lambda one: one.began_s)


def _ended_by(caller: Seen, phone: Seen, at_s: float) -> str:
    if phone.end in ("bye-out", "failed") and phone.ended_s is not None and phone.ended_s <= at_s + 0.001:
        return "volunteer"
    if caller.end == "bye-out" and caller.ended_s is not None and caller.ended_s <= at_s + 0.5:
        return "caller"
    return "nobody"


def ends(seen: Seen) -> float:
    return float("inf") if seen.ended_s is None else seen.ended_s


def to_data(evidence: Evidence) -> dict[str, Any]:
    return asdict(evidence)


def from_data(data: Mapping[str, Any]) -> Evidence:
    """The inverse of `to_data`, also after a journey through JSON."""
    plain = {name: value for name, value in data.items() if name in {field.name for field in fields(Evidence)}}
    next_call = plain.get("next_call")
    return Evidence(
        **{
            **plain,
            "caller": _seen(plain["caller"]),
            "phones": tuple(map(_seen, plain["phones"])),
            "spoke": tuple((began, ended) for began, ended in plain.get("spoke", ())),
            "vanished": tuple(plain.get("vanished", ())),
            "originated": tuple(Originated(**one) for one in plain.get("originated", ())),
            "surviving_s": tuple(plain.get("surviving_s", ())),
            "records": tuple(map(_record, plain.get("records", ()))),
            "kept_files": tuple(plain.get("kept_files", ())),
            "trouble": tuple(plain.get("trouble", ())),
            "next_call": next_call
            and NextCall(**{**next_call, "records": tuple(map(_record, next_call.get("records", ())))}),
        }
    )


def _seen(data: Mapping[str, Any]) -> Seen:
    return Seen(**{**data, "heard": tuple(Heard(**one) for one in data.get("heard", ()))})


def _record(data: Mapping[str, Any]) -> Record:
    lists = {name: tuple(data.get(name, ())) for name in ("facts", "rang", "messages")}
    return Record(**{**data, **lists})

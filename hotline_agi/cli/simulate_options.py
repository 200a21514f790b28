"""What people are assumed to do, as options of ``hotline simulate``; every mistake is told at once."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, TypeVar

import click

from hotline_agi.roster.findings import Findings
from hotline_agi.roster.model import EndpointKind
from hotline_agi.simulation.assumptions import CALLERS, MOBILE, SOFTPHONE, Assumptions
from hotline_agi.simulation.spans import FORMS, Span, parse_span
from hotline_agi.simulation.staff import Manner
from hotline_agi.terms.problems import Mark

_F = TypeVar("_F", bound=Callable[..., Any])
_SHARES = "write 0.4 or 40%, or by phone: softphone:0.5,mobile:35%"
_KINDS = {EndpointKind.SOFTPHONE: SOFTPHONE, EndpointKind.MOBILE: MOBILE}
_CHANCES = ("accept", "voicemail", "decline", "busy", "unreachable")


def _both(name: str) -> str:
    first, second = (f"{getattr(manner, name):g}" for manner in _KINDS.values())
    return first if first == second else f"softphone:{first},mobile:{second}"


_OPTIONS = (
    click.option("--talk", metavar="TIME", help=f"How long people talk. [{CALLERS.talk_s}]"),
    click.option("--patience", metavar="TIME", help=f"How long they wait before they hang up. [{CALLERS.patience_s}]"),
    click.option("--redial", metavar="SHARE", help=f"Who reaches nobody calls again with... [{CALLERS.redial:g}]"),
    click.option("--redial-after", metavar="TIME", help=f"...after this long. [{CALLERS.redial_after_s}]"),
    click.option("--message", metavar="SHARE", help=f"Who is asked for a message leaves one. [{CALLERS.message:g}]"),
    click.option("--accept", metavar="SHARE", help=f"A volunteer accepts a ring with... [{_both('accept')}]"),
    click.option("--accept-after", metavar="TIME", help=f"...after this long. [{SOFTPHONE.accept_after_s}]"),
    click.option("--voicemail", metavar="SHARE", help=f"Of a mobile's rings. [{MOBILE.voicemail:g}]"),
    click.option("--decline", metavar="SHARE", help=f"Of all rings. [{_both('decline')}]"),
    click.option("--busy", metavar="SHARE", help=f"Of all rings. [{_both('busy')}]"),
    click.option("--unreachable", metavar="SHARE", help=f"Of all rings. [{_both('unreachable')}]"),
    click.option("--night-factor", metavar="FACTOR", help="Accepts from 22:00 to 06:00 times this. [0.8]"),
    click.option("--overflow-calls", metavar="N", help="So many at a time the overflow number takes. [1]"),
)
TIMES_HELP = f"TIME: {FORMS}; units s, m, h. SHARE: 0.4 or 40%; of rings also by phone: softphone:0.5,mobile:0.35."


def assumption_options(function: _F) -> _F:
    """Add the options; `assumed_of` reads what was given."""
    for option in reversed(_OPTIONS):
        function = option(function)
    return function


def assumed_of(given: Mapping[str, str | None], findings: Findings) -> Assumptions:
    """The assumptions, changed by what was given under the options' names (``redial_after``)."""
    usual = Assumptions()
    callers = replace(
        usual.callers,
        talk_s=_span("talk", given, usual.callers.talk_s, findings),
        patience_s=_span("patience", given, usual.callers.patience_s, findings),
        redial=_one_share("redial", given, usual.callers.redial, findings),
        redial_after_s=_span("redial_after", given, usual.callers.redial_after_s, findings),
        message=_one_share("message", given, usual.callers.message, findings),
    )
    if given.get("talk") == "never":
        findings.error(Mark(file="--talk"), "a talk ends some time", f"write {FORMS}")
    if callers.redial >= 1.0:
        findings.error(Mark(file="--redial"), "people who always call again never end", "write less than 1")
    phones = dict(usual.phones)
    for chance in _CHANCES:
        text = given.get(chance)
        if text is not None:
            for kind, share in _shares(chance, text, findings).items():
                phones[kind] = _with(phones[kind], chance, share)
    if given.get("accept_after") is not None:
        after = _span("accept_after", given, SOFTPHONE.accept_after_s, findings)
        phones = {kind: replace(manner, accept_after_s=after) for kind, manner in phones.items()}
    for kind, manner in phones.items():
        _look_at(kind, manner, findings)
    return Assumptions(
        callers=callers,
        phones=phones,
        night=_factor(given.get("night_factor"), usual.night, findings),
        overflow_calls=_count(given.get("overflow_calls"), usual.overflow_calls, findings),
    )


def _with(manner: Manner, chance: str, share: float) -> Manner:
    changes: dict[str, Any] = {chance: share}
    return replace(manner, **changes)


def _look_at(kind: EndpointKind, manner: Manner, findings: Findings) -> None:
    chances = [getattr(manner, chance) for chance in _CHANCES if chance != "voicemail" or kind is EndpointKind.MOBILE]
    if sum(chances) > 1.0 + 1e-9:
        names = ", ".join(f"--{chance}" for chance in _CHANCES)
        findings.error(
            Mark(file=names), f"what becomes of a {kind}'s rings adds up to {sum(chances):g}", "at most 1 in all"
        )


def _option(name: str) -> Mark:
    return Mark(file=f"--{name.replace('_', '-')}")


def _span(name: str, given: Mapping[str, str | None], usual: Span, findings: Findings) -> Span:
    text = given.get(name)
    if text is None:
        return usual
    try:
        return parse_span(text)
    except ValueError:
        findings.error(_option(name), f"{text!r} is no time to draw", f"write {FORMS}")
        return usual


def _one_share(name: str, given: Mapping[str, str | None], usual: float, findings: Findings) -> float:
    text = given.get(name)
    if text is None:
        return usual
    share = share_of(text)
    if share is None:
        findings.error(_option(name), f"{text!r} is no share", "write 0.4 or 40%")
        return usual
    return share


def _shares(name: str, text: str, findings: Findings) -> dict[EndpointKind, float]:
    """By kind of phone; one share alone is for all of them."""
    share = share_of(text)
    if share is not None:
        return dict.fromkeys(EndpointKind, share)
    found: dict[EndpointKind, float] = {}
    for part in text.split(","):
        kind, _, number = (piece.strip() for piece in part.partition(":"))
        share = share_of(number)
        if kind not in list(EndpointKind) or share is None:
            findings.error(_option(name), f"{part.strip()!r} is no share", _SHARES)
        else:
            found[EndpointKind(kind)] = share
    return found


def share_of(text: str) -> float | None:
    """``0.4`` or ``40%`` as a number from 0 to 1; None if it is none."""
    try:
        share = float(text[:-1]) / 100 if text.endswith("%") else float(text)
    except ValueError:
        return None
    return share if 0.0 <= share <= 1.0 else None


def _factor(text: str | None, usual: float, findings: Findings) -> float:
    if text is None:
        return usual
    try:
        factor = float(text)
    except ValueError:
        factor = -1.0
    if not 0.0 <= factor <= 10.0:
        findings.error(Mark(file="--night-factor"), f"{text!r} is no factor", "write 0 to 10, e.g. 0.8")
        return usual
    return factor


def _count(text: str | None, usual: int, findings: Findings) -> int:
    if text is None:
        return usual
    if not (text.isascii() and text.isdigit() and len(text) < 5 and int(text) > 0):
        findings.error(Mark(file="--overflow-calls"), f"{text!r} is no number of calls", "write 1, or more")
        return usual
    return int(text)

"""The dial envelope: what this service may dial at all. Pure; asked at the last place before AMI, and by no part that
decides whom to ring, so that a mistake there dials nothing either.

A leg goes out only to an endpoint that stands in the roster in force just so, over the trunk only to a number that the
`DialRules` allow, and only so many in an hour. Emergency numbers never.
"""

from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from hotline_agi.asterisk.dial_rules import USUAL, DialRules
from hotline_agi.asterisk.numbering import NumberKind, Placed, main_region, placed
from hotline_agi.dispatch.memory import RecentLeg
from hotline_agi.roster.model import Endpoint, EndpointKind, Roster
from hotline_agi.selfservice.wish_dialog import Unfit
from hotline_agi.terms.ids import EndpointId
from hotline_agi.terms.instants import Now
from hotline_agi.terms.numbers import PhoneNumber
from hotline_agi.terms.problems import Problem
from hotline_agi.terms.work import WorkState
from hotline_agi.work.entry import Entry

WINDOW_S = 3600.0
DAY_S = 86_400.0
CALLBACK = EndpointId("callback")
"""In the place of an endpoint, where a refusal is told."""
_SLOT_S = 60.0
"""Legs are counted by the minute: an hour is 60 to 61 of them, whatever comes."""


class RefusalReason(StrEnum):
    """Why a leg is not dialled. Also the label of the metric."""

    NOT_IN_ROSTER = "not-in-roster"
    """No endpoint of the roster in force, or not with this number."""
    NO_NUMBER = "no-number"
    TRUNK = "trunk"
    """A softphone that is called like the trunk: whatever is rung there is no volunteer."""
    EMERGENCY = "emergency"
    PREMIUM = "premium"
    FOREIGN = "foreign"
    LEGS_PER_HOUR = "legs-per-hour"
    MOBILE_LEGS_PER_HOUR = "mobile-legs-per-hour"
    LEGS_PER_NUMBER_PER_HOUR = "legs-per-number-per-hour"
    NOT_CLAIMED = "callback-not-claimed"
    """Nobody has that callback, or no leave was given to call now."""
    CALLBACKS_PER_HOUR = "callbacks-per-hour"
    CALLBACKS_PER_NUMBER_PER_DAY = "callbacks-per-number-per-day"


Refused = Callable[[RefusalReason, EndpointId], None]
"""Told of each leg that was refused."""


LEAST_DIGITS = 7
"""Of a number whose country nobody named: shorter ones are extensions and short codes."""
_UNFIT = {RefusalReason.EMERGENCY: Unfit.EMERGENCY, RefusalReason.FOREIGN: Unfit.FOREIGN}


@dataclass(slots=True)
class _Minute:
    number: int
    legs: int = 0
    mobiles: int = 0
    by_number: Counter[PhoneNumber] = field(default_factory=Counter)


class Envelope:
    """One per Asterisk. Give it each roster that comes into force, before anything is dialled by it."""

    def __init__(
        self, roster: Roster, *, trunk: str, rules: DialRules = USUAL, refused: Refused = lambda _why, _whom: None
    ) -> None:
        """`trunk`: the PJSIP endpoint over which numbers are dialled."""
        self._trunk, self._rules, self._refused = trunk, rules, refused
        self._minutes: deque[_Minute] = deque()
        self._legs = self._mobiles = 0
        self._by_number: Counter[PhoneNumber] = Counter()
        self._callbacks: deque[tuple[float, PhoneNumber]] = deque()
        """Callers who were called in the last day, and when."""
        self.use(roster)

    def use(self, roster: Roster) -> None:
        """`roster` is in force from now on. What was counted stays."""
        self._endpoints = {one.id: one for one in endpoints_of(roster)}
        self._home = self._rules.home or _home_of(roster)

    def look_at(self, roster: Roster) -> None:
        """Read the numbers of `roster`, so that its first calls need not wait for it. Takes 0.1 ms each; may run in
        another thread."""
        home = self._rules.home or _home_of(roster)
        for one in endpoints_of(roster):
            if one.number is not None:
                placed(one.number, home)

    @property
    def home(self) -> str | None:
        """ISO 3166: where numbers without + are read; None: not known, so nothing is known of what they cost."""
        return self._home

    def recall(self, legs: Iterable[RecentLeg], now_s: float) -> None:
        """Count legs of before the start: a restart is no way round the limits."""
        for leg in sorted(legs, key=lambda leg: -leg.age_s):
            known = self._endpoints.get(leg.endpoint)
            self._count(leg.kind is EndpointKind.MOBILE, known.number if known else None, now_s - max(0.0, leg.age_s))

    def refusal(self, endpoint: Endpoint) -> RefusalReason | None:
        """Why `endpoint` may never be dialled, by the roster and the rules as they are; None: it may."""
        if self._endpoints.get(endpoint.id) != endpoint:
            return RefusalReason.NOT_IN_ROSTER
        if endpoint.pjsip_name is not None:
            return RefusalReason.TRUNK if endpoint.pjsip_name == self._trunk else None
        if endpoint.number is None:
            return RefusalReason.NO_NUMBER
        return refusal_of(endpoint.number, self._rules, self._home)

    def refuses(self, endpoint: Endpoint, now_s: float) -> RefusalReason | None:
        """Ask for one leg now (monotonic seconds). None: it is counted, and to be dialled; else why it must not be."""
        found = self.refusal(endpoint) or self._over(endpoint, now_s)
        if found is None:
            self._count(endpoint.number is not None, endpoint.number, now_s)
        else:
            self._refused(found, endpoint.id)
        return found

    def unfit(self, number: PhoneNumber) -> Unfit | None:
        """Why nobody is called back at `number`, which anybody may have typed; None: they may be.

        By the rules for all legs, and narrower where those say nothing: a country that is neither listed nor home is
        foreign, since a stranger chose it and the hotline pays.
        """
        found = placed(number, self._home)
        refused = refusal_of(number, self._rules, self._home)
        if refused is not None:
            return _UNFIT.get(refused, Unfit.PREMIUM)
        if _begins([number.reveal(), *([found.full] if found.full else [])], self._rules.allow):
            return None
        if found.full is None:
            is_short = len(number.reveal().lstrip("+")) < LEAST_DIGITS or self._home is not None
            return Unfit.TOO_SHORT if is_short else None
        is_home = self._home is None or found.region == self._home
        return None if is_home or self._rules.countries is not None else Unfit.FOREIGN

    # ---- numbers
    # ---- callers who are called back

    def recall_callbacks(self, dialled: Iterable[tuple[PhoneNumber, float]], now_s: float) -> None:
        """Count calls of before the start: numbers, and how many seconds ago."""
        self._callbacks.extend(sorted((now_s - max(0.0, age_s), number) for number, age_s in dialled))

    def refuses_callback(self, entry: Entry, number: PhoneNumber, now: Now) -> RefusalReason | None:
        """Ask for one call to the caller of `entry`, at the number that the list of work has. None: it is counted, and
        to be dialled; else why it must not be. Not of the roster, so all the more to be claimed, and few."""
        found = self._over_callbacks(entry, number, now) or refusal_of(number, self._rules, self._home)
        if found is None:
            self._callbacks.append((now.mono_s, number))
            self._count(True, number, now.mono_s)
        else:
            self._refused(found, CALLBACK)
        return found

    def _over_callbacks(self, entry: Entry, number: PhoneNumber, now: Now) -> RefusalReason | None:
        if entry.state is not WorkState.CLAIMED or entry.owner is None or not entry.is_called(now.at):
            return RefusalReason.NOT_CLAIMED
        while self._callbacks and self._callbacks[0][0] <= now.mono_s - DAY_S:
            self._callbacks.popleft()
        if sum(at_s > now.mono_s - WINDOW_S for at_s, _ in self._callbacks) >= self._rules.callbacks_per_hour:
            return RefusalReason.CALLBACKS_PER_HOUR
        if sum(called == number for _, called in self._callbacks) >= self._rules.callbacks_per_number_per_day:
            return RefusalReason.CALLBACKS_PER_NUMBER_PER_DAY
        self._forget(now.mono_s)
        over_all = self._legs >= self._rules.legs_per_hour or self._mobiles >= self._rules.mobile_legs_per_hour
        return RefusalReason.LEGS_PER_HOUR if over_all else None

    # ---- how many

    def _over(self, endpoint: Endpoint, now_s: float) -> RefusalReason | None:
        self._forget(now_s)
        if self._legs >= self._rules.legs_per_hour:
            return RefusalReason.LEGS_PER_HOUR
        if endpoint.number is None:
            return None
        if self._mobiles >= self._rules.mobile_legs_per_hour:
            return RefusalReason.MOBILE_LEGS_PER_HOUR
        if self._by_number[endpoint.number] >= self._rules.legs_per_number_per_hour:
            return RefusalReason.LEGS_PER_NUMBER_PER_HOUR
        return None

    def _count(self, over_trunk: bool, number: PhoneNumber | None, at_s: float) -> None:
        minute = int(at_s // _SLOT_S)
        if not self._minutes or self._minutes[-1].number < minute:
            self._minutes.append(_Minute(minute))
        last = self._minutes[-1]
        last.legs += 1
        self._legs += 1
        if over_trunk:
            last.mobiles += 1
            self._mobiles += 1
        if number is not None:
            last.by_number[number] += 1
            self._by_number[number] += 1

    def _forget(self, now_s: float) -> None:
        first = int(now_s // _SLOT_S) - int(WINDOW_S // _SLOT_S)
        while self._minutes and self._minutes[0].number < first:
            gone = self._minutes.popleft()
            self._legs -= gone.legs
            self._mobiles -= gone.mobiles
            self._by_number -= gone.by_number


def refusal_of(number: PhoneNumber, rules: DialRules, home: str | None) -> RefusalReason | None:
    """Why `number` may never be dialled; None: it may. `home` as in `Envelope.home`."""
    found = placed(number, home)
    if found.kind is NumberKind.EMERGENCY:
        return RefusalReason.EMERGENCY
    if is_allowed(number, rules, home):
        return None
    spellings = _spellings(number, found)
    if found.kind is NumberKind.COSTLY or _begins(spellings, rules.premium):
        return RefusalReason.PREMIUM
    if rules.countries is None or found.full is None:
        return None
    prefixes = tuple(one for one in rules.countries if one.startswith("+"))
    if found.region in rules.countries or _begins([found.full], prefixes):
        return None
    return RefusalReason.FOREIGN


def is_allowed(number: PhoneNumber, rules: DialRules, home: str | None) -> bool:
    """Whether the settings name its beginning as one that is dialled all the same."""
    return bool(rules.allow) and _begins(_spellings(number, placed(number, home)), rules.allow)


def _spellings(number: PhoneNumber, found: Placed) -> list[str]:
    return [number.reveal(), *([found.full] if found.full else [])]


def endpoints_of(roster: Roster) -> Iterator[Endpoint]:
    """All that anybody may ever be rung on by `roster`."""
    for person in roster.volunteers.values():
        yield from person.endpoints
    for line in roster.lines.values():
        if line.transfer is not None:
            yield line.transfer
        if line.high_risk is not None and line.high_risk.contact is not None:
            yield line.high_risk.contact


_WORDS = {
    RefusalReason.TRUNK: ("a softphone is called like the trunk", "give it another name"),
    RefusalReason.EMERGENCY: ("an emergency number is never dialled", "write another number into the contacts file"),
    RefusalReason.PREMIUM: (
        "the number would not be dialled: it costs more than a call",
        "is it right? then list its first digits under `dialling: allow:` in the settings",
    ),
    RefusalReason.FOREIGN: (
        "the number would not be dialled: its country is not listed",
        "is it right? then add the country to `dialling: countries:` in the settings",
    ),
}


def refused_of(roster: Roster, *, trunk: str, rules: DialRules = USUAL) -> list[Problem]:
    """Which contacts of `roster` would not be dialled, and why: warnings at whoever has them. Who has no number at all
    is left out. Looks at each number: off a call's way."""
    envelope = Envelope(roster, trunk=trunk, rules=rules)
    owners = [(person.where, str(person.id), person.endpoints) for person in roster.volunteers.values()]
    owners += [
        (line.where, f"{line.id}: transfer", (line.transfer,)) for line in roster.lines.values() if line.transfer
    ]
    owners += [
        (line.where, f"{line.id}: emergency contact", (line.high_risk.contact,))
        for line in roster.lines.values()
        if line.high_risk and line.high_risk.contact
    ]
    return [
        Problem.warning(where, f"{whose}: {_WORDS[why][0]}", _WORDS[why][1])
        for where, whose, endpoints in owners
        for endpoint in endpoints
        if (why := envelope.refusal(endpoint)) in _WORDS
    ]


def _home_of(roster: Roster) -> str | None:
    """The country of the roster's numbers that say one, if it is one."""
    regions = {main_region(one.number) for one in endpoints_of(roster) if one.number is not None} - {None}
    return regions.pop() if len(regions) == 1 else None


def _begins(spellings: list[str], beginnings: tuple[str, ...]) -> bool:
    return any(spelling.startswith(one) for spelling in spellings for one in beginnings)

"""The dial envelope: what is dialled is what the roster in force says, cheap, at home, and no more than so often."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest

from hotline_agi.asterisk import envelope as envelope_module
from hotline_agi.asterisk import numbering
from hotline_agi.asterisk.dial_rules import DialRules
from hotline_agi.asterisk.envelope import Envelope, RefusalReason, endpoints_of, refused_of
from hotline_agi.dispatch.memory import RecentLeg
from hotline_agi.roster.model import Endpoint, EndpointKind, Roster
from hotline_agi.terms.ids import CallId, EndpointId, LineId, VolunteerId
from hotline_agi.terms.instants import Now
from hotline_agi.terms.numbers import PhoneNumber
from hotline_agi.terms.work import WorkKind, WorkState
from hotline_agi.work.entry import Entry
from tests.dispatch.lines import DUTY_DOCTOR, line, person, roster, softphone, with_transfer
from tests.planting import Planting, instead_of


def phone(number: str, name: str = "lin") -> Endpoint:
    return Endpoint(id=EndpointId(f"{name}-mobile"), kind=EndpointKind.MOBILE, number=PhoneNumber(number), confirm=True)


def with_number(number: str) -> tuple[Roster, Endpoint]:
    endpoint = phone(number)
    return roster(people=[person("lin", endpoint)]), endpoint


def why(number: str, **rules: object) -> str | None:
    found, endpoint = with_number(number)
    return Envelope(found, trunk="trunk", rules=DialRules(**rules)).refusal(endpoint)  # type: ignore[arg-type]


ORDINARY = ["+8613800000000", "+447700900123", "07700900123", "8001", "+4917612345678", "+861012345678", "13800000000"]


@pytest.mark.parametrize("number", ORDINARY)
def test_who_says_nothing_goes_on_ringing_their_people(number: str) -> None:
    assert why(number) is None


@pytest.mark.parametrize(
    "number", ["120", "110", "119", "122", "112", "999", "911", "000", "+86110", "010120", "0027119"]
)
def test_no_emergency_number_is_ever_dialled(number: str) -> None:
    assert why(number, home="CN", allow=(number,)) is RefusalReason.EMERGENCY


COSTLY = [
    ("09098790123", "GB"),
    ("+449098790123", None),
    ("+447000000000", None),
    ("16812345", "CN"),
    ("+19005551234", None),
    ("+33899123456", None),
    ("00449098790123", "CN"),
    ("00449098790123", None),
    ("+979123456789", None),
    ("+881612345678", None),
]


@pytest.mark.parametrize(("number", "home"), COSTLY)
def test_numbers_that_cost_more_than_a_call_are_not_dialled(number: str, home: str | None) -> None:
    assert why(number, home=home) is RefusalReason.PREMIUM
    assert why(number, home=home, allow=(number[:6],)) is None


def test_a_chinese_400_number_costs_an_ordinary_call() -> None:
    assert why("4001234567", home="CN") is None


def test_countries_that_are_not_listed_are_not_dialled() -> None:
    rules = {"home": "CN", "countries": ("+86", "GB")}
    for number in ("+8613800000000", "13800000000", "+447700900123", "00447700900123", "8001"):
        assert why(number, **rules) is None, number
    for number in ("+4917612345678", "004917612345678", "+18765551234"):
        assert why(number, **rules) is RefusalReason.FOREIGN, number
    assert why("+4917612345678", **rules, allow=("+49176",)) is None
    assert why("+18765551234", countries=("US",)) is RefusalReason.FOREIGN  # Jamaica: the same +1


def test_listed_beginnings_are_refused_as_they_are_dialled_and_in_full() -> None:
    assert why("13800000000", home="CN", premium=("+86138",)) is RefusalReason.PREMIUM
    assert why("13800000000", premium=("138",)) is RefusalReason.PREMIUM


def test_the_country_of_numbers_without_plus_is_that_of_the_others() -> None:
    costly = phone("09098790123", "wang")
    british = roster(people=[person("lin", phone("+447700900123")), person("wang", costly)])
    assert Envelope(british, trunk="trunk").home == "GB"
    (told,) = refused_of(british, trunk="trunk")
    assert told.what == "wang: the number would not be dialled: it costs more than a call"
    mixed = roster(people=[person("lin", phone("+447700900123"), phone("+8613800000000")), person("wang", costly)])
    assert Envelope(mixed, trunk="trunk").home is None


# ---- the roster in force


def test_only_the_exact_endpoint_of_the_roster_in_force_is_dialled() -> None:
    found, endpoint = with_number("+447700900123")
    envelope = Envelope(found, trunk="trunk")
    others = [
        replace(endpoint, number=PhoneNumber("+447700900124")),
        replace(endpoint, id=EndpointId("lin-mobile2")),
        replace(endpoint, number=None, pjsip_name="lin-mobile"),
        Endpoint(id=EndpointId("trunk"), kind=EndpointKind.SOFTPHONE, pjsip_name="trunk", confirm=False),
        DUTY_DOCTOR,
    ]
    for other in others:
        assert envelope.refuses(other, 0.0) is RefusalReason.NOT_IN_ROSTER
    assert envelope.refuses(endpoint, 0.0) is None
    envelope.use(with_number("+447700900125")[0])
    assert envelope.refuses(endpoint, 0.0) is RefusalReason.NOT_IN_ROSTER


def test_an_overflow_number_is_dialled_and_a_softphone_called_like_the_trunk_is_not() -> None:
    odd = replace(softphone("lin"), id=EndpointId("trunk"), pjsip_name="trunk")
    found = roster(with_transfer(), people=[person("lin", odd)])
    envelope = Envelope(found, trunk="trunk")
    assert envelope.refusal(DUTY_DOCTOR) is None
    assert envelope.refusal(odd) is RefusalReason.TRUNK
    assert Envelope(roster(line()), trunk="trunk").refusal(DUTY_DOCTOR) is RefusalReason.NOT_IN_ROSTER


def test_a_refusal_tells_why_and_whom_and_no_number() -> None:
    told: list[tuple[RefusalReason, EndpointId]] = []
    found, endpoint = with_number("120")
    envelope = Envelope(found, trunk="trunk", refused=lambda reason, whom: told.append((reason, whom)))
    envelope.refuses(endpoint, 0.0)
    assert told == [(RefusalReason.EMERGENCY, EndpointId("lin-mobile"))]
    assert "120" not in repr(told)


# ---- how many in an hour

PHONES = [phone(f"+4477009001{n:02}", f"p{n}") for n in range(4)]
SOFTPHONES = [softphone(f"p{n}") for n in range(4)]
PEOPLE = [person(f"p{n}", SOFTPHONES[n], PHONES[n]) for n in range(4)]
BOOK = roster(people=PEOPLE)
RULES = DialRules(legs_per_hour=40, mobile_legs_per_hour=20, legs_per_number_per_hour=8)


def play(seed: int) -> tuple[int, set[str]]:
    """Ask for legs at random instants, restarting now and then; compare with a list of all that went out.

    An hour is 60 to 61 minutes: what is younger than one must count, what is older than the other must not.
    """
    dice = Random(seed)
    envelope, now_s = Envelope(BOOK, trunk="trunk", rules=RULES), dice.uniform(0, 1e6)
    out: list[tuple[float, Endpoint]] = []
    reasons: set[str] = set()
    for _ in range(300):
        now_s += dice.choice((0.0, 1.0, 20.0, 120.0, 600.0))
        if dice.random() < 0.02:
            now_s += dice.uniform(0.0, 300.0)
            envelope = Envelope(BOOK, trunk="trunk", rules=RULES)
            legs = [RecentLeg(endpoint=one.id, kind=one.kind, age_s=now_s - at) for at, one in out if now_s - at < 3600]
            dice.shuffle(legs)
            now_s, moved_s = dice.uniform(0, 1e6), now_s  # a new boot: another monotonic clock
            out = [(at - moved_s + now_s, one) for at, one in out]
            envelope.recall(legs, now_s)
        endpoint = dice.choice([*PHONES, *SOFTPHONES, PHONES[0], PHONES[0]])
        found = envelope.refuses(endpoint, now_s)
        surely = [one for at, one in out if now_s - at < 3600]
        perhaps = [one for at, one in out if now_s - at <= 3660]

        def over(legs: list[Endpoint], one: Endpoint = endpoint) -> bool:
            mobiles = [leg for leg in legs if leg.number]
            same = [leg for leg in mobiles if leg.number == one.number]
            return len(legs) >= 40 or (one.number is not None and (len(mobiles) >= 20 or len(same) >= 8))

        if found is None:
            assert not over(surely), "one more than allowed"
            out.append((now_s, endpoint))
        else:
            assert over(perhaps), f"refused for nothing: {found}"
            reasons.add(found)
    return len(out), reasons


def test_no_more_legs_in_an_hour_than_allowed_and_no_fewer() -> None:
    met: set[str] = set()
    went = 0
    for seed in range(60):
        legs, reasons = play(seed)
        went += legs
        met |= reasons
    assert went > 4000
    assert met == {"legs-per-hour", "mobile-legs-per-hour", "legs-per-number-per-hour"}


def test_it_forgets() -> None:
    envelope = Envelope(BOOK, trunk="trunk", rules=RULES)
    for hour in range(50):
        for n in range(200):
            envelope.refuses(PHONES[n % 4], hour * 7300.0 + n)
    assert len(envelope._minutes) <= 62
    assert len(envelope._by_number) <= 4


BUGS: dict[str, Planting] = {
    "the number is not compared": instead_of(
        envelope_module,
        "Envelope.refusal",
        "self._endpoints.get(endpoint.id) != endpoint",
        "endpoint.id not in self._endpoints",
    ),
    "the old roster stays": instead_of(
        envelope_module, "Envelope.use", "{one.id: one for", "getattr(self, '_endpoints', None) or {one.id: one for"
    ),
    "emergency numbers can be allowed": instead_of(
        envelope_module, "Envelope._of_number", "found.kind is NumberKind.EMERGENCY", "False"
    ),
    "what is allowed in full is not": instead_of(
        envelope_module, "Envelope._of_number", "_begins(spellings, rules.allow)", "number.reveal() in rules.allow"
    ),
    "foreign ones by country code alone": instead_of(
        envelope_module, "Envelope._of_number", "found.full is None", "True"
    ),
    "premium ones are dialled": instead_of(
        envelope_module, "Envelope._of_number", "found.kind is NumberKind.COSTLY or ", ""
    ),
    "area code and emergency number": instead_of(
        numbering, "placed", 'dialled[0] in "0+"', "False", users=[envelope_module]
    ),
    "00 is no plus": instead_of(
        numbering, "placed", 'home is None and dialled.startswith("00")', "False", users=[envelope_module]
    ),
    "every number counts as one": instead_of(
        envelope_module, "Envelope._over", "self._by_number[endpoint.number]", "self._mobiles"
    ),
    "softphones count as mobiles": instead_of(envelope_module, "Envelope._count", "if over_trunk:", "if True:"),
    "one too many": instead_of(envelope_module, "Envelope._over", "self._legs >=", "self._legs >"),
    "never forgotten": instead_of(envelope_module, "Envelope._forget", "number < first", "number < 0"),
    "forgotten a minute early": instead_of(envelope_module, "Envelope._forget", "number < first", "number <= first"),
    "forgotten at a restart": instead_of(
        envelope_module, "Envelope.recall", "for leg in sorted", "for leg in [] and sorted"
    ),
    "a restart begins a new hour": instead_of(envelope_module, "Envelope.recall", "- max(0.0, leg.age_s)", ""),
}


@pytest.mark.thorough
@pytest.mark.parametrize("bug", BUGS)
def test_a_planted_bug_is_found(bug: str, monkeypatch: pytest.MonkeyPatch) -> None:
    numbering.placed.cache_clear()
    BUGS[bug](monkeypatch)
    with pytest.raises(AssertionError):
        for number in ORDINARY:
            test_who_says_nothing_goes_on_ringing_their_people(number)
        for number, home in COSTLY:
            test_numbers_that_cost_more_than_a_call_are_not_dialled(number, home)
        for number in ("120", "010120", "+86110"):
            test_no_emergency_number_is_ever_dialled(number)
        test_countries_that_are_not_listed_are_not_dialled()
        test_listed_beginnings_are_refused_as_they_are_dialled_and_in_full()
        test_only_the_exact_endpoint_of_the_roster_in_force_is_dialled()
        test_no_more_legs_in_an_hour_than_allowed_and_no_fewer()
        test_it_forgets()


def test_looking_ahead_reads_every_number() -> None:
    numbering.placed.cache_clear()
    Envelope(BOOK, trunk="trunk").look_at(BOOK)
    assert numbering.placed.cache_info().currsize == sum(one.number is not None for one in endpoints_of(BOOK))


# ---- callers who are called back


NOON = datetime(2026, 7, 1, 12, tzinfo=UTC)


def an_entry(**changes: Any) -> Entry:
    usual = Entry(
        id=CallId("pbx1-1.1"),
        line=LineId("xinli"),
        kind=WorkKind.MESSAGE,
        opened_at=NOON,
        last_at=NOON,
        state=WorkState.CLAIMED,
        owner=VolunteerId("lin"),
        lease_until=NOON + timedelta(minutes=20),
        call_until=NOON + timedelta(minutes=2),
    )
    return replace(usual, **changes)


def asks(envelope: Envelope, number: str = "+8613800000001", at_s: float = 0.0, **changes: Any) -> RefusalReason | None:
    now = Now(1e6 + at_s, NOON + timedelta(seconds=at_s))
    changes = {"call_until": now.at + timedelta(minutes=2)} | changes
    return envelope.refuses_callback(an_entry(**changes), PhoneNumber(number), now)


def callback_envelope(**rules: int) -> Envelope:
    return Envelope(roster(people=[person("lin")]), trunk="trunk", rules=DialRules(home="CN", **rules))  # type: ignore[arg-type]


def test_only_the_number_of_a_claimed_callback_is_dialled() -> None:
    envelope = callback_envelope()
    assert asks(envelope) is None
    for changes in (
        {"state": WorkState.OPEN},
        {"state": WorkState.ESCALATED},
        {"state": WorkState.DONE},
        {"owner": None},
        {"call_until": None},
        {"call_until": NOON - timedelta(seconds=1)},
    ):
        assert asks(envelope, **changes) is RefusalReason.NOT_CLAIMED, changes


@pytest.mark.parametrize(
    ("number", "why"),
    [
        ("120", RefusalReason.EMERGENCY),
        ("+86110", RefusalReason.EMERGENCY),
        ("16812345", RefusalReason.PREMIUM),
        ("+19005551234", RefusalReason.PREMIUM),
    ],
)
def test_a_callback_is_under_the_same_rules(number: str, why: RefusalReason) -> None:
    assert asks(callback_envelope(), number) is why
    abroad = Envelope(roster(people=[person("lin")]), trunk="trunk", rules=DialRules(home="CN", countries=("CN",)))
    assert asks(abroad, "+447700900123") is RefusalReason.FOREIGN


def test_callbacks_have_limits_of_their_own_and_a_restart_is_no_way_round() -> None:
    envelope = callback_envelope(callbacks_per_hour=3, callbacks_per_number_per_day=2)
    assert asks(envelope) is None and asks(envelope, at_s=10) is None
    assert asks(envelope, at_s=20) is RefusalReason.CALLBACKS_PER_NUMBER_PER_DAY
    assert asks(envelope, "+8613800000002", at_s=30) is None
    assert asks(envelope, "+8613800000003", at_s=40) is RefusalReason.CALLBACKS_PER_HOUR
    assert asks(envelope, "+8613800000003", at_s=3700) is None
    assert asks(envelope, at_s=3700) is RefusalReason.CALLBACKS_PER_NUMBER_PER_DAY
    assert asks(envelope, at_s=86_500) is None
    anew = callback_envelope(callbacks_per_number_per_day=2)
    anew.recall_callbacks([(PhoneNumber("+8613800000001"), age_s) for age_s in (60.0, 7200.0)], 1e6)
    assert asks(anew) is RefusalReason.CALLBACKS_PER_NUMBER_PER_DAY
    assert asks(anew, "+8613800000002") is None

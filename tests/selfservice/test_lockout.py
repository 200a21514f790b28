"""Wrong PINs are bounded, per telephone and for all together, and only for an hour."""

from random import Random

from hotline_agi.selfservice.lockout import MOST_OF_ALL, MOST_OF_ONE, WINDOW_S, Lockout
from hotline_agi.terms.ids import CallerToken

ONE, OTHER = CallerToken("one"), CallerToken("other")


def test_five_wrong_lock_one_telephone_for_an_hour() -> None:
    lockout = Lockout()
    for n in range(MOST_OF_ONE):
        assert lockout.may_try(ONE, float(n))
        lockout.wrong(ONE, float(n))
    locked_at_s = MOST_OF_ONE - 1.0
    assert not lockout.may_try(ONE, locked_at_s)
    assert lockout.may_try(OTHER, locked_at_s)
    assert not lockout.may_try(ONE, locked_at_s + WINDOW_S - 0.1)
    assert lockout.may_try(ONE, locked_at_s + WINDOW_S)


def test_twenty_wrong_lock_all_for_an_hour() -> None:
    lockout = Lockout()
    for n in range(MOST_OF_ALL):
        caller = CallerToken(f"phone {n}")
        assert lockout.may_try(caller, float(n))
        lockout.wrong(caller, float(n))
    locked_at_s = MOST_OF_ALL - 1.0
    assert not lockout.may_try(OTHER, locked_at_s + WINDOW_S - 0.1)
    assert lockout.may_try(OTHER, locked_at_s + WINDOW_S)


def test_wrong_pins_of_long_ago_do_not_count() -> None:
    lockout = Lockout()
    for n in range(MOST_OF_ONE - 1):
        lockout.wrong(ONE, float(n))
    lockout.wrong(ONE, WINDOW_S + 10)
    assert lockout.may_try(ONE, WINDOW_S + 10)


def test_random_guessers_stay_within_the_bounds_and_are_locked_for_a_cause_only() -> None:
    for seed in range(20):
        random = Random(seed)
        lockout, now_s = Lockout(), 0.0
        phones = [CallerToken(f"p{n}") for n in range(random.choice((1, 3, 8, 60)))]
        looked: list[tuple[float, CallerToken]] = []
        for _ in range(400):
            now_s += random.choice((0.0, 1.0, 30.0, 700.0, 3599.0))
            phone = random.choice(phones)
            recent = [who for at_s, who in looked if at_s > now_s - 2 * WINDOW_S]
            if lockout.may_try(phone, now_s):
                looked.append((now_s, phone))
                lockout.wrong(phone, now_s)
            else:
                assert recent.count(phone) >= MOST_OF_ONE or len(recent) >= MOST_OF_ALL
            within = [who for at_s, who in looked if at_s > now_s - WINDOW_S]
            assert len(within) <= MOST_OF_ALL
            assert all(within.count(one) <= MOST_OF_ONE for one in phones)
            assert len(lockout) <= MOST_OF_ALL + MOST_OF_ALL // MOST_OF_ONE

"""The menu, told as stories."""

from dataclasses import replace

import pytest

from hotline_agi.dispatch.events import CoverAsked, VolunteerPaused, VolunteerResumed
from hotline_agi.roster.plan import WeeklyHours
from hotline_agi.selfservice.lockout import MOST_OF_ONE, WINDOW_S
from hotline_agi.selfservice.menu import MOST_REPEATS
from hotline_agi.terms.standing import VolunteerState
from tests.dispatch.lines import NIGHT
from tests.selfservice.house import BAO, LIN, PINS, WANG, ZHAO, Call, House, world


def test_first_comes_the_own_state_then_the_menu() -> None:
    call = Call(House(), LIN)
    assert call.words == ["on-shift-until", "n-2", "pm", "will-be-rung", "menu"]
    assert call.said[-1].language == "en"
    assert Call(House(), WANG).words == ["on-shift-until", "afternoon", "oclock-2", "will-be-rung", "menu"]


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (VolunteerState.RESTING, ["resting", "menu"]),
        (VolunteerState.OVER_LIMIT, ["over-limit", "menu"]),
        (VolunteerState.UNREACHABLE, ["unreachable", "menu"]),
        (VolunteerState.PAUSED, ["paused", "menu"]),
        (VolunteerState.IN_OTHER_CALL, ["on-shift-until", "n-2", "pm", "will-be-rung", "menu"]),
        (VolunteerState.WRAP_UP, ["on-shift-until", "n-2", "pm", "will-be-rung", "menu"]),
    ],
)
def test_every_state_has_words(state: VolunteerState, words: list[str]) -> None:
    house = House()
    house.standings[LIN] = (state, None)
    assert Call(house, LIN).words == words


def test_who_is_not_on_shift_hears_the_next_one() -> None:
    assert Call(House(), ZHAO).words == [
        *("not-on-shift", "next-shift", "weekday-5", "evening", "oclock-6", "n-30", "minutes", "until", "midnight"),
        "menu",
    ]


def test_a_backup_person_hears_that_they_are_one() -> None:
    assert Call(House(), BAO).words == ["backup-until", "afternoon", "oclock-2", "may-be-rung", "menu"]


def test_who_serves_no_shift_soon_hears_so() -> None:
    house = House()
    house.at = house.at.replace(day=10)  # Monday: the next evening shift is on Saturday
    assert "weekday-5" in Call(house, ZHAO).words
    line = next(iter(house.roster.lines.values()))
    idle = replace(line, shifts=tuple(one for one in line.shifts if one.slot == "morning"))
    house.roster = replace(house.roster, lines={line.id: idle})
    assert Call(house, ZHAO).words == ["not-on-shift", "no-shift-soon", "menu"]


def test_nobody_is_promised_a_ring_while_the_line_is_closed() -> None:
    house = House(world(opening=(replace(NIGHT),)))
    assert Call(house, LIN).words == ["on-shift-until", "n-2", "pm", "menu"]
    always = WeeklyHours(weekdays=frozenset(range(7)), start=NIGHT.until, until=NIGHT.start)
    assert "will-be-rung" in Call(House(world(opening=(always,))), LIN).words


def test_a_pause_is_told_and_confirmed_and_ends_by_one_key() -> None:
    house = House()
    call = Call(house, LIN)
    assert call.press("2") == ["ask-minutes"]
    assert call.said[-1].most_keys == 3
    assert call.press("90") == ["paused-until", "n-10", "n-30", "am", "menu"]
    assert house.events == [VolunteerPaused(volunteer=LIN, for_s=5400.0)]
    assert Call(house, LIN).words[0] == "paused-until"
    assert call.press("1") == ["checked-in", "on-shift-until", "n-2", "pm", "will-be-rung", "menu"]
    assert house.events[-1] == VolunteerResumed(volunteer=LIN)


def test_a_pause_without_minutes_lasts_until_they_resume() -> None:
    house = House()
    assert Call(house, LIN).press("2", "") == ["paused", "menu"]
    assert house.events == [VolunteerPaused(volunteer=LIN, for_s=None)]


@pytest.mark.parametrize("minutes", ["0", "000", "481", "999"])
def test_a_pause_of_too_many_minutes_is_asked_again(minutes: str) -> None:
    house = House()
    call = Call(house, LIN)
    assert call.press("2", minutes) == ["bad-minutes", "ask-minutes"]
    assert house.events == []
    assert call.press("480")[:1] == ["paused-until"]


def test_a_ring_in_the_same_moment_does_not_hide_the_pause() -> None:
    house = House()
    call = Call(house, LIN)
    house.tell = lambda _: house.standings.update({LIN: (VolunteerState.RINGING, None)})  # type: ignore[method-assign]
    assert call.press("2", "30") == ["paused-until", "n-9", "n-30", "am", "menu"]


def test_todays_shifts_and_who_is_on() -> None:
    call = Call(House(), LIN)
    assert call.press("3") == ["today", "on-shift", "from", "n-8", "am", "until", "n-2", "pm", "menu"]
    assert call.press("4") == ["on-now", "name-lin", "and", "name-wang", "menu"]
    house = House()
    house.names = {}
    assert Call(house, LIN).press("4") == ["n-2", "volunteers-on-now", "menu"]
    assert Call(house, WANG).press("4") == ["there-are", "two-of", "volunteers-on-now", "menu"]
    assert Call(house, ZHAO).press("3")[:3] == ["no-shift-today", "next-shift", "weekday-5"]


def test_of_the_night_shift_that_began_yesterday_only_the_end_is_todays() -> None:
    roster = world()
    line = next(iter(roster.lines.values()))
    night = replace(line.shifts[0], start=NIGHT.start, until=NIGHT.until)
    house = House(replace(roster, lines={line.id: replace(line, shifts=(night,))}))
    words = Call(house, LIN).press("3")
    assert words == [
        *("today", "on-shift", "until", "n-6", "am", "and", "from", "n-10", "pm", "until", "n-6", "am"),
        "menu",
    ]


def test_cover_is_asked_for_after_the_shift_was_named_and_confirmed() -> None:
    house = House()
    call = Call(house, LIN)
    assert call.press("5") == ["your-shift", "today", "from", "n-8", "am", "until", "n-2", "pm", "confirm-cover"]
    assert call.press("2") == ["menu"]
    assert house.events == []
    assert call.press("5", "1") == ["cover-asked", "menu"]
    assert house.events == [CoverAsked(volunteer=LIN)]
    assert Call(house, ZHAO).press("5")[:2] == ["your-shift", "weekday-5"]
    assert Call(house, ZHAO).press("5")[-2:] == ["cover-too-early", "menu"]


def test_a_star_ends_anywhere() -> None:
    for keys in (["*"], ["2", "*"], ["5", "*"], ["9", "*"]):
        call = Call(House(), LIN)
        assert call.press(*keys) == ["thanks"]
        assert call.is_over
    call = Call(House(), None)
    assert call.press("*") == ["thanks"]


def test_silence_repeats_twice_and_then_ends() -> None:
    call = Call(House(), LIN)
    first = call.words
    for _ in range(MOST_REPEATS):
        assert call.press(None) == first
    assert call.press(None) == ["thanks"]
    assert call.is_over
    patient = Call(House(), LIN)
    patient.press(None, None, "4", None, None)
    assert not patient.is_over


def test_a_key_without_meaning_says_the_menu_again() -> None:
    for key in ("7", "0", ""):
        assert Call(House(), LIN).press(key) == ["menu"]


def test_a_pin_lets_in_whose_it_is() -> None:
    house = House()
    call = Call(house, None)
    assert call.words == ["ask-pin"]
    assert call.press(PINS[WANG])[0] == "on-shift-until"
    assert call.said[-1].language == "zh"
    call.press("2", "10")
    assert house.events == [VolunteerPaused(volunteer=WANG, for_s=600.0)]


def test_three_wrong_pins_end_the_call_and_five_lock_the_telephone() -> None:
    house = House()
    call = Call(house, None)
    assert call.press("000000") == ["pin-wrong"]
    assert call.press("") == ["pin-wrong"]
    assert call.press("271829") == ["pin-no-more"]
    assert call.is_over
    again = Call(house, None)
    assert again.press("000000") == ["pin-wrong"]
    assert again.press("000000") == ["pin-locked"]
    assert again.is_over
    assert Call(house, None).words == ["pin-locked"]
    assert Call(house, None, "another").words == ["ask-pin"]
    assert Call(house, LIN).words[-1] == "menu"
    house.wait(WINDOW_S)
    assert Call(house, None).press(PINS[LIN])[-1] == "menu"


def test_a_lock_that_comes_while_a_pin_is_typed_counts() -> None:
    house = House()
    typing = Call(house, None)
    for n in range(2):
        call = Call(house, None)
        call.press(*["000000"] * (3 - n))
    assert typing.press(PINS[LIN]) == ["pin-locked"]
    assert typing.is_over
    assert MOST_OF_ONE == 5


def test_where_nobody_has_a_pin_none_is_asked_for() -> None:
    house = House()
    house.roster = replace(
        house.roster, volunteers={who: replace(one, pin=None) for who, one in house.roster.volunteers.items()}
    )
    call = Call(house, None)
    assert call.words == ["unknown-phone"]
    assert call.is_over


def test_who_leaves_the_roster_in_the_middle_can_do_nothing_more() -> None:
    house = House()
    call = Call(house, LIN)
    house.roster = replace(
        house.roster, volunteers={who: one for who, one in house.roster.volunteers.items() if who != LIN}
    )
    assert call.press("1") == ["unknown-phone"]
    assert house.events == []


def test_a_language_without_prompts_is_passed_over() -> None:
    house = House()
    house.languages = frozenset({"zh"})
    assert Call(house, LIN).said[-1].language == "zh"
    house.languages = frozenset()
    assert Call(house, LIN).said[-1].language == "zh"  # the line's

"""The watch is watched: each planted bug must be seen by it. A bug that lives is a hole in the tests."""

import pytest

from hotline_agi.selfservice import directory, lockout, menu, speech, state
from tests.planting import Planting, instead_of
from tests.selfservice.watch import Story

MOST_STORIES = 250
MAY_TRY = "outside.lockout.may_try(self.caller, outside.now.mono_s)"
BUGS: dict[str, Planting] = {
    # lock-out
    "one telephone may try once more": lambda patch: patch.setattr(lockout, "MOST_OF_ONE", 6),
    "all may try once more": lambda patch: patch.setattr(lockout, "MOST_OF_ALL", 21),
    "one telephone is never locked": instead_of(lockout, "Lockout.may_try", "caller not in self._locked", "True"),
    "all are never locked": instead_of(lockout, "Lockout.may_try", "now_s >= self._all_locked_until_s and", ""),
    "a lock never ends": instead_of(lockout, "Lockout._forget", "until_s <= now_s", "False"),
    "one locks the others": instead_of(lockout, "Lockout.wrong", "who == caller", "bool(who)"),
    "wrong ones are forgotten too early": instead_of(lockout, "Lockout._forget", "now_s - WINDOW_S", "now_s - 60"),
    "wrong ones are not forgotten": instead_of(lockout, "Lockout._forget", "<= now_s - WINDOW_S", "< -1"),
    "a wrong PIN is not counted": instead_of(
        menu, "Conversation._on_pin", "outside.lockout.wrong(self.caller, outside.now.mono_s)", "pass"
    ),
    "a lock that came meanwhile is not looked at": instead_of(
        menu,
        "Conversation._on_pin",
        f'if not {MAY_TRY}:\n        return self._end(outside, ("pin-locked",))\n    self',
        "self",
    ),
    "four tries in a call": lambda patch: patch.setattr(menu, "MOST_PINS", 4),
    "the known are locked out too": instead_of(
        menu, "Conversation.begin", "if self.who is not None:", f"if self.who is not None and {MAY_TRY}:"
    ),
    # who
    "a PIN is compared by its beginning": instead_of(
        directory,
        "Directory.of_pin",
        "one.pin.matches(keys)",
        "(one.pin.matches(keys) or one.pin._digits.startswith(keys))",
    ),
    "zeros let in": instead_of(
        directory, "Directory.of_pin", "one.pin.matches(keys)", "(one.pin.matches(keys) or keys == '000000')"
    ),
    # the end
    "silence goes on": lambda patch: patch.setattr(menu, "MOST_REPEATS", 3),
    "no bound of steps": lambda patch: patch.setattr(menu, "MOST_STEPS", 10_000),
    "a star is a key as any other": lambda patch: patch.setattr(menu, "END", "x"),
    # what was chosen
    "minutes are seconds": instead_of(menu, "Conversation._on_minutes", "60.0 * int(keys)", "1.0 * int(keys)"),
    "a pause of no minutes": instead_of(menu, "Conversation._on_minutes", "1 <= int(keys)", "0 <= int(keys)"),
    "a pause of days": lambda patch: patch.setattr(menu, "MOST_MINUTES", 999),
    "cover without a confirmation": instead_of(menu, "Conversation._on_cover", 'keys != "1"', 'keys == "9"'),
    "checking in does nothing": instead_of(
        menu, "Conversation._on_choice", "outside.tell(VolunteerResumed(volunteer=self._known))", "pass"
    ),
    "asking for cover does nothing": instead_of(
        menu, "Conversation._on_cover", "outside.tell(CoverAsked(volunteer=self._known))", "pass"
    ),
    "the menu stays in the minutes": instead_of(menu, "Conversation._say_menu", "self.place = Place.MENU", "pass"),
    # words
    "resting is not told": instead_of(state, "own_state", "state in _SENTENCES", "False"),
    "a pause is not told": instead_of(state, "own_state", "state is VolunteerState.PAUSED", "False"),
    "English times in Chinese": instead_of(speech, "time_of_day", "language == Language.ZH", "False"),
    "Chinese times in English": instead_of(speech, "time_of_day", "language == Language.ZH", "True"),
    "more than twenty-four hours": instead_of(speech, "_english_time", "(hour - 1) % 12 + 1", "hour + 60"),
    "names that are not there": instead_of(speech, "who_is_on", "spoken.issuperset(people)", "True"),
    "an English from in Chinese": instead_of(speech, "span", "language == Language.EN", "True"),
}


@pytest.mark.thorough
@pytest.mark.parametrize("bug", BUGS)
def test_a_planted_bug_is_seen(bug: str, monkeypatch: pytest.MonkeyPatch) -> None:
    BUGS[bug](monkeypatch)
    for seed in range(MOST_STORIES):
        try:
            Story(seed).play()
        except (AssertionError, KeyError):
            return
    pytest.fail(f"{MOST_STORIES} stories did not see: {bug}")

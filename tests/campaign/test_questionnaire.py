"""What is said next: the opening alone until a key comes, and an end to every way through the questions."""

from hypothesis import given, settings
from hypothesis import strategies as st

from hotline_agi.campaign.model import KEYS, OPENING, Outcome
from hotline_agi.campaign.phrases import BYE, NOT_A_KEY, REMOVED, THROUGH
from hotline_agi.campaign.questionnaire import NO_KEY, Ask, End, Given, Help, Step, begin, follow
from tests.campaign.examples import campaign

SPRING = campaign()
OPENS = ("campaign-spring-opening", "campaign-spring-keys")


def pressed(*keys: str) -> tuple[list[Given], list[Step]]:
    """A whole call with these keys, and silence afterwards: what was answered, and all that was said."""
    steps: list[Step] = [begin(SPRING)]
    given: list[Given] = []
    rest = list(keys)
    while isinstance(step := steps[-1], Ask):
        answer, following = follow(SPRING, step.asked, step.said, step.silences, rest.pop(0) if rest else NO_KEY)
        given += [answer] if answer is not None else []
        steps.append(following)
    return given, steps


def test_a_machine_hears_the_opening_twice_and_nothing_else() -> None:
    given, steps = pressed()
    assert given == []
    assert [step.prompts for step in steps] == [OPENS, OPENS, ()]
    assert steps[-1] == End(outcome=Outcome.NO_KEY)


def test_the_way_through() -> None:
    given, steps = pressed("1", "1", "2", "1")
    assert [(one.question, one.answer) for one in given] == [
        ("sleep", "well"),
        ("appetite", "bad"),
        ("worries", "seldom"),
    ]
    assert steps[-1] == End(outcome=Outcome.COMPLETED, prompts=("campaign-spring-closing",))
    given, _ = pressed("1", "2", "2")
    assert [one.question for one in given] == ["sleep", "worries"]
    given, steps = pressed("1", "3")
    assert ([one.answer for one in given], steps[-1]) == (
        ["no answer"],
        End(outcome=Outcome.COMPLETED, prompts=("campaign-spring-closing",)),
    )


def test_help_and_never_again_at_any_place() -> None:
    for before in ((), ("1",), ("1", "1", "2")):
        assert pressed(*before, "0")[1][-1] == Help(prompts=(THROUGH,))
        assert pressed(*before, "9")[1][-1] == End(outcome=Outcome.DECLINED, prompts=(REMOVED,))


def test_repeat_and_wrong_keys_and_silence() -> None:
    _, steps = pressed("1", "*", "7")
    assert [step.prompts for step in steps[1:4]] == [
        ("campaign-spring-sleep",),
        ("campaign-spring-sleep",),
        (NOT_A_KEY, "campaign-spring-sleep"),
    ]
    assert steps[-1] == End(outcome=Outcome.PARTIAL, prompts=(BYE,)), "silence after a key was pressed"
    # somebody who presses wrong keys for ever is let go, politely; and is no machine
    assert pressed(*["7"] * 30)[1][-1] == End(outcome=Outcome.PARTIAL, prompts=(BYE,))
    assert pressed("*")[1][-1] == End(outcome=Outcome.PARTIAL, prompts=(BYE,))


@given(
    asked=st.sampled_from([OPENING, "sleep", "worries", "gone", ""]),
    said=st.integers(0, 99),
    silences=st.integers(0, 99),
    key=st.sampled_from([*KEYS, NO_KEY, "", "12", "x"]),
)
@settings(max_examples=80, deadline=None)
def test_whatever_comes_there_is_an_answer(asked: str, said: int, silences: int, key: str) -> None:
    given, step = follow(SPRING, asked, said, silences, key)
    assert given is None or asked == given.question
    assert not isinstance(step, Ask) or step.prompts


@given(keys=st.lists(st.sampled_from([*KEYS, NO_KEY]), max_size=60))
@settings(max_examples=80, deadline=None)
def test_every_call_ends_and_nothing_is_said_before_a_key(keys: list[str]) -> None:
    _, steps = pressed(*keys)
    assert len(steps) <= 1 + (len(SPRING.questions) + 1) * 10
    silent = next((n for n, key in enumerate(keys) if key != NO_KEY), len(keys))
    for step in steps[: silent + 1]:
        assert step.prompts in (OPENS, ())

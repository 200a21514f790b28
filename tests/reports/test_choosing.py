"""The machine's notes of its choices, read back."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline_agi.reports.choosing import Choice, Handing, LeftOut, Reason, Serving
from hotline_agi.terms.ids import CallId, VolunteerId
from hotline_agi.terms.standing import VolunteerState

LIN, WANG, CHEN, GU = map(VolunteerId, ("lin", "wang", "chen", "gu"))


def test_a_whole_note() -> None:
    choice = Choice.of(
        "order=longest-idle;want=2;rang=lin wang;resting=chen@2026-02-05T03:10Z;language=bao;spare=gu;others=12"
    )
    assert (choice.order, choice.want, choice.rang, choice.others) == ("longest-idle", "2", (LIN, WANG), 12)
    assert choice.left_out == (
        LeftOut(volunteer=CHEN, reason=Reason.RESTING, until_at=datetime(2026, 2, 5, 3, 10, tzinfo=UTC)),
        LeftOut(volunteer=GU, reason=Reason.SPARE),
        LeftOut(volunteer=VolunteerId("bao"), reason=Reason.LANGUAGE),
    )
    assert Choice.of("freed=gu") == Choice(freed=GU)
    assert Choice.of("order=fixed;want=95% within 12 s;rang=").want == "95% within 12 s"


def test_handing_and_serving() -> None:
    call = CallId("pbx1-1580875200.1")
    assert Handing.of(f"from={call}") == Handing(from_call=call)
    assert Handing.of(f"to={call}") == Handing(to_call=call)
    assert Serving.of("place=2;class=high-risk") == Serving(place=2, caller_class="high-risk")
    assert Serving.of("") == Serving() and Handing.of("") == Handing()


@pytest.mark.parametrize(
    "detail",
    ["", ";;", "=", "rang", "want", "later=1;others=many", "others=-1", "others=²", "resting=@;paused=", "order==x;=y"],
)
def test_what_is_not_understood_is_passed_over(detail: str) -> None:
    choice = Choice.of(detail)
    assert (choice.rang, choice.left_out, choice.others) == ((), (), 0)


def test_an_instant_that_is_none_leaves_the_reason() -> None:
    (one,) = Choice.of("resting=chen@soon").left_out
    assert one == LeftOut(volunteer=CHEN, reason=Reason.RESTING)


def test_every_state_of_a_volunteer_is_a_reason_but_being_free() -> None:
    states = {state.value.replace(" ", "-") for state in VolunteerState} - {VolunteerState.AVAILABLE.value}
    assert states <= {reason.value for reason in Reason}


@given(st.text())
def test_no_text_raises(detail: str) -> None:
    Choice.of(detail), Handing.of(detail), Serving.of(detail)

"""What `Status` tells of a caller at a moment that is over in milliseconds."""

import pytest

from hotline_agi.asterisk.status import Inventory
from hotline_agi.dispatch.events import Whereabouts
from hotline_agi.terms.ids import LineId


@pytest.mark.parametrize("place", [("hotline-sweep", "s"), ("hotline-plan", "s"), ("hotline", "survive")])
def test_whom_the_dialplan_has_just_taken_over_does_not_wait_for_us(place):
    """A caller who was believed to wait had phones rung beside the dialplan's, and a record that said abandoned."""
    context, exten = place
    row = {
        "Event": "Status",
        "Uniqueid": "pbx1-1.1",
        "Channel": "PJSIP/trunk-00000001",
        "Context": context,
        "Exten": exten,
        "Seconds": "4",
        "Variable": ["HOTLINE_ARRIVED=1000", "HOTLINE_DID=01632960100"],
    }
    found = Inventory(
        [row], epoch_s=1004.0, line_of_number=lambda _: LineId("test"), volunteer_of_target=lambda _: None
    )
    (call,) = found.live_calls()
    assert call.where is Whereabouts.SURVIVING

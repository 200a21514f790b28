"""A caller who waits goes aside, out of the holding bridge, to say at which number they want to be called back.

Phones ring on and the place in the queue is kept. What is typed goes to the shell and never to the machine. Whoever
accepts meanwhile gets the caller: the dialplan takes them out of the middle of it (`FetchCaller`), into the holding
bridge, within `talks.HOLD_WAIT_S`.
"""

from hotline_agi.dispatch.commands import FetchCaller, GuideCaller
from hotline_agi.dispatch.events import Step
from hotline_agi.dispatch.soundtrack import language_of
from hotline_agi.dispatch.state import Call
from hotline_agi.dispatch.switchboard import Switchboard, Timer

STEPS = (Step.CALLBACK_HERE, Step.CALLBACK_OTHER)
LIMIT_S = 240.0
"""The dialplan's own bound for it is 180 s; who has not come back by then is not in our hands any more."""


def tell(board: Switchboard, call: Call) -> None:
    """Answer the open question of a caller who is to go aside: the dialplan comes back by itself."""
    assert call.aside is not None
    call.asking, call.aside_told = False, True
    board.set_timer(Timer.ASK, call.id, LIMIT_S)
    board.out.append(
        GuideCaller(call=call.id, language=language_of(board, call), steps=(call.aside, Step.ROUND)),
    )


def is_aside(call: Call) -> bool:
    return call.aside is not None and call.aside_told


def came_back(call: Call) -> None:
    """The caller asks again."""
    if call.aside_told:
        call.aside, call.aside_told = None, False


def fetch(board: Switchboard, call: Call) -> None:
    """Somebody accepted: bring the caller back, wherever in it they are."""
    if is_aside(call):
        board.out.append(FetchCaller(call=call.id, node=call.node))
    else:
        call.aside = None

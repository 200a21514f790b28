"""Recording talks: a caller is told, agrees by a key or does not, and can take it back at any time.

Nobody waits for it: the notice stands behind the greeting, inside the holding bridge, and whoever accepts meanwhile is
connected at once. Without the key nothing is recorded. That a caller agreed stands on their channel in Asterisk
(`MarkConsent`) and as a fact in the journal; so a restart forgets it no more than the dialplan does.
"""

from hotline_agi.dispatch.commands import EndRound, Fact, MarkConsent, Music, StopRecording
from hotline_agi.dispatch.events import LiveCall
from hotline_agi.dispatch.state import Call, CallState, Leg
from hotline_agi.dispatch.switchboard import Switchboard
from hotline_agi.roster.model import RecordTalks

KEY_AGREE = "8"
"""The keys are named in the prompts, so they are no setting."""
KEY_END = "9"
"""Of the caller: take it back. Of the volunteer: end the recording."""
LONGEST_NOTICE_S = 40.0
"""Comfort does not cut the notice short: behind greeting, emergency numbers and key for languages it ends at 35 s."""


def _asks(board: Switchboard, call: Call) -> bool:
    return board.can_record and board.current_line(call).recording.talks is RecordTalks.CONSENT


def give_notice(board: Switchboard, call: Call) -> None:
    """The caller is about to hear the greeting: let the notice follow it, where the line records."""
    if call.music is Music.GREET and _asks(board, call):
        call.music, call.told_of_recording = Music.GREET_NOTICE, True
        call.comfort_due_s = max(call.comfort_due_s, board.now.mono_s + LONGEST_NOTICE_S)


def wanted(board: Switchboard, call: Call, leg: Leg) -> bool:
    """Whether the talk that `leg` begins is recorded. Not with the overflow number: nobody there knows of it."""
    return call.consents and leg.volunteer is not None and _asks(board, call)


def begun(board: Switchboard, leg: Leg) -> None:
    if leg.records:
        leg.call.was_recorded = True
        board.note(leg.call, Fact.RECORDING_STARTED, leg.id, leg.volunteer)


def keyed(board: Switchboard, call: Call, key: str) -> None:
    """The caller, who heard the notice, pressed one of these two keys."""
    if key == KEY_AGREE:
        _agree(board, call)
    elif key == KEY_END and call.consents:
        _revoke(board, call)


def _agree(board: Switchboard, call: Call) -> None:
    """Only of who hears music or a sentence in the holding bridge: elsewhere keys are digits of something else. A key
    in the milliseconds between two rounds counts for nothing, and nothing is said; who meant it presses again."""
    if not call.held or call.consents or not _asks(board, call):
        return
    on_the_way = call.winner is not None and call.winner.connected
    if call.state is CallState.WAITING or (call.state is CallState.CONNECTING and not on_the_way):
        _note(board, call, Fact.RECORDING_AGREED, agreed=True)
        _say(board, call, Music.RECORDING_AGREED)


def _revoke(board: Switchboard, call: Call) -> None:
    _note(board, call, Fact.RECORDING_REVOKED, agreed=False)
    leg = call.winner
    runs = leg is not None and leg.records
    if runs or call.was_recorded:
        _stop(board, call, leg if runs else None, erase=True)
    _say(board, call, Music.RECORDING_REVOKED)


def ended_by_volunteer(board: Switchboard, leg: Leg) -> None:
    """A volunteer, perhaps at the caller's wish, ends the recording: nothing more of this call is recorded."""
    call = leg.call
    if call.winner is not leg or call.state is not CallState.TALKING or not leg.records or call.left:
        return
    call.consents = False
    board.note(call, Fact.RECORDING_STOPPED, leg.id, leg.volunteer)
    board.out.append(MarkConsent(call=call.id, node=call.node, agreed=False))
    _stop(board, call, leg, erase=False)


def goes_on(call: Call, live: LiveCall) -> None:
    """An earlier run of the service had this call."""
    call.consents = call.was_recorded = live.consents
    call.told_of_recording = live.consents or call.music is Music.GREET_NOTICE


def _note(board: Switchboard, call: Call, fact: Fact, *, agreed: bool) -> None:
    call.consents = agreed
    board.note(call, fact)
    board.out.append(MarkConsent(call=call.id, node=call.node, agreed=agreed))


def _stop(board: Switchboard, call: Call, leg: Leg | None, *, erase: bool) -> None:
    if leg is not None:
        leg.records = False
    board.out.append(StopRecording(call=call.id, node=call.node, leg=leg.id if leg else None, erase=erase))


def _say(board: Switchboard, call: Call, music: Music) -> None:
    """Say to a caller who waits what came of their key; who is being connected is not held up by it."""
    if call.state is CallState.WAITING:
        call.next_music = music  # before comfort or an offer that are due just now
        if call.held:
            call.held = False  # nobody takes them out while they are on the way to ask
            board.out.append(EndRound(call=call.id, node=call.node))

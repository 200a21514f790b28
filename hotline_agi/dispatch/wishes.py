"""What a caller who waits wants, by key: to skip a sentence, another language, one of the choices of the offer."""

from hotline_agi.dispatch import answers, asides, matching, overflow, recording, soundtrack, tongues
from hotline_agi.dispatch.commands import CancelReason, Fact, Music
from hotline_agi.dispatch.events import CallbackAsked, Step
from hotline_agi.dispatch.state import Call, CallState
from hotline_agi.dispatch.switchboard import Switchboard
from hotline_agi.roster.waiting_plan import KEYS, Choice
from hotline_agi.terms.outcomes import Outcome

KEY_MESSAGE = "*"
KEY_LANGUAGE = "#"
_CHOICES = {key: choice for choice, key in KEYS.items()}
DIRECTORY_S = 30.0
"""Where else to turn, said once; then music and comfort again."""


def keyed(board: Switchboard, call: Call, key: str) -> None:
    """The caller pressed `key` in the holding bridge."""
    is_digit = asides.is_aside(call)  # of the number at which they want to be called back
    if call.told_of_recording and key in (recording.KEY_AGREE, recording.KEY_END) and not is_digit:
        recording.keyed(board, call, key)
        return
    if call.state is not CallState.WAITING or call.aside is not None:
        return
    if key == KEY_MESSAGE:
        overflow.leave_message(board, call)
    elif call.choosing:
        tongues.keyed(board, call, key)
    elif key == KEY_LANGUAGE and _has_menu(board, call):
        tongues.ask(board, call)
        tongues.end_round(board, call)
    elif call.music in soundtrack.OFFERS and key in _CHOICES and call.next_music is None:
        _chosen(board, call, _CHOICES[key])
    elif board.now.mono_s < call.listens_until_s and key == KEYS[Choice.SELF_HELP]:
        _listen(board, call, call.listening_to + 1)
    else:
        _skip(board, call)


def _has_menu(board: Switchboard, call: Call) -> bool:
    has_sounds = board.own_sounds(call.line.id, call.line.language) is not None
    return len(call.line.waiting.languages) > 1 and has_sounds


def _chosen(board: Switchboard, call: Call, choice: Choice) -> None:
    offer = call.line.waiting.offer
    if offer is None or choice not in offer.choices:
        _skip(board, call)
        return
    match choice:
        case Choice.MESSAGE:
            overflow.leave_message(board, call)
        case Choice.CALLBACK if call.caller is None:
            _skip(board, call)  # it was not offered
        case Choice.CALLBACK | Choice.OTHER_NUMBER:
            board.note(call, Fact.WISHED, detail=choice)
            call.aside = Step.CALLBACK_HERE if choice is Choice.CALLBACK else Step.CALLBACK_OTHER
            call.next_music = Music.WAIT  # when they come back
            tongues.end_round(board, call)
        case Choice.SELF_HELP:
            _listen(board, call, call.listening_to)
        case Choice.DIRECTORY:
            board.note(call, Fact.WISHED, detail=choice)
            call.next_music = Music.DIRECTORY
            call.listens_until_s = board.now.mono_s + DIRECTORY_S
            tongues.end_round(board, call)
        case _:
            board.note(call, Fact.WISHED, detail=choice)
            _skip(board, call)


def _listen(board: Switchboard, call: Call, number: int) -> None:
    if soundtrack.begin_listening(board, call, number):
        tongues.end_round(board, call)
    else:
        _skip(board, call)


def _skip(board: Switchboard, call: Call) -> None:
    """On with the music, without the sentence or recording that is heard now."""
    call.listens_until_s = board.now.mono_s
    if call.music != Music.WAIT and call.next_music is None:
        call.next_music = Music.WAIT
        tongues.end_round(board, call)


def callback_asked(board: Switchboard, call: Call, event: CallbackAsked) -> None:
    """Where the caller wants to be called is on disk, and they wait to hear so."""
    if call.state not in (CallState.WAITING, CallState.CONNECTING, CallState.LEAVING):
        board.ignore(event)
        return
    board.note(call, Fact.CALLBACK_ASKED, detail="this number" if event.here else "another number")
    if call.state is CallState.CONNECTING:
        return  # a volunteer was faster; the caller is being fetched
    call.outcome = Outcome.CALLBACK
    if call.left:
        return
    call.asking = True
    asides.came_back(call)
    call.overflow_left = []
    call.aside = None
    matching.release(board, call, CancelReason.WITHDRAWN)
    answers.leave(board, call, (Step.CALLBACK_KEPT, Step.GOODBYE))

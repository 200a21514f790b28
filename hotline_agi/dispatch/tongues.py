"""The language of a call: chosen by key where a line has several, or remembered; the line's own until then.

Phones ring while the caller chooses, but only those of people who are right whatever is chosen (`Line.wants_of`).
"""

from hotline_agi.dispatch import matching, waves
from hotline_agi.dispatch.commands import CancelReason, EndRound, Fact, Music, NoteLanguage
from hotline_agi.dispatch.state import Call, CallState
from hotline_agi.dispatch.switchboard import Switchboard, Timer

LANGUAGE_S = 12.0
"""Who has pressed no key for so long gets the line's own: two sentences, and time to find the key."""


def introduced(board: Switchboard, call: Call, remembered: str) -> None:
    """A call has just come in; `remembered`: what its caller chose before, else empty."""
    languages = call.line.waiting.languages
    if len(languages) < 2 or board.own_sounds(call.line.id, call.line.language) is None:
        return
    if remembered in languages:
        call.language = remembered
        board.note(call, Fact.LANGUAGE, detail=f"{remembered} remembered")
    else:
        ask(board, call)


def ask(board: Switchboard, call: Call) -> None:
    """The caller hears the menu, from the next round on."""
    call.choosing, call.next_music = True, None
    board.set_timer(Timer.LANGUAGE, call.id, LANGUAGE_S)


def keyed(board: Switchboard, call: Call, key: str) -> bool:
    """The caller pressed `key` in the menu; False if it is no language's."""
    languages = call.line.waiting.languages
    if key not in [str(number) for number in range(1, len(languages) + 1)]:
        return False
    chosen = languages[int(key) - 1]
    if call.line.waiting.remembers_language and call.caller is not None:
        board.out.append(NoteLanguage(call=call.id, caller=call.caller, language=chosen))
    _settle(board, call, chosen)
    return True


def overdue(board: Switchboard, call: Call) -> None:
    """The caller pressed nothing."""
    if call.choosing and call.state is CallState.WAITING:
        _settle(board, call, call.language)


def _settle(board: Switchboard, call: Call, language: str) -> None:
    call.choosing, call.language = False, language
    board.clear_timers(call, Timer.LANGUAGE)
    board.note(call, Fact.LANGUAGE, detail=language)
    call.next_music = Music.GREET
    call.comfort_due_s = board.now.mono_s + call.line.comfort_every_s
    end_round(board, call)
    if not board.stands_in_queue(call):
        return
    matching.let_go_misfits(board, call, CancelReason.WITHDRAWN)
    if call.legs:
        waves.fill(board, call)
    else:
        waves.begin(board, call)  # nobody could be rung for certain: what went by without anybody does not count


def end_round(board: Switchboard, call: Call) -> None:
    """Let the caller ask now, for news; nobody takes them out of the round that ends."""
    if call.held and not call.asking:
        call.round_ends_s = board.now.mono_s
        board.out.append(EndRound(call=call.id, node=call.node))

"""What a waiting caller hears next: greeting, language menu, comfort, their place in the queue, the offer, a recording.

All of it is hold music that begins with its sentence (`commands.Music`), so that an accept takes the caller out in the
middle of a word. It changes at the end of a round, or when a key ends the round.
"""

from itertools import islice

from hotline_agi.dispatch.commands import Fact, Music, help_music, place_music
from hotline_agi.dispatch.state import Call, CallState
from hotline_agi.dispatch.switchboard import Switchboard
from hotline_agi.roster.model import Line
from hotline_agi.roster.waiting_plan import Choice

LONGEST_OFFER_S = 45.0
"""Comfort does not cut the sentence of an offer short: six choices and an emergency sentence take 35 s."""
MOST_PLACE = 9
"""More who wait before somebody are not counted out to them."""
OFFERS = frozenset({Music.OFFER, Music.OFFER_ODD, Music.OFFER_WITHHELD, Music.OFFER_WITHHELD_ODD})
PROMPTLESS = Music.WAIT
"""Music without a sentence: what is heard after one that a key ended."""


def language_of(board: Switchboard, call: Call) -> str:
    """In which sounds the dialplan speaks to the caller: ``zh``, or the line's own, ``zh_xinli``."""
    own = board.own_sounds(call.line.id, call.language)
    return f"{call.language}_{call.line.id}" if own is not None else call.language


def advance(board: Switchboard, call: Call) -> None:
    """Set `Call.music` for the round that begins."""
    now_s = board.now.mono_s
    if call.next_music is not None:
        call.music, call.next_music = call.next_music, None
    elif call.choosing:
        call.music = Music.LANGUAGES
    elif now_s < call.listens_until_s:
        pass
    elif now_s >= call.offer_due_s and may_offer(board, call):
        _offer(board, call)
    elif now_s >= call.comfort_due_s:
        _comfort(board, call)


def begin_listening(board: Switchboard, call: Call, number: int) -> bool:
    """Play the `number`-th (from 0) self-help recording from the next round on; False where there is none."""
    own = board.own_sounds(call.line.id, call.language)
    known = [one for one in own.self_help if one.id in call.line.waiting.self_help] if own is not None else []
    if not known:
        return False
    call.listening_to = number % len(known)
    found = known[call.listening_to]
    call.next_music = help_music(found.id)
    call.listens_until_s = board.now.mono_s + found.length_s
    board.note(call, Fact.WISHED, detail=f"{Choice.SELF_HELP} {found.id}")
    return True


def may_offer(board: Switchboard, call: Call) -> bool:
    """Whether the offer is made on this line, and can be said."""
    own = board.own_sounds(call.line.id, call.language)
    waits = call.state is CallState.WAITING and not (call.transferring or call.choosing)
    return waits and call.line.waiting.offer is not None and own is not None and own.offers


def _offer(board: Switchboard, call: Call) -> None:
    offer = call.line.waiting.offer
    assert offer is not None
    plain, odd = (
        (Music.OFFER, Music.OFFER_ODD)
        if call.caller is not None
        else (Music.OFFER_WITHHELD, Music.OFFER_WITHHELD_ODD)  # nobody knows at which number to call them back
    )
    call.music = odd if call.music == plain else plain
    now_s = board.now.mono_s
    call.offer_due_s = now_s + offer.every_s
    call.comfort_due_s = now_s + max(call.line.comfort_every_s, LONGEST_OFFER_S)
    board.note(call, Fact.OFFERED)


def _comfort(board: Switchboard, call: Call) -> None:
    place = certain_place(board, call)
    if place is not None and call.music != place_music(place):
        call.music, call.told_place = place_music(place), place
        board.note(call, Fact.PLACE, detail=str(place))
    else:
        call.music = Music.COMFORT_ODD if call.music == Music.COMFORT else Music.COMFORT
    call.comfort_due_s = board.now.mono_s + call.line.comfort_every_s


# ---- the place in the queue


def certain_place(board: Switchboard, call: Call) -> int | None:
    """How many callers are served before this one at this moment; None where a number could be wrong or has grown.

    A caller is served when somebody accepts who may take them, and who accepts takes the first of those whom they may
    take (`matching.served_first`). So a place in the line's own queue is a truth only if those before want the same
    people, and nobody stands before them on another line that the same people serve. It says nothing of how long it
    takes, and one that grew (somebody at high risk came) is not said again.
    """
    if not call.line.waiting.tells_place or call.id not in board.waiting or call.policy.lets_pass_s > 0:
        return None
    now_s = board.now.mono_s
    place = board.waiting.place(call, now_s)
    if place > MOST_PLACE or (call.told_place is not None and place > call.told_place):
        return None
    line = board.current_line(call)
    wanted = line.wants_of(call.spoken)
    before = islice(board.waiting.of_line(line.id, now_s), place)
    if any(line.wants_of(other.spoken) != wanted for other in before):
        return None
    return None if _others_come_first(board, call, line) else place


def _others_come_first(board: Switchboard, call: Call, line: Line) -> bool:
    now_s = board.now.mono_s
    ours = _people(board, line)
    key = board.waiting.key(call, now_s)
    for other_id in board.waiting.lines():
        other = board.roster.lines.get(other_id)
        if other_id == line.id or other is None or ours.isdisjoint(_people(board, other)):
            continue
        first = next(board.waiting.of_line(other_id, now_s), None)
        if first is not None and board.waiting.key(first, now_s) < key:
            return True
    return False


def _people(board: Switchboard, line: Line) -> frozenset[object]:
    duty = board.duty(line)
    return frozenset((*duty.volunteers, *duty.backup))

"""A carrier that sends a call back: two dialogs, and the audio straight from Asterisk to Asterisk.

The SDP of each side is handed to the other as it is, as a carrier's switch does that keeps out of the media.
"""

import asyncio
from typing import Any

from hotline_agi.lab.behaviour import Behaviour, Carrier
from hotline_agi.lab.call import PhoneCall
from hotline_agi.lab.dialog import Parties
from hotline_agi.lab.invitation import Invitation
from hotline_agi.lab.sip import Message
from hotline_agi.lab.wire import Address


def sends_back(carrier: Carrier, server: Address, *, deaf: bool = False) -> Behaviour:
    """The PBX at `server` is called with the number that it dialled. `deaf`: the carrier stands in between and passes
    nothing on."""
    tasks: set[asyncio.Task[None]] = set()

    def act(out: PhoneCall) -> None:
        out.ring()
        if deaf:
            back = carrier.call(server, out.local_user, from_user=out.remote_user)
        else:
            back = _call_with(carrier, server, out)
        task = asyncio.get_running_loop().create_task(_join(out, back, deaf=deaf))
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    return act


def _call_with(carrier: Carrier, server: Address, out: PhoneCall) -> PhoneCall:
    peer, number, host = carrier.peer, out.local_user, carrier.peer.wire.host
    back = peer._keep(
        "out",
        Parties(
            call_id=f"{peer.wire.new_tag()}@{host}",
            address=server,
            local=f"<sip:{out.remote_user}@{host}>",
            remote=f"<sip:{number}@{server[0]}>",
            target=f"sip:{number}@{server[0]}:{server[1]}",
            local_user=out.remote_user,
            remote_user=number,
        ),
    )
    answered: Any = back.take_answer

    def take_answer(message: Message) -> None:
        answered(message)
        out.answered_at, out.status = back.answered_at, 200
        out._answer_invite(out.invite, 200, message.body)

    back.take_answer = take_answer  # type: ignore[method-assign]
    back._invitation = Invitation(back, back._contact(), out.invite.body, None)
    return back


async def _join(out: PhoneCall, back: PhoneCall, *, deaf: bool) -> None:
    """Whichever side ends first ends the other."""
    if deaf:
        await back.until_answered(20.0)
        out.answer()
    while out.ended_at is None and back.ended_at is None:
        await asyncio.sleep(0.02)
    out.hang_up()
    back.hang_up()

"""The service number's questions from the dialplan (``hotline-menu``), answered by the pure menu.

Each question carries who asks (endpoint or number) and which keys were pressed, so after a restart of the service
somebody known goes on at the beginning of the menu, and somebody unknown is asked for the PIN again. Neither numbers
nor keys leave this file: the lock-out knows a telephone by a keyed hash.
"""

import hashlib
import hmac
import re
import secrets
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from hotline_agi.asterisk.agi import AgiRequest
from hotline_agi.dispatch.events import Event
from hotline_agi.dispatch.stand_ins import StandIn
from hotline_agi.roster.model import Line
from hotline_agi.selfservice.callback_dialog import Answer, Wanted
from hotline_agi.selfservice.directory import Directory
from hotline_agi.selfservice.lockout import Lockout
from hotline_agi.selfservice.menu import Conversation, Outside, Place, Saying
from hotline_agi.selfservice.state import Standing
from hotline_agi.terms.ids import CallerToken, VolunteerId
from hotline_agi.terms.instants import Now
from hotline_agi.terms.languages import Language

ROUTE = "menu"
MOST_CONVERSATIONS = 200
"""At once. Beyond, the one that is silent for longest begins anew when it asks again."""
PHONE, TRUNK = "phone", "trunk"
"""Where somebody comes from: a registered softphone, which its endpoint names, or the telephone network."""
BEGIN, KEYS, NOTHING, BACK = "begin", "keys", "none", "back"
"""What a question reports: the first, some keys (none before a ``#``), silence, or the end of a wait or talk."""
_KEYS = re.compile(r"[0-9s]{0,10}")
"""The dialplan writes ``*`` as ``s``, which no AGI argument holds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """A question that can be answered only when the list of work has been asked."""

    wanted: Wanted
    who: VolunteerId
    line: Line
    """That speaks."""
    channel: str
    """The volunteer's, in full."""
    uniqueid: str
    language: str
    then: Callable[[Answer], "str | Errand"]
    """The dialplan's answer, once that of the list is there."""


class ServiceMenu:
    """All conversations with volunteers who dialled the service number. Synchronous, some 0.1 ms an answer."""

    def __init__(
        self,
        *,
        now: Callable[[], Now],
        tell: Callable[[Event], None],
        standing: Callable[[VolunteerId], Standing],
        stand_ins: Callable[[], Sequence[StandIn]],
    ) -> None:
        """`tell` hands an event to the machine, which has carried it out when `standing` or `stand_ins` is asked."""
        self._now, self._tell, self._standing, self._stand_ins = now, tell, standing, stand_ins
        self._directory: Directory | None = None
        self._languages: frozenset[str] = frozenset(Language)
        self._names: Mapping[str, frozenset[VolunteerId]] = {}
        self._conversations: OrderedDict[str, Conversation] = OrderedDict()
        self._lockout = Lockout()
        self._key = secrets.token_bytes(32)

    def use_directory(self, directory: Directory) -> None:
        """Who is who, from the next question on."""
        self._directory = directory

    def use_prompts(self, languages: frozenset[str], names: Mapping[str, frozenset[VolunteerId]]) -> None:
        """In which languages all can be said, and by language whose names."""
        self._languages, self._names = languages, names

    def is_service_number(self, number: str) -> bool:
        """Whether `number`, as the trunk delivers it, leads to the menu."""
        return self._directory is not None and self._directory.roster.service_line_of_number(number) is not None

    def answer(self, request: AgiRequest) -> str | Errand | None:
        """What the dialplan does next; None when nothing can be said (no line, or a question that is none)."""
        entrance, who, dialled, report, keys = (request.argument(n) for n in range(5))
        if self._directory is None or entrance not in (PHONE, TRUNK) or _KEYS.fullmatch(keys) is None:
            return None
        conversation = self._conversations.get(request.uniqueid)
        known = self._directory.of_endpoint(who) if entrance == PHONE else self._directory.of_number(who)
        line = self._directory.line_for(dialled, conversation.who if conversation else known)
        if line is None:
            return None
        outside = self._outside(self._directory, line)
        said: Saying | Wanted
        if conversation is None or report == BEGIN:
            conversation = Conversation(who=known, caller=self._token(entrance, who))
            said = conversation.came_back(outside) if report == BACK else conversation.begin(outside)
        elif report == BACK:
            said = conversation.came_back(outside)
        else:
            said = conversation.pressed(outside, None if report == NOTHING else keys.replace("s", "*"))
        self._keep(request.uniqueid, conversation)
        return self._reply(request, conversation, line, said)

    def _reply(
        self, request: AgiRequest, conversation: Conversation, line: Line, said: Saying | Wanted
    ) -> str | Errand:
        if isinstance(said, Saying):
            return reply_text(said, conversation.who)
        assert conversation.who is not None, "the list of work is for who is known"

        def then(answer: Answer) -> str | Errand:
            assert self._directory is not None
            following = conversation.answered(self._outside(self._directory, line), answer)
            return self._reply(request, conversation, line, following)

        return Errand(
            wanted=said,
            who=conversation.who,
            line=line,
            channel=request.channel,
            uniqueid=request.uniqueid,
            language=line.language,
            then=then,
        )

    def _outside(self, directory: Directory, line: Line) -> Outside:
        return Outside(
            directory=directory,
            line=line,
            now=self._now(),
            standing=self._standing,
            stand_ins=self._stand_ins,
            tell=self._tell,
            lockout=self._lockout,
            languages=self._languages,
            names=self._names,
        )

    def _token(self, entrance: str, who: str) -> CallerToken:
        return CallerToken(hmac.new(self._key, f"{entrance}:{who}".encode(), hashlib.sha256).hexdigest())

    def _keep(self, uniqueid: str, conversation: Conversation) -> None:
        self._conversations.pop(uniqueid, None)
        if conversation.place is Place.OVER:
            return
        self._conversations[uniqueid] = conversation
        if len(self._conversations) > MOST_CONVERSATIONS:
            self._conversations.popitem(last=False)


def reply_text(saying: Saying, who: VolunteerId | None = None) -> str:
    """``ok:ask`` or ``ok:end``, language, how many keys, seconds for the first, prompts joined by ``+``.

    With a recording ``ok:hear``, and behind the prompts the recording and the prompts after it; where `who` waits for a
    call ``ok:call``, language, prompts, who, and the call.
    """
    if saying.attempt is not None:
        return f"ok:call:{saying.language}:{'+'.join(saying.words)}:{who}:{saying.attempt}"
    if saying.recording:
        said, then = "+".join(saying.words), "+".join(saying.then)
        return f"ok:hear:{saying.language}:{saying.most_keys}:{saying.wait_s}:{said}:{saying.recording}:{then}"
    word = "end" if saying.is_last else "ask"
    return f"ok:{word}:{saying.language}:{saying.most_keys}:{saying.wait_s}:{'+'.join(saying.words)}"

"""What the dialplan asks while somebody listens: what to say next. An answer is on the disk before the next question is
said, so whoever kills us loses none.
"""

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from hotline_agi.asterisk.fastagi import AgiSession
from hotline_agi.campaign.model import Campaign, Outcome
from hotline_agi.campaign.questionnaire import Ask, End, Help, Step, begin, follow
from hotline_agi.log import logger
from hotline_agi.outbound.desk import Desk, DiskTrouble
from hotline_agi.terms.languages import Language

ROUTE = "campaign"
BEGIN = "begin"
DISK_S = 2.0
"""Below the dialplan's guard of 3 s, which then asks once more."""
_COUNT = re.compile(r"[0-9]{1,2}")


@dataclass(slots=True)
class Conversation:
    """A call of ours that is under way."""

    attempt: str
    person: int
    language: Language
    answered: bool = False
    pressed: bool = False
    """Some key: a human is there."""
    outcome: Outcome | None = None
    """What came of its questions, once they are at an end."""

    def ended_as(self, told: Outcome) -> Outcome:
        """How the attempt ended, where Asterisk says that the call is over, and `told`."""
        if self.outcome is not None:
            return self.outcome
        if not self.answered:
            return told
        return Outcome.PARTIAL if self.pressed else Outcome.NO_KEY


class Interview:
    """Give each session to `asked`, once its request is read."""

    def __init__(
        self,
        campaign: Campaign,
        did: str,
        desk: Desk,
        *,
        find: Callable[[str], Conversation | None],
        leaves: Callable[[Conversation], None],
    ) -> None:
        """`did`: the line's number, for who asks for help; `find` knows the calls that are under way; `leaves` hears of
        those who went into the hotline."""
        self._campaign, self._did, self._desk = campaign, did, desk
        self._find, self._leaves = find, leaves
        self._answering: set[asyncio.Task[None]] = set()

    def asked(self, session: AgiSession) -> None:
        task = asyncio.create_task(self._answer(session))
        self._answering.add(task)
        task.add_done_callback(self._answering.discard)

    async def _answer(self, session: AgiSession) -> None:
        request = session.request
        assert request is not None
        one = self._find(request.uniqueid) if request.route == ROUTE else None
        if one is None:
            session.refuse()
            return
        try:
            step = await self._next(one, request.arguments)
        except DiskTrouble as error:
            logger.error("an answer could not be kept; it is asked for again", trouble=str(error))
            session.refuse()
            return
        session.reply(self._reply(one, step))
        if isinstance(step, Help):
            self._leaves(one)

    async def _next(self, one: Conversation, arguments: tuple[str, ...]) -> Step:
        asked, said, silences, key = (*arguments, "", "", "", "")[:4]
        now = datetime.now(UTC)
        if not one.answered:
            await self._desk.ask(lambda calls: calls.answered(one.attempt, now), timeout_s=DISK_S)
            one.answered = True
        if asked == BEGIN:
            return begin(self._campaign)
        key = "*" if key == "s" else key
        one.pressed |= key not in ("", "none")
        given, step = follow(self._campaign, asked, _number(said), _number(silences), key)
        if given is not None:
            await self._desk.ask(
                lambda calls: calls.said(one.person, given.question, given.answer, now), timeout_s=DISK_S
            )
        outcome = step.outcome if isinstance(step, End) else Outcome.HELPED if isinstance(step, Help) else None
        if outcome is not None:
            if outcome is Outcome.PARTIAL and not one.pressed:
                outcome = Outcome.NO_KEY
            await self._desk.ask(lambda calls: calls.came_to(one.attempt, one.person, outcome, now), timeout_s=DISK_S)
            one.outcome = outcome
        return step

    def _reply(self, one: Conversation, step: Step) -> str:
        match step:
            case Ask():
                where = f"{step.asked}:{step.said}:{step.silences}"
                return f"ok:ask:{one.language}:{self._campaign.answer_s}:{where}:{'+'.join(step.prompts)}"
            case End():
                return f"ok:end:{one.language}:{'+'.join(step.prompts)}"
            case Help():
                return f"ok:help:{one.language}:{self._did}:{step.prompts[0]}"


def _number(text: str) -> int:
    return int(text) if _COUNT.fullmatch(text) else 0

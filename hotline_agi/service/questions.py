"""What the dialplan asks by FastAGI, and who answers: the machine, the menu, or the voicemail."""

import contextlib
from collections.abc import Callable, Coroutine

from hotline_agi.asterisk.fastagi import AgiSession
from hotline_agi.asterisk.node import CALLER_ROUTES, Node
from hotline_agi.asterisk.service_menu import ROUTE, Errand, ServiceMenu
from hotline_agi.dispatch.events import Event
from hotline_agi.recognition import Recognition
from hotline_agi.service import callbacks
from hotline_agi.service.callbacks import Callbacks
from hotline_agi.service.notes import Notes
from hotline_agi.service.results import Results
from hotline_agi.service.voicemail import Voicemail
from hotline_agi.service.wish_desk import ROUTE as WISH_ROUTE
from hotline_agi.service.wish_desk import WishDesk
from hotline_agi.store.journal import Journal
from hotline_agi.terms.ids import CallId
from hotline_agi.terms.numbers import PhoneNumber

CALLER_ARGUMENT = 2
"""Where a question about a caller carries their number."""
LOOKED_ARGUMENT = 3
"""``1`` where the first question says that it looked for a number: then an empty one is withheld. Dialplans of before
0.4 did not look until the second question."""


class Questions:
    """Give each session to `asked`, once its request is read."""

    def __init__(
        self,
        *,
        node: Node,
        menu: ServiceMenu,
        voicemail: Voicemail,
        wishes: WishDesk,
        journal: Journal,
        recognition: Recognition,
        tell: Callable[[Event], None],
        chore: Callable[[Coroutine[None, None, None]], None],
        is_test: Callable[[str], bool],
        callbacks: Callbacks,
        results: Results,
        notes: Notes,
    ) -> None:
        """`tell` takes an event into the machine; `chore` owns what takes its time; `is_test` says whether the test
        call that is under way dialled a number; `callbacks` asks the list of work."""
        self._callbacks, self._wishes = callbacks, wishes
        self._node, self._menu, self._voicemail = node, menu, voicemail
        self._journal, self._recognition = journal, recognition
        self._tell, self._chore, self._is_test = tell, chore, is_test
        self._results, self._notes = results, notes

    def asked(self, session: AgiSession) -> None:
        request = session.request
        assert request is not None
        if request.route == "ping":
            session.reply("ok")
            return
        if request.route == ROUTE or (request.route == "arrive" and self._menu.is_service_number(request.argument(0))):
            self._ask_menu(session)
            return
        if request.route == callbacks.ROUTE:
            self._callbacks.confirmed(session)
            return
        if request.route == "result":
            self._results.on_question(session)
            return
        if request.route in ("note", "hear"):
            self._notes.on_question(session)
            return
        if request.route in CALLER_ROUTES and self._is_test(request.argument(0)):
            self._node.on_question(session)  # nobody calls: there is no number to keep, and nobody to recognise
            return
        number: PhoneNumber | None = None
        with contextlib.suppress(ValueError):  # withheld numbers are no numbers
            number = PhoneNumber(request.argument(CALLER_ARGUMENT))
            self._journal.write_number(CallId(request.uniqueid), number)
        if request.route == "number":
            session.reply("ok")
        elif request.route == "message":
            self._chore(self._voicemail.recorded(CallId(request.uniqueid), request.argument(0), session))
        elif request.route == WISH_ROUTE:
            self._chore(self._wishes.asked(session, number))
        elif request.route == "arrive" and (number is not None or request.argument(LOOKED_ARGUMENT) == "1"):
            self._introduce(session, number)
        else:
            self._node.on_question(session)
            if number is not None and request.route in CALLER_ROUTES:  # by now the machine knows the call
                for event in self._recognition.of(CallId(request.uniqueid), number):
                    self._tell(event)

    def _introduce(self, session: AgiSession, number: PhoneNumber | None) -> None:
        """A call whose first question says who calls, or that the number is withheld."""
        request = session.request
        assert request is not None
        if number is None:
            self._node.on_question(session, withheld=True)
            return
        caller, high_risk = self._recognition.at_arrival(CallId(request.uniqueid), number)
        language = self._recognition.language_of(caller)
        self._node.on_question(session, caller=caller, high_risk=high_risk, language=language)

    def _ask_menu(self, session: AgiSession) -> None:
        """A volunteer dialled the service number. Without an answer the dialplan says so kindly and ends the call."""
        request = session.request
        assert request is not None
        self._callbacks.heard_from(request.uniqueid)
        reply = self._menu.answer(request) if request.route == ROUTE else "ok:service"
        if isinstance(reply, Errand):
            self._chore(self._callbacks.run_errand(reply, session))
        elif reply is None:
            session.refuse()
        else:
            session.reply(reply)

"""The menu's questions and answers at the edge to Asterisk."""

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from hotline_agi.asterisk import service_menu
from hotline_agi.asterisk.agi import AgiRequest
from hotline_agi.asterisk.service_menu import Errand, ServiceMenu, reply_text
from hotline_agi.asterisk.wire import set_variable
from hotline_agi.dispatch.events import VolunteerPaused
from hotline_agi.roster.callback_policy import CallbackPolicy
from hotline_agi.roster.model import Roster
from hotline_agi.selfservice.callback_dialog import Taken, TakeNext
from hotline_agi.selfservice.directory import Directory
from hotline_agi.selfservice.menu import Saying
from hotline_agi.terms.ids import LegId
from hotline_agi.terms.instants import Now
from tests.selfservice.house import LIN, NINE, PINS, WANG, House, world

SERVICE = "01632960180"
DIALPLAN = (Path(__file__).parents[2] / "asterisk-conf/hotline/extensions.conf").read_text()
(_PATTERN,) = re.findall(r'REGEX\("([^"]+ask\|end[^"]+)" \$\{HOTLINE_REPLY\}', DIALPLAN)
READABLE = re.compile(_PATTERN)
"""The dialplan's own check of an answer."""


CALLBACKS = (Path(__file__).parents[2] / "asterisk-conf/hotline/extensions-callbacks.conf").read_text()
(_MORE,) = re.findall(r'REGEX\("([^"]+hear:[^"]+)" \$\{HOTLINE_REPLY\}', CALLBACKS)
PLAYABLE = re.compile(_MORE)
"""Likewise, of the answers with which a volunteer calls somebody back."""


class Edge:
    """The menu behind its questions, with its people and clock."""

    def __init__(self, roster: Roster | None = None) -> None:
        self.house = House(roster or world(service_numbers=(SERVICE,)))
        self.menu = self.fresh()

    def fresh(self) -> ServiceMenu:
        """The service after a restart."""
        house = self.house
        menu = ServiceMenu(
            now=lambda: Now(house.now_s, house.at),
            tell=house.tell,
            standing=lambda who: house.standings.get(who, house.outside().standing(who)),
            stand_ins=lambda: house.stand_ins,
        )
        menu.use_directory(Directory.of(house.roster))
        menu.use_prompts(house.languages, house.names)
        return menu

    def ask(self, *arguments: str, uniqueid: str = "pbx1-1.1") -> str | None:
        request = AgiRequest(route="menu", uniqueid=uniqueid, channel="PJSIP/trunk-00000001", arguments=arguments)
        reply = self.menu.answer(request)
        if reply is not None:
            assert READABLE.fullmatch(reply), reply
            assert set_variable("HOTLINE_REPLY", reply)
        return reply


def words(reply: str | None) -> list[str]:
    assert reply is not None
    return reply.rsplit(":", 1)[1].split("+")


def test_an_endpoint_says_who_calls_and_keys_come_as_they_were_pressed() -> None:
    edge = Edge()
    assert edge.ask("phone", "sp-lin", "100", "begin", "") == "ok:ask:en:1:5:on-shift-until+n-2+pm+will-be-rung+menu"
    assert edge.ask("phone", "sp-lin", "100", "keys", "2") == "ok:ask:en:3:8:ask-minutes"
    assert words(edge.ask("phone", "sp-lin", "100", "keys", "90"))[0] == "paused-until"
    assert edge.house.events == [VolunteerPaused(volunteer=LIN, for_s=5400.0)]
    assert edge.ask("phone", "sp-lin", "100", "keys", "s") == "ok:end:en:1:5:thanks"


def test_a_number_of_a_volunteer_is_known_and_another_needs_a_pin() -> None:
    edge = Edge()
    number = edge.house.roster.volunteers[WANG].endpoints[1].number
    assert number is not None
    assert words(edge.ask("trunk", number.reveal(), SERVICE, "begin", ""))[-1] == "menu"
    for n, unknown in enumerate(("07700900777", "", "abc", "+" * 17)):
        assert words(edge.ask("trunk", unknown, SERVICE, "begin", "", uniqueid=f"u{n}")) == ["ask-pin"]
    assert words(edge.ask("trunk", "", SERVICE, "keys", PINS[LIN], uniqueid="u1"))[-1] == "menu"
    assert words(edge.ask("phone", "sp-nobody", "100", "begin", "", uniqueid="u9")) == ["ask-pin"]


def test_withheld_numbers_are_one_telephone_for_the_lock_out() -> None:
    edge = Edge()
    for n in range(2):
        edge.ask("trunk", "", SERVICE, "begin", "", uniqueid=f"u{n}")
        for _ in range(3):
            edge.ask("trunk", "", SERVICE, "keys", "999000", uniqueid=f"u{n}")
    assert words(edge.ask("trunk", "", SERVICE, "begin", "", uniqueid="u3")) == ["pin-locked"]
    assert words(edge.ask("trunk", "07700900777", SERVICE, "begin", "", uniqueid="u4")) == ["ask-pin"]


def test_after_a_restart_the_known_go_on_and_the_unknown_are_asked_again() -> None:
    edge = Edge()
    edge.ask("phone", "sp-lin", "100", "begin", "")
    edge.ask("trunk", "07700900777", SERVICE, "begin", "", uniqueid="u1")
    edge.ask("trunk", "07700900777", SERVICE, "keys", PINS[LIN], uniqueid="u1")
    edge.menu = edge.fresh()
    assert words(edge.ask("phone", "sp-lin", "100", "keys", "2"))[0] == "on-shift-until"
    assert edge.house.events == []  # a key of before the restart chooses nothing
    assert words(edge.ask("trunk", "07700900777", SERVICE, "keys", "1", uniqueid="u1")) == ["ask-pin"]


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("elsewhere", "sp-lin", "100", "begin", ""),
        ("phone", "sp-lin", "100", "keys", "12345678901"),
        ("phone", "sp-lin", "100", "keys", "1-2"),
        ("phone", "sp-lin", "100", "keys", "one"),
    ],
)
def test_what_is_no_question_gets_no_answer(arguments: tuple[str, ...]) -> None:
    assert Edge().ask(*arguments) is None


def test_without_a_line_nothing_is_said() -> None:
    assert Edge(Roster(lines={}, volunteers={})).ask("phone", "sp-lin", "100", "begin", "") is None


def test_conversations_are_bounded_and_ended_ones_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service_menu, "MOST_CONVERSATIONS", 3)
    edge = Edge()
    for n in range(9):
        edge.ask("phone", "sp-lin", "100", "begin", "", uniqueid=f"u{n}")
    conversations = edge.menu._conversations
    assert list(conversations) == ["u6", "u7", "u8"]
    edge.ask("phone", "sp-lin", "100", "keys", "s", uniqueid="u7")
    assert list(conversations) == ["u6", "u8"]


def test_service_numbers_are_told_from_callers_numbers() -> None:
    edge = Edge()
    assert edge.menu.is_service_number(SERVICE)
    assert not edge.menu.is_service_number("01632960100")
    assert not ServiceMenu(**_unused()).is_service_number(SERVICE)


def test_the_language_of_the_dialled_line_is_spoken_to_strangers() -> None:
    house = House()
    line = next(iter(house.roster.lines.values()))
    other = replace(line, id="haven", language="en", numbers=("01632960300",), service_numbers=(SERVICE,))
    edge = Edge(replace(house.roster, lines={line.id: line, "haven": other}))
    assert (edge.ask("trunk", "", SERVICE, "begin", "") or "").startswith("ok:ask:en:")
    assert (edge.ask("phone", "sp-x", "100", "begin", "", uniqueid="u2") or "").startswith("ok:ask:zh:")


def test_neither_numbers_nor_keys_stand_in_what_is_kept() -> None:
    edge = Edge()
    edge.ask("trunk", "07700900777", SERVICE, "begin", "")
    edge.ask("trunk", "07700900777", SERVICE, "keys", PINS[LIN])
    kept = repr(edge.menu._conversations) + repr(edge.menu._lockout.__dict__) + repr(edge.house.roster)
    assert "07700900777" not in kept
    assert PINS[LIN] not in kept


def _unused() -> dict[str, Any]:
    return {"now": lambda: Now(0.0, NINE), "tell": print, "standing": print, "stand_ins": list}


def test_answers_of_calling_back_are_such_as_the_dialplan_takes() -> None:
    hear = Saying(language="zh", words=("n-1", "callers-wait"), recording="playing/0a1b", then=("callback-choice",))
    said = reply_text(hear, LIN)
    assert said == "ok:hear:zh:1:5:n-1+callers-wait:playing/0a1b:callback-choice"
    plain = replace(hear, recording="1771000000_442079460999_pbx1-1771000000.42")
    call = Saying(language="en", words=("callback-calling",), attempt=LegId("back-0000000100000a"))
    assert reply_text(call, LIN) == "ok:call:en:callback-calling:lin:back-0000000100000a"
    for one in (hear, plain, call):
        told = reply_text(one, LIN)
        assert PLAYABLE.fullmatch(told) and not READABLE.fullmatch(told)
        assert set_variable("HOTLINE_REPLY", told)
    for bad in ("ok:hear:zh:1:5:n-1:/a;b:c", "ok:call:en:x:lin:leg-0a", "ok:call:en:x:lin:back-0a&", "ok:hear:"):
        assert not PLAYABLE.fullmatch(bad)


def test_what_the_list_of_work_must_be_asked_is_an_errand_of_who_is_known() -> None:
    edge = Edge(world(service_numbers=(SERVICE,), callbacks=CallbackPolicy()))
    assert words(edge.ask("phone", "sp-lin", "100", "begin", ""))[-1] == "menu-callbacks"
    request = AgiRequest(
        route="menu",
        uniqueid="pbx1-1.1",
        channel="PJSIP/s01-0000000a",
        arguments=("phone", "sp-lin", "100", "keys", "6"),
    )
    errand = edge.menu.answer(request)
    assert isinstance(errand, Errand)
    assert (errand.wanted, errand.who, errand.channel) == (TakeNext(), LIN, "PJSIP/s01-0000000a")
    assert errand.then(Taken(offer=None, open=0)) == "ok:ask:en:1:5:callbacks-none+menu+menu-callbacks"
    stranger = AgiRequest(
        route="menu", uniqueid="u2", channel="PJSIP/t-1", arguments=("trunk", "", SERVICE, "back", "")
    )
    asked = edge.menu.answer(stranger)
    assert isinstance(asked, str) and words(asked) == ["ask-pin"]  # nobody is called back for who is not known

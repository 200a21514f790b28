"""Results of talks and notes in the menu, and what is asked after a talk."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from hotline_agi.dispatch.commands import NoticeKind, RingNotice
from hotline_agi.roster.model import Line, Notes, TalkResult, TalkResults
from hotline_agi.roster.results_fields import KNOWN
from hotline_agi.selfservice import after_talk, handover, handover_dialog, menu, notice_words
from hotline_agi.selfservice.handover import Book, LastTalk, Note
from hotline_agi.selfservice.menu import Outside
from hotline_agi.terms.ids import CallId, LegId, NodeId, VolunteerId
from tests.planting import Planting, instead_of
from tests.selfservice.house import LIN, NINE, WANG, ZHAO, Call, House, world

OWN = TalkResult(id="called-back", key="7", name={"zh": "已回电", "en": "called back"}, is_own=True)
RESULTS = TalkResults(ask=True, list=(*KNOWN.values(), OWN), flag=frozenset({"high-risk"}))
NOTES = Notes()


class HandoverHouse(House):
    """A house with talks and notes."""

    def __init__(self, **changes: object) -> None:
        super().__init__(world(**({"results": RESULTS, "notes": NOTES} | changes)))
        self.talk: LastTalk | None = None
        self.said: list[tuple[str, str, str]] = []
        self.notes: list[Note] = []
        self.heard: list[tuple[str, str]] = []
        self.labels = frozenset({"label-xinli-called-back"})

    @property
    def line(self) -> Line:
        return next(iter(self.roster.lines.values()))

    def talked(self, ago: timedelta, result: str = "") -> None:
        self.talk = LastTalk(call=CallId("c1"), line=self.line.id, began_at=self.at - ago, result=result)

    def note(self, name: str, ago: timedelta, by: VolunteerId = WANG, *, is_new: bool = True) -> None:
        note = Note(name=name, line=self.line.id, volunteer=by, recorded_at=self.at - ago, is_new=is_new)
        self.notes.append(note)

    def outside(self) -> Outside:
        book = Book(
            last_talk=lambda _: self.talk,
            say_result=lambda talk, result, who: self.said.append((talk.call, result.id, who)),
            notes=lambda _lines, _who, _at: self.notes,
            heard=lambda note, who: self.heard.append((note.name, who)),
            labels=self.labels,
        )
        return replace(super().outside(), book=book)


def test_the_menu_names_them_only_where_the_line_has_them() -> None:
    assert Call(HandoverHouse(), LIN).words[-3:] == ["menu", "menu-results", "menu-notes"]
    assert Call(HandoverHouse(notes=None), LIN).words[-2:] == ["menu", "menu-results"]
    assert Call(House(), LIN).press("7") == ["menu"]
    assert Call(House(), LIN).press("8") == ["menu"]


def test_the_result_of_the_last_talk_is_said_by_its_key() -> None:
    house = HandoverHouse()
    house.talked(timedelta(minutes=20))
    call = Call(house, WANG)
    words = call.press("7")
    assert words[:4] == ["your-last-talk", "today", "early", "oclock-8"]
    assert words[-2:] == ["label-xinli-called-back", "key-7"]
    assert call.press("7")[:2] == ["result-noted", "label-xinli-called-back"]
    assert house.said == [("c1", "called-back", "wang")]
    house.talked(timedelta(hours=10), "prank")
    words = call.press("7")
    assert words[:8] == [
        *("your-last-talk", "yesterday", "evening", "oclock-11"),
        *("result-so-far", "result-prank", "after-results", "result-resolved"),
    ]
    assert call.press("1") == ["menu", "menu-results", "menu-notes"]
    assert len(house.said) == 1


def test_a_talk_of_long_ago_or_none_has_no_result() -> None:
    house = HandoverHouse()
    assert Call(house, LIN).press("7")[0] == "no-talk-yet"
    house.talked(timedelta(hours=12, seconds=1))
    assert Call(house, LIN).press("7")[0] == "no-talk-yet"
    house.talked(timedelta(hours=11, minutes=59))
    assert Call(house, LIN).press("7")[0] == "your-last-talk"


def test_notes_are_announced_and_played_the_new_ones_first() -> None:
    house = HandoverHouse()
    house.note("note_a", timedelta(hours=9), is_new=False)
    house.note("note_b", timedelta(hours=2))
    house.note("note_c", timedelta(hours=1), ZHAO)
    call = Call(house, WANG)
    assert call.words[-7:] == ["there-are-notes", "two-of", "notes-new", "notes-hear-new", *call.words[-3:]]
    assert call.press("8") == ["there-are-notes", "two-of", "notes-new", "notes-hear", "notes-leave"]
    assert call.press("1") == ["today", "early", "oclock-7", "name-wang"]
    assert (call.said[-1].note, call.said[-1].then) == ("note_b", ("note-next",))
    assert call.conversation.hears("note_b") and not call.conversation.hears("note_c")
    call.press("1")
    assert call.said[-1].note == "note_b"
    call.press(None)  # silence goes on to the next
    assert (call.said[-1].note, call.said[-1].then) == ("note_c", ("note-last",))
    assert call.press("2") == ["menu", "menu-results", "menu-notes"]
    assert not call.conversation.hears("note_c")
    assert house.heard == [("note_b", "wang"), ("note_b", "wang"), ("note_c", "wang")]


def test_old_notes_can_be_heard_again() -> None:
    house = HandoverHouse()
    house.note("note_a", timedelta(days=3), is_new=False)
    call = Call(house, LIN)
    assert "there-is" not in call.words
    assert call.press("8") == ["no-new-notes", "notes-again", "notes-leave"]
    assert call.press("1") == ["weekday-6", "at", "n-9", "am", "note-of", "name-wang"]
    house.notes = []
    assert Call(house, LIN).press("8") == ["no-new-notes", "notes-leave"]
    assert Call(house, LIN).press("8", "1") == ["menu", "menu-results", "menu-notes"]


def test_a_note_of_ones_own_is_recorded_for_the_line() -> None:
    call = Call(HandoverHouse(), LIN)
    call.press("8", "2")
    assert (call.said[-1].records_for, call.is_over) == ("xinli", False)
    assert call.press("") == ["menu", "menu-results", "menu-notes"]


def asked(rests: bool = True, spoken: frozenset[str] = frozenset(), **changes: object) -> after_talk.Asked:
    return after_talk.asked(HandoverHouse(**changes).line, spoken, rests=rests)


def test_after_a_talk_one_sentence_says_all() -> None:
    few = replace(RESULTS, list=RESULTS.list[:2])
    assert asked(results=few) == after_talk.Asked(
        keys="2391",
        words=(
            *("after-talk", "after-results", "result-resolved", "key-2", "result-referred", "key-3"),
            *("after-note", "after-ready"),
        ),
    )
    assert asked(rests=False, results=few, notes=None).keys == "23"
    assert asked(results=replace(few, ask=False)) == after_talk.Asked(
        keys="91", words=("after-talk", "after-note", "after-ready")
    )
    assert asked(results=few, notes=Notes(ask=False)).keys == "231"


def test_what_cannot_be_said_is_not_offered() -> None:
    assert "7" not in asked().keys
    assert "7" in asked(spoken=frozenset({"label-xinli-called-back"})).keys


@pytest.mark.parametrize(("new", "words"), [(0, ()), (1, ("there-is", "n-1", "note-new"))])
def test_counts(new: int, words: tuple[str, ...]) -> None:
    assert handover.count_of(new, "zh") == words
    assert handover.count_of(2, "zh")[1] == "two-of" and handover.count_of(2, "en")[1] == "n-2"
    assert handover.count_of(500, "en")[1:3] == ("n-90", "n-9")


def test_midnight_parts_today_from_yesterday() -> None:
    house = HandoverHouse()
    note = Note(name="n", line=house.line.id, volunteer=WANG, recorded_at=NINE, is_new=True)

    def day(at: datetime) -> str:
        return handover.before_note(note, house.line, frozenset(), at, "zh")[0]

    midnight = datetime(2020, 2, 6, tzinfo=house.line.zone)
    assert day(midnight - timedelta(seconds=1)) == "today"
    assert day(midnight) == "yesterday"
    assert day(midnight + timedelta(days=1)) == "weekday-2"


def test_the_call_before_a_shift_says_how_many_there_are() -> None:
    notice = RingNotice(
        leg=LegId("leg-1"),
        node=NodeId("pbx1"),
        volunteer=LIN,
        endpoint=HandoverHouse().roster.volunteers[LIN].endpoints[0],
        kind=NoticeKind.READY,
        language="zh",
        ring_timeout_s=25.0,
        from_at=NINE + timedelta(hours=1),
        until_at=NINE + timedelta(hours=5),
        zone="Asia/Shanghai",
    )
    words = notice_words.words(notice, NINE, notes=2)
    assert words[-5:] == ("there-are-notes", "two-of", "notes-new", "notice-notes", "notice-ready-keys")
    assert notice_words.words(notice, NINE)[-2:] == (words[-6], "notice-ready-keys")
    assert not {"notice-notes", "there-are-notes"} & set(notice_words.words(notice, NINE))


BUGS: dict[str, Planting] = {
    "a talk of long ago": instead_of(handover_dialog, "_is_long_ago", "> timedelta", "> 2 * timedelta"),
    "heard by nobody": instead_of(handover_dialog, "HandoverDialog._play", "scene.book.heard(note, scene.who)", "None"),
    "the first note for ever": instead_of(handover_dialog, "HandoverDialog._go_on", "self._notes[1:]", "self._notes"),
    "old ones first": instead_of(
        handover_dialog, "HandoverDialog._choose", "tuple(note for note in notes if note.is_new) or ", ""
    ),
    "whatever is listened to may be heard": instead_of(
        handover_dialog, "HandoverDialog.hears", "self._notes[0].name == note", "True"
    ),
    "silence ends notes": instead_of(menu, "Conversation.pressed", "self._handover.goes_on_in_silence", "False"),
    "everything is said": instead_of(after_talk, "choices", "not one.is_own or label(line.id, one) in spoken", "True"),
    "9 without notes": instead_of(after_talk, "asked", "line.notes is not None and line.notes.ask", "True"),
    "asked though the line does not ask": instead_of(after_talk, "asked", " if line.results.ask else []", ""),
    "yesterday is today": instead_of(handover, "_moment", "ago <= 0", "ago <= 1"),
}
STORIES = [
    test for name, test in sorted(globals().items()) if name.startswith("test_") and not test.__code__.co_argcount
]


@pytest.mark.parametrize("bug", BUGS)
def test_a_planted_bug_is_found(bug: str, monkeypatch: pytest.MonkeyPatch) -> None:
    BUGS[bug](monkeypatch)
    with pytest.raises(Exception):  # noqa: B017  (a story may break in any way)
        for story in STORIES:
            story()

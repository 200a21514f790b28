"""The agenda: what happens when, and what does not happen any more."""

from hotline_agi.simulation.agenda import Actor, Agenda


def run(agenda: Agenda) -> None:
    while agenda.next_s() is not None:
        agenda.advance()


def test_plans_happen_in_order_and_those_of_one_instant_as_they_were_made() -> None:
    agenda, who, done = Agenda(), Actor(), list[str]()
    agenda.then(who, 2.0, lambda _: done.append("late"))
    agenda.then(who, 1.0, lambda _: done.append("first"))
    agenda.at(who, 1.0, lambda _: done.append("second"))
    run(agenda)
    assert done == ["first", "second", "late"]
    assert agenda.now_s == 2.0


def test_who_has_gone_on_does_not_do_what_was_planned_before() -> None:
    agenda, who, done = Agenda(), Actor(), list[str]()
    agenda.then(who, 1.0, lambda _: done.append("old plan"))
    agenda.at(who, 1.0, lambda _: done.append("whatever they do"))
    who.turn += 1
    agenda.then(who, 3.0, lambda _: done.append("new plan"))
    run(agenda)
    assert done == ["whatever they do", "new plan"]


def test_what_will_not_happen_is_no_reason_to_wait() -> None:
    agenda, who = Agenda(), Actor()
    agenda.then(who, 1.0, lambda _: None)
    who.turn += 1
    assert agenda.next_s() is None

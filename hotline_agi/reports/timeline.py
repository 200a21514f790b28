"""A call's facts and legs → what happened, in plain words with times, for a coordinator."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, tzinfo

from hotline_agi.reports import choice_words, waiting_words, words, work_words
from hotline_agi.reports.choosing import Choice, Handing, Serving
from hotline_agi.reports.past import CallHistory, PastFact, PastLeg
from hotline_agi.reports.words import Phrase
from hotline_agi.terms import limits, results
from hotline_agi.terms.facts import Fact
from hotline_agi.terms.ids import LegId, VolunteerId
from hotline_agi.terms.languages import Language
from hotline_agi.terms.outcomes import LegOutcome

MERGE_S = 0.05
"""What happens to several phones within this is told in one sentence; the machine starts a wave within a few ms."""

_MERGED = (Fact.RANG, Fact.PICKED_UP, Fact.LEG_ENDED)
_CAUSES = {Fact.RANG: (Fact.LEG_ENDED, Fact.WAVE, Fact.CHOSE), Fact.LEG_ENDED: (Fact.RANG,), Fact.PICKED_UP: ()}
"""A sentence is not moved before one of these, which may be its cause: v02 was busy, therefore v05 was rung."""
_OF_WAITING = {
    Fact.LANGUAGE: waiting_words.language_text,
    Fact.PLACE: waiting_words.place_text,
    Fact.WISHED: waiting_words.wish_text,
    Fact.CALLBACK_ASKED: waiting_words.asked_text,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """One sentence of a timeline."""

    at: datetime
    """Aware, in UTC."""
    offset_s: float
    """From the call's arrival; negative where the wall clock was set back meanwhile."""
    text: str
    source: PastFact | None = None
    """The first of the facts that it tells; None: the outcome."""


@dataclass(slots=True)
class _Sentence:
    """Facts that are told together."""

    facts: list[PastFact]
    in_hand: bool = False
    """The phones of these ended legs had been picked up."""

    @property
    def first(self) -> PastFact:
        return self.facts[0]


@dataclass(slots=True)
class _Course:
    """What is known of the call when a sentence is put into words."""

    kinds: dict[LegId, str]
    picked_up: set[LegId] = field(default_factory=set)
    talking: bool = False
    said_goodbye: bool = False


def timeline(history: CallHistory, language: Language = Language.EN) -> tuple[Moment, ...]:
    """The sentences of one call, in order, the outcome of a call that is over the last; behind it, how the caller was
    called back."""
    call = history.call
    facts = _without_doubles(_completed(history.facts, history.legs))
    course = _Course(kinds={leg.leg: leg.endpoint for leg in history.legs})
    moments = [
        Moment(at=fact.at, offset_s=round((fact.at - call.arrived_at).total_seconds(), 3), text=text, source=fact)
        for fact, text in _told(_merged(facts, course), course, language)
    ]
    if call.ended_at is not None:
        last_at = max([call.ended_at, *(moment.at for moment in moments)])
        outcome = words.outcome_text(call.outcome, language)
        moments.append(
            Moment(
                at=last_at,
                offset_s=round((last_at - call.arrived_at).total_seconds(), 3),
                text=words.ENDED[language].format(outcome=outcome),
            )
        )
    moments += [
        Moment(
            at=deed.at,
            offset_s=round((deed.at - call.arrived_at).total_seconds(), 3),
            text=work_words.deed_text(deed, language),
        )
        for deed in history.deeds
    ]
    return tuple(moments)


def lines(moments: Sequence[Moment], zone: tzinfo | None = None) -> list[str]:
    """``03.214  v03 accepted`` for each moment; with `zone` the wall clock there stands in front."""
    width = max([6, *(len(f"{moment.offset_s:.3f}") for moment in moments)])
    return [
        (f"{moment.at.astimezone(zone):%H:%M:%S}  " if zone is not None else "")
        + f"{moment.offset_s:0{width}.3f}  {moment.text}"
        for moment in moments
    ]


def _completed(facts: Sequence[PastFact], legs: Sequence[PastLeg]) -> list[PastFact]:
    """The facts, and from the legs' records those that are missing (a kill takes the last facts of a run)."""
    completed = list(facts)
    told = {(fact.fact, fact.leg) for fact in facts}
    for leg in legs:
        for what, at, detail in (
            (Fact.RANG, leg.rang_at, leg.endpoint),
            (Fact.LEG_ENDED, leg.ended_at, leg.outcome.value),
        ):
            if (what, leg.leg) not in told:
                fact = PastFact(at=at, fact=what, leg=leg.leg, volunteer=leg.volunteer, detail=detail)
                # the noted order is kept, whatever the wall clock did
                place = next((i for i, other in enumerate(completed) if other.at > at), len(completed))
                completed.insert(place, fact)
    return completed


def _without_doubles(facts: Sequence[PastFact]) -> list[PastFact]:
    """Picking up a softphone is accepting: it is told once."""
    accepted = {fact.leg: fact.at for fact in facts if fact.fact is Fact.ACCEPTED}
    return [
        fact
        for fact in facts
        if fact.fact is not Fact.PICKED_UP
        or fact.leg not in accepted
        or _apart_s(fact.at, accepted[fact.leg]) > MERGE_S
    ]


def _merged(facts: Sequence[PastFact], course: _Course) -> list[_Sentence]:
    sentences: list[_Sentence] = []
    for fact in facts:
        if fact.fact is Fact.PICKED_UP and fact.leg is not None:
            course.picked_up.add(fact.leg)
        in_hand = fact.fact is Fact.LEG_ENDED and fact.leg in course.picked_up
        earlier = _sentence_for(fact, in_hand, sentences)
        if earlier is not None:
            earlier.facts.append(fact)
        else:
            sentences.append(_Sentence([fact], in_hand))
    return sentences


def _sentence_for(fact: PastFact, in_hand: bool, sentences: Sequence[_Sentence]) -> _Sentence | None:
    """The sentence that `fact` may join."""
    if fact.fact not in _MERGED:
        return None
    for sentence in reversed(sentences):
        first = sentence.first
        if _apart_s(first.at, fact.at) > MERGE_S:
            return None
        same_end = fact.fact is not Fact.LEG_ENDED or (first.detail == fact.detail and sentence.in_hand == in_hand)
        if first.fact is fact.fact and same_end:
            return sentence
        if first.fact in _CAUSES[fact.fact]:
            return None
    return None


def _told(sentences: Sequence[_Sentence], course: _Course, language: Language) -> Iterator[tuple[PastFact, str]]:
    for sentence in sentences:
        fact = sentence.first
        yield fact, _text(sentence, course, language)
        match fact.fact:
            case Fact.TALK_STARTED:
                course.talking = True
            case Fact.TALK_ENDED | Fact.TALK_FAILED:
                course.talking = False
            case Fact.STEP:
                course.said_goodbye = fact.detail == "goodbye"


def _text(sentence: _Sentence, course: _Course, language: Language) -> str:
    fact = sentence.first
    names = [_name(each.volunteer, language) for each in sentence.facts]
    match fact.fact:
        case Fact.CALLER_LEFT if course.talking:
            return words.TALK_CUT_SHORT[language]
        case Fact.CALLER_LEFT if course.said_goodbye:
            return words.LET_GO[language]
        case Fact.RANG:
            who = _with_kinds(sentence.facts, course, language)
            return _phrase(words.FACTS[language][Fact.RANG], names, language, who=who)
        case Fact.LEG_ENDED:
            return _leg_text(sentence, names, language)
        case Fact.WAVE:
            step, _, group = fact.detail.partition(": ")
            group = words.GROUPS[language].get(group, group)
            return _phrase(words.FACTS[language][Fact.WAVE], names, language, step=step, group=group)
        case Fact.STEP:
            step_text = words.STEPS[language].get(fact.detail, fact.detail)
            return _phrase(words.FACTS[language][Fact.STEP], names, language, step_text=step_text)
        case Fact.LANGUAGE | Fact.PLACE | Fact.WISHED | Fact.CALLBACK_ASKED:
            told = _OF_WAITING[fact.fact](fact.detail, language)
            return _phrase(words.FACTS[language][fact.fact], names, language, told=told)
        case Fact.ADOPTED | Fact.RECONSTRUCTED:
            where = words.WHERE[language].get(_fields(fact.detail).get("where", ""), "")
            return _phrase(words.FACTS[language][fact.fact], names, language, where=where)
        case Fact.UNSEEN:
            return _unseen_text(fact, names, language)
        case Fact.RESULT:
            said = results.told(fact.detail)
            who, result = said.by or names[0], words.result_text(said.result, language)
            return _phrase(words.FACTS[language][Fact.RESULT], [who], language, result=result)
        case Fact.LIMITED:
            return _limited_text(fact.detail, language)
        case Fact.HELPER_RANG | Fact.HELPER_CAME | Fact.HELPER_LEFT | Fact.HELP_MISSED:
            helper = words.helper(fact.detail, fact.volunteer, language)
            text = _phrase(words.FACTS[language][fact.fact], names, language, helper=helper)
            return text[:1].upper() + text[1:]
        case Fact.CHOSE:
            chosen = choice_words.chosen_text(Choice.of(fact.detail), language)
            return _phrase(words.FACTS[language][Fact.CHOSE], names, language, chosen=chosen)
        case Fact.HANDED:
            handed = choice_words.handed_text(Handing.of(fact.detail), names[0], language)
            return _phrase(words.FACTS[language][Fact.HANDED], names, language, handed=handed)
        case Fact.SERVED:
            served = choice_words.served_text(Serving.of(fact.detail), language)
            return _phrase(words.FACTS[language][Fact.SERVED], names, language, served=served)
        case _:
            return _phrase(words.FACTS[language][fact.fact], names, language)


def _unseen_text(fact: PastFact, names: list[str], language: Language) -> str:
    fields = _fields(fact.detail)
    what = fields.get("what", "")
    unseen = words.UNSEEN[language].get(what, what).format(who=words.listed(names, language))
    if fields.get("since"):
        unseen += words.SINCE[language].format(since=fields["since"])
    if fields.get("rings"):
        unseen += words.RANG_THEN[language].format(who=words.listed(fields["rings"].split(), language))
    return _phrase(words.FACTS[language][Fact.UNSEEN], names, language, unseen=unseen)


def _fields(detail: str) -> dict[str, str]:
    """``key=value`` fields, separated by ``;``."""
    return dict(part.split("=", 1) for part in detail.split(";") if "=" in part)


def _limited_text(detail: str, language: Language) -> str:
    name, until = limits.told(detail)
    text = words.limit_text(name, language)
    return words.UNTIL[language].format(limited=text, until=until[:16].replace("T", " ")) if until else text


def _leg_text(sentence: _Sentence, names: list[str], language: Language) -> str:
    detail = sentence.first.detail
    try:
        outcome = LegOutcome(detail)
    except ValueError:
        return _phrase(words.FACTS[language][Fact.LEG_ENDED], names, language, detail=detail)
    phrase = words.LEGS[language][outcome]
    if sentence.in_hand:
        phrase = words.LEGS_IN_HAND[language].get(outcome, phrase)
    return _phrase(phrase, names, language)


def _phrase(phrase: Phrase, names: list[str], language: Language, **values: str) -> str:
    form = phrase if isinstance(phrase, str) else phrase[len(names) > 1]
    text = form.format(**{"who": words.listed(names, language), **values})
    return text[:1].upper() + text[1:] if text.startswith("the ") else text


def _with_kinds(facts: Sequence[PastFact], course: _Course, language: Language) -> str:
    """``v01 and v02 (softphone)``, or each with its own where they differ."""
    kinds = [fact.detail or course.kinds.get(fact.leg or LegId(""), "") for fact in facts]
    names = [_name(fact.volunteer, language) for fact in facts]
    bracketed = [
        words.BRACKETS[language].format(words.KINDS[language].get(kind, kind)) if kind else "" for kind in kinds
    ]
    if len(set(bracketed)) == 1:
        return words.listed(names, language) + bracketed[0]
    return words.listed([name + kind for name, kind in zip(names, bracketed, strict=True)], language)


def _name(volunteer: VolunteerId | None, language: Language) -> str:
    return volunteer or words.OVERFLOW_NUMBER[language]


def _apart_s(one: datetime, other: datetime) -> float:
    return abs((other - one).total_seconds())

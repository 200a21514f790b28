"""A campaign's file → `Campaign`. Strict as the roster: every problem at once, with its place and what to write."""

from collections.abc import Mapping as AbstractMapping
from datetime import date
from zoneinfo import ZoneInfo

from hotline_agi.campaign.model import (
    DIGITS,
    END,
    KEYS,
    RETRIED,
    USUAL_RETRIES,
    Campaign,
    Choice,
    Hours,
    ListColumns,
    Outcome,
    Pace,
    Question,
    RetryRule,
    SpecialKeys,
)
from hotline_agi.campaign.phrases import RESERVED
from hotline_agi.roster.dates import DaysMeant, days_meant
from hotline_agi.roster.document import Entry, Mapping, Node, Scalar, parse
from hotline_agi.roster.fields import Converter, Fields, nearest, sequence_of
from hotline_agi.roster.findings import Findings
from hotline_agi.roster.plan import WeeklyHours
from hotline_agi.roster.ring_plans import weekly_hours
from hotline_agi.roster.values import ident, integer, names, one_of, scalar, seconds, text, time_zone, yes_no
from hotline_agi.terms.ids import LineId
from hotline_agi.terms.languages import Language

MAX_BYTES = 256 * 1024
MAX_SPOKEN = 600
"""Characters of one text: two minutes of speech; nobody listens longer before a key."""
MOST_CHANNELS = 500
RECORDED = "recorded"
"""In place of a text: the hospital's own recording lies in the sounds folder."""

_Texts = AbstractMapping[Language, str]


def read_campaign(file: str, content: bytes) -> Campaign:
    """:raises InvalidText: with everything that is wrong with the text."""
    findings = Findings()
    fields = Fields.of(parse(file, content), findings, "the campaign")
    campaign = _campaign(fields, findings) if fields is not None else None
    findings.refuse()
    assert campaign is not None
    return campaign


def _campaign(fields: Fields, findings: Findings) -> Campaign | None:
    name_id = fields.required("id", ident("a campaign"))
    name = fields.required("name", names)
    line = fields.required("line", ident("a line"))
    languages = fields.required("languages", sequence_of(one_of(Language, "language"), "the languages"))
    languages = tuple(dict.fromkeys(languages or ()))
    columns = fields.required("list", _columns)
    zone = fields.required("time_zone", time_zone)
    weekly = fields.required("hours", sequence_of(weekly_hours, "the hours"))
    holidays = fields.optional("holidays", sequence_of(days_meant, "the holidays"), ())
    channels = fields.required("channels", integer(1, MOST_CHANNELS))
    calls_per_second = fields.optional("calls_per_second", seconds(0.1, 50), 1.0)
    opening = fields.required("opening", _spoken(languages))
    closing = fields.required("closing", _spoken(languages))
    keys = fields.optional("keys", _keys, SpecialKeys())
    questions = fields.required("questions", sequence_of(_question(languages), "the questions"))
    retries = fields.optional("retry", _retries, USUAL_RETRIES)
    once_a_day = fields.optional("once_a_day", yes_no, True)
    ring_s = fields.optional("ring_s", integer(5, 60), 30)
    answer_s = fields.optional("answer_s", integer(3, 30), 8)
    said_times = fields.optional("said_times", integer(1, 4), 2)
    needs_volunteers = fields.optional("needs_volunteers", yes_no, True)
    if not weekly and weekly is not None:
        findings.error(fields.mark("hours"), "there are no hours at which people may be rung", "add one")
    if not questions and questions is not None:
        findings.error(fields.mark("questions"), "there are no questions", "add one")
    fields.close()
    if name_id is None or name is None or line is None or not languages or columns is None or zone is None:
        return None
    if not weekly or channels is None or opening is None or closing is None or not questions:
        return None
    _check_flow(questions, keys, findings)
    return Campaign(
        id=name_id,
        name=name,
        line=LineId(line),
        languages=languages,
        columns=columns,
        hours=_hours(zone, weekly, holidays),
        pace=Pace(channels=channels, calls_per_second=calls_per_second),
        opening=opening,
        closing=closing,
        questions=_in_order(questions),
        keys=keys,
        retries=retries,
        once_a_day=once_a_day,
        ring_s=ring_s,
        answer_s=answer_s,
        said_times=said_times,
        needs_volunteers=needs_volunteers,
    )


def _hours(zone: ZoneInfo, weekly: tuple[WeeklyHours, ...], holidays: tuple[DaysMeant, ...]) -> Hours:
    dates: set[date] = {day for one in holidays for day in one.dates}
    yearly = {day for one in holidays for day in one.yearly}
    return Hours(zone=zone, weekly=weekly, holidays=frozenset(dates), yearly=frozenset(yearly))


# ---- the list


def _columns(node: Node, findings: Findings) -> ListColumns | None:
    """``{number: 电话, consent: 同意, yes: [是], language: 语言}``."""
    fields = Fields.of(node, findings, "the list")
    if fields is None:
        return None
    number, consent = fields.required("number", text), fields.required("consent", text)
    yes = fields.required("yes", sequence_of(text, "what means consent"))
    language = fields.optional("language", text, None)
    if yes is not None and not yes:
        findings.error(fields.mark("yes"), "nothing in the consent column would mean consent", "write e.g. [yes, 是]")
    headings = [heading for heading in (number, consent, language) if heading is not None]
    if len(set(headings)) < len(headings):
        findings.error(node.mark, "two columns of the list have one heading", "name three columns")
    fields.close()
    return (
        ListColumns(number=number, consent=consent, yes=yes, language=language) if number and consent and yes else None
    )


# ---- what is spoken


def _spoken(languages: tuple[Language, ...]) -> Converter[_Texts]:
    """``{zh: …, en: …}``, in each of `languages`; or ``recorded``."""

    def read(node: Node, findings: Findings) -> _Texts | None:
        if isinstance(node, Scalar):
            if node.text == RECORDED:
                return {}
            findings.error(node.mark, "this is no text in languages", f"write {{zh: …, en: …}}, or {RECORDED}")
            return None
        fields = Fields.of(node, findings, "what is said")
        if fields is None:
            return None
        found = {language: fields.required(language.value, _words) for language in languages}
        for language in Language:
            if language not in languages:
                fields.hint(language.value, "add the language to `languages`, or delete the line")
        fields.close()
        return {language: words for language, words in found.items() if words is not None}

    return read


def _words(node: Node, findings: Findings) -> str | None:
    found = scalar(node, findings, "the text")
    if found is None:
        return None
    if len(found.text) > MAX_SPOKEN:
        findings.error(node.mark, f"the text is longer than {MAX_SPOKEN} characters", "nobody listens so long: part it")
        return None
    words = " ".join(found.text.split())
    if not words.isprintable():
        findings.error(node.mark, "there are signs in the text that nobody can speak", "write it anew")
        return None
    return words


# ---- keys and questions


def _key(node: Node, findings: Findings) -> str | None:
    found = scalar(node, findings, "the key")
    if found is None:
        return None
    if len(found.text) != 1 or found.text not in KEYS:
        findings.error(node.mark, f"{found.shown} is no key that can be pressed here", "0 to 9, or '*' in quotes")
        return None
    return found.text


def _keys(node: Node, findings: Findings) -> SpecialKeys | None:
    fields = Fields.of(node, findings, "the keys")
    if fields is None:
        return None
    usual = SpecialKeys()
    keys = SpecialKeys(
        begin=fields.optional("begin", _key, usual.begin),
        help=fields.optional("help", _key, usual.help),
        do_not_call=fields.optional("do_not_call", _key, usual.do_not_call),
        repeat=fields.optional("repeat", _key, usual.repeat),
    )
    fields.close()
    meanings = (keys.begin, keys.help, keys.do_not_call, keys.repeat)
    if len(set(meanings)) < len(meanings):
        findings.error(node.mark, "two of the keys are the same", "begin, help, do_not_call and repeat each need one")
    return keys


def _question(languages: tuple[Language, ...]) -> Converter[tuple[Question, Node]]:
    def read(node: Node, findings: Findings) -> tuple[Question, Node] | None:
        fields = Fields.of(node, findings, "a question")
        if fields is None:
            return None
        name = fields.required("id", ident("a question"))
        say = fields.required("say", _spoken(languages))
        choices = fields.required("answers", _choices)
        fields.close()
        if name in RESERVED:
            findings.error(fields.mark("id"), f"no question may be called '{name}'", "choose another id")
        if name is None or say is None or choices is None:
            return None
        return Question(id=name, say=say, choices=choices), node

    return read


def _choices(node: Node, findings: Findings) -> tuple[Choice, ...] | None:
    """``{"1": good, "2": {answer: bad, next: thoughts}}``."""
    if not isinstance(node, Mapping):
        findings.error(node.mark, "the answers must be a block of `key: answer` lines", 'write e.g. "1": good')
        return None
    found = [_choice(entry, findings) for entry in node.entries]
    if not node.entries:
        findings.error(node.mark, "a question without answers", 'write e.g. "1": good')
    choices = tuple(one for one in found if one is not None)
    return choices if choices and len(choices) == len(found) else None


def _choice(entry: Entry, findings: Findings) -> Choice | None:
    key = _key(entry.key, findings)
    if key is not None and key not in DIGITS:
        findings.error(entry.key.mark, f"{entry.key.shown} cannot be an answer", "answers are keys from 0 to 9")
        return None
    if isinstance(entry.value, Scalar):
        answer, following = text(entry.value, findings), ""
    else:
        fields = Fields.of(entry.value, findings, "an answer")
        if fields is None:
            return None
        answer = fields.required("answer", text)
        following = fields.optional("next", ident("a question"), "")
        fields.close()
    return Choice(key=key, answer=answer, next=following) if key is not None and answer is not None else None


def _in_order(questions: tuple[tuple[Question, Node], ...]) -> tuple[Question, ...]:
    """Each answer that names no question goes on with the next one."""
    ordered = []
    for place, (one, _) in enumerate(questions):
        following = questions[place + 1][0].id if place + 1 < len(questions) else END
        choices = tuple(Choice(key=c.key, answer=c.answer, next=c.next or following) for c in one.choices)
        ordered.append(Question(id=one.id, say=one.say, choices=choices))
    return tuple(ordered)


def _check_flow(questions: tuple[tuple[Question, Node], ...], keys: SpecialKeys, findings: Findings) -> None:
    """Each question leads to a later one, so that no call goes round for ever; and no key means two things."""
    places: dict[str, int] = {}
    for place, (one, node) in enumerate(questions):
        if one.id in places:
            findings.error(node.mark, f"two questions are called '{one.id}'", "give one another id")
        places.setdefault(one.id, place)
    special = {keys.help: "help", keys.do_not_call: "do_not_call", keys.repeat: "repeat"}
    for place, (one, node) in enumerate(questions):
        for choice in one.choices:
            if choice.key in special:
                what = (
                    f"in '{one.id}' the key {choice.key} is an answer, and means {special[choice.key]} in all questions"
                )
                findings.error(node.mark, what, "choose another key here, or in `keys`")
            if choice.next in ("", END):
                continue
            if choice.next not in places:
                hint = nearest(choice.next, places) or f"there are {', '.join(places)}, and {END}"
                findings.error(
                    node.mark, f"in '{one.id}' an answer goes on with '{choice.next}', which is no question", hint
                )
            elif places[choice.next] <= place:
                what = f"in '{one.id}' an answer goes back to '{choice.next}'"
                findings.error(node.mark, what, f"only to a later question, or {END}")
    reached = _reached(questions)
    for one, node in questions:
        if one.id not in reached:
            findings.error(
                node.mark, f"nothing leads to the question '{one.id}'", "name it in some `next`, or delete it"
            )


def _reached(questions: tuple[tuple[Question, Node], ...]) -> set[str]:
    reached = {questions[0][0].id}
    for place, (one, _) in enumerate(questions):
        if one.id in reached:
            following = questions[place + 1][0].id if place + 1 < len(questions) else END
            reached.update(choice.next or following for choice in one.choices)
    return reached


# ---- retries


def _retries(node: Node, findings: Findings) -> AbstractMapping[Outcome, RetryRule] | None:
    """``{busy: {attempts: 3, after_min: 30}, …}``; what is not named is as usual."""
    fields = Fields.of(node, findings, "the retry rules")
    if fields is None:
        return None
    found = {one: fields.optional(one.value, _retry(one), USUAL_RETRIES[one]) for one in RETRIED}
    fields.close()
    return found


def _retry(outcome: Outcome) -> Converter[RetryRule]:
    def read(node: Node, findings: Findings) -> RetryRule | None:
        fields = Fields.of(node, findings, f"the rule for '{outcome.value}'")
        if fields is None:
            return None
        usual = USUAL_RETRIES[outcome]
        rule = RetryRule(
            attempts=fields.optional("attempts", integer(1, 20), usual.attempts),
            after_min=fields.optional("after_min", integer(1, 43_200), usual.after_min),
        )
        fields.close()
        return rule

    return read

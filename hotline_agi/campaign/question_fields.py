"""What a campaign's file says of its texts, keys and questions: converters (see `roster/fields.py`)."""

from collections.abc import Mapping as AbstractMapping

from hotline_agi.campaign.model import DIGITS, END, KEYS, Choice, Question, SpecialKeys
from hotline_agi.campaign.phrases import RESERVED
from hotline_agi.roster.document import Entry, Mapping, Node, Scalar
from hotline_agi.roster.fields import Converter, Fields, nearest
from hotline_agi.roster.findings import Findings
from hotline_agi.roster.values import ident, scalar, text
from hotline_agi.terms.languages import Language

MAX_SPOKEN = 600
"""Characters of one text: two minutes of speech; nobody listens longer before a key."""
RECORDED = "recorded"
"""In place of a text: the hospital's own recording lies in the sounds folder."""

_Texts = AbstractMapping[Language, str]
Read = tuple[Question, Node]
"""A question with its place in the file."""


# ---- what is spoken


def spoken(languages: tuple[Language, ...]) -> Converter[_Texts]:
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


def special_keys(node: Node, findings: Findings) -> SpecialKeys | None:
    """``{begin: 1, help: 0, do_not_call: 9, repeat: "*"}``; what it does not name is as usual."""
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


def question(languages: tuple[Language, ...]) -> Converter[Read]:
    """``{id: sleep, say: {zh: …, en: …}, answers: {…}}``, in each of `languages`."""

    def read(node: Node, findings: Findings) -> Read | None:
        fields = Fields.of(node, findings, "a question")
        if fields is None:
            return None
        name = fields.required("id", ident("a question"))
        say = fields.required("say", spoken(languages))
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


def in_order(questions: tuple[Read, ...]) -> tuple[Question, ...]:
    """Each answer that names no question goes on with the next one."""
    ordered = []
    for place, (one, _) in enumerate(questions):
        following = questions[place + 1][0].id if place + 1 < len(questions) else END
        choices = tuple(Choice(key=c.key, answer=c.answer, next=c.next or following) for c in one.choices)
        ordered.append(Question(id=one.id, say=one.say, choices=choices))
    return tuple(ordered)


def check_flow(questions: tuple[Read, ...], keys: SpecialKeys, findings: Findings) -> None:
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


def _reached(questions: tuple[Read, ...]) -> set[str]:
    reached = {questions[0][0].id}
    for place, (one, _) in enumerate(questions):
        if one.id in reached:
            following = questions[place + 1][0].id if place + 1 < len(questions) else END
            reached.update(choice.next or following for choice in one.choices)
    return reached
